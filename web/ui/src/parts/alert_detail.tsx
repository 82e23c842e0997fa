// SPDX-License-Identifier: Apache-2.0
// One alert: which rule chose it, and the proof as it was at that moment.
import { useEffect, useState } from "preact/hooks";
import { findAlert } from "../alerts";
import { isOfService, type Alert, type CaptureAlert, type ServiceAlert } from "../api";
import { findService } from "../detail";
import { hrefOf } from "../route";
import { eventText } from "../words";
import { Level, Problem, Time, Verified, Where } from "./bits";
import { Change } from "./change";
import { Members } from "./members";
import { Entry } from "./expected";
import { Panel } from "./panel";
import { Probes } from "./probe";
import { ShortText, Text } from "./text";
import { Triage } from "./triage";
import { TroubleFacts, TroubleName } from "./trouble";
import { Wire } from "./wire";

function Rule({ alert }: { alert: Alert }) {
  const file = alert.rule_file && <>{" "}of <Text value={alert.rule_file} /></>;
  const place = alert.rule_line && <>, line {alert.rule_line}{file}</>;
  return <p class="rule">Rule{place}: <code><Text value={alert.rule} /></code></p>;
}

/** A link to the service as it is now; nothing while flowd has not said which it is. */
function ServiceLink({ alert }: { alert: ServiceAlert }) {
  const [id, setId] = useState("");
  useEffect(() => {
    let here = true;
    findService(alert).then((found) => here && setId(found), () => undefined);
    return () => {
      here = false;
    };
  }, [alert.number]);
  return id ? <a class="button" href={hrefOf({ service: id })}>This service now</a> : null;
}

/** What the lists of assets said of the place when the alert was made. */
function Place({ of }: { of: NonNullable<ServiceAlert["asset"]> }) {
  const said = [["", of.name], ["owner ", of.owner], ["zone ", of.zone], ["tags ", of.tags.join(", ")]];
  return (
    <span class="place">
      {said.filter(([, value]) => value).map(([word, value], i) => (
        <span key={word}>{i > 0 && ", "}{word}<Text value={value} most={80} /></span>
      ))}
    </span>
  );
}

function ServiceBody({ alert }: { alert: ServiceAlert }) {
  const probes = alert.probe ? [{ ...alert.probe, product: alert.product, version: alert.version }] : [];
  return (
    <>
      <div class="summary">
        <p>
          <Level level={alert.level} />{" "}
          <Verified yes={alert.verified} />{" "}
          <b><ShortText value={eventText(alert.event)} /></b>, <Time stamp={alert.time} exact />
          {alert.what && <><br /><Change of={alert} most={80} /></>}
          {alert.asset && <><br /><Place of={alert.asset} /></>}
        </p>
        <ServiceLink alert={alert} />
      </div>
      <Rule alert={alert} />
      {alert.expected && <section class="expected"><h3>Expected then?</h3><Entry entry={alert.expected} /></section>}
      <div class="halves">
        <Wire facts={alert} />
        <Probes probes={probes} none="No probe had come back when this alert was made." />
      </div>
    </>
  );
}

function CaptureBody({ alert }: { alert: CaptureAlert }) {
  return (
    <>
      <div class="summary">
        <p>
          <Level level={alert.level} />{" "}
          <b><ShortText value={eventText(alert.event)} /></b>, <Time stamp={alert.time} exact />
        </p>
      </div>
      <Rule alert={alert} />
      <TroubleFacts of={alert} />
    </>
  );
}

export function AlertDetail({ number }: { number: string }) {
  const [alert, setAlert] = useState<Alert | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    let here = true;
    setError("");
    findAlert(Number(number)).then(
      (found) => here && setAlert(found),
      (fault: Error) => here && setError(fault.message),
    );
    return () => {
      here = false;
    };
  }, [number]);
  const title = alert && (
    <>
      {`Alert ${alert.number}: `}
      {isOfService(alert) ? <Where at={alert} /> : <TroubleName of={alert} />}
    </>
  );
  return (
    <Panel title={title || `Alert ${Number(number) || ""}`}>
      {error && <Problem text={error} />}
      {!alert && !error && <p class="empty">{"Reading\u2026"}</p>}
      {alert && <Triage number={alert.number} />}
      {alert && <Members alert={alert} />}
      {alert && (isOfService(alert) ? <ServiceBody alert={alert} /> : <CaptureBody alert={alert} />)}
    </Panel>
  );
}
