// SPDX-License-Identifier: Apache-2.0
// Scanners and ticket systems that the service looked at can be handed over to, and what came of it.
import {
  getHandover, getHandovers, getTools, postCancelHandover, postHandover, type Handover, type Tool,
} from "./orders";
import { newStore } from "./store";

interface Shown {
  id: string; // of the service; "" none
  tools: Tool[];
  runs: Handover[]; // the latest first
  outputs: Map<string, string>; // of those that somebody wanted to see
  error: string;
}

const nothing: Shown = { id: "", tools: [], runs: [], outputs: new Map(), error: "" };

export const handover = newStore<Shown>(nothing);

export const isGoingOn = (run: Handover) => ["queued", "running"].includes(run.state);

/** What fails is shown with the service it was meant for. */
async function told(id: string, what: () => Promise<void>): Promise<void> {
  try {
    await what();
  } catch (error) {
    if (handover.get().id === id) handover.patch({ error: (error as Error).message });
  }
}

export function loadHandover(id: string): Promise<void> {
  if (handover.get().id !== id) handover.set({ ...nothing, id });
  return told(id, async () => {
    const [tools, runs] = await Promise.all([getTools(), getHandovers(id)]);
    if (handover.get().id === id) handover.patch({ tools, runs, error: "" });
  });
}

/** The stream says that something has become of a run. */
export function touchHandover(run: { service: string }): void {
  const { id } = handover.get();
  if (id && id === run.service) void loadHandover(id);
}

export const handOver = (id: string, tool: string) =>
  told(id, async () => {
    await postHandover(id, tool);
    await loadHandover(id);
  });

export const cancelRun = (id: string, run: string) =>
  told(id, async () => {
    await postCancelHandover(run);
    await loadHandover(id);
  });

export const showOutput = (id: string, run: string) =>
  told(id, async () => {
    const story = await getHandover(run);
    const text = story.output ?? "(not kept any more)";
    if (handover.get().id === id)
      handover.patch({ outputs: new Map(handover.get().outputs).set(run, text) });
  });
