// SPDX-License-Identifier: Apache-2.0
// Hosts that answer everything. Nothing is shown while there is none.
import type { Host } from "../api";
import { count, many } from "../format";
import { hosts, loadHosts } from "../hosts";
import { useStore } from "../store";
import { evidenceText } from "../words";
import { Address, Problem, Time } from "./bits";
import { ShortText } from "./text";

/** What all those answers look like: that is how they were found to be one. */
function Print({ host }: { host: Host }) {
  return (
    <span class="dim">
      {" \u00b7 "}TTL <span class="number">{host.ttl}</span>, window{" "}
      <span class="number">{host.window}</span>,{" "}
      {host.options ? <ShortText value={host.options} most={64} /> : "no options"}
    </span>
  );
}

function Item({ host }: { host: Host }) {
  return (
    <li>
      <Address text={host.ip} />
      <span class="dim proto">/<ShortText value={host.proto} most={8} /></span>
      {": "}
      <b class="number" title="An estimate when there are many">{many(host.ports, "port")}</b>
      <span title={evidenceText(host.evidence)}> in {many(host.answers, "answer")}</span>
      {host.folded > 0 && `, ${count(host.folded)} of them taken for services at first`}
      <Print host={host} />
      {" \u00b7 "}<Time stamp={host.first_seen} /> to <Time stamp={host.last_seen} />
      {host.last_peer && <>{" \u00b7 last met by "}<Address text={host.last_peer} /></>}
    </li>
  );
}

export function Hosts({ hidden }: { hidden: boolean }) {
  const { list, more, error } = useStore(hosts);
  if (!list.length && !error) return null;
  return (
    <section class="hosts" aria-labelledby="hosts-title" hidden={hidden}>
      <h2 id="hosts-title">
        Hosts that answer everything <span class="dim number">{count(list.length)}{more && "+"}</span>
      </h2>
      <p class="dim">
        A SYN proxy, a tarpit or a honeypot. Of their ports only those that deliver data are services.
      </p>
      {error && <Problem text={`Hosts could not be read: ${error}`} retry={() => void loadHosts()} />}
      <ul>{list.map((host) => <Item key={`${host.ip} ${host.proto}`} host={host} />)}</ul>
    </section>
  );
}
