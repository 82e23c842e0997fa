// SPDX-License-Identifier: Apache-2.0
// Acknowledge, assign, comment: what people make of an alert, and who has.
import { useEffect, useState } from "preact/hooks";
import type { AlertEntry } from "../api";
import { mayOrder, session } from "../session";
import { useStore } from "../store";
import { changeAlert, loadTriage, triage } from "../triage";
import { Problem, Time } from "./bits";
import { ShortText, Text } from "./text";

/** What may follow each status: its word and what the button says. */
const next: [status: string, text: string][] = [
  ["acknowledged", "Acknowledge"],
  ["resolved", "Resolve"],
  ["false-positive", "False positive"],
  ["new", "Open again"],
];

function Entry({ entry }: { entry: AlertEntry }) {
  const changed = entry.status && entry.status !== entry.was;
  return (
    <li>
      <Time stamp={entry.time} />{" "}
      <b><ShortText value={entry.by ?? "somebody"} most={32} /></b>
      {changed && <>{": "}<ShortText value={entry.was ?? ""} most={16} />{" \u2192 "}<ShortText value={entry.status ?? ""} most={16} /></>}
      {entry.assignee && <>{", for "}<ShortText value={entry.assignee} most={32} /></>}
      {entry.comment && <p class="comment"><Text value={entry.comment} /></p>}
    </li>
  );
}

export function Triage({ number }: { number: number }) {
  const now = useStore(triage);
  const { role } = useStore(session);
  const [comment, setComment] = useState("");
  const [whom, setWhom] = useState("");
  useEffect(() => void loadTriage(number), [number]);
  if (now.number !== number || (!now.status && !now.error)) return null;
  const closed = ["resolved", "false-positive"].includes(now.status);
  const say = (change: { status?: string; assignee?: string | null }) => {
    void changeAlert(comment.trim() ? { ...change, comment: comment.trim() } : change);
    setComment("");
    setWhom("");
  };
  return (
    <section class="triage" aria-labelledby="triage-title">
      <h3 id="triage-title">
        What is made of it:{" "}
        <span class="word" data-status={now.status}><ShortText value={now.status} most={16} /></span>
        {now.assignee && <span class="dim">, <ShortText value={now.assignee} most={32} /></span>}
      </h3>
      {now.error && <Problem text={now.error} />}
      {mayOrder(role) && (
        <form onSubmit={(event) => event.preventDefault()}>
          <label>
            <span>Comment</span>
            <textarea
              rows={2} maxLength={511} value={comment}
              onInput={(event) => setComment(event.currentTarget.value)}
            />
          </label>
          <div class="buttons">
            {next.filter(([status]) => status !== now.status && (status === "new") === closed).map(([status, text]) => (
              <button key={status} type="button" onClick={() => say({ status })}>{text}</button>
            ))}
            <button type="button" disabled={!comment.trim()} onClick={() => say({})}>Comment only</button>
            <label class="assign">
              <span>Assign to</span>
              <input value={whom} maxLength={31} autocomplete="off" onInput={(event) => setWhom(event.currentTarget.value)} />
            </label>
            <button type="button" disabled={!whom.trim()} onClick={() => say({ assignee: whom.trim() })}>Assign</button>
          </div>
        </form>
      )}
      {now.history.length > 0 && (
        <ol class="entries">{now.history.map((entry, i) => <Entry key={entry.number ?? `on its way ${i}`} entry={entry} />)}</ol>
      )}
    </section>
  );
}
