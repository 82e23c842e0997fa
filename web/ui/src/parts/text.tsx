// SPDX-License-Identifier: Apache-2.0
// Text that came from the network: text nodes only, isolated from its surroundings, what cannot be
// seen spelt out, and short until somebody asks for the rest.
import { useState } from "preact/hooks";
import { count, runsOf } from "../format";

interface Props {
  value: string | null | undefined;
  most?: number; // characters shown at once
  lines?: boolean; // line feeds break lines
}

export function Text({ value, most = 300, lines = false }: Props) {
  const [all, setAll] = useState(false);
  const text = value ?? "";
  const cut = !all && text.length > most;
  const runs = runsOf(cut ? text.slice(0, most) : text, lines);
  return (
    <>
      <bdi class="wire-text">
        {runs.map((run, i) =>
          run.escaped ? <span key={i} class="escape">{run.text}</span> : run.text,
        )}
      </bdi>
      {cut && (
        <button type="button" class="inline" onClick={() => setAll(true)}>
          {`show ${count(text.length - most)} more characters`}
        </button>
      )}
    </>
  );
}

/** The same where there is no room for a button: cut with an ellipsis. */
export function ShortText({ value, most = 60 }: { value: string | null | undefined; most?: number }) {
  const text = value ?? "";
  return <Text value={text.length > most ? `${text.slice(0, most)}\u2026` : text} most={most + 1} />;
}
