# SPDX-License-Identifier: Apache-2.0
"""What a live capture sees: several workers, tunnels, a kernel filter, interfaces that go and come.

    test_capture.py FLOWD [PART...]

Frames are made here and sent by a raw socket at the far end of a cable; flowd listens at the near
end. Parts are the names of the functions that main() calls, without check_; default: all.
Needs root and iproute2.
"""
import collections
import ipaddress
import json
import os
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time

from flowd import Flowd
from netns import Net, PATIENCE, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenario"))
import frames  # noqa: E402

ROLES = ("sensor", "core")
BATCH = 20  # frames between two short rests, so that nothing is lost on the way


def made(src, sport, dst, dport, **more):
    values = collections.defaultdict(int, src=ipaddress.ip_address(src), sport=sport,
                                     dst=ipaddress.ip_address(dst), dport=dport, ttl=60, win=64240,
                                     opts=None, ext=(), ipopts=b"", vlans=())
    values.update(more)
    return frames.frame(values, "eth")


def packet(src, sport, dst, dport, flags, seq, ack, data=b"", vlans=()):
    return made(src, sport, dst, dport, proto="tcp", flags=flags, seq=seq, ack=ack, data=data,
                vlans=vlans)


def talk(host, port, client, cport, vlans=()):
    """The frames of a connection that a client opens and a server answers with data."""
    there, back = (client, cport, host, port), (host, port, client, cport)
    return [packet(*there, "S", 1000, 0, vlans=vlans), packet(*back, "SA", 5000, 1001, vlans=vlans),
            packet(*there, "A", 1001, 5001, vlans=vlans),
            packet(*back, "PA", 5001, 1001, b"SSH-2.0-Toy_1\r\n", vlans),
            packet(*there, "PA", 1001, 5016, b"SSH-2.0-Client_1\r\n", vlans)]


def vxlan(talks):
    """Each frame between two tunnel ends; the outer ports differ from frame to frame (RFC 7348)."""
    head = struct.pack("!BBHI", 8, 0, 0, 77 << 8)
    return [made("198.51.100.1", 40000 + i % 1000, "198.51.100.2", 4789, proto="udp",
                 data=head + inner)
            if i % 2 else
            made("198.51.100.2", 50000 + i % 777, "198.51.100.1", 4789, proto="udp",
                 data=head + inner)
            for i, inner in enumerate(talks)]


def interleave(talks):
    """The first frames of all, then the second ones, ..."""
    return [frame for step in zip(*talks) for frame in step]


class Bench:
    def __init__(self, net, program, directory):
        self.net, self.program, self.directory = net, program, directory
        self.report = Report()

    def flowd(self, name, *options, devices=("inside",), roles=ROLES):
        words = [self.program, "--home", self.net.home, "--no-verify",
                 "--state", os.path.join(self.directory, name)]
        words += ["--web.port", "7780" if "web" in roles else "0"]
        for device in devices:
            words += ["-i", device]
        return Flowd(self.net, words + list(options), roles=roles).wait_ready()

    def send(self, sent, device="eth0"):
        tap = self.net.socket("inside", socket.AF_PACKET, socket.SOCK_RAW, 0)
        tap.bind((device, 0))
        with tap:
            for i, frame in enumerate(sent):
                tap.send(frame)
                if not i % BATCH:
                    time.sleep(0.005)

    def end(self, flowd, what):
        """Ends it; its services by (ip, port)."""
        status, _ = flowd.end()
        self.report.check(what + ": exit status", 0, status)

    def found(self, flowd, what, want):
        """Each of `want` is announced, once, and nothing else of home."""
        for host, port in want:
            flowd.wait(type="event", event="new", ip=host, port=port)
        time.sleep(0.5)
        news = [(line["ip"], line["port"]) for line in flowd.find(type="event", event="new")]
        self.report.check(what + ": announced", sorted(want), sorted(news))

    def evidence(self, name, what, want):
        """What the store says of the services, read by a flowd that has nothing to do."""
        path = os.path.join(self.directory, name)
        empty = os.path.join(self.directory, "empty.pcap")
        with open(empty, "wb") as file:
            file.write(frames.pcap_file("eth", []))
        done = self.net.run("border", [self.program, "-r", empty, "--home", self.net.home,
                                       "--state", path])
        got = {(line["ip"], line["port"]): (line["evidence"], line["app"], line["handshakes"])
               for line in map(json.loads, done.stdout.splitlines())
               if line["type"] == "service"}
        for key in want:
            self.report.check("%s: %s" % (what, key), ("full", "ssh", 1), got.get(key))


def hosts(count):
    return ["10.77.0.%d" % (10 + i) for i in range(count)]


def many(vlans=()):
    """160 connections of as many pairs, some over IPv6; and what is to be found."""
    pairs = [(host, 2200 + i, "192.0.2.%d" % (20 + i), 40000 + i)
             for i in range(2) for host in hosts(64)]
    pairs += [("2001:db8:77::%x" % i, 2300, "2001:db8:9::%x" % (i * 7), 41000) for i in range(1, 33)]
    return (interleave([talk(*pair, vlans) for pair in pairs]),
            [(host, port) for host, port, _, _ in pairs])


def worked(pid):
    """Nanoseconds that each thread of the process has had a CPU."""
    times = []
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/schedstat" % (pid, task)) as file:
            times.append(int(file.read().split()[0]))
    return times


def idle_of(pid, threads):
    """What each thread has worked once so many are there, and the most one works in a second of rest."""
    until = time.time() + PATIENCE
    while len(worked(pid)) < threads and time.time() < until:
        time.sleep(0.05)
    time.sleep(0.5)  # until they listen
    before = worked(pid)
    time.sleep(1.5)
    after = worked(pid)
    return after, max(b - a for a, b in zip(before, after)) / 1.5


def check_workers(bench):
    """Two workers: all is found once, each connection by one of them, and both have work."""
    for what, make in (("plain", many), ("VLAN", lambda: many([5])),
                       ("VXLAN", lambda: (vxlan(many()[0]), many()[1]))):
        sent, want = make()
        flowd = bench.flowd("workers-" + what, "--capture.workers", "2")
        before, rest = idle_of(flowd.roles()["sensor"], 2)
        began = time.time()
        bench.report.check(what + ": threads", 2, len(before))
        bench.send(sent)
        bench.found(flowd, what, want)
        busy = [b - a for a, b in zip(before, worked(flowd.roles()["sensor"]))]
        # A thread without packets only wakes up for its timer. What those with packets do depends on the
        # pages they are the first to touch: they are not compared with each other.
        rest *= time.time() - began
        bench.report.check("%s: both have work, %r beside %d at rest" % (what, busy, rest), True,
                           min(busy) > 3 * rest)
        bench.end(flowd, what)
        bench.evidence("workers-" + what, what, want)


def check_filter(bench):
    """The kernel's filter lets home's packets through in whatever they come, and no others."""
    tagged = talk("10.77.0.9", 2201, "192.0.2.9", 4009, [7])
    plain = talk("10.77.0.8", 2200, "192.0.2.9", 4008)
    six = talk("2001:db8:77::8", 2200, "2001:db8:9::1", 4008)
    tunnel = vxlan(talk("10.77.0.7", 2202, "192.0.2.9", 4007))
    foreign = talk("198.51.100.7", 80, "192.0.2.9", 4010) * 50
    within = talk("10.77.0.20", 80, "10.77.0.21", 4011) * 50
    for option, extra in (("yes", 0), ("no", len(foreign) + len(within))):
        name = "filter-" + option
        flowd = bench.flowd(name, "--capture.kernel_filter", option, roles=ROLES + ("web",))
        before = packets(bench)
        bench.send(plain + tagged + six + foreign + within + tunnel)
        want = [("10.77.0.8", 2200), ("10.77.0.9", 2201), ("2001:db8:77::8", 2200),
                ("10.77.0.7", 2202)]
        bench.found(flowd, name, want)
        time.sleep(1.2)
        seen = packets(bench) - before
        ours = len(plain) + len(tagged) + len(six) + len(tunnel)
        # The kernel's own neighbour discovery may add some.
        bench.report.check("%s: packets handled: %d of %d" % (name, seen, ours + extra), True,
                           ours + extra <= seen <= ours + extra + 20)
        bench.end(flowd, name)


def packets(bench):
    done = bench.net.run("border", ["curl", "-s", "http://127.0.0.1:7780/metrics"])
    return sum(float(line.split()[1]) for line in done.stdout.splitlines()
               if line.startswith("flowd_packets_total"))


def check_down_up(bench):
    """An interface that was down: what comes afterwards is seen, by the same sensor or the next."""
    flowd = bench.flowd("down", "--capture.workers", "2")
    bench.send(talk("10.77.0.8", 2200, "192.0.2.9", 4008))
    flowd.wait(type="event", event="new", ip="10.77.0.8", port=2200)
    bench.net.run("border", ["ip", "link", "set", "inside", "down"])
    time.sleep(0.5)
    bench.net.run("border", ["ip", "link", "set", "inside", "up"])
    time.sleep(1.5)
    bench.send(talk("10.77.0.9", 2201, "192.0.2.9", 4009))
    bench.found(flowd, "down and up", [("10.77.0.8", 2200), ("10.77.0.9", 2201)])
    bench.end(flowd, "down and up")


def add_spare(net):
    net.run("border", ["ip", "link", "add", "spare", "type", "veth", "peer", "name", "spare1",
                       "netns", net.name["inside"]])
    net.run("inside", ["ip", "link", "set", "spare1", "up"])
    net.run("border", ["ip", "link", "set", "spare", "up"])


def check_gone(bench):
    """An interface that vanishes: the other is still heard; when it is back it is heard again."""
    net = bench.net
    add_spare(net)
    flowd = bench.flowd("gone", devices=("inside", "spare"))
    sensor = flowd.roles()["sensor"]
    bench.send(talk("10.77.0.8", 2200, "192.0.2.9", 4008), "spare1")
    flowd.wait(type="event", event="new", ip="10.77.0.8", port=2200)
    net.run("border", ["ip", "link", "del", "spare"])
    time.sleep(0.7)
    bench.send(talk("10.77.0.9", 2201, "192.0.2.9", 4009))
    bench.report.check("the other is heard", True,
                       bool(flowd.wait(type="event", event="new", ip="10.77.0.9", port=2201)[1]))
    bench.report.check("by the same sensor", sensor, flowd.roles().get("sensor"))
    add_spare(net)
    time.sleep(2)
    bench.send(talk("10.77.0.10", 2202, "192.0.2.9", 4010), "spare1")
    bench.found(flowd, "back", [("10.77.0.%d" % (8 + i), 2200 + i) for i in range(3)])
    bench.report.check("which was said", True, "spare" in flowd.said())
    bench.end(flowd, "back")
    net.run("border", ["ip", "link", "del", "spare"])


def ask(bench, path):
    done = bench.net.run("border", ["curl", "-s", "http://127.0.0.1:7780/api/v1/" + path])
    return json.loads(done.stdout)


def check_api(bench, began):
    """Web says of the trouble what standard output has said; there is no service in it."""
    time.sleep(1)
    event = next(e for e in ask(bench, "events?limit=20")["events"] if e["event"] == "health")
    bench.report.check_fields("the event", began, event)
    alert = next(a for a in ask(bench, "alerts?limit=20")["alerts"] if a["event"] == "health")
    for line in (event, alert):
        bench.report.check("without a service", set(), {"ip", "port", "proto", "state", "peer"} & set(line))
    held = ask(bench, "health")["troubles"]
    bench.report.check("it holds", [("drops", "inside", began["time"])],
                       [(t["trouble"], t["source"], t["since"]) for t in held])


def check_drops(bench):
    """More than the kernel's buffer holds while the sensor rests: counted, told as trouble, and over in time."""
    # So small a buffer may drop a packet of the quiet time, too, on a busy machine.
    flowd = bench.flowd("drops", "--capture.buffer", "64k", "--health.interval", "1s", "--health.drops", "50%",
                        roles=ROLES + ("web",))
    sensor = flowd.roles()["sensor"]
    burst = packet("192.0.2.9", 4007, "10.77.0.7", 80, "PA", 1000, 0, b"x" * 1000)
    os.kill(sensor, signal.SIGSTOP)
    try:
        bench.send([burst] * 1000)
    finally:
        os.kill(sensor, signal.SIGCONT)
    trouble = {"type": "event", "event": "health", "trouble": "drops"}
    began, _ = flowd.wait(over=False, **trouble)
    bench.report.check_fields("it begins", {"source": "inside", "threshold": 0.5}, began)
    bench.report.check("by how much: %s" % began.get("value"), True, 0.5 <= began.get("value", 0) < 1)
    bench.report.check("an alert", True, bool(flowd.wait(type="alert", event="health", trouble="drops")[1]))
    check_api(bench, began)
    # What comes is heard all the same, and is enough to say that all is well.
    bench.send(talk("10.77.0.8", 2200, "192.0.2.9", 4008))
    few = packet("192.0.2.9", 4007, "10.77.0.7", 80, "PA", 1000, 0)
    for _ in range(400):
        bench.send([few])
        time.sleep(0.03)
        if flowd.find(over=True, **trouble):
            break
    bench.report.check("it passes", True, bool(flowd.wait(over=True, **trouble)[1]))
    bench.found(flowd, "heard after drops", [("10.77.0.8", 2200)])
    bench.end(flowd, "drops")
    last = flowd.find(type="health")[-1]
    bench.report.check("kernel_drops: %d" % last["kernel_drops"], True, 100 < last["kernel_drops"] <= 1100)
    bench.report.check("nothing is left", [], last["troubles"])


def check_wait(bench):
    """No interface yet: refused, or waited for."""
    net = bench.net
    words = [bench.program, "--home", net.home, "--state", os.path.join(bench.directory, "wait"),
             "--no-verify", "--web.port", "0", "-i", "spare"]
    done = net.run("border", words, check=False, timeout=20)
    bench.report.check("refused: status", 1, done.returncode)
    bench.report.check("and said: " + done.stderr[:300], True, "spare" in done.stderr)
    flowd = Flowd(net, words + ["--capture.wait"], roles=ROLES)
    time.sleep(1.5)
    add_spare(net)
    flowd.wait_ready()
    time.sleep(1)
    bench.send(talk("10.77.0.8", 2200, "192.0.2.9", 4008), "spare1")
    bench.found(flowd, "waited for", [("10.77.0.8", 2200)])
    bench.end(flowd, "waited for")
    net.run("border", ["ip", "link", "del", "spare"])


def check_files(bench):
    """Several files: one after the other, or shared by workers, with the same result."""
    paths, results = [], []
    for i in range(4):
        sent = interleave([talk(host, 2200 + i, "192.0.2.9", 4000 + i) for host in hosts(20)])
        paths.append(os.path.join(bench.directory, "part%d.pcap" % i))
        with open(paths[-1], "wb") as file:
            file.write(frames.pcap_file("eth", [(10 ** 15 + n, frame, len(frame))
                                                for n, frame in enumerate(sent)]))
    for workers in ("1", "1", "2"):
        words = [bench.program, "--home", bench.net.home, "--capture.workers", workers]
        for path in paths:
            words += ["-r", path]
        lines = bench.net.run("border", words).stdout.splitlines()
        results.append([line for line in lines if '"type":"service"' in line])
        bench.report.check("services with %s workers" % workers, 80, len(results[-1]))
    bench.report.check("two replays", results[0], results[1])
    bench.report.check("with two workers", results[0], results[2])


def main():
    program = os.path.abspath(sys.argv[1])
    parts = ("workers", "filter", "down_up", "gone", "drops", "wait", "files")
    skip_unless_possible("curl")
    directory = tempfile.mkdtemp(prefix="flowd-capture-")
    os.chmod(directory, 0o755)  # for the user that core becomes
    try:
        with Net() as net:
            bench = Bench(net, program, directory)
            for part in sys.argv[2:] or parts:
                started = time.time()
                globals()["check_" + part](bench)
                print("check_%s: %.1f s" % (part, time.time() - started), flush=True)
    finally:
        shutil.rmtree(directory)
    return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
