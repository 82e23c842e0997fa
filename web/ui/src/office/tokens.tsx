// SPDX-License-Identifier: Apache-2.0
// Who may ask flowd: tokens, made and revoked. A new one is shown once and kept nowhere.
import { useState } from "preact/hooks";
import { act } from "../api";
import { Problem, Time } from "../parts/bits";
import { Panel } from "../parts/panel";
import { ShortText } from "../parts/text";
import { Cell, Field, Listing, Order, Sure } from "./bits";
import { useOrders, usePages } from "./pages";

interface Token {
  id: number;
  name: string | null;
  role: string;
  created: string | null;
  expires: string | null;
}

export function Tokens() {
  const list = usePages<Token>({ path: "tokens", key: "tokens" });
  const orders = useOrders(list.again);
  const [fresh, setFresh] = useState("");
  const make = async ({ name, role, days }: Record<string, string>) => {
    const answer = await act("tokens", "POST", { name, role, ...(days && { days: Number(days) }) });
    setFresh((await answer.json()).token);
  };
  return (
    <Panel title="Tokens">
      {orders.fault && <Problem text={orders.fault} />}
      <Order title="Make a token" button="Make" by={orders} send={make}>
        <Field label="Name" name="name" most={31} required />
        <label>
          <span>Role</span>
          <select name="role">{["viewer", "operator", "admin"].map((role) => <option key={role} value={role}>{role}</option>)}</select>
        </label>
        <Field label="Days" name="days" hint="for good" number />
      </Order>
      <div role="status">
        {fresh && (
          <p class="fresh-token">
            It is shown this once: <code>{fresh}</code>{" "}
            <button type="button" onClick={() => setFresh("")}>Hide it</button>
          </p>
        )}
      </div>
      <Listing of={list} name="Tokens" columns={["Name", "Role", "Made", "Until", ""]} none="There is no token.">
        {list.rows.map((token) => (
          <tr key={token.id}>
            <Cell name="Name"><ShortText value={token.name ?? ""} most={40} /></Cell>
            <Cell name="Role"><ShortText value={token.role} most={16} /></Cell>
            <Cell name="Made">{token.created && <Time stamp={token.created} />}</Cell>
            <Cell name="Until">{token.expires ? <Time stamp={token.expires} /> : "for good"}</Cell>
            <Cell name="">
              <Sure text="Revoke" about={`the token ${token.name ?? token.id}`} disabled={orders.busy} act={() => void orders.order(() => act(`tokens/${token.id}`, "DELETE"))} />
            </Cell>
          </tr>
        ))}
      </Listing>
    </Panel>
  );
}
