// SPDX-License-Identifier: Apache-2.0
// The view that the URL names.
import type { ComponentType } from "preact";
import { Panel } from "../parts/panel";
import { Rules } from "../parts/rules";
import { session } from "../session";
import { useStore } from "../store";
import { Assets } from "./assets";
import { Baseline } from "./baseline";
import { Events, Runs, Waiting } from "./happened";
import { Receivers } from "./receivers";
import { Audit, Backups, Trail } from "./records";
import { Sensor } from "./sensor";
import { AllSweeps } from "./sweeps";
import { Tokens } from "./tokens";
import { viewOf } from "./views";

const drawn: Record<string, ComponentType> = {
  rules: Rules, events: Events, waiting: Waiting, baseline: Baseline, assets: Assets, sweeps: AllSweeps,
  runs: Runs, receivers: Receivers, sensor: Sensor, audit: Audit, trail: Trail, tokens: Tokens, backups: Backups,
};

export function Office({ name }: { name: string }) {
  const { role } = useStore(session);
  const view = viewOf(name);
  if (!view) return <Panel title="There is no such view"><p class="empty">The link that led here is wrong.</p></Panel>;
  if (view.admin && role !== "admin") return (
    <Panel title={view.title}>
      <p class="empty">{role ? "Only an admin may see this." : "Reading\u2026"}</p>
    </Panel>
  );
  const View = drawn[view.name];
  return <View />;
}
