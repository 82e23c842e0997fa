#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies of a running store, and stores made of them again, with kill -9 wherever it hurts.

usage: test_backup.py FLOWD FLOWCTL       as root
"""
import glob
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

from flowd import Flowd
from netns import PATIENCE, Net, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
PORTS = tuple(range(3000, 3020))
BIG = "999999.sst"  # nothing of the store's: a table that takes a while to be copied


class Bench:
    def __init__(self, net, flowd, flowctl, directory):
        self.net, self.program, self.flowctl = net, flowd, flowctl
        self.directory, self.report = directory, Report()
        self.rules = self.place("a.rules")
        with open(self.rules, "w", encoding="ascii") as file:
            file.write("alert high port 3000-3009\n")

    def place(self, name):
        return os.path.join(self.directory, name)

    def start(self, state):
        flowd = Flowd(self.net, [
            self.program, "-i", "inside", "--home", self.net.home, "--learn=0s", "--rules",
            self.rules, "--state", state, "--verify.source=" + ",".join(self.net.border_in)])
        flowd.wait_ready()
        flowd.socket = os.path.join(state, "web", "api.sock")
        self.wait(lambda: self.ctl(flowd, "services").returncode == 0)
        return flowd

    @staticmethod
    def wait(good, patience=PATIENCE):
        until = time.time() + patience
        while not (got := good()) and time.time() < until:
            time.sleep(0.05)
        return got

    def ctl(self, flowd, *words):
        return subprocess.run([self.flowctl, "--socket", flowd.socket] + list(words),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              universal_newlines=True, timeout=60, env={})

    def check(self, flowd, status, said, *words):
        done = self.ctl(flowd, *words)
        text = done.stdout + done.stderr
        self.report.check("flowctl %s: %s" % (" ".join(words), text), (status, True),
                          (done.returncode, said in text))
        return done.stdout.strip()

    def restore(self, copy, state):
        done = subprocess.run([self.program, "--restore", copy, "--state", state],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              universal_newlines=True, timeout=60)
        return done.returncode, done.stdout

    def all_of(self, flowd):
        """What people see of a store, without what goes on by itself."""
        def rows(what, *keys):
            lines = self.ctl(flowd, "export", what).stdout.splitlines()
            found = [json.loads(line) for line in lines]
            return sorted(tuple(row[key] for key in keys) for row in found
                          if row.get("event") != "health")
        return {"services": rows("services", "id", "state", "first_seen", "app"),
                "events": rows("events", "number", "time", "event", "port"),
                "alerts": rows("alerts", "number", "time", "level", "port"),
                "tokens": sorted(self.ctl(flowd, "token", "list").stdout.splitlines()),
                "approved": self.approved(flowd)}

    @staticmethod
    def approved(flowd):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.connect(flowd.socket)
        connection = http.client.HTTPConnection("localhost")
        connection.sock = sock
        connection.request("GET", "/api/v1/baseline")
        return json.loads(connection.getresponse().read())["baseline"]

    def compare(self, before, flowd):
        now = self.all_of(flowd)
        for what in before:
            self.report.check("the same " + what, before[what], now[what])


def populate(bench, flowd):
    server = bench.net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"),
                                        bench.directory] + ["say:%d:hello" % p for p in PORTS],
                             stdout=subprocess.PIPE, universal_newlines=True)
    server.stdout.readline()
    for port in PORTS:
        with bench.net.socket("outside") as client:
            client.settimeout(2)
            client.connect((bench.net.inside[0], port))
            client.recv(64)
    bench.ctl(flowd, "token", "make", "somebody", "viewer")
    bench.ctl(flowd, "approve", bench.net.inside[0] + "-tcp-3000", "reason=of ours")
    # Two events and an alert of each.
    for what, many in (("services", 1), ("alerts", 1), ("events", 2)):
        bench.report.check(what, True, bench.wait(lambda what=what, many=many: len(
            bench.ctl(flowd, "export", what).stdout.splitlines()) == many * len(PORTS)))


def own(state, *paths):
    """As if flowd had made them."""
    for path in paths:
        os.chown(path, os.stat(state).st_uid, os.stat(state).st_gid)


def check_orders(bench, flowd, state):
    """Names, lists, limits; what a crash left half made goes with the next one."""
    bench.check(flowd, 0, "none", "backup", "list")
    rest = os.path.join(state, "backups", "older.tmp")
    os.makedirs(rest)
    with open(os.path.join(rest, "000001.sst"), "w", encoding="ascii") as file:
        file.write("half")
    own(state, os.path.dirname(rest), rest)
    path = bench.check(flowd, 0, os.path.join(state, "backups"), "backup")
    bench.report.check("is there", (True, False), (os.path.exists(path + "/CURRENT"),
                                                  os.path.exists(rest)))
    tables = [name for name in os.listdir(path) if name.endswith(".sst")]
    bench.report.check("tables are shared", True, tables and all(
        os.path.samefile(os.path.join(path, name), os.path.join(state, name)) for name in tables))
    name = os.path.basename(path)
    bench.check(flowd, 0, name, "backup", "list")
    bench.check(flowd, 0, "", "backup", "remove", name)
    bench.check(flowd, 5, "no such backup", "backup", "remove", name)
    bench.check(flowd, 5, "no such backup", "backup", "remove", "a..b.tmp")
    bench.check(flowd, 2, "slash", "backup", "somewhere")
    bench.report.check("gone", False, os.path.exists(path))
    many = [os.path.join(state, "backups", "b%02d" % i) for i in range(16)]
    for path in many:
        os.mkdir(path)
    bench.check(flowd, 6, "too many", "backup")
    for path in many:
        os.rmdir(path)
    health = json.loads(bench.ctl(flowd, "--json", "health").stdout)
    bench.report.check("goes on", "ok", health["state"])


def check_taken(bench, flowd, state):
    """To a folder of the caller's; from another file system, too."""
    copy = bench.place("copy")
    bench.check(flowd, 0, copy, "backup", copy)
    bench.report.check("nothing stays beside the store", [],
                       os.listdir(os.path.join(state, "backups")))
    bench.check(flowd, 6, "something of this name", "backup", copy)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        copy_there = os.path.join(other, "copy")
        bench.check(flowd, 0, copy_there, "backup", copy_there)
        bench.report.check("a store", True, os.path.exists(os.path.join(copy_there, "CURRENT")))
    bench.check(flowd, 6, "nowhere", "backup", "/nowhere/at/all")
    bench.report.check("nor does what failed", [], os.listdir(os.path.join(state, "backups")))
    return copy


def check_other_system(bench, flowd, state):
    """Tables cannot be shared with another file system: that is said, and nothing is copied."""
    folder, there = os.path.join(state, "backups"), ["nsenter", "-m", "-t", str(flowd.process.pid)]
    owner = "uid=%d,gid=%d" % (os.stat(state).st_uid, os.stat(state).st_gid)
    subprocess.run(there + ["mount", "-t", "tmpfs", "-o", owner, "none", folder], check=True)
    try:
        bench.check(flowd, 6, "another file system", "backup")
        bench.report.check("nothing there", b"", subprocess.run(
            there + ["ls", folder], stdout=subprocess.PIPE, check=True).stdout)
    finally:
        subprocess.run(there + ["umount", folder], check=True)


def check_restored(bench, flowd, copy, before):
    """Killed; what it was told is in the store that is made of the copy."""
    flowd.process.kill()
    flowd.process.wait()
    state = bench.place("again")
    code, said = bench.restore(copy, state)
    bench.report.check("restored: " + said, (0, True), (code, "%d services" % len(PORTS) in said))
    code, said = bench.restore(copy, state)
    bench.report.check("not over a store: " + said, (1, True), (code, "there is a store" in said))
    flowd = bench.start(state)
    bench.compare(before, flowd)
    code, said = bench.restore(copy, state)
    bench.report.check("not under a flowd: " + said, (1, True), (code, "a flowd uses it" in said))
    path = bench.check(flowd, 0, "again", "backup")
    bench.report.check("can be copied again", True, os.path.exists(path + "/CURRENT"))
    bench.report.check("ends well", 0, flowd.end()[0])


def check_killed(bench, copy, before):
    """kill -9 in the middle: no flowd starts on the half; once more makes it whole."""
    state, big = bench.place("killed"), os.path.join(copy, BIG)
    with open(big, "wb") as file:
        file.truncate(64 << 30)
    restore = subprocess.Popen([bench.program, "--restore", copy, "--state", state],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cut = bench.wait(lambda: os.path.exists(os.path.join(state, BIG)))
    restore.send_signal(signal.SIGKILL)
    restore.wait()
    os.remove(big)
    bench.report.check("was cut", (True, True), (
        cut, os.path.exists(os.path.join(state, "RESTORING"))))
    done = subprocess.run([bench.program, "-i", "lo", "--home", bench.net.home, "--state", state],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          universal_newlines=True, timeout=60)
    bench.report.check("no start on a half: " + done.stdout, (True, True), (
        done.returncode != 0, "--restore was cut short" in done.stdout))
    bench.report.check("once more", 0, bench.restore(copy, state)[0])
    bench.report.check("without the half", False, os.path.exists(os.path.join(state, BIG)))
    flowd = bench.start(state)
    bench.compare(before, flowd)
    flowd.process.kill()
    flowd.process.wait()


def check_damaged(bench, copy):
    """A copy that cannot be read through makes no store."""
    code, said = bench.restore(bench.place("nothing"), bench.place("none"))
    bench.report.check("no copy: " + said, 1, code)
    for table in glob.glob(os.path.join(copy, "*.sst")):
        with open(table, "r+b") as file:
            file.seek(16)
            file.write(b"\xff" * 64)
    state = bench.place("damaged")
    code, said = bench.restore(copy, state)
    bench.report.check("damaged: " + said, (1, False), (
        code, os.path.exists(os.path.join(state, "CURRENT"))))


def main():
    skip_unless_possible()
    with Net() as net, tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        bench = Bench(net, *map(os.path.abspath, sys.argv[1:]), directory)
        state = bench.place("state")
        flowd = bench.start(state)
        populate(bench, flowd)
        check_orders(bench, flowd, state)
        check_other_system(bench, flowd, state)
        copy = check_taken(bench, flowd, state)
        before = bench.all_of(flowd)
        bench.report.check("rows", [len(PORTS)] * 2, [
            len(before[what]) for what in ("services", "alerts")])
        bench.report.check("approved", ["of ours"], [row["reason"] for row in before["approved"]])
        check_restored(bench, flowd, copy, before)
        check_killed(bench, copy, before)
        check_damaged(bench, copy)
        print(flowd.said() if bench.report.failed else "", end="")
        return bench.report.end()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main())
