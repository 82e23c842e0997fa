#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From the SYN-ACK of a new port to the alert at a receiver, with a thousand new ports in a minute.

usage: alert.py --flowd PATH [--ports N] [--seconds N] [--seed N]

Needs root and what "quickstart lab" installs. Ends with 'N passed, N failed': has each port's alert come
once, with the right name and the verdict of a probe, p50 under 150 ms and p99 under 2 s?
"""
import argparse
import json
import math
import os
import random
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "live"))
from border import Lab, UNTOUCHED  # noqa: E402
from sinks import Hook, wait_for  # noqa: E402

P50, P99 = 150, 2000  # milliseconds
SHARES = {"http": 0.5, "https": 0.3, "ssh": 0.2}
METHOD = """\
Each port is a new listener of a real server (nginx, nginx with TLS, sshd) on one inside host. A client outside
uses each once, in random order, at times spread evenly over the time. From: the kernel's time stamp of the
first SYN-ACK on the border's interface. To: the moment at which an HTTPS receiver (webhook, one alert a
request, signed) has read the request. Both ends are one clock. flowd has its default options but learn,
which is 0s, and the receiver.
"""


class Bench:
    def __init__(self, lab, args):
        self.lab, self.args = lab, args
        dice = random.Random(args.seed)
        pool = [port for port in range(20001, 60000) if port not in UNTOUCHED]
        picked = iter(dice.sample(pool, args.ports))
        self.ports = {}
        for name, share in SHARES.items():
            self.ports[name] = [next(picked) for _ in range(int(args.ports * share))]
        self.order = [(name, port) for name, ports in self.ports.items() for port in ports]
        dice.shuffle(self.order)
        self.late = 0.0

    def start(self):
        lab = self.lab
        lab.servers.sshd(self.ports["ssh"])
        lab.servers.nginx(self.ports["http"], self.ports["https"])
        self.hook = Hook(lab.net, lab.path("hook"), 8443)
        options = self.hook.options()
        with open(lab.path("flowd.yaml"), "w") as file:
            file.write("learn: 0s\nsinks:\n  - name: hook\n")
            for key, value in options.items():
                file.write("    %s: %s\n" % (key, json.dumps(value)))
        self.flowd = lab.watch("-c", lab.path("flowd.yaml"))

    def touch(self, name, port):
        if name == "http":
            self.lab.http_get(port)
        elif name == "https":
            self.lab.https_get(port)
        else:
            self.lab.touch(port, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")

    def measure(self):
        begun, step = time.time(), self.args.seconds / len(self.order)
        for i, (name, port) in enumerate(self.order):
            pause = begun + i * step - time.time()
            if pause > 0:
                time.sleep(pause)
            self.late = max(self.late, -pause)
            self.touch(name, port)
        self.took = time.time() - begun

    def collect(self):
        """What has come: port -> rows, each with when it came."""
        want = {port for _, port in self.order}

        def read():
            rows = {}
            for request in self.hook.requests():
                letter = json.loads(request["body"])
                if letter["event"] == "new":
                    rows.setdefault(letter["port"], []).append((request["at"], letter))
            return rows
        wait_for(lambda: want <= set(read()), 30, 0.5)
        return read()


def percentile(times, share):
    return times[max(math.ceil(len(times) * share / 100), 1) - 1] if times else math.nan


def show(bench, rows):
    table = {}
    for name, port in bench.order:
        for at, _ in rows.get(port, [])[:1]:
            table.setdefault(name, []).append((at - bench.lab.wire.when(bench.lab.host, port)) * 1000)
    table["all"] = [ms for some in list(table.values()) for ms in some]
    print("%-14s %5s %8s %8s %8s %8s" % ("milliseconds", "ports", "p50", "p90", "p99", "max"))
    for name, some in table.items():
        some.sort()
        print("%-14s %5d " % (name, len(some)) + " ".join(
            "%8.1f" % percentile(some, share) for share in (50, 90, 99, 100)))
    return table["all"]


def run(lab, args):
    bench = Bench(lab, args)
    bench.start()
    load = os.getloadavg()[0]
    bench.measure()
    rows = bench.collect()
    status, _ = bench.flowd.end()
    print(METHOD)
    print("%d ports in %.1f s (the client was late by %.2f s at most), load average %.1f to %.1f\n" %
          (len(bench.order), bench.took, bench.late, load, os.getloadavg()[0]))
    times = show(bench, rows)
    missing = [port for _, port in bench.order if port not in rows]
    wrong = ["port %d: %s instead of %s, verified: %s; the probe says %s, %r" % (
        port, row["app"], name, row["verified"], (row["probe"] or {}).get("app"),
        (row["probe"] or {}).get("banner"))
             for name, port in bench.order for _, row in rows.get(port, [])[:1]
             if not row["verified"] or not row["probe"] or row["app"] != name]
    twice = [port for port, got in rows.items() if len(got) > 1]
    for text in wrong[:10]:
        print(text)
    results = [("%d missing" % len(missing), not missing), ("%d come twice" % len(twice), not twice),
               ("%d without verdict or wrongly named" % len(wrong), not wrong),
               ("the ports came in the time", bench.took < args.seconds * 1.1),
               ("p50 under %d ms" % P50, percentile(times, 50) < P50),
               ("p99 under %d ms" % P99, percentile(times, 99) < P99), ("flowd ends well", status == 0)]
    bad = [name for name, good in results if not good]
    for name in bad:
        print("failed: " + name)
    print("%d passed, %d failed" % (len(results) - len(bad), len(bad)))
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(description="From a SYN-ACK to a webhook.")
    parser.add_argument("--flowd", required=True)
    parser.add_argument("--ports", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60, help="for all of them (60)")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    lab = Lab(args.flowd)
    try:
        lab.skip_unless_possible()
        with lab:
            return run(lab, args)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        print("alert: %s" % error)
        print("0 passed, 1 failed")
        return 1
    finally:
        lab.close()


if __name__ == "__main__":
    sys.exit(main())
