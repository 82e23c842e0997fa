# SPDX-License-Identifier: Apache-2.0
"""Services in an order, and all of them as a file: a part of test_web.py."""
import csv
import io
import json
import time
from urllib.parse import quote

from netns import PATIENCE


def settled(bench, path, want):
    """All rows once there are so many: what is filtered by may be some seconds old."""
    until, rows = time.time() + PATIENCE, None
    while rows is None or (len(rows) != want and time.time() < until):
        rows, _ = bench.pages(path, "services")
    return rows


CASES = (  # an expression, and the same of a row
    ("port 22", lambda row: row["port"] == 22),
    ("port { 22 80 443 } or port 31000-31009", lambda row: row["port"] in (22, 80, 443) or
     31000 <= row["port"] <= 31009),
    ("app not unknown not ( port 22 or state closed )", lambda row: row["app"] != "unknown" and not (
        row["port"] == 22 or row["state"] == "closed")),
    ("evidence full proto tcp state open", lambda row: (row["evidence"], row["proto"], row["state"]) == (
        "full", "tcp", "open")),
    ("port 31000-31099 not noauth", lambda row: 31000 <= row["port"] <= 31099),  # asks the probes
    ("not tunnel vxlan", lambda row: True),  # asks the row
    ("selfsigned port 1", lambda row: False),
)


def check_skipped(bench):
    """Who jumps to a row gets the rows that turning pages leads to."""
    for wish in ("sort=address", "sort=port&order=desc", "filter=" + quote("port 31000-31099")):
        rows, _ = bench.pages("/api/v1/services?limit=1000&" + wish, "services")
        every = [row["id"] for row in rows]
        bench.report.check(wish + ": enough to jump", True, len(every) > 60)
        for skip in (0, 1, 57, len(every) - 1, len(every), 2**32 - 1):
            page = bench.get("/api/v1/services?limit=20&skip=%d&%s" % (skip, wish))
            bench.report.check("%s, skip %d" % (wish, skip), every[skip:skip + 20],
                               [row["id"] for row in page["services"]])
            bench.report.check("%s, skip %d: counted" % (wish, skip), len(every), page["total"])
        page = bench.get("/api/v1/services?limit=20&skip=20&" + wish)
        after = bench.get("/api/v1/services?limit=20&cursor=%s&%s" % (page["next"], wish))
        bench.report.check(wish + ": goes on behind", every[40:60], [row["id"] for row in after["services"]])
    for path in ("skip=1&cursor=" + page["next"], "skip=-1", "skip=4294967296", "skip=x",
                 "skip=1&filter=" + quote("noauth")):
        answer = bench.ask("/api/v1/services?" + path)
        bench.report.check(path, (400, "skip"), (answer.status, answer.json().get("parameter")))


def check_filtered(bench):
    """What an expression picks is what it says, in whatever order, on pages of any size, in files."""
    time.sleep(2)  # what is filtered may be that old
    every, _ = bench.pages("/api/v1/services?limit=1000", "services")
    for text, good in CASES:
        wish = "filter=" + quote(text)
        want = sorted(row["id"] for row in every if good(row))
        for path in (wish + "&limit=1000", wish + "&limit=7&sort=port",
                     wish + "&limit=40&sort=last_seen&order=desc"):
            rows, _ = bench.pages("/api/v1/services?" + path, "services")
            bench.report.check(text + ": " + path, want, sorted(row["id"] for row in rows))
        page = bench.get("/api/v1/services?limit=1&" + wish)
        if "not noauth" not in text and "tunnel" not in text and "selfsigned" not in text:
            bench.report.check(text + ": counted", len(want), page.get("total"))
        lines = bench.ask("/api/v1/services.jsonl?" + wish).body.decode().splitlines()
        bench.report.check(text + ": lines", want, sorted(json.loads(line)["id"] for line in lines))
        table = list(csv.DictReader(io.StringIO(
            bench.ask("/api/v1/services.csv?" + wish).body.decode())))
        bench.report.check(text + ": table", len(want), len(table))
    rows, _ = bench.pages("/api/v1/services?limit=1000&port=22&filter=" + quote("state open"), "services")
    bench.report.check("beside others", {22}, {row["port"] for row in rows})
    check_filtered_news(bench)
    for path in ("services", "services.csv", "alerts", "events"):
        for text, column in (("prot 22", 1), ("port 22 stat open", 9), ("port", 5), ("host @web", 6),
                             ("port 22 ) or ( port 23", 9)):
            answer = bench.ask("/api/v1/%s?filter=%s" % (path, quote(text)))
            said = answer.json()
            bench.report.check("%s: %s: %s" % (path, text, said["detail"]), (400, "filter", column), (
                answer.status, said.get("parameter"), said["errors"][0]["column"]))
    answer = bench.ask("/api/v1/services?filter=" + quote("event new"))
    bench.report.check("a service has no event", 400, answer.status)
    bench.report.check("too long", 400, bench.ask("/api/v1/services?filter=" + "x" * 512).status)


def check_filtered_news(bench):
    for kind, text, good in (
            ("alerts", "port 22", lambda row: row["port"] == 22),
            ("alerts", "event new not port 22", lambda row: row["event"] == "new" and row["port"] != 22),
            ("events", "event verdict state open", lambda row: (row["event"], row["state"]) == (
                "verdict", "open")),
            ("events", "port 22 or event health", lambda row: row.get("port") == 22 or
             row["event"] == "health")):
        every, _ = bench.pages("/api/v1/%s?limit=1000" % kind, kind)
        newest = max((row["number"] for row in every), default=0)
        rows, _ = bench.pages("/api/v1/%s?limit=9&filter=%s" % (kind, quote(text)), kind)
        bench.report.check(kind + ": " + text, [row["number"] for row in every if good(row)],
                           [row["number"] for row in rows if row["number"] <= newest])


def check_sorted(bench):
    for path, want in (("sort=port&limit=2", 22), ("sort=port&order=desc&limit=2", 31249)):
        bench.report.check(path, want, bench.wait(
            "/api/v1/services?" + path,
            lambda page, want=want: page["services"][0]["port"] == want)["services"][0]["port"])
    for wish in ("sort=port", "sort=first_seen&order=desc", "sort=app&level=low", "proto=tcp&since=1h"):
        rows, _ = bench.pages("/api/v1/services?limit=70&" + wish, "services")
        bench.report.check(wish, len(rows), len({row["id"] for row in rows}))
        bench.report.check(wish + ": all", True, len(rows) >= 251)
    lines = bench.ask("/api/v1/services.jsonl?port=22").body.decode().splitlines()
    bench.report.check("lines", [True, True], [json.loads(line)["port"] == 22 for line in lines])
    table = list(csv.DictReader(io.StringIO(bench.ask("/api/v1/services.csv").body.decode())))
    rows, _ = bench.pages("/api/v1/services?limit=1000", "services")
    bench.report.check("table", [(row["ip"], str(row["port"]), row["state"]) for row in rows],
                       [(row["ip"], row["port"], row["state"]) for row in table])
    check_filtered(bench)
    check_skipped(bench)
