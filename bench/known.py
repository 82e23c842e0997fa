#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How a live start fares that knows many services: time to the first packet, memory of all roles.

usage: known.py --flowd FLOWD --fill FILL [--count N] [--most-seconds S] [--most-mb M]
Needs root: it watches the loopback of a network namespace of its own. Exit status 1 when a limit is passed.
"""
import argparse
import json
import os
import re
import shutil
import socket
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


def memory(pid):
    """Sum and parts, in MB; a process that has ended counts no more."""
    parts = {}
    for p in family(pid):
        try:
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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--flowd", required=True)
    parser.add_argument("--fill", required=True)
    parser.add_argument("--count", type=int, default=1000000)
    parser.add_argument("--most-seconds", type=float, default=10)
    parser.add_argument("--most-mb", type=float, default=1024)
    parser.add_argument("--state", help="a store made before")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        return inside(args, args.state)
    folder = None if args.state else tempfile.mkdtemp(prefix="flowd-known-")
    state = args.state or os.path.join(folder, "state")
    try:
        if folder:
            subprocess.run([args.fill, state, str(args.count)], check=True)
        return subprocess.run(["unshare", "-n", sys.executable, "-B", *sys.argv, "--inside", "--state", state],
                              check=False).returncode
    finally:
        if folder:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
