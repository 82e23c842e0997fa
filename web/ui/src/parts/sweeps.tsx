// SPDX-License-Identifier: Apache-2.0
// Sweeps and how far they are.
import type { Sweep } from "../api";
import { count, many, span } from "../format";
import { useStore } from "../store";
import { changeSweep, isOver, loadSweeps, sweeps } from "../sweeps";
import { Problem, Time } from "./bits";
import { SweepOrder } from "./sweep_order";
import { ShortText } from "./text";

function Button({ sweep, word }: { sweep: Sweep; word: string }) {
  return (
    <button type="button" onClick={() => void changeSweep(sweep.id, word)}>
      {word[0].toUpperCase() + word.slice(1)}
    </button>
  );
}

function Item({ sweep }: { sweep: Sweep }) {
  const name = `${sweep.prefixes.join(", ")}, ports ${sweep.ports}`;
  return (
    <li>
      <ShortText value={name} most={80} /> <b>{sweep.state}</b>{" "}
      {!isOver(sweep) && <progress max={100} value={sweep.percent} aria-label={name} />}{" "}
      <span class="number">{sweep.percent.toFixed(1)} %</span>
      {sweep.state === "running" && `, ${count(sweep.rate_now)} packets a second`}
      {sweep.seconds_left !== null && `, ${span(sweep.seconds_left * 1000)} left`}
      <span class="dim">
        {" \u00b7 "}{many(sweep.found, "answer")} to {many(sweep.sent, "packet")}
        {" \u00b7 "}ordered <Time stamp={sweep.made} />
      </span>{" "}
      {!isOver(sweep) && (
        <>
          <Button sweep={sweep} word={sweep.state === "paused" ? "resume" : "pause"} />{" "}
          <Button sweep={sweep} word="cancel" />
        </>
      )}
    </li>
  );
}

export function Sweeps({ hidden }: { hidden: boolean }) {
  const { list, error } = useStore(sweeps);
  return (
    <section class="sweeps" aria-labelledby="sweeps-title" hidden={hidden}>
      <h2 id="sweeps-title">Sweeps</h2>
      {error && <Problem text={`Sweeps: ${error}`} retry={() => void loadSweeps()} />}
      {list.length > 0 && <ul>{list.map((sweep) => <Item key={sweep.id} sweep={sweep} />)}</ul>}
      <SweepOrder />
    </section>
  );
}
