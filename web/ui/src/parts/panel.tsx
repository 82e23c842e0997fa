// SPDX-License-Identifier: Apache-2.0
// The frame of a detail: title, way back, Escape. It takes the focus when it opens.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { go, hrefOf } from "../route";

const close = { service: "", alert: "", view: "" };

export function Panel({ title, children }: { title: ComponentChildren; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Before the page is drawn: the link that was pressed may not be seen any more then.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const selector = before instanceof HTMLAnchorElement ? before.getAttribute("href") : null;
    heading.current?.focus();
    const leave = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) go(close);
    };
    addEventListener("keydown", leave);
    return () => {
      removeEventListener("keydown", leave);
      // back to where the reader came from, if it is still there
      setTimeout(() => {
        if (!selector || document.activeElement !== document.body) return;
        const links = [...document.querySelectorAll("a")];
        links.find((a) => a.getAttribute("href") === selector)?.focus();
      });
    };
  }, []);
  return (
    <section class="detail" aria-labelledby="detail-title">
      <div class="section-head">
        <h2 id="detail-title" tabIndex={-1} ref={heading}>{title}</h2>
        <a class="button" href={hrefOf(close)}>Back to services</a>
      </div>
      {children}
    </section>
  );
}
