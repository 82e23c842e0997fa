#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hand-over: services given to scanners and ticket systems, by people and by rules.

usage: test_scan.py FLOWD FLOWCTL        as root
"""
import glob
import http.server
import json
import os
import shutil
import signal
import socket
import ssl
import sys
import tempfile
import threading
import time

from flowd import Flowd
from netns import PATIENCE, Net, skip_unless_possible
from sinks import certificate
from test_book import MARK
from test_web import HERE, Bench

OVER = ("finished", "failed", "refused", "timeout", "cancelled", "interrupted")
TOOLS = """
tools:
  - name: nmap
    title: open port, banner
    program: /usr/bin/nmap
    arguments: [-n, -Pn, -sT, --script, banner, -p, "{port}", "{host}"]
    timeout: 60s
  - name: show
    program: %(habit)s
    arguments: [show, "{host}", "{port}", "{proto}", "{service}", "x={app}", "a b; $(c) `d`", "{run_id}"]
    secret_file: %(folder)s/secret
  - {name: names, program: %(habit)s, arguments: [show, "{name}"]}
  - {name: product, program: %(habit)s, arguments: [show, "--like={product}"]}
  - {name: sleep, program: %(habit)s, arguments: [sleep], timeout: 2s}
  - {name: long, program: %(habit)s, arguments: [sleep], timeout: 60s}
  - {name: print, program: %(habit)s, arguments: [print], timeout: 20s, output: 2k}
  - {name: spin, program: %(habit)s, arguments: [spin], cpu: 1s, timeout: 30s}
  - {name: exit, program: %(habit)s, arguments: [exit, "3"]}
  - {name: fork, program: %(habit)s, arguments: [fork], forks: yes, timeout: 20s}
  - {name: missing, program: /nonexistent/scanner}
  - name: escape
    program: %(escape)s
    arguments: ["%(folder)s/state", "{service}"]
    disk: 1M
    memory: 128M
    files: 64
    timeout: 30s
  - name: ticket
    kind: http
    probes: no
    levels: critical
    url: "https://127.0.0.1:8443/rest/issue?host={host}"
    headers: ["Content-Type: application/json", "Authorization: Bearer {secret}"]
    secret_file: %(folder)s/secret
    ca_file: %(folder)s/cert.pem
    body: '{"fields": {"summary": "{app} on {host}:{port}", "banner": "{banner}", "level": "{level}"}}'
    ticket: issue.key
    link: "https://tickets.example/browse/{ticket}"
  - name: untrusted
    kind: http
    probes: no
    url: "https://127.0.0.1:8443/"
    body: "{}"
handover:
  at_once: 2
  queue: 4
"""


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen = []
    status, answer = 201, b'{"issue": {"key": "SEC-12/../x", "id": 7}}'

    def log_message(self, *unused):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.seen.append((self.path, dict(self.headers), body))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)


class Scan(Bench):
    tools = TOOLS
    more = ()

    def start(self, rules=None, wait=True):
        config = os.path.join(self.directory, "flowd.yaml")
        shown = {"habit": os.path.join(self.directory, "tool_habit.py"), "folder": self.directory,
                 "escape": os.path.join(self.directory, "tool_escape.py")}
        with open(config, "w", encoding="utf-8") as file:
            file.write(self.tools % shown)
        words = [self.program, "-c", config, "-i", "inside", "--home", self.net.home, "--learn=0s",
                 "--state", os.path.join(self.directory, "state"), "--deceptive.ports=1024",
                 "--verify.source=" + ",".join(self.net.border_in), "--verify.rate=1000"]
        if rules:
            with open(os.path.join(self.directory, "rules"), "w", encoding="utf-8") as file:
                file.write(rules)
            words += ["--rules", os.path.join(self.directory, "rules")]
        self.flowd = Flowd(self.net, words + list(self.more)).wait_ready()
        next(i for i in range(9999) if self.ask("/api/v1/services").status == 200)

    def order(self, service, tool, status=202, **more):
        body = json.dumps(dict(more, tool=tool)).encode()
        answer = self.ask("/api/v1/services/%s/handover" % service, "POST", body, **MARK)
        if answer.status != status:
            self.report.check("order of %s" % tool, (status, ""), (answer.status, answer.body))
        return answer.json()

    def run(self, service, tool, patience=40, **more):
        """Orders a run and waits until it is over."""
        return self.wait_run(self.order(service, tool, **more)["id"], OVER, patience)

    def wait_run(self, name, states, patience=PATIENCE):
        until = time.time() + patience
        while time.time() < until:
            answer = self.ask("/api/v1/handovers/" + name)
            if answer.status == 200 and answer.json()["state"] in states:
                return answer.json()
            time.sleep(0.05)
        raise RuntimeError("run %s: %r\n%s" % (name, answer.body, self.flowd.said()))

    def strays(self):
        """Processes of tools that are still there."""
        out = []
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, "rb") as file:
                    words = file.read().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if any(self.directory.encode() + b"/tool_" in word for word in words[:3]):
                out.append(b" ".join(words))
        return out

    def no_strays(self, name):
        until = time.time() + PATIENCE
        while self.strays() and time.time() < until:
            time.sleep(0.05)
        self.report.check("nothing is left of " + name, [], self.strays())


def service_of(bench, port, host=0):
    return "%s-tcp-%d" % (bench.net.inside[host], port)


def check_tools(bench):
    got = bench.get("/api/v1/tools")["tools"]
    bench.report.check("tools", ["nmap", "show"], [row["name"] for row in got][:2])
    bench.report.check("levels", [["critical"]], [row["levels"] for row in got if row["levels"]])


def check_real(bench):
    """A real scanner, as its user, against a real listener."""
    run = bench.run(service_of(bench, 80), "nmap", 90)
    bench.report.check("nmap", ("finished", 0, "command", None), (
        run["state"], run["exit_status"], run["kind"], run["by"]))
    bench.report.check("what it says", (True, True), (
        "80/tcp open" in run["output"], "banner: SSH-2.0-house" in run["output"]))
    bench.report.check("argv", ["/usr/bin/nmap", "-n", "-Pn", "-sT", "--script", "banner", "-p",
                                "80", bench.net.inside[0]], run["argv"])
    six = bench.run(service_of(bench, 80, 1), "show")
    bench.report.check("IPv6", bench.net.inside[1], json.loads(six["output"])["argv"][0])
    rows = bench.get("/api/v1/services/%s/handovers" % service_of(bench, 80))["handovers"]
    bench.report.check("attached to the service", [run["id"]], [row["id"] for row in rows])
    bench.report.check("among all", [six["id"], run["id"]], [
        row["id"] for row in bench.get("/api/v1/handovers")["handovers"]])
    trail = bench.get("/api/v1/trail")["trail"]
    bench.report.check("trail", ["hand-over finished", "handed over"] * 2,
                       [row["what"] for row in trail])
    bench.report.check("about", service_of(bench, 80), trail[-1]["about"])


def check_arguments(bench):
    """Each word stays one argument, whatever is in it."""
    service = service_of(bench, 80)
    run = bench.run(service, "show")
    said = json.loads(run["output"])
    bench.report.check("arguments", [bench.net.inside[0], "80", "tcp", service, "x=ssh",
                                     "a b; $(c) `d`", run["id"]], said["argv"])
    bench.report.check("secret", "s3cret", said["secret"])
    bench.report.check("the secret is not shown", False, "s3cret" in json.dumps(run["argv"]))


def hello(bench, port, name):
    """A client that asks for a hostile name (SNI)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with bench.net.socket("outside", socket.AF_INET, socket.SOCK_STREAM) as client:
        client.settimeout(PATIENCE)
        client.connect((bench.net.inside[0], port))
        with context.wrap_socket(client, server_hostname=name) as sealed:
            sealed.recv(100)


def check_hostile(bench):
    """What strangers say never becomes an option, nor two arguments."""
    hello(bench, 8081, "good.example")
    service = service_of(bench, 8081)
    good = bench.wait("/api/v1/services/" + service, lambda story: (story.get("hints") or {}).get(
        "sni")) if bench.wait("/api/v1/services?port=8081", lambda p: p["services"]) else {}
    bench.report.check("a name is known", ["good.example"], (good.get("hints") or {}).get("sni"))
    run = bench.run(service, "names")
    bench.report.check("a good name", ["good.example"], json.loads(run["output"] or "{}").get("argv"))
    hello(bench, 8082, "--script=evil")
    service = service_of(bench, 8082)
    story = bench.wait("/api/v1/services/" + service, lambda story: (story.get("hints") or {}).get(
        "sni")) if bench.wait("/api/v1/services?port=8082", lambda p: p["services"]) else {}
    bench.report.check("a hostile name is known", True, "script" in str(story.get("hints")))
    run = bench.run(service, "names")
    bench.report.check("and refused", ("refused", True, []), (
        run["state"], "{name}" in run["reason"], run["argv"]))
    bench.touch(bench.net.inside[0], 8083, say=b"x")
    service = service_of(bench, 8083)
    story = bench.wait("/api/v1/services/" + service, lambda story: any(
        probe["product"] for probe in story["probes"])) if bench.wait(
            "/api/v1/services?port=8083", lambda p: p["services"]) else {}
    product = [probe["product"] for probe in story["probes"]]
    run = bench.run(service, "product")
    bench.report.check("a hostile product (%s)" % product, True, run["state"] == "refused" or
                       json.loads(run["output"])["argv"] == ["--like=" + product[0]])
    bench.report.check("no shell ran", False, os.path.exists("/tmp/flowd-injected"))


def check_limits(bench):
    service = service_of(bench, 80)
    run, began = bench.run(service, "sleep"), time.time()
    bench.report.check("one that never ends", ("timeout", 9, "asleep\n", True), (
        run["state"], run["signal"], run["output"], 1900 <= run["duration_ms"] < 5000))
    run = bench.run(service, "print")
    bench.report.check("one that prints without end", ("failed", "x" * 2048, True, 2048), (
        run["state"], run["output"], run["truncated"], run["output_bytes"]))
    run = bench.run(service, "spin")
    bench.report.check("one that computes", ("failed", True), (
        run["state"], run["duration_ms"] < 10000))
    run = bench.run(service, "exit")
    bench.report.check("one that fails", ("finished", 3), (run["state"], run["exit_status"]))
    run = bench.run(service, "fork")
    bench.report.check("one that leaves a child", ("finished", "the parent is gone\n", True), (
        run["state"], run["output"], run["duration_ms"] < 10000))
    run = bench.run(service, "missing")
    bench.report.check("none", ("refused", True), (run["state"], "/nonexistent" in run["reason"]))
    bench.no_strays("them")
    bench.report.check("in all", True, time.time() - began < 60)


def check_cage(bench):
    """A hostile tool: what it could, and what not."""
    run = bench.run(service_of(bench, 80), "escape")
    bench.report.check("it ran", ("finished", 0), (run["state"], run["exit_status"]))
    said = json.loads(run["output"])
    could = said["could"]
    bench.report.check("it could", ["writes its own folder"],
                       [name for name, yes in could.items() if yes])
    bench.report.check("tries", True, len(could) > 20)
    bench.report.check("who it was", (True, []), (said["uid"] != 0, said["groups"]))
    bench.report.check("environment", ["HOME", "LANG", "PATH", "TMPDIR"], [
        name for name in said["environment"] if name != "LC_CTYPE"])
    bench.report.check("input", "", said["input"])
    bench.report.check("descriptors", [0, 1, 2], said["descriptors"])
    folder = os.path.join(bench.directory, "state", "scan-0")
    bench.report.check("its folder is empty", (folder, []), (said["cwd"], os.listdir(folder)))
    bench.report.check("flowd is well", ["core", "sensor", "verify", "web"],
                       sorted(bench.flowd.roles()))


def check_ticket(bench):
    """A call of HTTP, whose answer names the ticket; the alert knows it."""
    alert = bench.get("/api/v1/alerts")["alerts"][-1]
    run = bench.run(alert["id"] if "id" in alert and "-tcp-" in str(alert["id"]) else
                    "%s-tcp-%d" % (alert["ip"], alert["port"]), "ticket", alert=alert["number"])
    bench.report.check("ticket", ("finished", 201, "SEC-12/../x",
                                  "https://tickets.example/browse/SEC-12%2F..%2Fx"), (
        run["state"], run["http_status"], run["ticket"], run["link"]))
    path, headers, body = Receiver.seen[-1]
    bench.report.check("asked", "/rest/issue?host=" + alert["ip"], path)
    bench.report.check("secret", "Bearer s3cret", headers["Authorization"])
    sent = json.loads(body)["fields"]
    bench.report.check("body", ("ssh on %s:80" % alert["ip"], True, alert["level"]), (
        sent["summary"], sent["banner"].startswith('SSH-2.0-house "$(touch'), sent["level"]))
    bench.report.check("the secret is not kept", False, "s3cret" in json.dumps(run))
    past = bench.wait("/api/v1/alerts/%d/history" % alert["number"], lambda p: p["history"])
    bench.report.check("history", True, "SEC-12" in past["history"][-1]["comment"])
    Receiver.status, Receiver.answer = 403, b"<script>alert(1)</script>"
    run = bench.run(service_of(bench, 80), "ticket")
    bench.report.check("refused there", ("failed", 403, "<script>alert(1)</script>"), (
        run["state"], run["http_status"], run["output"]))
    Receiver.status, Receiver.answer = 201, b'{"issue": {"key": "SEC-13"}}'
    count = len(Receiver.seen)
    run = bench.run(service_of(bench, 80), "untrusted")
    bench.report.check("a certificate of nobody", ("failed", None, 0), (
        run["state"], run["http_status"], len(Receiver.seen) - count))


def check_orders(bench):
    service = service_of(bench, 80)
    for body, pointer in (({}, "#/tool"), ({"tool": "rm"}, "#/tool"), ({"tool": 1}, "#/tool"),
                          ({"tool": "show", "alert": 0}, "#/alert"), ([], "#"),
                          ({"tool": "show", "argv": ["x"]}, "#"), ({"tool": "x" * 30}, "#/tool")):
        answer = bench.ask("/api/v1/services/%s/handover" % service, "POST",
                           json.dumps(body).encode(), **MARK)
        bench.report.check("wrong %s" % str(body)[:30], (400, pointer), (
            answer.status, answer.json()["errors"][0]["pointer"]))
    bench.order("10.77.0.9-tcp-80", "show", 404)
    bench.order("x", "show", 400)
    answer = bench.ask("/api/v1/services/%s/handover" % service, "POST", b'{"tool": "show"}')
    bench.report.check("another site", 403, answer.status)
    run = bench.run(service, "show", alert=99)
    bench.report.check("an alert that is none", "refused", run["state"])


def check_queue(bench):
    """So many at once, so many wait, the rest is refused; one can be called back."""
    service = service_of(bench, 80)
    names = [bench.order(service, "long")["id"] for _ in range(2)]
    for name in names:
        bench.wait_run(name, ("running",))
    names += [bench.order(service, "long")["id"] for _ in range(5)]
    bench.wait_run(names[6], ("refused",))
    states = [bench.get("/api/v1/handovers/" + name)["state"] for name in names]
    bench.report.check("queue", ["running"] * 2 + ["queued"] * 4, states[:6])
    for name in (names[3], names[0]):
        answer = bench.ask("/api/v1/handovers/%s/cancel" % name, "POST", **MARK)
        bench.report.check("cancel", 202, answer.status)
        bench.wait_run(name, ("cancelled",))
    bench.wait_run(names[2], ("running",))
    answer = bench.ask("/api/v1/handovers/%s/cancel" % names[0], "POST", **MARK)
    bench.report.check("twice", 409, answer.status)
    return names


def check_kill(bench, names):
    """A run that kill -9 cuts off is interrupted, one that waited goes on."""
    bench.report.check("it runs", True, bool(bench.strays()))
    os.kill(bench.flowd.roles()["core"], signal.SIGKILL)
    run = bench.wait_run(names[1], ("interrupted",))
    bench.report.check("core is killed", True, "flowd ended" in run["reason"])
    bench.wait_run(names[4], ("running",), 20)
    bench.wait_run(names[5], ("running",), 20)
    last = bench.order(service_of(bench, 80), "long")["id"]
    bench.wait_run(last, ("queued",))
    bench.flowd.end(signal.SIGKILL)
    bench.no_strays("a flowd that was killed")
    bench.start()
    bench.wait_run(names[4], ("interrupted",))
    bench.wait_run(last, ("running",), 20)
    scan = bench.flowd.roles().get("scan")
    bench.report.check("it has a process", True, bool(scan))
    os.kill(scan, signal.SIGKILL)
    bench.wait_run(last, ("interrupted",))
    bench.no_strays("a scan that was killed")


def check_switch(bench):
    """The kill switch ends what talks to services, and nothing of the kind begins."""
    service = service_of(bench, 80)
    run = bench.order(service, "long")["id"]
    bench.wait_run(run, ("running",))
    bench.ask("/api/v1/probing", "POST", b'{"enabled": false}', **MARK)
    got = bench.wait_run(run, ("interrupted",))
    bench.report.check("switch", "probing was stopped", got["reason"])
    waits = bench.order(service, "show")["id"]
    bench.report.check("a ticket is made", "finished", bench.run(service, "ticket")["state"])
    bench.report.check("it waits", "queued", bench.get("/api/v1/handovers/" + waits)["state"])
    bench.ask("/api/v1/probing", "POST", b'{"enabled": true}', **MARK)
    bench.wait_run(waits, ("finished",))


def check_scope(bench):
    """What is excluded, or noprobe, is given to no scanner; to a ticket system it is."""
    bench.flowd.end()
    bench.more = ("--exclude", bench.net.inside[0])
    bench.start()
    run = bench.run(service_of(bench, 80), "show")
    bench.report.check("excluded", ("refused", True), (run["state"], "exclude" in run["reason"]))
    bench.report.check("ticket", "finished", bench.run(service_of(bench, 80), "ticket")["state"])
    bench.flowd.end()
    bench.more = ()
    bench.start(rules="noprobe port 80\nalert high\n")
    run = bench.run(service_of(bench, 80), "show")
    bench.report.check("noprobe", ("refused", True), (run["state"], "noprobe" in run["reason"]))


def check_rule(bench):
    """A rule's scan starts what the configuration allows for its level, and nothing else does."""
    count = len(bench.get("/api/v1/handovers?limit=1000")["handovers"])
    bench.flowd.end()
    bench.start(rules="alert critical port 9001 scan\nalert high port 9002 scan\n"
                "alert critical port 9003\nignore\n")
    for port in (9002, 9003, 9001):
        bench.touch(bench.net.inside[0], port, say=b"x")
    bench.wait("/api/v1/alerts?limit=1000", lambda page: {9001, 9002, 9003} <= {
        row["port"] for row in page["alerts"]})
    got = bench.wait("/api/v1/handovers?limit=1000", lambda page: len(page["handovers"]) > count and
                     page["handovers"][0]["state"] == "finished")["handovers"]
    time.sleep(0.5)
    got = bench.get("/api/v1/handovers?limit=1000")["handovers"]
    bench.report.check("by a rule", [("ticket", service_of(bench, 9001), True, True)], [
        (row["tool"], row["service"], row["by_rule"], row["alert"] is not None)
        for row in got[:len(got) - count]])


def check_ctl(bench, program):
    url = "http://127.0.0.1:7780"

    def ctl(*words):
        done = bench.net.run("border", [program, "--url", url] + list(words), check=False)
        return done.returncode, done.stdout
    status, text = ctl("scan", service_of(bench, 80), "show")
    bench.report.check("flowctl scan", (0, True, True), (
        status, "finished" in text, bench.net.inside[0] in text))
    status, text = ctl("scan", service_of(bench, 80), "exit")
    bench.report.check("exit status", (0, True), (status, "exit status" in text))
    status, text = ctl("scan", "list", service_of(bench, 80))
    bench.report.check("flowctl scan list", (0, True), (status, "show" in text))
    bench.report.check("tools", 0, ctl("scan", "tools")[0])
    bench.report.check("no tool", 2, ctl("scan", service_of(bench, 80))[0])
    bench.report.check("a wrong tool", 6, ctl("scan", service_of(bench, 80), "rm")[0])
    name = bench.get("/api/v1/handovers")["handovers"][0]["id"]
    bench.report.check("show", 0, ctl("scan", "show", name)[0])


def serve_tickets(bench):
    """In the namespace of flowd."""
    ready = threading.Event()

    def listen():
        sock = bench.net.socket("border", socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", 8443))
        sock.listen(16)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(bench.directory + "/cert.pem", bench.directory + "/key.pem")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver,
                                                 bind_and_activate=False)
        server.socket.close()
        server.socket = context.wrap_socket(sock, server_side=True,
                                            do_handshake_on_connect=False)
        server.daemon_threads = True
        server.handle_error = lambda *unused: None
        ready.set()
        server.serve_forever()
    threading.Thread(target=listen, daemon=True).start()
    ready.wait()


def main():
    skip_unless_possible("nmap")
    with Net() as net, tempfile.TemporaryDirectory(dir="/tmp") as directory:
        os.chmod(directory, 0o755)
        certificate(directory)
        for name in ("tool_habit.py", "tool_escape.py"):
            shutil.copy(os.path.join(HERE, name), directory)
            os.chmod(os.path.join(directory, name), 0o755)
        with open(os.path.join(directory, "secret"), "w") as file:
            file.write("s3cret\n")
        os.chmod(os.path.join(directory, "secret"), 0o600)
        bench = Scan(net, os.path.abspath(sys.argv[1]), directory)
        serve_tickets(bench)
        bench.serve('say:80:SSH-2.0-house "$(touch /tmp/flowd-injected)"\\r\\n', "tls:8081-8082:hi",
                    "say:8083:SSH-2.0-OpenSSH_9.2;touch${IFS}/tmp/flowd-injected\\r\\n",
                    "say:9001-9003:hello")
        bench.wait_net()
        bench.start()
        for host in net.inside:
            bench.touch(host, 80, say=b"SSH-2.0-client\r\n")
        for host in net.inside:
            bench.wait("/api/v1/services?port=80&ip=" + host, lambda page: page["services"] and
                       page["services"][0]["state"] == "open")
        bench.wait("/api/v1/alerts", lambda page: page["alerts"])
        parts = sys.argv[3:]
        for check in (check_tools, check_real, check_arguments, check_hostile, check_limits,
                      check_cage, check_ticket, check_orders):
            if not parts or check.__name__ in parts:
                check(bench)
        if not parts or "check_kill" in parts:
            check_kill(bench, check_queue(bench))
        for check in (check_switch, check_scope, check_rule):
            if not parts or check.__name__ in parts:
                check(bench)
        if not parts or "check_ctl" in parts:
            bench.flowd.end()
            bench.start()
            check_ctl(bench, os.path.abspath(sys.argv[2]))
        bench.flowd.end()
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
