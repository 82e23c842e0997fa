// SPDX-License-Identifier: Apache-2.0
// All sweeps: how far each is, what it met, and orders to it.
import type { Sweep } from "../sweep_api";
import { count, plain, span } from "../format";
import { Problem, Time } from "../parts/bits";
import { Panel } from "../parts/panel";
import { SweepOrder } from "../parts/sweep_order";
import { ShortText } from "../parts/text";
import { mayOrder, session } from "../session";
import { useStore } from "../store";
import { changeSweep, isOver, loadSweeps, sweeps } from "../sweeps";
import { Cell, Listing, Sure } from "./bits";
import { Seconds } from "./seconds";

const nameOf = ({ prefixes, ports }: Sweep) => plain(`${prefixes.join(", ")}, ports ${ports}`);

/** What hindered it, in words; "" nothing. */
const hindered = ({ skipped, unreachable, lost }: Sweep) =>
  [[skipped, "may not be asked"], [unreachable, "cannot be reached"], [lost, "asked again"]]
    .filter(([n]) => n).map(([n, text]) => `${count(Number(n))} ${text}`).join(", ");

function Progress({ sweep }: { sweep: Sweep }) {
  return (
    <>
      {!isOver(sweep) && <><progress max={100} value={sweep.percent} aria-label={nameOf(sweep)} />{" "}</>}
      <span class="number">{sweep.percent.toFixed(1)} %</span>
      {sweep.seconds_left !== null && !isOver(sweep) && <span class="dim">, {span(sweep.seconds_left * 1000)} left</span>}
      {sweep.state === "running" && <p class="dim">{count(sweep.rate_now)} packets a second</p>}
    </>
  );
}

function Row({ sweep, may }: { sweep: Sweep; may: boolean }) {
  const word = sweep.state === "paused" ? "resume" : "pause";
  return (
    <tr>
      <Cell name="What">
        <span class="address"><ShortText value={sweep.prefixes.join(", ")} most={120} /></span>
        <p class="dim">ports <ShortText value={sweep.ports} most={60} /></p>
        <Seconds sweep={sweep} />
      </Cell>
      <Cell name="State"><b data-sweep={sweep.state}><ShortText value={sweep.state} most={16} /></b></Cell>
      <Cell name="Done"><Progress sweep={sweep} /></Cell>
      <Cell name="Packets" number>{count(sweep.sent)}</Cell>
      <Cell name="Answers" number>{count(sweep.found)}</Cell>
      <Cell name="Hindered"><span class="dim">{hindered(sweep) || "\u2013"}</span></Cell>
      <Cell name="Ordered">{sweep.made && <Time stamp={sweep.made} />}</Cell>
      <Cell name="">
        {may && !isOver(sweep) && (
          <span class="buttons">
            <button type="button" onClick={() => void changeSweep(sweep.id, word)}>
              {word === "pause" ? "Pause" : "Resume"}<span class="unseen"> {nameOf(sweep)}</span>
            </button>
            <Sure text="Cancel" about={nameOf(sweep)} act={() => void changeSweep(sweep.id, "cancel")} />
          </span>
        )}
      </Cell>
    </tr>
  );
}

export function AllSweeps() {
  const { list, read, error } = useStore(sweeps);
  const may = mayOrder(useStore(session).role);
  const of = { rows: list, answer: null, loading: !read, error: "", more: null, again: () => undefined };
  return (
    <Panel title="Sweeps">
      <SweepOrder />
      {error && <Problem text={`Sweeps: ${error}`} retry={() => void loadSweeps()} />}
      <Listing
        of={of} name="Sweeps" none="None has been ordered yet."
        columns={["What", "State", "Done", "#Packets", "#Answers", "Hindered", "Ordered", ""]}
      >
        {list.map((sweep) => <Row key={sweep.id} sweep={sweep} may={may} />)}
      </Listing>
    </Panel>
  );
}
