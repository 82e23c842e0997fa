# SPDX-License-Identifier: Apache-2.0
"""Receivers that do not take what flowd has to say: a full disk, a reader who stops.

    test_receivers.py FLOWD

Needs root and iproute2.
"""
import json
import os
import sys
import tempfile
import threading
import time

from flowd import Flowd
from netns import Net, PATIENCE, skip_unless_possible
from test_flowd import Bench, QUIET, SSH

MANY = range(21000, 21120)


def check_full_disk(bench):
    """Alerts wait in the outbox while the disk is full, and through a restart; no traffic needed."""
    disk, state = bench.path("disk"), bench.path("full")
    os.mkdir(disk)
    # ip netns exec has given the shell mounts of its own: nobody else sees the disk.
    words = ["sh", "-c", 'mount -t tmpfs -o size=64k none "$0" && cat /dev/zero >"$0/zeros"\n'
             'exec "$@"', disk, bench.program, "-i", "inside", "--home", bench.home, "--state",
             state, "--learn=0s", "--alert-file"]
    ports = [22, 80]
    for freed in (True, False):
        flowd = Flowd(bench.net, words + [disk + "/alerts"]).wait_ready()
        seen = "/proc/%d/root%s" % (flowd.process.pid, disk)
        for port in ports:
            bench.touch(bench.net.inside[0], port)
            flowd.wait(type="alert", port=port)
        time.sleep(QUIET)
        bench.report.check("full disk: bytes", 0, os.path.getsize(seen + "/alerts"))
        bench.report.check("full disk: said once", 1, flowd.said().count("alerts wait"))
        if freed:
            os.remove(seen + "/zeros")
            check_arrival(bench, "disk with space again", seen + "/alerts", ports)
        bench.stop(flowd, "full disk")
        ports = [443, 2222]
    flowd = Flowd(bench.net, words[4:] + [bench.path("full.alerts")]).wait_ready()
    check_arrival(bench, "after a restart", bench.path("full.alerts"), ports)
    bench.stop(flowd, "full disk, restart")


def check_arrival(bench, what, path, ports):
    """Each port's first alert; ssh on 443 makes a second one (masquerade) when the wire says so."""
    got, until = [], time.time() + PATIENCE
    while len(got) < len(ports) and time.time() < until:
        time.sleep(0.05)
        with open(path) as file:
            got = list(dict.fromkeys(json.loads(line)["port"] for line in file))
    bench.report.check(what + ": alerts", ports, got)


class Unread(Flowd):
    """Its standard output is a pipe that nobody reads at first."""
    reads = threading.Event()

    def _read(self):
        self.reads.wait()
        super()._read()


def check_unread(bench):
    """Alerts are made and written for whoever else wants them; lines are dropped whole."""
    flowd = Unread(bench.net, [
        bench.program, "-i", "inside", "--home", bench.home, "--learn=0s", "--limits.output=64k",
        "--state", bench.path("unread"), "--alert-file", bench.path("unread.alerts"),
        "--deceptive.ports=1024"]).wait_ready()
    for port in MANY:
        bench.touch(bench.net.inside[0], port)
    until = time.time() + PATIENCE
    while len(bench.alerts("unread")) < len(MANY) and time.time() < until:
        time.sleep(0.05)
    bench.report.check("unread: alerts in the file", sorted(MANY),
                       sorted(alert["port"] for alert in bench.alerts("unread")))
    bench.report.check("unread: said once", 1, flowd.said().count("lines are dropped"))
    flowd.reads.set()
    bench.touch(bench.net.inside[0], 5002)
    flowd.wait(type="alert", port=5002)
    shown = flowd.count(type="alert")
    bench.report.check("unread: some lines were dropped, some not", True, 10 < shown < len(MANY))
    bench.stop(flowd, "unread")


def main():
    skip_unless_possible()
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        bench.serve(*(SSH.replace(":", ":%s:" % ports, 1) for ports in (
            "22", "80", "443", "2222", "5002", "%d-%d" % (MANY[0], MANY[-1]))))
        check_full_disk(bench)
        check_unread(bench)
    return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
