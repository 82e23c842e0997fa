// SPDX-License-Identifier: Apache-2.0
// Which rule decides about a service, and why those before it do not.
import { useEffect, useState } from "preact/hooks";
import { explainRules, type Explained } from "../orders";
import { Level, Problem } from "./bits";
import { ShortText } from "./text";

export function Explain({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const [told, setTold] = useState<Explained | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    if (!open) return undefined;
    let here = true;
    explainRules(id).then(
      (got) => here && (setTold(got), setError("")),
      (fault) => here && setError((fault as Error).message),
    );
    return () => { here = false; };
  }, [open, id]);
  return (
    <details class="explain" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Which rule decides?</summary>
      {error && <Problem text={error} />}
      {told && (
        <>
          <p>
            <Level level={told.level} />{" by "}
            {told.line ? `line ${told.line}: ` : "the implied last rule: "}
            <code><ShortText value={told.rule} most={200} /></code>
            {told.noprobe_line && `; line ${told.noprobe_line} forbids probes`}
          </p>
          <ol class="steps">
            {told.steps.filter((step) => !step.decides).map((step) => (
              <li key={step.line} value={step.line || undefined}>
                <code><ShortText value={step.rule} most={160} /></code>{" "}
                <span class="dim">does not: <ShortText value={step.why_not ?? ""} most={120} /></span>
              </li>
            ))}
          </ol>
        </>
      )}
    </details>
  );
}
