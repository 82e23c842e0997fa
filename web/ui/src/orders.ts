// SPDX-License-Identifier: Apache-2.0
// What can be done with one service, as the API has it: approving of it, handing it over, having it
// explained.
import { act, get, type Where } from "./api";

/** Whether it may be there, as somebody has said. */
export interface Expectation {
  state: string; // "open", "bound", "void", "expired"
  owner: string | null;
  reason: string | null;
  ticket: string | null;
}

/** That a service may be there. */
export interface Approval extends Where, Expectation {
  id: string;
  by: string | null;
  approved: string | null;
  expires: string | null;
}

export interface ApprovalOrder {
  services: string[];
  owner?: string;
  reason?: string;
  ticket?: string;
  days?: number;
}

const mostPorts = 1000; // entries of one host that are looked through

/** What is said of a service; null: nobody has approved of it. */
export async function getApproval({ ip, proto, port }: Where): Promise<Approval | null> {
  const got = await get<{ baseline: Approval[] }>("baseline", { ip, limit: mostPorts });
  return got.baseline.find((entry) => entry.proto === proto && entry.port === port) ?? null;
}

export async function approve(order: ApprovalOrder): Promise<void> {
  await act("baseline", "POST", order);
}

export async function withdraw(id: string): Promise<void> {
  await act(`baseline/${encodeURIComponent(id)}`, "DELETE");
}

/** A scanner or a ticket system that services can be handed over to. */
export interface Tool {
  name: string;
  title: string | null;
}

export interface Handover {
  id: string;
  service: string;
  tool: string;
  state: string;
  reason: string | null;
  by: string | null;
  by_rule: boolean;
  made: string | null;
  duration_ms: number | null;
  exit_status: number | null;
  signal: number | null;
  http_status: number | null;
  ticket: string | null;
  link: string | null;
  output_bytes: number;
  truncated: boolean;
}

export const getTools = async () => (await get<{ tools: Tool[] }>("tools")).tools;

export const getHandovers = async (service: string) =>
  (await get<{ handovers: Handover[] }>(`services/${encodeURIComponent(service)}/handovers`)).handovers;

export const getHandover = (id: string) =>
  get<{ output: string | null }>(`handovers/${encodeURIComponent(id)}`);

export async function postHandover(service: string, tool: string): Promise<void> {
  await act(`services/${encodeURIComponent(service)}/handover`, "POST", { tool });
}

export async function postCancelHandover(id: string): Promise<void> {
  await act(`handovers/${encodeURIComponent(id)}/cancel`);
}

/** Why the rules say of a service what they say. */
export interface Explained {
  level: string;
  line: number; // of the rule that decides; 0 the implied last one
  rule: string;
  noprobe_line: number | null;
  steps: { line: number; rule: string; decides: boolean; why_not: string | null }[];
}

export const explainRules = (service: string) => get<Explained>("rules/explain", { service });
