#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures flowd and its peers against the bare libpcap loop, on a border trace made here or on others.

usage: run.py --flowd PATH [--packets N] [--rounds N] [--small] [--build DIR] [--keep DIR]
       run.py --flowd PATH --trace FILE[=RATIO] ... [--truth FILE] [--rounds N] [--build DIR]

CPU is user and system time of all processes of a tool, its start-up (measured on a capture of one
packet) taken off; the ratio is to the loop in the same round, and "buffered" to the loop that reads
through an aligned buffer of 1 MiB; medians of the rounds. The services flowd found are held against
the truth. Ends with 'N passed, N failed': are the TCP services of the truth all there and nothing
else, and does flowd cost at most RATIO (1.3, or 1.6 for small packets) of the bare loop?
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
HOME = "10.0.0.0/8,2001:db8:10::/48"
PROGRAMS = {
    "gen": (["bench/gen.c", "bench/hosts.c", "bench/talk.c", "bench/frame.c", "base/addr.c",
             "base/wire.c"], ["-lm"]),
    "loop": (["bench/loop.c"], ["-lpcap"]),
    "send": (["bench/send.c"], ["-lpcap"]),
}
STARTUP_RUNS = 5
RATIO, RATIO_SMALL = 1.3, 1.6  # of the bare loop's CPU, at most
# name, command, and whether one run must do
PEERS = (
    ("tcpdump -w", ["tcpdump", "-r", "FILE", "-w", "/dev/null"], False),
    ("p0f", ["p0f", "-r", "FILE"], True),
    ("softflowd", ["softflowd", "-d", "-r", "FILE"], True),
    ("argus", ["argus", "-r", "FILE", "-w", "/dev/null"], True),
    ("prads", ["prads", "-r", "FILE", "-l", "/dev/null"], True),
    ("ndpiReader", ["ndpiReader", "-q", "-i", "FILE"], True),
)


class BenchError(RuntimeError):
    pass


def program(name, build, folder):
    """The program from the build tree; made here when it is not there."""
    path = os.path.join(build, name)
    if os.access(path, os.X_OK):
        return path
    path = os.path.join(folder, name)
    sources, libs = PROGRAMS[name]
    cc = os.environ.get("CC", "gcc").split()
    line = cc + ["-std=gnu11", "-O2", "-D_GNU_SOURCE", "-I" + TOP, "-o", path]
    subprocess.run(line + [os.path.join(TOP, s) for s in sources] + libs, check=True)
    return path


def measure(line):
    """Runs a command to its end; gives the CPU seconds of all its processes."""
    with open(os.devnull, "r+b") as null, tempfile.TemporaryFile() as said:
        child = subprocess.Popen(line, stdin=null, stdout=null, stderr=said)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            tail = said.read().decode("utf-8", "replace").strip()[-300:]
            raise BenchError(f"{' '.join(line)}: status {child.returncode}: {tail}")
    return usage.ru_utime + usage.ru_stime


def descendants(pid):
    """The process and all below it."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                parents.setdefault(int(f.read().rsplit(")", 1)[1].split()[1]), []).append(int(name))
        except OSError:
            continue
    todo, out = [pid], []
    while todo:
        out.append(todo.pop())
        todo += parents.get(out[-1], [])
    return out


def resident(pid):
    """KiB of memory the process has, pages shared with others in part."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as f:
            return sum(int(text.split()[1]) for text in f if text.startswith("Pss:"))
    except OSError:
        return 0


def peak_of_all(line):
    """MiB that all processes of a command have at once, at most, as often as one can look."""
    most = 0
    with open(os.devnull, "r+b") as null:
        child = subprocess.Popen(line, stdin=null, stdout=null, stderr=null)
        while child.poll() is None:
            most = max(most, sum(map(resident, descendants(child.pid))))
            time.sleep(0.02)
    return most / 1024


class Tool:
    """One contestant: its command for a capture, and what its runs cost."""

    def __init__(self, name, command, once=False):
        self.name, self.command, self.once = name, command, once
        self.cpu, self.start = [], 0
        self.ratios, self.buffered = [], []  # of the first tool, of the second

    def warm_up(self, tiny):
        runs = 1 if self.once else STARTUP_RUNS
        self.start = statistics.median(measure(self.command(tiny)) for _ in range(runs))

    def run(self, trace):
        self.cpu.append(max(measure(self.command(trace)) - self.start, 1e-6))
        return self.cpu[-1]


def contestants(flowd, loop):
    tools = [
        Tool("bare loop", lambda trace: [loop, trace]),
        Tool("bare loop, 1 MiB buffer", lambda trace: [loop, "-b", trace]),
        Tool("flowd", lambda trace: [flowd, "-r", trace, "--home", HOME, "--no-verify"]),
    ]
    for name, words, once in PEERS:
        if shutil.which(words[0]):
            tools.append(Tool(name, lambda t, words=words: [t if w == "FILE" else w for w in words],
                              once))
    return tools


def race(tools, trace, tiny, rounds):
    """Alternates the tools, the first of each round another one, so that drift hits all."""
    for tool in tools:
        tool.warm_up(tiny)
    often = [tool for tool in tools if not tool.once]
    for i in range(rounds):
        at = i % len(often)
        spent = {tool: tool.run(trace) for tool in often[at:] + often[:at]}
        for tool in often:
            tool.ratios.append(spent[tool] / spent[often[0]])
            tool.buffered.append(spent[tool] / spent[often[1]])
    for tool in tools:
        if tool.once:
            tool.ratios.append(tool.run(trace) / statistics.median(often[0].cpu))
            tool.buffered.append(tool.cpu[-1] / statistics.median(often[1].cpu))


def show(tools, trace, packets):
    print(f"{'':24} {'CPU s':>8} {'Mpps':>7} {'ratio':>7} {'spread':>13} {'buffered':>9} "
          f"{'start s':>8} {'MiB':>6} runs")
    for tool in tools:
        cpu = statistics.median(tool.cpu)
        spread = f"{min(tool.ratios):.2f}-{max(tool.ratios):.2f}"
        print(f"{tool.name:24} {cpu:8.3f} {packets / cpu / 1e6:7.2f} "
              f"{statistics.median(tool.ratios):6.2f}x {spread:>13} "
              f"{statistics.median(tool.buffered):8.2f}x {tool.start:8.3f} "
              f"{peak_of_all(tool.command(trace)):6.0f} {len(tool.cpu):4}")


def read_truth(path):
    """(proto, address, port): application."""
    out = {}
    with open(path, encoding="utf-8") as f:
        next(f)
        for text in f:
            proto, ip, port, app = text.split("\t")[:4]
            out[proto, ip, int(port)] = app
    return out


def read_found(line):
    p = subprocess.run(line, capture_output=True, text=True, check=True)
    records = [json.loads(text) for text in p.stdout.splitlines() if text.strip()]
    return {(r["proto"], r["ip"], r["port"]): r.get("app") for r in records
            if r.get("type") == "service"}


def score(truth, found, proto):
    """Prints how well it was found; gives (missed, false)."""
    due = {key: app for key, app in truth.items() if key[0] == proto}
    got = {key: app for key, app in found.items() if key[0] == proto}
    hits = due.keys() & got.keys()
    named = sum(got[key] == due[key] for key in hits)
    known = [key for key in hits if due[key] != "unknown"]
    right = sum(got[key] == due[key] for key in known)
    print(f"{proto}: {len(due)} services, {len(hits)} found (recall {share(len(hits), len(due))}), "
          f"{len(got) - len(hits)} false (precision {share(len(hits), len(got))}), "
          f"{right} of {len(known)} named right, {named - right} rightly unknown")
    return len(due) - len(hits), len(got) - len(hits)


def share(part, whole):
    return f"{100 * part / whole:.2f} %" if whole else "-"


def check(results):
    bad = [name for name, good in results if not good]
    for name in bad:
        print(f"failed: {name}")
    print(f"{len(results) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


def into_cache(path):
    with open(path, "rb") as f:
        while f.read(1 << 22):
            pass


def count_packets(loop, trace):
    p = subprocess.run([loop, trace], check=True, capture_output=True, text=True)
    return int(p.stderr.split()[0])


def bench_one(args, folder, trace, most, truth):
    """Races all tools on one trace; gives what was to be shown and whether it was."""
    loop = program("loop", args.build, folder)
    tiny = os.path.join(folder, "tiny.pcap")
    packets = count_packets(loop, trace)
    print(f"{os.path.basename(trace)}: {packets} packets, {os.path.getsize(trace)} bytes")
    into_cache(trace)
    tools = contestants(args.flowd, loop)
    race(tools, trace, tiny, args.rounds)
    show(tools, trace, packets)
    by_name = {tool.name: tool for tool in tools}
    results = []
    if truth:
        due, found = read_truth(truth), read_found(by_name["flowd"].command(trace))
        missed, false = score(due, found, "tcp")
        score(due, found, "udp")
        results += [("every TCP service is found", not missed),
                    ("no TCP service is invented", not false)]
    results.append((f"flowd costs at most {most} of the bare loop",
                    statistics.median(by_name["flowd"].ratios) <= most))
    return results


def bench(args, folder):
    gen = program("gen", args.build, folder)
    trace, tiny, truth = (os.path.join(folder, n) for n in ("trace.pcap", "tiny.pcap", "truth.tsv"))
    subprocess.run([gen, "--max-packets=1", tiny, truth], check=True, stderr=subprocess.DEVNULL)
    results = []
    for given in args.trace:
        path, _, most = given.partition("=")
        results += bench_one(args, folder, path, float(most or RATIO), args.truth)
    if not args.trace:
        options = ["--small"] * args.small + [f"--max-packets={args.packets}"] * (args.packets > 0)
        p = subprocess.run([gen] + options + [trace, truth], check=True, capture_output=True,
                           text=True)
        print("trace: " + p.stderr.strip())
        results = bench_one(args, folder, trace, RATIO_SMALL if args.small else RATIO, truth)
    return check(results)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--flowd", required=True)
    ap.add_argument("--packets", type=int, default=0, help="at most so many (1.66 million)")
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--small", action="store_true", help="a trace of small packets")
    ap.add_argument("--build", default=HERE, help="folder of gen and loop, if made already")
    ap.add_argument("--keep", help="folder for the trace, instead of a temporary one")
    ap.add_argument("--trace", action="append", default=[], help="a capture, and its ratio")
    ap.add_argument("--truth", help="its services")
    args = ap.parse_args()
    args.flowd = os.path.abspath(args.flowd)
    try:
        if args.keep:
            os.makedirs(args.keep, exist_ok=True)
            return bench(args, args.keep)
        with tempfile.TemporaryDirectory() as folder:
            return bench(args, folder)
    except (BenchError, OSError, subprocess.CalledProcessError, ValueError) as e:
        print(f"bench: {e}")
        print("0 passed, 1 failed")
        return 1


if __name__ == "__main__":
    sys.exit(main())
