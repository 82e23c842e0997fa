# SPDX-License-Identifier: Apache-2.0
"""Services over UDP at a border of network namespaces: those that the wire shows, and those that are
asked on a schedule.

    test_rounds.py FLOWD

Needs root, iproute2, nftables, tcpdump.
"""
import os
import socket
import subprocess
import sys
import tempfile
import time

from flowd import Flowd
from netns import Net, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
RULES = "alert high proto udp app snmp\nalert medium proto udp\n"
# Whoever is not outside is not answered on port 5301, and told so on port 5302.
NFT = """
table inet test {
    chain input {
        type filter hook input priority 0;
        ip saddr 10.77.0.1 udp dport 5301 drop
        ip saddr 10.77.0.1 udp dport 5302 reject with icmpx type admin-prohibited
    }
}
"""


class Bench:
    def __init__(self, net, program, directory):
        self.net, self.program, self.directory = net, program, directory
        self.report = Report()
        self.host = net.inside[0]

    def path(self, name):
        return os.path.join(self.directory, name)

    def serve(self, *words):
        process = self.net.start("inside", [sys.executable, os.path.join(HERE, "udp_servers.py")]
                                 + list(words), stdout=subprocess.PIPE, universal_newlines=True)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("udp_servers.py did not start")
        return process

    def ask(self, port, question):
        """As a client outside."""
        with self.net.socket("outside", socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(2)
            client.sendto(question, (self.host, port))
            return client.recv(4096)

    def flowd(self, *options):
        words = [self.program, "-i", "inside", "--home", self.net.home, "--state",
                 self.path("state"), "--rules", self.path("rules"), "--learn", "0s",
                 "--health.silence", "0s", "--web.port", "0", "--verify.name_wait", "200ms"]
        return Flowd(self.net, words + list(options), "border",
                     ("sensor", "core", "verify")).wait_ready()


DNS = (b"\x12\x34\1\0\0\1\0\0\0\0\0\0\7version\4bind\0\0\x10\0\3")


def check_wire(bench):
    """Seen on the wire, and asked."""
    flowd = bench.flowd("--verify.syn_wait", "100ms")
    for port in (53, 5301, 5302):
        bench.ask(port, DNS)
    got, _ = flowd.wait(type="alert", port=53, event="new")
    bench.report.check_fields("alert about DNS", dict(
        proto="udp", state="open", verified=True, app="dns", product="BIND", version="9.18.28",
        level="medium", probe=dict(reason="answer")), got)
    # The wire shows it answering others: silence to us takes nothing from that.
    for port, reason in ((5301, "no-answer"), (5302, "icmp")):
        got, _ = flowd.wait(type="alert", port=port, event="new")
        bench.report.check_fields("alert about port %d" % port, dict(
            state="candidate", verified=False, app="dns", evidence="reply",
            probe=dict(state="silent", reason=reason)), got)
    # Our own questions make nobody a service, nor count as clients.
    bench.report.check("services", 3, flowd.count(type="event", event="new"))
    bench.report.check("end", 0, flowd.end()[0])


def check_rounds(bench):
    """What nobody outside has ever met."""
    end = bench.net.tap("inside", "udp and (dst port 161 or dst port 69)")
    options = ("--watch.udp.every", "3s", "--watch.udp.ports", "69,161,500,623", "--watch.udp.hosts",
               "10.77.0.0/29", "--exclude", "10.77.0.5", "--verify.syn_wait", "50ms")
    flowd = bench.flowd(*options)
    got, _ = flowd.wait(type="alert", port=161, event="new")
    bench.report.check_fields("alert about SNMP", dict(
        ip=bench.host, proto="udp", state="open", verified=True, app="snmp", level="high",
        evidence="probe", product="Net-SNMP"), got)
    for port, app in ((500, "ipsec"), (623, "ipmi")):
        got, _ = flowd.wait(type="alert", port=port, event="new")
        bench.report.check_fields("alert about port %d" % port, dict(
            ip=bench.host, proto="udp", state="open", verified=True, app=app, level="medium", evidence="probe"), got)
    time.sleep(3.5)
    bench.report.check("nothing else is there", 3, flowd.count(type="event", event="new"))
    bench.report.check("end", 0, flowd.end()[0])
    # What stands in the store is news no more.
    flowd = bench.flowd(*options)
    time.sleep(4)
    bench.report.check("known after a restart", 0, flowd.count(type="event", event="new"))
    flowd.end()
    asked = end()
    for number in (0, 5):
        bench.report.check("packets to .%d" % number, [],
                           [line for line in asked if " 10.77.0.%d." % number in line])
    bench.report.check("it was asked on both ports", True,
                       all(any(" 10.77.0.2.%d:" % port in line for line in asked)
                           for port in (69, 161)))
    bench.report.check("few datagrams", True, len(asked) < 100)


def main():
    skip_unless_possible("nft", "tcpdump")
    with tempfile.TemporaryDirectory(prefix="flowd-rounds-") as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, sys.argv[1], directory)
        with open(bench.path("rules"), "w") as out:
            out.write(RULES)
        net.run("inside", ["nft", "-f", "-"], input=NFT)
        bench.serve("dns:53", "dns:5301", "dns:5302", "snmp:161", "ike:500", "ipmi:623")
        check_wire(bench)
        check_rounds(bench)
        sys.exit(bench.report.end())


main()
