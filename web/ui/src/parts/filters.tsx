// SPDX-License-Identifier: Apache-2.0
// Which services are listed; what is chosen stands in the URL.
import { go, hasFilter, noFilter, route } from "../route";
import { useStore } from "../store";
import { levels, states } from "../words";
import { Line } from "./line";

type Key = "ip" | "port" | "app" | "filter";

const fields: { key: Key; label: string; hint: string; mode: "text" | "numeric" }[] = [
  { key: "ip", label: "Address or network", hint: "any", mode: "text" },
  { key: "port", label: "Port", hint: "any", mode: "numeric" },
  { key: "app", label: "Application", hint: "any", mode: "text" },
];
const expression = { key: "filter", label: "Expression, as in rules", hint: "port 6379 noauth or app rdp", mode: "text" } as const;

const since = [["1h", "last hour"], ["24h", "last 24 hours"], ["7d", "last 7 days"], ["30d", "last 30 days"]];

export function Filters() {
  const now = useStore(route);
  const set = (key: string) => (event: { currentTarget: HTMLInputElement | HTMLSelectElement }) =>
    go({ [key]: event.currentTarget.value.trim() });
  return (
    <form class="filters" role="search" aria-label="Filter services" onSubmit={(e) => e.preventDefault()}>
      {[...fields, expression].map(({ key, label, hint, mode }: (typeof fields)[number]) => (
        <label key={key} class={`filter-${key}`}>
          <span>{label}</span>
          <Line name={key} text={now[key]} placeholder={hint} inputMode={mode} onChange={set(key)} />
        </label>
      ))}
      <label class="filter-state">
        <span>State</span>
        <select name="state" value={now.state} onChange={set("state")}>
          <option value="">any</option>
          {states.map((state) => <option key={state} value={state}>{state}</option>)}
        </select>
      </label>
      <label class="filter-level">
        <span>Level</span>
        <select name="level" value={now.level} onChange={set("level")}>
          <option value="">any</option>
          {[...levels].reverse().map((level) => <option key={level} value={level}>{level}</option>)}
        </select>
      </label>
      <label class="filter-since">
        <span>First seen</span>
        <select name="since" value={now.since} onChange={set("since")}>
          <option value="">ever</option>
          {since.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
        </select>
      </label>
      {/* Enter in a field needs a button to submit the form, which says "change" */}
      <button type="submit" class="unseen" tabIndex={-1}>Filter</button>
      <button
        type="button"
        class="quiet"
        disabled={!hasFilter(now)}
        onClick={() => go(noFilter)}
      >
        Clear
      </button>
    </form>
  );
}
