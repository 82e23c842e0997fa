# SPDX-License-Identifier: Apache-2.0
"""One listener for each state of a port, a storm of jobs on the wire, and the kill switch.

    test_states.py [--rounds N] [--jobs N] PATH-OF-verify_drive PATH-OF-flowd

Needs root, iproute2, nftables, tcpdump.
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
import threading
import time

from flowd import Flowd
from netns import Net, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT = "192.0.2.2"
V4_CODES = {"net-unreachable": 0, "host-unreachable": 1, "prot-unreachable": 2,
            "port-unreachable": 3, "net-prohibited": 9, "host-prohibited": 10,
            "admin-prohibited": 13}
V6_CODES = {"no-route": 0, "admin-prohibited": 1, "addr-unreachable": 3, "port-unreachable": 4}
HABITS = {2222: r"say:SSH-2.0-dropbear_2022.83\r\n", 5001: "close", 5002: "reset", 5003: "mute",
          5104: r"say:SSH-2.0-x_1\r\n",
          6000: r"say:SSH-2.0-x_1\r\n", 6001: r"say:SSH-2.0-x_1\r\n", 6379: r"say:+OK\r\n"}
TARPIT = 7000
V4, V6 = 0x0800, 0x86dd


def firewall():
    rules = ["tcp dport 5101 drop", "tcp dport 5102 reject with tcp reset",
             "tcp dport %d drop" % TARPIT,
             # Who answers a lone SYN but no connection.
             "tcp dport 5104 tcp flags syn tcp option timestamp exists drop",
             # Allow-lists: one filters, one refuses.
             "tcp dport 6000 ip saddr != %s drop" % CLIENT,
             "tcp dport 6001 ip saddr != %s reject with tcp reset" % CLIENT]
    rules += ["meta nfproto ipv4 tcp dport %d reject with icmp type %s" % (5200 + code, word)
              for word, code in V4_CODES.items()]
    rules += ["meta nfproto ipv6 tcp dport %d reject with icmpv6 type %s" % (5300 + code, word)
              for word, code in V6_CODES.items()]
    return "table inet test {\n chain input {\n type filter hook input priority 0;\n%s\n }\n}\n" % (
        "\n".join(rules))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Tarpit(threading.Thread):
    """Answers SYNs to a port with a window of 0, and nothing else; of one kind of Ethernet frames."""

    def __init__(self, net, kind):
        super().__init__(daemon=True)
        self.kind = kind
        self.sock = net.socket("inside", socket.AF_PACKET, socket.SOCK_RAW, socket.htons(kind))
        self.sock.bind(("eth0", kind))
        self.start()

    @staticmethod
    def segment(tcp, ends):
        """The answer to a SYN to the port, where its addresses are `ends`; None to anything else."""
        source, port, seq = struct.unpack("!HHI", tcp[:8])
        if port != TARPIT or tcp[13] & 0x12 != 0x02:
            return None
        made = struct.pack("!HHIIBBHHH", port, source, 1, (seq + 1) & 0xffffffff, 0x50, 0x12, 0, 0,
                           0)
        pseudo = ends + struct.pack("!BBH", 0, 6, len(made))
        return made[:16] + struct.pack("!H", checksum(pseudo + made)) + made[18:]

    def answer(self, ip):
        if self.kind == V6 and ip[6] == 6:
            ends = ip[24:40] + ip[8:24]
            made = self.segment(ip[40:], ends)
            return made and struct.pack("!IHBB", 6 << 28, len(made), 6, 64) + ends + made
        if self.kind == V4 and ip[0] == 0x45 and ip[9] == 6:
            ends = ip[16:20] + ip[12:16]
            made = self.segment(ip[20:], ends)
            head = struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, 6, 0) + ends
            return made and head[:10] + struct.pack("!H", checksum(head)) + head[12:] + made
        return None

    def run(self):
        while True:
            frame = self.sock.recv(2048)
            made = self.answer(frame[14:])
            if made:
                self.sock.send(frame[6:12] + frame[:6] + struct.pack("!H", self.kind) + made)


def expected(six):
    """(port, name of the wire, what the probe must say)."""
    table = [(2222, "ssh", dict(state="open", reason="syn-ack", app="ssh")),
             (5003, "http", dict(state="open", reason="syn-ack", app="")),
             (5001, "http", dict(state="refuses", reason="close-after-accept")),
             (5002, "http", dict(state="refuses", reason="reset-after-accept")),
             (5101, "http", dict(state="silent", reason="no-answer", tries=3)),
             (5102, "http", dict(state="closed", reason="rst")),
             (81, "http", dict(state="closed", reason="rst")),
             (5104, "ssh", dict(state="silent", reason="no-answer")),
             (TARPIT, "http", dict(state="refuses", reason="zero-window"))]
    for code in (V6_CODES if six else V4_CODES).values():
        table.append(((5300 if six else 5200) + code, "http",
                      dict(state="silent", reason="icmp", icmp=[1 if six else 3, code])))
    return table


class Bench:
    def __init__(self, net, drive, flowd, directory):
        self.net, self.drive, self.flowd, self.directory = net, drive, flowd, directory

    def start(self):
        self.net.run("inside", ["nft", "-f", "-"], input=firewall())
        words = ["%s:%d:%s" % (habit.split(":", 1)[0], port, habit.partition(":")[2])
                 for port, habit in HABITS.items()]
        process = self.net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"),
                                            self.directory] + words, stdout=subprocess.PIPE,
                                 universal_newlines=True)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("servers.py did not start")
        Tarpit(self.net, V4)
        Tarpit(self.net, V6)

    def probe(self, jobs, options=()):
        done = self.net.run("border", [self.drive, "--home", self.net.home + ",10.78.0.0/16"] +
                            list(options) + ["-t", "120", "-"], check=False,
                            input="".join("%s %d %s\n" % job for job in jobs))
        if done.returncode:
            print("verify_drive: %d: %s" % (done.returncode, done.stderr[-1000:]), flush=True)
        probes = [json.loads(line) for line in done.stdout.splitlines()]
        return {probe["job"]: probe for probe in probes}


def check_states(bench, report, rounds):
    """Each state over IPv4 and IPv6; says how often it was told right."""
    right = collections.Counter()
    for turn in range(rounds):
        for six, address in enumerate(bench.net.inside):
            table = expected(six)
            probes = bench.probe([(address, port, app) for port, app, _ in table],
                                 ["--verify.backoff", "0"])
            for i, (port, _, want) in enumerate(table):
                failed = report.failed
                report.check_fields("round %d: %s port %d" % (turn, address, port), want,
                                    probes.get(i + 1))
                kind = "%s, %s" % (want["state"], "code %d" % want["icmp"][1] if "icmp" in want
                                   else want["reason"])
                right["IPv%d %s" % (6 if six else 4, kind)] += failed == report.failed
    print("told right of %d: %s" % (rounds, "; ".join("%s: %d" % one for one in right.items())))


SYN = re.compile(r"^(\d+\.\d+) IP (\S+)\.(\d+) > (\S+)\.(\d+): Flags \[S\]")


class Wire:
    """The SYNs that reach the inside: (time, address)."""

    def __init__(self, net):
        self.net, self.out = net, tempfile.NamedTemporaryFile("w+")
        self.process = net.start("inside", ["tcpdump", "-i", "eth0", "-tt", "-n", "-l", "-p", "-B",
                                            "16384", "ip and tcp[tcpflags] & (tcp-syn|tcp-ack) == "
                                            "tcp-syn and src portrange 61000-61511"],
                                 stdout=self.out, stderr=subprocess.PIPE, universal_newlines=True)
        while "listening" not in self.process.stderr.readline():
            pass

    def read(self):
        # By a position of its own: that of self.out is where tcpdump writes.
        with open(self.out.name) as lines:
            return [(float(m.group(1)), m.group(4)) for m in map(SYN.match, lines)
                    if m]

    def end(self):
        time.sleep(0.5)
        self.net.stop(self.process, signal.SIGINT)
        return self.read()


def most_in_a_second(times):
    most, first = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def check_storm(bench, report, count):
    """Many jobs at once: whom, how fast, how much."""
    net = bench.net
    net.run("border", ["ip", "route", "add", "10.78.0.0/16", "via", net.inside[0]])
    net.run("inside", ["ip", "route", "add", "local", "10.78.0.0/16", "dev", "lo"])
    rates = dict(rate=1000, host_rate=20, prefix_rate=100)
    # One in ten is of one host, the others are of eight networks.
    jobs = [("10.78.%d.%d" % ((i % 8, 1 + i // 8 % 16) if i % 10 else (9, 1)), 10000 + i, "http")
            for i in range(count)]
    excluded = [job for job in jobs if job[0].startswith("10.78.3.")]
    options = ["--exclude", "10.78.3.0/24"]
    for name, value in rates.items():
        options += ["--verify." + name, str(value)]
    wire = Wire(net)
    started = time.time()
    probes = bench.probe(jobs, options)
    took = time.time() - started
    syns = wire.end()
    states = collections.Counter(probe["state"] for probe in probes.values())
    report.check("storm: all are answered", {"closed": count - len(excluded),
                                             "candidate": len(excluded)}, dict(states))
    report.check("storm: packets to who is excluded", 0,
                 sum(1 for _, to in syns if to.startswith("10.78.3.")))
    report.check("storm: as many packets as are said", sum(
        probe["sent"][0] + probe["sent"][1] for probe in probes.values()), len(syns))
    by = {"rate": collections.defaultdict(list), "host_rate": collections.defaultdict(list),
          "prefix_rate": collections.defaultdict(list)}
    for at, to in syns:
        by["rate"][""].append(at)
        by["host_rate"][to].append(at)
        by["prefix_rate"][to.rpartition(".")[0]].append(at)
    most = {name: max(most_in_a_second(times) for times in all_.values())
            for name, all_ in by.items()}
    for name, value in rates.items():
        # Packets may bunch a little on their way from our clock to tcpdump's.
        report.check("storm: %s is held (%d)" % (name, most[name]), True,
                     most[name] <= value + max(1, value // 50))
    print("storm: %d jobs, %d SYNs in %.1f s; most in a second: %s" % (
        count, len(syns), took, most), flush=True)


class Watch:
    """flowd at the border, and its API."""

    def __init__(self, bench):
        self.bench = bench
        rules = os.path.join(bench.directory, "events.rules")
        with open(rules, "w", encoding="ascii") as file:
            file.write("alert critical event refuses\nalert high event restricted\n"
                       "alert medium event changed state open\n")
        self.words = [bench.flowd, "-i", "outside", "--home", "10.77.0.0/24", "--state",
                      os.path.join(bench.directory, "state"), "--learn=0", "--no-progress",
                      "--alert-deadline=30s", "--flush=1s", "--rules", rules]

    def begin(self):
        self.flowd = Flowd(self.bench.net, self.words).wait_ready()
        return self

    def ask(self, method, path, body=None):
        sock = self.bench.net.socket("border", socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(5)
        sock.connect(("127.0.0.1", 7780))
        client = http.client.HTTPConnection("127.0.0.1", 7780)
        client.sock = sock
        client.request(method, path, body, {"X-Flowd-Request": "1"})
        answer = client.getresponse()
        text = answer.read()
        sock.close()
        return answer.status, json.loads(text)

    def touch(self, port):
        with self.bench.net.socket("outside", socket.AF_INET, socket.SOCK_STREAM) as client:
            client.settimeout(3)
            client.connect((self.bench.net.inside[0], port))
            client.recv(100)
            client.sendall(b"x")
            time.sleep(0.05)

    def state(self, port, want, patience=12):
        until = time.time() + patience
        while True:
            status, got = self.ask("GET", "/api/v1/services/%s-tcp-%d" % (
                self.bench.net.inside[0], port))
            state = got["service"]["state"] if status == 200 else None
            if state == want or time.time() > until:
                return state
            time.sleep(0.2)

    def rule(self, port, want=None, patience=30):
        """The rule of the latest alert about a port, or `want` when one has it; None: none."""
        until = time.time() + patience
        while True:
            alerts = self.ask("GET", "/api/v1/alerts?limit=100")[1]["alerts"]
            rules = [alert["rule"] for alert in alerts if alert["port"] == port]
            if want in rules:
                return want
            if rules and not want or time.time() > until:
                return rules[0] if rules else None
            time.sleep(0.2)

    def audit(self):
        rows, before = [], ""
        while True:
            _, page = self.ask("GET", "/api/v1/audit?limit=100" + before)
            rows += page["audit"]
            if not page["next"]:
                return rows
            before = "&before=%d" % page["next"]


def check_switch(bench, report):
    """restricted; the audit and the wire; nothing leaves while the switch is pulled."""
    watch = Watch(bench).begin()
    wire = Wire(bench.net)
    watch.touch(2222)
    report.check("open", "open", watch.state(2222, "open"))
    watch.touch(6000)
    report.check("an allow-list that filters", "restricted", watch.state(6000, "restricted"))
    report.check("event restricted", "alert high event restricted", watch.rule(6000))
    watch.touch(5001)
    report.check("one that hangs up", "refuses", watch.state(5001, "refuses"))
    report.check("event refuses", "alert critical event refuses", watch.rule(5001))
    report.check("an open one is neither", "alert low", watch.rule(2222))
    watch.touch(6001)
    report.check("an allow-list that refuses, at first", "closed", watch.state(6001, "closed"))
    for _ in range(3):
        time.sleep(1.2)
        watch.touch(6001)
    report.check("an allow-list that refuses", "restricted", watch.state(6001, "restricted"))
    report.check("what turns restricted is judged", "alert high event restricted",
                 watch.rule(6001, "alert high event restricted"))
    time.sleep(1)
    rows = watch.audit()
    report.check("the audit is what the wire saw", sum(
        row["syns"] + row["connections"] for row in rows), len(wire.read()))
    report.check("who asked", {"wire", "schedule"}, {row["asker"] for row in rows})
    watch.bench.net.run("inside", ["nft", "delete", "table", "inet", "test"])
    watch.ask("POST", "/api/v1/services/%s-tcp-6001/verify" % bench.net.inside[0])
    report.check("open to everybody", "open", watch.state(6001, "open", 30))
    report.check("what turns open is judged", "alert medium event changed state open",
                 watch.rule(6001, "alert medium event changed state open"))
    report.check("switched off", (202, False), (lambda a: (a[0], a[1]["enabled"]))(
        watch.ask("POST", "/api/v1/probing", '{"enabled": false}')))
    report.check("nonsense", 400, watch.ask("POST", "/api/v1/probing", '{"enabled": 1}')[0])
    time.sleep(1)
    before = len(wire.read())
    watch.touch(6379)
    time.sleep(2)
    report.check("health says so", False, watch.ask("GET", "/api/v1/health")[1]["probing"])
    watch.flowd.end()
    watch.begin()
    time.sleep(2)
    report.check("over a restart", False, watch.ask("GET", "/api/v1/probing")[1]["enabled"])
    report.check("nothing left meanwhile", before, len(wire.read()))
    os.kill(watch.flowd.process.pid, signal.SIGUSR1)
    report.check("released by a signal: what waited is probed", "open", watch.state(6379, "open"))
    os.kill(watch.flowd.process.pid, signal.SIGUSR2)
    time.sleep(1)
    report.check("pulled by a signal", False,
                 watch.ask("GET", "/api/v1/probing")[1]["enabled"])
    wire.end()
    report.check("exit status", 0, watch.flowd.end()[0])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("drive")
    arguments.add_argument("flowd")
    arguments.add_argument("--rounds", type=int, default=2)
    arguments.add_argument("--jobs", type=int, default=2000)
    arguments = arguments.parse_args()
    skip_unless_possible("nft", "tcpdump")
    report = Report()
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(arguments.drive), os.path.abspath(arguments.flowd),
                      directory)
        bench.start()
        check_states(bench, report, arguments.rounds)
        check_storm(bench, report, arguments.jobs)
        check_switch(bench, report)
    return report.end()


sys.exit(main())
