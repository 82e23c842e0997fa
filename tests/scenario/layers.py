# SPDX-License-Identifier: Apache-2.0
"""What a packet can be packed in: LAYERS, the seam where a kind is added.

A layer turns (type, bytes) into (type, bytes), where the type is an EtherType: IPv4 or IPv6 for a
packet, BRIDGED for an Ethernet frame. Its words are what stands behind its name: numbers by their
place, switches and name=value pairs.
"""
import ipaddress
import struct

import frames
from frames import FrameError, ipv4, ipv6, udp

IPV4, IPV6, BRIDGED = 0x0800, 0x86DD, 0x6558
MAC_A, MAC_B = b"\x00\x16\x3e\0\0\x31", b"\x4c\x16\x3e\0\0\x32"
ENDS = {4: ("192.0.2.251", "192.0.2.252"), 6: ("2001:db8:ff::1", "2001:db8:ff::2")}
PPP_TYPES = {IPV4: 0x21, IPV6: 0x57}


class Words:
    """The words of one layer: `gre:key=7:seq` has no number, key and seq."""

    def __init__(self, text):
        self.name, *words = text.split(":")
        self.numbers = [w for w in words if w[:1].isdigit()]
        self.named = dict((w + "=1").split("=")[:2] for w in words if not w[:1].isdigit())

    def number(self, default=0):
        return int(self.numbers[0], 0) if self.numbers else default

    def get(self, name, default=0):
        return int(self.named.get(name, str(default)), 0)

    def has(self, name):
        return name in self.named


def framed(kind, data):
    """As an Ethernet frame."""
    return data if kind == BRIDGED else MAC_A + MAC_B + struct.pack("!H", kind) + data


def carried(p, w, proto, data):
    """In an IP packet between the ends of the tunnel."""
    ends = [ipaddress.ip_address(e) for e in ENDS[6 if w.has("v6") else 4]]
    outer = dict(p, src=ends[not p["leaves"]], dst=ends[p["leaves"]], ipopts=b"", ext=[])
    if w.has("v6"):
        return IPV6, ipv6(outer, proto, data)
    return IPV4, ipv4(outer, proto, data)


def over_udp(p, w, port, data):
    ends = [ipaddress.ip_address(e) for e in ENDS[6 if w.has("v6") else 4]]
    outer = dict(p, src=ends[not p["leaves"]], dst=ends[p["leaves"]], sport=w.get("from", 50001),
                 dport=w.get("port", port), data=data)
    return carried(p, w, *udp(outer))


def ppp(kind, data, short=False):
    number = PPP_TYPES.get(kind)
    if number is None:
        raise FrameError("PPP carries IP")
    return (bytes([number]) if short else struct.pack("!H", number)) + data


def eth(p, w, kind, data):
    return BRIDGED, framed(kind, data)


def vlan(p, w, kind, data):
    tag, tpid = w.number(), w.get("tpid", 0x8100)
    if kind == BRIDGED:
        return BRIDGED, data[:12] + struct.pack("!HH", tpid, tag) + data[12:]
    return tpid, struct.pack("!HH", tag, kind) + data


def skipped(size, tpid, frame=False):
    """A tag of so many bytes that says nothing flowd wants to know."""
    def make(p, w, kind, data):
        if frame:
            return tpid, b"\x55" * size + framed(kind, data)
        return tpid, b"\x55" * size + struct.pack("!H", kind) + data
    return make


def mpls(p, w, kind, data):
    labels = [int(n, 0) for n in w.numbers] or [16]
    stack = b"".join(struct.pack("!I", label << 12 | (i == len(labels) - 1) << 8 | 64)
                     for i, label in enumerate(labels))
    if kind == BRIDGED or w.has("pw"):
        data = (b"\0\0\0\7" if w.has("cw") else b"") + framed(kind, data)
    if w.has("over_ip"):
        return carried(p, w, 137, stack + data)
    return 0x8847, stack + data


def pppoe(p, w, kind, data):
    body = ppp(kind, data, w.has("short"))
    return 0x8864, struct.pack("!BBHH", 0x11, 0, w.number(), len(body)) + body


def gre_head(w, kind):
    flags, rest = 0, b""
    if w.has("sum") or w.has("route"):
        flags |= 0x8000 * w.has("sum")
        rest += b"\0\0\0\0"
    if w.has("key"):
        flags |= 0x2000
        rest += struct.pack("!I", w.get("key"))
    if w.has("seq"):
        flags |= 0x1000
        rest += b"\0\0\1\2"
    if w.has("route"):
        flags |= 0x4000
        rest += b"\x08\0\0\4\xc0\0\2\1" + b"\0\0\0\0"
    return struct.pack("!HH", flags, kind) + rest


def gre(p, w, kind, data):
    if w.has("wccp"):
        return carried(p, w, 47, gre_head(w, 0x883E) + b"\0\1\2\3" + data)
    return carried(p, w, 47, gre_head(w, kind) + data)


def pptp(p, w, kind, data):
    body = b"\xff\x03" + ppp(kind, data)
    head = struct.pack("!HHHHI", 0x3081 if w.has("ack") else 0x3001, 0x880B, len(body), w.number(), 9)
    return carried(p, w, 47, head + (b"\0\0\0\x08" if w.has("ack") else b"") + body)


def erspan(p, w, kind, data):
    """Type I has no header, II and III differ in theirs."""
    version, session, tag = w.get("type", 2), w.number(), w.get("vlan")
    if version == 1:
        return carried(p, w, 47, struct.pack("!HH", 0, 0x88BE) + framed(kind, data))
    head = struct.pack("!HH", (1 if version == 2 else 2) << 12 | tag, session & 0x3FF)
    if version == 2:
        return carried(p, w, 47, b"\x10\0\x88\xbe\0\0\0\5" + head + b"\0\0\0\1" + framed(kind, data))
    raw = kind != BRIDGED and w.has("raw")
    head += b"\1\2\3\4" + struct.pack("!HH", 0, (2 << 10 if raw else 0) | w.has("sub"))
    head += b"\x10\0\0\0\0\0\0\1" if w.has("sub") else b""
    return carried(p, w, 47, b"\x10\0\x22\xeb\0\0\0\5" + head + (data if raw else framed(kind, data)))


def vxlan(p, w, kind, data):
    vni = struct.pack("!I", w.number() << 8)
    if w.has("gpe"):
        follows = {IPV4: 1, IPV6: 2, BRIDGED: 3}[kind]
        return over_udp(p, w, 4790, b"\x0c\0\0" + bytes([follows]) + vni + data)
    head = b"\x88\0\0\x21" if w.has("policy") else b"\x08\0\0\0"
    return over_udp(p, w, 4789, head + vni + framed(kind, data))


def geneve(p, w, kind, data):
    options = b"\1\2\x80\1\xaa\xbb\xcc\xdd" * w.get("opts")
    body = data if w.has("raw") else framed(kind, data)
    head = struct.pack("!BBHI", len(options) // 4, 0x40 * bool(options),
                       kind if w.has("raw") else BRIDGED, w.number() << 8)
    return over_udp(p, w, 6081, head + options + body)


def gtp(p, w, kind, data):
    rest = b"\0\1\0\x85\1\0\x09\0" if w.has("ext") else b"\0\1\0\0" if w.has("seq") else b""
    flags = 0x34 if w.has("ext") else 0x32 if w.has("seq") else 0x30
    head = struct.pack("!BBHI", flags, 255, len(rest) + len(data), w.number())
    return over_udp(p, w, 2152, head + rest + data)


def teredo(p, w, kind, data):
    head = b"\0\1\0\0" + b"\1" * 8 + b"\0" if w.has("auth") else b""
    head += b"\0\0\x12\x34\xc0\0\2\1" if w.has("origin") else b""
    return over_udp(p, w, 3544, head + data)


def l2tp(p, w, kind, data):
    if w.has("ip"):
        cookie = b"\xa5" * w.get("cookie")
        return carried(p, w, 115, struct.pack("!I", w.number()) + cookie + framed(kind, data))
    body = b"\xff\x03" + ppp(kind, data)
    if w.has("len"):
        head = struct.pack("!HHHH", 0x4002, 8 + len(body), w.number() >> 16, w.number() & 0xFFFF)
    else:
        head = struct.pack("!HHHHH", 0x0202, w.number() >> 16, w.number() & 0xFFFF, 2, 0)
    return over_udp(p, w, 1701, head + body)


def ayiya(p, w, kind, data):
    return over_udp(p, w, 5072, b"\x44\x52\x11" + bytes([41 if kind == IPV6 else 4]) + b"\0" * 4 +
                    b"\x20" * 16 + b"\x11" * 20 + data)


def wlan(kind, data, swap=False):
    """A QoS data frame from the station (IEEE 802.11)."""
    control = b"\x01\x88" if swap else b"\x88\x01"
    return control + b"\0\0" + b"\2\0\0\0\0\1" * 3 + b"\x10\0" + b"\0\0" + llc(kind, data)


def capwap(p, w, kind, data):
    if w.has("wlan"):
        return over_udp(p, w, 5247, b"\0\x20\x03\x20" + b"\0" * 4 + b"\4\1\2\3\4\0\0\0" +
                        wlan(kind, data, True))
    return over_udp(p, w, 5247, b"\0\x10\x02\0" + b"\0" * 4 + framed(kind, data))


def tzsp(p, w, kind, data):
    return over_udp(p, w, 37008, b"\1\0\0\1" + b"\x0a\1\x33\0\1" + framed(kind, data))


def ipip(p, w, kind, data):
    return carried(p, w, 41 if kind == IPV6 else 4, data)


def etherip(p, w, kind, data):
    return carried(p, w, 97, b"\x30\0" + framed(kind, data))


def llc(kind, data):
    return b"\xaa\xaa\3\0\0\0" + struct.pack("!H", kind) + data


def snap(p, w, kind, data):
    """IEEE 802.3: a length in the place of the type."""
    body = llc(kind, data)
    return len(body), body


def nsh(p, w, kind, data):
    follows = {IPV4: 1, IPV6: 2, BRIDGED: 3}[kind]
    return 0x894F, struct.pack("!HBBI", 0x0FC6, 1, follows, 0x12300) + b"\0" * 16 + data


LAYERS = {"eth": eth, "vlan": vlan, "mpls": mpls, "pppoe": pppoe, "gre": gre, "pptp": pptp,
          "erspan": erspan, "vxlan": vxlan, "geneve": geneve, "gtp": gtp, "teredo": teredo,
          "l2tp": l2tp, "ayiya": ayiya, "capwap": capwap, "tzsp": tzsp, "ipip": ipip,
          "etherip": etherip, "snap": snap, "nsh": nsh, "fabricpath": skipped(2, 0x8903, True),
          "pbb": skipped(4, 0x88E7, True), "vntag": skipped(4, 0x8926)}


def pieces(p, text, packet):
    """The fragments of an IP packet: `0-16,16-`, in that order; `!` behind one: with other bytes."""
    four = packet[0] >> 4 == 4
    size = (packet[0] & 15) * 4 if four else 40
    body = packet[size:]
    for part in text.split(","):
        first, _, last = part.rstrip("!").partition("-")
        first, last = int(first), min(int(last or len(body)), len(body))
        if first % 8 or first >= last:
            raise FrameError(f"{part!r} is no part of {len(body)} bytes")
        data, more = body[first:last], last < len(body)
        if part.endswith("!"):
            data = bytes(b ^ 0xFF for b in data)
        if four:
            outer = dict(p, src=ipaddress.ip_address(packet[12:16]), ext=[], ipopts=b"",
                         dst=ipaddress.ip_address(packet[16:20]))
            yield ipv4(outer, packet[9], data, first // 8 | more << 13)
        else:
            head = struct.pack("!BBHI", packet[6], 0, first | more, p["ident"])
            yield packet[:4] + struct.pack("!HB", 8 + len(data), 44) + packet[7:40] + head + data


def frames_of(p, link):
    """All the frames that become of a packet; `in` names its layers, outermost first."""
    out = [(frames.ether_type(p), frames.ip_packet(p))]
    for text in reversed(p["in"]):
        w = Words(text)
        if w.name == "frag":
            out = [(k, piece) for k, data in out for piece in pieces(p, text[5:], data)]
        elif w.name in LAYERS:
            out = [LAYERS[w.name](p, w, k, data) for k, data in out]
        else:
            raise FrameError(f"{w.name!r} is none of frag, {', '.join(LAYERS)}")
    return [frames.LINKS[link][1](dict(p, type=kind), data) for kind, data in out]
