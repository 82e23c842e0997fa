// SPDX-License-Identifier: Apache-2.0
// Trouble of the capture: what it is, where, and how bad.
import type { Held, Trouble } from "../api";
import { percent, span } from "../format";
import { troubleMoreText, troubleText } from "../words";
import { Fact, Time } from "./bits";
import { ShortText } from "./text";

/** Kinds whose value is a time; those of all others are parts of a whole. */
const timed = ["silence", "clock"];

export function amount(kind: string, value: number): string {
  if (!timed.includes(kind)) return percent(value, 1);
  return value < 10 ? `${value.toFixed(1)} seconds` : span(value * 1000);
}

/** "Packets are dropped on eth0" */
export function TroubleName({ of }: { of: Trouble }) {
  return (
    <>
      <b><ShortText value={troubleText(of.trouble)} most={40} /></b>
      {of.source && <>{" on "}<span class="address"><ShortText value={of.source} /></span></>}
    </>
  );
}

/** What holds now; nothing when all is well. */
export function Troubles({ list }: { list: Held[] }) {
  if (!list.length) return null;
  return (
    <ul class="troubles" aria-label="Trouble of the capture">
      {list.map((one) => (
        <li key={`${one.trouble} ${one.source}`} class="bad" title={troubleMoreText(one.trouble)}>
          <TroubleName of={one} />
          {": "}<span class="number">{amount(one.trouble, one.value)}</span>
          {", since "}<Time stamp={one.since} />
        </li>
      ))}
    </ul>
  );
}

export function TroubleFacts({ of }: { of: Trouble }) {
  return (
    <section class="half" aria-labelledby="trouble-title">
      <h3 id="trouble-title">What the capture lacked</h3>
      <p class="lead">
        <span class="word"><ShortText value={of.trouble} most={16} /></span> {troubleMoreText(of.trouble)}
      </p>
      <dl class="facts">
        {of.source && <Fact name="Source"><ShortText value={of.source} /></Fact>}
        <Fact name="Measured"><span class="number">{amount(of.trouble, of.value)}</span></Fact>
        <Fact name="Threshold"><span class="number">{amount(of.trouble, of.threshold)}</span></Fact>
      </dl>
    </section>
  );
}
