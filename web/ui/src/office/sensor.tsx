// SPDX-License-Identifier: Apache-2.0
// How flowd itself fares: the capture, what it could not look into, its processes, its store; and the
// kill switch of all probes.
import { act, type Health } from "../api";
import { count, many, percent, short } from "../format";
import { counterOf, counterText, losses, vitals } from "../health";
import { Fact, Problem, Time } from "../parts/bits";
import { Panel } from "../parts/panel";
import { ShortText } from "../parts/text";
import { Troubles } from "../parts/trouble";
import { session } from "../session";
import { useStore } from "../store";
import { Cell, Listing, Sure } from "./bits";
import { useOrders, usePages } from "./pages";

interface Role {
  role: string | null;
  running: boolean;
  falls: number;
  signal: number;
  status: number;
  back: string | null;
}

interface More {
  since?: string | null;
  bytes_per_second?: number;
  unknown?: { kind: string; number: number; packets: number }[];
  unknown_rest?: number;
  roles?: Role[];
  store?: { bytes: number; rows_estimated: Record<string, number> };
  readers?: number;
  readers_dropped?: number;
  connections?: number;
  connections_refused?: number;
}

interface Probing {
  enabled: boolean;
  since: string | null;
  quiet_until: string | null;
}

function KillSwitch() {
  const probing = usePages<never, Probing>({ path: "probing", key: "none" });
  const orders = useOrders(probing.again);
  const { role } = useStore(session);
  const now = probing.answer;
  const set = (enabled: boolean) => () => void orders.order(() => act("probing", "POST", { enabled }));
  if (!now) return probing.error ? <Problem text={probing.error} retry={probing.again} /> : null;
  return (
    <section class="sub" aria-labelledby="probing-title">
      <h3 id="probing-title">Probes</h3>
      {orders.fault && <Problem text={orders.fault} />}
      <p role="status" data-probing={now.enabled}>
        {now.enabled ? "Probes may be sent" : <b class="bad">No probe is sent</b>}
        {now.since && <span class="dim">, since <Time stamp={now.since} /></span>}
        {now.quiet_until && <>{"; quiet until "}<Time stamp={now.quiet_until} /></>}
      </p>
      {role === "admin" && (
        <p class="buttons">
          {now.enabled
            ? <Sure text="Stop all probes" about="" disabled={orders.busy} act={set(false)} />
            : <button type="button" disabled={orders.busy} onClick={set(true)}>Allow probes</button>}
        </p>
      )}
    </section>
  );
}

function Capture({ latest }: { latest: Health & More }) {
  const packets = counterOf(latest, "packets");
  return (
    <section class="sub" aria-labelledby="capture-title">
      <h3 id="capture-title">Capture</h3>
      <Troubles list={latest.troubles ?? []} />
      <dl class="facts">
        <Fact name="Now">
          {many(latest.packets_per_second, "packet")}
          {latest.bytes_per_second !== undefined && `, ${short(latest.bytes_per_second)} bytes`} per second
        </Fact>
        {losses.map((name) => (
          <Fact key={name} name={counterText(latest, name)}>
            <span class={counterOf(latest, name) ? "bad" : undefined}>{count(counterOf(latest, name))}</span>
            {name.endsWith("_drops") && ` (${percent(counterOf(latest, name), packets + counterOf(latest, name))})`}
          </Fact>
        ))}
        {(latest.unknown ?? []).map(({ kind, number, packets: n }) => (
          <Fact key={`${kind} ${number}`} name={`Not looked into: ${kind} ${number}`}>{many(n, "packet")}</Fact>
        ))}
      </dl>
    </section>
  );
}

function Roles({ list }: { list: Role[] }) {
  const of = { rows: list, answer: null, loading: false, error: "", more: null, again: () => undefined };
  return (
    <section class="sub" aria-labelledby="roles-title">
      <h3 id="roles-title">Processes</h3>
      <Listing of={of} name="Processes" columns={["Name", "State", "#Falls", "Ended last by"]} none="None has been told of yet.">
        {list.map((role) => (
          <tr key={role.role}>
            <Cell name="Name"><ShortText value={role.role} most={24} /></Cell>
            <Cell name="State">
              {role.running ? <span class="verified">runs</span> : <span class="bad">does not run</span>}
              {!role.running && role.back && <>{", again "}<Time stamp={role.back} /></>}
            </Cell>
            <Cell name="Falls" number>{count(role.falls)}</Cell>
            <Cell name="Ended last by">{role.signal ? `signal ${role.signal}` : role.falls ? `status ${role.status}` : "\u2013"}</Cell>
          </tr>
        ))}
      </Listing>
    </section>
  );
}

function Rest({ latest }: { latest: Health & More }) {
  const rows = Object.entries(latest.store?.rows_estimated ?? {});
  return (
    <section class="sub" aria-labelledby="store-title">
      <h3 id="store-title">Store and page</h3>
      <dl class="facts">
        {latest.store && <Fact name="On disk">{short(latest.store.bytes)} bytes</Fact>}
        {rows.map(([name, n]) => <Fact key={name} name={`Rows of ${name.replace(/_/g, " ")}`}>about {count(n)}</Fact>)}
        {rows.length > 0 && <Fact name="About these numbers">rows as the store estimates them: one that was changed counts more than once for a while</Fact>}
        <Fact name="Readers of the stream">
          {count(latest.readers ?? 0)}, {count(latest.readers_dropped ?? 0)} dropped because they were too slow
        </Fact>
        <Fact name="Connections">{count(latest.connections ?? 0)}, {count(latest.connections_refused ?? 0)} refused</Fact>
        <Fact name="Version">
          <ShortText value={latest.version} most={24} />
          {latest.since && <span class="dim">, running since <Time stamp={latest.since} /></span>}
        </Fact>
      </dl>
    </section>
  );
}

export function Sensor() {
  const latest = useStore(vitals).latest as (Health & More) | null;
  return (
    <Panel title="Sensor">
      {!latest && <p class="empty">Nothing heard from the sensor yet.</p>}
      {latest && <Capture latest={latest} />}
      <KillSwitch />
      {latest?.roles && <Roles list={latest.roles} />}
      {latest && <Rest latest={latest} />}
    </Panel>
  );
}
