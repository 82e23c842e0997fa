# SPDX-License-Identifier: Apache-2.0
"""flowd is killed (SIGKILL) at random points and started again: nothing is lost, nothing doubled.

    test_kill.py FLOWD [--kills N] [--seed N]

A third of the kills hits a live flowd with a backlog of probes, the rest replays of a capture.
Needs root and iproute2.
"""
import argparse
import collections
import ipaddress
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from flowd import Flowd
from netns import Net, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenario"))
import frames  # noqa: E402

SERVICES, CONNECTIONS = 3000, 12000
START = 1700000000 * 1000000
STEP_US = 2000  # between two connections
IN_ONE_STATE = 8  # kills of replays that share a state directory
LOW, HIGH = 21000, 21299  # open ports of the host with the backlog; none of them is noprobe


def make_services(rng):
    """Distinct (host, port); a fifth of them over IPv6."""
    hosts = ["10.77.%d.%d" % (i // 8, i % 8 + 1) for i in range(96)]
    hosts += ["2001:db8:77::%x" % (i + 1) for i in range(24)]
    every = [(host, port) for host in hosts for port in rng.sample(range(1, 65536), 40)]
    return rng.sample(every, SERVICES)


def packet(time_us, src, dst, **more):
    values = collections.defaultdict(int, dict(
        src=ipaddress.ip_address(src[0]), sport=src[1], dst=ipaddress.ip_address(dst[0]),
        dport=dst[1], proto="tcp", ttl=64, win=65535, data=b"", opts=None, ext=(), vlans=(),
        ipopts=b""))
    values.update(more)
    data = frames.frame(values, "eth")
    return time_us, data, len(data)


def connection(rng, at, service):
    """A handshake; sometimes the client resets it, sometimes the server says what it is."""
    client = ("2001:db8:1::%x" if ":" in service[0] else "192.0.2.%d") % rng.randrange(1, 200), \
        rng.randrange(1024, 65536)
    seq, isn = rng.randrange(1 << 31), rng.randrange(1 << 31)
    kind = rng.random()
    yield packet(at, client, service, flags="S", seq=seq)
    yield packet(at + 300, service, client, flags="SA", seq=isn, ack=seq + 1)
    if kind < 0.3:
        yield packet(at + 400, client, service, flags="R", seq=seq + 1)
        return
    yield packet(at + 400, client, service, flags="A", seq=seq + 1, ack=isn + 1)
    if kind < 0.5:
        yield packet(at + 500, service, client, flags="PA", seq=isn + 1, ack=seq + 1,
                     data=b"SSH-2.0-OpenSSH_9.2p1\r\n")


def make_capture(rng, path):
    """Every service at least once, at any time; the services."""
    services = make_services(rng)
    order = services + [rng.choice(services) for _ in range(CONNECTIONS - SERVICES)]
    rng.shuffle(order)
    packets = [p for i, service in enumerate(order)
               for p in connection(rng, START + i * STEP_US, service)]
    with open(path, "wb") as out:
        out.write(frames.capture("pcap", "eth", packets))
    return set(services)


def key(line):
    return line["ip"], line["port"]


def doubles(keys):
    return [one for one, count in collections.Counter(keys).items() if count > 1]


def parse(text, whole):
    """The lines of an output; only the last may be cut, and only when it was killed."""
    lines = text.split("\n")
    last = lines.pop()
    if last and whole:
        raise ValueError("cut: %r" % last)
    return [json.loads(line) for line in lines]


def check_alert_file(report, what, path, services, **fields):
    """One alert of each kind for each service, every number once and rising, no broken line."""
    with open(path) as file:
        alerts = parse(file.read(), True)
    numbers = [alert["number"] for alert in alerts]
    report.check(what + ": alert numbers rise", sorted(set(numbers)), numbers)
    # What is about the capture (it may have missed packets while it was killed) names no service.
    alerts = [alert for alert in alerts if alert["event"] != "health"]
    report.check(what + ": services alerted twice", [], doubles(
        key(alert) + (alert["event"],) for alert in alerts))
    report.check(what + ": services without alert", [], sorted(services - set(map(key, alerts))))
    report.check(what + ": alerts about nothing", [], sorted(set(map(key, alerts)) - services))
    for name, value in fields.items():
        report.check("%s: %s of all alerts" % (what, name), {value},
                     {(alert["probe"] or {}).get(name) for alert in alerts})


class Replays:
    """Replays of one capture into one state directory after the other."""

    def __init__(self, program, directory, rng):
        self.program, self.directory, self.rng = program, directory, rng
        self.report, self.running = Report(), None
        self.capture, self.empty = self.path("some.pcap"), self.path("empty.pcap")
        self.services = make_capture(rng, self.capture)
        with open(self.empty, "wb") as out:
            out.write(frames.capture("pcap", "eth", []))

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, capture, state, *more, life=None):
        """What was printed, and the exit status; killed after `life` seconds."""
        words = [self.program, "-r", capture, "--home", Net.home + ",10.77.0.0/16", "--state",
                 self.path(state), "--alert-deadline=2s"]
        self.running = subprocess.Popen(words + list(more), stdout=subprocess.PIPE,
                                        start_new_session=True, universal_newlines=True)
        try:
            text, _ = self.running.communicate(timeout=life)
        except subprocess.TimeoutExpired:
            # Mostly all at once; sometimes the roles must notice that they are alone.
            if self.rng.random() < 0.8:
                os.killpg(self.running.pid, signal.SIGKILL)
            else:
                os.kill(self.running.pid, signal.SIGKILL)
            # The end of the output is the end of the last role.
            text, _ = self.running.communicate()
        status, self.running = self.running.returncode, None
        return text, status

    def end(self):
        if self.running:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.communicate()

    def check_known(self, state, lines):
        """What was said to be new is stored."""
        shutil.copytree(self.path(state), self.path("copy"))
        text, status = self.run(self.empty, "copy")
        shutil.rmtree(self.path("copy"))
        stored = {key(line) for line in parse(text, True) if line["type"] == "service"}
        said = {key(line) for line in lines if line["type"] == "event"}
        self.report.check("a copy after a kill: status", 0, status)
        self.report.check("said to be new but not stored", [], sorted(said - stored))

    def use_state(self, state, most, took):
        """Kills and restarts until there were `most` kills; how many there were."""
        alert_file = ("--alert-file", self.path(state + ".alerts"))
        lines, kills = [], 0
        while kills < most:
            text, status = self.run(self.capture, state, *alert_file,
                                    life=self.rng.uniform(0, 0.9 * took))
            lines += parse(text, status == 0)
            if status == 0:
                break
            self.report.check("killed", -signal.SIGKILL, status)
            kills += 1
            if kills % 3 == 1 and os.path.exists(self.path(state)):
                self.check_known(state, lines)
        text, status = self.run(self.capture, state, *alert_file)
        last = parse(text, True)
        lines += last
        self.report.check(state + ": last run", 0, status)
        new = [key(line) for line in lines if line.get("event") == "new"
               and line["type"] == "event"]
        self.report.check(state + ": twice new", [], doubles(new))
        self.report.check(state + ": alert lines doubled", [], doubles(
            line["number"] for line in lines if line["type"] == "alert"))
        rows = [key(line) for line in last if line["type"] == "service"]
        self.report.check(state + ": services", sorted(self.services), sorted(rows))
        check_alert_file(self.report, state, alert_file[1], self.services)
        return kills

    def check_other_store(self):
        """The numbers of another store say nothing about what is in the alert file."""
        path = self.path("shared.alerts")
        for state, want in (("one", 1), ("two", 2), ("two", 2)):
            self.run(self.capture, state, "--alert-file", path)
            with open(path) as file:
                self.report.check("one file, state %s: alerts" % state, want * SERVICES,
                                  sum(alert["event"] == "new"
                                      for alert in parse(file.read(), True)))

    def kill(self, count):
        self.check_other_store()
        started = time.time()
        text, _ = self.run(self.capture, "measure")
        took = time.time() - started
        self.report.check("services of an undisturbed run", len(self.services),
                          sum(1 for line in parse(text, True) if line["type"] == "service"))
        done = states = 0
        while done < count:
            done += self.use_state("state%d" % states, min(IN_ONE_STATE, count - done), took)
            states += 1
        print("replays: %d kills in %d states of %d services, %.1f s; undisturbed %.2f s" % (
            done, states, len(self.services), time.time() - started, took), flush=True)
        return done


class Backlog:
    """A live flowd with more to probe than its rate allows."""

    def __init__(self, net, program, directory, rng):
        self.net, self.rng = net, rng
        self.alert_file = os.path.join(directory, "backlog.alerts")
        self.words = [program, "-i", "inside", "--home", net.home, "--learn=0s", "--state",
                      os.path.join(directory, "backlog"), "--alert-file", self.alert_file,
                      "--alert-deadline=1h"]
        self.services = {(net.inside[0], port) for port in range(LOW, HIGH + 1)}
        server = net.start("inside", [
            sys.executable, os.path.join(HERE, "servers.py"), directory,
            r"say:%d-%d:SSH-2.0-OpenSSH_9.2p1\r\n" % (LOW, HIGH)], stdout=subprocess.PIPE)
        server.stdout.readline()

    def alerts(self):
        """Alerts about services in the file."""
        try:
            with open(self.alert_file) as file:
                return sum('"event":"health"' not in line for line in file if line.endswith("\n"))
        except FileNotFoundError:
            return 0

    def touch_all(self, flowd):
        for host, port in self.services:
            with self.net.socket("outside") as client:
                client.connect((host, port))
                client.recv(100)
        until = time.time() + 10
        while flowd.count(type="event", event="new") < len(self.services) and time.time() < until:
            time.sleep(0.01)

    def kill(self, report, count):
        started = time.time()
        flowd = Flowd(self.net, self.words + ["--verify.rate=20"]).wait_ready()
        self.touch_all(flowd)
        left = []  # probes still to come at each kill
        lines = []
        while len(left) < count:
            flowd.end(signal.SIGKILL)
            left.append(len(self.services) - self.alerts())
            lines += flowd.find()
            last = len(left) == count
            flowd = Flowd(self.net, self.words + ["--verify.rate=%d" % (200 if last else 20)])
            # At any time; but now and then it gets to its probes however slow the machine is.
            until = time.time() + (20 if len(left) % 4 == 1 else 0)
            while self.alerts() <= len(self.services) - left[-1] and time.time() < until:
                time.sleep(0.01)
            time.sleep(self.rng.uniform(0, 0.8))
        until = time.time() + 60
        while self.alerts() < len(self.services) and time.time() < until:
            time.sleep(0.1)
        report.check("backlog: exit status", 0, flowd.end()[0])
        lines += flowd.find()
        self.check(report, lines)
        report.check("backlog: shrinks, and is there at the last kill", True, 0 < left[-1] < left[0])
        print("backlog: %d kills, %.1f s; probes left at each: %s" % (
            len(left), time.time() - started, " ".join(map(str, left))), flush=True)
        return len(left)

    def check(self, report, lines):
        for event in ("new", "verdict"):
            keys = [key(line) for line in lines if line["type"] == "event"
                    and line["event"] == event]
            report.check("backlog: twice " + event, [], doubles(keys))
        report.check("backlog: events about others", set(),
                     {key(line) for line in lines if "ip" in line} - self.services)
        report.check("backlog: all states", {"open"}, {
            line["state"] for line in lines if line.get("event") == "verdict"})
        check_alert_file(report, "backlog", self.alert_file, self.services, state="open",
                         vantage="inside")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("flowd")
    arguments.add_argument("--kills", type=int, default=50)
    arguments.add_argument("--seed", type=int, default=1)
    arguments = arguments.parse_args()
    skip_unless_possible()
    program, rng = os.path.abspath(arguments.flowd), random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        replays = Replays(program, directory, rng)
        try:
            kills = replays.kill(arguments.kills - arguments.kills // 3)
            kills += Backlog(net, program, directory, rng).kill(replays.report,
                                                                arguments.kills // 3)
        finally:
            replays.end()
        replays.report.check("kills", True, kills >= arguments.kills)
    return replays.report.end()


if __name__ == "__main__":
    sys.exit(main())
