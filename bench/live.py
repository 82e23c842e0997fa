#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much a live flowd loses, with one worker and with two, beside tcpdump -w /dev/null; and how
fast it replays two files with one worker and with two.

usage: live.py --flowd PATH [--build DIR] [--trace FILE] [--seconds N] [--rates N,N,...]

A sender in a network namespace of its own puts the frames of a border trace on a cable; the tool
listens at the other end, on the same machine: sender and listener share its processors. Lost is
what was sent and did not reach the tool. A rate of 0 is the most that the sender reaches. Needs
root. Ends with 'N passed, N failed': is nothing lost at 100,000 packets a second?
"""
import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from run import HERE, HOME, BenchError, check, into_cache, program

TOP = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(TOP, "tests", "live"))
from netns import Net, skip_unless_possible  # noqa: E402

SETTLE = 1.5  # seconds for what is in buffers
EASY = 100000  # packets a second at which nothing may be lost


def cpu_of(pids):
    """Seconds that these processes have worked."""
    ticks = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(pid):
    out = [pid]
    for one in out:
        with open(f"/proc/{one}/task/{one}/children", encoding="utf-8") as file:
            out += map(int, file.read().split())
    return out


class Listener:
    """A tool that listens at the near end, from its start to what it says at its end."""

    def __init__(self, net, words, ready):
        self.net = net
        self.said = tempfile.TemporaryFile("w+")
        self.process = net.start("border", words, stdout=self.said, stderr=subprocess.STDOUT)
        for _ in range(200):
            time.sleep(0.05)
            with open(f"/proc/{self.process.pid}/net/packet", encoding="utf-8") as file:
                if len(file.readlines()) > ready:
                    break
        else:
            raise BenchError(f"{words[0]} does not listen")
        time.sleep(1)

    def end(self):
        time.sleep(SETTLE)
        spent = cpu_of(family(self.process.pid))
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=20)
        self.net.started.remove(self.process)
        self.said.seek(0)
        return self.said.read(), spent


def flowd(path, state, workers):
    return [path, "-i", "inside", "--home", HOME, "--no-verify", "--web.port", "0", "--state",
            state, "--capture.workers", str(workers), "--learn", "0s"]


def seen_by_flowd(text):
    lines = [json.loads(line) for line in text.splitlines() if '"packets":' in line]
    if not lines:
        raise BenchError("flowd said no counts: " + text[-300:])
    return lines[-1]["packets"]


def seen_by_tcpdump(text):
    return int(re.search(r"(\d+) packets captured", text)[1])


def once(net, args, tool, rate, folder):
    """Packets sent, packets seen, CPU seconds of the tool."""
    name, words, ready, read = tool
    state = os.path.join(folder, "state")
    shutil.rmtree(state, ignore_errors=True)
    listener = Listener(net, [state if w == "STATE" else w for w in words], ready)
    done = net.run("inside", [args.send, args.trace, "eth0", str(rate), str(args.seconds)],
                   timeout=args.seconds + 60)
    sent, took = done.stdout.split()
    said, spent = listener.end()
    seen = min(read(said), int(sent))
    print(f"{name:18} {int(sent) / float(took) / 1000:8.0f} {100 * (1 - seen / int(sent)):9.3f} "
          f"{1e6 * spent / max(seen, 1):9.3f}", flush=True)
    return int(sent), seen


def live(args, folder):
    tools = [("flowd, 1 worker", flowd(args.flowd, "STATE", 1), 1, seen_by_flowd),
             ("flowd, 2 workers", flowd(args.flowd, "STATE", 2), 2, seen_by_flowd)]
    if shutil.which("tcpdump"):
        tools.append(("tcpdump -w", ["tcpdump", "-i", "inside", "-w", "/dev/null", "-B", "32768"],
                      1, seen_by_tcpdump))
    lost = []
    print(f"{'':18} {'kpps':>8} {'lost %':>9} {'us/packet':>9}")
    with Net() as net:
        for rate in args.rates:
            for tool in tools:
                sent, seen = once(net, args, tool, rate, folder)
                if rate == EASY and tool[0].startswith("flowd"):
                    lost.append((f"{tool[0]} loses nothing at {rate} a second", sent == seen))
    return lost


def wall(words):
    started = time.monotonic()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - started


def offline(args, rounds=3):
    """The same two files, one after the other and side by side."""
    took = {1: [], 2: []}
    for _ in range(rounds):
        for workers, times in took.items():
            times.append(wall([args.flowd, "-r", args.trace, "-r", args.trace, "--home", HOME,
                               "--no-verify", "--capture.workers", str(workers)]))
    one, two = (statistics.median(times) for times in took.values())
    print(f"two files: {one:.2f} s with one worker, {two:.2f} s with two: {one / two:.2f} times as "
          "fast")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--flowd", required=True)
    ap.add_argument("--build", default=HERE, help="folder of gen and send, if made already")
    ap.add_argument("--trace", help="instead of one made here")
    ap.add_argument("--seconds", type=float, default=5)
    ap.add_argument("--rates", default="100000,250000,500000,0")
    args = ap.parse_args()
    skip_unless_possible()
    args.flowd = os.path.abspath(args.flowd)
    args.rates = [int(rate) for rate in args.rates.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # for the user that core becomes
        try:
            args.send = program("send", args.build, folder)
            if not args.trace:
                args.trace = os.path.join(folder, "trace.pcap")
                subprocess.run([program("gen", args.build, folder), args.trace,
                                os.path.join(folder, "truth.tsv")], check=True,
                               stderr=subprocess.DEVNULL)
            into_cache(args.trace)
            results = live(args, folder)
            offline(args)
        except (BenchError, OSError, subprocess.SubprocessError, RuntimeError) as e:
            print(f"bench: {e}")
            results = [("the bench runs", False)]
    return check(results)


if __name__ == "__main__":
    sys.exit(main())
