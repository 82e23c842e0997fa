#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays a SYN-ACK flood, each packet from another endpoint: does it end, in how much memory, what is dropped?

usage: flood.py --flowd FLOWD --flood FLOOD [--count N] [--candidates N] [--most-mb M] [--least-rate R]
Ends with 'N passed, N failed'; exit status 1 when a bound is passed or what was dropped is not said.
"""
import argparse
import json
import re
import resource
import subprocess
import sys
import threading
import time

from run import descendants, resident

LOOK_EVERY_S = 0.2


def watch(child, peak):
    while child.poll() is None:
        peak[0] = max(peak[0], sum(map(resident, descendants(child.pid))) / 1024)
        time.sleep(LOOK_EVERY_S)


def replay(args):
    """Counters of the last health line, lines of each type, seconds, peak MB, exit status."""
    command = [args.flowd, "-r", "-", "--home", "any", "--no-verify"]
    if args.candidates:
        command.append(f"--limits.candidates={args.candidates}")
    kinds, health, peak, began = {}, {}, [0], time.monotonic()
    with subprocess.Popen([args.flood, str(args.count)], stdout=subprocess.PIPE) as source, \
            subprocess.Popen(command, stdin=source.stdout, stdout=subprocess.PIPE) as flowd:
        source.stdout.close()
        looker = threading.Thread(target=watch, args=(flowd, peak))
        looker.start()
        for text in flowd.stdout:
            kind = text[9:text.index(b'"', 9)]
            kinds[kind] = kinds.get(kind, 0) + 1
            if kind == b"health":
                health = json.loads(text)
        status = flowd.wait() or source.wait()
        looker.join()
    return health, kinds, time.monotonic() - began, peak[0], status


def default_of(flowd, option):
    """What an option is when nobody says."""
    said = subprocess.run([flowd, "-n", "-v", "-r", "-", "--home", "any"], capture_output=True, text=True, check=True)
    group, name = option.split(".")
    return int(re.search(rf"^{group}:\n(?: .*\n)*? +{name}: (\d+)", said.stdout, re.M)[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--flowd", required=True)
    parser.add_argument("--flood", required=True)
    parser.add_argument("--count", type=int, default=50000000)
    parser.add_argument("--candidates", type=int)
    parser.add_argument("--most-mb", type=float, default=1024)
    parser.add_argument("--least-rate", type=float, default=0)
    args = parser.parse_args()
    candidates = args.candidates or default_of(args.flowd, "limits.candidates")
    health, kinds, seconds, peak, status = replay(args)
    counters = health.get("counters", health)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = {name: counters.get(name) for name in sorted(counters)
            if name.endswith(("_evicted", "_refused", "_dropped")) and counters[name]}
    listed = kinds.get(b"service", 0)
    print(f"{args.count} endpoints: {seconds:.1f} s, {args.count / seconds:.0f} a second, "
          f"{usage.ru_utime + usage.ru_stime:.1f} s of CPU; {peak:.0f} MB in all roles at the most")
    print(f"listed: {listed}; dropped: {json.dumps(told)}")
    checks = {
        "it ends well": status == 0,
        "every packet was looked at": counters.get("synacks") == args.count,
        "the list is within its limit": 0 < listed <= candidates,
        # Each endpoint was met once, so each is in one of the three.
        "each endpoint is listed, evicted or refused": listed + counters.get("candidates_evicted", 0)
        + counters.get("candidates_refused", 0) == args.count,
        "memory": peak <= args.most_mb,
        "speed": args.count / seconds >= args.least_rate,
    }
    for name, good in checks.items():
        if not good:
            print(f"failed: {name}")
    failed = list(checks.values()).count(False)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
