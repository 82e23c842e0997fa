#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How a live start fares that knows many services: time to the first packet, memory of all roles.

usage: known.py --flowd FLOWD --fill FILL [--count N] [--most-seconds S] [--most-mb M] [--trace FILE] [--rounds N]
--trace: the sensor's CPU time for it beside that with a store that knows the trace's services only.
Needs root: it watches the loopback of a network namespace of its own. Exit status 1 when a limit is passed.
"""
import argparse
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
import urllib.request

PORT = 7781


def proportional_kb(pid):
    """Memory of a process, shared pages by their share."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        return int(re.search(r"^Pss:\s+(\d+)", f.read(), re.M)[1])


def family(pid):
    out = [pid]
    for child in subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True,
                                check=False).stdout.split():
        out += family(int(child))
    return out


def packets():
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/api/v1/health", timeout=2) as answer:
            health = json.load(answer)
    except OSError:
        return 0
    return health["counters"]["packets"] if health.get("time") else 0


def handed_over(pid):
    """Inode and MB of each set that core has handed to the process: whoever has not looked at a page of it yet
    does not have the page, but somebody has to."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as f:
        for line in f:
            words = line.split()
            if len(words) > 5 and words[5].startswith("/memfd:flowd-bulk"):
                low, high = (int(x, 16) for x in words[0].split("-"))
                yield words[4], (high - low) / 2**20


def memory(pid):
    """Sum and parts, in MB; a process that has ended counts no more."""
    parts = {}
    for p in family(pid):
        try:
            parts.update((f"known set {inode}", mb) for inode, mb in handed_over(p))
            with open(f"/proc/{p}/cmdline", "rb") as f:
                name = f.read().split(b"\0")[-2].decode() or "parent"
            parts[f"{os.path.basename(name)}.{p}"] = proportional_kb(p) / 1024
        except (OSError, IndexError):
            pass
    return sum(parts.values()), parts


def inside(args, state):
    """In the namespace: start, poke, measure."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    command = [args.flowd, "-i", "lo", "--home", "10.0.0.0/8", "--no-verify", "--state", state, "--user", "root",
               f"--web.port={PORT}", "--learn", "0s"]
    began, peak, seen = time.monotonic(), 0, 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as flowd:
        poke = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            while time.monotonic() - began < 120 and flowd.poll() is None:
                poke.sendto(b"x", ("127.0.0.1", 9))
                peak = max(peak, memory(flowd.pid)[0])
                if not seen and packets():
                    seen = time.monotonic() - began
                if seen and time.monotonic() - began > seen + 3:
                    break
                time.sleep(0.1)
            now, parts = memory(flowd.pid)
        finally:
            flowd.terminate()
    for name, mb in sorted(parts.items()):
        print(f"  {name:24} {mb:8.0f} MB")
    print(f"{args.count} services: first packet handled and told after {seen:.1f} s; "
          f"{now:.0f} MB in all roles together, {peak:.0f} MB at the most")
    return 0 if 0 < seen <= args.most_seconds and peak <= args.most_mb else 1


def sensor_s(flowd, trace, state):
    """CPU seconds of the sensor's threads in a replay."""
    command = [flowd, "-r", trace, "--home", "10.0.0.0/8", "--no-verify", "--state", state, "--user", "root"]
    sensor, spent = None, {}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            try:
                for p in [] if sensor else family(process.pid):
                    with open(f"/proc/{p}/cmdline", "rb") as f:
                        if f.read().endswith(b"sensor\0"):
                            sensor = p
                for thread in os.listdir(f"/proc/{sensor}/task") if sensor else ():
                    with open(f"/proc/{sensor}/task/{thread}/schedstat", encoding="ascii") as f:
                        spent[thread] = int(f.read().split()[0]) / 1e9
            except (OSError, IndexError, ValueError):
                pass
            time.sleep(0.002)
    return sum(spent.values())


def race(args, state):
    """Whether the fast path with the full store costs at most a tenth more; medians of alternating runs."""
    ratios, full = [], []
    with tempfile.TemporaryDirectory(prefix="flowd-known-") as few:
        os.mkdir(os.path.join(few, "state"))
        few = os.path.join(few, "state")
        for folder in (few, state):  # both know the trace's services from then on
            sensor_s(args.flowd, args.trace, folder)
        for n in range(args.rounds):
            order = (few, state) if n % 2 else (state, few)
            spent = {folder: sensor_s(args.flowd, args.trace, folder) for folder in order}
            ratios.append(spent[state] / spent[few])
            full.append(spent[state])
    ratio = statistics.median(ratios)
    print(f"the sensor's CPU time for {os.path.basename(args.trace)}: {statistics.median(full):.2f} s, "
          f"{ratio:.3f} of that with a store of the trace alone ({min(ratios):.3f} to {max(ratios):.3f})")
    return 0 if ratio <= args.most_ratio else 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--flowd", required=True)
    parser.add_argument("--fill", required=True)
    parser.add_argument("--count", type=int, default=1000000)
    parser.add_argument("--most-seconds", type=float, default=10)
    parser.add_argument("--most-mb", type=float, default=1024)
    parser.add_argument("--state", help="a store made before")
    parser.add_argument("--trace", help="a capture for the race")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--most-ratio", type=float, default=1.1)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        return inside(args, args.state)
    folder = None if args.state else tempfile.mkdtemp(prefix="flowd-known-")
    state = args.state or os.path.join(folder, "state")
    try:
        if folder:
            subprocess.run([args.fill, state, str(args.count)], check=True)
        status = subprocess.run(["unshare", "-n", sys.executable, "-B", *sys.argv, "--inside", "--state", state],
                                check=False).returncode
        return (race(args, state) if args.trace else 0) or status
    finally:
        if folder:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
