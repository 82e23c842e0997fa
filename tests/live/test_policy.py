#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What rules want of their alerts besides making them, through kill -9.

usage: test_policy.py FLOWD        as root
"""
import collections
import os
import signal
import sys
import tempfile
import time

from flowd import Flowd
from netns import Net, skip_unless_possible
from test_web import Bench

RULES = """\
alert medium  port 8001-8040   group by host tag { web dmz }
alert high    port 8101-8110   throttle 3/6s
alert low     port 8201        quiet %s-%s
alert high    port 8301-8302   delay until verified
alert medium
"""
NIGHT = 20  # seconds that are left of it at least


class Policy(Bench):
    def begin(self):
        """Quiet hours that end with a minute to come."""
        while time.time() % 60 > 60 - NIGHT:
            time.sleep(0.5)
        self.morning = time.time() // 60 * 60 + 60
        with open(os.path.join(self.directory, "rules"), "w") as file:
            file.write(RULES % tuple(time.strftime("%H:%M", time.gmtime(at))
                                     for at in (self.morning - 3600, self.morning)))
        self.start()

    def start(self):
        self.flowd = Flowd(self.net, [
            self.program, "-i", "inside", "--home", self.net.home, "--learn=0s", "--rules",
            os.path.join(self.directory, "rules"), "--state", os.path.join(self.directory, "state"),
            "--deceptive.ports=1024", "--alert-deadline=1s", "--alert_verdict=1h",
            "--verify.source=" + ",".join(self.net.border_in), "--verify.rate=1000"]).wait_ready()
        next(i for i in range(9999) if self.ask("/api/v1/services").status == 200)

    def crash(self):
        self.flowd.end(signal.SIGKILL)
        self.start()

    def alerts(self, low, high):
        """The oldest first."""
        rows = self.get("/api/v1/alerts?limit=500")["alerts"]
        return [row for row in reversed(rows) if low <= row["port"] <= high]

    def wait_open(self, *ports):
        """They are judged: their probes have come."""
        for port in ports:
            self.wait("/api/v1/services?port=%d" % port, lambda page: page["services"] and
                      page["services"][0]["state"] == "open")


def check_quiet_begins(bench):
    bench.touch(bench.net.inside[0], 8201, say=b"x")
    bench.wait_open(8201)
    got = bench.wait("/api/v1/waiting", lambda page: page["waiting"])["waiting"]
    bench.report.check("waits for the morning", [("quiet", 8201)],
                       [(row["for"], row["alert"]["port"]) for row in got])
    bench.report.check("until then", time.strftime("%H:%M:00", time.gmtime(bench.morning)),
                       got[0]["until"][11:19])
    bench.report.check("no alert", [], bench.alerts(8201, 8201))
    bench.report.check("but an event", 1, bench.flowd.count(type="event", event="new", port=8201))


def check_group(bench):
    host = bench.net.inside[0]
    bench.touch(host, *range(8001, 8021), say=b"x")
    bench.wait_open(*range(8001, 8021))
    bench.crash()
    bench.touch(host, *range(8021, 8041), say=b"x")
    bench.wait_open(*range(8021, 8041))
    got = bench.alerts(8001, 8040)
    bench.report.check("one alert", 1, len(got))
    alert = got[0]
    bench.report.check("group", {"by": "host", "of": host}, alert["group"])
    path = "/api/v1/alerts/%d" % alert["number"]
    bench.wait(path, lambda row: row["triage"]["findings"] == 40)
    bench.report.check("members", 40, bench.get(path)["triage"]["members"])
    got = bench.get(path + "/members")
    bench.report.check("by name", list(range(8001, 8041)), [row["port"] for row in got["members"]])
    bench.report.check("all of them", False, got["more"])
    bench.report.check("no such alert", 404, bench.ask("/api/v1/alerts/9999/members").status)
    bench.report.check("tags of the alert", ["dmz", "web"], alert["tags"])
    name = "%s-tcp-%d" % (host, alert["port"])
    bench.report.check("tags of the service", ["dmz", "web"],
                       bench.get("/api/v1/services/" + name)["tags"])


def check_throttle(bench):
    bench.touch(bench.net.inside[0], *range(8101, 8111), say=b"x")
    bench.wait_open(*range(8101, 8111))
    bench.report.check("three and no more", 3, len(bench.alerts(8101, 8110)))
    bench.crash()
    bench.wait("/api/v1/alerts?limit=500", lambda page: any("throttled" in row
                                                            for row in page["alerts"]), 12)
    got = bench.alerts(8101, 8110)
    bench.report.check("and what was kept back", [None] * 3 + [6],
                       [row.get("throttled") for row in got])
    listed = bench.get("/api/v1/alerts/%d/members" % got[2]["number"])["members"]
    bench.report.check("each is named", set(range(8101, 8111)),
                       {row["port"] for row in listed} | {row["port"] for row in got})


def check_delay(bench):
    """The prober is stopped: alerts wait for it, longer than the others."""
    probing = bench.ask("/api/v1/probing", "POST", b'{"enabled": false}', X_Flowd_Request="1")
    bench.report.check("stopped", True, probing.status in (200, 202))
    bench.touch(bench.net.inside[0], 8301, 8302, say=b"x")
    bench.wait("/api/v1/waiting", lambda page: len([1 for row in page["waiting"]
                                                    if row["for"] == "verdict"]) == 2)
    bench.crash()
    bench.report.check("both wait", [], bench.alerts(8301, 8302))
    bench.ask("/api/v1/probing", "POST", b'{"enabled": true}', X_Flowd_Request="1")
    bench.wait_open(8301, 8302)
    bench.wait("/api/v1/waiting", lambda page: not [1 for row in page["waiting"]
                                                    if row["for"] == "verdict"])
    bench.report.check("verified", [True, True],
                       [row["verified"] for row in bench.alerts(8301, 8302)])


def check_quiet_ends(bench):
    time.sleep(max(0, bench.morning - time.time()))
    bench.wait("/api/v1/alerts?limit=500", lambda page: any(row["port"] == 8201
                                                            for row in page["alerts"]))
    got = bench.alerts(8201, 8201)
    bench.report.check("in the morning", [("quiet", True)],
                       [(row["waited"]["for"], row["time"][11:16] >= time.strftime(
                           "%H:%M", time.gmtime(bench.morning))) for row in got])


def check_trial(bench):
    """The same rules, tried on all of it: what was made."""
    with open(os.path.join(bench.directory, "rules"), "rb") as file:
        got = bench.ask("/api/v1/rules/test?since=all", "POST", file.read(), X_Flowd_Request="1").json()
    made = collections.Counter(row["rule_line"] for row in bench.get("/api/v1/alerts?limit=500")["alerts"])
    bench.report.check("a trial counts the alerts that were made", dict(made), {
        row["line"]: row["alerts"] for row in got["rules"] if row["alerts"]})
    bench.report.check("then and now", sum(made.values()), got["then"]["alerts"])


def main():
    skip_unless_possible()
    with Net() as net, tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        bench = Policy(net, os.path.abspath(sys.argv[1]), directory)
        bench.serve("say:8001-8040:hello", "say:8101-8110:hello", "say:8201:hello",
                    "say:8301-8302:hello")
        bench.wait_net()
        bench.begin()
        for check in (check_quiet_begins, check_group, check_throttle, check_delay,
                      check_quiet_ends, check_trial):
            check(bench)
        bench.flowd.end()
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
