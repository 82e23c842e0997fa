// SPDX-License-Identifier: Apache-2.0
// The rules: to read, to write and to try on what was recorded before they are trusted.
import { useEffect, useState } from "preact/hooks";
import type { RulesTrial } from "../api";
import { count, many } from "../format";
import { discardRules, editRules, loadAnew, loadRules, rules, tryRules } from "../rules";
import { mayOrder, session } from "../session";
import { useStore } from "../store";
import { Level, Problem, Time, Where } from "./bits";
import { Editor } from "./editor";
import { Panel } from "./panel";
import { ShortText } from "./text";

const levels = ["critical", "high", "medium", "low"];

const changeWords: Record<string, string> = {
  added: "would alert now",
  silenced: "would be silent now",
  raised: "would be raised",
  lowered: "would be lowered",
};

function Sums({ trial }: { trial: RulesTrial }) {
  return (
    <table class="sums">
      <thead>
        <tr><th scope="col">Alerts</th>{levels.map((level) => <th key={level} scope="col" class="number">{level}</th>)}<th scope="col" class="number">silent</th></tr>
      </thead>
      <tbody>
        {([["As it was", trial.then], ["With these rules", trial.now]] as const).map(([name, sums]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {levels.map((level) => <td key={level} class="number">{count(sums.levels[level] ?? 0)}</td>)}
            <td class="number">{count(sums.silent)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Differences({ trial }: { trial: RulesTrial }) {
  const some = Object.entries(changeWords).filter(([word]) => trial.changes[word]);
  if (!some.length) return <p>Nothing would be different.</p>;
  return (
    <>
      <p>{some.map(([word, text]) => `${many(trial.changes[word], "finding")} ${text}`).join(", ")}.</p>
      <ul class="differences">
        {trial.examples.map(({ change, then, now, line, finding }, i) => (
          <li key={i} class={`change-${change}`}>
            <Level level={then} />{" \u2192 "}<Level level={now} />{" "}
            <Where at={finding} /> <span class="dim">line {line}, <Time stamp={finding.time} /></span>
          </li>
        ))}
        {trial.more && <li class="dim">and others</li>}
      </ul>
    </>
  );
}

function Trial({ trial }: { trial: RulesTrial }) {
  return (
    <section class="trial" aria-labelledby="trial-title">
      <h3 id="trial-title">Tried on {many(trial.findings, "finding")}</h3>
      <Sums trial={trial} />
      <Differences trial={trial} />
      <details>
        <summary>By rule</summary>
        <table>
          <thead><tr><th scope="col" class="number">Line</th><th scope="col">Rule</th><th scope="col" class="number">Alerts</th><th scope="col" class="number">Silent</th></tr></thead>
          <tbody>
            {trial.rules.map(({ line, rule, alerts, silent }) => (
              <tr key={`${line} ${rule}`}>
                <td class="number">{line || "end"}</td>
                <td><code><ShortText value={rule} most={120} /></code></td>
                <td class="number">{count(alerts)}</td>
                <td class="number">{count(silent)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

type Now = ReturnType<typeof rules.get>;

/** What flowd thinks of the text, in a word. */
function verdictOf({ file, faults, warnings, checking, text, saved }: Now): string {
  if (checking) return "Checking\u2026";
  const odd = warnings.length ? `, ${many(warnings.length, "warning")}` : "";
  if (faults.length) return `${many(faults.length, "fault")}${odd}.`;
  const same = file === null ? "As built in" : "As in the file";
  return `${text === saved ? same : "These rules are right"}${odd}.`;
}

function Trying({ now, since, setSince }: { now: Now; since: string; setSince: (since: string) => void }) {
  return (
    <>
      <label>
        <span>Try on the last </span>
        <select value={since} onChange={(event) => setSince(event.currentTarget.value)}>
          {["1d", "7d", "30d", "all"].map((span) => <option key={span} value={span}>{span}</option>)}
        </select>
      </label>
      <button type="button" disabled={now.trying || now.faults.length > 0} onClick={() => void tryRules(since)}>
        {now.trying ? "Trying\u2026" : "Try on history"}
      </button>
    </>
  );
}

export function Rules() {
  const now = useStore(rules);
  const { role } = useStore(session);
  const [since, setSince] = useState("30d");
  const may = mayOrder(role);
  useEffect(() => void (role && loadRules(may)), [role]);
  return (
    <Panel title="Rules">
      <p class="dim">
        {now.file ? <>From <span class="address"><ShortText value={now.file} most={80} /></span>. </> : "Built in. "}
        {may && "What is written here is tried, not kept: "}
        {may && (now.file ? "put it into the file and load that when you like what it does."
          : "put it into a file and name that as rules in flowd.yaml when you like what it does.")}
      </p>
      {now.error && <Problem text={now.error} />}
      <Editor
        name="Text of the rules" text={now.text} faults={now.faults} warnings={now.warnings}
        edit={may ? editRules : null}
      />
      <p id="rules-fault" role="status" class={now.faults.length ? "bad" : "dim"}>{verdictOf(now)} {now.loaded}</p>
      {may && (
        <div class="buttons">
          <Trying now={now} since={since} setSince={setSince} />
          {now.text !== now.saved && <button type="button" onClick={discardRules}>Back to what holds</button>}
          {role === "admin" && now.file !== null && <button type="button" onClick={() => void loadAnew()}>Load the file anew</button>}
        </div>
      )}
      {now.trial && <Trial trial={now.trial} />}
    </Panel>
  );
}
