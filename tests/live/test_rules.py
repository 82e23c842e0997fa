#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules tried on what was recorded, shown, checked and explained, by the API of a running flowd.

usage: test_rules.py FLOWD       as root
What a trial counts is held against a replay of the same captures with the same rules.
"""
import collections
import glob
import http.client
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from contract import Contract
from flowd import Flowd
from netns import PATIENCE, Net, skip_unless_possible
from report import Report
from webclient import Answer

HERE = os.path.dirname(os.path.abspath(__file__))
TRAPS = os.path.join(HERE, "..", "traps", "*.pcap")
LEVELS = ("low", "medium", "high", "critical")
RULES_A = "alert medium port { 1-1023 }\nignore port 8443\nalert high app ssh\n"
VLAN = 42
# What the finding does not say is kept beside it.
RULES_FACTS = f"""alert medium   tunnel {{ gre vxlan geneve }}
alert critical vlan {VLAN} time 00:00-12:00
alert high     vlan {VLAN}
alert medium   amplifies > 1
alert low      not ( vlan 1-4094 or day sun )
ignore
"""
# What is done with alerts that rules have chosen: fewer are made than chosen.
RULES_ACTIONS = {
    "group": "ignore port 1000-1999\nalert high group by host\n",
    "group by port": "ignore port 1000-1999\nalert medium port 20-29 group by port\nalert low group by app\n",
    "throttle": "ignore port 1000-1999\nalert high port 20-29 throttle 3/m\nalert medium throttle 2/20s\n",
    "quiet": "ignore port 1000-1999\nalert low quiet 00:00-12:00\n",
    "delay": "alert high port 20-29 delay until verified\nalert low throttle 5/h delay until verified\n",
    "all": "ignore port 1000-1999\nalert high port 20-23 group by host throttle 1/30s quiet 01:00-01:05\n"
           "alert medium port 24-29 group by port throttle 1/10s\nalert low quiet 00:00-23:59 throttle 2/m\n",
}
RULES_B = """group remote { 22 22022 3389 }
ignore        event new evidence handshake port 1024-2999
alert critical port @remote
alert high    peer not home port { 80 443 6379 8443 }
ignore        event deceptive
alert medium  app not ssh port 3000-65535
"""


def merge(paths, out):
    """Captures of Ethernet as one, in the order of time; every second one in a VLAN."""
    packets = []
    for number, path in enumerate(paths):
        tag = struct.pack(">HH", 0x8100, VLAN) if number % 2 else b""
        with open(path, "rb") as file:
            data = file.read()
        order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
        if struct.unpack(order + "I", data[20:24])[0] != 1:
            continue
        at = 24
        while at + 16 <= len(data):
            seconds, micro, length, real = struct.unpack(order + "IIII", data[at:at + 16])
            frame = data[at + 16:at + 16 + length]
            packets.append((seconds, micro, real + len(tag), frame[:12] + tag + frame[12:]))
            at += 16 + length
    with open(out, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for seconds, micro, real, frame in sorted(packets, key=lambda p: p[:2]):
            file.write(struct.pack("<IIII", seconds, micro, len(frame), real) + frame)


def steady(path, start=1700000000, minutes=30):
    """A capture: a new service somewhere every other second, and one that only shows what time it is."""
    packets = []

    def shake(at, host, port):
        ends = bytes([198, 51, 100, 9]), bytes([203, 0, 113, host])
        for step, (back, flags, seq, ack) in enumerate(((0, 2, 1, 0), (1, 18, 9, 2), (0, 16, 2, 10))):
            ports = (port, 40000) if back else (40000, port)
            segment = struct.pack(">HHIIBBHHH", *ports, seq, ack, 0x50, flags, 1024, 0, 0)
            pair = ends[::-1] if back else ends
            segment = segment[:16] + struct.pack(">H", checksum(
                b"".join(pair) + struct.pack(">BBH", 0, 6, 20) + segment)) + segment[18:]
            head = struct.pack(">BBHHHBBH", 0x45, 0, 40, 1, 0, 64, 6, 0) + b"".join(pair)
            head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
            packets.append((at, step * 1000, b"\2" * 6 + b"\4" * 6 + b"\x08\x00" + head + segment))
    for second in range(60 * minutes):
        shake(start + second, 3, 1000 + second % 900)
        if second % 2:
            shake(start + second, 10 + second * 7 % 13, 20 + second // 26 % 40)
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for seconds, micro, frame in packets:
            file.write(struct.pack("<IIII", seconds, micro, len(frame), len(frame)) + frame)


def checksum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Bench:
    def __init__(self, net, program, directory):
        self.net, self.program, self.directory = net, program, directory
        self.report, self.contract = Report(), Contract()
        self.capture = os.path.join(directory, "all.pcap")
        self.state = os.path.join(directory, "state")
        self.rules = os.path.join(directory, "a.rules")
        self.flowd = None

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def replay(self, rules, *words, capture=None):
        """Its alerts."""
        done = subprocess.run([self.program, "-r", capture or self.capture, "--home", "any", "--rules", rules,
                               *words], stdout=subprocess.PIPE, check=True)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return [line for line in lines if line["type"] == "alert"]

    def start(self, *words):
        self.flowd = Flowd(self.net, [
            self.program, "-i", "inside", "--home", self.net.home, "--learn=0s", "--state",
            self.state, "--rules", self.rules, "--no-verify", "--store.keep.events=0", "--store.keep.alerts=0",
            "--alert_deadline=1s",
            *words],
                           roles=("sensor", "core", "web")).wait_ready()
        self.wait(lambda: self.ask("/api/v1/services").status == 200)
        self.wait(lambda: self.ask("/api/v1/health").json()["rules_since"])

    def serve(self, *words):
        server = self.net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"),
                                           self.directory] + list(words), stdout=subprocess.PIPE,
                                universal_newlines=True)
        server.stdout.readline()

    def touch(self, port):
        with self.net.socket("outside") as client:
            client.settimeout(2)
            client.connect((self.net.inside[0], port))

    @staticmethod
    def wait(good, patience=PATIENCE):
        until = time.time() + patience
        while not (got := good()) and time.time() < until:
            time.sleep(0.05)
        return got

    def ask(self, path, method="GET", body=None):
        for _ in range(100):
            try:
                sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                sock.settimeout(30)
                sock.connect(os.path.join(self.state, "web", "api.sock"))
                break
            except OSError:
                time.sleep(0.05)
        connection = http.client.HTTPConnection("localhost")
        connection.sock = sock
        connection.request(method, path, body)
        answer = Answer(connection.getresponse())
        connection.close()
        for said in self.contract.wrong(method, path, answer):
            self.report.check("as described", "", said)
        return answer


def check_equal(bench):
    """A trial of other rules counts what a replay with them says."""
    merge(sorted(glob.glob(TRAPS)), bench.capture)
    bench.write("a.rules", RULES_A)
    then = bench.replay(bench.rules, "--state", bench.state)
    now = bench.replay(bench.write("b.rules", RULES_B))
    bench.report.check("alerts to compare", True, len(then) > 10 and len(now) > 10)
    facts = bench.replay(bench.write("facts.rules", RULES_FACTS))
    decided = {alert["rule_line"] for alert in facts}
    bench.report.check("facts decide", {4, 5}, decided & {4, 5})
    bench.report.check("and the VLAN, before or after noon", True, bool(decided & {2, 3}))
    bench.start()
    for rules, alerts in ((RULES_B, now), (RULES_FACTS, facts), (RULES_A, then)):
        answer = bench.ask("/api/v1/rules/test?since=all&examples=500", "POST", rules)
        bench.report.check("trial", 200, answer.status)
        got = answer.json()
        levels = collections.Counter(alert["level"] for alert in alerts)
        bench.report.check("alerts", len(alerts), got["now"]["alerts"])
        bench.report.check("levels", {level: levels[level] for level in LEVELS},
                           got["now"]["levels"])
        lines = collections.Counter(alert["rule_line"] for alert in alerts)
        bench.report.check("by rule", dict(lines), {
            row["line"]: row["alerts"] for row in got["rules"] if row["alerts"]})
        bench.report.check("then", len(then), got["then"]["alerts"])
        bench.report.check("findings", got["findings"], sum(got["changes"].values()))
        bench.report.check("findings by rule", got["findings"],
                           sum(row["findings"] for row in got["rules"]))
    bench.report.check("the same rules change nothing", got["findings"], got["changes"]["same"])
    bench.report.check("no example of it", [], got["examples"])
    return then


def check_actions(bench):
    """Groups, throttles, quiet hours: a trial counts what a replay with these rules makes."""
    bench.state = os.path.join(bench.directory, "actions")
    capture = os.path.join(bench.directory, "steady.pcap")
    steady(capture)
    words = ("--deceptive.ports=1024", "--alert_group=5m", "--alert_repeat=1h")
    bench.replay(bench.rules, "--state", bench.state, *words, capture=capture)
    made = {}
    for name, rules in RULES_ACTIONS.items():
        path = bench.write("action.rules", rules)
        state = tempfile.mkdtemp(dir=bench.directory)
        made[name] = bench.replay(path, "--state", state, *words, capture=capture)
    bench.report.check("actions make fewer alerts", True,
                       len(made["group"]) < len(made["quiet"]) > len(made["throttle"]) > 20)
    bench.start("--alert_group=5m", "--alert_repeat=1h")
    for name, rules in RULES_ACTIONS.items():
        got = bench.ask("/api/v1/rules/test?since=all", "POST", rules).json()
        bench.report.check(name + ": alerts", len(made[name]), got["now"]["alerts"])
        want = collections.Counter(alert["rule_line"] for alert in made[name])
        bench.report.check(name + ": by rule", dict(want), {
            row["line"]: row["alerts"] for row in got["rules"] if row["alerts"]})
        want = collections.Counter(alert["level"] for alert in made[name])
        bench.report.check(name + ": levels", {level: want[level] for level in LEVELS},
                           got["now"]["levels"])
        bench.report.check(name + ": silent", got["findings"] - len(made[name]), got["now"]["silent"])
    bench.report.check("ends", 0, bench.flowd.end()[0])
    bench.state = os.path.join(bench.directory, "state")


def check_examples(bench):
    got = bench.ask("/api/v1/rules/test?since=all&examples=3", "POST", "ignore host { 0.0.0.0/0 ::/0 }\n")
    got = got.json()
    bench.report.check("all are silenced", (0, got["then"]["alerts"]),
                       (got["now"]["alerts"], got["changes"]["silenced"]))
    bench.report.check("examples", 3, len(got["examples"]))
    for example in got["examples"]:
        bench.report.check_fields("example", {"change": "silenced", "now": "none", "line": 1},
                                  example)
    bench.report.check("more", True, got["more"])
    nothing = bench.ask("/api/v1/rules/test?since=1s", "POST", "").json()
    bench.report.check("of the last second", 0, nothing["findings"])


def check_faults(bench):
    answer = bench.ask("/api/v1/rules/check", "POST", "ignore port 22\nalert hihg port 80\n")
    got = answer.json()
    bench.report.check("a fault", (422, "application/problem+json"),
                       (answer.status, answer.headers["Content-Type"]))
    bench.report.check_fields("where", {"line": 2, "column": 7}, got["errors"][0])
    errors = bench.ask("/api/v1/rules/check", "POST", "alert hihg\nignore prot 1\nalert\n").json()["errors"]
    bench.report.check("all faults at once", [(1, 7), (2, 8), (3, 6)], [(row["line"], row["column"]) for row in errors])
    warned = bench.ask("/api/v1/rules/check", "POST",
                       "group a { 1 }\nignore\nalert low port 1\n").json()["warnings"]
    words = bench.ask("/api/v1/rules/check", "POST", "alert low vantage insde\n").json()["warnings"]
    bench.report.check("a vantage that is not there", ["no vantage is called 'insde', did you mean 'inside'?"], [
        row["detail"] for row in words])
    answer = bench.ask("/api/v1/rules/check", "POST", "ignore port 1\nalert low to nobody\n")
    bench.report.check("a receiver that is not there", (422, [(2, 'no receiver "nobody" among sinks')]), (
        answer.status, [(row["line"], row["detail"]) for row in answer.json()["errors"]]))
    bench.report.check("warnings", [(1, "not used"), (3, "never decides")], [
        (row["line"], "not used" if "not used" in row["detail"] else row["detail"][:13])
        for row in warned])
    bench.report.check("what was meant", True, "'high'" in got["detail"])
    bench.report.check("a fault in a trial", 422, bench.ask("/api/v1/rules/test", "POST",
                                                            "alert\n").status)
    good = bench.ask("/api/v1/rules/check", "POST", "alert   high  port  { 80 }\n")
    bench.report.check("good", (200, True, "alert high port 80\n"),
                       (good.status, good.json()["valid"], good.json()["canonical"]))
    for path, name in (("test?since=x", "since"), ("test?since=-1s", "since"),
                       ("test?examples=501", "examples"), ("test?examples=", "examples"),
                       ("test?more=1", "more"), ("check?since=1d", "since")):
        answer = bench.ask("/api/v1/rules/" + path, "POST", "")
        bench.report.check(path, (400, name), (answer.status, answer.json()["parameter"]))
    for path in ("explain", "explain?service=x", "explain?service=192.0.2.1-tcp-1&since=1d"):
        bench.report.check(path, 400, bench.ask("/api/v1/rules/" + path).status)
    bench.report.check("nobody", 404,
                       bench.ask("/api/v1/rules/explain?service=192.0.2.99-tcp-1").status)
    bench.report.check("much", 413, bench.ask("/api/v1/rules/check", "POST",
                                              b"#" * (4 << 20) + b"\n").status)


def check_show(bench):
    got = bench.ask("/api/v1/rules").json()
    bench.report.check("shown", {"file": bench.rules, "text": RULES_A, "valid": True,
                                 "error": None}, got)
    bench.write("a.rules", "alert high prot 22\n")
    got = bench.ask("/api/v1/rules").json()
    bench.report.check("a broken file", (False, True),
                       (got["valid"], got["error"].startswith("1:12: ")))
    bench.write("a.rules", RULES_A)


def check_explain(bench, alerts):
    """The rule that decides is the one that has decided."""
    for alert in [alert for alert in alerts if alert["port"]][:20]:
        name = "%s-%s-%d" % (alert["ip"], alert["proto"], alert["port"])
        got = bench.ask("/api/v1/rules/explain?service=" + name).json()
        bench.report.check(name, (alert["rule_line"], alert["level"]), (got["line"], got["level"]))
        bench.report.check(name + ": decides", [alert["rule_line"]],
                           [step["line"] for step in got["steps"] if step["decides"]])
        bench.report.check(name + ": the last one", True, got["steps"][-1]["decides"])
        bench.report.check(name + ": why not", True,
                           all(step["why_not"] for step in got["steps"][:-1]))
    got = bench.ask("/api/v1/rules/explain?service=" + name).json()
    print("explained: %s" % " | ".join("%d %s: %s" % (s["line"], s["rule"], s["why_not"])
                                       for s in got["steps"]))


def health(bench):
    """SIGHUP has web born anew: who asks meanwhile asks again."""
    for _ in range(20):
        try:
            return bench.ask("/api/v1/health").json()
        except (ConnectionError, http.client.HTTPException):
            time.sleep(0.1)
    raise RuntimeError("web does not come back")


def is_loaded_after(bench, since):
    return bench.wait(lambda: (health(bench)["rules_since"] or "") > since)


def check_reload(bench):
    """All or nothing, by the API, by SIGHUP and by looking at the file; the capture goes on."""
    bench.serve("say:30000-30199:hello")
    stop = threading.Event()
    ports = []

    def touch():
        for port in range(30000, 30200):
            if stop.is_set():
                break
            bench.touch(port)
            ports.append(port)
            time.sleep(0.02)

    before, since = bench.flowd.roles(), health(bench)["rules_since"]
    thread = threading.Thread(target=touch)
    thread.start()
    bench.write("a.rules", "alert critical port 30000-30999\n")
    answer = bench.ask("/api/v1/rules/reload", "POST")
    bench.report.check("reload", (200, True), (answer.status, answer.json()["valid"]))
    bench.report.check("loaded", True, is_loaded_after(bench, since))
    bench.wait(lambda: "core" in bench.flowd.roles())
    after = bench.flowd.roles()
    bench.report.check("capture and page go on", (before["sensor"], before["web"]),
                       (after["sensor"], after["web"]))
    bench.report.check("core reads them", True, after["core"] != before["core"])
    bench.report.check("in force", True, bench.wait(
        lambda: bench.flowd.count(type="alert", level="critical", rule_line=1) > 0))
    bench.write("a.rules", "ignore port 1\nalert high prot 22\n")
    answer = bench.ask("/api/v1/rules/reload", "POST")
    bench.report.check("refused", (422, 2, 12), (answer.status, answer.json()["errors"][0]["line"],
                                                 answer.json()["errors"][0]["column"]))
    said = "a.rules:2:12: unknown"
    bench.report.check("health says so", True, bench.wait(
        lambda: said in (health(bench)["rules_error"] or "")))
    bench.report.check("the log says so", True, said in bench.flowd.said())
    os.kill(bench.flowd.process.pid, signal.SIGHUP)
    bench.wait(lambda: bench.flowd.said().count(said) > 1)
    bench.report.check("by SIGHUP, too", after, bench.flowd.roles())
    stop.set()
    thread.join()
    since = health(bench)["rules_since"]
    bench.write("a.rules", RULES_A)
    os.kill(bench.flowd.process.pid, signal.SIGHUP)
    bench.wait(lambda: bench.flowd.roles().get("web", after["web"]) != after["web"])
    bench.report.check("right again", True, is_loaded_after(bench, since))
    bench.report.check("no error is left", None, health(bench)["rules_error"])
    bench.report.check("the capture goes on", before["sensor"], bench.flowd.roles()["sensor"])
    lost = health(bench)["counters"]
    bench.report.check("some were touched", True, len(ports) > 20)
    bench.report.check("every one was seen", [], [
        port for port in ports if not bench.flowd.count(type="event", event="new", port=port)])
    bench.report.check("no packet was lost", (0, 0), (lost["kernel_drops"],
                                                      lost["interface_drops"]))
    print("%d ports were met while rules were loaded" % len(ports))


def check_watch(bench):
    status, _ = bench.flowd.end()
    bench.report.check("ends well", 0, status)
    bench.start("--rules_watch")
    since, roles = health(bench)["rules_since"], bench.flowd.roles()
    bench.write("a.rules", RULES_B)
    bench.report.check("seen by itself", True, is_loaded_after(bench, since))
    since = health(bench)["rules_since"]
    bench.write("a.rules", "nonsense\n")
    bench.report.check("what is wrong is refused", True, bench.wait(
        lambda: "a.rules:1:1" in (health(bench)["rules_error"] or "")))
    bench.report.check("and those of before hold", since, health(bench)["rules_since"])
    time.sleep(2.5)
    bench.report.check("said once", 1, bench.flowd.said().count("a.rules:1:1"))
    bench.report.check("the capture goes on", roles["sensor"], bench.flowd.roles()["sensor"])
    bench.write("a.rules", RULES_A)
    bench.report.check("until it is right", True, is_loaded_after(bench, since))


def check_include(bench):
    """A file that the rules include is watched, checked and tried as they are; no other is read."""
    since = health(bench)["rules_since"]
    bench.write("part.rules", "alert high port 22\n")
    bench.write("a.rules", "include part.rules\n" + RULES_A)
    bench.report.check("what includes is loaded", True, is_loaded_after(bench, since))
    since = health(bench)["rules_since"]
    bench.write("part.rules", "alert critical port 22\n")
    bench.report.check("what is included is watched", True, is_loaded_after(bench, since))
    since = health(bench)["rules_since"]
    bench.write("part.rules", "ignore port 1\nnonsense\n")
    bench.report.check("told by its own place", True, bench.wait(
        lambda: "part.rules:2:1: " in (health(bench)["rules_error"] or "")))
    bench.report.check("those of before hold", since, health(bench)["rules_since"])
    got = bench.ask("/api/v1/rules/check", "POST", "include part.rules\n").json()
    bench.report.check("the fault is the part's", (2, True), (
        got["errors"][0]["line"], got["errors"][0]["file"].endswith("part.rules")))
    bench.write("part.rules", "ignore port 1\nalert critical port 22\nalert low port 22\n")
    got = bench.ask("/api/v1/rules/check", "POST", "ignore port 9\ninclude part.rules\n").json()
    bench.report.check("a warning has the part's place", [(3, True)], [
        (row["line"], row.get("file", "").endswith("part.rules")) for row in got["warnings"]])
    bench.write("part.rules", "ignore port 1\nalert critical\n")
    rows = bench.ask("/api/v1/rules/test?since=all", "POST",
                     "include part.rules\n").json()["rules"]
    bench.report.check("a trial says whose lines they are", {(2, "part.rules")}, {
        (row["line"], os.path.basename(row.get("file", ""))) for row in rows
        if row["rule"] == "alert critical"})
    bench.write("part.rules", "alert critical port 22\n")
    bench.report.check("right again", True, is_loaded_after(bench, since))
    got = bench.ask("/api/v1/rules/check", "POST", "include part.rules\n").json()
    bench.report.check("included", "alert critical port 22\n", got["canonical"])
    since = health(bench)["rules_since"]
    bench.serve("say:30900-30901:hello")
    bench.write("part.rules", "ignore port 9\nalert critical port 30900\n")
    bench.report.check("another part", True, is_loaded_after(bench, since))
    bench.touch(30900)
    bench.touch(30901)
    for port, want in ((30900, (2, os.path.join(bench.directory, "part.rules"))), (30901, (0, None))):
        bench.wait(lambda at=port: bench.flowd.count(type="alert", port=at))
        rows = [row for row in bench.ask("/api/v1/alerts?limit=500").json()["alerts"] if row["port"] == port]
        bench.report.check("an alert names the file of its rule", [want],
                           [(row["rule_line"], row["rule_file"]) for row in rows])
        bench.report.check("and its line on standard output", [want[1]], [
            line["rule_file"] for line in bench.flowd.find(type="alert", port=port)])
    for path in ("/etc/hostname", "b.rules"):
        answer = bench.ask("/api/v1/rules/check", "POST", "include %s\n" % path)
        bench.report.check("not read: " + path, (422, True), (
            answer.status, "No such file" in answer.json()["detail"]))
    bench.write("a.rules", RULES_A)
    bench.report.check("and without", True, is_loaded_after(bench, health(bench)["rules_since"]))


def check_leaves(bench):
    """Nobody stays behind, and web does not wait meanwhile."""
    bench.report.check("no judge is left", True, bench.wait(
        lambda: sorted(bench.flowd.roles()) == ["core", "sensor", "web"]))
    bench.report.check("nothing is complained of", [], [
        line for line in bench.flowd.said().splitlines() if "error" in line or "judge" in line])


def main():
    skip_unless_possible()
    with Net() as net, tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        bench.write("a.rules", RULES_A)
        check_actions(bench)
        alerts = check_equal(bench)
        for check in (check_examples, check_faults, check_show):
            check(bench)
        check_explain(bench, alerts)
        check_leaves(bench)
        check_reload(bench)
        check_watch(bench)
        check_include(bench)
        # Who is busy with being born anew still hears that it is over.
        os.kill(bench.flowd.process.pid, signal.SIGHUP)
        time.sleep(0.01)
        status, _ = bench.flowd.end()
        bench.report.check("ends well", 0, status)
        print(bench.flowd.said() if bench.report.failed else "", end="")
        return bench.report.end()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main())
