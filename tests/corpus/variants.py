#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real captures, packed in something, under other addresses, cut or seen twice: are the verdicts the same?

usage: variants.py FLOWD CORPUS [--only WORD] [--each N] [--bytes N] [--jobs N] [--keep DIR]

CORPUS is a folder with dev/pcap. Each capture of at most --bytes (300000) is replayed as it is, and then in --each
(3; 0: all) of VARIANTS, others for each capture. The same services must come out, with the same evidence and times; where a
variant loses something, none but those of before. The names, too, where the payload is all there. Ends with "N passed, N failed"; 77: the corpus is not there.
"""
import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../scenario"))
import capfile  # noqa: E402  pylint: disable=wrong-import-position
import frames as wire  # noqa: E402  pylint: disable=wrong-import-position
import layers  # noqa: E402  pylint: disable=wrong-import-position
import script  # noqa: E402  pylint: disable=wrong-import-position

ETHERNET, RAW, NULL, SLL, SLL2, PPP = 1, 101, 0, 113, 276, 9
IP_TYPES = (layers.IPV4, layers.IPV6)
ENDS = dict(script.DEFAULTS, leaves=True, ident=7)


class NoVariant(Exception):
    """The capture has not what this one needs."""


def needs(good):
    if not good:
        raise NoVariant


def packed(text, whole):
    """In these layers, outermost first: frames whole, or their IP packets where that is all they carry."""
    words = [layers.Words(t) for t in reversed(text.split())]

    def make(path, frames):
        needs(all(f.link == ETHERNET and f.length == len(f.data) and len(f.data) >= 14 for f in frames))
        out = []
        for f in frames:
            kind, data = layers.BRIDGED, f.data
            if not whole:
                kind, data = int.from_bytes(f.data[12:14], "big"), f.data[14:]
                needs(kind in IP_TYPES)
            needs(len(data) < 65000)
            for w in words:
                kind, data = layers.LAYERS[w.name](ENDS, w, kind, data)
            data = layers.framed(kind, data)
            out.append(f._replace(data=data, length=len(data)))
        capfile.write(path, ETHERNET, out)
    return make


def linked(link, head):
    """Of another link type: `head` makes what stands before an IP packet of an EtherType."""
    def make(path, frames):
        needs(all(f.link == ETHERNET and len(f.data) >= 14 and
                  int.from_bytes(f.data[12:14], "big") in IP_TYPES for f in frames))
        out = []
        for f in frames:
            data = head(f.data[12:14]) + f.data[14:]
            out.append(f._replace(data=data, length=f.length + len(data) - len(f.data)))
        capfile.write(path, link, out)
    return make


def stored(order, nano):
    def make(path, frames):
        needs(len({f.link for f in frames}) == 1)
        capfile.write(path, frames[0].link, frames, order, nano)
    return make


def twice(path, frames):
    """As a mirror port shows what is routed: again, a hop further."""
    needs(all(f.link == ETHERNET for f in frames))
    out = []
    for f in frames:
        out.append(f)
        if len(f.data) > 34 and f.data[12:14] == b"\x08\x00" and f.data[22] > 1:
            head = bytearray(f.data)
            head[22] -= 1
            head[24:26] = b"\0\0"
            size = 14 + (head[14] & 15) * 4
            head[24:26] = wire.checksum(bytes(head[14:size])).to_bytes(2, "big")
            out.append(f._replace(at=f.at + 20000, data=bytes(head)))
    capfile.write(path, ETHERNET, out)


def cut(size):
    def make(path, frames):
        needs(len({f.link for f in frames}) == 1)
        capfile.write(path, frames[0].link, [f._replace(data=f.data[:size]) for f in frames])
    return make


def answers(path, frames, before):
    """What leaves the servers over TCP alone."""
    servers = {(s["ip"], s["port"]) for s in before.values() if s["proto"] == "tcp"}
    needs(servers and all(f.link == ETHERNET for f in frames) and not any(":" in ip for ip, _ in servers) and
          not any(f.data[12:14] in (b"\x81\0", b"\x88\xa8") for f in frames))
    out = []
    for f in frames:
        if f.data[12:14] != b"\x08\x00" or len(f.data) < 40 or f.data[23] != 6:
            continue
        at = 14 + (f.data[14] & 15) * 4
        source = (".".join(map(str, f.data[26:30])), int.from_bytes(f.data[at:at + 2], "big"))
        if source in servers:
            out.append(f)
    needs(out)
    capfile.write(path, ETHERNET, out)


# What must come out: all; all endpoints (what comes twice can look like something else); those over
# TCP; those of TCP that were sure, as one-way.
ALL, NAMES, ENDPOINTS, HALF = range(4)
VARIANTS = {
    "vxlan": (packed("vxlan:5", True), ALL),
    "geneve": (packed("geneve:9:opts=5", True), ALL),
    "erspan2": (packed("erspan:3", True), ALL),
    "erspan3": (packed("erspan:4:type=3:sub", True), ALL),
    "nvgre": (packed("gre:key=77:seq", True), ALL),
    "etherip": (packed("etherip", True), ALL),
    "mpls": (packed("mpls:1000:2000:pw:cw", True), ALL),
    "mpls plain": (packed("mpls:1000:pw", True), ALL),
    "pbb": (packed("pbb", True), ALL),
    "vlans": (packed("vlan:5:tpid=0x88a8 vlan:6 mpls:33:pw eth", True), ALL),
    "gre": (packed("gre:key=1", False), ALL),
    "gre over ipv6": (packed("gre:v6", False), ALL),
    "ip in ip": (packed("ipip", False), ALL),
    "ip in ipv6": (packed("ipip:v6", False), ALL),
    "gtp": (packed("gtp:7:ext", False), ALL),
    "pppoe": (packed("vlan:7 pppoe:4660", False), ALL),
    "mpls ip": (packed("mpls:16:17", False), ALL),
    "qinq": (packed("vlan:100:tpid=0x88a8 vlan:200", False), ALL),
    "l2tp": (packed("l2tp:65537", False), ALL),
    "pptp": (packed("pptp:5:ack", False), ALL),
    "deep": (packed("vlan:3 gre mpls:4:pw vxlan:5 gtp:6 ipip geneve:7:raw:opts=3", False), ALL),
    "raw": (linked(RAW, lambda kind: b""), ALL),
    "null": (linked(NULL, lambda kind: (b"\x02" if kind == b"\x08\0" else b"\x1e") + b"\0\0\0"), ALL),
    "sll": (linked(SLL, lambda kind: b"\0\0\0\1\0\6\0\x16\x3e\0\0\x31\0\0" + kind), ALL),
    "sll2": (linked(SLL2, lambda kind: kind + b"\0\0\0\0\0\2\0\1\0\6\0\x16\x3e\0\0\x31\0\0"), ALL),
    "ppp": (linked(PPP, lambda kind: b"\xff\3" + (b"\0\x21" if kind == b"\x08\0" else b"\0\x57")), ALL),
    "big endian": (stored(">", False), ALL),
    "nanoseconds": (stored("<", True), ALL),
    "twice": (twice, NAMES),
    "cut": (cut(128), ENDPOINTS),
    "cut short": (cut(64), ENDPOINTS),
    "answers": (answers, HALF),
}


def services(flowd, path):
    """What is found, by endpoint."""
    done = subprocess.run([flowd, "-r", path, "--home", "any", "--no-verify"], capture_output=True, timeout=60,
                          check=False)
    if done.returncode:
        raise ValueError(f"status {done.returncode}: {done.stderr.decode('utf-8', 'replace').strip()[-200:]}")
    found = {}
    for line in done.stdout.splitlines():
        record = json.loads(line)
        if record["type"] == "service":
            found[record["ip"], record["proto"], record["port"]] = record
    return found


def compare(before, after, may_lose):
    """What is wrong."""
    # A lone answer that was damaged is not believed, unless its end was cut off.
    wrong = [f"new: {key}" for key, now in after.items() if key not in before and
             not (may_lose > NAMES and key[1] == "udp" and now["evidence"] == "reply")]
    for key, was in before.items():
        now = after.get(key)
        # In a tunnel and behind IPv6 the headers themselves may be lost.
        if may_lose > NAMES and (key[1] != "tcp" or was["tunnel"] or ":" in key[0]):
            continue
        if not now:
            wrong += [f"lost: {key}"] if was["evidence"] in ("full", "handshake") or may_lose < HALF else []
            continue
        if may_lose < NAMES and (now["evidence"], now["first_seen"]) != (was["evidence"], was["first_seen"]):
            wrong.append(f"{key}: {now['evidence']} {now['first_seen']}, was {was['evidence']} {was['first_seen']}")
        if may_lose < NAMES and now["app"] != was["app"]:
            wrong.append(f"{key}: called {now['app']}, was {was['app']}")
        if may_lose == HALF and now["evidence"] not in ("oneway", "invalid"):
            wrong.append(f"{key}: {now['evidence']}, of answers alone")
    return wrong


def judge(args, folder, name):
    """Results of a capture: [(variant, what is wrong)]."""
    path = os.path.join(args.corpus, "dev/pcap", name)
    frames = capfile.read(path)
    chosen = list(VARIANTS) if not args.each else sorted(
        VARIANTS, key=lambda v: zlib.crc32(f"{v} {name}".encode()))
    results = []
    try:
        before = services(args.flowd, path)
    except ValueError:
        return []  # broken captures have a test of their own
    for variant in chosen:
        if not frames or args.each and len(results) == args.each:
            break
        make, may_lose = VARIANTS[variant]
        made = os.path.join(folder, f"{name}.{variant.replace(' ', '-')}.pcap")
        try:
            if make is answers:
                make(made, frames, before)
            else:
                make(made, frames)
            wrong = compare(before, services(args.flowd, made), may_lose)
        except (NoVariant, wire.FrameError):
            continue
        except (ValueError, subprocess.TimeoutExpired) as e:
            wrong = [str(e)]
        results.append((variant, wrong))
        if not args.keep:
            os.unlink(made)
    return [(name, *r) for r in results]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("flowd")
    parser.add_argument("corpus")
    parser.add_argument("--only", default="")
    parser.add_argument("--each", type=int, default=3)
    parser.add_argument("--bytes", type=int, default=300000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep")
    args = parser.parse_args()
    folder = os.path.join(args.corpus, "dev/pcap")
    if not os.path.isdir(folder):
        print(f"{folder}: no captures there")
        return 77
    names = [n for n in sorted(os.listdir(folder)) if args.only in n and
             os.path.getsize(os.path.join(folder, n)) <= args.bytes]
    good = bad = 0
    with tempfile.TemporaryDirectory(prefix="flowd-variants-") as scratch, \
            concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for results in pool.map(lambda n: judge(args, args.keep or scratch, n), names):
            for name, variant, wrong in results:
                good, bad = good + (not wrong), bad + bool(wrong)
                for w in wrong[:4]:
                    print(f"{name} as {variant}: {w}")
    print(f"{good} passed, {bad} failed")
    return int(bad > 0 or not good)


if __name__ == "__main__":
    sys.exit(main())
