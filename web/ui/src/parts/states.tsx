// SPDX-License-Identifier: Apache-2.0
// The states of a service over time, as a band from the first sight to now.
import type { ServiceEvent } from "../api";
import { span, when } from "../format";
import { states } from "../words";
import { State } from "./bits";

export interface Stay {
  state: string;
  from: number; // ms since 1970
  to: number;
}

/** How long it has been in each state one after the other; events in any order. */
export function staysOf(events: ServiceEvent[], now: number): Stay[] {
  const stays: Stay[] = [];
  for (const event of [...events].sort((a, b) => Date.parse(a.time) - Date.parse(b.time))) {
    const time = Date.parse(event.time);
    const last = stays[stays.length - 1];
    if (Number.isNaN(time) || last?.state === event.state) continue;
    if (last) last.to = time;
    stays.push({ state: event.state, from: time, to: Math.max(time, now) });
  }
  return stays;
}

const known = (state: string) => (states.includes(state) ? state : "other");

export function States({ events }: { events: ServiceEvent[] }) {
  const stays = staysOf(events, Date.now());
  if (!stays.length) return null;
  const start = stays[0].from;
  const whole = Math.max(1, stays[stays.length - 1].to - start);
  return (
    <figure class="states">
      <figcaption>States over time</figcaption>
      <svg class="band" viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true">
        {stays.map(({ state, from, to }) => (
          <rect
            key={from} class={`stay-${known(state)}`} x={((from - start) / whole) * 1000} y="0" height="16"
            width={Math.max(2, ((to - from) / whole) * 1000)}
          />
        ))}
      </svg>
      <p class="ends"><span>{when(new Date(start).toISOString())}</span><span>now</span></p>
      <ol class="stays">
        {stays.map(({ state, from, to }) => (
          <li key={from}><State state={state} /> <span class="dim">{span(to - from)}</span></li>
        ))}
      </ol>
    </figure>
  );
}
