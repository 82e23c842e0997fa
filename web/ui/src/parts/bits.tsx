// SPDX-License-Identifier: Apache-2.0
// Small things that many parts show.
import type { ComponentChildren } from "preact";
import type { Named, Where as Service } from "../api";
import { place, when, whenExactly } from "../format";
import { levels, states } from "../words";
import { ShortText } from "./text";

const known = (word: string, words: string[]) => (words.includes(word) ? word : "other");

export function Level({ level }: { level: string }) {
  return (
    <span class={`level level-${known(level, levels)}`}>
      <ShortText value={level} most={16} />
    </span>
  );
}

export function Verified({ yes }: { yes: boolean }) {
  return <span class={yes ? "verified" : "unverified"}>{yes ? "verified" : "not verified"}</span>;
}

export function State({ state }: { state: string }) {
  return (
    <span class={`state state-${known(state, states)}`}>
      <ShortText value={state} most={16} />
    </span>
  );
}

/** An address of this many characters at most. */
export function Address({ text, most = 60 }: { text: string; most?: number }) {
  return <span class="address"><ShortText value={text} most={most} /></span>;
}

/** "10.0.0.1:22/tcp"; port 0 is the whole host: "10.0.0.1/tcp" */
export function Where({ at }: { at: Service }) {
  return (
    <>
      <Address text={at.port ? place(at.ip, at.port) : at.ip} />
      <span class="dim proto">/<ShortText value={at.proto} most={8} /></span>
    </>
  );
}

export function Time({ stamp, exact = false }: { stamp: string; exact?: boolean }) {
  return (
    <time dateTime={stamp} title={exact ? undefined : whenExactly(stamp)}>
      <ShortText value={exact ? whenExactly(stamp) : when(stamp)} />
    </time>
  );
}

/** The name of what is spoken, or a guess that says it is one. */
export function App({ app, app_guess }: Named) {
  if (app && app !== "unknown") return <ShortText value={app} most={24} />;
  if (!app_guess) return <span class="dim">unknown</span>;
  return (
    <span class="guess" title="Not recognised; the port number suggests it">
      <ShortText value={app_guess} most={24} />
      <span class="guess-mark">?<span class="unseen"> (a guess by the port number)</span></span>
    </span>
  );
}

export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function Problem({ text, retry }: { text: string; retry?: () => void }) {
  return (
    <p class="problem" role="alert">
      <ShortText value={text} most={300} />
      {retry && (
        <button type="button" onClick={retry}>Try again</button>
      )}
    </p>
  );
}
