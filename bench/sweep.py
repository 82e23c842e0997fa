#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sweeps beside nmap and masscan: all 65,535 ports of 16 hosts over veth, in namespaces made here.

usage: sweep.py --flowd FLOWD [--runs N] [--goal R]

Needs root and iproute2; peers are used when they are installed. Each round runs all of them one
after the other, in turning order. Ends with 'N passed, N failed'.
"""
import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "live"))
from netns import Net, skip_unless_possible  # noqa: E402
from test_sweep import LISTEN, memory  # noqa: E402

HOSTS = ["10.77.0.%d" % i for i in range(16, 32)]
PREFIX, PORTS_OPEN, TARGETS = "10.77.0.16/28", 14, 16 * 65535
FAST = ["--sweep.rate=10000000", "--sweep.host_rate=0", "--verify.rate=1000", "--no-progress"]
METHOD = """\
%d ports listen on %d hosts, which are addresses of one namespace; the one that sweeps is joined to
it by a veth pair, so both sides share this machine's processors with whatever else it does. Seconds
are those of the whole program, from its start to its end, and for flowd also those of the sweep:
of its line "done" from started to finished, without the start of the roles and the probes of what
each port speaks, which the others do not make. Probes a second are targets by seconds.
"""


class Bench:
    def __init__(self, net, args):
        self.net, self.args = net, args
        dice = random.Random(args.seed)
        self.open = {(host, port) for host in HOSTS
                     for port in dice.sample([p for p in range(1, 65536) if not 9100 <= p <= 9107],
                                             PORTS_OPEN)}
        self.empty = os.path.join(args.scratch, "rules")
        with open(self.empty, "w") as file:
            file.write("alert low\n")

    def start_servers(self):
        for host in HOSTS:
            self.net.add_address("inside", "eth0", host)
        process = self.net.start(
            "inside", [sys.executable, "-c", LISTEN] + ["%s,%d" % one for one in self.open],
            stdout=subprocess.PIPE, universal_newlines=True)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("no listeners")

    def timed(self, words):
        """Standard output, seconds, CPU seconds of user and system."""
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = self.net.run("border", words, check=False, timeout=600)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            print("%s: status %d: %s" % (words[0], done.returncode, done.stderr[-300:]))
        return done.stdout, time.monotonic() - began, (
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    def flowd(self, *more, prefix=PREFIX, ports="1-65535"):
        """Open ports, seconds of the sweep, of the program, CPU seconds, the sweep's last line."""
        text, seconds, cpu = self.timed([
            self.args.flowd, "--sweep", prefix, "-p", ports, "--rules", self.empty] + FAST +
            list(more))
        lines = [json.loads(line) for line in text.splitlines()]
        found = {(line["ip"], line["port"]) for line in lines if line["type"] == "service"}
        last = [line for line in lines if line["type"] == "sweep"][-1]
        return found, span(last), seconds, cpu, last

    def nmap(self):
        text, seconds, cpu = self.timed(["nmap", "-n", "-Pn", "-sS", "-T4", "-p-", "-oG", "-",
                                         PREFIX])
        found = set()
        for line in text.splitlines():
            if "Ports: " in line:
                host = line.split()[1]
                for word in line.split("Ports: ")[1].split("\t")[0].split(", "):
                    if "/open/" in word:
                        found.add((host, int(word.split("/")[0])))
        return found, seconds, cpu

    def masscan(self):
        """It wants to be told who the neighbour is."""
        self.net.run("border", ["ping", "-c1", "-W1", HOSTS[0]])
        show = self.net.run("border", ["ip", "-j", "neigh", "show", HOSTS[0]]).stdout
        text, seconds, cpu = self.timed([
            "masscan", PREFIX, "-p1-65535", "--rate", "10000000", "--wait", "2", "-oJ", "-",
            "--adapter", "inside", "--adapter-ip", self.net.border_in[0],
            "--adapter-port", "61500", "--router-mac", json.loads(show)[0]["lladdr"]])
        found = {(json.loads(line.rstrip(","))["ip"],
                  json.loads(line.rstrip(","))["ports"][0]["port"])
                 for line in text.splitlines() if line.startswith("{") and '"open"' in line}
        return found, seconds, cpu


def span(row):
    """Seconds from its start to its end."""
    clock = [float(row[key][17:26]) + 60 * int(row[key][14:16]) + 3600 * int(row[key][11:13])
             for key in ("started", "finished")]
    return (clock[1] - clock[0]) % 86400


def race(bench, peers):
    """Rounds of all of them; rows by name: found, seconds, CPU seconds."""
    rows = {name: [] for name in ["flowd"] + peers}
    for number in range(bench.args.runs):
        order = ["flowd"] + peers
        for name in order[number % len(order):] + order[:number % len(order)]:
            if name == "flowd":
                found, sweep, seconds, cpu, _ = bench.flowd()
            else:
                found, seconds, cpu = getattr(bench, name)()
                sweep = seconds
            wrong = len(found - bench.open)
            rows[name].append((len(found & bench.open), sweep, seconds, cpu, wrong))
            print("round %d %-8s %3d of %d open%s, %5.1f s (program %5.1f), %6.0f probes/s, "
                  "CPU %.1f s" % (number + 1, name, rows[name][-1][0], len(bench.open),
                                  ", %d wrong" % wrong if wrong else "", sweep, seconds,
                                  TARGETS / sweep, cpu), flush=True)
    return rows


class Counter:
    """Packets that come to the inside, by the kernel's own count."""

    def __init__(self, net):
        self.seen, self.ends, self.net = [], False, net
        self.thread = threading.Thread(target=self._look)
        self.thread.start()

    def _look(self):
        # One process for all looks: the start of one a look would be most of the load.
        code = ("import time\nwhile True:\n print(time.monotonic(), open('/proc/net/dev').read()"
                ".split('eth0:')[1].split()[1], flush=True); time.sleep(0.05)")
        process = self.net.start("inside", [sys.executable, "-c", code], stdout=subprocess.PIPE,
                                 universal_newlines=True)
        while not self.ends:
            at, count = process.stdout.readline().split()
            self.seen.append((float(at), int(count)))
        self.net.stop(process)

    def rates(self):
        """Packets a second: on average from the first to the last tenth, and of the fastest second."""
        self.ends = True
        self.thread.join()
        total = self.seen[-1][1] - self.seen[0][1]
        low = next(s for s in self.seen if s[1] - self.seen[0][1] > total / 10)
        high = next(s for s in self.seen if s[1] - self.seen[0][1] > total * 9 / 10)
        most, first = 0, 0
        for at, count in self.seen:
            while at - self.seen[first][0] > 1:
                first += 1
            if at - self.seen[first][0] > 0.9:
                most = max(most, (count - self.seen[first][1]) / (at - self.seen[first][0]))
        return (high[1] - low[1]) / (high[0] - low[0]), most


def hold(bench, rate):
    counter = Counter(bench.net)
    bench.flowd("--sweep.rate=%d" % rate, ports="1-%d" % (rate * 10 // 16))
    mean, most = counter.rates()
    print("rate %d: on average %.0f (%+.2f %%), the fastest second %.0f (%+.2f %%)" % (
        rate, mean, 100 * mean / rate - 100, most, 100 * most / rate - 100), flush=True)
    return abs(mean / rate - 1) <= 0.02


def resident(bench, prefix):
    """KiB of the role that sweeps, some seconds after it began at a small rate."""
    process = bench.net.start("border", [
        bench.args.flowd, "--sweep", prefix, "-p", "1-65535", "--rules", bench.empty] + FAST +
        ["--sweep.rate=200", "--home", "10.77.0.0/16"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    time.sleep(6)
    pid = int(subprocess.run(["pgrep", "-P", str(process.pid), "-f", "flowd: verify"],
                             stdout=subprocess.PIPE, check=True).stdout)
    size = memory(pid)
    bench.net.stop(process)
    return size


def run(bench):
    peers = [name for name in ("nmap", "masscan") if shutil.which(name)]
    rows = race(bench, peers)
    print(METHOD % (len(bench.open), len(HOSTS)))
    checks = [("all open ports and no others in every run", all(
        row[0] == len(bench.open) and not row[4] for row in rows["flowd"]))]
    for name in ["flowd"] + peers:
        print("%-8s median %.1f s, %.0f probes/s; CPU %.1f s; found at least %d of %d" % (
            name, statistics.median(r[1] for r in rows[name]),
            TARGETS / statistics.median(r[1] for r in rows[name]),
            statistics.median(r[3] for r in rows[name]), min(r[0] for r in rows[name]),
            len(bench.open)))
    if peers:
        ratios = [min(rows[name][i][1] for name in peers) / rows["flowd"][i][1]
                  for i in range(bench.args.runs)]
        print("beside the faster peer of each round: %s; median %.2f" % (
            " ".join("%.2f" % ratio for ratio in ratios), statistics.median(ratios)))
        checks.append(("%.1f times the faster peer" % bench.args.goal,
                       statistics.median(ratios) >= bench.args.goal))
    for rate in (1000, 20000):
        checks.append(("%d packets a second within 2 %%" % rate, hold(bench, rate)))
    sizes = [resident(bench, prefix) for prefix in (PREFIX, "10.77.0.0/16")]
    print("memory of the role that sweeps: a /28 %d KiB, a /16 %d KiB" % tuple(sizes))
    checks.append(("memory is flat", abs(sizes[1] - sizes[0]) < 1024))
    failed = [name for name, good in checks if not good]
    for name in failed:
        print("failed: " + name)
    print("%d passed, %d failed" % (len(checks) - len(failed), len(failed)))
    return int(bool(failed))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--flowd", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--goal", type=float, default=1.5)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    skip_unless_possible("pgrep")
    with tempfile.TemporaryDirectory() as args.scratch, Net() as net:
        os.chmod(args.scratch, 0o755)
        bench = Bench(net, args)
        bench.start_servers()
        return run(bench)


if __name__ == "__main__":
    sys.exit(main())
