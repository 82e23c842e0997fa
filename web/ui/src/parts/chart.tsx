// SPDX-License-Identifier: Apache-2.0
// Packets per second over the last minutes.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { vitals } from "../health";
import { count, short } from "../format";
import { useStore } from "../store";

const height = 84;

/** A colour of the style sheet, so that light and dark are said in one place. */
const colour = (name: string) => () =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** From the first to the last, but a minute at least. */
function rangeOf(times: ArrayLike<number>): [number, number] {
  const last = times.length ? times[times.length - 1] : Date.now() / 1000;
  return [Math.min(times.length ? times[0] : last, last - 60), last];
}

function optionsOf(width: number): uPlot.Options {
  const font = "11px system-ui, sans-serif";
  const axis = { stroke: colour("--dim"), font, ticks: { show: false } };
  return {
    width,
    height,
    padding: [6, 26, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    scales: {
      x: { range: ({ data: [times] }) => rangeOf(times) },
      y: { range: (_, __, high) => [0, Math.max(10, (high ?? 0) * 1.1)] },
    },
    axes: [
      { ...axis, size: 18, gap: 3, grid: { show: false }, space: 60,
        values: (plot, at) => at.map((t) => // what begins under the other axis is left out
          (plot.valToPos(t, "x") < 30 ? "" : new Date(t * 1000).toTimeString().slice(0, 8))) },
      { ...axis, size: 44, gap: 4, space: 24, grid: { stroke: colour("--line"), width: 1 },
        values: (_, at) => at.map(short) },
    ],
    series: [
      {},
      { stroke: colour("--accent"), fill: colour("--accent-faint"), width: 1.5,
        points: { show: ({ data: [times] }) => times.length === 1 } },
    ],
  };
}

export function Chart() {
  const { times, rates } = useStore(vitals);
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = new uPlot(optionsOf(element.clientWidth || 300), [[], []], element);
    plot.current = made;
    const sized = new ResizeObserver(() => {
      if (element.clientWidth) made.setSize({ width: element.clientWidth, height });
    });
    sized.observe(element);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => made.redraw(false, true);
    dark.addEventListener("change", redraw);
    return () => {
      sized.disconnect();
      dark.removeEventListener("change", redraw);
      made.destroy();
    };
  }, []);

  useEffect(() => plot.current?.setData([times, rates]), [times, rates]);

  const highest = Math.max(0, ...rates);
  const label = `Packets per second over the last minutes, at most ${count(highest)}`;
  return <div class="chart" ref={box} role="img" aria-label={label} />;
}
