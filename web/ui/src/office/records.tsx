// SPDX-License-Identifier: Apache-2.0
// What has been written down: what people have ordered, what probes have sent, copies of the store.
import { act } from "../api";
import { count, short } from "../format";
import { Address, Problem, State, Time, Where } from "../parts/bits";
import { Panel } from "../parts/panel";
import { ShortText, Text } from "../parts/text";
import { Cell, Field, Listing, Order, Sure } from "./bits";
import { useOrders, usePages } from "./pages";

interface TrailRow {
  number: number;
  time: string;
  by: string | null;
  what: string | null;
  about: string | null;
  detail: string | null;
}

export function Trail() {
  const list = usePages<TrailRow>({ path: "trail", key: "trail", from: "before" });
  return (
    <Panel title="Orders given">
      <Listing of={list} name="Orders given" columns={["Time", "By", "What", "About", "More"]} none="Nobody has ordered anything yet.">
        {list.rows.map((row) => (
          <tr key={row.number}>
            <Cell name="Time"><Time stamp={row.time} /></Cell>
            <Cell name="By"><ShortText value={row.by ?? "flowd, or nobody had to say"} most={40} /></Cell>
            <Cell name="What"><b><ShortText value={row.what} most={40} /></b></Cell>
            <Cell name="About"><ShortText value={row.about} most={80} /></Cell>
            <Cell name="More"><Text value={row.detail} most={120} /></Cell>
          </tr>
        ))}
      </Listing>
    </Panel>
  );
}

interface AuditRow {
  number: number;
  time: string | null;
  kind: string;
  ip: string;
  proto: string;
  port: number;
  vantage: string | null;
  syns: number;
  connections: number;
  datagrams: number;
  asker: string;
  state: string;
  reason: string;
  given_up: boolean;
  from: string | null;
}

export function Audit() {
  const list = usePages<AuditRow>({ path: "audit", key: "audit", from: "before", news: "event" });
  return (
    <Panel title="Probes sent">
      <Listing
        of={list} name="Probes sent" none="No probe has been sent yet."
        columns={["Time", "To", "From", "Asked by", "#SYN", "#Connections", "#Datagrams", "Outcome"]}
      >
        {list.rows.map((row) => (
          <tr key={row.number}>
            <Cell name="Time">{row.time && <Time stamp={row.time} />}</Cell>
            <Cell name="To"><Where at={row} /></Cell>
            <Cell name="From">{row.from && <Address text={row.from} />} <span class="dim"><ShortText value={row.vantage} most={24} /></span></Cell>
            <Cell name="Asked by"><ShortText value={row.asker} most={16} /></Cell>
            <Cell name="SYN" number>{count(row.syns)}</Cell>
            <Cell name="Connections" number>{count(row.connections)}</Cell>
            <Cell name="Datagrams" number>{count(row.datagrams)}</Cell>
            <Cell name="Outcome">{row.given_up ? "given up" : <State state={row.state} />} <span class="dim"><ShortText value={row.reason} most={32} /></span></Cell>
          </tr>
        ))}
      </Listing>
    </Panel>
  );
}

interface Backup {
  name: string;
  path: string;
  made: string | null;
  files: number;
  bytes: number;
}

export function Backups() {
  const list = usePages<Backup>({ path: "backups", key: "backups" });
  const orders = useOrders(list.again);
  return (
    <Panel title="Backups">
      <p class="dim">Copies of the store, beside it; flowd --restore makes a store of one.</p>
      {orders.fault && <Problem text={orders.fault} />}
      <Order title="Make a copy" button="Make" by={orders} send={({ name }) => act("backups", "POST", name ? { name } : {})}>
        <Field label="Name" name="name" hint="by the time" />
      </Order>
      <Listing of={list} name="Backups" columns={["Name", "Made", "#Files", "#Bytes", ""]} none="There is no copy.">
        {list.rows.map((copy) => (
          <tr key={copy.name}>
            <Cell name="Name"><b><ShortText value={copy.name} most={40} /></b> <span class="dim"><ShortText value={copy.path} most={80} /></span></Cell>
            <Cell name="Made">{copy.made && <Time stamp={copy.made} />}</Cell>
            <Cell name="Files" number>{count(copy.files)}</Cell>
            <Cell name="Bytes" number>{short(copy.bytes)}</Cell>
            <Cell name="">
              <Sure text="Remove" about={`the copy ${copy.name}`} disabled={orders.busy} act={() => void orders.order(() => act(`backups/${encodeURIComponent(copy.name)}`, "DELETE"))} />
            </Cell>
          </tr>
        ))}
      </Listing>
    </Panel>
  );
}
