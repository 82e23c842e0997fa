# SPDX-License-Identifier: Apache-2.0
"""A receiver hears how the group of an alert grows, through kills of relay and of all.

    test_growth.py FLOWD

Needs root, iproute2 and openssl.
"""
import os
import signal
import sys
import tempfile

from netns import Net, skip_unless_possible
from sinks import Hook, start, wait_for, write_config
from test_web import Bench

PORTS = range(8001, 8121)


class Growth(Bench):
    def begin(self, hook):
        self.path = os.path.join(self.directory, "growth.yaml")
        rules = os.path.join(self.directory, "rules")
        with open(rules, "w") as file:
            file.write("alert high port 8000-8999 group by host to hook\nalert low\n")
        write_config(self.path, {"hook": hook.options(batch=1)}, rules=rules, alert_deadline="1s",
                     deceptive="{ports: 1024}")
        self.start()

    def start(self):
        self.flowd = start(self.net, self.program, self.path,
                           os.path.join(self.directory, "growth.state"))


def brief(letter):
    return tuple(letter.get(key) for key in ("updates", "revision", "services"))


def main():
    skip_unless_possible()
    with Net() as net, tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        bench = Growth(net, os.path.abspath(sys.argv[1]), directory)
        hook = Hook(net, os.path.join(directory, "hook"), 8443)
        bench.serve("say:%d-%d:hello" % (PORTS[0], PORTS[-1]))
        bench.wait_net()
        bench.begin(hook)
        for low, high, letters in ((0, 5, 1), (5, 40, 2), (40, len(PORTS), 3)):
            bench.touch(net.inside[0], *PORTS[low:high], say=b"x")
            bench.flowd.wait(type="event", event="new", port=PORTS[high - 1])
            # Letters are what is waited for; an alert waits for its deadline before.
            wait_for(lambda: len(hook.letters()) >= letters)  # pylint: disable=cell-var-from-loop
            bench.wait("/api/v1/alerts?limit=500", lambda page: page["alerts"] and bench.get(
                "/api/v1/alerts/%d" % page["alerts"][0]["number"])["triage"]["members"] == high)  # pylint: disable=cell-var-from-loop
            if low == 0:
                os.kill(bench.flowd.roles()["relay"], signal.SIGKILL)
            elif low == 5:
                bench.flowd.end(signal.SIGKILL)
                bench.start()
        got, report = hook.letters(), bench.report
        first = got[0]["id"] if got else None
        report.check("once, and as it grows", [(None, None, None), (first, 2, 10), (first, 3, 100)],
                     list(dict.fromkeys(map(brief, got))))
        report.check("each has an id of its own", 3, len({letter["id"] for letter in got}))
        report.check("the key is the id", [letter["id"] for letter in got],
                     [request["key"] for request in hook.requests()])
        report.check("of one alert", 1, len({letter["number"] for letter in got}))
        report.check("it is one in the list", 1, len(bench.get("/api/v1/alerts?limit=500")["alerts"]))
        sink = bench.get("/api/v1/sinks")["sinks"][0]
        report.check("nothing waits", (0, 0), (sink["waiting"], sink["dead"]))
        report.check("exit status", 0, bench.flowd.end()[0])
        hook.stop()
        return report.end()


if __name__ == "__main__":
    sys.exit(main())
