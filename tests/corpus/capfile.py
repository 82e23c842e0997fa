# SPDX-License-Identifier: Apache-2.0
"""Frames of capture files as they are, and capture files of frames: pcap in all its orders, pcapng to read."""
import struct
from collections import namedtuple

# `at`: nanoseconds; `length`: bytes there were on the wire.
Frame = namedtuple("Frame", "at link data length")

MAGIC = {b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\xa1\xb2\xc3\xd4": (">", 1000),
         b"\x4d\x3c\xb2\xa1": ("<", 1), b"\xa1\xb2\x3c\x4d": (">", 1)}


def pcap(raw, order, unit):
    link = struct.unpack(order + "I", raw[20:24])[0] & 0xFFFF
    at = 24
    while at + 16 <= len(raw):
        seconds, part, kept, length = struct.unpack(order + "IIII", raw[at:at + 16])
        data = raw[at + 16:at + 16 + kept]
        if len(data) < kept:
            return
        yield Frame(seconds * 10**9 + part * unit, link, data, length)
        at += 16 + kept


def resolution(options, order):
    """Nanoseconds a tick, of an interface's options."""
    while len(options) >= 4:
        code, size = struct.unpack(order + "HH", options[:4])
        if code == 9 and size == 1:
            digit = options[4]
            return 10**9 / 2**(digit & 127) if digit & 128 else 10**(9 - digit)
        if not code:
            break
        options = options[4 + (size + 3) // 4 * 4:]
    return 1000


def pcapng(raw):
    at, order, links, last = 0, "<", [], 0
    while at + 12 <= len(raw):
        if raw[at:at + 4] == b"\x0a\x0d\x0d\x0a":
            order, links = "<" if raw[at + 8:at + 12] == b"\x4d\x3c\x2b\x1a" else ">", []
        kind, size = struct.unpack(order + "II", raw[at:at + 8])
        if size < 12 or at + size > len(raw):
            return
        body = raw[at + 8:at + size - 4]
        if kind == 1:
            links.append((struct.unpack(order + "H", body[:2])[0], resolution(body[8:], order)))
        elif kind == 6:
            which, high, low, kept, length = struct.unpack(order + "IIIII", body[:20])
            last = int((high << 32 | low) * links[which][1])
            yield Frame(last, links[which][0], body[20:20 + kept], length)
        elif kind == 3 and links:
            length = struct.unpack(order + "I", body[:4])[0]
            yield Frame(last, links[0][0], body[4:4 + length], length)
        at += size


def read(path):
    with open(path, "rb") as f:
        raw = f.read()
    if raw[:4] in MAGIC:
        return list(pcap(raw, *MAGIC[raw[:4]]))
    return list(pcapng(raw)) if raw[:4] == b"\x0a\x0d\x0d\x0a" else []


def write(path, link, frames, order="<", nano=False):
    """`frames` of one link type; times beyond what the format can say are cut."""
    with open(path, "wb") as f:
        magic = 0xA1B23C4D if nano else 0xA1B2C3D4
        f.write(struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link))
        for frame in frames:
            part = frame.at % 10**9
            f.write(struct.pack(order + "IIII", frame.at // 10**9 & 0xFFFFFFFF, part if nano else part // 1000,
                                len(frame.data), max(frame.length, len(frame.data))))
            f.write(frame.data)
