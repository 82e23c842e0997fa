// SPDX-License-Identifier: Apache-2.0
// The table of services.
import { exportPath, type Service } from "../api";
import { count, place } from "../format";
import { filterOf, go, hasFilter, hrefOf, keepPlace, route, sortingOf } from "../route";
import { loadServices, serviceAt, services, showServices } from "../services";
import { useStore } from "../store";
import { evidenceText, stateText } from "../words";
import { App, Level, Problem, State, Time } from "./bits";
import { Filters } from "./filters";
import { Saved } from "./saved";
import { Scroll, type Span } from "./scroll";
import { ShortText } from "./text";

function Row({ service, row }: { service: Service; row: number }) {
  const where = place(service.ip, service.port);
  const open = (event: { currentTarget: HTMLElement }) => {
    if (getSelection()?.toString()) return; // somebody marks text to copy it
    event.currentTarget.querySelector("a")?.focus(); // where the focus comes back to
    go({ service: service.id, alert: "" });
  };
  return (
    <tr onClick={open} data-row={row} aria-rowindex={row + 2}>
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
      <td class="wide">
        {service.name && <ShortText value={service.name} most={24} />}{" "}
        {service.owner && <span class="dim"><ShortText value={service.owner} most={20} /></span>}
      </td>
      <td class="widest number">{count(service.handshakes)}</td>
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
  ["Name, owner", "", "wide"],
  ["Handshakes", "handshakes", "widest number"],
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

/** A row that is on its way. */
function Gap({ row }: { row: number }) {
  return (
    <tr data-row={row} aria-rowindex={row + 2}>
      <td class="dim" colSpan={columns.length}>{"\u2026"}</td>
    </tr>
  );
}

function Table({ pages, total, span }: { pages: Map<number, Service[]>; total: number; span: Span }) {
  const rows = Array.from({ length: span.last - span.first }, (_, i) => span.first + i);
  return (
    <table aria-rowcount={total + 1}>
      <thead>
        <tr aria-rowindex={1}>
          {columns.map(([name, sort, place]) => (
            <Column key={name} name={name} sort={sort} place={place} />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const service = serviceAt(pages, row);
          return service ? <Row key={row} service={service} row={row} /> : <Gap key={row} row={row} />;
        })}
      </tbody>
    </table>
  );
}

function nothingText(filtered: boolean): string {
  return filtered
    ? "No service matches this filter."
    : "No service yet. One appears here when an inside host answers somebody outside.";
}

let placeTimer = 0;

/** Rows come into sight; the place is kept when it rests. */
function seen(first: number, last: number, top: number): void {
  showServices(first, last);
  clearTimeout(placeTimer);
  placeTimer = window.setTimeout(() => keepPlace(top), 300);
}

/** All that is listed, as a file. */
function Export() {
  const filter = filterOf(useStore(route));
  return (
    <p class="export">
      <span class="dim">Export:</span>{" "}
      <a href={exportPath(filter, "csv")} download>CSV</a>{" "}
      <a href={exportPath(filter, "jsonl")} download>JSON lines</a>
    </p>
  );
}

export function Services({ hidden }: { hidden: boolean }) {
  const { pages, total, loading, error } = useStore(services);
  const now = useStore(route);
  const filtered = hasFilter(filterOf(now));
  return (
    <section class="services" aria-labelledby="services-title" aria-busy={loading} hidden={hidden}>
      <div class="section-head">
        <h2 id="services-title">
          Services <span class="dim number">{total > 0 && count(total)}</span>
        </h2>
        <Filters />
        <Saved />
        <Export />
      </div>
      {error && <Problem text={`Services could not be read: ${error}`} retry={loadServices} />}
      {total > 0 && (
        <Scroll
          key={JSON.stringify([filterOf(now), sortingOf(now)])} total={total} place={Number(now.at) || 0}
          name="Table of services" onSight={seen}
        >
          {(span) => <Table pages={pages} total={total} span={span} />}
        </Scroll>
      )}
      {!total && !error && (
        <p class="empty">{loading ? "Reading\u2026" : nothingText(filtered)}</p>
      )}
    </section>
  );
}
