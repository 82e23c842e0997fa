#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays scenarios through flowd and checks what it says. README.md tells the language.

usage: run.py --flowd PATH [--keep DIR] [-v] [FILE.scn | DIR ...]     default: all beside this file
Ends with 'N passed, N failed'; status 1 when one failed.
"""
import argparse
import glob
import os
import subprocess
import sys
import tempfile

import expect
import frames
import script

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "dist"))
import mmdb  # noqa: E402
LIMIT_SECONDS = 60


def write_geo(table, folder):
    """A file of the countries of a table, another of its AS; gives their paths."""
    rows = [mmdb.read_row(line.split(",")) for line in table.splitlines() if line]
    paths = []
    for name in ("country", "autonomous_system_number"):
        paths.append(os.path.join(folder, name + ".mmdb"))
        with open(paths[-1], "wb") as f:
            f.write(mmdb.make([row for row in rows if name in row[1]]))
    return ",".join(paths)


def command(flowd, scenario, folder):
    """Writes what flowd is to read; gives its command line."""
    trace = os.path.join(folder, "wire." + scenario.kind)
    with open(trace, "wb") as f:
        f.write(frames.capture(scenario.kind, scenario.link, scenario.shots))
    line = [flowd, "-r", trace, "--home", scenario.home, "--no-verify"]
    if scenario.rules is not None:
        rules = os.path.join(folder, "rules")
        with open(rules, "w", encoding="utf-8") as f:
            f.write(scenario.rules)
        line += ["--rules", rules]
    if scenario.geo is not None:
        line += ["--geo", write_geo(scenario.geo, folder)]
    return line + scenario.options


def play(flowd, path, folder):
    """Runs one scenario twice; gives the complaints as (line, text)."""
    try:
        scenario = script.read(path)
    except script.ScriptError as e:
        return [(None, str(e))]
    line = command(flowd, scenario, folder)
    with open(os.path.join(folder, "command"), "w", encoding="utf-8") as f:
        f.write(" ".join(line) + "\n")
    runs = []
    for name in ("first", "second"):
        try:
            p = subprocess.run(line, capture_output=True, text=True, timeout=LIMIT_SECONDS,
                               errors="replace", env=dict(os.environ, LC_ALL="C", TZ="UTC"))
        except (OSError, subprocess.TimeoutExpired) as e:
            return [(0, f"{type(e).__name__}: {e}")]
        for kind, said in (("out", p.stdout), ("err", p.stderr)):
            with open(os.path.join(folder, f"{name}.{kind}"), "w", encoding="utf-8") as f:
                f.write(said)
        runs.append(p)
    wrong = expect.check(scenario, runs[0].returncode, runs[0].stdout, runs[0].stderr)
    if (runs[0].stdout, runs[0].returncode) != (runs[1].stdout, runs[1].returncode):
        wrong.append((0, "two runs differ"))
    return wrong


def collect(names):
    out = []
    for name in names or [HERE]:
        out += sorted(glob.glob(os.path.join(name, "*.scn"))) if os.path.isdir(name) else [name]
    return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--flowd", required=True)
    ap.add_argument("--keep", help="folder for each scenario's capture, command and output")
    ap.add_argument("-v", action="store_true", dest="verbose", help="name the good ones too")
    ap.add_argument("names", nargs="*")
    args = ap.parse_args()
    good = bad = 0
    with tempfile.TemporaryDirectory() as tmp:
        for path in collect(args.names):
            name = os.path.splitext(os.path.basename(path))[0]
            folder = os.path.join(args.keep or tmp, name)
            os.makedirs(folder, exist_ok=True)
            wrong = play(os.path.abspath(args.flowd), path, folder)
            for line, said in wrong:
                print((f"{os.path.relpath(path)}:{line or 1}: " if line is not None else "") + said)
            if args.verbose and not wrong:
                print(f"ok {name}")
            good, bad = good + (not wrong), bad + bool(wrong)
    print(f"{good} passed, {bad} failed")
    return 1 if bad or not good else 0


if __name__ == "__main__":
    sys.exit(main())
