// SPDX-License-Identifier: Apache-2.0
// What is exposed, taken in at a glance; each figure leads to the services it counts.
import { useState } from "preact/hooks";
import { count, many } from "../format";
import { overview } from "../overview";
import { hrefOf, noFilter } from "../route";
import { useStore } from "../store";
import { levels } from "../words";
import { ShortText } from "./text";

const rows = 8; // of a ranking

interface Bar {
  name: string;
  value: number;
  href?: string;
}

/** The largest first, each as long as its part of the largest. */
function Ranking({ title, bars, noun }: { title: string; bars: Bar[]; noun: string }) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  if (!bars.length) return null;
  return (
    <section class="ranking" aria-label={title}>
      <h3>{title}</h3>
      <ol>
        {bars.slice(0, rows).map(({ name, value, href }) => (
          <li key={name} title={many(value, noun)}>
            {href ? <a href={href}><ShortText value={name} most={20} /></a> : <span><ShortText value={name} most={20} /></span>}
            <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect width={Math.max(1, (100 * value) / most)} height="8" />
            </svg>
            <span class="number">{count(value)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

const spans = {
  hours: { title: "New services in the last 48 hours", noun: "hour" },
  days: { title: "New services in the last 30 days", noun: "day" },
};

/** New services over time, a column for each hour or day. */
function TimeLine({ hours, days }: { hours: number[]; days: number[] }) {
  const [span, setSpan] = useState<keyof typeof spans>("hours");
  const values = span === "hours" ? hours : days;
  const most = Math.max(1, ...values);
  const all = values.reduce((sum, value) => sum + value, 0);
  const ago = (i: number) => {
    const n = values.length - 1 - i;
    return n ? `${many(n, spans[span].noun)} ago` : `this ${spans[span].noun}`;
  };
  return (
    <section class="timeline" aria-label={spans[span].title}>
      <h3>
        New services
        <select
          value={span}
          aria-label="Time shown"
          onChange={(event) => setSpan(event.currentTarget.value as keyof typeof spans)}
        >
          <option value="hours">48 hours</option>
          <option value="days">30 days</option>
        </select>
      </h3>
      <svg
        class="columns"
        viewBox={`0 0 ${values.length * 10} 60`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${spans[span].title}: ${count(all)}, at most ${count(most)} in one ${spans[span].noun}`}
      >
        {values.map((value, i) => (
          <rect
            key={i}
            x={i * 10 + 1}
            width="8"
            y={60 - Math.max(value ? 2 : 0.5, (58 * value) / most)}
            height={Math.max(value ? 2 : 0.5, (58 * value) / most)}
          >
            <title>{`${ago(i)}: ${many(value, "service")}`}</title>
          </rect>
        ))}
      </svg>
      <p class="dim axis"><span>{ago(0)}</span><span>now</span></p>
    </section>
  );
}

const only = (part: object) => hrefOf({ ...noFilter, ...part, service: "", alert: "" });

function Tiles() {
  const { now } = useStore(overview);
  if (!now) return null;
  return (
    <ul class="tiles" aria-label="What is exposed now">
      <li>
        <a href={only({})}>
          <strong class="number">{count(now.answering)}</strong> answering
          <span class="dim"> of {many(now.services, "service")}</span>
        </a>
      </li>
      {[...levels].reverse().map((level) => (
        <li key={level} class={`tile-${level}`}>
          <a href={only({ level })}>
            <strong class="number">{count(now.levels[level] ?? 0)}</strong> {level}
          </a>
        </li>
      ))}
      <li>
        <a href={only({ since: "24h", sort: "first_seen", order: "desc" })}>
          <strong class="number">{count(now.new_today)}</strong> new today
        </a>
      </li>
    </ul>
  );
}

export function Overview({ hidden }: { hidden: boolean }) {
  const { now, countries } = useStore(overview);
  if (!now || !now.services) return null;
  return (
    <section class="overview" aria-labelledby="overview-title" hidden={hidden}>
      <h2 id="overview-title">What is exposed</h2>
      <Tiles />
      <div class="figures">
        <TimeLine hours={now.new_by_hour} days={now.new_by_day} />
        <Ranking
          title="Applications"
          noun="service"
          bars={now.apps.map(({ app, services }) => ({ name: app, value: services, href: only({ app }) }))}
        />
        <Ranking
          title="Ports"
          noun="service"
          bars={now.ports.map(({ port, services }) => ({
            name: String(port), value: services, href: only({ port: String(port) }),
          }))}
        />
        <Ranking
          title="Clients by country"
          noun="handshake"
          bars={countries.map(({ country, handshakes }) => ({ name: country ?? "unknown", value: handshakes }))}
        />
      </div>
    </section>
  );
}
