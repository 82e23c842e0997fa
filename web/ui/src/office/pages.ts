// SPDX-License-Identifier: Apache-2.0
// A list that flowd gives page by page, and orders that change it.
import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../api";
import { useNews } from "../news";

const page = 100; // rows
const pageMost = 1000; // flowd gives no more at once
const most = 2000; // rows; a page that is left open does not grow for ever
const settles = [300, 1500, 4000]; // ms after an order when the list is read again

export interface Source {
  path: string;
  key: string; // the list's in the answer
  from?: "cursor" | "before"; // how the next page is asked for; undefined: there is one only
  query?: Record<string, string>;
  news?: "event" | "alert" | "handover"; // after which it is read again
}

export interface Pages<T, A> {
  rows: T[];
  answer: A | null; // the latest, whole
  loading: boolean;
  error: string;
  more: (() => void) | null; // reads further ones; null: there are none
  again: () => void;
}

/** The rows of a list. `A`: what else the answer has. */
export function usePages<T, A = object>({ path, key, from, query = {}, news }: Source): Pages<T, A> {
  const [state, setState] = useState({ rows: [] as T[], answer: null as A | null, next: "", loading: true, error: "" });
  const turn = useRef(0); // answers of an earlier turn are too late
  const wanted = useRef(page); // rows that are to be there when it is read again
  const asked = JSON.stringify([path, query]);

  const read = async (next: string) => {
    const mine = ++turn.current;
    setState((before) => ({ ...before, loading: true }));
    try {
      const place = next && from ? { [from]: next } : {};
      const got = await get<Record<string, unknown>>(path, { ...(from && { limit: next ? page : wanted.current }), ...query, ...place });
      if (mine !== turn.current) return;
      const fresh = (Array.isArray(got[key]) ? got[key] : []) as T[];
      setState(({ rows }) => {
        const all = next ? [...rows, ...fresh] : fresh;
        wanted.current = Math.min(Math.max(page, all.length), pageMost);
        const behind = from && got.next && all.length < most ? String(got.next) : "";
        return { rows: all, answer: got as A, next: behind, loading: false, error: "" };
      });
    } catch (error) {
      if (mine === turn.current) setState((before) => ({ ...before, loading: false, error: (error as Error).message }));
    }
  };
  const again = () => void read("");

  useEffect(() => {
    setState({ rows: [], answer: null, next: "", loading: true, error: "" });
    wanted.current = page;
    again();
    return () => { turn.current++; };
  }, [asked]);
  useNews(news, again);
  return {
    rows: state.rows, answer: state.answer, loading: state.loading, error: state.error, again,
    more: state.next ? () => void read(state.next) : null,
  };
}

export interface Ordering {
  fault: string; // what is wrong with the latest order; "" nothing
  busy: boolean;
  order: (what: () => Promise<unknown>) => Promise<boolean>;
}

/** Orders are accepted before they are carried out: `again` is called a few times after one. */
export function useOrders(again: () => void): Ordering {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const timers = useRef<number[]>([]);
  const latest = useRef(again);
  latest.current = again;
  const gone = useRef(false);
  useEffect(() => () => {
    gone.current = true;
    timers.current.forEach(clearTimeout);
  }, []);
  const order = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setFault("");
    try {
      await what();
      if (!gone.current) timers.current = settles.map((ms) => window.setTimeout(() => latest.current(), ms));
      return true;
    } catch (error) {
      setFault((error as Error).message);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { fault, busy, order };
}
