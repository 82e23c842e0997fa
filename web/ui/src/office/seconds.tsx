// SPDX-License-Identifier: Apache-2.0
// What a sweep sent in each second: drawn, and said in words.
import { useEffect, useState } from "preact/hooks";
import { getSweepSeconds, type Sweep, type SweepSecond } from "../sweep_api";
import { count, many } from "../format";
import { Problem, Time } from "../parts/bits";

const high = 40;
const columns = 300; // more seconds than that share one: the highest of them stands

/** As many bars as there is room for, each the highest second of those it stands for. */
function barsOf(seconds: SweepSecond[]): number[] {
  const each = Math.ceil(seconds.length / columns);
  const bars: number[] = [];
  for (let i = 0; i < seconds.length; i += each)
    bars.push(Math.max(...seconds.slice(i, i + each).map(({ sent }) => sent)));
  return bars;
}

function Drawn({ seconds }: { seconds: SweepSecond[] }) {
  const most = Math.max(1, ...seconds.map(({ sent }) => sent));
  const bars = barsOf(seconds);
  return (
    <>
      <p>
        {many(seconds.length, "second")}, at most {many(most, "packet")} in one; the first <Time stamp={seconds[0].time} />
      </p>
      <svg class="seconds" viewBox={`0 0 ${bars.length} ${high}`} preserveAspectRatio="none" role="img"
        aria-label={`Packets in each second, at most ${count(most)}`}>
        {bars.map((sent, i) => <rect key={i} x={i} y={high - (sent / most) * high} width={0.9} height={(sent / most) * high} />)}
      </svg>
    </>
  );
}

/** Read when it is opened, and again while the sweep goes on. */
export function Seconds({ sweep }: { sweep: Sweep }) {
  const [open, setOpen] = useState(false);
  const [seconds, setSeconds] = useState<SweepSecond[] | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    let gone = false;
    if (open) getSweepSeconds(sweep.id).then(
      (got) => { if (!gone) { setSeconds(got.seconds); setFault(""); } },
      (error: Error) => { if (!gone) setFault(error.message); },
    );
    return () => { gone = true; };
  }, [open, sweep.id, sweep.sent, sweep.state]);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>By second</summary>
      {fault && <Problem text={`Could not be read: ${fault}`} />}
      {seconds && (seconds.length ? <Drawn seconds={seconds} /> : <p class="empty">Nothing has been sent yet.</p>)}
    </details>
  );
}
