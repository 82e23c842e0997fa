#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lists of assets: fetched, shown with services, kept when they fail, and whom they keep from probes.

usage: test_assets.py FLOWD        as root
"""
import csv
import io
import json
import os
import re
import signal
import socket
import sys
import tempfile
import threading
import time
from urllib.parse import quote

from flowd import Flowd
from netns import Net, skip_unless_possible
from test_web import Bench

API = 18099  # on loopback of the border
SERVER = r"""
import http.server, json, os, sys
folder = sys.argv[1]
class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(os.path.join(folder, "asked"), "a") as log:
            log.write(json.dumps([self.path, self.headers.get("If-None-Match"),
                                  self.headers.get("Authorization")]) + "\n")
        with open(os.path.join(folder, "answer.json")) as file:
            status, etag, pages = json.load(file)
        if etag and self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.end_headers()
            return
        body = pages.get(self.path, "")
        body = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Api).serve_forever()
"""



class Sniffer(threading.Thread):
    """Counts SYNs of the prober to an inside port."""

    def __init__(self, net):
        super().__init__(daemon=True)
        self.socket = net.socket("inside", socket.AF_PACKET, socket.SOCK_DGRAM, 0x0008)
        self.socket.settimeout(0.2)
        self.prober = socket.inet_aton(net.border_in[0])
        self.seen = []

    def run(self):
        while True:
            try:
                packet = self.socket.recv(2048)
            except TimeoutError:
                continue
            except OSError:
                return
            head = (packet[0] & 15) * 4
            if packet[9] == 6 and packet[12:16] == self.prober and packet[head + 13] & 18 == 2:
                self.seen.append(int.from_bytes(packet[head + 2:head + 4], "big"))

    def count(self, port):
        return self.seen.count(port)


class Assets(Bench):
    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name) + ".new", "w") as file:
            file.write(text)
        os.rename(self.path(name) + ".new", self.path(name))

    def answer(self, rows, status=200, etag=None, page=None):
        """What the API answers from now on."""
        first = rows if isinstance(rows, str) else {"data": {"hosts": rows}}
        pages = {"/v1/hosts": first}
        if page is not None:
            first["next"] = "/v1/hosts?page=2"
            pages["/v1/hosts?page=2"] = {"data": {"hosts": page}}
        self.write("answer.json", json.dumps([status, etag, pages]))

    def asked(self):
        with open(self.path("asked")) as file:
            return [json.loads(line) for line in file]

    def begin(self):
        self.host = self.net.inside[0]
        open(self.path("asked"), "w").close()
        self.write("token", "s3cret\n")
        self.write("assets.csv", "address,name,owner,tags,color\n"
                   "%s,file-name,\"the, shop\",pci web,red\n" % self.host)
        self.good = [{"net": network, "who": {"team": "net-team"}, "labels": ["a", "b"],
                      "zone": "campus"} for network in self.net.home.split(",")]
        self.answer(self.good, etag='"one"')
        self.net.start("border", [sys.executable, "-c", SERVER, self.directory, str(API)])
        self.sniffer = Sniffer(self.net)
        self.sniffer.start()
        self.start()

    def start(self):
        self.flowd = Flowd(self.net, [
            self.program, "-i", "inside", "--home", self.net.home, "--learn=0s",
            "--state", self.path("state"), "--verify.source=" + ",".join(self.net.border_in),
            "--assets.list", "%s port=8001 outside=203.0.113.7:8443" % self.host,
            "--assets.file", self.path("assets.csv"), "--assets.poll=1s",
            "--assets.url", "http://127.0.0.1:%d/v1/hosts" % API,
            "--assets.token_file", self.path("token"), "--assets.rows=data.hosts",
            "--assets.scope=yes", "--assets.fields=address=net,owner=who.team,tags=labels"]
        ).wait_ready()
        next(i for i in range(9999) if self.ask("/api/v1/services").status == 200)

    def source(self, name, good):
        """How a list fares, once it is as it should be."""
        page = self.wait("/api/v1/assets", lambda page: any(
            row["source"] == name and good(row) for row in page["sources"]))
        return next((row for row in page["sources"] if row["source"] == name), None)

    def service(self, port, good=lambda story: True):
        path = "/api/v1/services/%s-tcp-%d" % (self.host, port)
        until = time.time() + 8
        while self.ask(path).status != 200 and time.time() < until:
            time.sleep(0.05)
        return self.wait(path, good)

    def verify(self, port):
        """Asks for a probe and waits as long as one would take to be seen."""
        before = self.sniffer.count(port)
        self.ask("/api/v1/services/%s-tcp-%d/verify" % (self.host, port), "POST",
                 X_Flowd_Request="1")
        until = time.time() + 2
        while self.sniffer.count(port) == before and time.time() < until:
            time.sleep(0.02)
        return self.sniffer.count(port) > before


def check_rows(bench):
    """Who turns pages or takes a file sees whose each service is, too."""
    want = ["file-name", "the, shop", "campus", ["pci", "web"]]
    keys = ("name", "owner", "zone", "tags")

    def mine(rows):
        return [[row.get(key) for key in keys] for row in rows if row["port"] == 8001]

    for wish in ("limit=100", "sort=port&limit=100", "filter=" + quote('owner "the, shop"')):
        page = bench.wait("/api/v1/services?" + wish, lambda page: mine(page["services"]))
        bench.report.check("in a list, " + wish, [want], mine(page["services"]))
    lines = bench.ask("/api/v1/services.jsonl").body.decode().splitlines()
    bench.report.check("in lines", [want], mine(json.loads(line) for line in lines))
    rows = csv.DictReader(io.StringIO(bench.ask("/api/v1/services.csv").body.decode()))
    bench.report.check("in a table", [want[:3] + ["pci,web"]], [
        [row[key] for key in keys] for row in rows if row["port"] == "8001"])


def check_filtered(bench):
    """Services, alerts and events by what lists say of their place."""
    for kind in ("services", "alerts", "events"):
        for text, good in (('owner "the, shop"', True), ("tagged pci", True), ("zone campus", True),
                           ("tagged { pci other } not owner ops", True), ("owner shop", False),
                           ("zone dmz or tagged none", False)):
            path = "/api/v1/%s?filter=%s" % (kind, quote("port 8001 ( %s )" % text))
            page = bench.wait(path, lambda page: bool(page[kind]) or not good)  # pylint: disable=cell-var-from-loop
            bench.report.check("%s: %s" % (kind, text), {8001} if good else set(),
                               {row.get("port") for row in page[kind]})
    rows = bench.get("/api/v1/events?filter=" + quote("not owner nobody"))["events"]
    bench.report.check("who is not nobody's", True, 8001 in {row.get("port") for row in rows})


def check_lists(bench):
    bench.report.check("rows of the API", 2, bench.source("api", lambda row: row["rows"])["rows"])
    bench.report.check("rows of the file", 1, bench.source("file", lambda row: row["rows"])["rows"])
    bench.touch(bench.host, 8001, say=b"x")
    asset = bench.service(8001, lambda story: story["asset"])["asset"]
    bench.report.check("each from the longest prefix",
                       ["file-name", "the, shop", ["pci", "web"], "campus"],
                       [asset[key] for key in ("name", "owner", "tags", "zone")])
    bench.report.check("how it is reached from outside", ["203.0.113.7", 8443],
                       [asset["outside"], asset["outside_port"]])
    check_rows(bench)
    check_filtered(bench)
    alert, _ = bench.flowd.wait(type="alert", port=8001)
    bench.report.check("in an alert", ["file-name", "the, shop", "campus", ["pci", "web"]], [
        (alert.get("asset") or {}).get(key) for key in ("name", "owner", "zone", "tags")])
    bench.report.check("is probed", "open", bench.service(
        8001, lambda story: story["service"]["state"] == "open")["service"]["state"])
    bench.wait("/api/v1/assets", lambda page: len(bench.asked()) >= 3)
    asked = bench.asked()
    bench.report.check("token", ["Bearer s3cret"], sorted({row[2] for row in asked}))
    bench.report.check("ETag comes back", [None, '"one"'], [asked[0][1], asked[-1][1]])
    count = bench.get("/api/v1/assets")["count"]
    bench.report.check("all of them", count, len(bench.get("/api/v1/assets?limit=1000")["assets"]))
    page, rows = bench.get("/api/v1/assets?limit=1"), []
    while page["next"]:
        rows += page["assets"]
        page = bench.get("/api/v1/assets?limit=1&cursor=" + page["next"])
    bench.report.check("page by page", count, len(rows) + len(page["assets"]))


def check_file(bench):
    bench.write("assets.csv", "address,owner\n%s,somebody else\n" % bench.host)
    bench.report.check("read again", "somebody else", bench.service(
        8001, lambda story: story["asset"]["owner"] == "somebody else")["asset"]["owner"])
    bench.write("assets.csv", "address,owner\n%s,good\nnonsense,bad\n" % bench.host)
    state = bench.source("file", lambda row: row["fails_since"])
    bench.report.check("says where", "assets.file: row 2: address: syntax error", state["error"])
    bench.report.check("nothing of it", "somebody else", bench.service(8001)["asset"]["owner"])
    bench.write("assets.csv", "address,owner\n%s,good\n" % bench.host)
    bench.report.check("good again", None, bench.source(
        "file", lambda row: not row["fails_since"])["fails_since"])


def metrics(bench):
    """What is counted of the API's list."""
    text = bench.ask("/metrics").body.decode()
    return {name: int(value) for name, value in re.findall(
        r'^flowd_asset_(\w+)\{source="api"\} (\d+)$', text, re.M)}


def check_failures(bench):
    """Whatever the API says wrong, the last good list holds, and it is trouble."""
    failures = metrics(bench).get("failures_total", 0)
    bench.report.check("metrics", {"rows", "up", "failures_total", "last_success_timestamp_seconds", "age_seconds"},
                       set(metrics(bench)))
    for name, rows, status in (("status", bench.good, 500), ("rubbish", "<html>", 200),
                               ("empty", [], 200), ("no list", '{"data": {}}', 200),
                               ("a bad row", bench.good + [{"net": "10.0.0.0/99"}], 200),
                               ("text", '{"data": {"hosts": [1, "x"]}}', 200)):
        bench.answer(rows, status)
        state = bench.source("api", lambda row: row["fails_since"])
        bench.report.check(name + ": fails", True, bool(state["error"]))
        bench.report.check(name + ": the last good one", 2, state["rows"])
        figures = metrics(bench)
        bench.report.check(name + ": metrics", (2, 0, True), (
            figures.get("rows"), figures.get("up"), figures.get("failures_total", 0) > failures))
        failures = figures.get("failures_total", 0)
        bench.report.check(name + ": still probed", True, bench.verify(8001))
        bench.answer(bench.good)
        bench.source("api", lambda row: not row["fails_since"])
    found = [row for row in bench.get("/api/v1/events?limit=1000")["events"]
             if row["event"] == "health"]
    bench.report.check("is trouble", True, any("assets" in json.dumps(row) for row in found))


def check_scope(bench):
    """Out of the list, out of the probes: within one poll."""
    host = bench.host + "/32"
    bench.report.check("is probed", True, bench.verify(8001))
    bench.write("assets.csv", "address,owner\n10.77.0.99,else\n")
    bench.answer([{"net": "10.77.0.128/25"}])
    begin = time.time()
    bench.source("api", lambda row: row["rows"] == 1)
    bench.source("file", lambda row: row["rows"] == 1)
    # The address itself is still named by the configuration, by a port only.
    while bench.get("/api/v1/assets?ip=%s" % host)["count"] != 3 and time.time() - begin < 5:
        time.sleep(0.05)
    bench.report.check("within one poll and what it takes", True, time.time() - begin < 4)
    before = len(bench.sniffer.seen)
    bench.report.check("asked for: not probed", False, bench.verify(8001))
    bench.touch(bench.host, 8002, say=b"x")
    bench.report.check("new: listed", "candidate", bench.service(8002)["service"]["state"])
    time.sleep(1)
    bench.report.check("new: not probed", before, len(bench.sniffer.seen))


def check_kill(bench):
    """kill -9, and an API that fails: nothing that was out is in again."""
    bench.answer("<html>")
    bench.source("api", lambda row: row["fails_since"])
    bench.flowd.end(signal.SIGKILL)
    bench.start()
    bench.report.check("the last good one", 1, bench.source("api", lambda row: True)["rows"])
    bench.report.check("not probed", False, bench.verify(8001))


def check_people(bench):
    """A person says that it is in; then another network that nothing in it is touched."""
    def say(**order):
        return bench.ask("/api/v1/assets", "POST", json.dumps(order).encode(),
                         X_Flowd_Request="1", Content_Type="application/json").status

    bench.report.check("taken", 202, say(address=bench.host, owner="me", tags="x,y"))
    bench.service(8001, lambda story: story["asset"]["owner"] == "me")
    # What was asked for while it was out waits for its deadline first.
    bench.report.check("probed again", True, any(bench.verify(8001) for _ in range(9)))
    bench.report.check("no", 202, say(address="10.77.0.0/24", probe=False))
    bench.service(8001, lambda story: not story["asset"]["probe"])
    bench.report.check("no goes before yes", False, bench.verify(8001))
    bench.report.check("taken back", 202, say(address="10.77.0.0/24", remove=True))
    bench.service(8001, lambda story: story["asset"]["probe"])
    bench.report.check("probed once more", True, bench.verify(8001))
    for order in ({"address": "x"}, {"address": "10.0.0.0/8", "port": 3}, {"who": "me"}, {},
                  {"address": "10.0.0.1", "owner": "x" * 99}):
        bench.report.check("refused: %s" % order, 400, say(**order))
    trail = bench.get("/api/v1/trail")["trail"]
    bench.report.check("in the trail", 3, sum(row["what"].startswith("asset ") for row in trail))


def check_pages(bench):
    bench.answer(bench.good[:1], page=bench.good[1:])
    bench.report.check("both pages", 2, bench.source("api", lambda row: row["rows"] == 2)["rows"])


def main():
    skip_unless_possible()
    with Net() as net, tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o777)
        bench = Assets(net, os.path.abspath(sys.argv[1]), directory)
        bench.serve("say:8001-8002:hello")
        bench.wait_net()
        bench.begin()
        for check in (check_lists, check_file, check_failures, check_scope, check_kill,
                      check_people, check_pages):
            check(bench)
        bench.flowd.end()
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
