// SPDX-License-Identifier: Apache-2.0
// Ordering a sweep.
import { useState } from "preact/hooks";
import { mayOrder, session } from "../session";
import { useStore } from "../store";
import { orderSweep } from "../sweeps";
import { Problem } from "./bits";

export function SweepOrder() {
  const { role } = useStore(session);
  const [form, setForm] = useState({ prefixes: "", ports: "", rate: "" });
  const [fault, setFault] = useState("");
  if (!mayOrder(role)) return null;
  const set = (key: "prefixes" | "ports" | "rate") => (event: { currentTarget: HTMLInputElement }) =>
    setForm({ ...form, [key]: event.currentTarget.value });
  const send = async (event: Event) => {
    event.preventDefault();
    setFault(await orderSweep(form.prefixes, form.ports, form.rate));
  };
  return (
    <details class="order">
      <summary>Sweep a network</summary>
      <form onSubmit={(event) => void send(event)}>
        <label>
          <span>Addresses or networks</span>
          <input name="prefixes" required value={form.prefixes} autocomplete="off" spellcheck={false} onInput={set("prefixes")} />
        </label>
        <label>
          <span>Ports</span>
          <input name="ports" placeholder="all" value={form.ports} autocomplete="off" spellcheck={false} onInput={set("ports")} />
        </label>
        <label>
          <span>Packets a second</span>
          <input name="rate" placeholder="as configured" inputMode="numeric" pattern="[0-9]*" value={form.rate} autocomplete="off" onInput={set("rate")} />
        </label>
        <button type="submit">Sweep</button>
      </form>
      {fault && <Problem text={fault} />}
    </details>
  );
}
