#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a MaxMind DB file of tables of address ranges, for flowd's option `geo`.

usage: mmdb.py [--type TEXT] [--description TEXT] [--built SECONDS] OUT CSV [CSV ...]

A line of a table is FIRST,LAST,COUNTRY or FIRST,LAST,AS,NAME, or PREFIX in the place of FIRST,LAST:
    192.0.2.0,192.0.2.255,DE
    2001:db8::/32,64496,Example Networks
Where two ranges overlap, the one that begins later has what they share.

The format: MaxMind DB File Format Specification 2.0.
"""
import argparse
import bisect
import csv
import heapq
import os
import socket
import struct
import sys
import time

MARK = b"\xab\xcd\xefMaxMind.com"
UINT16, UINT32, MAP, UINT64, ARRAY, BOOL, STRING, DOUBLE = 5, 6, 7, 9, 11, 14, 2, 3


class Uint16(int):
    """A number that the format wants in 16 bits."""


class Uint64(int):
    """A number that the format wants in 64 bits."""


def head(kind, size):
    """The control bytes of a value."""
    if size < 29:
        more, first = b"", size
    elif size < 29 + 256:
        more, first = bytes([size - 29]), 29
    elif size < 285 + 65536:
        more, first = struct.pack(">H", size - 285), 30
    else:
        more, first = struct.pack(">I", size - 65821)[1:], 31
    if kind > 7:
        return bytes([first, kind - 7]) + more
    return bytes([kind << 5 | first]) + more


def number(kind, value):
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return head(kind, len(raw)) + raw


def encode(value):
    """A value as the format has it; bytes are taken as they are."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, bool):
        return head(BOOL, int(value))
    if isinstance(value, int):
        kind = UINT16 if isinstance(value, Uint16) else UINT64 if isinstance(value, Uint64) else UINT32
        return number(kind, value)
    if isinstance(value, float):
        return head(DOUBLE, 8) + struct.pack(">d", value)
    if isinstance(value, str):
        raw = value.encode()
        return head(STRING, len(raw)) + raw
    if isinstance(value, dict):
        return head(MAP, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())
    return head(ARRAY, len(value)) + b"".join(encode(v) for v in value)


class Tree:
    """The search tree over sorted ranges; nodes are pairs of records."""

    def __init__(self, ranges, bits):
        self.first = [r[0] for r in ranges]
        self.ranges, self.nodes = ranges, []
        # The root is a node, whatever the ranges are.
        self.split(0, bits, 0, len(ranges))

    def split(self, base, bits, low, high):
        number_ = len(self.nodes)
        self.nodes.append(None)
        half = bits - 1
        middle = base + (1 << half)
        cut = bisect.bisect_left(self.first, middle, low, high)
        # A range that begins before the middle may reach over it.
        over = cut - 1 if cut > low and self.ranges[cut - 1][1] >= middle else cut
        left = self.record(base, half, low, cut)
        self.nodes[number_] = (left, self.record(middle, half, over, high))
        return number_

    def record(self, base, bits, low, high):
        """("node", number), ("data", value) or None."""
        if low == high:
            return None
        first, last, value = self.ranges[low]
        if first <= base and last >= base + (1 << bits) - 1:
            return ("data", value)
        return ("node", self.split(base, bits, low, high))


def pack_nodes(nodes, offsets, record_size):
    count, out = len(nodes), bytearray()
    for pair in nodes:
        left, right = (count if r is None else r[1] if r[0] == "node" else count + 16 + offsets[r[1]]
                       for r in pair)
        if record_size == 28:
            out += (left & 0xffffff).to_bytes(3, "big")
            out.append((left >> 24) << 4 | right >> 24)
            out += (right & 0xffffff).to_bytes(3, "big")
        else:
            out += left.to_bytes(record_size // 8, "big") + right.to_bytes(record_size // 8, "big")
    return out


def flatten(ranges):
    """Ranges that do not overlap, in their order."""
    ranges = sorted(ranges)
    edges = sorted({r[0] for r in ranges} | {r[1] + 1 for r in ranges})
    out, open_, at = [], [], 0
    for first, behind in zip(edges, edges[1:]):
        while at < len(ranges) and ranges[at][0] == first:
            heapq.heappush(open_, (-first, ranges[at][1], ranges[at][2]))
            at += 1
        while open_ and open_[0][1] < first:
            heapq.heappop(open_)
        if open_:
            out.append((first, behind - 1, open_[0][2]))
    return out


def make(rows, bits=128, record_size=0, **metadata):
    """The bytes of a file. Rows: ((first, last) as numbers, value)."""
    ranges, values, offsets, data = [], {}, [], bytearray()
    for (first, last), value in rows:
        raw = encode(value)
        if raw not in values:
            values[raw] = len(offsets)
            offsets.append(len(data))
            data += raw
        ranges.append((first, last, values[raw]))
    tree = Tree(flatten(ranges), bits)
    most = len(tree.nodes) + 16 + len(data)
    record_size = record_size or next(n for n in (24, 28, 32) if most < 1 << n)
    about = {"binary_format_major_version": Uint16(2), "binary_format_minor_version": Uint16(0),
             "build_epoch": Uint64(int(time.time())), "database_type": "flowd", "languages": ["en"],
             "description": {"en": "made by flowd's mmdb.py"}, "ip_version": Uint16(6 if bits == 128 else 4),
             "node_count": len(tree.nodes), "record_size": Uint16(record_size), **metadata}
    return bytes(pack_nodes(tree.nodes, offsets, record_size)) + bytes(16) + bytes(data) + MARK + encode(about)


def address(text):
    """An address as a number; IPv4 is at ::/96."""
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    try:
        return int.from_bytes(socket.inet_pton(family, text), "big")
    except OSError:
        raise ValueError(f"not an address: {text!r}") from None


def network(text):
    """A prefix as its first and last address."""
    base, length = text.split("/")
    host = (1 << (128 if ":" in base else 32) - int(length)) - 1
    return address(base) & ~host, address(base) | host


def read_row(row):
    """A line of a table as a row for make."""
    if "/" in row[0]:
        where, rest = network(row[0]), row[1:]
    else:
        where, rest = (address(row[0]), address(row[1])), row[2:]
    if where[0] > where[1]:
        raise ValueError("the last address is before the first")
    if rest[0].isdigit():
        return where, {"autonomous_system_number": int(rest[0]),
                       "autonomous_system_organization": rest[1] if len(rest) > 1 else ""}
    if len(rest[0]) != 2 or not rest[0].isalpha():
        raise ValueError("neither a country of two letters nor the number of an AS: %r" % rest[0])
    return where, {"country": {"iso_code": rest[0].upper()}}


def read_table(path):
    with open(path, newline="", encoding="utf-8") as table:
        for row in csv.reader(table):
            if row and not row[0].startswith("#"):
                try:
                    yield read_row(row)
                except (ValueError, IndexError) as wrong:
                    sys.exit(f"{path}: {','.join(row)}: {wrong}")


def main():
    ap = argparse.ArgumentParser(usage=__doc__.split("\n")[2][7:])
    ap.add_argument("--type", default="flowd")
    ap.add_argument("--description", default="made by flowd's mmdb.py")
    ap.add_argument("--built", type=int, default=int(time.time()))
    ap.add_argument("out")
    ap.add_argument("tables", nargs="+")
    args = ap.parse_args()
    rows = [row for path in args.tables for row in read_table(path)]
    made = make(rows, database_type=args.type, description={"en": args.description},
                build_epoch=Uint64(args.built))
    # Whoever reads the file while it is replaced has the old one, whole.
    part = args.out + ".part"
    with open(part, "wb") as out:
        out.write(made)
    os.replace(part, args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
