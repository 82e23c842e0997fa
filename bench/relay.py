#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Many alerts to a local HTTPS receiver, while relay and then all of flowd are killed.

usage: relay.py --flowd PATH --letters PATH [--count N] [--batch N]

Needs root, iproute2 and openssl. Ends with 'N passed, N failed': has every alert come, with one id, and
are raw duplicates at most one request a kill?
"""
import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "live"))
from netns import Net, skip_unless_possible  # noqa: E402
from report import Report  # noqa: E402
from sinks import Hook, start, wait_for, write_config  # noqa: E402

LIMIT = 600  # seconds for all of it


class Follower:
    """What has come, read on from where it was read last."""

    def __init__(self, hook):
        self.file, self.rest = open(os.path.join(hook.folder, "seen"), "rb"), b""
        self.numbers, self.ids, self.pairs, self.total = set(), set(), set(), 0
        self.first = self.last = 0.0

    def read(self):
        *lines, self.rest = (self.rest + self.file.read(1 << 24)).split(b"\n")
        for line in lines:
            request = json.loads(line)
            self.first, self.last = self.first or request["at"], request["at"]
            for letter in json.loads(request["body"]):
                self.total += 1
                self.numbers.add(letter["number"])
                self.ids.add(letter["id"])
                self.pairs.add((letter["number"], letter["id"]))
        return len(self.numbers)


def deliver(net, args, directory, kills):
    """What has come."""
    state, config = os.path.join(directory, "state"), os.path.join(directory, "flowd.yaml")
    subprocess.run([args.letters, state, str(args.count), "hook"], check=True)
    hook = Hook(net, os.path.join(directory, "hook"), 8443)
    write_config(config, {"hook": hook.options(batch=args.batch)},
                 limits="{outbox: %d}" % (2 * args.count))
    begun = time.time()
    flowd = start(net, args.flowd, config, state)
    seen = Follower(hook)
    for i in range(kills):
        wait_for(lambda: seen.read() >= args.count * (i + 1) // (kills + 1),  # pylint: disable=cell-var-from-loop
                 LIMIT, 0.02)
        if i % 2:
            flowd.end(signal.SIGKILL)
            flowd = start(net, args.flowd, config, state)
        else:
            os.kill(flowd.roles()["relay"], signal.SIGKILL)
    wait_for(lambda: seen.read() >= args.count, begun + LIMIT - time.time(), 0.05)
    time.sleep(1)  # what would come twice
    flowd.end()
    seen.read()
    hook.stop()
    return seen


def main():
    skip_unless_possible("openssl")
    parser = argparse.ArgumentParser(description="Alerts to a receiver, through kills.")
    parser.add_argument("--flowd", required=True, type=os.path.abspath)
    parser.add_argument("--letters", required=True, type=os.path.abspath)
    parser.add_argument("--count", type=int, default=100000)
    parser.add_argument("--batch", type=int, default=100)
    args, report = parser.parse_args(), Report()
    for kills in (0, 2):
        with tempfile.TemporaryDirectory() as directory, Net() as net:
            os.chmod(directory, 0o755)
            seen = deliver(net, args, directory, kills)
        missing, twice = args.count - len(seen.numbers), seen.total - len(seen.numbers)
        took = seen.last - seen.first
        print("%d kills: %d alerts in %.1f s, %.0f a second; %d distinct ids, %d missing, %d raw "
              "duplicates" % (kills, seen.total, took, seen.total / took, len(seen.ids), missing,
                              twice), flush=True)
        report.check("%d kills: missing" % kills, 0, missing)
        report.check("%d kills: ids" % kills, args.count, len(seen.ids))
        report.check("%d kills: doubled after the key" % kills, 0, len(seen.pairs) - len(seen.ids))
        report.check("%d kills: duplicates, at most a request a kill" % kills, True,
                     twice <= kills * args.batch)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
