// SPDX-License-Identifier: Apache-2.0
// What may be there: all approvals, approving by an expression, taking a file.
import { act, send } from "../api";
import { count, many } from "../format";
import { approve, withdraw, type Approval } from "../orders";
import { Problem, Time, Where } from "../parts/bits";
import { Panel } from "../parts/panel";
import { ShortText, Text } from "../parts/text";
import { hrefOf, route } from "../route";
import { mayOrder, session } from "../session";
import { useStore } from "../store";
import { Cell, Field, Listing, Order, Search, Sure } from "./bits";
import { Learning } from "./learning";
import { useOrders, usePages, type Ordering } from "./pages";

type Row = Approval & { app: string | null; void_since: string | null };

const states: Record<string, string> = {
  open: "not seen yet", bound: "holds", void: "void: it is something else now", expired: "over",
};

/** A file is one of four forms, by how it begins. */
export function formOf(text: string): string {
  const start = text.trimStart();
  if (start.startsWith("[")) return "masscan";
  if (start.startsWith("<")) return "nmap";
  return start.startsWith("{") ? "export" : "csv";
}

const mostBytes = 64 << 20;

function Import({ by }: { by: Ordering }) {
  const take = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    if (!file) return;
    await by.order(async () => {
      if (file.size > mostBytes) throw new Error("The file is larger than 64 MB.");
      const text = await file.text();
      await send(`baseline/import?format=${formOf(text)}`, "application/octet-stream", text);
    });
    input.value = "";
  };
  return (
    <details class="order">
      <summary>Import a file</summary>
      <label>
        <span>CSV, nmap's XML, masscan's JSON or flowd's own export: all of it, or nothing where a line is wrong</span>
        <input type="file" disabled={by.busy} onChange={(event) => void take(event.currentTarget)} />
      </label>
    </details>
  );
}

const expressionOf = ({ days, filter, ...words }: Record<string, string>) =>
  act("baseline", "POST", { filter, ...words, ...(days && { days: Number(days) }) });

const serviceOf = ({ service, days, ...words }: Record<string, string>) =>
  approve({ services: [service], ...words, ...(days && { days: Number(days) }) });

function Words() {
  return (
    <>
      <Field label="Reason" name="reason" most={63} />
      <Field label="Owner" name="owner" most={31} />
      <Field label="Ticket" name="ticket" most={31} />
      <Field label="Days" name="days" hint="for good" number />
    </>
  );
}

export function Baseline() {
  const { of } = useStore(route);
  const { role } = useStore(session);
  const list = usePages<Row, { count: number }>({ path: "baseline", key: "baseline", from: "cursor", query: { ip: of } });
  const orders = useOrders(list.again);
  const may = mayOrder(role);
  return (
    <Panel title="What may be there">
      <div class="section-head">
        <p class="dim">{list.answer && many(list.answer.count, "approval")}</p>
        <Search label="Address or network" hint="any" />
      </div>
      <Learning done={list.again} />
      {orders.fault && <Problem text={orders.fault} />}
      {may && (
        <>
          <Order title="Approve of all that an expression finds" button="Approve" by={orders} send={expressionOf}>
            <Field label="Expression, as in rules" name="filter" hint="app ssh host 10.0.0.0/8" most={511} required />
            <Words />
          </Order>
          <Order title="Approve of one service" button="Approve" by={orders} send={serviceOf}>
            <Field label="Service" name="service" hint="192.0.2.1-tcp-443" required />
            <Words />
          </Order>
        </>
      )}
      {role === "admin" && <Import by={orders} />}
      <Listing
        of={list} name="Approvals" columns={["Service", "State", "As what", "Why", "By", "Until", ""]}
        none={of ? "Nothing of that address is approved." : "Nothing is approved yet."}
      >
        {list.rows.map((row) => (
          <tr key={row.id}>
            <Cell name="Service"><a href={hrefOf({ service: row.id })}><Where at={row} /></a></Cell>
            <Cell name="State"><span data-approval={row.state}>{states[row.state] ?? <ShortText value={row.state} />}</span></Cell>
            <Cell name="As what"><ShortText value={row.app ?? "anything"} most={24} /></Cell>
            <Cell name="Why">
              <Text value={row.reason} most={80} />
              {row.ticket && <span class="dim">, ticket <ShortText value={row.ticket} most={32} /></span>}
            </Cell>
            <Cell name="By">
              <ShortText value={row.by ?? ""} most={32} />
              {row.owner && <span class="dim">, owner <ShortText value={row.owner} most={32} /></span>}
            </Cell>
            <Cell name="Until">{row.expires ? <Time stamp={row.expires} /> : "for good"}</Cell>
            <Cell name="">
              {may && <Sure text="Approve no longer" about={`of ${row.id}`} disabled={orders.busy} act={() => void orders.order(() => withdraw(row.id))} />}
            </Cell>
          </tr>
        ))}
      </Listing>
      {list.more && <p class="dim empty">{count(list.rows.length)} are shown.</p>}
    </Panel>
  );
}
