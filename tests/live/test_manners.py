# SPDX-License-Identifier: Apache-2.0
"""Hours in which nothing is probed, and hosts that are left alone when routers say so: on the wire.

    test_manners.py FLOWD

Needs root, iproute2, nftables, tcpdump.
"""
import collections
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

from flowd import Flowd
from netns import Net, skip_unless_possible
from report import Report
from sinks import wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
OPEN, SHUT = 2222, range(7000, 7020)
SECONDS = 20  # that are left of the quiet hour when flowd starts
BACKOFF = 6
LONG = 60  # seconds, for what comes for certain
SYN = re.compile(r"^(\d+\.\d+) IP \S+ > (\S+)\.(\d+): Flags \[S\]")


class Wire:
    """The SYNs of probes that come to the inside: (time, host, port)."""

    def __init__(self, net):
        self.out = tempfile.NamedTemporaryFile("w+")
        process = net.start("inside", [
            "tcpdump", "-i", "eth0", "-tt", "-n", "-l", "-p", "--immediate-mode",
            "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn and src host " + net.border_in[0]],
            stdout=self.out, stderr=subprocess.PIPE, universal_newlines=True)
        while "listening" not in process.stderr.readline():
            pass

    def read(self):
        with open(self.out.name) as lines:
            return [(float(m.group(1)), m.group(2), int(m.group(3))) for m in map(SYN.match, lines)
                    if m]


def touch(net, host, port):
    """A client outside and a service inside greet each other, as the border sees it."""
    with net.socket("outside", 2, 1) as client:
        client.settimeout(LONG)
        client.connect((host, port))


def zone(seconds):
    """A time zone (POSIX TZ) in which it is so many seconds to 12:00:00, and when that is."""
    noon = int(time.time()) + seconds
    east = (12 * 3600 - noon % 86400) % 86400  # what local time is ahead of UTC by
    if east > 43200:
        east -= 86400
    word = "%02d:%02d:%02d" % (abs(east) // 3600, abs(east) // 60 % 60, abs(east) % 60)
    return "FLD%s%s" % ("-" if east >= 0 else "+", word), noon


def check_quiet(net, report, words):
    """No packet before noon; what was met before is probed at noon, and nothing is forgotten."""
    wire = Wire(net)
    os.environ["TZ"], noon = zone(SECONDS)
    try:
        flowd = Flowd(net, words + ["--verify.quiet_hours", "11:00-12:00"]).wait_ready()
    finally:
        del os.environ["TZ"]
    touch(net, net.inside[0], OPEN)
    met, _ = flowd.wait(type="event", event="new", port=OPEN)
    report.check("it is met", OPEN, met.get("port"))
    early = time.time() < noon - 2
    wait_for(lambda: time.time() > noon - 1, LONG)
    report.check("it was met in the quiet hour, and nothing has been sent since", (True, []),
                 (early, wire.read()))
    verdict = wait_for(lambda: flowd.find(type="event", event="verdict", port=OPEN), LONG)
    report.check("its verdict after it", ["open"], [row["state"] for row in verdict or []])
    syns = wire.read()
    report.check("no packet before noon (%s)" % [at - noon for at, _, _ in syns], True,
                 bool(syns) and syns[0][0] >= noon)
    flowd.end()


def bench_states(net):
    """How many services of the range have which state."""
    with net.socket("border", 2, 1) as sock:
        sock.settimeout(LONG)
        sock.connect(("127.0.0.1", 7780))
        sock.sendall(b"GET /api/v1/services?limit=100 HTTP/1.0\r\nHost: localhost\r\n\r\n")
        text = b"".join(iter(lambda: sock.recv(65536), b""))
    rows = json.loads(text.partition(b"\r\n\r\n")[2]).get("services", [])
    return dict(collections.Counter(row["state"] for row in rows if row["port"] in SHUT))


def check_backoff(net, report, words):
    """A host of which a router says eight times that it is forbidden is left alone for so long; then it
    is asked on, and every job gets its verdict."""
    wire = Wire(net)
    ports = "{ %s }" % ", ".join(map(str, SHUT))
    flowd = Flowd(net, words + ["--verify.backoff", "%ds" % BACKOFF,
                              "--verify.rate", "10"]).wait_ready()
    flowd.process.send_signal(signal.SIGUSR2)
    time.sleep(0.5)
    for port in SHUT:
        touch(net, net.inside[0], port)
    wait_for(lambda: flowd.count(type="event", event="new") >= len(SHUT), LONG)
    rule = "table ip shut {\n chain in {\n type filter hook input priority 0;\n" \
           "ip saddr %s tcp dport %s reject with icmp type admin-prohibited\n }\n}\n" % (
               net.border_in[0], ports)
    report.check("nothing is sent while probes are stopped", [], wire.read())
    net.run("inside", ["nft", "-f", "-"], input=rule)
    flowd.process.send_signal(signal.SIGUSR1)
    done = lambda: len({row["port"] for row in flowd.find(type="event", event="verdict")}) == len(SHUT)
    wait_for(done, LONG)
    syns = [at for at, _, _ in wire.read()]
    report.check("every job has its verdict, in the end", True, done())
    # A client was served and the prober is forbidden: that is an allow-list, whatever came first.
    states = wait_for(lambda: bench_states(net) == {"restricted": len(SHUT)} and "restricted", LONG)
    report.check("restricted, all of them (%s)" % bench_states(net), "restricted", states)
    gaps = [b - a for a, b in zip(syns, syns[1:])]
    rest = next((i for i, gap in enumerate(gaps) if gap > BACKOFF * 0.7), None)
    print("SYNs before the first rest: %s of %d; longest rests: %s" % (
        rest if rest is None else rest + 1, len(syns), ["%.1f" % gap for gap in sorted(gaps)[-3:]]))
    report.check("it is left alone after eight words of a router, and few that were under way", True,
                 rest is not None and 8 <= rest + 1 < len(SHUT))
    net.run("inside", ["nft", "flush", "ruleset"])
    flowd.end()


def main():
    skip_unless_possible("nft", "tcpdump")
    report = Report()
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        servers = net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"), directory,
                                       r"say:%d:SSH-2.0-x_1\r\n" % OPEN,
                                       "mute:%d-%d" % (SHUT[0], SHUT[-1])], stdout=subprocess.PIPE,
                            universal_newlines=True)
        if servers.stdout.readline() != "ready\n":
            raise RuntimeError("servers.py did not start")
        words = [os.path.abspath(sys.argv[1]), "-i", "inside", "--home", net.home, "--learn=0s",
                 "--deceptive.ports=1024", "--verify.source", ",".join(net.border_in)]
        check_quiet(net, report, words + ["--state", os.path.join(directory, "quiet")])
        check_backoff(net, report, words + ["--state", os.path.join(directory, "shut")])
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
