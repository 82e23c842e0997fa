# SPDX-License-Identifier: Apache-2.0
"""Very many candidates at once: probed by what the rules fear most, at the rate that is configured,
and none forgotten though verify and then all of flowd are killed in the middle.

    test_storm.py FLOWD [--jobs N] [--rate N]

Needs root, iproute2, tcpdump.
"""
import argparse
import collections
import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from flowd import Flowd
from netns import Net, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
PORTS = (8081, 8082)  # few: a host with many mute ports is asked for canaries
FEARED, EVERY = 7777, 50  # one service in so many is one that the rules name
SYN = re.compile(r"^(\d+\.\d+) IP6? \S+ > (\S+)\.(\d+): Flags \[S\]")


def family(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def services(count):
    """(host, port), two of each host; every other host has an IPv6 address."""
    made = []
    for i in range(count):
        host = ("2001:db8:78::%x" % (i + 1) if i // 2 % 2 else
                "10.78.%d.%d" % (i // 2 // 200, 1 + i // 2 % 200))
        made.append((host, FEARED if i % EVERY == EVERY - 1 else PORTS[i % 2]))
    return made


def frames(service, number):
    """SYN and SYN-ACK, as a border sees them; checksums are nobody's business here."""
    six = ":" in service[0]
    inside = socket.inet_pton(family(service[0]), service[0])
    client = struct.pack(">I", 0xc6336400 + number % 250 + 1)
    if six:
        client = socket.inet_pton(socket.AF_INET6, "2001:db8:9::")[:12] + client
    port, far = service[1], 1024 + number % 60000
    for source, to, ports, seq, ack, flags in (
            (client, inside, (far, port), 7, 0, 2), (inside, client, (port, far), 9, 8, 0x12)):
        head = (struct.pack(">IHBB", 6 << 28, 20, 6, 64) if six else
                struct.pack(">BBHHHBBH", 0x45, 0, 40, 1, 0x4000, 64, 6, 0))
        yield (bytes.fromhex("020000000002" "020000000001" + ("86dd" if six else "0800")) +
               head + source + to +
               struct.pack(">HHIIBBHHH", *ports, seq, ack, 0x50, flags, 65535, 0, 0))


class Wire:
    """The SYNs of probes that reach the inside: (time, (host, port))."""

    def __init__(self, net):
        self.net, self.out = net, tempfile.NamedTemporaryFile("w+")
        self.process = net.start("inside", [
            "tcpdump", "-i", "eth0", "-tt", "-n", "-l", "-p", "-B", "16384",
            "((ip and tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn) or "
            "(ip6 and tcp and ip6[53] & 18 == 2)) and src portrange 61000-61511"],
            stdout=self.out, stderr=subprocess.PIPE, universal_newlines=True)
        while "listening" not in self.process.stderr.readline():
            pass

    def read(self):
        # By a position of its own: that of self.out is where tcpdump writes.
        with open(self.out.name) as lines:
            return [(float(m.group(1)), (m.group(2), int(m.group(3)))) for m in map(SYN.match, lines)
                    if m]

    def end(self):
        self.process.send_signal(signal.SIGINT)
        print("tcpdump: " + " ".join(self.process.communicate()[1].split("\n")))
        return self.read()

    def wait(self, count, patience):
        until = time.time() + patience
        while len(self.read()) < count and time.time() < until:
            time.sleep(0.1)


class Storm:
    def __init__(self, net, program, directory, arguments):
        self.net, self.count, self.rate = net, arguments.jobs, arguments.rate
        self.services = services(self.count)
        self.report = Report()
        rules = os.path.join(directory, "rules")
        with open(rules, "w") as file:
            file.write("alert critical port %d state open\nalert low\n" % FEARED)
        self.words = [program, "-i", "span", "--home", "10.78.0.0/16,2001:db8:78::/64", "--state",
                      os.path.join(directory, "state"), "--learn=0s", "--no-progress",
                      "--rules", rules, "--verify.rate=%d" % self.rate, "--verify.host_rate=0",
                      "--verify.prefix_rate=0", "--health.silence=0s"]
        self.flowd = None

    def begin(self):
        self.flowd = Flowd(self.net, self.words).wait_ready()

    def signal(self, number):
        os.kill(self.flowd.process.pid, number)

    def ask(self, path):
        sock = self.net.socket("border", socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(5)
        sock.connect(("127.0.0.1", 7780))
        client = http.client.HTTPConnection("127.0.0.1", 7780)
        client.sock = sock
        client.request("GET", path)
        answer = client.getresponse()
        text = answer.read()
        sock.close()
        return json.loads(text) if answer.status == 200 else {}

    def pages(self, kind):
        rows, path = [], "/api/v1/%s?limit=1000" % kind
        word = "before" if kind == "audit" else "cursor"
        page = self.ask(path)
        while page:
            rows += page[kind]
            if not page["next"]:
                break
            page = self.ask("%s&%s=%s" % (path, word, page["next"]))
        return rows

    def meet(self):
        """All of them are seen by flowd; what it was too slow for is said again."""
        with self.net.socket("border", socket.AF_PACKET, socket.SOCK_RAW, 0) as tap:
            tap.bind(("tap", 0))
            for turn in range(5):
                seen = {(e["ip"], e["port"]) for e in self.flowd.find(type="event", event="new")}
                left = [s for s in self.services if s not in seen]
                for number, service in enumerate(left):
                    for frame in frames(service, number + 7919 * turn):
                        tap.send(frame)
                    if number % 50 == 49:
                        time.sleep(0.01)
                until = time.time() + 3
                while (self.flowd.count(type="event", event="new") < self.count and
                       time.time() < until):
                    time.sleep(0.1)
        self.report.check("all are seen", self.count, self.flowd.count(type="event", event="new"))

    def drain(self, wire):
        """Kills verify, then all."""
        self.signal(signal.SIGUSR1)
        patience = 20 + 4 * self.count / self.rate
        wire.wait(self.count * 3 // 10, patience)
        os.kill(self.flowd.roles()["verify"], signal.SIGKILL)
        wire.wait(self.count * 6 // 10, patience)
        self.report.check("killed in the middle", True, len(wire.read()) < self.count)
        self.flowd.end(signal.SIGKILL)
        self.begin()
        until = time.time() + patience
        while time.time() < until:
            states = collections.Counter(row["state"] for row in self.pages("services"))
            if sum(states.values()) == self.count and not states["candidate"]:
                break
            time.sleep(1)
        feared = sum(1 for service in self.services if service[1] == FEARED)
        self.report.check("each has its verdict", {"open": feared, "closed": self.count - feared},
                          dict(states))
        time.sleep(1.5)

    def check_wire(self, syns):
        check = self.report.check
        first = list(dict.fromkeys(to for _, to in syns))
        feared = {service for service in self.services if service[1] == FEARED}
        check("what the rules fear is asked first", [], [
            (place, to) for place, to in enumerate(first[:len(feared)]) if to not in feared])
        times, most, since = [at for at, _ in syns], 0, 0
        for last, at in enumerate(times):
            while times[since] <= at - 1:
                since += 1
            most = max(most, last - since + 1)
        # Whoever is born again has a bucket of its own: a burst that is a tenth of the rate.
        check("the rate is held (%d)" % most, True, most <= self.rate * 1.15 + 2)
        print("storm: %d services, %d SYNs in %.1f s, at most %d in a second" % (
            self.count, len(syns), times[-1] - times[0], most), flush=True)

    def check_audit(self, syns):
        check = self.report.check
        wire = collections.Counter(to for _, to in syns)
        told, lost = collections.Counter(), set()
        for row in self.pages("audit"):
            service = (row["ip"], row["port"])
            told[service] += row["syns"] + row["connections"]
            if row["kind"] == "lost":
                lost.add(service)
        check("some were lost (%d), no more than can be under way" % len(lost), True,
              0 < len(lost) <= 2 * 1024)
        check("as many packets as the audit says", [],
              [(service, wire[service], told[service]) for service in self.services
               if service not in lost and wire[service] != told[service]][:5])
        check("more only where it says lost", [],
              [(service, wire[service], told[service]) for service in lost
               if wire[service] < told[service]][:5])
        check("nobody else", set(), set(wire) - set(self.services))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("flowd")
    arguments.add_argument("--jobs", type=int, default=2000)
    arguments.add_argument("--rate", type=int, default=400)
    arguments = arguments.parse_args()
    skip_unless_possible("tcpdump")
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        net.run("border", ["ip", "link", "add", "tap", "type", "veth", "peer", "name", "span"])
        for link in ("tap", "span"):
            net.run("border", ["ip", "link", "set", link, "up"])
        for six, network in enumerate(("10.78.0.0/16", "2001:db8:78::/64")):
            version = ["ip", "-6" if six else "-4", "route", "add"]
            net.run("border", version + [network, "via", net.inside[six]])
            net.run("inside", version + ["local", network, "dev", "lo"])
        servers = net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"), directory,
                                       r"say:%d:SSH-2.0-x_1\r\n" % FEARED], stdout=subprocess.PIPE,
                            universal_newlines=True)
        if servers.stdout.readline() != "ready\n":
            raise RuntimeError("servers.py did not start")
        storm = Storm(net, os.path.abspath(arguments.flowd), directory, arguments)
        storm.begin()
        storm.signal(signal.SIGUSR2)
        time.sleep(0.5)
        wire = Wire(net)
        storm.meet()
        storm.report.check("nothing leaves before", [], wire.read())
        storm.drain(wire)
        syns = wire.end()
        storm.check_wire(syns)
        storm.check_audit(syns)
        status, _ = storm.flowd.end()
        storm.report.check("ends", 0, status)
        if storm.report.failed:
            print(storm.flowd.said())
    return storm.report.end()


if __name__ == "__main__":
    sys.exit(main())
