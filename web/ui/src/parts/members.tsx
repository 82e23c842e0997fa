// SPDX-License-Identifier: Apache-2.0
// The services that an alert stands for, where its rule puts several together.
import { useEffect, useState } from "preact/hooks";
import { getMembers, type Alert, type Member } from "../api";
import { count, many } from "../format";
import { useNews } from "../news";
import { hrefOf } from "../route";
import { App, Problem, State, Time, Where } from "./bits";
import { ShortText } from "./text";

export function Members({ alert }: { alert: Alert }) {
  const [got, setGot] = useState<{ members: Member[]; more: boolean } | null>(null);
  const [error, setError] = useState("");
  const read = () => {
    getMembers(alert.number).then((list) => (setGot(list), setError("")), (fault) => setError((fault as Error).message));
  };
  const { group } = alert;
  useEffect(() => void (group && read()), [alert.number]);
  useNews(group ? "event" : undefined, read);
  if (!group) return null;
  return (
    <section class="members" aria-labelledby="members-title">
      <h3 id="members-title">
        One alert for {got ? many(got.members.length, "service") : "several services"}{got?.more && " and more"},{" "}
        by <ShortText value={group.by} most={16} /> <span class="address"><ShortText value={group.of} most={60} /></span>
      </h3>
      {error && <Problem text={error} retry={read} />}
      <ul>
        {got?.members.map((one) => (
          <li key={one.service}>
            <a href={hrefOf({ service: one.service })}><Where at={one} /></a>{" "}
            <App app={one.app} app_guess={null} /> <State state={one.state} />{" "}
            <span class="dim">{many(one.findings, "finding")}, last <Time stamp={one.last} /></span>
          </li>
        ))}
      </ul>
      {got?.more && <p class="dim">Of these the first {count(got.members.length)} are listed.</p>}
    </section>
  );
}
