#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""flowctl against a running flowd, by its Unix socket: every command, tables, JSON, exit statuses.

usage: test_ctl.py FLOWD FLOWCTL       as root
"""
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

from flowd import Flowd
from netns import PATIENCE, Net, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
HOSTILE = r"say:23:\x1b[2J\x1b]0;owned\x07\xc2\x9b31mhi\r\n"
SSH = r"say:22:SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"


class Bench:
    def __init__(self, net, flowd, flowctl, directory):
        self.net, self.program, self.flowctl = net, flowd, flowctl
        self.directory, self.report = directory, Report()
        self.state = os.path.join(directory, "state")
        self.socket = os.path.join(self.state, "web", "api.sock")
        self.rules = self.write("a.rules", "alert high port 22\n")
        self.ssh = net.inside[0] + "-tcp-22"
        self.flowd = None

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def start(self):
        server = self.net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"),
                                           self.directory, SSH, HOSTILE], stdout=subprocess.PIPE,
                                universal_newlines=True)
        server.stdout.readline()
        self.flowd = Flowd(self.net, [
            self.program, "-i", "inside", "--home", self.net.home, "--learn=0s", "--rules",
            self.rules, "--state", self.state,
            "--verify.source=" + ",".join(self.net.border_in)]).wait_ready()
        self.wait(lambda: self.ctl("services").returncode == 0)

    def touch(self, port):
        with self.net.socket("outside") as client:
            client.settimeout(2)
            client.connect((self.net.inside[0], port))
            client.recv(64)

    @staticmethod
    def wait(good, patience=PATIENCE):
        until = time.time() + patience
        while not (got := good()) and time.time() < until:
            time.sleep(0.1)
        return got

    def ctl(self, *words, text=None, socket=True):
        words = (["--socket", self.socket] if socket else []) + list(words)
        return subprocess.run([self.flowctl] + words, input=text, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True, check=False,
                              timeout=60, env={})

    def check(self, status, pattern, *words, text=None):
        done = self.ctl(*words, text=text)
        what = "flowctl " + " ".join(words)
        self.report.check(what, status, done.returncode)
        said = done.stdout + done.stderr
        self.report.check("%s: %r in %r" % (what, pattern, said[:400]), True,
                          bool(re.search(pattern, said, re.M)))
        return done


def check_services(bench):
    bench.touch(22)
    bench.touch(23)
    bench.wait(lambda: bench.ctl("services").stdout.count(" open ") == 2)
    bench.check(0, r"^SERVICE +STATE +APP", "services")
    bench.check(0, r"^10\.77\.0\.2-tcp-22 +open +ssh", "services", "port=22")
    bench.check(0, "^none$", "services", "port=99")
    bench.check(2, "NAME=VALUE", "services", "port")
    bench.check(6, "no such parameter|unknown", "services", "colour=red")
    rows = json.loads(bench.ctl("--json", "services").stdout)["services"]
    bench.report.check("as JSON", [22, 23], sorted(row["port"] for row in rows))
    bench.check(0, r"^service +%s$" % re.escape(bench.ssh), "show", bench.ssh)
    bench.check(0, "OpenSSH.*9.2p1", "show", bench.ssh)
    bench.check(5, "no such service", "show", "10.77.0.9-tcp-1")
    bench.check(6, "named like", "show", "nothing")
    for name in (":22", ":22/tcp"):
        bench.check(0, r"^service +%s$" % re.escape(bench.ssh), "show", bench.net.inside[0] + name)
    bench.check(5, "no such service", "show", bench.net.inside[0] + ":22/udp")
    bench.check(5, "no such service", "show", "[2001:db8::9]:22")
    for name in (":22", "2001:db8::9:22", bench.net.inside[0] + ":"):
        bench.check(6, "named like", "show", name)
    said = bench.ctl("services").stdout
    bench.report.check("the last page promises no other: " + said, False, "and more" in said)
    bench.check(0, "^[.]{3} and more", "services", "limit=1")
    done = bench.check(0, r"\[2J", "show", bench.net.inside[0] + "-tcp-23")
    bench.report.check("a hostile banner is text", [], re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f]",
                                                                  done.stdout))
    bench.check(0, "open +syn-ack +ssh", "verify", bench.ssh)
    bench.check(5, "no such service", "verify", "10.77.0.9-tcp-1")


def check_alerts(bench):
    bench.check(0, "^NUMBER +TIME +LEVEL", "alerts")
    bench.check(0, " high +new +10.77.0.2 +22 ", "alerts")
    bench.check(0, " new +10.77.0.2 +tcp +22 ", "events")
    bench.check(0, "^none$", "hosts")
    follower = subprocess.Popen([bench.flowctl, "--socket", bench.socket, "--json", "alerts",
                                 "--follow"], stdout=subprocess.PIPE, universal_newlines=True)
    time.sleep(0.5)
    server = bench.net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"),
                                        bench.directory, "say:2222:hello"], stdout=subprocess.PIPE,
                             universal_newlines=True)
    server.stdout.readline()
    bench.touch(2222)
    line = ""
    while '"port":2222' not in line:
        line = follower.stdout.readline()
        if not line:
            break
    bench.report.check("followed", ("alert", 2222), tuple(json.loads(line)[key]
                                                          for key in ("type", "port")))
    follower.terminate()
    follower.wait()


def check_rules(bench):
    good = bench.write("good.rules", "alert critical port 22\nignore port 23\n")
    bad = bench.write("bad.rules", "alert high prot 22\n")
    bench.check(0, "^alert high port 22$", "rules")
    bench.check(0, "are right", "rules", "check", good)
    bench.check(0, "are right", "rules", "check", "-", text="ignore port 1\n")
    useless = bench.write("useless.rules", "group a { 1 }\nignore\nalert low port 1\n")
    bench.check(0, r"^\S*useless.rules:3:1: warning: never decides", "rules", "check", useless)
    bench.check(0, r"^\S*useless.rules:1:\d+: warning: .*not used", "rules", "check", useless)
    bench.check(1, "1:12: .*did you mean 'port'", "rules", "check", bad)
    bench.check(2, "cannot be read", "rules", "check", "/nowhere")
    bench.check(0, r"[1-9]\d* silenced, 1 raised", "rules", "test", good, "--since", "1h")
    got = json.loads(bench.ctl("--json", "rules", "test", good).stdout)
    bench.report.check("as JSON", 1, got["now"]["levels"]["critical"])
    bench.check(0, r"^1 +yes +- +alert high port 22$", "rules", "explain", bench.ssh)
    bench.check(2, "expected", "rules", "explain")


def check_rest(bench):
    bench.check(0, "^state +ok$", "health")
    bench.check(0, "^core +yes", "health")
    made = bench.check(0, "^flowd_[0-9a-f]{64}$", "token", "make", "somebody", "viewer", "3")
    bench.wait(lambda: "somebody" in bench.ctl("token", "list").stdout)
    found = re.search(r"^(\S+) +somebody +viewer", bench.ctl("token").stdout, re.M)
    bench.report.check("the token is listed", True, bool(found))
    bench.report.check("and not said again", False, made.stdout.strip() in bench.ctl("token").stdout)
    bench.check(0, "", "token", "revoke", found[1])
    bench.check(6, "viewer, operator or admin", "token", "make", "x", "king")
    ordered = bench.check(0, r"^\d+$", "sweep", bench.net.inside[0], "ports=22-23", "rate=100")
    bench.wait(lambda: ordered.stdout.strip() in bench.ctl("sweep", "list").stdout)
    bench.check(0, ordered.stdout.strip(), "sweep", "list")
    bench.check(6, "targets", "sweep", "192.0.2.0/24")
    lines = bench.ctl("export", "services").stdout.splitlines()
    bench.report.check("exported", [22, 23, 2222], sorted(json.loads(x)["port"] for x in lines))
    table = bench.ctl("export", "services", "--csv").stdout.splitlines()
    bench.report.check("as CSV", (4, True), (len(table), table[0].startswith("id,state,app,")))
    bench.check(2, "expected", "export", "everything")
    for what, want in (("alerts", "rule"), ("events", "before")):
        done = bench.ctl("export", what)
        lines = [json.loads(x) for x in done.stdout.splitlines()]
        bench.report.check(what, (True, True), (len(lines) > 2, want in lines[0]))
        bench.report.check("all of them, and no complaint", (0, ""), (done.returncode, done.stderr))
    copy = os.path.join(bench.directory, "copy")
    bench.check(0, "^" + copy + "$", "backup", copy)
    bench.report.check("a copy of the store", True, os.path.exists(copy + "/CURRENT"))
    bench.check(2, "expected DIR", "backup", "there")


def check_sweeps(bench):
    """Ordered, held, let go on, cancelled."""
    def state(number):
        rows = json.loads(bench.ctl("--json", "sweep", "list").stdout)["sweeps"]
        return next((row["state"] for row in rows if str(row["id"]) == number), None)
    number = bench.check(0, r"^\d+$", "sweep", bench.net.inside[0], "rate=1").stdout.strip()
    bench.report.check("is there", True, bench.wait(lambda: state(number) is not None))
    for word, want in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        bench.check(0, "", "sweep", word, number)
        bench.report.check(word, True, bench.wait(lambda want=want: state(number) == want))
    bench.check(6, "has ended", "sweep", "cancel", number)
    bench.check(5, "no such", "sweep", "pause", "99999")
    bench.check(2, "expected an ID", "sweep", "pause")


def check_approve(bench):
    """What is approved is in the baseline, and said so of the service."""
    def row():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.connect(bench.socket)
            asked = http.client.HTTPConnection("localhost")
            asked.sock = sock
            asked.request("GET", "/api/v1/baseline")
            rows = json.loads(asked.getresponse().read())["baseline"]
        return next((row for row in rows if row["id"] == bench.ssh), {})
    bench.check(2, "expected SERVICE", "approve")
    bench.check(2, "expected SERVICE", "approve", bench.ssh, "colour=red")
    bench.check(2, "expected SERVICE", "approve", bench.ssh, "filter=port 22")
    bench.check(6, "expected services", "approve", "nonsense")
    bench.check(6, "did you mean .port", "approve", "filter=prot 22")
    bench.check(6, "no service passes", "approve", "filter=port 1")
    bench.report.check("nothing yet", {}, row())
    bench.check(0, "^1$", "approve", bench.ssh, "owner=ops", "reason=jump host", "ticket=T-1",
                "days=30")
    bench.report.check("approved", True, bool(bench.wait(row)))
    said = row()
    bench.report.check("as said", ("ops", "jump host", "T-1", True), (
        said["owner"], said["reason"], said["ticket"], said["expires"] > said["approved"]))
    bench.check(0, "^1$", "approve", "filter=port 22 state open", "owner=all of them")
    bench.report.check("approved by a filter", True, bool(bench.wait(
        lambda: row()["owner"] == "all of them" and not row()["expires"])))
    check_export(bench, row)


def check_export(bench, row):
    """What is exported can be imported again, as lines and as a table, and says the same."""
    before = row()
    for kind, words in (("export", ()), ("csv", ("--csv",))):
        text = bench.ctl("export", "baseline", *words).stdout
        bench.ctl("approve", bench.ssh, "owner=somebody", "reason=else", "days=1")
        bench.report.check(kind + ": changed", True, bool(bench.wait(lambda: row()["owner"] == "somebody")))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.connect(bench.socket)
            asked = http.client.HTTPConnection("localhost")
            asked.sock = sock
            asked.request("POST", "/api/v1/baseline/import?format=" + kind, text.encode(),
                          {"X-Flowd-Request": "1"})
            bench.report.check(kind + ": imported", 202, asked.getresponse().status)
        bench.report.check(kind + ": as before", True, bool(bench.wait(lambda: all(
            row()[key] == before[key] for key in ("owner", "reason", "ticket", "expires", "app", "host_key")))))


NMAP = """<?xml version="1.0"?>
<nmaprun scanner="nmap"><host><address addr="%s" addrtype="ipv4"/>
<ports><port protocol="tcp" portid="%d"><state state="open"/><service name="telnet"/></port></ports></host></nmaprun>
"""


def check_baseline(bench):
    """A scan becomes the baseline; what was learnt is accepted, but for what the rules call high."""
    def rows():
        return {row["id"]: row for row in json.loads(bench.ctl("--json", "baseline").stdout)["baseline"]}
    telnet = bench.net.inside[0] + "-tcp-23"
    bench.check(2, "expected list", "baseline", "nonsense")
    path = bench.write("scan.xml", NMAP % (bench.net.inside[0], 99))
    bench.check(0, "^1 entries$", "baseline", "import", path)
    bench.report.check("imported", "nmap", bench.wait(lambda: rows().get(
        bench.net.inside[0] + "-tcp-99", {}).get("from")))
    bench.check(0, r"^10\.77\.0\.2 +tcp +99 +open", "baseline", "list", "limit=1000")
    bench.check(0, "", "baseline", "remove", bench.net.inside[0] + "-tcp-99")
    bench.check(6, "line 1: not well-formed", "baseline", "import", bench.write("bad.xml", "<<"), "nmap")
    bench.check(6, "csv, nmap, masscan or export", "baseline", "import", path, "xml")
    bench.check(0, "", "baseline", "remove", bench.ssh)
    bench.report.check("removed", True, bench.wait(lambda: not rows()))
    bench.check(0, "^learning +no$", "baseline", "learning")
    bench.check(0, "^-$", "baseline", "learn")
    bench.report.check("learning", True, bool(bench.wait(lambda: re.search(
        "^learning +yes", bench.ctl("baseline", "learning").stdout, re.M))))
    bench.check(0, "^20", "baseline", "accept")
    # Rules say high of port 22.
    bench.report.check("accepted", (True, False), bench.wait(lambda: telnet in rows()) and (
        True, bench.ssh in rows()))
    bench.report.check("as learnt", ("learnt", "accepted after learning"), tuple(
        rows()[telnet][key] for key in ("from", "reason")))
    bench.report.check("no longer", True, bool(bench.wait(lambda: re.search(
        "^learning +no", bench.ctl("baseline", "learning").stdout, re.M))))


def check_reload(bench):
    """Rules that are right come into force, those that are wrong do not, and say where."""
    with open(bench.rules, "w", encoding="ascii") as file:
        file.write("alert critical port 22\n")
    bench.check(0, "in force", "rules", "reload")
    explained = r"^1 +yes +- +alert critical port 22$"
    bench.report.check("in force", True, bench.wait(lambda: bool(re.search(
        explained, bench.ctl("rules", "explain", bench.ssh).stdout, re.M))))
    with open(bench.rules, "w", encoding="ascii") as file:
        file.write("alert critical prot 22\n")
    bench.check(1, "1:16: ", "rules", "reload")
    bench.report.check("as before", True, bench.wait(lambda: bench.ctl(
        "health").returncode == 1))
    with open(bench.rules, "w", encoding="ascii") as file:
        file.write("alert high port 22\n")
    bench.check(0, "in force", "rules", "reload")
    bench.report.check("well again", True, bench.wait(lambda: bench.ctl("health").returncode == 0))


def check_usage(bench):
    bench.check(2, "no such command", "serve")
    bench.check(2, "no such option", "--colr", "services")
    bench.check(2, "what is to be done", "--json")
    bench.check(2, "needs a value", "--url")
    bench.check(0, "^flowctl ", "--version")
    text = bench.ctl("--help", socket=False).stdout
    with open(os.path.join(ROOT, "man", "flowctl.1"), encoding="ascii") as file:
        manual = file.read().replace("\\", "")
    with open(os.path.join(ROOT, "dist", "flowctl"), encoding="ascii") as file:
        completion = file.read()
    with open(os.path.join(ROOT, "web", "ctl", "commands.h"), encoding="ascii") as file:
        words = re.findall(r'X\(\w+,\s*"(\w+)"', file.read().replace("\\\n", ""))
    bench.report.check("commands", True, len(words) > 10)
    for word in words:
        bench.report.check(word + " in help, manual and completion", (True, True, True), (
            "\n  %s " % word in text, ".It Cm %s" % word in manual, word in completion))
    bench.report.check("nobody there", 3, bench.ctl("--url", "http://127.0.0.1:1", "health",
                                                    socket=False).returncode)
    colours = bench.ctl("--colour", "always", "services").stdout
    bench.report.check("colours when asked", (True, False), (
        "\x1b[32mopen\x1b[0m" in colours, "\x1b" in bench.ctl("services").stdout))


def main():
    skip_unless_possible()
    with Net() as net, tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        bench = Bench(net, *map(os.path.abspath, sys.argv[1:]), directory)
        bench.start()
        for check in (check_services, check_alerts, check_rules, check_rest, check_sweeps,
                      check_approve, check_baseline, check_reload, check_usage):
            check(bench)
        status, _ = bench.flowd.end()
        bench.report.check("ends well", 0, status)
        print(bench.flowd.said() if bench.report.failed else "", end="")
        return bench.report.end()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main())
