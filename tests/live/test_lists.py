#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A list of assets over HTTPS, from an API that becomes slow, endless, broken or somebody else: what holds then, what is
said, and what the metrics count.

usage: test_lists.py FLOWD        as root
"""
import json
import os
import re
import sys
import tempfile

from flowd import Flowd
from netns import Net, skip_unless_possible
from sinks import certificate, wait_for
from test_assets import API, Assets, Sniffer

LONG = 60  # seconds; a page may take 15
SERVER = r"""
import http.server, json, os, ssl, sys, time
folder, good, other = sys.argv[1], sys.argv[3], sys.argv[4]
class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(os.path.join(folder, "mode")) as file:
            mode = file.read()
        with open(os.path.join(folder, "answer.json"), "rb") as file:
            body = file.read()
        if mode == "slow":
            time.sleep(3600)
        self.send_response(200)
        if mode == "huge":
            self.end_headers()
            while True:
                self.wfile.write(b'{"net": "10.77.0.1"},' * 50000)
        if mode == "half":
            body = body[:len(body) // 2]
        self.send_header("Content-Length", str(len(body) + (9 if mode == "short" else 0)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    def finish_request(self, request, address):
        with open(os.path.join(folder, "mode")) as file:
            of = other if file.read() == "stranger" else good
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(of + "/cert.pem", of + "/key.pem")
        super().finish_request(context.wrap_socket(request, server_side=True), address)
    def handle_error(self, *unused):
        pass
Server(("127.0.0.1", int(sys.argv[2])), Api).serve_forever()
"""


class Lists(Assets):
    def mode(self, word):
        self.write("mode", word)

    def rows(self, rows):
        self.write("answer.json", json.dumps(rows))

    def begin(self):
        self.host = self.net.inside[0]
        for name in ("good", "other"):
            os.mkdir(self.path(name))
            certificate(self.path(name))
        self.good = [{"net": network} for network in self.net.home.split(",")]
        self.mode("")
        self.rows(self.good)
        self.net.start("border", [sys.executable, "-c", SERVER, self.directory, str(API), self.path("good"),
                                  self.path("other")])
        self.sniffer = Sniffer(self.net)
        self.sniffer.start()
        self.flowd = Flowd(self.net, [
            self.program, "-i", "inside", "--home", self.net.home, "--learn=0s",
            "--state", self.path("state"), "--verify.source=" + ",".join(self.net.border_in),
            "--assets.poll=1s", "--assets.url", "https://127.0.0.1:%d/hosts" % API,
            "--assets.ca_file", self.path("good/cert.pem"), "--assets.rows=", "--assets.scope=yes",
            "--assets.fields=address=net"]).wait_ready()
        wait_for(lambda: self.ask("/api/v1/services").status == 200)

    def api(self, good):
        """How the list fares, once it is as it should be, or at last."""
        def now():
            rows = self.get("/api/v1/assets")["sources"]
            return next((row for row in rows if row["source"] == "api"), {})
        return wait_for(lambda: good(now()) and now(), LONG) or now()

    def metrics(self):
        text = self.ask("/metrics").body.decode()
        return {name: int(value) for name, value in re.findall(
            r'^flowd_asset_(\w+)\{source="api"\} (\d+)$', text, re.M)}


def check_failures(bench):
    """Whatever becomes of it, the last good list holds, what it lists is probed, and the failures are counted."""
    check = bench.report.check
    check("over HTTPS", len(bench.good), bench.api(lambda row: row.get("rows")).get("rows"))
    bench.touch(bench.host, 8001, say=b"x")
    check("is probed", "open", bench.service(
        8001, lambda story: story["service"]["state"] == "open")["service"]["state"])
    first = wait_for(lambda: bench.metrics().get("up") and bench.metrics()) or bench.metrics()
    check("metrics", (len(bench.good), 1, 0), (first.get("rows"), first.get("up"), first.get("failures_total")))
    for mode in ("half", "short", "huge", "slow", "stranger"):
        before = bench.metrics()
        bench.mode(mode)
        row = bench.api(lambda row: row["fails_since"])
        check(mode + ": fails", True, bool(row["fails_since"] and row["error"]))
        print("%s: %s" % (mode, row["error"]))
        check(mode + ": the last good one holds", len(bench.good), row["rows"])
        now = wait_for(lambda: not bench.metrics()["up"] and bench.metrics()) or bench.metrics()
        check(mode + ": is counted", (0, True, len(bench.good)), (
            now["up"], now["failures_total"] > before["failures_total"], now["rows"]))
        check(mode + ": its age grows", True, bool(wait_for(  # pylint: disable=cell-var-from-loop
            lambda: bench.metrics()["age_seconds"] > now["age_seconds"])))  # pylint: disable=cell-var-from-loop
        check(mode + ": still probed", True, any(bench.verify(8001) for _ in range(9)))
        bench.mode("")
        row = bench.api(lambda row: not row["fails_since"])
        check(mode + ": good again", (None, len(bench.good)), (row["fails_since"], row["rows"]))
    check("is trouble, and it passes", True, wait_for(lambda: bench.flowd.count(
        type="event", event="health", trouble="assets", over=True) >= 5) and True)


def check_scope(bench):
    """What has left the list is asked nothing more."""
    check = bench.report.check
    bench.rows([{"net": "10.77.0.128/25"}])
    check("another list", 1, bench.api(lambda row: row["rows"] == 1)["rows"])
    check("out of scope: not probed", False, bench.verify(8001))
    bench.rows(bench.good)
    bench.api(lambda row: row["rows"] == len(bench.good))
    # What was asked for while it was out waits for its deadline first.
    check("in scope: probed", True, any(bench.verify(8001) for _ in range(15)))


def main():
    skip_unless_possible("openssl")
    with Net() as net, tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o777)
        bench = Lists(net, os.path.abspath(sys.argv[1]), directory)
        bench.serve("say:8001-8002:hello")
        bench.wait_net()
        bench.begin()
        check_failures(bench)
        check_scope(bench)
        bench.flowd.end()
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
