// SPDX-License-Identifier: Apache-2.0
// What the wire said: the passive half.
import type { Hints, Named, Share } from "../api";
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
  peer_country?: string | null;
  peer_as?: number | null;
  peer_as_name?: string | null;
  peer_countries?: Share[];
  country?: string | null;
  as?: number | null;
  vlan?: number;
  hints?: Hints;
}

/** Of each kind of hint, what it is and who says it. */
const hintNames: Record<string, string> = {
  sni: "TLS name asked for", alpn: "ALPN offered", "http-host": "HTTP host asked for", "http-server": "HTTP server",
  "ssh-banner": "SSH banner", ja3s: "JA3S", "hassh-server": "HASSH of the server",
};

function hintFacts(hints: Hints = {}) {
  return Object.entries(hintNames).filter(([kind]) => hints[kind]?.length).map(([kind, name]) => (
    <Fact key={kind} name={name}>
      {hints[kind].map((text, i) => <span key={text}>{i > 0 && ", "}<ShortText value={text} most={96} /></span>)}
    </Fact>
  ));
}

/** Country, AS and who runs it, as far as they are known. */
function Origin({ country, as, name }: { country?: string | null; as?: number | null; name?: string | null }) {
  return (
    <>
      {country && <span class="dim"> <ShortText value={country} most={2} /></span>}
      {as ? <span class="dim"> AS{as}</span> : null}
      {name && <span class="dim"> <ShortText value={name} most={48} /></span>}
    </>
  );
}

/** What share of the handshakes each country has; beyond eight countries a guess with a bound. */
function Countries({ shares, all }: { shares: Share[]; all: number }) {
  return (
    <>
      {shares.map((share, i) => (
        <span key={share.country ?? ""}>
          {i > 0 && ", "}
          <ShortText value={share.country ?? "unknown"} most={7} />{" "}
          <span class="number dim">
            {share.excess > 0 && "at most "}
            {Math.round((100 * share.handshakes) / Math.max(all, 1))}%
          </span>
        </span>
      ))}
    </>
  );
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

/** Counts of evicted countries pass to those that follow, so this is all that was counted. */
const countedOf = (shares: Share[]) => shares.reduce((sum, share) => sum + share.handshakes, 0);

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
            {facts.peers > 32 && <span class="dim"> (an estimate)</span>}
          </Fact>
        )}
        {facts.peer_countries?.length ? (
          <Fact name="From"><Countries shares={facts.peer_countries} all={countedOf(facts.peer_countries)} /></Fact>
        ) : null}
        {facts.peer && (
          <Fact name="Latest peer">
            <Address text={facts.peer} />
            <Origin country={facts.peer_country} as={facts.peer_as} name={facts.peer_as_name} />
          </Fact>
        )}
        {facts.country || facts.as ? (
          <Fact name="Host"><Origin country={facts.country} as={facts.as} /></Fact>
        ) : null}
        {hintFacts(facts.hints)}
        {facts.vlan ? <Fact name="VLAN"><span class="number">{facts.vlan}</span></Fact> : null}
      </dl>
    </section>
  );
}
