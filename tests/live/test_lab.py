# SPDX-License-Identifier: Apache-2.0
"""The lab tells its story to the end, and leaves nothing behind wherever it is interrupted.

    test_lab.py FLOWD [SEED]
"""
import ctypes
import glob
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77
CHILD_SUBREAPER = 36
STOPS = 7
LAST = "The lab is gone: its namespaces, servers and files.\n"


def children():
    """Ours and, since we adopt orphans, those of an ended lab. The dead ones are buried here."""
    found = []
    with open("/proc/self/task/%d/children" % os.getpid()) as file:
        pids = [int(word) for word in file.read().split()]
    for pid in pids:
        if os.waitpid(pid, os.WNOHANG)[0] == 0:
            with open("/proc/%d/cmdline" % pid) as file:
                found.append(file.read().replace("\0", " "))
    return found


class Run:
    """A lab whose temporary files go to a folder of its own."""

    def __init__(self, flowd, *options):
        self.folder = tempfile.TemporaryDirectory()
        os.chmod(self.folder.name, 0o755)
        self.process = subprocess.Popen(
            [sys.executable, "-B", os.path.join(HERE, "lab.py"), "--flowd", flowd, "--fast"] +
            list(options), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            universal_newlines=True, env=dict(os.environ, TMPDIR=self.folder.name),
            start_new_session=True)

    def send(self, number):
        """A terminal tells the children, too."""
        if self.process.poll() is None:
            (os.killpg if number == signal.SIGINT else os.kill)(self.process.pid, number)

    def end(self):
        said = self.process.communicate(timeout=60)[0]
        return self.process.returncode, said

    def check_gone(self, report, what):
        report.check(what + ": files left", [], os.listdir(self.folder.name))
        report.check(what + ": namespaces left", [],
                     glob.glob("/run/netns/fd%d-*" % self.process.pid))
        report.check(what + ": processes left", [], children())
        self.folder.cleanup()


def check_story(report, said):
    """What a person reads."""
    for port, app, product in ((22, "ssh", "OpenSSH"), (80, "http", "nginx"),
                               (443, "https", "nginx"), (53, "dns", ""), (21, "ftp", "vsFTPd")):
        for line in (r"new +port %d +answered 192\.0\.2\.2" % port,
                     r"verdict +port %d +open, %s(, %s.*)?$" % (port, app, product),
                     r"^ +%d +open +full +%s +1 +%s" % (port, app, product)):
            report.check("story: " + line, 1, len(re.findall(line, said, re.M)))
    started = re.search(r"redis on port (\d+), without", said)
    port = int(started[1]) if started else 0
    report.check("story: an odd port", True, port > 20000)
    report.check("story: alerts", 1, said.count("ALERT"))
    for line in (r"ALERT \S+ +critical port %d +open, redis, Redis \d+\.\d+\.\d+$" % port,
                 r"banner +\$\d+ # Server redis_version:\d+\.\d+\.\d+ ",
                 r"verified +yes", r"rule +alert critical app .* \(line \d+ of the rules\)$",
                 r"time +\d+\.\d ms, from redis' first SYN-ACK", r"says nothing\.$",
                 r"Silence: it has been told once\.$", r"^ +%d +open +full +redis +4 +Redis" % port):
        report.check("story: " + line, 1, len(re.findall(line, said, re.M)))
    order = [said.find(text) for text in ("1. A client", "2. Somebody", "says nothing.", "ALERT",
                                          "Silence", "5. flowd ends", LAST)]
    report.check("story: in this order", sorted(order), order)


def check_stops(report, flowd, length, seed):
    """Interrupted at some point, once or twice, by a terminal or by another program."""
    dice = random.Random(seed)
    for i in range(STOPS):
        number = dice.choice((signal.SIGINT, signal.SIGTERM))
        at = dice.uniform(0, length)
        again = dice.choice((0, 0.001, 0.05))
        what = "seed %d: signal %d after %.3f s, again after %.3f s" % (seed, number, at, again)
        run = Run(flowd)
        first = run.process.stdout.readline()  # from here on it hears signals
        time.sleep(at)
        for wait in (0, again)[:2 if again else 1]:
            time.sleep(wait)
            run.send(number)
        status, said = run.end()
        ended = status in (128 + number, 0) and (first + said).endswith(LAST)
        if not report.check(what + ": ends as it should", True, ended):
            print(status, first + said)
        run.check_gone(report, what)


def check_broken(report):
    """Without a flowd that works there is no story; nothing is left of it either."""
    run = Run("/bin/false")
    status, said = run.end()
    report.check("no flowd: status", 1, status)
    report.check("no flowd: says so", True, "lab: " in said and "Traceback" not in said)
    run.check_gone(report, "no flowd")


def main():
    flowd = os.path.abspath(sys.argv[1])
    seed = int(sys.argv[2]) if sys.argv[2:] else 1
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)
    report = Report()
    run = Run(flowd)
    started = time.time()
    status, said = run.end()
    if status == SKIPPED:
        print(said, end="")
        return SKIPPED
    length = time.time() - started
    if not report.check("story: status", 0, status):
        print(said)
    check_story(report, said)
    run.check_gone(report, "story")
    check_stops(report, flowd, length, seed)
    check_broken(report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
