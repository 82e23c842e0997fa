# SPDX-License-Identifier: Apache-2.0
"""Alerts that always arrive: receivers that fail, roles that are killed, and what then comes.

    test_relay.py FLOWD LETTERS [PART...]

LETTERS is the program that fills a store. Parts are the names of the functions that main() calls,
without check_; default: all. Needs root, iproute2 and openssl.
"""
import base64
import functools
import hashlib
import hmac
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

from netns import Net, skip_unless_possible
from report import Report
from sinks import Hook, SECRET, start, wait_for, write_config

KILLS = 4
BATCH = 20


class Bench:
    def __init__(self, net, program, letters, directory):
        self.net, self.program, self.filler, self.directory = net, program, letters, directory
        self.report = Report()

    def path(self, name):
        return os.path.join(self.directory, name)

    def fill(self, state, count, *sinks):
        subprocess.run([self.filler, state, str(count)] + list(sinks), check=True)

    def hook(self, name, port):
        return Hook(self.net, self.path(name), port)

    def start(self, name, sinks, **more):
        config = self.path(name + ".yaml")
        write_config(config, sinks, **more)
        return start(self.net, self.program, config, self.path(name + ".state"))

    def end(self, flowd, what):
        status, _ = flowd.end()
        self.report.check(what + ": exit status", 0, status)

    def check_ids(self, what, count, letters, extra):
        """Every alert, each with one key, and no more than `extra` of them twice."""
        numbers = [letter["number"] for letter in letters]
        self.report.check(what + ": missing", [], sorted(set(range(1, count + 1)) - set(numbers)))
        self.report.check(what + ": keys", count, len({letter["id"] for letter in letters}))
        twice = len(numbers) - len(set(numbers))
        if twice > extra:
            self.report.check(what + ": raw duplicates", "at most %d" % extra, twice)
        first = list(dict.fromkeys(numbers))
        self.report.check(what + ": in order", sorted(first), first)


def check_killed(bench):
    """Relay, core and all of flowd are killed while it delivers."""
    count, dice = 3000, random.Random(7)
    bench.fill(bench.path("killed.state"), count, "hook")
    hook = bench.hook("killed", 8443)
    flowd = bench.start("killed", {"hook": hook.options(batch=BATCH)})
    for kill in range(KILLS):
        time.sleep(0.05 + 0.1 * dice.random())
        victim = ("relay", "core", "relay", None)[kill]
        if victim:
            os.kill(flowd.roles()[victim], signal.SIGKILL)
            wait_for(lambda: len(flowd.roles()) == 4)  # pylint: disable=cell-var-from-loop
        else:
            flowd.end(signal.SIGKILL)
            flowd = bench.start("killed", {"hook": hook.options(batch=BATCH)})
    wait_for(lambda: len({letter["number"] for letter in hook.letters()}) == count, 30, 0.2)
    bench.check_ids("killed", count, hook.letters(), KILLS * BATCH)
    bench.report.check("killed: signed", {True}, {r["signed"] for r in hook.requests()})
    bench.end(flowd, "killed")
    hook.stop()


def api(bench, path, body=None):
    """What the API answers; it is open to whoever is on its machine."""
    words = ["curl", "-s", "http://127.0.0.1:7780" + path]
    if body is not None:
        words += ["-X", "POST", "-H", "Content-Type: application/json", "-H",
                  "X-Flowd-Request: 1", "-d", json.dumps(body)]
    return json.loads(bench.net.run("border", words).stdout)


def sink(bench, name):
    for row in api(bench, "/api/v1/sinks").get("sinks", []):
        if row["name"] == name:
            return row
    return {}


def check_down(bench):
    """One receiver is gone while 500 alerts come, one hangs: a third is not delayed by them."""
    count = 500
    bench.fill(bench.path("down.state"), count, "gone", "hangs", "well")
    gone, hangs, well = (bench.hook(name, port) for name, port in (
        ("gone", 8444), ("hangs", 8445), ("well", 8446)))
    gone.stop()
    hangs.mode("hang")
    started = time.time()
    flowd = bench.start("down", {"gone": gone.options(down="1s"), "hangs": hangs.options(),
                                 "well": well.options()})
    wait_for(lambda: len(well.letters()) == count, 20)
    bench.report.check("down: the others are served meanwhile", True, time.time() - started < 15)
    bench.check_ids("well", count, well.letters(), 0)
    bench.report.check("down: is trouble", "receiver",
                       flowd.wait(type="event", event="health", over=False)[0].get("trouble"))
    # What is told of the trouble itself waits too, once it is stored.
    row = wait_for(lambda: sink(bench, "gone").get("waiting", 0) > count and sink(bench, "gone"))
    bench.report.check_fields("down: row", {"up": False, "waiting": count + 1, "delivered": 0}, row)
    bench.report.check("down: retries are counted", True, row["retries"] > 0)
    gone.start()
    hangs.mode("")
    wait_for(lambda: len({x["number"] for x in gone.letters()}) > count, 40, 0.2)
    bench.check_ids("gone", count + 1, [x for x in gone.letters() if x["number"] <= count + 1], 0)
    row = wait_for(lambda: sink(bench, "gone").get("up") and sink(bench, "gone"))
    bench.report.check_fields("up: row", {"up": True, "dead": 0}, row)
    bench.end(flowd, "down")
    for hook in (gone, hangs, well):
        hook.stop()


def check_day(bench):
    """A receiver that was down for a day, in which 500 alerts were made: each comes, oldest first, through a
    kill -9 of all; what comes twice is counted. (The day is in the rows: their times, and since when it is down.)"""
    count, day = 500, 86400
    bench.fill(bench.path("day.state"), "%d/%d" % (count, day), "hook")
    hook = bench.hook("day", 8451)
    hook.stop()
    flowd = bench.start("day", {"hook": hook.options(batch=BATCH)})
    bench.report.check("day: is trouble at once", "receiver",
                       flowd.wait(type="event", event="health", over=False)[0].get("trouble"))
    wait_for(lambda: sink(bench, "hook").get("retries", 0) > 1, 20)
    row = wait_for(lambda: sink(bench, "hook").get("waiting", 0) > count and sink(bench, "hook"))
    bench.report.check("day: all wait", (count + 1, 0), (row["waiting"], row["delivered"]))
    hook.start()
    wait_for(lambda: len(hook.letters()) > count // 4, 90, 0.05)
    flowd.end(signal.SIGKILL)
    flowd = bench.start("day", {"hook": hook.options(batch=BATCH)})
    wait_for(lambda: len({letter["number"] for letter in hook.letters()}) > count, 60, 0.2)
    letters = [letter for letter in hook.letters() if letter["number"] <= count]
    bench.check_ids("day", count, letters, BATCH)
    print("day: %d raw duplicates of %d" % (len(letters) - count, count))
    ages = [letter["time"] for letter in letters[:1]]
    bench.report.check("day: the first is of yesterday", True, ages[0] < time.strftime(
        "%Y-%m-%dT%H:%M", time.gmtime(time.time() - day + 600)))
    bench.report.check("day: dead", 0, sink(bench, "hook")["dead"])
    bench.end(flowd, "day")
    hook.stop()


def check_overflow(bench):
    """More wait than may: the oldest are set aside, counted and said; the others come, and on demand all."""
    count, limit = 600, 64
    bench.fill(bench.path("overflow.state"), count, "hook")
    hook = bench.hook("overflow", 8452)
    hook.stop()
    flowd = bench.start("overflow", {"hook": hook.options(batch=BATCH)}, limits="{outbox: %d}" % limit)
    bench.report.check("overflow: is trouble", {"over": False, "source": "hook", "threshold": limit},
                       {key: flowd.wait(type="event", event="health", trouble="outbox")[0].get(key)
                        for key in ("over", "source", "threshold")})
    row = wait_for(lambda: sink(bench, "hook").get("given_up") and sink(bench, "hook"))
    bench.report.check("overflow: bounded", True, row["waiting"] <= limit + 256 and
                       row["given_up"] >= count - limit - 256)
    bench.report.check("overflow: set aside", row["given_up"], row["dead"])
    wait_for(lambda: api(bench, "/api/v1/health")["counters"]["alerts_undelivered"])
    hook.start()
    wait_for(lambda: flowd.count(type="event", event="health", trouble="outbox", over=True), 90)
    bench.report.check("overflow: it passes", 1, flowd.count(
        type="event", event="health", trouble="outbox", over=True))
    row = wait_for(lambda: not sink(bench, "hook").get("waiting", 1) and sink(bench, "hook"), 60)
    # What is told of the trouble waits, too, and may push out one more.
    given = row["given_up"]
    health = wait_for(lambda: api(bench, "/api/v1/health")["counters"]["alerts_undelivered"] == given and
                      api(bench, "/api/v1/health")) or api(bench, "/api/v1/health")
    bench.report.check("overflow: counted", given, health["counters"]["alerts_undelivered"])
    came = [letter["number"] for letter in hook.letters()]
    bench.report.check("overflow: in order, none twice", sorted(set(came)), came)
    bench.report.check("overflow: the others", count - given, len([n for n in came if n <= count]))
    api(bench, "/api/v1/sinks/hook/retry", {})
    wait_for(lambda: len(set(range(1, count + 1)) - {x["number"] for x in hook.letters()}) == 0, 60)
    bench.check_ids("overflow: all", count, sorted(
        (x for x in hook.letters() if x["number"] <= count), key=lambda x: x["number"]), 0)
    bench.end(flowd, "overflow")
    hook.stop()


def check_old(bench):
    """What has waited for longer than it may is set aside, and can still be sent."""
    count = 5
    bench.fill(bench.path("old.state"), "%d/600" % count, "hook", "patient")
    hook, patient = bench.hook("old", 8453), bench.hook("patient", 8454)
    hook.stop()
    patient.stop()
    flowd = bench.start("old", {"hook": hook.options(keep="300s"), "patient": patient.options()})
    row = wait_for(lambda: sink(bench, "hook").get("dead") == 3 and sink(bench, "hook"), 20)
    bench.report.check("old: three are older", {"dead": 3, "refused": 3},
                       {key: (row or {}).get(key) for key in ("dead", "refused")})
    dead = api(bench, "/api/v1/sinks/hook/dead")["dead"]
    bench.report.check("old: why", [(n, True) for n in (1, 2, 3)], [
        (row["number"], row["error"].startswith("too old, at last: ")) for row in dead])
    bench.report.check("old: no other receiver", 0, sink(bench, "patient")["dead"])
    hook.start()
    wait_for(lambda: len(hook.letters()) >= count - 3, 90)
    bench.report.check("old: the others come", [4, 5], [x["number"] for x in hook.letters()][:2])
    api(bench, "/api/v1/sinks/hook/retry", {})
    wait_for(lambda: len({x["number"] for x in hook.letters()} & {1, 2, 3}) == 3, 20)
    bench.report.check("old: sent again", True, {1, 2, 3} <= {x["number"] for x in hook.letters()})
    bench.end(flowd, "old")
    hook.stop()


def check_refused(bench):
    """What a receiver refuses is set aside with the reason, and sent again when asked to."""
    count = 30
    bench.fill(bench.path("refused.state"), count, "one", "many")
    one, many = bench.hook("one", 8447), bench.hook("many", 8448)
    one.mode("refuse 7")
    many.mode("refuse 7")
    flowd = bench.start("refused", {"one": one.options(), "many": many.options(batch=10)})
    want = sorted(set(range(1, count + 1)) - {7})
    for hook, name in ((one, "one"), (many, "many")):
        wait_for(lambda: len(hook.letters()) == count - 1)  # pylint: disable=cell-var-from-loop
        bench.report.check(name + ": all the others", want,
                           [letter["number"] for letter in hook.letters()])
        row = wait_for(lambda: sink(bench, name).get("dead") and  # pylint: disable=cell-var-from-loop
                       sink(bench, name))  # pylint: disable=cell-var-from-loop
        bench.report.check_fields(name + ": row", {"dead": 1, "refused": 1, "waiting": 0}, row)
        dead = api(bench, "/api/v1/sinks/%s/dead" % name)["dead"]
        bench.report.check(name + ": dead", [(7, "HTTP status 422")],
                           [(row["number"], row["error"]) for row in dead])
    one.mode("")
    bench.report.check("order", {"sink": "one"}, api(bench, "/api/v1/sinks/one/retry", {"number": 7}))
    wait_for(lambda: len(one.letters()) == count)
    bench.report.check("sent again", 7, one.letters()[-1]["number"])
    wait_for(lambda: sink(bench, "one").get("dead") == 0)
    bench.report.check("dead no more", 0, sink(bench, "one")["dead"])
    metrics = bench.net.run("border", ["curl", "-s", "http://127.0.0.1:7780/metrics"]).stdout
    bench.report.check("metrics", True, 'flowd_sink_delivered_total{sink="one"} 30' in metrics and
                       'flowd_sink_dead{sink="many"} 1' in metrics)
    bench.end(flowd, "refused")
    one.stop()
    many.stop()


def has_failed(bench, tries, error):
    """More often than that, and so. A busy machine may take longer for one try than it is given:
    then the next one counts."""
    row = sink(bench, "hook")
    return row.get("retries", 0) > tries and (not error or row.get("error") == error)


def check_hostile(bench):
    """Answers without end, redirects, resets, certificates of others: it waits, and is said."""
    wrong = {"long": "its answer is too long", "redirect": "HTTP status 307",
             "reset": None, "500": "HTTP status 500"}
    bench.fill(bench.path("hostile.state"), 3, "hook", "stranger")
    hook, stranger = bench.hook("hook", 8449), bench.hook("stranger", 8450)
    hook.mode("500")
    options = stranger.options()
    del options["ca_file"]
    flowd = bench.start("hostile", {"hook": hook.options(timeout="2s"), "stranger": options})
    for mode, error in wrong.items():
        hook.mode(mode)
        before = sink(bench, "hook").get("retries", 0)
        wait_for(functools.partial(has_failed, bench, before + 1, error), 90)
        if error:
            bench.report.check(mode + ": error", error, sink(bench, "hook").get("error"))
    bench.report.check("certificate of a stranger", True,
                       "certificate" in (sink(bench, "stranger").get("error") or ""))
    bench.report.check("nothing was said to a stranger", [], stranger.requests())
    hook.mode("")
    wait_for(lambda: len({x["number"] for x in hook.letters()}) >= 3, 60)
    bench.check_ids("hostile", 3, [x for x in hook.letters() if x["number"] <= 3], 100)
    said = flowd.said() + json.dumps(api(bench, "/api/v1/sinks"))
    bench.report.check("no secret is told", False, SECRET in said)
    bench.end(flowd, "hostile")
    hook.stop()
    stranger.stop()


def check_forms(bench):
    """The forms of chats and of other systems, each as its receiver wants it."""
    bodies = {"slack": "", "teams": "", "dingtalk": 'BODY {"errcode":0,"errmsg":"ok"}',
              "feishu": 'BODY {"code":0,"msg":"success"}', "wecom": 'BODY {"errcode":0}',
              "ecs": "", "eve": "", "cef": "", "plain": "", "template": ""}
    hooks = {name: bench.hook("form-" + name, 8460 + i) for i, name in enumerate(bodies)}
    bench.fill(bench.path("forms.state"), 1, *bodies)
    for name, mode in bodies.items():
        hooks[name].mode('BODY {"errcode":310000,"errmsg":"no"}' if name == "wecom" else mode)
    with open(bench.path("template"), "w") as file:
        file.write('{"summary": "{{title}}", "key": "{{id}}", "where": "{{host}}:{{port}}", "rule": "{{rule}}"}')
    options = {name: hook.options(form=name) for name, hook in hooks.items()}
    options["template"]["template_file"] = bench.path("template")
    flowd = bench.start("forms", options)
    wait_for(lambda: sink(bench, "wecom").get("error"), 20)
    bench.report.check("refused in the body", "it says 310000: no", sink(bench, "wecom")["error"])
    hooks["wecom"].mode(bodies["wecom"])
    got = {}
    for name, hook in hooks.items():
        wait_for(hook.requests, 20)
        got[name] = (hook.requests() or [{"body": "{}", "path": ""}])[-1]
        if name not in ("cef", "plain"):
            got[name]["json"] = json.loads(got[name]["body"])
    check_bodies(bench, got)
    bench.end(flowd, "forms")
    for hook in hooks.values():
        hook.stop()


def check_bodies(bench, got):
    check, title = bench.report.check, "ssh on 10.1.0.0 port 1/tcp is open"
    check("slack", True, title in got["slack"]["json"]["text"])
    check("teams", True, title in got["teams"]["json"]["attachments"][0]["content"]["body"][0]["text"])
    query = urllib.parse.parse_qs(got["dingtalk"]["path"].partition("?")[2])
    stamp = query["timestamp"][0]
    mac = hmac.new(SECRET.encode(), (stamp + "\n" + SECRET).encode(), hashlib.sha256).digest()
    check("dingtalk: sign", base64.b64encode(mac).decode(), query["sign"][0])
    body = got["feishu"]["json"]
    mac = hmac.new((body["timestamp"] + "\n" + SECRET).encode(), b"", hashlib.sha256).digest()
    check("feishu: sign", base64.b64encode(mac).decode(), body["sign"])
    check("wecom", "text", got["wecom"]["json"]["msgtype"])
    ecs, eve = got["ecs"]["json"], got["eve"]["json"]
    check("ecs", ("alert", "10.1.0.0", 1, "tcp"),
          (ecs["event"]["kind"], ecs["destination"]["ip"], ecs["destination"]["port"],
           ecs["network"]["transport"]))
    check("eve", ("alert", "10.1.0.0", 1, "TCP"),
          (eve["event_type"], eve["dest_ip"], eve["dest_port"], eve["proto"]))
    check("tags", (["dmz", "pci"], ["dmz", "pci"]), (ecs["tags"], eve["flowd"]["tags"]))
    check("the file of the rule", ("/etc/flowd/lab.rules", "/etc/flowd/lab.rules"),
          (ecs["rule"].get("ruleset"), eve["flowd"]["rule_file"]))
    check("whose it is", ("till", "shop team", "shop team"), (
        ecs["host"].get("name"), ecs["labels"].get("owner"), eve["flowd"]["asset"]["owner"]))
    check("whose it is, in words", True, "owner: shop team" in got["slack"]["json"]["text"])
    check("whose it is, in CEF", True, "dhost=till cs5Label=owner cs5=shop team" in got["cef"]["body"])
    check("eve: id", ecs["event"]["id"], eve["id"])
    check("cef", "CEF:0|flowd|flowd|", got["cef"]["body"][:18])
    check("plain", ("high new: " + title, "[%s]" % eve["id"]),
          (got["plain"]["body"][:len(title) + 10], got["plain"]["body"].rstrip()[-len(eve["id"]) - 2:]))
    said = got["template"]["json"]
    check("template", ("new: " + title, eve["id"], "10.1.0.0:1", True),
          (said["summary"][:len(title) + 5], said["key"], said["where"], bool(said["rule"])))


def main():
    skip_unless_possible("openssl", "curl")
    parts = sys.argv[3:] or ["killed", "down", "day", "overflow", "old", "refused", "hostile", "forms"]
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), directory)
        for part in parts:
            globals()["check_" + part](bench)
    return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
