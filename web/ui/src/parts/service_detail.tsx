// SPDX-License-Identifier: Apache-2.0
// One service: what the wire said beside what the probe saw.
import type { Detail, Probe, Sightings } from "../api";
import { detail, loadDetail, verifyNow } from "../detail";
import { mayOrder, session } from "../session";
import { useStore } from "../store";
import { ephemeralText, stateText } from "../words";
import { Problem, State, Where } from "./bits";
import { Expected } from "./expected";
import { Explain } from "./explain";
import { Handover } from "./handover";
import { History } from "./history";
import { Panel } from "./panel";
import { Probes } from "./probe";
import { States } from "./states";
import { ShortText } from "./text";
import { Wire } from "./wire";

/** Probes with the product that the history tells of them. */
function probesOf({ probes, history }: Detail): Probe[] {
  const told = history.find((event) => event.product);
  if (!told) return probes;
  return probes.map((probe) => ({
    ...probe,
    product: probe.product ?? (probe.state === "open" ? told.product : null),
    version: probe.version ?? (probe.state === "open" ? told.version : null),
  }));
}

/** The latest peer as alerts tell of theirs. */
function peerOf({ last_peer, last_peer_country, last_peer_as }: Sightings) {
  return { peer: last_peer, peer_country: last_peer_country, peer_as: last_peer_as };
}

function Verify() {
  const { asking, asked } = useStore(detail);
  if (!mayOrder(useStore(session).role)) return null;
  return (
    <div class="verify">
      <button type="button" class="primary" disabled={asking} onClick={() => void verifyNow()}>
        {asking ? "Verifying\u2026" : "Verify now"}
      </button>
      <span role="status">{asked && <ShortText value={asked} most={300} />}</span>
    </div>
  );
}

function Body({ data }: { data: Detail }) {
  const { service, sightings } = data;
  return (
    <>
      <div class="summary">
        <p><State state={service.state} /> {stateText(service.state)}</p>
        {service.ephemeral && <p>Why: {ephemeralText(service.ephemeral)}.</p>}
        <Verify />
      </div>
      <div class="halves">
        <Wire facts={{ ...service, ...sightings, ...peerOf(sightings), hints: data.hints }} />
        <Probes probes={probesOf(data)} none="It has not been probed." />
      </div>
      <Explain id={service.id} />
      <Expected service={service} />
      <Handover id={service.id} />
      <States events={data.history} />
      <History events={data.history} />
    </>
  );
}

export function ServiceDetail() {
  const { data, error } = useStore(detail);
  const service = data?.service;
  const title = service ? <Where at={service} /> : "Service";
  return (
    <Panel title={title}>
      {error && <Problem text={`This service could not be read: ${error}`} retry={loadDetail} />}
      {!data && !error && <p class="empty">{"Reading\u2026"}</p>}
      {data && <Body data={data} />}
    </Panel>
  );
}
