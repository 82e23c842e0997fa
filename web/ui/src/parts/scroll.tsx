// SPDX-License-Identifier: Apache-2.0
// A long list of which only the rows in sight are in the page, a row as high as another.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

const spare = 8; // rows drawn out of sight, above and below
const tallest = 8e6; // px; browsers have no elements that are much taller

export interface Span {
  first: number;
  last: number; // the row behind
  top: number; // px, where the first is drawn
  height: number; // px, of what is scrolled
}

interface Sizes {
  view: number; // px, of the frame, without the table's head
  row: number;
  total: number; // rows
}

/** px of the list for each px scrolled: more than 1 where the list is taller than an element may be. */
function pace({ view, row, total }: Sizes): number {
  const whole = total * row;
  return whole > tallest ? (whole - view) / (tallest - view) : 1;
}

/** What is in sight when so much has been scrolled. */
export function spanAt(scrolled: number, sizes: Sizes): Span {
  const { view, row, total } = sizes;
  const gone = scrolled * pace(sizes);
  const first = Math.max(0, Math.min(total, Math.floor(gone / row)) - spare);
  const last = Math.min(total, Math.ceil((gone + view) / row) + spare);
  return { first, last, top: scrolled + first * row - gone, height: Math.min(total * row, tallest) };
}

/** How much has to be scrolled for a row to be the first in sight. */
export function scrolledTo(place: number, sizes: Sizes): number {
  return (place * sizes.row) / pace(sizes);
}

interface Props {
  total: number;
  place: number; // the first row to be in sight when it is drawn anew, or `key` differs
  name: string; // of the list, for who can't see it
  onSight: (first: number, last: number, top: number) => void; // rows drawn, and the first in sight
  children: (span: Span) => ComponentChildren; // a table with rows that have data-row
}

const keys: Record<string, (at: number, page: number, total: number) => number> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  PageDown: (at, page) => at + page,
  PageUp: (at, page) => at - page,
  Home: () => 0,
  End: (_at, _page, total) => total - 1,
};

export function Scroll({ total, place, name, onSight, children }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const wanted = useRef(-1); // the row that is to have the focus
  const [{ scrolled, view, row, head }, setState] = useState({ scrolled: 0, view: 600, row: 33, head: 27 });
  const sizes = { view, row, total };
  const span = spanAt(scrolled, sizes);

  const look = () => {
    const box = frame.current;
    if (!box?.clientHeight) return;
    const high = box.querySelector<HTMLElement>("[data-row]")?.offsetHeight || row;
    const top = box.querySelector("thead")?.offsetHeight ?? 0;
    setState({ scrolled: box.scrollTop, view: box.clientHeight - top, row: high, head: top });
  };
  useLayoutEffect(look, [total]);
  useLayoutEffect(() => {
    const box = frame.current;
    if (!box) return undefined;
    const watch = new ResizeObserver(look); // shown again, or the window has another size
    watch.observe(box);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (frame.current?.clientHeight) frame.current.scrollTop = scrolledTo(place, sizes);
  }, [view, row]);
  useLayoutEffect(() => {
    onSight(span.first, span.last, Math.min(total, Math.round((scrolled * pace(sizes)) / row)));
    const link = frame.current?.querySelector<HTMLElement>(`[data-row="${wanted.current}"] a`);
    if (!link) return;
    wanted.current = -1;
    link.focus({ preventScroll: true });
  });

  /** Arrows go from row to row where one has the focus; elsewhere they scroll. */
  const step = (event: KeyboardEvent) => {
    const box = frame.current;
    const from = (event.target as HTMLElement).closest<HTMLElement>("[data-row]")?.dataset.row;
    const move = keys[event.key];
    if (!box || !from || !move || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const page = Math.max(1, Math.floor(view / row) - 2);
    const to = Math.max(0, Math.min(total - 1, move(Number(from), page, total)));
    const top = scrolledTo(to, sizes);
    wanted.current = to;
    if (top < box.scrollTop) box.scrollTop = top;
    const lowest = scrolledTo(Math.max(0, to - page), sizes);
    if (lowest > box.scrollTop) box.scrollTop = lowest;
    look();
  };

  return (
    <div
      class="scroll" ref={frame} onScroll={look} onKeyDown={step} tabIndex={0} role="region" aria-label={name}
    >
      <div class="scrolled" style={{ height: `${span.height + head}px` }}>
        <div style={{ position: "relative", top: `${span.top}px` }}>{children(span)}</div>
      </div>
    </div>
  );
}
