// SPDX-License-Identifier: Apache-2.0
// The one screen.
import { route } from "../route";
import { useStore } from "../store";
import { AlertDetail } from "./alert_detail";
import { Alerts } from "./alerts";
import { Header } from "./header";
import { Hosts } from "./hosts";
import { Overview } from "./overview";
import { Rules } from "./rules";
import { ServiceDetail } from "./service_detail";
import { Services } from "./services";
import { Sweeps } from "./sweeps";

export function Page() {
  const { service, alert, view } = useStore(route);
  const rules = view === "rules" && !service && !alert;
  const open = Boolean(service || alert || rules);
  return (
    <>
      <Header />
      <main class={open ? "with-detail" : undefined}>
        <Alerts />
        <div class="work">
          {service && <ServiceDetail key={`service ${service}`} />}
          {alert && !service && <AlertDetail key={`alert ${alert}`} number={alert} />}
          {rules && <Rules />}
          <Overview hidden={open} />
          <Sweeps hidden={open} />
          <Hosts hidden={open} />
          <Services hidden={open} />
        </div>
      </main>
    </>
  );
}
