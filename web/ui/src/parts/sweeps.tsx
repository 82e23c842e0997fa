// SPDX-License-Identifier: Apache-2.0
// Sweeps and how far they are.
import type { Sweep } from "../sweep_api";
import { count, many, plain, span } from "../format";
import { hrefOf, route } from "../route";
import { mayOrder, session } from "../session";
import { useStore } from "../store";
import { changeSweep, isOver, loadSweeps, sweeps } from "../sweeps";
import { Problem, Time } from "./bits";
import { SweepOrder } from "./sweep_order";
import { ShortText } from "./text";

const most = 5; // here; the view has them all

function Button({ sweep, word }: { sweep: Sweep; word: string }) {
  return (
    <button type="button" onClick={() => void changeSweep(sweep.id, word)}>
      {word[0].toUpperCase() + word.slice(1)}
    </button>
  );
}

function Item({ sweep, may }: { sweep: Sweep; may: boolean }) {
  const name = `${sweep.prefixes.join(", ")}, ports ${sweep.ports}`;
  return (
    <li>
      <ShortText value={name} most={80} /> <b><ShortText value={sweep.state} most={16} /></b>{" "}
      {!isOver(sweep) && <progress max={100} value={sweep.percent} aria-label={plain(name)} />}{" "}
      <span class="number">{sweep.percent.toFixed(1)} %</span>
      {sweep.state === "running" && `, ${count(sweep.rate_now)} packets a second`}
      {sweep.seconds_left !== null && `, ${span(sweep.seconds_left * 1000)} left`}
      <span class="dim">
        {" \u00b7 "}{many(sweep.found, "answer")} to {many(sweep.sent, "packet")}
        {" \u00b7 "}ordered {sweep.made && <Time stamp={sweep.made} />}
      </span>{" "}
      {may && !isOver(sweep) && (
        <span class="pair">
          <Button sweep={sweep} word={sweep.state === "paused" ? "resume" : "pause"} />{" "}
          <Button sweep={sweep} word="cancel" />
        </span>
      )}
    </li>
  );
}

export function Sweeps({ hidden }: { hidden: boolean }) {
  const { list, error } = useStore(sweeps);
  const may = mayOrder(useStore(session).role);
  useStore(route); // the link has it
  return (
    <section class="sweeps" aria-labelledby="sweeps-title" hidden={hidden}>
      <h2 id="sweeps-title">Sweeps</h2>
      {error && <Problem text={`Sweeps: ${error}`} retry={() => void loadSweeps()} />}
      {list.length > 0 && <ul>{list.slice(0, most).map((sweep) => <Item key={sweep.id} sweep={sweep} may={may} />)}</ul>}
      {list.length > most && <p><a href={hrefOf({ view: "sweeps" })}>All {count(list.length)} sweeps</a></p>}
      <SweepOrder />
    </section>
  );
}
