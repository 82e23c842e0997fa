// SPDX-License-Identifier: Apache-2.0
// Whose an address is: what the lists and people say, and how the lists fare.
import { act } from "../api";
import { many } from "../format";
import { Address, Problem, Time } from "../parts/bits";
import { Panel } from "../parts/panel";
import { ShortText, Text } from "../parts/text";
import { route } from "../route";
import { mayOrder, session } from "../session";
import { useStore } from "../store";
import { Cell, Field, Listing, Order, Search, Sure } from "./bits";
import { useOrders, usePages } from "./pages";

interface Asset {
  address: string;
  proto: string | null;
  port: number;
  name: string | null;
  owner: string | null;
  zone: string | null;
  tags: string[];
  outside: string | null;
  outside_port: number;
  probe: boolean;
  source: string;
}

interface Source {
  source: string;
  rows: number;
  good: string | null;
  fails_since: string | null;
  error: string | null;
}

const sourceWords: Record<string, string> = { api: "HTTP API", file: "file", configuration: "flowd.yaml", person: "people" };

const placeOf = ({ address, proto, port }: Asset) => (port ? `${address}, port ${port}${proto ? `/${proto}` : ""}` : address);

const orderOf = ({ probe, ...words }: Record<string, string>) =>
  act("assets", "POST", { ...words, ...(probe && { probe: probe === "yes" }) });

const removalOf = ({ address, proto, port }: Asset) =>
  act("assets", "POST", { address, ...(port && { port, ...(proto && { proto }) }), remove: true });

function Sources({ list }: { list: Source[] }) {
  return (
    <ul class="sources">
      {list.map(({ source, rows, good, fails_since, error }) => (
        <li key={source}>
          <b>{sourceWords[source] ?? <ShortText value={source} most={24} />}</b>: {many(rows, "row")}
          {good && <span class="dim">, read <Time stamp={good} /></span>}
          {fails_since && <span class="bad">, fails since <Time stamp={fails_since} /></span>}
          {error && <>{": "}<span class="bad"><Text value={error} most={160} /></span></>}
        </li>
      ))}
    </ul>
  );
}

export function Assets() {
  const { of } = useStore(route);
  const { role } = useStore(session);
  const list = usePages<Asset, { count: number; sources: Source[] }>({ path: "assets", key: "assets", from: "cursor", query: { ip: of } });
  const orders = useOrders(list.again);
  return (
    <Panel title="Assets">
      <div class="section-head">
        {list.answer && <Sources list={list.answer.sources ?? []} />}
        <Search label="Address or network" hint="any" />
      </div>
      {orders.fault && <Problem text={orders.fault} />}
      {mayOrder(role) && (
        <Order title="Say something of an address" button="Say it" by={orders} send={orderOf}>
          <Field label="Address or network" name="address" required />
          <Field label="Port" name="port" hint="all" />
          <Field label="Name" name="name" />
          <Field label="Owner" name="owner" />
          <Field label="Zone" name="zone" />
          <Field label="Tags" name="tags" />
          <Field label="Outside address" name="outside" />
          <label>
            <span>May be probed</span>
            <select name="probe"><option value="">as configured</option><option value="yes">yes</option><option value="no">no</option></select>
          </label>
        </Order>
      )}
      <Listing
        of={list} name="Assets" columns={["Address", "Name", "Owner", "Zone", "Tags", "Outside", "Probed", "Said by", ""]}
        none={of ? "Nothing is said of that address." : "Nobody has said anything of an address yet."}
      >
        {list.rows.map((asset) => (
          <tr key={`${asset.source} ${placeOf(asset)}`}>
            <Cell name="Address"><Address text={placeOf(asset)} /></Cell>
            <Cell name="Name"><ShortText value={asset.name} most={40} /></Cell>
            <Cell name="Owner"><ShortText value={asset.owner} most={40} /></Cell>
            <Cell name="Zone"><ShortText value={asset.zone} most={24} /></Cell>
            <Cell name="Tags"><ShortText value={asset.tags.join(", ")} most={60} /></Cell>
            <Cell name="Outside">{asset.outside && <Address text={asset.outside_port ? `${asset.outside}, port ${asset.outside_port}` : asset.outside} />}</Cell>
            <Cell name="Probed">{asset.probe ? "yes" : <b>no</b>}</Cell>
            <Cell name="Said by">{sourceWords[asset.source] ?? <ShortText value={asset.source} most={16} />}</Cell>
            <Cell name="">
              {mayOrder(role) && asset.source === "person" && (
                <Sure text="Take back" about={`what is said of ${placeOf(asset)}`} disabled={orders.busy} act={() => void orders.order(() => removalOf(asset))} />
              )}
            </Cell>
          </tr>
        ))}
      </Listing>
    </Panel>
  );
}
