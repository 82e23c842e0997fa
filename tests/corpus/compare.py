#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replay captures with a known truth and say how much flowd finds and names rightly.

usage: compare.py FLOWD CORPUS [--keep DIR]

CORPUS is a folder with dev/pcap, dev/truth, run.py, score.py and protonames.py. Prints recall and
precision as score.py says them, then the names side by side with those of ndpiReader 4.2 on the same
services: right, wrong, none; and each name that is not right. Ends with "N passed, N failed": failed
is a replay that did not end well, a recall or precision below its floor, and a transport whose names
ndpiReader tells better.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

LEVELS = {"none": 0, "weak": 1, "single": 2, "strong": 3}

# Of the services that must be found, how many are; of what is said, how much is so.
FLOORS = {"tcp": 0.995, "udp": 0.98, "sctp": 0.98}
# Those of whom only answers were captured, and those inside encapsulations nobody promised.
CLASS_FLOORS = {"one-way": 0.99, "extra": 0.9}


def truth_lines(folder):
    """Services of the truth that must or may be found and have an expected name."""
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as lines:
            for line in map(json.loads, lines):
                if line["kind"] == "service" and line["class"] != "optional" \
                        and LEVELS[line.get("expected_conf", "none")] >= LEVELS["single"]:
                    yield name, line


class Names:
    """Judges names by the corpus's own vocabulary."""

    def __init__(self, corpus):
        sys.path.insert(0, corpus)
        import protonames  # pylint: disable=import-error,import-outside-toplevel
        self.canon, self.agree = protonames.canon, protonames.agree

    def judge(self, names, line):
        """right, wrong or none."""
        wanted = {line["expected_proto"], *line["expected_also"]}
        told = [n for n in names if self.canon(n)]
        if any(self.canon(n) & wanted or self.agree(n, sorted(wanted)) for n in told):
            return "right"
        return "wrong" if told else "none"


def found_apps(path):
    """(address, protocol, port) to name."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return {(r["ip"], r["proto"], r["port"]): r.get("app") or "" for r in rows}


def compare(corpus, results):
    """Counts by transport and who; the services whose name is not right."""
    names, counts, misses = Names(corpus), collections.Counter(), []
    for file, line in truth_lines(os.path.join(corpus, "dev/truth")):
        apps = found_apps(os.path.join(results, file))
        app = apps.get((line["ip"], line["proto"], line["port"]))
        if app is None:
            continue
        theirs = list(line.get("labels", {}).get("ndpi-4.2", {}))
        ours = names.judge([app], line)
        counts[line["proto"], "flowd", ours] += 1
        counts[line["proto"], "ndpiReader", names.judge(theirs, line)] += 1
        if ours != "right":
            misses.append(f"  {file.removesuffix('.jsonl')} {line['proto']} {line['ip']}:"
                          f"{line['port']} is {line['expected_proto']}: flowd {app}, "
                          f"ndpiReader {', '.join(theirs) or 'a guess by the port at most'}")
    return counts, misses


def floors_of(score):
    """What is measured: name, found, total, floor."""
    totals, false = score["totals"], collections.Counter(
        row[2] for row in score["false_positives"])
    for proto, floor in FLOORS.items():
        hit = totals["must"].get("hit_" + proto, 0)
        said = sum(totals.get(kind, {}).get("hit_" + proto, 0)
                   for kind in ("must", *CLASS_FLOORS))
        yield f"{proto} found", hit, totals["must"].get("n_" + proto, 0), floor
        yield f"{proto} true", said, said + false[proto], floor
    for kind, floor in CLASS_FLOORS.items():
        yield f"{kind} found", totals[kind]["hit"], totals[kind]["n"], floor


def judge(replay_status, score):
    """Prints what is below its floor; how many are not, and are."""
    done, low = int(replay_status == 0), int(replay_status != 0)
    if replay_status:
        print("FAILED: a replay did not end as it should, see above")
    for what, found, total, floor in floors_of(score):
        if not total:
            continue
        is_low = found < floor * total
        low += is_low
        done += not is_low
        if is_low:
            print(f"FAILED: {what}: {found} of {total}, floor {floor}")
    return done, low


def tell(counts, misses):
    """Prints them; how many transports are worse."""
    worse = done = 0
    print(f"\n{'names':<6}{'services':>9}  {'flowd':<28}{'ndpiReader 4.2':<28}")
    for proto in ("tcp", "udp", "sctp"):
        total = sum(counts[proto, "flowd", k] for k in ("right", "wrong", "none"))
        if not total:
            continue
        cells = [", ".join(f"{counts[proto, who, k]} {k}" for k in ("right", "wrong", "none"))
                 for who in ("flowd", "ndpiReader")]
        print(f"{proto:<6}{total:>9}  {cells[0]:<28}{cells[1]:<28}")
        is_worse = counts[proto, "flowd", "right"] < counts[proto, "ndpiReader", "right"]
        worse += is_worse
        done += not is_worse
    print("names that are not right:", *misses, sep="\n")
    return done, worse


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("flowd")
    parser.add_argument("corpus")
    parser.add_argument("--keep", help="folder for what flowd has found")
    args = parser.parse_args()
    if not os.path.isdir(os.path.join(args.corpus, "dev/truth")):
        print(f"{args.corpus}: no corpus there\n0 passed, 0 failed, 1 skipped")
        return 77
    with tempfile.TemporaryDirectory() as scratch:
        results = args.keep or os.path.join(scratch, "results")
        dev = os.path.join(args.corpus, "dev")
        replay = subprocess.run([sys.executable, "-B", os.path.join(args.corpus, "run.py"),
                                 args.flowd, os.path.join(dev, "pcap"), results], check=False)
        table = os.path.join(scratch, "score.json")
        subprocess.run([sys.executable, "-B", os.path.join(args.corpus, "score.py"),
                        os.path.join(dev, "truth"), results, "--misses", "0", "--json", table],
                       check=True)
        with open(table, encoding="utf-8") as file:
            done, low = judge(replay.returncode, json.load(file))
        better, worse = tell(*compare(args.corpus, results))
    done, failed = done + better, low + worse
    print(f"{done} passed, {failed} failed")
    return 1 if failed or not better else 0


if __name__ == "__main__":
    sys.exit(main())
