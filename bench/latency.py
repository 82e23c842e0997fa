#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long from a service's first answer on the wire to the alert about it, with real servers.

usage: latency.py --flowd PATH [--ports N] [--seconds N] [--seed N]

Needs root and what "quickstart lab" installs. Ends with 'N passed, N failed': did each port make
one alert, named right by a probe, and is the median under 100 ms for clients that say something?
"""
import argparse
import ctypes
import json
import math
import os
import random
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "live"))
from border import Lab, UNTOUCHED  # noqa: E402

GOAL = 100  # milliseconds
SILENT = "redis, silent"
APPS = {"ssh": "ssh", "http": "http", "https": "https", "redis": "redis", SILENT: "redis"}
TALKING = [row for row in APPS if row != SILENT]
TOLD = ("standard output", "alert file")
METHOD = """\
Each port is a new listener of the real server (sshd, nginx, redis), on an inside host that flowd
has its own network namespace next to. A client outside uses each of them once, one after the other
in random order: ssh-keyscan, GET, GET over TLS, PING; "silent" connects and says nothing for 3 s.
From: the kernel's time stamp of the first SYN-ACK on the border's interface, which is the one that
flowd reads (AF_PACKET, SO_TIMESTAMPNS). To: the alert's line, read by this program from flowd's
standard output, and from the alert file when inotify says that it grew. Both ends are one clock;
this program's own waking up is in the figures. flowd has its default options but learn, which is 0s.
"""


class Follower:
    """The alerts of a file as they are written: port -> wall clock."""
    IN_MODIFY = 2

    def __init__(self, path):
        self.seen = {}
        self.changed = threading.Condition()
        libc = ctypes.CDLL(None, use_errno=True)
        self.events = libc.inotify_init1(os.O_CLOEXEC)
        if libc.inotify_add_watch(self.events, os.fsencode(path), self.IN_MODIFY) < 0:
            raise OSError(ctypes.get_errno(), "inotify_add_watch", path)
        self.file = open(path, "rb")
        self.rest = b""
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self):
        while True:
            os.read(self.events, 4096)
            at = time.time()
            *lines, self.rest = (self.rest + self.file.read()).split(b"\n")
            with self.changed:
                for line in lines:
                    self.seen.setdefault(json.loads(line)["port"], at)
                self.changed.notify_all()

    def wait(self, port, seconds):
        with self.changed:
            self.changed.wait_for(lambda: port in self.seen, seconds)
            return self.seen.get(port)


class Latency:
    def __init__(self, lab, args):
        self.lab, self.args = lab, args
        self.ports = self.choose()
        self.took = {row: {way: [] for way in TOLD} for row in APPS}
        self.wrong = []

    def choose(self):
        dice = random.Random(self.args.seed)
        pool = [port for port in range(20001, 60000) if port not in UNTOUCHED]
        picked = iter(dice.sample(pool, len(APPS) * self.args.ports))
        return {row: [next(picked) for _ in range(self.args.ports)] for row in APPS}

    def start(self):
        servers = self.lab.servers
        servers.sshd(self.ports["ssh"])
        servers.nginx(self.ports["http"], self.ports["https"])
        for row in ("redis", SILENT):
            for port in self.ports[row]:
                servers.redis(port)
        self.flowd = self.lab.watch("--learn=0s")
        self.follower = Follower(self.lab.path("alerts"))

    def measure(self):
        """All ports; False when the time was not enough."""
        uses = {"ssh": self.lab.ssh_keys, "http": self.lab.http_get,
                "https": self.lab.https_get, "redis": self.lab.redis_ping}
        dice = random.Random(self.args.seed)
        jobs = [(row, port) for row, ports in self.ports.items() for port in ports]
        dice.shuffle(jobs)
        until = time.time() + self.args.seconds
        for row, port in jobs:
            if time.time() > until:
                return False
            if row == SILENT:
                with self.lab.dial(port):
                    self.note(row, port, 3)
            else:
                uses[row](port)
                self.note(row, port, 3)
            time.sleep(dice.uniform(0.03, 0.08))
        return True

    def note(self, row, port, patience):
        written = self.follower.wait(port, patience)
        line, printed = self.flowd.wait(type="alert", port=port) if written else ({}, 0)
        if not line:
            self.wrong.append("%s port %d: no alert within %d s" % (row, port, patience))
            return
        if not line["verified"] or line["app"] != APPS[row]:
            self.wrong.append("%s port %d: %s, verified: %s" % (row, port, line["app"],
                                                                line["verified"]))
        began = self.lab.wire.when(self.lab.host, port)
        for way, at in zip(TOLD, (printed, written)):
            self.took[row][way].append((at - began) * 1000)

    def show(self):
        print("%-14s %5s   " % ("", "") + "   ".join("%-31s" % way for way in TOLD))
        print("%-14s %5s   " % ("milliseconds", "ports") + "   ".join(
            "%7s %7s %7s %7s" % ("median", "p90", "p99", "max") for _ in TOLD))
        for name, rows in [(row, [row]) for row in TALKING] + [("all four", TALKING),
                                                                (SILENT, [SILENT])]:
            times = [self.times(rows, way) for way in TOLD]
            print("%-14s %5d   " % (name, len(times[0])) + "   ".join(
                " ".join("%7.1f" % percentile(some, share) for share in (50, 90, 99, 100))
                for some in times))

    def times(self, rows, way):
        return sorted(ms for row in rows for ms in self.took[row][way])


def percentile(times, share):
    """The nearest rank; of nothing: not a number."""
    return times[max(math.ceil(len(times) * share / 100), 1) - 1] if times else math.nan


def run(lab, args):
    bench = Latency(lab, args)
    bench.start()
    finished = bench.measure()
    status, _ = bench.flowd.end()
    print(METHOD)
    bench.show()
    for text in bench.wrong:
        print(text)
    alerts = [line["port"] for _, line in bench.flowd.lines if line["type"] == "alert"]
    results = [("the time was enough", finished),
               ("each alert is verified and named right", not bench.wrong),
               ("one alert a port", len(alerts) == len(set(alerts))),
               ("flowd ends well", status == 0)]
    for way in TOLD:
        median = percentile(bench.times(TALKING, way), 50)
        results.append(("median to the %s under %d ms" % (way, GOAL), median < GOAL))
    bad = [name for name, good in results if not good]
    for name in bad:
        print("failed: " + name)
    print("%d passed, %d failed" % (len(results) - len(bad), len(bad)))
    return 1 if bad else 0


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--flowd", required=True)
    ap.add_argument("--ports", type=int, default=25, help="ports a protocol (25)")
    ap.add_argument("--seconds", type=int, default=180, help="for all of it, at most (180)")
    ap.add_argument("--seed", type=int, default=1, help="of ports and order (1)")
    args = ap.parse_args()
    lab = Lab(args.flowd)
    try:
        lab.skip_unless_possible()
        with lab:
            return run(lab, args)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        print("latency: %s" % error)
        print("0 passed, 1 failed")
        return 1
    finally:
        lab.close()


if __name__ == "__main__":
    sys.exit(main())
