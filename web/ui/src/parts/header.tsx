// SPDX-License-Identifier: Apache-2.0
// The top of the page: is it live, does the sensor see packets, does it lose any.
import { useEffect, useState } from "preact/hooks";
import { postLogout } from "../api";
import { counterOf, counterText, losses, vitals, type Vitals } from "../health";
import { live } from "../live";
import { count, many, percent, short, span } from "../format";
import { session } from "../session";
import { useStore } from "../store";
import { Chart } from "./chart";
import { HelpButton } from "./help";
import { Nav } from "./nav";
import { ShortText } from "./text";
import { Troubles } from "./trouble";

const stale = 15000; // ms without health until the page says so

const liveWords = {
  connecting: "Connecting\u2026",
  connected: "Live",
  reconnecting: "Reconnecting\u2026",
};

function LiveState() {
  const { state } = useStore(live);
  return (
    <p class={`live live-${state}`} role="status" data-live={state}>
      <span class="lamp" aria-hidden="true" />
      {liveWords[state]}
      <span class="unseen">{state === "connected" ? " (connected)" : " (not connected)"}</span>
    </p>
  );
}

/** What is lost, in words: now first, else since the start, else that nothing is. */
function lossText({ latest, losing }: Vitals): { text: string; bad: boolean }[] {
  const packets = counterOf(latest, "packets");
  const lines = losses
    .filter((name) => counterOf(latest, name) > 0)
    .map((name) => {
      const n = counterOf(latest, name);
      const share = name.endsWith("_drops") ? ` (${percent(n, packets + n)})` : "";
      const now = losing[name] ? `, ${count(losing[name])} of them just now` : "";
      return { text: `${count(n)} ${counterText(latest, name)}${share}${now}`, bad: Boolean(losing[name]) };
    });
  return lines.length ? lines : [{ text: "Nothing has been lost so far.", bad: false }];
}

function Losses({ now }: { now: Vitals }) {
  const lines = lossText(now);
  return (
    <ul class="losses">
      {lines.map(({ text, bad }) => <li key={text} class={bad ? "bad" : undefined}>{text}</li>)}
    </ul>
  );
}

function Counters({ now }: { now: Vitals }) {
  const all = Object.keys(now.latest?.counters ?? {});
  return (
    <details class="counters">
      <summary>All counters</summary>
      <dl>
        {all.map((name) => (
          <div key={name}>
            <dt>{counterText(now.latest, name)}</dt>
            <dd class="number">{count(counterOf(now.latest, name))}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** Drawn again from time to time, to notice that nothing comes any more. */
function useSilence(at: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  return at && now - at > stale ? now - at : 0;
}

function Rate({ now }: { now: Vitals }) {
  const rate = now.rates[now.rates.length - 1];
  return (
    <div class="rate">
      <strong class="number" title={rate === undefined ? undefined : many(Math.round(rate), "packet")}>
        {rate === undefined ? "\u2013" : rate < 10000 ? count(rate) : short(rate)}
      </strong>
      <span>packets per second</span>
    </div>
  );
}

/** Who has logged in, and the way out; nothing where nobody had to. */
function Who() {
  const { name, role, csrf } = useStore(session);
  if (!csrf) return null;
  return (
    <p class="who">
      <ShortText value={name ?? ""} most={32} /> <span class="dim">({role})</span>{" "}
      <button type="button" class="quiet" onClick={() => void postLogout()}>Log out</button>
    </p>
  );
}

export function Header() {
  const now = useStore(vitals);
  const silence = useSilence(now.at);
  const heard = Boolean(now.latest?.time);
  const state = now.latest?.state;
  return (
    <header>
      <div class="brand">
        <h1>flowd</h1>
        <LiveState />
        <HelpButton />
        <Who />
      </div>
      <section class="health" aria-label="Sensor health">
        <Rate now={now} />
        <Chart />
        <div class="health-words">
          {!heard && <p class="dim">Nothing heard from the sensor yet.</p>}
          {state && state !== "ok" && <p class="bad"><ShortText value={`Not well: ${state}.`} /></p>}
          {silence > 0 && <p class="bad">No news from flowd for {span(silence)}.</p>}
          {now.latest?.rules_error && (
            <p class="bad">
              Rules were refused, those of before hold:{" "}
              <ShortText value={now.latest.rules_error} most={160} />
            </p>
          )}
          <Troubles list={now.latest?.troubles ?? []} />
          {heard && <Losses now={now} />}
          {heard && <Counters now={now} />}
        </div>
      </section>
      <Nav />
    </header>
  );
}
