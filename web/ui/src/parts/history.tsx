// SPDX-License-Identifier: Apache-2.0
// What happened to a service, newest first.
import type { ServiceEvent } from "../api";
import { eventText, reasonText } from "../words";
import { Address, App, State, Time } from "./bits";
import { Change } from "./change";
import { ShortText } from "./text";

function Entry({ event }: { event: ServiceEvent }) {
  const product = [event.product, event.version].filter(Boolean).join(" ");
  return (
    <li>
      <Time stamp={event.time} />
      <span>
        <b><ShortText value={eventText(event.event)} /></b>{" "}
        <State state={event.state} />{" "}
        <App app={event.app} app_guess={event.app_guess} />
        {product && <>{" \u00b7 "}<ShortText value={product} /></>}
        {event.what && <>{" \u00b7 "}<Change of={event} /></>}
        {event.probe && <span class="dim">{" \u00b7 "}<ShortText value={reasonText(event.probe)} most={200} /></span>}
        {!event.probe && event.event !== "verdict" && (
          <span class="dim">{" \u00b7 met by "}<Address text={event.peer} /></span>
        )}
      </span>
    </li>
  );
}

export function History({ events }: { events: ServiceEvent[] }) {
  return (
    <section class="history" aria-labelledby="history-title">
      <h3 id="history-title">History</h3>
      {!events.length && <p class="dim">Nothing is kept.</p>}
      <ol reversed>{events.map((event) => <Entry key={event.number} event={event} />)}</ol>
    </section>
  );
}
