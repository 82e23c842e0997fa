// SPDX-License-Identifier: Apache-2.0
// The receivers of alerts: how each fares, and what it would not take.
import { act } from "../api";
import { count } from "../format";
import { Level, Problem, Time } from "../parts/bits";
import { Panel } from "../parts/panel";
import { ShortText, Text } from "../parts/text";
import { hrefOf, route } from "../route";
import { mayOrder, session } from "../session";
import { useStore } from "../store";
import { Cell, Listing } from "./bits";
import { useOrders, usePages } from "./pages";

interface Sink {
  name: string;
  kind: string;
  level: string;
  up: boolean;
  down_since: string | null;
  waiting: number;
  dead: number;
  delivered: number;
  retries: number;
  last_success: string | null;
  error: string | null;
}

interface DeadLetter {
  number: number; // of the alert
  died: string | null;
  tries: number;
  again: boolean; // it is on its way once more
  error: string | null;
}

const path = (name: string) => `sinks/${encodeURIComponent(name)}`;

/** What one receiver would not take. */
function DeadLetters({ name, settled }: { name: string; settled: () => void }) {
  const letters = usePages<DeadLetter>({ path: `${path(name)}/dead`, key: "dead" });
  const orders = useOrders(() => { letters.again(); settled(); });
  const { role } = useStore(session);
  const retry = (number?: number) => void orders.order(() => act(`${path(name)}/retry`, "POST", number ? { number } : {}));
  return (
    <section class="sub" aria-labelledby="dead-title">
      <h3 id="dead-title">What <ShortText value={name} most={40} /> would not take</h3>
      {orders.fault && <Problem text={orders.fault} />}
      {mayOrder(role) && letters.rows.length > 1 && (
        <p class="buttons"><button type="button" disabled={orders.busy} onClick={() => retry()}>Send all once more</button></p>
      )}
      <Listing of={letters} name="Dead letters" columns={["Alert", "#Tries", "Set aside", "Why", ""]} none="Nothing: it took all there was.">
        {letters.rows.map((letter) => (
          <tr key={letter.number}>
            <Cell name="Alert"><a href={hrefOf({ alert: String(letter.number) })}>{letter.number}</a></Cell>
            <Cell name="Tries" number>{count(letter.tries)}</Cell>
            <Cell name="Set aside">{letter.died && <Time stamp={letter.died} />}</Cell>
            <Cell name="Why"><Text value={letter.error} most={160} /></Cell>
            <Cell name="">
              {letter.again ? "on its way" : mayOrder(role) && (
                <button type="button" disabled={orders.busy} onClick={() => retry(letter.number)}>
                  Send once more<span class="unseen"> alert {letter.number}</span>
                </button>
              )}
            </Cell>
          </tr>
        ))}
      </Listing>
    </section>
  );
}

function Row({ sink }: { sink: Sink }) {
  return (
    <tr>
      <Cell name="Name"><b><ShortText value={sink.name} most={40} /></b> <span class="dim"><ShortText value={sink.kind} most={16} /></span></Cell>
      <Cell name="From level"><Level level={sink.level} /></Cell>
      <Cell name="State">
        {sink.up ? <span class="verified">takes alerts</span> : <span class="bad">away{sink.down_since && <>{" since "}<Time stamp={sink.down_since} /></>}</span>}
        {sink.error && <p class="dim"><Text value={sink.error} most={120} /></p>}
      </Cell>
      <Cell name="Delivered" number>{count(sink.delivered)}</Cell>
      <Cell name="Waiting" number>{count(sink.waiting)}</Cell>
      <Cell name="Tried again" number>{count(sink.retries)}</Cell>
      <Cell name="Dead letters" number>
        <a href={hrefOf({ view: "receivers", of: sink.name })}>{count(sink.dead)}<span class="unseen"> dead letters of <ShortText value={sink.name} most={40} /></span></a>
      </Cell>
      <Cell name="Last took one">{sink.last_success ? <Time stamp={sink.last_success} /> : "never"}</Cell>
    </tr>
  );
}

export function Receivers() {
  const { of } = useStore(route);
  const sinks = usePages<Sink>({ path: "sinks", key: "sinks", news: "alert" });
  return (
    <Panel title="Receivers of alerts">
      <Listing
        of={sinks} name="Receivers of alerts" none="No receiver is configured (sinks in flowd.yaml)."
        columns={["Name", "From level", "State", "#Delivered", "#Waiting", "#Tried again", "#Dead letters", "Last took one"]}
      >
        {sinks.rows.map((sink) => <Row key={sink.name} sink={sink} />)}
      </Listing>
      {of && <DeadLetters key={of} name={of} settled={sinks.again} />}
    </Panel>
  );
}
