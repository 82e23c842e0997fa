#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The traps over TCP, made anew with other addresses, ports, numbers and words: the verdicts stay the same.

usage: variants.py FLOWD [CASE ...]       --keep DIR: the captures stay there

Each case is made in each of WORLDS; those whose verdict does not need the client are replayed with what leaves home
alone, too. Ends with 'N passed, N failed'.
"""
import ipaddress
import os
import random
import sys
import tempfile

import check

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../scenario"))
import frames  # noqa: E402  pylint: disable=wrong-import-position
import script  # noqa: E402  pylint: disable=wrong-import-position

# name: (home, server, second inside host, client)
PLACES = {
    "private": ("10.0.0.0/8", "10.20.30.40", "10.200.0.1", "192.0.2.77"),
    "last": ("198.18.0.0/15", "198.19.255.254", "198.18.0.1", "1.0.0.1"),
    "one host": ("192.0.2.1/32,192.0.2.9/32", "192.0.2.1", "192.0.2.9", "192.0.2.2"),
    "ipv6": ("2001:db8:1::/48", "2001:db8:1::a", "2001:db8:1:ffff::1", "2001:db8:2::b"),
    "ipv6 unique": ("fd00:1234::/32", "fd00:1234::ffff:1", "fd00:1234::2", "2001:db8::1"),
}
# What a server says first, and its name.
BANNERS = [(b"SSH-2.0-OpenSSH_8.4p1 Debian-5+deb11u3\r\n", "ssh"), (b"SSH-2.0-dropbear_2022.83\r\n", "ssh"),
           (b"SSH-1.99-Cisco-1.25\n", "ssh")]
# Ports that suggest something else, or nothing; client ports below and above them.
PORTS = [(443, 61000), (53, 1024), (65535, 1025), (33000, 33001), (1, 65535), (6379, 49152), (8080, 80)]


class World:
    """Where it happens and by what numbers."""

    def __init__(self, place, number):
        self.name = f"{place} {number}"
        self.dice = random.Random(self.name)
        self.home, *hosts = PLACES[place]
        self.server, self.other, self.client = map(ipaddress.ip_address, hosts)
        self.port, self.cport = PORTS[number % len(PORTS)]
        self.banner, self.app = BANNERS[number % len(BANNERS)]
        # The first numbers: anywhere, at the end so that they wrap round, and 0.
        self.seq, self.isn = [(self.dice.getrandbits(32), self.dice.getrandbits(32)), (2 ** 32 - 1, 2 ** 32 - 3),
                              (0, 0)][number % 3]

    def packet(self, out, flags, seq, ack=0, data=b"", **more):
        """`out`: of the server (or of `host`, an inside one); numbers count from the first ones."""
        inside, iport = more.pop("host", self.server), more.pop("port", self.port)
        outside, oport = self.client, more.pop("cport", self.cport)
        ends = (inside, iport, outside, oport) if out else (outside, oport, inside, iport)
        mine, theirs = (self.isn, self.seq) if out else (self.seq, self.isn)
        return dict(script.DEFAULTS, proto="tcp", leaves=out, flags=flags, data=data, src=ends[0], sport=ends[1],
                    dst=ends[2], dport=ends[3], seq=(mine + seq) % 2 ** 32,
                    ack=(theirs + ack) % 2 ** 32 if "A" in flags else 0, **more)

    def session(self, banner, said=b"", **more):
        a, b = 1 + len(said), 1 + len(banner)
        out = [self.packet(False, "S", 0, **more), self.packet(True, "SA", 0, 1, **more),
               self.packet(False, "A", 1, 1, **more)]
        out += [self.packet(False, "PA", 1, 1, said, **more)] if said else []
        out += [self.packet(True, "PA", 1, a, banner, **more)] if banner else []
        return out + [self.packet(False, "FA", a, b, **more), self.packet(True, "FA", b, a + 1, **more),
                      self.packet(False, "A", a + 1, b + 1, **more)]

    def key(self, port=None, host=None):
        return (str(host or self.server), "tcp", port or self.port)


NOISE = b"\x07\x9a\x11\xfeQQQQ zzz"
SURE = {"full", "handshake"}


# case: what is sent; what must be there ((key, name) each); what may be, unsure; its evidence. `step` in microseconds.

def full(w):
    return w.session(w.banner), [(w.key(), w.app)], [], {"full"}


def handshake_only(w):
    return w.session(b""), [(w.key(), "unknown")], [], {"full"}


def unknown_payload(w):
    return w.session(NOISE, bytes(range(1, 12))), [(w.key(), "unknown")], [], {"full"}


def outbound_synack(w):
    return [w.packet(True, "SA", 0, 1)], [(w.key(), None)], [], {"oneway"}


def synack_by_inside(w):
    return [w.packet(True, "SA", 0, 0), w.packet(False, "R", 0)], [], [(w.key(), None)], set()


def half_open(w):
    return ([w.packet(False, "S", 0), w.packet(True, "SA", 0, 1), w.packet(False, "R", 1)],
            [(w.key(), None)], [], {"handshake"})


def repeated(w):
    return [w.packet(False, "S", 0)] + [w.packet(True, "SA", 0, 1)] * 5, [(w.key(), None)], [], {"handshake"}


def fast_open(w):
    asked = b"GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
    return ([w.packet(False, "S", 0, 0, asked), w.packet(True, "SA", 0, 1 + len(asked)),
             w.packet(True, "PA", 1, 1 + len(asked), b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n")],
            [(w.key(), "http")], [], SURE)


def simultaneous(w):
    return ([w.packet(True, "S", 0), w.packet(False, "S", 0), w.packet(True, "SA", 0, 1),
             w.packet(False, "SA", 0, 1)], [], [(w.key(), None)], set())


def refused(w):
    return ([w.packet(False, "S", 0), w.packet(True, "SA", 0, 1), w.packet(False, "A", 1, 1),
             w.packet(True, "RA", 1, 1)], [(w.key(), None)], [], SURE)


def four_ports(w):
    ports = [2001, 2002, 2003, 2004]
    sent = []
    for port, banner in zip(ports, (w.banner, b"", NOISE, b"")):
        sent += w.session(banner, port=port, cport=w.cport)
    return sent, [(w.key(port), w.app if port == 2001 else None) for port in ports], [], SURE


def bad_ack(w):
    return ([w.packet(False, "S", 0), w.packet(True, "SA", 0, w.dice.randrange(1000, 2 ** 31))],
            [], [(w.key(), None)], set())


def second_number(w):
    return ([w.packet(False, "S", 0), w.packet(False, "S", 8000), w.packet(True, "SA", 0, 8001)],
            [(w.key(), None)], [], SURE)


def prohibited(w):
    asked = w.packet(False, "S", 0)
    said = dict(asked, proto="icmp", flags="", leaves=True, src=w.other, sport=0, dst=w.client, dport=w.cport,
                code=13 if w.client.version == 4 else 1, about=("tcp", w.server, w.port))
    return [asked, said], [], [], set()


def mirrored_twice(w):
    sent = []
    for p in w.session(w.banner):
        sent += [p, dict(p, ttl=p["ttl"] - 1)]
    return sent, [(w.key(), w.app)], [], {"full"}


def client_inside(w):
    """Its port is as low as a server's."""
    at = {"host": w.other}
    return ([w.packet(True, "S", 0, **at), w.packet(False, "SA", 0, 1, **at), w.packet(True, "A", 1, 1, **at),
             w.packet(True, "PA", 1, 1, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", **at),
             w.packet(False, "PA", 1, 28, w.banner, **at)], [], [], set())


# case: (how it is made, microseconds between its packets, is the outbound half alone decisive)
CASES = {
    "full": (full, 10000, True), "handshake_only": (handshake_only, 10000, True),
    "unknown_payload": (unknown_payload, 10000, True), "outbound_synack": (outbound_synack, 10000, False),
    "synack_by_inside": (synack_by_inside, 10000, False), "half_open": (half_open, 10000, True),
    "repeated": (repeated, 1000000, True), "fast_open": (fast_open, 10000, True),
    "simultaneous": (simultaneous, 10000, False), "refused": (refused, 10000, True),
    "four_ports": (four_ports, 10000, True), "bad_ack": (bad_ack, 10000, False),
    "second_number": (second_number, 2000000, True), "prohibited": (prohibited, 10000, False),
    "mirrored_twice": (mirrored_twice, 100, True), "client_inside": (client_inside, 10000, False),
}
STARTS = (946684800, 1700000000, 4000000000)  # seconds: an old capture, and one after 2038


def judge(flowd, path, made, half):
    _, must, may, evidence = made
    recs, found = check.run(flowd, path)
    if half:  # the name may need the client's words; the endpoints may not
        must, evidence = [(key, None) for key, _ in must], {"oneway"}
    wrong = [f"{key} evidence {found[key]['evidence']}, not {sorted(evidence)}" for key, _ in must
             if key in found and evidence and found[key]["evidence"] not in evidence]
    return wrong + check.judge(found, recs, must, may)


def main():
    words = sys.argv[1:]
    keep = words.pop(words.index("--keep") + 1) if "--keep" in words else None
    words = [word for word in words if word != "--keep"]
    flowd, names = words[0], words[1:] or list(CASES)
    worlds = [World(place, i * len(PLACES) + j) for i in range(2) for j, place in enumerate(PLACES)]
    good = bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (world, name) in enumerate((w, n) for w in worlds for n in names):
            make, step, decisive = CASES[name]
            made = make(world)
            check.HOME = world.home
            for half in (False, True)[:1 + decisive]:
                sent = [p for p in made[0] if p["leaves"] or not half]
                start = STARTS[number % len(STARTS)] * 10 ** 6
                path = os.path.join(keep or folder, f"{name}_{world.name}{'_out' if half else ''}.pcap".replace(" ", "_"))
                with open(path, "wb") as file:
                    file.write(frames.capture("pcap", "eth", [
                        (start + i * step, data, len(data))
                        for i, data in enumerate(frames.frame(p, "eth") for p in sent)]))
                try:
                    wrong = judge(flowd, path, made, half)
                except (ValueError, KeyError, OSError) as error:
                    wrong = [f"{type(error).__name__}: {error}"]
                good, bad = good + (not wrong), bad + bool(wrong)
                for text in wrong:
                    print(f"{name} ({world.name}{', outbound half' if half else ''}): {text}")
    print(f"{good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
