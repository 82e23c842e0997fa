// SPDX-License-Identifier: Apache-2.0
// The alerts, newest first, as they come.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { alerts, assigneeOf, loadAlerts, moreAlerts, statusOf } from "../alerts";
import { isOfService, type Alert, type CaptureAlert, type ServiceAlert } from "../api";
import { many, place } from "../format";
import { hrefOf, route, type Route } from "../route";
import { useStore } from "../store";
import { eventText, levels, troubleText } from "../words";
import { AlertChoice, groupings } from "./alert_choice";
import { Address, App, Level, Problem, Time, Verified, Where } from "./bits";
import { Change } from "./change";
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
        {alert.what && <>{" \u00b7 "}<Change of={alert} most={40} /></>}
        {" \u00b7 met by "}<Address text={alert.peer} />
        {alert.asset?.owner && <>{" \u00b7 owner "}<ShortText value={alert.asset.owner} most={32} /></>}
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

/** What people have made of it, and what it stands for. */
function Made({ alert }: { alert: Alert }) {
  const status = statusOf(alert);
  const whose = assigneeOf(alert);
  const { findings = 0, members = 0 } = alert.triage ?? {};
  if (status === "new" && !whose && findings < 2) return null;
  return (
    <span class="alert-made">
      {status !== "new" && <b><ShortText value={status} most={16} /></b>}
      {whose && <span>for <ShortText value={whose} most={32} /></span>}
      {findings > 1 && <span>{many(findings, "finding")}{members > 1 && ` of ${many(members, "service")}`}</span>}
    </span>
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
        <Made alert={alert} />
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

interface Group {
  key: string;
  list: Alert[]; // the newest first
}

const keyOf = (alert: Alert, by: string) =>
  by === "rule" ? `${alert.rule_line} ${alert.rule ?? ""}` : isOfService(alert) ? alert.ip : alert.source ?? "";

/** The group with the newest alert is first. */
export function groupsOf(list: Alert[], by: string): Group[] {
  const groups = new Map<string, Alert[]>();
  for (const alert of list) {
    const key = keyOf(alert, by);
    const group = groups.get(key);
    if (group) group.push(alert);
    else groups.set(key, [alert]);
  }
  return [...groups].map(([key, alertsOfIt]) => ({ key, list: alertsOfIt }));
}

function GroupName({ of, by }: { of: Alert; by: string }) {
  if (by === "rule") return <code><ShortText value={of.rule} most={80} /></code>;
  return isOfService(of) ? <Address text={of.ip} /> : <>capture <ShortText value={of.source} most={40} /></>;
}

type Draw = (alert: Alert) => JSX.Element;

function GroupItem({ group, by, draw, open }: { group: Group; by: string; draw: Draw; open: boolean }) {
  const [newest] = group.list;
  const worst = [...levels].reverse().find((level) => group.list.some((alert) => alert.level === level));
  return (
    <li class="alert-group">
      <details open={open}>
        <summary>
          <Level level={worst ?? newest.level} /> <GroupName of={newest} by={by} />{" "}
          <span class="dim">{many(group.list.length, "alert")}, last <Time stamp={newest.time} /></span>
        </summary>
        <ol class="alert-list" reversed>{group.list.map(draw)}</ol>
      </details>
    </li>
  );
}

function Groups({ list, by, chosen, draw }: { list: Alert[]; by: string; chosen: string; draw: Draw }) {
  return (
    <ol class="alert-groups" aria-label={`Alerts by ${by}`}>
      {groupsOf(list, by).map((group) => (
        <GroupItem key={group.key} group={group} by={by} draw={draw} open={group.list.some(({ number }) => String(number) === chosen)} />
      ))}
    </ol>
  );
}

const choosing = (now: Route) => Boolean(now.status || now.assignee || now.alerts);

export function Alerts() {
  const { list, fresh, next, loading, error } = useStore(alerts);
  const now = useStore(route);
  const by = groupings.some(([word]) => word === now.group) ? now.group : "";
  const [old, setOld] = useState(0); // fresh ones stop being so
  useEffect(() => {
    const timer = setTimeout(() => setOld(fresh), 4000);
    return () => clearTimeout(timer);
  }, [fresh]);
  const draw = (alert: Alert) => (
    <AlertItem
      key={alert.number} alert={alert} chosen={String(alert.number) === now.alert}
      fresh={alert.number === fresh && fresh !== old}
    />
  );
  return (
    <section class="alerts" aria-labelledby="alerts-title">
      <h2 id="alerts-title">Alerts</h2>
      <AlertChoice />
      <Spoken alert={list.find((alert) => alert.number === fresh)} />
      {error && <Problem text={`Alerts could not be read: ${error}`} retry={loadAlerts} />}
      {!loading && !error && !list.length && (
        <p class="empty">
          {choosing(now) ? "No such alert." : "No alert yet. One appears here the moment a rule chooses it."}
        </p>
      )}
      {by ? <Groups list={list} by={by} chosen={now.alert} draw={draw} /> : <ol class="alert-list" reversed>{list.map(draw)}</ol>}
      {next > 0 && (
        <button type="button" class="more" disabled={loading} onClick={() => void moreAlerts()}>
          Older alerts
        </button>
      )}
    </section>
  );
}
