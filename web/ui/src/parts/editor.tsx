// SPDX-License-Identifier: Apache-2.0
// A text with the numbers of its lines beside it, and what is wrong with them below.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Fault } from "../api";
import { many } from "../format";
import { ShortText, Text } from "./text";

const lineHeight = 20; // px, as in the style
const padding = 8;
const shownMost = 50; // faults

interface Props {
  name: string;
  text: string;
  faults: Fault[];
  warnings: Fault[];
  edit: ((text: string) => void) | null; // null: to be read only
}

/** Where a line and a column, both from 1, are in a text. */
export function offsetOf(text: string, line: number, column: number): number {
  let at = 0;
  for (let i = 1; i < line; i++) {
    const end = text.indexOf("\n", at);
    if (end < 0) break;
    at = end + 1;
  }
  const end = text.indexOf("\n", at);
  return Math.min(at + Math.max(column - 1, 0), end < 0 ? text.length : end);
}

/** The numbers of the lines in sight. */
function Numbers({ box, text, faults, warnings }: Omit<Props, "name" | "edit"> & { box: { current: HTMLTextAreaElement | null } }) {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const follow = () => setTop(box.current?.scrollTop ?? 0);
    box.current?.addEventListener("scroll", follow);
    return () => box.current?.removeEventListener("scroll", follow);
  }, []);
  const lines = text.split("\n").length;
  const first = Math.floor(top / lineHeight);
  const last = Math.min(lines, first + Math.ceil((box.current?.clientHeight ?? 400) / lineHeight) + 1);
  const marks = new Map<number, string>();
  for (const { line, file } of warnings) if (!file) marks.set(line, "warned");
  for (const { line, file } of faults) if (!file) marks.set(line, "wrong");
  const shift = { transform: `translateY(${padding + first * lineHeight - top}px)` };
  return (
    <div class="numbers" aria-hidden="true">
      <ol style={shift}>
        {Array.from({ length: Math.max(last - first, 0) }, (_, i) => (
          <li key={first + i + 1} class={marks.get(first + i + 1)}>{first + i + 1}</li>
        ))}
      </ol>
    </div>
  );
}

const placeOf = ({ file, line, column }: Fault) => `${file ? `${file}, ` : ""}line ${line}, column ${column}`;

interface ListProps {
  list: Fault[];
  kind: string;
  goTo: (fault: Fault) => void;
}

function Faults({ list, kind, goTo }: ListProps) {
  if (!list.length) return null;
  return (
    <ul class={`faults ${kind}`} aria-label={kind === "wrong" ? "Faults" : "Warnings"}>
      {list.slice(0, shownMost).map((fault, i) => (
        <li key={i}>
          {fault.line > 0 && !fault.file && <><button type="button" class="inline" onClick={() => goTo(fault)}>{placeOf(fault)}</button>{": "}</>}
          {fault.line > 0 && fault.file && <><b><ShortText value={placeOf(fault)} most={120} /></b>{": "}</>}
          <Text value={fault.detail} />
        </li>
      ))}
      {list.length > shownMost && <li>and {many(list.length - shownMost, "other")}</li>}
    </ul>
  );
}

export function Editor({ name, text, faults, warnings, edit }: Props) {
  const box = useRef<HTMLTextAreaElement>(null);
  const goTo = ({ line, column }: Fault) => {
    const at = offsetOf(text, line, column);
    box.current?.focus();
    box.current?.setSelectionRange(at, at);
    if (box.current) box.current.scrollTop = Math.max(0, (line - 5) * lineHeight);
  };
  return (
    <>
      <div class="editor">
        <Numbers box={box} text={text} faults={faults} warnings={warnings} />
        <textarea
          ref={box} aria-label={name} rows={18} spellcheck={false} wrap="off" value={text} readOnly={!edit}
          aria-invalid={faults.length > 0} aria-describedby="rules-fault" onInput={(event) => edit?.(event.currentTarget.value)}
        />
      </div>
      <Faults list={faults} kind="wrong" goTo={goTo} />
      <Faults list={warnings} kind="warned" goTo={goTo} />
    </>
  );
}
