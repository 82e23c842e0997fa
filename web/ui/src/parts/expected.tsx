// SPDX-License-Identifier: Apache-2.0
// May this service be there? Who has approved of it, and the form to do so, for good or for some days.
import { useEffect, useState } from "preact/hooks";
import type { Service } from "../api";
import { expect, expected, expectNoMore, loadExpected } from "../expected";
import type { Approval, Expectation } from "../orders";
import { mayOrder, session } from "../session";
import { useStore } from "../store";
import { Problem, Time } from "./bits";
import { ShortText, Text } from "./text";

const spans: [days: number, text: string][] = [
  [0, "for good"], [1, "for a day"], [7, "for 7 days"], [30, "for 30 days"], [90, "for 90 days"],
];

const stateWords: Record<string, string> = {
  open: "Approved, as what it will be seen to be.",
  bound: "Approved as what it is.",
  void: "It was approved as something else: that approval is void.",
  expired: "It was approved for a time that is over.",
};

export function Entry({ entry }: { entry: Expectation & Partial<Approval> }) {
  return (
    <p>
      <b data-approval={entry.state}>{stateWords[entry.state] ?? <ShortText value={entry.state} />}</b>{" "}
      {entry.reason && <Text value={entry.reason} most={80} />}
      <span class="dim">
        {entry.by && <>{" by "}<ShortText value={entry.by} most={32} /></>}
        {entry.owner && <>{", owner "}<ShortText value={entry.owner} most={32} /></>}
        {entry.ticket && <>{", ticket "}<ShortText value={entry.ticket} most={32} /></>}
        {entry.approved && <>{", "}<Time stamp={entry.approved} /></>}
        {entry.expires && <>{", until "}<Time stamp={entry.expires} exact /></>}
      </span>
    </p>
  );
}

function Form({ service }: { service: Service }) {
  const [form, setForm] = useState({ owner: "", reason: "", ticket: "", days: 0 });
  const set = (key: "owner" | "reason" | "ticket") => (event: { currentTarget: HTMLInputElement }) =>
    setForm({ ...form, [key]: event.currentTarget.value });
  return (
    <form
      class="approve"
      onSubmit={(event) => {
        event.preventDefault();
        void expect(service, form);
      }}
    >
      <label><span>Reason</span><input name="reason" maxLength={63} value={form.reason} autocomplete="off" onInput={set("reason")} /></label>
      <label><span>Owner</span><input name="owner" maxLength={31} value={form.owner} autocomplete="off" onInput={set("owner")} /></label>
      <label><span>Ticket</span><input name="ticket" maxLength={31} value={form.ticket} autocomplete="off" onInput={set("ticket")} /></label>
      <label>
        <span>How long</span>
        <select name="days" value={form.days} onChange={(event) => setForm({ ...form, days: Number(event.currentTarget.value) })}>
          {spans.map(([days, text]) => <option key={days} value={days}>{text}</option>)}
        </select>
      </label>
      <button type="submit">{form.days ? "Ignore for that long" : "Approve"}</button>
    </form>
  );
}

export function Expected({ service }: { service: Service }) {
  const now = useStore(expected);
  const { role } = useStore(session);
  useEffect(() => void loadExpected(service), [service.id]);
  if (now.of?.id !== service.id) return null;
  const holds = now.entry && ["open", "bound"].includes(now.entry.state);
  return (
    <section class="expected" aria-labelledby="expected-title">
      <h3 id="expected-title">Expected?</h3>
      {now.error && <Problem text={now.error} retry={() => void loadExpected(service)} />}
      <div role="status">
        {now.entry && <Entry entry={now.entry} />}
        {now.known && !now.entry && <p class="dim">Nobody has approved of it.</p>}
      </div>
      {mayOrder(role) && now.known && !holds && <Form service={service} />}
      {mayOrder(role) && now.entry && (
        <p class="buttons">
          <button type="button" onClick={() => void expectNoMore(service)}>Approve no longer</button>
        </p>
      )}
    </section>
  );
}
