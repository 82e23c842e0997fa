// SPDX-License-Identifier: Apache-2.0
// What the probe saw: the active half.
import type { Certificate, Probe } from "../api";
import { duration, span } from "../format";
import { badFacts, factText, methodText, reasonText, stateText, vantageText } from "../words";
import { Fact, State, Time } from "./bits";
import { Text } from "./text";

function Validity({ stamp }: { stamp: string }) {
  const left = Date.parse(stamp) - Date.now();
  return (
    <>
      <Time stamp={stamp} exact />{" "}
      {left < 0 ? <b class="bad">expired {span(left)} ago</b> : <span class="dim">in {span(left)}</span>}
    </>
  );
}

function CertificateFacts({ certificate }: { certificate: Certificate }) {
  const { subject, issuer, san, not_after } = certificate;
  return (
    <>
      <Fact name="Certificate"><Text value={subject ?? "no subject"} /></Fact>
      <Fact name="Issued by">
        {issuer && issuer === subject ? "itself" : <Text value={issuer ?? "nobody"} />}
      </Fact>
      {san && <Fact name="Names"><Text value={san.split(",").join(", ")} /></Fact>}
      <Fact name="Valid until"><Validity stamp={not_after} /></Fact>
      <KeyFacts certificate={certificate} />
    </>
  );
}

function KeyFacts({ certificate }: { certificate: Certificate }) {
  const { key, key_bits, signature, sha256 } = certificate;
  const kind = [key, key_bits ? `${key_bits} bits` : "", signature].filter(Boolean).join(", ");
  return (
    <>
      {kind && <Fact name="Key"><Text value={kind} /></Fact>}
      {sha256 && <Fact name="SHA-256"><Text value={sha256} /></Fact>}
    </>
  );
}

function ChainFacts({ chain }: { chain: Certificate[] }) {
  return (
    <Fact name="Chain">
      {chain.map((certificate, i) => <div key={i}><Text value={certificate.subject ?? "no subject"} /></div>)}
    </Fact>
  );
}

/** What was learned beside the name: weaknesses stand out. */
function LearnedFacts({ facts }: { facts: Record<string, string[]> }) {
  return (
    <>
      {Object.entries(facts).map(([kind, texts]) => (
        <Fact key={kind} name={factText(kind)}>
          {texts.map((text, i) => (
            <div key={i} class={badFacts.includes(kind) ? "bad" : undefined}><Text value={text} /></div>
          ))}
        </Fact>
      ))}
    </>
  );
}

function ProbeFacts({ probe }: { probe: Probe }) {
  const product = [probe.product, probe.version].filter(Boolean).join(" ");
  const tls = [probe.tls, probe.cipher, probe.alpn].filter(Boolean).join(", ");
  const how = [methodText(probe.method), vantageText(probe.vantage)].filter(Boolean).join(", ");
  return (
    <dl class="facts">
      <Fact name="Speaks">{probe.app ? <Text value={probe.app} /> : "nothing that is recognised"}</Fact>
      {product && <Fact name="Product"><Text value={product} /></Fact>}
      {probe.facts && <LearnedFacts facts={probe.facts} />}
      {tls && <Fact name="TLS"><Text value={tls} /></Fact>}
      {probe.certificate && <CertificateFacts certificate={probe.certificate} />}
      {probe.chain && probe.chain.length > 0 && <ChainFacts chain={probe.chain} />}
      <Fact name="Probed"><Time stamp={probe.finished} exact /></Fact>
      <Fact name="Method"><Text value={how} /></Fact>
      {probe.rtt_us > 0 && <Fact name="Round trip">{duration(probe.rtt_us)}</Fact>}
      {probe.ttl > 0 && <Fact name="TTL">{probe.ttl}</Fact>}
    </dl>
  );
}

export function OneProbe({ probe }: { probe: Probe }) {
  return (
    <div class="probe">
      <p class="lead">
        <State state={probe.state} /> <Text value={reasonText(probe) || stateText(probe.state)} />
      </p>
      <ProbeFacts probe={probe} />
      {probe.banner && (
        <figure>
          <figcaption>What it said first</figcaption>
          <pre tabIndex={0} aria-label="Banner"><Text value={probe.banner} most={2000} lines /></pre>
        </figure>
      )}
    </div>
  );
}

export function Probes({ probes, none }: { probes: Probe[]; none: string }) {
  return (
    <section class="half" aria-labelledby="probe-title">
      <h3 id="probe-title">What the probe saw</h3>
      {!probes.length && <p class="lead dim">{none}</p>}
      {probes.map((probe, i) => <OneProbe key={probe.vantage ?? i} probe={probe} />)}
    </section>
  );
}
