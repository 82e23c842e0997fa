#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What people make of what flowd finds: the life of alerts.

usage: test_book.py FLOWD        as root
"""
import json
import os
import signal
import sys
import tempfile
import time

from netns import PATIENCE, Net, skip_unless_possible
from test_web import Bench

MARK = {"X_Flowd_Request": "1"}


def order(bench, path, method, body, status=202, **headers):
    answer = bench.ask(path, method, json.dumps(body).encode(), **(headers or MARK))
    bench.report.check("%s %s %s" % (method, path, body), status, answer.status)
    return answer.json()


def first_alert(bench):
    bench.touch(bench.net.inside[0], 80, say=b"SSH-2.0-client\r\n")
    got = bench.wait("/api/v1/alerts", lambda page: page["alerts"])
    return got["alerts"][-1]


def check_life(bench):
    alert = first_alert(bench)
    path = "/api/v1/alerts/%d" % alert["number"]
    bench.report.check("at first", ("new", None, 0), (
        alert["status"], alert["triage"]["assignee"], alert["triage"]["comments"]))
    stream = bench.stream()
    order(bench, path, "PATCH", {"status": "acknowledged"})
    order(bench, path, "PATCH", {"assignee": "bob", "comment": "<b>look</b> \u00e9"})
    order(bench, path + "/comments", "POST", {"comment": "on it"})
    got = bench.wait(path, lambda row: row["triage"]["comments"] == 2)
    bench.report.check("then", ("assigned", "bob"), (got["status"], got["triage"]["assignee"]))
    past = bench.get(path + "/history")["history"]
    bench.report.check("history", [("new", "acknowledged", None), (
        "acknowledged", "assigned", "<b>look</b> \u00e9"), ("assigned", "assigned", "on it")],
        [(row["was"], row["status"], row["comment"]) for row in past])
    said = bench.lines(stream, "triage", 3)
    bench.report.check("stream", past, said)
    for query, count in (("status=assigned&assignee=bob", 1), ("status=new&assignee=bob", 0),
                         ("assignee=ann", 0), ("status=assigned", 1)):
        rows = bench.get("/api/v1/alerts?" + query)["alerts"]
        bench.report.check(query, count, len(rows))
    order(bench, path, "PATCH", {"status": "false-positive"})
    bench.wait(path, lambda row: row["status"] == "false-positive")
    trail = bench.get("/api/v1/trail")["trail"]
    bench.report.check("trail", ["alert false-positive", "alert commented", "alert assigned",
                                 "alert acknowledged"], [row["what"] for row in trail])


def check_wrong(bench):
    path = "/api/v1/alerts/1"
    for body, pointer in (({}, "#"), ({"status": "gone"}, "#/status"), ({"status": 1}, "#/status"),
                          ({"status": "assigned"}, "#/assignee"), ({"assignee": 1}, "#/assignee"),
                          ({"assignee": "x" * 32}, "#/assignee"), ({"comment": "x" * 512},
                                                                   "#/comment"), ([], "#"),
                          ({"comment": "x", "more": 1}, "#")):
        said = order(bench, path, "PATCH", body, 400)
        bench.report.check("where %s" % str(body)[:40], pointer, said["errors"][0]["pointer"])
    order(bench, path + "/comments", "POST", {"comment": ""}, 400)
    order(bench, path, "PATCH", {"comment": "x"}, 403, Host="localhost")
    for name in ("0", "99", "x", "1x", "1" * 30):
        order(bench, "/api/v1/alerts/" + name, "PATCH", {"comment": "x"}, 404)


def check_baseline(bench):
    """What is approved before it is there is no news; it is bound to what is found there."""
    host = bench.net.inside[0]
    text = b"ip,proto,port,owner\n%s,tcp,8001,ann\n%s,tcp,8002,\"a, b\"\n" % (
        host.encode(), host.encode())
    bench.report.check("import", 202, bench.ask("/api/v1/baseline/import?format=csv", "POST", text,
                                                **MARK).status)
    got = bench.wait("/api/v1/baseline", lambda page: page["count"] == 2)
    bench.report.check("entries", [(8001, "ann", "open"), (8002, "a, b", "open")],
                       [(row["port"], row["owner"], row["state"]) for row in got["baseline"]])
    wrong = bench.ask("/api/v1/baseline/import?format=csv", "POST", text + b"x,tcp,1,\n", **MARK)
    bench.report.check("a wrong line", (400, True), (
        wrong.status, "line 4: this is no address" in str(wrong.json())))
    bench.touch(host, 8001, 8003, say=b"x")
    bench.wait("/api/v1/alerts", lambda page: any(row["port"] == 8003 for row in page["alerts"]))
    got = bench.wait("/api/v1/services?port=8001", lambda page: page["services"] and
                     page["services"][0]["state"] == "open")["services"]
    bench.report.check("is known", ["open"], [row["state"] for row in got])
    bench.report.check("no news", [], [row for row in bench.get("/api/v1/alerts")["alerts"]
                                       if row["port"] == 8001])
    bench.report.check("no event", 0, bench.flowd.count(type="event", event="new", port=8001))
    bench.report.check("the other is", 1, bench.flowd.count(type="event", event="new", port=8003))
    name = "%s-tcp-8003" % host
    order(bench, "/api/v1/baseline", "POST", {"services": [name], "owner": "bob", "days": 9})
    bench.wait("/api/v1/baseline", lambda page: page["count"] == 3)
    order(bench, "/api/v1/baseline", "POST", {"services": ["x"]}, 400)
    for wrong in ({"filter": "port 8003", "services": [name]}, {"filter": "prot 1"}, {"filter": 5}, {},
                  {"filter": "port 1"}, {"filter": "x" * 512}):
        order(bench, "/api/v1/baseline", "POST", wrong, 400)
    order(bench, "/api/v1/baseline", "POST", {"filter": "port 8003 host %s" % host, "owner": "eve"})
    bench.wait("/api/v1/baseline", lambda page: page["count"] == 3 and [
        row["port"] for row in page["baseline"] if row["owner"] == "eve"] == [8003])
    check_lapse(bench, host)
    answer = bench.ask("/api/v1/baseline/" + name, "DELETE", **MARK)
    bench.report.check("taken back", 202, answer.status)
    bench.wait("/api/v1/baseline", lambda page: page["count"] == 2)
    bench.report.check("trail", ["baseline removed", "baseline imported", "baseline approved", "baseline approved",
                                 "baseline imported"],
                       [row["what"] for row in bench.get("/api/v1/trail")["trail"]][:5])


def check_lapse(bench, host):
    """An approval whose time is over is an event, once, and an alert that says so."""
    text = "ip,proto,port,expires\n%s,tcp,8003,2026-01-31\n" % host
    bench.report.check("one that is over", 202, bench.ask(
        "/api/v1/baseline/import?format=csv", "POST", text.encode(), **MARK).status)
    drift, _ = bench.flowd.wait(type="event", event="drift", port=8003)
    bench.report.check("what is over", ("approval", "approved", "expired"), (
        drift.get("what"), drift.get("before"), drift.get("after")))
    alert, _ = bench.flowd.wait(type="alert", event="drift", port=8003)
    bench.report.check("what was expected", "expired", (alert.get("expected") or {}).get("state"))

    def state(page):
        return [(row["state"], row["void_since"] is not None) for row in page["baseline"]
                if row["port"] == 8003]

    bench.report.check("it says so", [("expired", True)], state(bench.wait(
        "/api/v1/baseline?ip=%s" % host, lambda page: state(page) == [("expired", True)])))
    time.sleep(2.5)  # as long as two looks take
    bench.report.check("once", 1, bench.flowd.count(type="event", event="drift", port=8003))


def check_trail(bench):
    """Whatever is ordered leaves a row, with the name of whose token it was."""
    made = bench.ask("/api/v1/tokens", "POST", b'{"name": "ann", "role": "admin"}', **MARK)
    bench.report.check("a token", 201, made.status)
    ann = {"Authorization": "Bearer " + made.json()["token"]}
    other = bench.ask("/api/v1/tokens", "POST", b'{"name": "eve", "role": "viewer"}', **ann)
    name = "%s-tcp-8003" % bench.net.inside[0]
    sweep = order(bench, "/api/v1/sweeps", "POST", {"prefixes": [bench.net.inside[0]],
                                                    "ports": "80"}, **ann)["id"]
    for path, body in (("/api/v1/probing", {"enabled": False}), ("/api/v1/probing", {"enabled": True}),
                       ("/api/v1/services/%s/verify" % name, {}), ("/api/v1/rules/reload", {})):
        bench.report.check(path, True, bench.ask(
            path, "POST", json.dumps(body).encode() if body else b"", **ann).status in (200, 202))
    bench.ask("/api/v1/tokens/%s" % other.json()["id"], "DELETE", **ann)
    rows = bench.wait("/api/v1/trail", lambda page: page["trail"][0]["what"] == "token revoked")
    got = [(row["what"], row["about"], row["by"]) for row in reversed(rows["trail"][:8])]
    bench.report.check("each is in the trail", [
        ("token made", "token ann", None), ("token made", "token eve", "ann"),
        ("sweep ordered", "sweep " + sweep, "ann"), ("probing off", None, "ann"),
        ("probing on", None, "ann"), ("probe ordered", name, "ann"),
        ("rules loaded anew", None, "ann"), ("token revoked", "token eve", "ann")], got)
    bench.report.check("and how", "id %s, role viewer" % other.json()["id"],
                       rows["trail"][0]["detail"])


def check_restart(bench):
    """What people have said survives kill -9."""
    bench.flowd.end(signal.SIGKILL)
    bench.start()
    got = bench.get("/api/v1/alerts/1")
    bench.report.check("after a kill", ("false-positive", "bob", 2), (
        got["status"], got["triage"]["assignee"], got["triage"]["comments"]))
    bench.report.check("history", 4, len(bench.get("/api/v1/alerts/1/history")["history"]))
    bench.report.check("baseline", 2, bench.get("/api/v1/baseline")["count"])


class Book(Bench):
    def stream(self):
        sock = self.connect()
        sock.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return sock

    def lines(self, sock, name, count):
        """The first `count` events of a name in a stream."""
        text, found, until = b"", [], time.time() + PATIENCE
        while len(found) < count and time.time() < until:
            text += sock.recv(65536)
            found = [json.loads(part.split(b"data: ", 1)[1].split(b"\n")[0])
                     for part in text.split(b"\n\n") if b"event: %s\n" % name.encode() in part
                     and b"data: " in part]
        sock.close()
        return found[:count]


def main():
    skip_unless_possible()
    with Net() as net, tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        bench = Book(net, os.path.abspath(sys.argv[1]), directory)
        bench.serve("say:80:SSH-2.0-house\\r\\n", "say:8001-8003:hello")
        bench.wait_net()
        bench.start()
        for check in (check_life, check_wrong, check_baseline, check_trail, check_restart):
            check(bench)
        bench.flowd.end()
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
