# SPDX-License-Identifier: Apache-2.0
"""Sweeps of a network namespace: all that is open is found, nobody else is touched, nothing is lost.

    test_sweep.py FLOWD

Needs root, iproute2, tcpdump and nftables.
"""
import bisect
import datetime
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from flowd import Flowd
from netns import Net, skip_unless_possible
from report import Report

API = 7780
PORTS = 3000
HOSTS = ["10.77.0.%d" % i for i in range(16, 32)] + ["2001:db8:77::1%d" % i for i in range(4)]
SPARED, PROXY, SECRET = "10.77.0.20", "10.77.0.30", 1234
NETS = "10.77.0.16/28,2001:db8:77::10/126"
# Connections are taken and closed, so that none of an earlier sweep is left.
LISTEN = """
import resource, selectors, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
waits = selectors.DefaultSelector()
for word in sys.argv[1:]:
    host, port = word.rsplit(",", 1)
    s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    s.bind((host, int(port)))
    s.listen(64)
    waits.register(s, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in waits.select():
        try:
            key.fileobj.accept()[0].close()
        except OSError:
            pass
"""


class Bench:
    def __init__(self, net, program, directory):
        self.net, self.program, self.directory = net, program, directory
        self.report = Report()
        dice = random.Random(7)
        self.open = {(host, port) for host in HOSTS
                     for port in dice.sample([p for p in range(1, PORTS) if p != SECRET], 5)}
        self.open |= {(HOSTS[0], SECRET), (HOSTS[1], SECRET)}
        self.rules = os.path.join(directory, "rules")
        with open(self.rules, "w") as file:
            file.write("noprobe port %d\nalert low\n" % SECRET)
        self.flowd = None

    def start_servers(self):
        for host in HOSTS:
            self.net.add_address("inside", "eth0", host)
        process = self.net.start(
            "inside", [sys.executable, "-c", LISTEN] + ["%s,%d" % one for one in self.open],
            stdout=subprocess.PIPE, universal_newlines=True)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("no listeners")

    @property
    def expected(self):
        """Who may be touched: not the spared host, not what a rule forbids."""
        return {(host, port) for host, port in self.open if host != SPARED and port != SECRET}

    def received(self):
        """Packets that have come to the inside host."""
        text = self.net.run("inside", ["ip", "-j", "-s", "link", "show", "eth0"]).stdout
        return json.loads(text)[0]["stats64"]["rx"]["packets"]

    def ask(self, path, method="GET", body=None, head=True):
        sock = self.net.socket("border", socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(8)
        sock.connect(("127.0.0.1", API))
        http_ = http.client.HTTPConnection("127.0.0.1", API)
        http_.sock = sock
        http_.request(method, path, body, {"X-Flowd-Request": "1"} if head else {})
        answer = http_.getresponse()
        data = answer.read()
        http_.close()
        return answer.status, json.loads(data) if data[:1] in b"{[" else data

    def sweep(self, number):
        return self.ask("/api/v1/sweeps/" + number)[1]

    def wait_sweep(self, number, good, seconds=40):
        until, row = time.time() + seconds, {}
        while time.time() < until:
            row = self.sweep(number)
            if "state" in row and good(row):
                break
            time.sleep(0.1)
        return row

    def order(self, **what):
        status, answer = self.ask("/api/v1/sweeps", "POST", json.dumps(what))
        self.report.check("order %s" % what, 202, status)
        return answer.get("id", "0")

    def start(self, *words):
        self.flowd = Flowd(self.net, [
            self.program, "-i", "inside", "--home", "10.77.0.0/16,2001:db8:77::/64", "--learn=0s",
            "--exclude", SPARED, "--rules", self.rules, "--sweep.rate=4000",
            "--sweep.host_rate=0", "--verify.rate=1000",
            "--state", os.path.join(self.directory, "state")] + list(words)).wait_ready()
        for _ in range(200):  # a store
            if self.ask("/api/v1/sweeps")[0] == 200:
                break
            time.sleep(0.05)

    def services(self):
        rows, path = set(), "/api/v1/services?limit=1000"
        for row in self.ask(path)[1]["services"]:
            if row["evidence"] == "probe":
                rows.add((row["ip"], row["port"]))
        return rows


def check_command(bench):
    """Once, from the command line."""
    report, net = bench.report, bench.net
    tap = net.tap("inside", "dst host %s or dst port %d" % (SPARED, SECRET))
    before = bench.received()
    done = net.run("border", [
        bench.program, "--sweep", NETS, "-p", "1-%d" % PORTS, "--sweep.rate=15000",
        "--sweep.host_rate=0", "--exclude", SPARED, "--rules", bench.rules,
        "--verify.rate=1000", "--no-progress"], check=False, timeout=120)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    found = {(line["ip"], line["port"]) for line in lines if line["type"] == "service"}
    states = [line["state"] for line in lines if line["type"] == "sweep"]
    last = [line for line in lines if line["type"] == "sweep"][-1]
    report.check("status", 0, done.returncode)
    report.check("exactly what is open", bench.expected, found)
    report.check("no packets to whom it may not touch", [], tap())
    report.check("states", ["waiting", "running", "done"], states)
    report.check("verdicts of all", len(found), len(
        {(line["ip"], line["port"]) for line in lines
         if line["type"] == "event" and line["event"] == "verdict"}))
    report.check("sent and skipped are all", last["total"], last["sent"] + last["skipped"])
    report.check("what it says it sent has come", True,
                 bench.received() - before >= last["sent"])
    done = net.run("border", [bench.program, "--sweep", "10.77.0.16/28", "-p", "70000"], check=False)
    report.check("wrong ports", 1, done.returncode)


def check_faults(bench):
    """What is wrong is said with a pointer."""
    report = bench.report
    for body, pointer in (("{", "#"), ('{"prefixes":["192.0.2.0/24"]}', "#/prefixes/0"),
                          ('{"prefixes":["10.77.0.16/28"],"ports":"0-5"}', "#/ports"),
                          ('{"prefixes":["10.77.0.16/28"],"rate":-1}', "#/rate"),
                          ('{"prefixes":["10.77.0.16/28"],"speed":1}', "#/speed")):
        status, answer = bench.ask("/api/v1/sweeps", "POST", body)
        report.check(body, (400, pointer), (status, answer["errors"][0]["pointer"]))
    good = '{"prefixes":["10.77.0.16/28"],"rate":1}'
    report.check("without the header", 403,
                 bench.ask("/api/v1/sweeps", "POST", good, head=False)[0])
    report.check("too long", 413, bench.ask("/api/v1/sweeps", "POST", " " * 5000)[0])
    report.check("no such sweep", 404, bench.ask("/api/v1/sweeps/123")[0])
    report.check("no such sweep to pause", 404, bench.ask("/api/v1/sweeps/x/pause", "POST")[0])
    report.check("nothing was ordered", [], bench.ask("/api/v1/sweeps")[1]["sweeps"])


def check_crash(bench):
    """kill -9 of all in the middle, paused and resumed: all is found, and not by starting anew."""
    report = bench.report
    number = bench.order(prefixes=NETS.split(","), ports="1-%d" % PORTS)
    row = bench.wait_sweep(number, lambda row: row["position"] > row["total"] / 5)
    report.check("under way", "running", row["state"])
    report.check("time left", True, row["seconds_left"] > 0)
    report.check("pause", 202, bench.ask("/api/v1/sweeps/%s/pause" % number, "POST")[0])
    bench.wait_sweep(number, lambda row: row["state"] == "paused")
    time.sleep(1)
    before, paused = bench.received(), bench.sweep(number)
    time.sleep(2)
    report.check("nothing is sent while it is paused", True, bench.received() - before < 50)
    report.check("paused", ("paused", paused["position"]),
                 (bench.sweep(number)["state"], bench.sweep(number)["position"]))
    report.check("resume", 202, bench.ask("/api/v1/sweeps/%s/resume" % number, "POST")[0])
    row = bench.wait_sweep(number, lambda row: row["position"] > row["total"] / 2)
    os.kill(bench.flowd.process.pid, signal.SIGKILL)
    bench.flowd.end(signal.SIGKILL)
    time.sleep(0.5)
    bench.start()
    again = bench.wait_sweep(number, lambda row: row["state"] == "running")
    report.check("it goes on where it was", True, again["position"] >= row["position"])
    row = bench.wait_sweep(number, lambda row: row["state"] == "done")
    report.check("it ends", "done", row["state"])
    report.check("nothing was done twice but some seconds", True,
                 row["total"] <= row["sent"] + row["skipped"] < row["total"] + 12 * row["rate"])
    time.sleep(1)
    report.check("all was found", bench.expected, bench.services())
    seconds = bench.ask("/api/v1/sweeps/%s/seconds" % number)[1]["seconds"]
    report.check("the log says how many were sent", True,
                 row["sent"] - row["rate"] <= sum(s["sent"] for s in seconds) <= row["sent"])
    report.check("no second over the rate", [], [
        s for s in seconds if s["sent"] > row["rate"] * 1.1])  # a second of the log is not exact
    report.check("409", 409, bench.ask("/api/v1/sweeps/%s/pause" % number, "POST")[0])


class News:
    """The stream of sweeps: what it said, as rows."""

    def __init__(self, bench):
        self.sock = bench.net.socket("border", socket.AF_INET, socket.SOCK_STREAM)
        self.sock.connect(("127.0.0.1", API))
        self.sock.sendall(b"GET /api/v1/stream?only=sweep HTTP/1.0\r\nHost: localhost\r\n\r\n")
        self.text = b""
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        data = b"-"
        while data:
            data = self.sock.recv(65536)
            self.text += data

    def end(self):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        events = [dict(line.split(": ", 1) for line in part.split("\n") if ": " in line)
                  for part in self.text.decode().split("\n\n")]
        return [json.loads(one["data"]) for one in events if one.get("event") == "sweep"]


def check_two(bench):
    """The second waits until the first ends or is paused; the stream says how far each is."""
    report, news = bench.report, News(bench)
    first, second = [bench.order(prefixes=[prefix], ports="1-2000", rate=2000)
                     for prefix in ("10.77.0.16/30", "10.77.0.20/30")]
    bench.wait_sweep(first, lambda row: row["state"] == "running" and row["position"])
    report.check("the second waits", "waiting", bench.sweep(second)["state"])
    bench.ask("/api/v1/sweeps/%s/pause" % first, "POST")
    row = bench.wait_sweep(second, lambda row: row["state"] == "done")
    report.check("it goes on where the first is paused", ("done", "paused"),
                 (row["state"], bench.sweep(first)["state"]))
    bench.ask("/api/v1/sweeps/%s/resume" % first, "POST")
    row = bench.wait_sweep(first, lambda row: row["state"] == "done")
    report.check("and the first after it", "done", row["state"])
    time.sleep(0.5)
    said = news.end()
    for number, states in ((first, {"waiting", "running", "paused", "done"}),
                           (second, {"waiting", "running", "done"})):
        rows = [row for row in said if row["id"] == number]
        places = [row["position"] for row in rows]
        report.check("states told of %s" % number, states, {row["state"] for row in rows})
        report.check("how far it was (%r)" % places, True, places == sorted(places) and any(
            0 < row["position"] < row["total"] for row in rows))
    status, answer = bench.ask("/api/v1/stream?only=sweeps")
    report.check("no such news", (400, "only"), (status, answer.get("parameter")))


def check_alerts(bench):
    """What a sweep finds goes the way of every finding: stored, verified, judged, alerted."""
    want, got, until = bench.expected, set(), time.time() + 40
    while got < want and time.time() < until:
        rows = bench.ask("/api/v1/alerts?limit=1000")[1]["alerts"]
        got = {(row["ip"], row["port"]) for row in rows}
        time.sleep(0.2)
    bench.report.check("an alert for each finding, none for others", want, got)


def syn_times(path):
    with open(path) as file:
        return [float(line.split()[0]) for line in file if "Flags [S]" in line]


def most_in_a_second(times):
    """Of the seconds that begin at a packet, the fullest."""
    return max(bisect.bisect_left(times, at + 1) - i for i, at in enumerate(times))


def record_syns(bench, path, network):
    """What comes to the network's ports that nobody has open, from now on."""
    with open(path, "w") as file:
        wire = bench.net.start("inside", [
            "tcpdump", "-i", "eth0", "-tt", "-n", "-p", "-B", "16384",
            "dst net %s and dst portrange 4000-6000" % network],
            stdout=file, stderr=subprocess.PIPE, universal_newlines=True)
    while "listening" not in wire.stderr.readline():
        pass
    return wire


def check_rate(bench):
    """At most 2 % more than the rate reaches the inside, on average and in each second."""
    report, net = bench.report, bench.net
    path = os.path.join(bench.directory, "wire")
    for rate in (500, 2000, 8000):
        wire = record_syns(bench, path, "10.77.0.16/28")
        done = net.run("border", [
            bench.program, "--sweep", "10.77.0.16/28", "-p", "4000-%d" % (4000 + rate * 3 // 16),
            "--sweep.rate=%d" % rate, "--sweep.host_rate=0", "--rules", bench.rules,
            "--no-progress"], check=False, timeout=60)
        time.sleep(0.5)
        net.stop(wire, signal.SIGINT)
        times = syn_times(path)
        last = [json.loads(line) for line in done.stdout.splitlines() if '"sweep"' in line][-1]
        report.check("rate %d: as many SYNs as it says" % rate, last["sent"], len(times))
        mean = (len(times) - 1) / (times[-1] - times[0])
        report.check("rate %d: %.0f on average" % (rate, mean), True, mean <= rate * 1.02)
        most = most_in_a_second(times)
        report.check("rate %d: %d in a second" % (rate, most), True, most <= rate * 1.02 + 1)


def seconds_on_the_wire(seconds, times, slack):
    """The seconds at whose end not as many packets were on the wire as the audit says, and by how
    many they differ at most. The audit counts what it hands to the kernel, the capture what has
    come to the other end of the cable: who counts by the same clock may differ by what is between
    the two. So all that the audit has must come before `slack` is over, and what the capture has had
    for as long must be in the audit."""
    wrong, most, total = [], 0, 0
    for row in seconds:
        end = datetime.datetime.fromisoformat(row["time"].replace("Z", "+00:00")).timestamp()
        total += row["sent"]
        before, at, after = (bisect.bisect_right(times, end + by) for by in (-slack, 0, slack))
        most = max(most, abs(total - at))
        if not before <= total <= after:
            wrong.append((row, total, before, at, after))
    return wrong, most


def check_seconds(bench):
    """The audit of a sweep, second by second, is what was on the wire; paused in between."""
    report, path = bench.report, os.path.join(bench.directory, "wire")
    wire = record_syns(bench, path, "10.77.0.24/29")
    number = bench.order(prefixes=["10.77.0.24/29"], ports="4000-5999", rate=2000)
    bench.wait_sweep(number, lambda row: row["position"] > row["total"] / 4)
    bench.ask("/api/v1/sweeps/%s/pause" % number, "POST")
    bench.wait_sweep(number, lambda row: row["state"] == "paused")
    time.sleep(2)
    bench.ask("/api/v1/sweeps/%s/resume" % number, "POST")
    row = bench.wait_sweep(number, lambda row: row["state"] == "done", 90)
    bench.net.stop(wire, signal.SIGINT)
    times = syn_times(path)
    seconds = bench.ask("/api/v1/sweeps/%s/seconds" % number)[1]["seconds"]
    report.check("the audit has every packet of the wire, and no other",
                 (row["sent"], row["sent"]), (len(times), sum(s["sent"] for s in seconds)))
    report.check("it has seconds", True, len(seconds) > 4)
    wrong, most = seconds_on_the_wire(seconds, times, 0.25)
    report.check("each second as it was on the wire (at most %d apart)" % most, [], wrong)
    # Answers under way at the pause are asked for again: steps may go back, but never be left out.
    report.check("no step is left out", [], [
        (a, b) for a, b in zip(seconds, seconds[1:]) if b["from"] > a["to"]])
    report.check("from the first to the last", (0, row["total"]),
                 (seconds[0]["from"], seconds[-1]["to"]))
    wire = record_syns(bench, path, "10.77.0.24/29")
    number = bench.order(prefixes=["10.77.0.24/29"], ports="4000-5999", rate=2000)
    bench.wait_sweep(number, lambda row: row["position"] > row["total"] / 4)
    bench.ask("/api/v1/sweeps/%s/cancel" % number, "POST")
    bench.wait_sweep(number, lambda row: row["state"] == "cancelled")
    time.sleep(1)
    bench.net.stop(wire, signal.SIGINT)
    came = len(syn_times(path))
    row = bench.wait_sweep(number, lambda row: row["sent"] == came)
    seconds = bench.ask("/api/v1/sweeps/%s/seconds" % number)[1]["seconds"]
    report.check("of one that is cancelled, too", (came, came),
                 (row["sent"], sum(s["sent"] for s in seconds)))


def check_switch(bench):
    """The kill switch holds for sweeps, too."""
    report = bench.report
    number = bench.order(prefixes=["10.77.0.16/28"], rate=500)
    bench.wait_sweep(number, lambda row: row["sent"] > 500)
    report.check("pulled", 202, bench.ask("/api/v1/probing", "POST", '{"enabled": false}')[0])
    time.sleep(2.5)
    sent, before = bench.sweep(number)["sent"], bench.received()
    time.sleep(2)
    report.check("nothing is sent", (sent, True),
                 (bench.sweep(number)["sent"], bench.received() - before < 50))
    report.check("released", 202, bench.ask("/api/v1/probing", "POST", '{"enabled": true}')[0])
    row = bench.wait_sweep(number, lambda row: row["sent"] > sent + 500)
    report.check("it goes on", True, row["sent"] > sent + 500)
    bench.ask("/api/v1/sweeps/%s/cancel" % number, "POST")
    bench.wait_sweep(number, lambda row: row["state"] == "cancelled")


def check_proxy(bench):
    """A host that answers on every port is one fact."""
    report, net = bench.report, bench.net
    net.run("inside", ["nft", "add table ip proxy; add chain ip proxy in { type nat hook "
                       "prerouting priority -100; }; add rule ip proxy in ip daddr %s tcp dport "
                       "3001-65535 dnat to %s:%d" % (PROXY, PROXY, max(
                           p for h, p in bench.open if h == PROXY))])
    number = bench.order(prefixes=[PROXY], ports="3001-9000")
    bench.wait_sweep(number, lambda row: row["state"] == "done")
    time.sleep(1)
    hosts = [row["ip"] for row in bench.ask("/api/v1/hosts")[1]["hosts"]]
    report.check("one host that answers everything", [PROXY], hosts)
    told = {port for host, port in bench.services() if host == PROXY and port > PORTS}
    report.check("and few services of it", True, len(told) < 5)
    net.run("inside", ["nft", "delete table ip proxy"])


def memory(pid):
    with open("/proc/%d/status" % pid) as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def check_memory(bench):
    """A /16 costs as much as a /28; cancel ends it."""
    report, rss, number = bench.report, [], "0"
    for prefix in ("10.77.0.16/28", "10.77.0.0/16"):
        number = bench.order(prefixes=[prefix], rate=50)
        bench.wait_sweep(number, lambda row: row["sent"] > 100)
        roles = bench.flowd.roles()
        rss.append(memory(roles["verify"]))
        report.check("cancel", 202, bench.ask("/api/v1/sweeps/%s/cancel" % number, "POST")[0])
        row = bench.wait_sweep(number, lambda row: row["state"] == "cancelled")
        report.check("cancelled", "cancelled", row["state"])
    report.check("memory of verify in KiB: %s" % rss, True, rss[1] - rss[0] < 1024)
    time.sleep(1.5)
    sent = bench.sweep(number)["sent"]
    time.sleep(1.5)
    report.check("nothing more is sent", sent, bench.sweep(number)["sent"])


def check_manners(bench):
    """Networks have a rate of their own; who routers say is not there is passed over; the next
    order waits for the one before it."""
    report, net = bench.report, bench.net
    net.run("inside", ["nft", "add table ip gone; add chain ip gone in { type filter hook "
                       "prerouting priority -150; }; add rule ip gone in ip daddr 10.77.9.0/24 "
                       "reject with icmp type host-unreachable"])
    net.run("border", ["ip", "route", "add", "10.77.9.0/24", "via", net.inside[0]])
    bench.flowd.end()
    bench.start("--sweep.prefix_rate=1000")
    before = bench.received()
    number = bench.order(prefixes=["10.77.9.0/30"], ports="1-4000", rate=4000)
    second = bench.order(prefixes=["10.77.0.17"], ports="1-10")
    row = bench.wait_sweep(number, lambda row: row["state"] == "done")
    finished = row["finished"]
    came = bench.received() - before
    report.check("who is not there is passed over (%d packets, %s)" % (came, row), True,
                 row["sent"] < 1000 and came < 1200 and
                 row["sent"] + row["unreachable"] + row["skipped"] == row["total"])
    row = bench.wait_sweep(second, lambda row: row["state"] == "done")
    report.check("the second one is done, too", ("done", 10), (row["state"], row["sent"]))
    report.check("it has waited", True, row["started"] >= finished)
    net.run("inside", ["nft", "delete table ip gone"])
    began = time.time()
    number = bench.order(prefixes=["10.77.0.16/29", "10.77.0.24/30"], ports="1-250", rate=4000)
    row = bench.wait_sweep(number, lambda row: row["state"] == "done")
    report.check("the rate of a network (%.1f s)" % (time.time() - began), True,
                 time.time() - began > 2.6)


def check_schedule(bench):
    """It begins by itself, with what is configured."""
    bench.flowd.end()
    bench.start("--sweep.every=1h", "--sweep.ports=1-50", "--sweep.prefixes=10.77.0.17")
    rows = []
    for _ in range(100):
        rows = [row for row in bench.ask("/api/v1/sweeps")[1]["sweeps"]
                if row["origin"] == "schedule"]
        if rows and rows[0]["state"] == "done":
            break
        time.sleep(0.1)
    bench.report.check("one of the schedule", [("done", "1-50", ["10.77.0.17"])],
                       [(row["state"], row["ports"], row["prefixes"]) for row in rows])


def main():
    skip_unless_possible("tcpdump", "nft")
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, sys.argv[1], directory)
        bench.start_servers()
        check_command(bench)
        check_rate(bench)
        bench.start()
        for check in (check_faults, check_crash, check_seconds, check_two, check_alerts,
                      check_switch, check_proxy, check_memory, check_manners, check_schedule):
            check(bench)
        status, _ = bench.flowd.end()
        bench.report.check("flowd ends well", 0, status)
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
