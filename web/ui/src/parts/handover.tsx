// SPDX-License-Identifier: Apache-2.0
// Handing a service over to a scanner or a ticket system, and what came of it.
import { useEffect } from "preact/hooks";
import { count, span } from "../format";
import { cancelRun, handover, handOver, isGoingOn, loadHandover, showOutput } from "../handover";
import type { Handover as Run } from "../orders";
import { mayOrder, session } from "../session";
import { useStore } from "../store";
import { Problem, Time } from "./bits";
import { ShortText, Text } from "./text";

/** Only what a browser opens as a page; a tool's answer may say anything. */
const isLink = (text: string) => /^https?:\/\//i.test(text);

/** How it ended, beside its state. */
function outcome(run: Run): string {
  if (run.signal) return `signal ${run.signal}`;
  if (run.exit_status !== null) return `exit status ${run.exit_status}`;
  return run.http_status !== null ? `HTTP ${run.http_status}` : "";
}

function Item({ id, run, output, may }: { id: string; run: Run; output?: string; may: boolean }) {
  const more = [outcome(run), run.duration_ms !== null && span(run.duration_ms)].filter(Boolean).join(", ");
  return (
    <li>
      <b><ShortText value={run.tool} most={40} /></b>{" "}
      <span data-run={run.state}><ShortText value={run.state} most={16} /></span>
      {run.reason && <>{": "}<Text value={run.reason} most={120} /></>}
      <span class="dim">
        {more && `, ${more}`}
        {run.by && <>{", by "}<ShortText value={run.by} most={32} /></>}
        {run.by_rule && ", by a rule"}
        {run.made && <>{", "}<Time stamp={run.made} /></>}
      </span>{" "}
      {run.ticket && (
        <>
          {run.link && isLink(run.link)
            ? <a href={run.link} rel="noopener noreferrer" target="_blank"><ShortText value={run.ticket} most={40} /></a>
            : <ShortText value={run.ticket} most={40} />}{" "}
        </>
      )}
      {may && isGoingOn(run) && (
        <button type="button" onClick={() => void cancelRun(id, run.id)}>Cancel</button>
      )}
      {!isGoingOn(run) && run.output_bytes > 0 && output === undefined && (
        <button type="button" class="quiet" onClick={() => void showOutput(id, run.id)}>
          {`Show what it said (${count(run.output_bytes)} bytes${run.truncated ? ", cut" : ""})`}
        </button>
      )}
      {output !== undefined && <pre tabIndex={0}><Text value={output} most={4000} lines /></pre>}
    </li>
  );
}

export function Handover({ id }: { id: string }) {
  const now = useStore(handover);
  const { role } = useStore(session);
  const may = mayOrder(role);
  useEffect(() => void loadHandover(id), [id]);
  if (now.id !== id || (!now.tools.length && !now.runs.length && !now.error)) return null;
  return (
    <section class="handover" aria-labelledby="handover-title">
      <h3 id="handover-title">Hand over</h3>
      {now.error && <Problem text={now.error} retry={() => void loadHandover(id)} />}
      {may && now.tools.length > 0 && (
        <p class="buttons">
          {now.tools.map((tool) => (
            <button key={tool.name} type="button" onClick={() => void handOver(id, tool.name)}>
              <ShortText value={`To ${tool.title ?? tool.name}`} most={48} />
            </button>
          ))}
        </p>
      )}
      <ol class="runs">
        {now.runs.map((run) => <Item key={run.id} id={id} run={run} output={now.outputs.get(run.id)} may={may} />)}
      </ol>
    </section>
  );
}
