// SPDX-License-Identifier: Apache-2.0
// The one screen.
import { useEffect, useRef } from "preact/hooks";
import { Office } from "../office/office";
import { viewOf } from "../office/views";
import { plain } from "../format";
import { hrefOf, route } from "../route";
import { useStore } from "../store";
import { AlertDetail } from "./alert_detail";
import { Alerts } from "./alerts";
import { Header } from "./header";
import { Help } from "./help";
import { Hosts } from "./hosts";
import { Overview } from "./overview";
import { ServiceDetail } from "./service_detail";
import { Services } from "./services";
import { Sweeps } from "./sweeps";

/** What a tab and the list of where one has been call it. */
function titleOf({ service, alert, view }: { service: string; alert: string; view: string }): string {
  const what = service || (alert && `Alert ${Number(alert) || ""}`) || viewOf(view)?.title;
  return what ? `${plain(what, 60)} \u2013 flowd` : "flowd";
}

export function Page() {
  const now = useStore(route);
  const { service, alert, view } = now;
  const open = Boolean(service || alert || view);
  const main = useRef<HTMLDivElement>(null);
  const title = titleOf(now);
  useEffect(() => { document.title = title; }, [title]);
  const skip = (event: Event) => {
    event.preventDefault(); // the hash is taken
    main.current?.focus();
    main.current?.scrollIntoView();
  };
  return (
    <>
      <a class="skip" href={hrefOf({})} onClick={skip}>Skip to what is shown</a>
      <Header />
      <main class={open ? "with-detail" : undefined}>
        <Alerts />
        <div class="work" ref={main} tabIndex={-1}>
          {service && <ServiceDetail key={`service ${service}`} />}
          {alert && !service && <AlertDetail key={`alert ${alert}`} number={alert} />}
          {view && !service && !alert && <Office key={view} name={view} />}
          <Overview hidden={open} />
          <Sweeps hidden={open} />
          <Hosts hidden={open} />
          <Services hidden={open} />
        </div>
      </main>
      <Help />
    </>
  );
}
