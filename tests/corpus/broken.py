#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replay broken captures: nothing may crash, hang, or be read wrong without a word.

usage: broken.py --flowd FLOWD CORPUS [--mutants N] [--seeds S,S...] [--jobs N] [--home NETS]

CORPUS is a folder with malformed/ and make-mutants.py. Each capture is replayed as `FLOWD -r FILE
--home any --no-verify`. Wrong is a signal, a sanitizer's report, a replay that does not end, a line
that is not JSON, frames left out of the counters, and a status that is not libpcap's own word on the
file, as tcpdump has it: what can't be read to its end is said with the number of frames that could.
Prints each that is wrong and "N passed, N failed"; 77: the corpus is not there.
"""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

SECONDS_MOST = 60
REPORT = re.compile(r"Sanitizer|runtime error|Assertion|LeakSan")
NOT_DECODED = "are not read"
UNREAD = re.compile(r": after frame (\d+): ")


def run(command):
    """Status, output and errors; the status is None when it takes too long."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS_MOST, check=False)
    except subprocess.TimeoutExpired:
        return None, "", ""
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def readable(path):
    """Can libpcap read it to its end, and how many frames are there? Each None where nobody can say."""
    status, out, err = run(["tcpdump", "--count", "-nr", path])
    if "data link type" in err:  # tcpdump's own objection
        return None, None
    counted = re.search(r"^(\d+) packets?", out, re.M)
    return status == 0, int(counted.group(1)) if counted else None


def lines_of(out):
    """The health line, and what is wrong with the lines."""
    health = None
    for line in out.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            return None, "not JSON: " + line[:100]
        if record.get("type") == "health":
            health = record
    return health, None


def judge_status(path, status, err, frames_told):
    """What is wrong with the status and the words on it, or None."""
    whole, frames = readable(path)
    if NOT_DECODED in err:
        return None if status else "a link type that is not decoded, and status 0"
    if whole is None:
        return None
    if status == 0:
        if not whole:
            return "can't be read, and status 0"
        return None if frames in (None, frames_told) else f"{frames} frames, {frames_told} counted"
    if whole:
        return f"can be read, and status {status}: {err.strip()[-160:]}"
    said = UNREAD.search(err)
    if frames is None:
        return None if err.strip() else "can't be opened, and not a word"
    if not said or int(said.group(1)) != frames:
        return f"broken after frame {frames}, said: {err.strip()[-160:]}"
    return None if frames == frames_told else f"{frames} frames, {frames_told} counted"


def judge(flowd, home, path):
    """What is wrong with the replay of a file, or None."""
    status, out, err = run([flowd, "-r", path, "--home", home, "--no-verify"])
    if status is None:
        return f"does not end in {SECONDS_MOST} s"
    if status < 0 or status > 100 or REPORT.search(err):
        return f"status {status}: {err.strip()[-400:]}"
    health, fault = lines_of(out)
    if fault:
        return fault
    return judge_status(path, status, err, health["packets"] if health else None)


def captures(corpus, count, seeds, folder):
    """Paths of the captures; makes the mutants in `folder`."""
    for where, _, names in os.walk(os.path.join(corpus, "malformed")):
        yield from (os.path.join(where, n) for n in names if ".pcap" in n)
    for number, seed in enumerate(seeds if count else []):
        out = os.path.join(folder, str(number))
        subprocess.run([sys.executable, "-B", os.path.join(corpus, "make-mutants.py"), out,
                        "-n", str(count), "--seed", seed], check=True, stderr=subprocess.DEVNULL)
        yield from (os.path.join(out, n) for n in os.listdir(out) if ".pcap" in n)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--flowd", required=True)
    parser.add_argument("corpus")
    parser.add_argument("--mutants", type=int, default=500, help="of each seed")
    parser.add_argument("--seeds", default="", help="separated by commas")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--home", default="any")
    args = parser.parse_args()
    if not os.path.exists(os.path.join(args.corpus, "make-mutants.py")):
        print(f"no broken captures in {args.corpus}")
        return 77
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        paths = sorted(captures(args.corpus, args.mutants, args.seeds.split(","), folder))
        faults = list(pool.map(lambda path: judge(args.flowd, args.home, path), paths))
    failed = 0
    for path, fault in zip(paths, faults):
        if fault:
            failed += 1
            print(f"{os.path.relpath(path, folder if path.startswith(folder) else args.corpus)}: {fault}")
    print(f"{len(paths) - failed} passed, {failed} failed")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
