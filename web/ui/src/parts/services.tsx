// SPDX-License-Identifier: Apache-2.0
// The table of services.
import type { Service } from "../api";
import { count, place } from "../format";
import { filterOf, go, hasFilter, hrefOf, route } from "../route";
import { loadServices, moreServices, services } from "../services";
import { useStore } from "../store";
import { evidenceText, stateText } from "../words";
import { App, Level, Problem, State, Time } from "./bits";
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
      <td class="middle">{service.level && <Level level={service.level} />}</td>
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

/** The columns, and what each is sorted by; "" is not. */
const columns: [name: string, sort: string, place: string][] = [
  ["Address", "address", ""],
  ["Port", "port", "number"],
  ["Application", "app", ""],
  ["State", "state", ""],
  ["Level", "level", "middle"],
  ["Evidence", "", "wide"],
  ["Handshakes", "handshakes", "wide number"],
  ["Peers", "peers", "wide number"],
  ["First seen", "first_seen", "wide number"],
  ["Last seen", "last_seen", "middle number"],
];

/** Text goes up first, what is large or late comes first. */
const upFirst = ["address", "port", "app"];

function Column({ name, sort, place }: { name: string; sort: string; place: string }) {
  const now = useStore(route);
  const mine = sort === (now.sort || "address");
  const down = now.order === "desc";
  if (!sort) return <th scope="col" class={place}>{name}</th>;
  const turn = () => go({
    sort: sort === "address" ? "" : sort,
    order: (mine ? !down : !upFirst.includes(sort)) ? "desc" : "",
  });
  return (
    <th scope="col" class={place} aria-sort={mine ? (down ? "descending" : "ascending") : "none"}>
      <button type="button" class="sort" onClick={turn}>
        {name}<span aria-hidden="true">{mine ? (down ? " \u2193" : " \u2191") : ""}</span>
      </button>
    </th>
  );
}

function Table({ list }: { list: Service[] }) {
  return (
    <table>
      <thead>
        <tr>
          {columns.map(([name, sort, place]) => (
            <Column key={name} name={name} sort={sort} place={place} />
          ))}
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

/** "12", "100 of 2,345", "100+" */
function shownText(shown: number, total: number, next: string | null): string {
  if (!next) return count(shown);
  return total ? `${count(shown)} of ${count(total)}` : `${count(shown)}+`;
}

export function Services({ hidden }: { hidden: boolean }) {
  const { list, next, total, loading, error } = useStore(services);
  const filtered = hasFilter(filterOf(useStore(route)));
  return (
    <section class="services" aria-labelledby="services-title" aria-busy={loading} hidden={hidden}>
      <div class="section-head">
        <h2 id="services-title">
          Services{" "}
          <span class="dim number">{list.length > 0 && shownText(list.length, total, next)}</span>
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
