// SPDX-License-Identifier: Apache-2.0
// What has happened: events, alerts that still wait, what was handed over.
import { isOfService, type Alert, type Event, type ServiceAlert, type ServiceEvent } from "../api";
import { span } from "../format";
import type { Handover } from "../orders";
import { App, Level, State, Time, Where } from "../parts/bits";
import { Change } from "../parts/change";
import { Panel } from "../parts/panel";
import { ShortText, Text } from "../parts/text";
import { amount, TroubleName } from "../parts/trouble";
import { hrefOf, route } from "../route";
import { useStore } from "../store";
import { eventText } from "../words";
import { Cell, Listing, Search } from "./bits";
import { usePages } from "./pages";

/** The id of a finding's service; a whole host has none. */
const idOf = ({ ip, proto, port }: ServiceEvent | ServiceAlert) => (port ? `${ip}-${proto}-${port}` : "");

function What({ of }: { of: Event | Alert }) {
  if (!isOfService(of)) return <><TroubleName of={of} />{": "}{amount(of.trouble, of.value)}</>;
  const id = idOf(of);
  return (
    <>
      {id ? <a href={hrefOf({ service: id })}><Where at={of} /></a> : <Where at={of} />}{" "}
      {id && <App app={of.app} app_guess={of.app_guess} />}
    </>
  );
}

export function Events() {
  const { of } = useStore(route);
  const list = usePages<Event>({ path: "events", key: "events", from: "before", query: { filter: of }, news: "event" });
  return (
    <Panel title="Events">
      <div class="section-head">
        <Search label="Expression, as in rules" hint="event new app redis" />
      </div>
      <Listing of={list} name="Events" columns={["Time", "What happened", "To", "State"]} none={of ? "Nothing matches." : "Nothing has happened yet."}>
        {list.rows.map((event) => (
          <tr key={event.number}>
            <Cell name="Time"><Time stamp={event.time} /></Cell>
            <Cell name="What happened"><ShortText value={"over" in event && event.over ? "trouble is over" : eventText(event.event)} most={40} />{isOfService(event) && event.what && <>{": "}<Change of={event} most={40} /></>}</Cell>
            <Cell name="To"><What of={event} /></Cell>
            <Cell name="State">{isOfService(event) && <State state={event.state} />}</Cell>
          </tr>
        ))}
      </Listing>
    </Panel>
  );
}

interface Waits {
  for: string;
  since: string;
  until: string;
  alert: Alert;
}

const waitWords: Record<string, string> = {
  verdict: "until a probe is back", quiet: "until quiet hours are over", throttle: "until its rule may speak again",
};

export function Waiting() {
  const list = usePages<Waits>({ path: "waiting", key: "waiting", query: { limit: "1000" }, news: "event" });
  return (
    <Panel title="Alerts that wait">
      <Listing
        of={list} name="Alerts that wait" columns={["Level", "About", "Waits", "Since", "At most until", "Rule"]}
        none="None waits: each was told when it was chosen."
      >
        {list.rows.map(({ alert, since, until, ...wait }, i) => (
          <tr key={i}>
            <Cell name="Level"><Level level={alert.level} /></Cell>
            <Cell name="About"><What of={alert} /></Cell>
            <Cell name="Waits">{waitWords[wait.for] ?? <ShortText value={wait.for} most={16} />}</Cell>
            <Cell name="Since"><Time stamp={since} /></Cell>
            <Cell name="At most until"><Time stamp={until} /></Cell>
            <Cell name="Rule"><code><ShortText value={alert.rule} most={80} /></code></Cell>
          </tr>
        ))}
      </Listing>
    </Panel>
  );
}

export function Runs() {
  const list = usePages<Handover>({ path: "handovers", key: "handovers", from: "before", news: "handover" });
  return (
    <Panel title="Handed over">
      <Listing of={list} name="Handed over" columns={["Time", "Service", "To", "State", "By", "Ticket"]} none="Nothing has been handed over yet.">
        {list.rows.map((run) => (
          <tr key={run.id}>
            <Cell name="Time">{run.made && <Time stamp={run.made} />}</Cell>
            <Cell name="Service"><a href={hrefOf({ service: run.service })}><ShortText value={run.service} most={60} /></a></Cell>
            <Cell name="To"><ShortText value={run.tool} most={40} /></Cell>
            <Cell name="State">
              <ShortText value={run.state} most={16} />
              {run.duration_ms !== null && <span class="dim"> after {span(run.duration_ms)}</span>}
              {run.reason && <p class="dim"><Text value={run.reason} most={120} /></p>}
            </Cell>
            <Cell name="By"><ShortText value={run.by_rule ? "a rule" : run.by} most={32} /></Cell>
            <Cell name="Ticket"><ShortText value={run.ticket} most={40} /></Cell>
          </tr>
        ))}
      </Listing>
    </Panel>
  );
}
