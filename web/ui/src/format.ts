// SPDX-License-Identifier: Apache-2.0
// Numbers and times as people read them; and text of strangers, made harmless to look at.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export const count = (n: number) => whole.format(n);
export const short = (n: number) => compact.format(n);

/** "1 packet", "2 packets" */
export const many = (n: number, noun: string) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

/** A part of a whole in percent, never rounded down to nothing. */
export function percent(part: number, all: number): string {
  const p = all > 0 ? (100 * part) / all : 0;
  if (p > 0 && p < 0.01) return "less than 0.01 %";
  return `${p < 1 ? p.toFixed(2) : p.toFixed(1)} %`;
}

const two = (n: number) => String(n).padStart(2, "0");

function clock(t: Date): string {
  return `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
}

/** As short as it is clear: the time today, the day this year, else the date. Local time. */
export function when(stamp: string, now = new Date()): string {
  const t = new Date(stamp);
  if (Number.isNaN(t.getTime())) return stamp;
  if (t.toDateString() === now.toDateString()) return clock(t);
  const day = `${t.getDate()} ${months[t.getMonth()]}`;
  if (t.getFullYear() === now.getFullYear())
    return `${day} ${two(t.getHours())}:${two(t.getMinutes())}`;
  return `${day} ${t.getFullYear()}`;
}

/** Date, time and zone. */
export function whenExactly(stamp: string): string {
  const t = new Date(stamp);
  if (Number.isNaN(t.getTime())) return stamp;
  const zone = -t.getTimezoneOffset();
  const hours = two(Math.floor(Math.abs(zone) / 60));
  const offset = zone ? `${zone < 0 ? "-" : "+"}${hours}:${two(Math.abs(zone) % 60)}` : "";
  return `${t.getDate()} ${months[t.getMonth()]} ${t.getFullYear()} ${clock(t)} UTC${offset}`;
}

/** A time in words: "166 us", "1.2 ms", "3.0 s". */
export function duration(us: number): string {
  if (us < 1000) return `${us} \u00b5s`;
  if (us < 1e6) return `${(us / 1000).toFixed(us < 1e4 ? 1 : 0)} ms`;
  return `${(us / 1e6).toFixed(1)} s`;
}

/** How long ago or ahead, roughly: "3 days". */
export function span(ms: number): string {
  const steps: [number, string][] = [[86400e3, "day"], [3600e3, "hour"], [60e3, "minute"], [1e3, "second"]];
  const size = Math.abs(ms);
  const [unit, noun] = steps.find(([step]) => size >= step) ?? steps[3];
  return many(Math.floor(size / unit), noun);
}

/** "10.0.0.1:22" or "[2001:db8::1]:22" */
export function place(ip: string, port: number): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}

// What does not show, or changes how its neighbours show: controls, joiners, marks and overrides of
// direction, tags, halves of surrogate pairs.
const unseen =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]|[\ud800-\udfff]/u;

function escapeOf(c: string): string {
  const code = c.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code <= 0xff ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`;
}

export interface Run {
  text: string;
  escaped: boolean;
}

/** Text for a name that is read aloud or a title: what cannot be seen is spelt out. */
export const plain = (text: string, most = 120) => runsOf(text.slice(0, most)).map((run) => run.text).join("");

/** Text in runs, those that cannot be seen spelt out. `lines`: line feeds stay. */
export function runsOf(text: string, lines = false): Run[] {
  const runs: Run[] = [];
  for (const c of text) {
    const escaped = unseen.test(c) && !(lines && c === "\n");
    const shown = escaped ? escapeOf(c) : c;
    const last = runs[runs.length - 1];
    if (last && last.escaped === escaped) last.text += shown;
    else runs.push({ text: shown, escaped });
  }
  return runs;
}
