// SPDX-License-Identifier: Apache-2.0
// What the views share: a table with its states, a search field, a button that asks first.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem } from "../parts/bits";
import { Line } from "../parts/line";
import { ShortText } from "../parts/text";
import { go, route } from "../route";
import { useStore } from "../store";
import type { Ordering, Pages } from "./pages";

interface ListingProps {
  of: Pages<unknown, unknown>;
  name: string;
  columns: string[]; // "#" before a name: it has numbers; "" has no head
  none: string; // what is said when there is nothing
  children: ComponentChildren; // rows
}

/** Columns have their names beside them where the screen is narrow: each cell says its own (Cell). */
export function Listing({ of, name, columns, none, children }: ListingProps) {
  return (
    <>
      {of.error && <Problem text={`Could not be read: ${of.error}`} retry={of.again} />}
      {!of.error && !of.rows.length && <p class="empty">{of.loading ? "Reading\u2026" : none}</p>}
      {of.rows.length > 0 && (
        <table class="listing" aria-label={name}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col" class={column.startsWith("#") ? "number" : undefined}>
                  {column.replace(/^#/, "") || <span class="unseen">Actions</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      )}
      {of.more && <button type="button" class="more" disabled={of.loading} onClick={of.more}>More</button>}
    </>
  );
}

export function Cell({ name, number, children }: { name: string; number?: boolean; children?: ComponentChildren }) {
  return <td data-name={name} class={number ? "number" : undefined}><div>{children}</div></td>;
}

/** A field whose text stands in the URL: what the view shows of all there is. */
export function Search({ label, hint }: { label: string; hint: string }) {
  const { of } = useStore(route);
  return (
    <form class="search" role="search" aria-label="Search" onSubmit={(event) => event.preventDefault()}>
      <label>
        <span>{label}</span>
        <Line name="of" text={of} placeholder={hint} onChange={(event) => go({ of: event.currentTarget.value.trim() })} />
      </label>
      <button type="submit" class="unseen" tabIndex={-1}>Search</button>
    </form>
  );
}

const patience = 5000; // ms until nobody is taken to mean it any more

/** Pressed twice it acts: what it does is not easily undone. */
export function Sure({ text, about, act, disabled }: { text: string; about: string; act: () => void; disabled?: boolean }) {
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (!asked) return undefined;
    const timer = setTimeout(() => setAsked(false), patience);
    return () => clearTimeout(timer);
  }, [asked]);
  const press = () => {
    setAsked(!asked);
    if (asked) act();
  };
  return (
    <button type="button" class={asked ? "sure" : undefined} disabled={disabled} onClick={press}>
      {asked ? `Really ${text[0].toLowerCase()}${text.slice(1)}?` : text}
      <span class="unseen"> <ShortText value={about} most={120} /></span>
    </button>
  );
}

interface FieldProps {
  label: string;
  name: string;
  hint?: string;
  most?: number;
  required?: boolean;
  number?: boolean;
}

export function Field({ label, name, hint, most, required, number }: FieldProps) {
  return (
    <label>
      <span>{label}</span>
      <input
        name={name} placeholder={hint} maxLength={most} required={required} autocomplete="off" autocapitalize="off"
        spellcheck={false} inputMode={number ? "numeric" : undefined} pattern={number ? "[0-9]*" : undefined}
      />
    </label>
  );
}

interface OrderProps {
  title: string; // of what is unfolded
  button: string;
  by: Ordering;
  send: (words: Record<string, string>) => Promise<unknown>; // what was filled in, without what is empty
  children: ComponentChildren; // fields
}

/** A form that orders something; it is empty again when that was taken. */
export function Order({ title, button, by, send, children }: OrderProps) {
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const words: Record<string, string> = {};
    for (const [name, value] of new FormData(form))
      if (typeof value === "string" && value.trim()) words[name] = value.trim();
    if (await by.order(() => send(words))) form.reset();
  };
  return (
    <details class="order">
      <summary>{title}</summary>
      <form onSubmit={(event) => void submit(event)}>
        {children}
        <button type="submit" disabled={by.busy}>{button}</button>
      </form>
    </details>
  );
}
