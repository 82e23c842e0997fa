# SPDX-License-Identifier: Apache-2.0
"""Alerts that always arrive: receivers that fail, roles that are killed, and what then comes.

    test_relay.py FLOWD LETTERS [PART...]

LETTERS is the program that fills a store. Parts are the names of the functions that main() calls,
without check_; default: all. Needs root, iproute2 and openssl.
"""
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

from netns import Net, skip_unless_possible
from report import Report
from sinks import Hook, start, wait_for, write_config

KILLS = 4
BATCH = 20


class Bench:
    def __init__(self, net, program, letters, directory):
        self.net, self.program, self.filler, self.directory = net, program, letters, directory
        self.report = Report()

    def path(self, name):
        return os.path.join(self.directory, name)

    def fill(self, state, count, *sinks):
        subprocess.run([self.filler, state, str(count)] + list(sinks), check=True)

    def hook(self, name, port):
        return Hook(self.net, self.path(name), port)

    def start(self, name, sinks, **more):
        config = self.path(name + ".yaml")
        write_config(config, sinks, **more)
        return start(self.net, self.program, config, self.path(name + ".state"))

    def end(self, flowd, what):
        status, _ = flowd.end()
        self.report.check(what + ": exit status", 0, status)

    def check_ids(self, what, count, letters, extra):
        """Every alert, each with one key, and no more than `extra` of them twice."""
        numbers = [letter["number"] for letter in letters]
        self.report.check(what + ": missing", [], sorted(set(range(1, count + 1)) - set(numbers)))
        self.report.check(what + ": keys", count, len({letter["id"] for letter in letters}))
        twice = len(numbers) - len(set(numbers))
        if twice > extra:
            self.report.check(what + ": raw duplicates", "at most %d" % extra, twice)
        first = list(dict.fromkeys(numbers))
        self.report.check(what + ": in order", sorted(first), first)


def check_killed(bench):
    """Relay, core and all of flowd are killed while it delivers."""
    count, dice = 3000, random.Random(7)
    bench.fill(bench.path("killed.state"), count, "hook")
    hook = bench.hook("killed", 8443)
    flowd = bench.start("killed", {"hook": hook.options(batch=BATCH)})
    for kill in range(KILLS):
        time.sleep(0.05 + 0.1 * dice.random())
        victim = ("relay", "core", "relay", None)[kill]
        if victim:
            os.kill(flowd.roles()[victim], signal.SIGKILL)
            wait_for(lambda: len(flowd.roles()) == 4)  # pylint: disable=cell-var-from-loop
        else:
            flowd.end(signal.SIGKILL)
            flowd = bench.start("killed", {"hook": hook.options(batch=BATCH)})
    wait_for(lambda: len({letter["number"] for letter in hook.letters()}) == count, 30, 0.2)
    bench.check_ids("killed", count, hook.letters(), KILLS * BATCH)
    bench.report.check("killed: signed", {True}, {r["signed"] for r in hook.requests()})
    bench.end(flowd, "killed")
    hook.stop()


def main():
    skip_unless_possible("openssl")
    parts = sys.argv[3:] or ["killed"]
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), directory)
        for part in parts:
            globals()["check_" + part](bench)
    return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
