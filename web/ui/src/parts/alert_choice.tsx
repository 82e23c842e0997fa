// SPDX-License-Identifier: Apache-2.0
// Which alerts are listed, and what they are put together by; it stands in the URL.
import { alerts, assigneeOf, nobody } from "../alerts";
import { plain } from "../format";
import { go, route } from "../route";
import { session } from "../session";
import { useStore } from "../store";
import { Line } from "./line";

export const statuses = ["new", "acknowledged", "resolved", "false-positive"];

/** What alerts are put together by. */
export const groupings: [word: string, text: string][] = [["", "nothing"], ["host", "host"], ["rule", "rule"]];

type Options = [value: string, text: string][];

function Choice({ name, label, options }: { name: "status" | "assignee" | "group"; label: string; options: Options }) {
  const value = useStore(route)[name];
  const all = options.some(([one]) => one === value) ? options : [...options, [value, plain(value, 32)] as const];
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => go({ [name]: event.currentTarget.value })}>
        {all.map(([one, text]) => <option key={one} value={one}>{text}</option>)}
      </select>
    </label>
  );
}

export function AlertChoice() {
  const { list } = useStore(alerts);
  const { name } = useStore(session);
  const people = [...new Set([name ?? "", ...list.map(assigneeOf)])].filter(Boolean).sort();
  const whose: Options = people.map((one) => [one, one === name ? `me (${plain(one, 32)})` : plain(one, 32)]);
  return (
    <form class="alert-choice" aria-label="Which alerts" onSubmit={(event) => event.preventDefault()}>
      <Choice name="status" label="Status" options={[["", "any"], ...statuses.map((one): [string, string] => [one, one])]} />
      <Choice name="assignee" label="Assigned to" options={[["", "anybody"], [nobody, "nobody"], ...whose]} />
      <label class="alert-filter">
        <span>Expression, as in rules</span>
        <Line
          name="alerts" text={useStore(route).alerts} placeholder="app redis or noauth" aria-label="Alerts by expression"
          onChange={(event) => go({ alerts: event.currentTarget.value.trim() })}
        />
      </label>
      <Choice name="group" label="Group by" options={groupings} />
    </form>
  );
}
