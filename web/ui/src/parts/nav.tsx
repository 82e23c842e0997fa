// SPDX-License-Identifier: Apache-2.0
// The way to each view: a row of links; where there is no room, a list behind a button.
import { useEffect, useState } from "preact/hooks";
import { viewOf, viewsFor } from "../office/views";
import { hrefOf, route } from "../route";
import { session } from "../session";
import { useStore } from "../store";

const home = { view: "", service: "", alert: "" };

export function Nav() {
  const { view, service, alert } = useStore(route);
  const { role } = useStore(session);
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [view, service, alert]);
  const here = service || alert ? "none" : view;
  const link = (name: string, title: string) => (
    <li key={name}>
      <a href={hrefOf(name ? { view: name } : home)} aria-current={here === name ? "page" : undefined}>{title}</a>
    </li>
  );
  return (
    <nav aria-label="Views" class={open ? "open" : undefined}>
      <button type="button" class="menu" aria-expanded={open} aria-controls="views" onClick={() => setOpen(!open)}>
        Views<span class="dim">{here === "none" ? "" : `: ${viewOf(here)?.title ?? "Services"}`}</span>
      </button>
      <ul id="views">
        {link("", "Services")}
        {viewsFor(role).map(({ name, title }) => link(name, title))}
      </ul>
    </nav>
  );
}
