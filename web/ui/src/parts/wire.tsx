// SPDX-License-Identifier: Apache-2.0
// What the wire said: the passive half.
import type { Named } from "../api";
import { count } from "../format";
import { evidenceText } from "../words";
import { Address, App, Fact, Time } from "./bits";
import { ShortText, Text } from "./text";

export interface WireFacts extends Named {
  evidence: string;
  first_seen?: string;
  last_seen?: string;
  handshakes?: number;
  peers?: number;
  peer: string | null;
  vlan?: number;
}

function Name({ app, app_guess }: Named) {
  if (app && app !== "unknown") return <Text value={app} />;
  return (
    <>
      {"not recognised"}
      {app_guess && (
        <>; <App app="" app_guess={app_guess} /> is only what the port number suggests: a guess</>
      )}
    </>
  );
}

/** The wire's own word: a probe may have named what the wire did not. */
function wireName(facts: WireFacts): string {
  return facts.app_wire === undefined ? facts.app : facts.app_wire ?? "unknown";
}

export function Wire({ facts }: { facts: WireFacts }) {
  return (
    <section class="half" aria-labelledby="wire-title">
      <h3 id="wire-title">What the wire said</h3>
      <p class="lead">
        <span class="word"><ShortText value={facts.evidence} most={16} /></span> {evidenceText(facts.evidence)}
      </p>
      <dl class="facts">
        <Fact name="Application"><Name app={wireName(facts)} app_guess={facts.app_guess} /></Fact>
        {facts.first_seen && <Fact name="First seen"><Time stamp={facts.first_seen} exact /></Fact>}
        {facts.last_seen && <Fact name="Last seen"><Time stamp={facts.last_seen} exact /></Fact>}
        {facts.handshakes !== undefined && (
          <Fact name="Handshakes"><span class="number">{count(facts.handshakes)}</span></Fact>
        )}
        {facts.peers !== undefined && (
          <Fact name="Outside peers">
            <span class="number">{count(facts.peers)}</span>
            {facts.peers > 10 && <span class="dim"> (an estimate)</span>}
          </Fact>
        )}
        {facts.peer && <Fact name="Latest peer"><Address text={facts.peer} /></Fact>}
        {facts.vlan ? <Fact name="VLAN"><span class="number">{facts.vlan}</span></Fact> : null}
      </dl>
    </section>
  );
}
