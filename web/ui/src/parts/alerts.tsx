// SPDX-License-Identifier: Apache-2.0
// The alerts, newest first, as they come.
import { useEffect, useState } from "preact/hooks";
import { alerts, loadAlerts, moreAlerts } from "../alerts";
import { isOfService, type Alert, type CaptureAlert, type ServiceAlert } from "../api";
import { place } from "../format";
import { hrefOf, route } from "../route";
import { useStore } from "../store";
import { eventText, troubleText } from "../words";
import { Address, App, Level, Problem, Time, Verified, Where } from "./bits";
import { ShortText } from "./text";
import { amount, TroubleName } from "./trouble";

function Product({ alert }: { alert: ServiceAlert }) {
  const text = [alert.product, alert.version].filter(Boolean).join(" ");
  return text ? <>{" \u00b7 "}<ShortText value={text} /></> : null;
}

function OfService({ alert }: { alert: ServiceAlert }) {
  return (
    <>
      <span class="alert-what">
        {alert.port ? <><b><App app={alert.app} app_guess={alert.app_guess} /></b>{" on "}</> : null}
        <Where at={alert} />
      </span>
      <span class="alert-more">
        <ShortText value={[eventText(alert.event), alert.port && alert.state].filter(Boolean).join(", ")} />
        <Product alert={alert} />
        {" \u00b7 met by "}<Address text={alert.peer} />
      </span>
    </>
  );
}

function OfCapture({ alert }: { alert: CaptureAlert }) {
  return (
    <>
      <span class="alert-what"><TroubleName of={alert} /></span>
      <span class="alert-more">
        <ShortText value={eventText(alert.event)} />
        {" \u00b7 "}<span class="number">{amount(alert.trouble, alert.value)}</span>
      </span>
    </>
  );
}

function AlertItem({ alert, chosen, fresh }: { alert: Alert; chosen: boolean; fresh: boolean }) {
  return (
    <li class={fresh ? "alert fresh" : "alert"} data-level={alert.level}>
      <a href={hrefOf({ alert: String(alert.number) })} aria-current={chosen ? "true" : undefined}>
        <span class="alert-top">
          <Level level={alert.level} />
          {isOfService(alert) && <Verified yes={alert.verified} />}
          <Time stamp={alert.time} />
        </span>
        {isOfService(alert) ? <OfService alert={alert} /> : <OfCapture alert={alert} />}
      </a>
    </li>
  );
}

function spokenOf(alert: Alert): string {
  if (isOfService(alert) && !alert.port) return `${alert.ip} ${eventText(alert.event)}`;
  if (isOfService(alert)) return `${alert.app} on ${place(alert.ip, alert.port)}`;
  return [troubleText(alert.trouble), alert.source].filter(Boolean).join(" on ");
}

/** Says a new alert to those who do not see it. */
function Spoken({ alert }: { alert: Alert | undefined }) {
  const text = alert && `${alert.level} alert: ${spokenOf(alert)}`;
  return <p class="unseen" role="status"><ShortText value={text} most={120} /></p>;
}

export function Alerts() {
  const { list, fresh, more, loading, error } = useStore(alerts);
  const { alert: chosen } = useStore(route);
  const [old, setOld] = useState(0); // fresh ones stop being so
  useEffect(() => {
    const timer = setTimeout(() => setOld(fresh), 4000);
    return () => clearTimeout(timer);
  }, [fresh]);
  return (
    <section class="alerts" aria-labelledby="alerts-title">
      <h2 id="alerts-title">Alerts</h2>
      <Spoken alert={list.find((alert) => alert.number === fresh)} />
      {error && <Problem text={`Alerts could not be read: ${error}`} retry={loadAlerts} />}
      {!loading && !error && !list.length && (
        <p class="empty">No alert yet. One appears here the moment a rule chooses it.</p>
      )}
      <ol class="alert-list" reversed>
        {list.map((alert) => (
          <AlertItem
            key={alert.number}
            alert={alert}
            chosen={String(alert.number) === chosen}
            fresh={alert.number === fresh && fresh !== old}
          />
        ))}
      </ol>
      {more && (
        <button type="button" class="more" disabled={loading} onClick={() => void moreAlerts()}>
          Older alerts
        </button>
      )}
    </section>
  );
}
