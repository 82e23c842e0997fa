# SPDX-License-Identifier: Apache-2.0
"""Services in an order, and all of them as a file: a part of test_web.py."""
import csv
import io
import json
import time

from netns import PATIENCE


def settled(bench, path, want):
    """All rows once there are so many: what is filtered by may be some seconds old."""
    until, rows = time.time() + PATIENCE, None
    while rows is None or (len(rows) != want and time.time() < until):
        rows, _ = bench.pages(path, "services")
    return rows


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
