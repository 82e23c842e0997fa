#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Structured logs, request ids in them, limits of an address, pages of other sites.

usage: test_doors.py FLOWD       as root
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

from contract import Contract
from flowd import Flowd
from netns import PATIENCE, Net, skip_unless_possible
from report import Report
from webclient import Answer

PORT = 7780
ORIGIN = "https://soc.example"
MOST = 20


class Bench:
    def __init__(self, net, program, directory):
        self.net, self.program, self.directory = net, program, directory
        self.report, self.contract = Report(), Contract()
        self.flowd = None

    def start(self, *words):
        state = tempfile.mkdtemp(dir=self.directory)
        self.flowd = Flowd(self.net, [
            self.program, "-i", "inside", "--home", self.net.home, "--learn=0s", "--state", state,
            "--verify.source=" + ",".join(self.net.border_in)] + list(words)).wait_ready()
        until = time.time() + PATIENCE
        while self.ask("/healthz").status != 200 and time.time() < until:
            time.sleep(0.05)
        return state

    def connect(self):
        sock = self.net.socket("border", socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(PATIENCE)
        sock.connect(("127.0.0.1", PORT))
        return sock

    def ask(self, path, method="GET", body=None, sock=None, **headers):
        connection = http.client.HTTPConnection("localhost")
        connection.sock = sock or self.connect()
        connection.request(method, path, body,
                           {name.replace("_", "-"): value for name, value in headers.items()})
        answer = Answer(connection.getresponse())
        if not sock:
            connection.close()
        return answer

    def lines(self):
        return [json.loads(line) for line in self.flowd.said().splitlines()]

    def request(self, number):
        """The line about a request."""
        until = time.time() + PATIENCE
        while time.time() < until:
            for line in self.lines():
                if line.get("request_id") == number:
                    return line
            time.sleep(0.05)
        return {}


def check_off(bench):
    """Nothing configured: no page of another site is told anything."""
    state = bench.start("--log.debug", "--log.format=json")
    for method in ("GET", "OPTIONS"):
        answer = bench.ask("/api/v1/services", method, Origin=ORIGIN,
                           Access_Control_Request_Method="GET")
        named = [name for name in answer.headers if name.lower().startswith("access-control")]
        bench.report.check(method + " without web.cors", [], named)
    bench.report.check("no preflight", 403, answer.status)
    check_log(bench, state)
    bench.report.check("ends", 0, bench.flowd.end()[0])


def check_log(bench, state):
    """Each line is an object; a request is found by the id that its answer had."""
    roles = set()
    for line in bench.lines():
        bench.report.check("members of %r" % line, True, all(
            isinstance(line.get(name), str) for name in ("time", "level", "role", "message")))
        roles.add(line["role"])
    bench.report.check("roles", True, {"core", "web"} <= roles)
    answer = bench.ask("/api/v1/tokens", "POST", '{"name": "a", "role": "viewer"}',
                       X_Flowd_Request="1")
    line = bench.request(answer.headers["X-Request-Id"])
    bench.report.check("acts", ("info", "request", "POST", "/api/v1/tokens", "201", "127.0.0.1"),
                       tuple(line.get(name) for name in (
                           "level", "message", "method", "path", "status", "client")))
    bench.report.check("time", True, int(line.get("took_us", -1)) >= 0)
    line = [bench.ask("/api/v1/nothing%0aX%22?token=secret", X_Request_Id="of-mine-7"),
            bench.request("of-mine-7")][1]
    bench.report.check("asks", ("debug", "404", '/api/v1/nothing\nX"'),
                       tuple(line.get(name) for name in ("level", "status", "path")))
    bench.report.check("no parameters in it", False, "secret" in bench.flowd.said())
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.connect(os.path.join(state, "web", "api.sock"))
    answer = bench.ask("/api/v1/services/10.77.0.2-tcp-1/verify", "POST", sock=sock)
    bench.report.check("by socket", ("local", "404"), tuple(
        bench.request(answer.headers["X-Request-Id"]).get(name) for name in ("client", "status")))


def check_cors(bench):
    """A page that is named may ask, with a token; others may not."""
    bench.start("--web.auth=on", "--web.cors=https://other.example," + ORIGIN,
                "--web.connections=%d" % MOST)
    token = re.search("flowd_[0-9a-f]{64}", bench.flowd.said())[0]
    bearer = {"Authorization": "Bearer " + token}
    answer = bench.ask("/api/v1/services", "OPTIONS", Origin=ORIGIN,
                       Access_Control_Request_Method="POST",
                       Access_Control_Request_Headers="authorization")
    got = answer.headers
    bench.report.check("preflight", (204, ORIGIN, b"", True, True, None), (
        answer.status, got["Access-Control-Allow-Origin"], answer.body,
        "Authorization" in got["Access-Control-Allow-Headers"],
        "POST" in got["Access-Control-Allow-Methods"], got["Access-Control-Allow-Credentials"]))
    bench.report.check("varies", True, "Origin" in got["Vary"])
    answer = bench.ask("/api/v1/services", Origin=ORIGIN, **bearer)
    bench.report.check("asks", (200, ORIGIN, True), (
        answer.status, answer.headers["Access-Control-Allow-Origin"],
        "ETag" in answer.headers["Access-Control-Expose-Headers"]))
    answer = bench.ask("/api/v1/tokens", "POST", '{"name": "a", "role": "viewer"}', Origin=ORIGIN,
                       **bearer)
    bench.report.check("acts", (201, ORIGIN), (
        answer.status, answer.headers["Access-Control-Allow-Origin"]))
    answer = bench.ask("/api/v1/services", Origin=ORIGIN)
    bench.report.check("not without a token", (401, ORIGIN), (
        answer.status, answer.headers["Access-Control-Allow-Origin"]))
    for origin in ("https://evil.example", ORIGIN + ".evil.example", "https://soc.exampl", "null",
                   "http://soc.example", "https://other.example," + ORIGIN, "*"):
        answer = bench.ask("/api/v1/services", "OPTIONS", Origin=origin,
                           Access_Control_Request_Method="GET")
        bench.report.check("not " + origin, (True, None), (
            answer.status in (401, 403), answer.headers["Access-Control-Allow-Origin"]))
    check_connections(bench, bearer)


def is_open(sock):
    """Does it answer a request?"""
    try:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return sock.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False


def check_connections(bench, bearer):
    """An address has so many; the rest is refused and counted; who goes makes room."""
    socks = [bench.connect() for _ in range(MOST + 10)]
    states = [is_open(sock) for sock in socks]
    bench.report.check("so many", [True] * MOST + [False] * 10, states)
    socks[0].close()
    until, room = time.time() + PATIENCE, False
    while not room and time.time() < until:
        sock = bench.connect()
        room = is_open(sock)
        sock.close()
        time.sleep(0.05)
    bench.report.check("room again", True, room)
    for sock in socks:
        sock.close()
    time.sleep(0.3)
    health = bench.ask("/api/v1/health", **bearer).json()
    bench.report.check("counted", (True, 1), (health["connections_refused"] >= 10,
                                              health["connections"]))
    text = bench.ask("/metrics", **bearer).body.decode()
    bench.report.check("metrics", True, "flowd_web_connections 1\n" in text)
    bench.report.check("as described", [], bench.contract.wrong("GET", "/api/v1/health", bench.ask(
        "/api/v1/health", **bearer)))
    bench.report.check("ends", 0, bench.flowd.end()[0])


def check_refused(bench):
    """Configurations that -n refuses, and why."""
    for words, said in ((("--web.cors=" + ORIGIN,), "goes with tokens"),
                        (("--web.auth=on", "--web.cors=*"), "expected origins"),
                        (("--web.auth=on", "--web.cors=https://a.example/x"), "expected origins"),
                        (("--web.auth=on", "--web.cors=soc.example"), "expected origins"),
                        (("--log.format=xml",), "expected text or json")):
        done = subprocess.run([bench.program, "-n", "-i", "lo", "--home", "10.0.0.0/8"] + list(words),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              universal_newlines=True, timeout=PATIENCE)
        bench.report.check("refuses %s: %s" % (words, done.stdout), (True, True),
                           (done.returncode != 0, said in done.stdout))


def main():
    skip_unless_possible()
    with Net() as net, tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        check_refused(bench)
        check_off(bench)
        check_cors(bench)
        print(bench.flowd.said() if bench.report.failed else "", end="")
        return bench.report.end()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main())
