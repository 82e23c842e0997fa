// SPDX-License-Identifier: Apache-2.0
// The table of services.
import type { Service } from "../api";
import { count, place } from "../format";
import { filterOf, go, hasFilter, hrefOf, route } from "../route";
import { loadServices, moreServices, services } from "../services";
import { useStore } from "../store";
import { evidenceText, stateText } from "../words";
import { App, Problem, State, Time } from "./bits";
import { Filters } from "./filters";
import { ShortText } from "./text";

function Row({ service }: { service: Service }) {
  const where = place(service.ip, service.port);
  const open = (event: { currentTarget: HTMLElement }) => {
    if (getSelection()?.toString()) return; // somebody marks text to copy it
    event.currentTarget.querySelector("a")?.focus(); // where the focus comes back to
    go({ service: service.id, alert: "" });
  };
  return (
    <tr onClick={open}>
      <th scope="row" class="address">
        <a
          href={hrefOf({ service: service.id })}
          aria-label={`Details of ${where}/${service.proto}`}
          onClick={(event) => event.stopPropagation()}
        >
          <ShortText value={service.ip} />
        </a>
      </th>
      <td class="number">
        {service.port}
        <span class="dim">/<ShortText value={service.proto} most={8} /></span>
      </td>
      <td class="app"><App app={service.app} app_guess={service.app_guess} /></td>
      <td title={stateText(service.state)}><State state={service.state} /></td>
      <td class="wide" title={evidenceText(service.evidence)}>
        <ShortText value={service.evidence} most={16} />
      </td>
      <td class="wide number">{count(service.handshakes)}</td>
      <td class="wide number">{count(service.peers)}</td>
      <td class="wide number"><Time stamp={service.first_seen} /></td>
      <td class="middle number"><Time stamp={service.last_seen} /></td>
    </tr>
  );
}

function Table({ list }: { list: Service[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Address</th>
          <th scope="col" class="number">Port</th>
          <th scope="col">Application</th>
          <th scope="col">State</th>
          <th scope="col" class="wide">Evidence</th>
          <th scope="col" class="wide number">Handshakes</th>
          <th scope="col" class="wide number">Peers</th>
          <th scope="col" class="wide number">First seen</th>
          <th scope="col" class="middle number">Last seen</th>
        </tr>
      </thead>
      <tbody>{list.map((service) => <Row key={service.id} service={service} />)}</tbody>
    </table>
  );
}

function nothingText(filtered: boolean): string {
  return filtered
    ? "No service matches this filter."
    : "No service yet. One appears here when an inside host answers somebody outside.";
}

export function Services({ hidden }: { hidden: boolean }) {
  const { list, next, loading, error } = useStore(services);
  const filtered = hasFilter(filterOf(useStore(route)));
  return (
    <section class="services" aria-labelledby="services-title" aria-busy={loading} hidden={hidden}>
      <div class="section-head">
        <h2 id="services-title">
          Services{" "}
          <span class="dim number">{list.length > 0 && `${count(list.length)}${next ? "+" : ""}`}</span>
        </h2>
        <Filters />
      </div>
      {error && <Problem text={`Services could not be read: ${error}`} retry={loadServices} />}
      {list.length > 0 && <Table list={list} />}
      {!list.length && !error && (
        <p class="empty">{loading ? "Reading\u2026" : nothingText(filtered)}</p>
      )}
      {next && (
        <button type="button" class="more" disabled={loading} onClick={() => void moreServices()}>
          More services
        </button>
      )}
    </section>
  );
}
