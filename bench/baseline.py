#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A baseline of a million entries: how long its import takes, what a kill -9 leaves of it, and what is news after it.

usage: baseline.py --flowd FLOWD --flowctl FLOWCTL --gen GEN [--entries N] [--most-seconds S]
The entries are the services of a generated trace, and strangers. Imported by flowctl into a flowd that watches the
loopback of a network namespace of its own, which is killed while the latest entries are put and once they all are;
then the trace is replayed with the same store. Needs root. Exit status 1 when the import takes longer than S seconds,
an entry is missing, or a service of the trace is new (without the baseline each of them must be).
"""
import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

HOME = "10.0.0.0/8,2001:db8:10::/48"


class Bench:
    def __init__(self, args, folder):
        self.args, self.folder, self.failed = args, folder, 0
        self.state = os.path.join(folder, "state")
        self.table = os.path.join(folder, "entries.csv")
        self.trace = os.path.join(folder, "trace.pcap")
        self.flowd = None

    def check(self, what, good, said):
        print("%s %s: %s" % ("ok" if good else "FAILED", what, said), flush=True)
        self.failed += not good

    def ctl(self, *words):
        return subprocess.run([self.args.flowctl, "--socket", os.path.join(self.state, "web", "api.sock"), *words],
                              capture_output=True, text=True, check=False)

    def start(self):
        self.flowd = subprocess.Popen([self.args.flowd, "-i", "lo", "--home", HOME, "--no-verify", "--state", self.state,
                                  "--user", "root", "--learn", "0s"], stdout=subprocess.DEVNULL,
                                 start_new_session=True)
        until = time.monotonic() + 60
        while self.ctl("health").returncode > 1 and time.monotonic() < until:
            time.sleep(0.05)

    def count(self):
        said = self.ctl("--json", "baseline", "list", "limit=1").stdout
        return json.loads(said)["count"] if said else -1

    def reach(self, count, seconds):
        until = time.monotonic() + seconds
        while self.count() < count and time.monotonic() < until:
            time.sleep(0.1)
        return self.count()

    def kill(self):
        """All roles at once; the last of them lets go of the store."""
        os.killpg(self.flowd.pid, signal.SIGKILL)
        self.flowd.wait()
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                os.killpg(self.flowd.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.01)

    def write(self):
        """The services of the trace; others, ports of other addresses."""
        truth = os.path.join(self.folder, "truth.tsv")
        subprocess.run([self.args.gen, "--flows=20000", self.trace, truth], check=True, stdout=subprocess.DEVNULL)
        with open(truth, encoding="ascii") as file:
            rows = [line.split("\t")[:3] for line in file if line[:3] in ("tcp", "udp")]
        with open(self.table, "w", encoding="ascii") as out:
            out.write("ip,proto,port,owner,reason\n")
            for proto, ip, port in rows:
                out.write("%s,%s,%s,ops,seen\n" % (ip, proto.lower(), port))
            for i in range(self.args.entries - len(rows)):
                out.write("172.16.%d.%d,tcp,%d,ops,stranger\n" % (i >> 8 & 255, i & 255, 1 + (i >> 16)))

    def news(self, state):
        words = [self.args.flowd, "-r", self.trace, "--home", HOME, "--no-verify", "--state", state,
                 "--user", "root"]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        rows = [json.loads(line) for line in said.splitlines()]
        return (sum(row["type"] == "service" for row in rows),
                sum(row["type"] == "event" and row["event"] == "new" for row in rows))

    def run(self):
        self.write()
        entries = self.args.entries
        self.start()
        began = time.monotonic()
        said = self.ctl("baseline", "import", self.table)
        taken = time.monotonic() - began
        if said.returncode:
            self.kill()
            sys.exit("the import is refused: " + said.stderr)
        got = self.reach(entries, 2 * self.args.most_seconds)
        took = time.monotonic() - began
        self.check("import", got == entries and took < self.args.most_seconds,
                   "%d entries in %.1f s, taken after %.1f s, %.0f a second" % (got, took, taken, got / took))
        self.kill()
        self.start()
        self.check("after a kill -9", self.count() == entries, "%d entries" % self.count())
        # The same once more: killed in the midst of it nothing is lost, and it can be done again.
        self.ctl("baseline", "import", self.table)
        self.kill()
        self.start()
        self.check("killed while it is imported again", self.count() == entries, "%d entries" % self.count())
        self.kill()
        services, new = self.news(self.state)
        self.check("replay with the baseline", services > 0 and not new, "%d services, %d new" % (services, new))
        services, new = self.news(os.path.join(self.folder, "empty"))
        self.check("replay without it", services and new == services, "%d services, %d new" % (services, new))
        print("%d passed, %d failed" % (5 - self.failed, self.failed))
        return bool(self.failed)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--flowd", required=True)
    ap.add_argument("--flowctl", required=True)
    ap.add_argument("--gen", required=True)
    ap.add_argument("--entries", type=int, default=1000000, help="(1000000)")
    ap.add_argument("--most-seconds", type=float, default=60, help="(60)")
    ap.add_argument("--inside", help=argparse.SUPPRESS)
    args = ap.parse_args()
    if os.geteuid():
        print("needs root")
        return 77
    if args.inside:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return Bench(args, args.inside).run()
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(["unshare", "-n", sys.executable, "-B", os.path.abspath(__file__)] + sys.argv[1:] +
                              ["--inside", folder], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
