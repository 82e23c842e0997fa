#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a probe says of real servers and how long it takes, beside nmap -sV in the same run.

usage: verify.py --drive PATH [--nmap PATH] [--rounds N] [--only WORD] [--verbose]

Needs root; every server of bench/real.py that is installed takes part. Ends with 'N passed, N
failed': is every state and name right, product and version in 90 %, is the median time 50 times below
nmap's, p99 under 1 s, and a named or talking server's under 100 ms?
"""
import argparse
import contextlib
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "live"))
import real  # noqa: E402
from netns import Net, skip_unless_possible  # noqa: E402
from report import Report  # noqa: E402

METHOD = """\
Servers of Debian's packages, each on a port of one inside host; probe and nmap run one after the
other from the border beside it. flowd: the verify role alone, one job at a time, from the job to the
verdict (state, name, product), once the role has started, as it has long when a port is seen; "all
asked": to the probe with all facts that doors and outdated versions of TLS gave. "named": the wire has
named the service, as it mostly has; "unnamed": it has not, and will not. nmap: one run of nmap -sV -Pn -n
for each port, by its own clock around the process.
Before, a client has been to each server over TCP, for nothing is seen on the wire that nobody has used: a
server that starts a program for its first client (Postfix, in 60 ms, and 130 on a busy machine) has done so.
Right is what dpkg says is installed. A server that does not tell its version to strangers is right
without one.
"""


def is_version(said, installed):
    """The installed one, whatever stands behind it ("10.11.6-MariaDB"), or its first two numbers or more."""
    return bool(re.match(re.escape(installed) + r"($|\D)", said) or
                (re.match(r"\d+\.\d", said) and installed.startswith(said + ".")))


class Answer:
    """What somebody says of a port."""

    def __init__(self, state, app, product, version, took, whole=None):
        self.state, self.app, self.product, self.version, self.took = state, app, product, version, took
        self.whole = whole or took

    def judge(self, server, names):
        """Right in state, name, product, version."""
        installed = server.version()
        said = (self.product + " " + self.app).lower()
        product = not server.product or any(w in said for w in (server.product, *server.product.split()))
        version = is_version(self.version, installed)
        if not server.tells:
            version = version or not re.match(r"\d+\.\d+\.\d", self.version)
        return self.state == "open", self.app in names, product, version


class Bench:
    def __init__(self, net, drive, nmap):
        self.net, self.drive, self.nmap = net, drive, nmap

    def probe(self, server, is_named):
        port = "udp/%d" % server.port if server.proto == "udp" else str(server.port)
        app = server.wire if is_named else "-"
        done = self.net.run("border", [
            self.drive, "--verify.source", self.net.border_in[0], "--home", self.net.home, "-t", "20",
            "-e", self.net.inside[0], port, app], check=False)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        if not lines:
            return Answer("none", "", "", "", 20.0)
        p, whole = lines[0], lines[-1]
        # The verdict was there when it was the last word, facts aside.
        if any(p[word] != whole[word] for word in ("state", "app", "product")):
            p = whole
        return Answer(p["state"], p["app"], p["product"], whole["version"], p["since_job_us"] / 1e6,
                      whole["since_job_us"] / 1e6)

    def ask_nmap(self, server):
        words = [self.nmap, "-sV", "-Pn", "-n", "-oX", "-", "-p", str(server.port), self.net.inside[0]]
        words[1:1] = ["-sU"] if server.proto == "udp" else ["-sS"]
        started = time.monotonic()
        done = self.net.run("border", words)
        took = time.monotonic() - started
        port = xml.etree.ElementTree.fromstring(done.stdout).find(".//port")
        state, service = port.find("state").get("state"), port.find("service")
        service = {} if service is None else service.attrib
        app = service.get("name", "")
        if service.get("tunnel") == "ssl":
            app = "ssl/" + app
        return Answer(state, app, service.get("product", ""), service.get("version", ""), took)


def p99(times):
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.99))]


def show(kind, rows):
    """Counts and times of one way of asking."""
    right = [sum(bool(row[1][i]) for row in rows) for i in range(4)]
    times, whole = [t for row in rows for t in row[2]], [t for row in rows for t in row[3]]
    print("%-8s state %d/%d  name %d  product %d  version %d   median %.1f ms  p99 %.1f ms   "
          "all asked %.1f ms  p99 %.1f ms" % (
              kind, right[0], len(rows), right[1], right[2], right[3],
              statistics.median(times) * 1000, p99(times) * 1000,
              statistics.median(whole) * 1000, p99(whole) * 1000))
    return right, statistics.median(times), p99(times)


def visit(bench, server):
    """As whoever made the wire show it: connects, waits for a greeting if there is one, goes."""
    with bench.net.socket("border", socket.AF_INET, socket.SOCK_STREAM) as client, contextlib.suppress(OSError):
        client.settimeout(0.3)
        client.connect((bench.net.inside[0], server.port))
        client.recv(4096)


def measure(bench, up, arguments):
    ways = {"named": [], "unnamed": []}
    for server in up:
        if server.proto == "tcp":
            visit(bench, server)
    if bench.nmap:
        ways["nmap"] = []
    for server in up:
        for kind, rows in ways.items():
            answers = [bench.ask_nmap(server) if kind == "nmap" else bench.probe(server, kind == "named")
                       for _ in range(1 if kind == "nmap" else arguments.rounds)]
            names = server.nmap if kind == "nmap" else server.apps
            verdict = answers[0].judge(server, names)
            rows.append((server, verdict, [a.took for a in answers], [a.whole for a in answers]))
            if arguments.verbose or not all(verdict):
                a = answers[0]
                print("%-26s %-8s %-6s %-14s %-28s %-16s %7.1f ms %7.1f%s" % (
                    server.name, kind, a.state, a.app, a.product[:28], a.version[:16],
                    statistics.median(x.took for x in answers) * 1000,
                    statistics.median(x.whole for x in answers) * 1000,
                    "" if all(verdict) else "   wrong: " + " ".join(
                        w for w, ok in zip(("state", "name", "product", "version=" + server.version()), verdict)
                        if not ok)), flush=True)
    return ways


def judge(ways, report):
    figures = {kind: show(kind, rows) for kind, rows in ways.items()}
    for kind in ("named", "unnamed"):
        right, median, worst = figures[kind]
        count = len(ways[kind])
        report.check("%s: states right" % kind, count, right[0])
        report.check("%s: names right" % kind, count, right[1])
        report.check("%s: products and versions right in 90 %%" % kind, True,
                     sum(r[1][2] and r[1][3] for r in ways[kind]) >= 0.9 * count)
        report.check("%s: p99 %.0f ms under 1 s" % (kind, worst * 1000), True, worst < 1)
        if "nmap" in figures:
            ratio = figures["nmap"][1] / median
            report.check("%s: median %.0f times below nmap's, 50 wanted" % (kind, ratio), True, ratio >= 50)
    slow = [row[0].name for row in ways["named"] if statistics.median(row[2]) >= 0.1]
    report.check("named: all under 100 ms", [], slow)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--drive", required=True, help="tests/live/verify_drive as built")
    parser.add_argument("--nmap", default=shutil.which("nmap"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    skip_unless_possible("openssl", "ss")
    drive = os.path.abspath(arguments.drive)
    print(METHOD)
    real.SERVERS = [s for s in real.SERVERS if arguments.only in s.name]
    directory = tempfile.mkdtemp(prefix="flowd-servers-")
    report = Report()
    try:
        with Net() as net:
            up, missing = real.start(net, directory)
            away = [s.name for s in real.SERVERS if s not in up]
            print("%d servers; not there: %s" % (len(up), ", ".join(missing or away) or "none"), flush=True)
            if not up:
                report.check("servers", "some", "none")
                return report.end()
            judge(measure(Bench(net, drive, arguments.nmap), up, arguments), report)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
