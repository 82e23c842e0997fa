#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is handed to operators: examples, metrics and the dashboard over them, completion, the unit.

usage: test_dist.py FLOWD FLOWCTL       as root
"""
import glob
import json
import os
import re
import shutil
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
DIST = os.path.join(ROOT, "dist")
EXPOSURE = 4.0  # of 10: what systemd calls OK ends at 5


def run(*words, text=None, **options):
    done = subprocess.run(words, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, universal_newlines=True, timeout=60, **options)
    return done.returncode, done.stdout


def check_examples(report, flowd):
    """Each example is right as it stands, and means what it says."""
    wanted = {"span": ("workers: 2", 'source: "192.0.2.5"'), "mirror": ("4789", "6081"),
              "one-armed": ("enabled: no",), "forensics": ('home: "any"',), "tools": ("nuclei", "{secret}")}
    files = {os.path.basename(path)[:-len(".yaml")]: path
             for path in glob.glob(os.path.join(DIST, "examples", "*.yaml"))}
    report.check("examples", sorted(wanted), sorted(files))
    for name, path in sorted(files.items()):
        words = [flowd, "-n", "-v", "-c", path]
        if name == "forensics":
            words += ["-r", os.path.join(ROOT, "tests", "traps", "t01_full_ssh_22022.pcap")]
        code, said = run(*words)
        report.check(name + ": " + said, 0, code)
        for word in wanted[name]:
            report.check("%s: %s in effect" % (name, word), True, word in said)
    for name in ("flowd.yaml", "prober.yaml"):
        code, said = run(flowd, "-n", "-c", os.path.join(DIST, name))
        report.check(name + ": " + said, True, code == 0 or "No such file" in said)
    code, said = run(flowd, "-c", files["forensics"], "-r",
                     os.path.join(ROOT, "tests", "traps", "t01_full_ssh_22022.pcap"))
    report.check("forensics finds: " + said, (0, True), (code, '"port":22022' in said))


def names_of(metrics):
    """Metrics and their labels."""
    found = {}
    for line in metrics.splitlines():
        named = re.match(r"# TYPE (\w+)", line)
        if named:
            found.setdefault(named[1], set())
        value = re.match(r"(\w+)(?:\{(.*)\})? ", line)
        if value and not line.startswith("#"):
            found.setdefault(value[1], set()).update(re.findall(r"(\w+)=\"", value[2] or ""))
    return found


def check_metrics(report, metrics):
    if not shutil.which("promtool"):
        print("promtool is not here: conventions of metrics are left out")
        return
    code, said = run("promtool", "check", "metrics", text=metrics)
    report.check("promtool says: " + said, (0, ""), (code, said.strip()))
    broken = metrics.replace("flowd_packets_total ", "flowd_packets_total{ ")
    report.check("promtool sees what is broken", True,
                 run("promtool", "check", "metrics", text=broken)[0] != 0)


def check_dashboard(report, metrics):
    """What the panels ask for is there, by name and label."""
    with open(os.path.join(DIST, "grafana.json"), encoding="utf-8") as file:
        board = json.load(file)
    found, seen = names_of(metrics), set()
    panels = board["panels"]
    report.check("panels", True, len(panels) > 10)
    report.check("ids differ", len(panels), len({panel["id"] for panel in panels}))
    for panel in panels:
        place = panel["gridPos"]
        report.check(panel["title"], (True, True), (place["x"] + place["w"] <= 24, bool(
            panel["targets"])))
        for target in panel["targets"]:
            for name, labels in re.findall(r"(flowd_\w+)(?:\{([^}]*)\})?", target["expr"]):
                seen.add(name)
                asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", labels)) - {"job", "instance"}
                report.check("%s asks for %s%s" % (panel["title"], name, asked), True,
                             name in found and asked <= found[name])
    report.check("of many metrics", True, len(seen) > 10)
    if shutil.which("promtool"):
        check_queries(report, panels)


def check_queries(report, panels):
    """Each query is PromQL, as promtool reads the expression of a rule."""
    rules = [{"record": "q:%d" % i, "expr": target["expr"].replace("$job", ".*")}
             for i, target in enumerate(t for panel in panels for t in panel["targets"])]
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        json.dump({"groups": [{"name": "all", "rules": rules}]}, file)
        file.flush()
        code, said = run("promtool", "check", "rules", file.name)
    report.check("queries: " + said, 0, code)


def complete(words):
    """What bash would offer for the last word."""
    script = ('source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _flowctl; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    return run("bash", "-c", script, os.path.join(DIST, "flowctl"), *words)[1].split()


def check_completion(report, flowctl):
    directory = os.path.dirname(flowctl)
    os.environ["PATH"] = directory + ":" + os.environ["PATH"]
    code, said = run(flowctl, "--help")
    commands = re.findall(r"^  ([a-z]+)", said, re.M)
    report.check("help", (0, True), (code, len(commands) > 10))
    offered = complete(["flowctl", ""])
    report.check("commands offered", [], [word for word in commands if word not in offered])
    options = re.findall(r"^  (--[a-z]+)", said, re.M)
    report.check("options offered", [], [word for word in options if word not in offered])
    report.check("the rest of a word", ["services"], complete(["flowctl", "serv"]))
    report.check("behind an option", ["services"], complete(["flowctl", "--url", "x", "serv"]))
    report.check("of rules", ["reload"], complete(["flowctl", "rules", "rel"]))
    report.check("colours", ["always"], complete(["flowctl", "--colour", "al"]))
    report.check("backup", ["remove"], complete(["flowctl", "backup", "rem"]))


def check_unit(report):
    unit = os.path.join(DIST, "flowd.service")
    if not shutil.which("systemd-analyze"):
        print("systemd-analyze is not here: the unit is left out")
        return
    code, said = run("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
    level = re.search(r"exposure level for \S+: ([\d.]+)", said)
    report.check("exposure: " + said[-200:], (0, True), (
        code, bool(level) and float(level[1]) <= EXPOSURE))


def main():
    skip_unless_possible()
    flowd, flowctl = map(os.path.abspath, sys.argv[1:])
    report = Report()
    check_examples(report, flowd)
    check_completion(report, flowctl)
    check_unit(report)
    with Net() as net, tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        running = Flowd(net, [flowd, "-i", "inside", "--home", net.home, "--learn=0s", "--state",
                              os.path.join(directory, "state"), "--sinks=name=soc kind=file url=" +
                              os.path.join(directory, "alerts.json"), "--no-verify"],
                        roles=("core", "relay", "sensor", "web")).wait_ready()
        metrics = ask(net, "/metrics")
        check_metrics(report, metrics)
        check_dashboard(report, metrics)
        report.check("ends well", 0, running.end()[0])
    return report.end()


def ask(net, path):
    """The answer, once all has been read."""
    until = time.time() + PATIENCE
    while True:
        sock = net.socket("border", socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(PATIENCE)
        sock.connect(("127.0.0.1", 7780))
        sock.sendall(b"GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" % path.encode())
        with sock.makefile("rb") as file:
            head, _, body = file.read().partition(b"\r\n\r\n")
        sock.close()
        if (b"flowd_services{" in body and b"\nflowd_up 1\n" in body) or time.time() > until:
            return body.decode()
        time.sleep(0.1)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main())
