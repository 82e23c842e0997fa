#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast the API answers with many services in the store, under load, while the sensor sees traffic.

usage: web.py --flowd FLOWD --build FOLDER [--services N] [--seconds S] [--connections N] [--most-ms MS]
FOLDER holds gen, fill and send. Needs root and wrk. Exit status 1 when the 99th percentile of a page
is above MS, or an answer is no 200.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

PORT = 7782
PATHS = (("first page", "/api/v1/services"), ("filtered", "/api/v1/services?app=redis&state=open"),
         ("by expression", "/api/v1/services?filter=port%202-4%20not%20app%20http"),
         ("sorted", "/api/v1/services?sort=last_seen&order=desc"),
         ("one service", "/api/v1/services/10.1.77.7-tcp-3"), ("overview", "/api/v1/overview"),
         ("alerts", "/api/v1/alerts"))
RATE = 20000  # packets a second beside it


def ask(path):
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=10) as answer:
        return json.load(answer)


def wait(good, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if good():
                return True
        except OSError:
            pass
        time.sleep(0.2)
    return False


def web_of(pid):
    for child in subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True,
                                check=False).stdout.splitlines():
        if "flowd: web" in child:
            return int(child.split()[0])
    return 0


def memory_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        text = file.read()
    return {name: int(re.search(rf"^{name}:\s+(\d+)", text, re.M)[1]) // 1024 for name in ("VmRSS", "VmHWM")}


def load(args, path):
    """wrk's percentiles in ms, requests a second, answers that were no 200."""
    said = subprocess.run(["wrk", "-t1", f"-c{args.connections}", f"-d{args.seconds}s", "--latency",
                           f"http://127.0.0.1:{PORT}{path}"], capture_output=True, text=True, check=True).stdout

    def ms(percent):
        number, unit = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s)", said, re.M).groups()
        return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return ms(50), ms(99), float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), int(bad[1]) if bad else 0


def inside(args, state, trace):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "link", "add", "name", "va", "type", "veth", "peer", "name", "vb"], check=True)
    for name in ("va", "vb"):
        subprocess.run(["ip", "link", "set", name, "up"], check=True)
    words = [args.flowd, "-i", "vb", "--home", "10.0.0.0/8", "--no-verify", "--state", state, "--user", "root",
             f"--web.port={PORT}", "--learn", "0s", "--web.rate", "0"]
    failed = 0
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as flowd:
        try:
            began = time.monotonic()
            if not wait(lambda: ask("/api/v1/overview")["services"] >= args.services * 0.99, 120):
                print("the services are never read")
                return 1
            print("%d services, read after %.1f s" % (ask("/api/v1/overview")["services"], time.monotonic() - began))
            seconds = (args.seconds + 2) * len(PATHS)
            with subprocess.Popen([os.path.join(args.build, "send"), trace, "va", str(RATE), str(seconds)],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as send:
                for name, path in PATHS:
                    half, most, rate, bad = load(args, path)
                    failed += bad > 0 or most > args.most_ms
                    print("%-13s p50 %6.2f ms  p99 %6.2f ms  %7.0f a second%s" % (
                        name, half, most, rate, "  %d refused" % bad if bad else ""), flush=True)
                send.terminate()
            print("memory of web: %(VmRSS)d MB, at most %(VmHWM)d MB" % memory_mb(web_of(flowd.pid)))
            print("packets seen: %d" % ask("/api/v1/health")["counters"]["packets"])
        finally:
            flowd.terminate()
            flowd.wait(30)
    print("%d passed, %d failed" % (len(PATHS) - failed, failed))
    return bool(failed)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--flowd", required=True)
    ap.add_argument("--build", required=True)
    ap.add_argument("--services", type=int, default=1000000, help="(1000000)")
    ap.add_argument("--seconds", type=int, default=5, help="of each path (5)")
    ap.add_argument("--connections", type=int, default=8, help="(8)")
    ap.add_argument("--most-ms", type=float, default=20, help="(20)")
    ap.add_argument("--inside", nargs=2, metavar=("STATE", "TRACE"), help=argparse.SUPPRESS)
    args = ap.parse_args()
    args.flowd, args.build = os.path.abspath(args.flowd), os.path.abspath(args.build)
    if args.inside:
        return inside(args, *args.inside)
    if os.geteuid() or not shutil.which("wrk"):
        print("needs root and wrk")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        state, trace = os.path.join(folder, "state"), os.path.join(folder, "trace.pcap")
        subprocess.run([os.path.join(args.build, "fill"), state, str(args.services)], check=True)
        subprocess.run([os.path.join(args.build, "gen"), "--flows=20000", trace, os.path.join(folder, "truth.tsv")],
                       check=True, stdout=subprocess.DEVNULL)
        return subprocess.run(["unshare", "-n", sys.executable, "-B", os.path.abspath(__file__)] + sys.argv[1:] +
                              ["--inside", state, trace], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
