// SPDX-License-Identifier: Apache-2.0
// Which services are listed; what is chosen stands in the URL.
import { go, hasFilter, route } from "../route";
import { useStore } from "../store";
import { states } from "../words";

type Key = "ip" | "port" | "app";

const fields: { key: Key; label: string; hint: string; mode: "text" | "numeric" }[] = [
  { key: "ip", label: "Address or network", hint: "any", mode: "text" },
  { key: "port", label: "Port", hint: "any", mode: "numeric" },
  { key: "app", label: "Application", hint: "any", mode: "text" },
];

export function Filters() {
  const now = useStore(route);
  const set = (key: string) => (event: { currentTarget: HTMLInputElement | HTMLSelectElement }) =>
    go({ [key]: event.currentTarget.value.trim() });
  return (
    <form class="filters" role="search" aria-label="Filter services" onSubmit={(e) => e.preventDefault()}>
      {fields.map(({ key, label, hint, mode }) => (
        <label key={key} class={`filter-${key}`}>
          <span>{label}</span>
          <input
            name={key}
            value={now[key]}
            placeholder={hint}
            inputMode={mode}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            onChange={set(key)}
          />
        </label>
      ))}
      <label class="filter-state">
        <span>State</span>
        <select name="state" value={now.state} onChange={set("state")}>
          <option value="">any</option>
          {states.map((state) => <option key={state} value={state}>{state}</option>)}
        </select>
      </label>
      {/* Enter in a field needs a button to submit the form, which says "change" */}
      <button type="submit" class="unseen" tabIndex={-1}>Filter</button>
      <button
        type="button"
        class="quiet"
        disabled={!hasFilter(now)}
        onClick={() => go({ ip: "", port: "", app: "", state: "" })}
      >
        Clear
      </button>
    </form>
  );
}
