# SPDX-License-Identifier: Apache-2.0
"""Frames and capture files made of plain values. Knows nothing of scenarios.

A packet goes through three tables, each of which is the seam where a kind is added: TRANSPORTS
makes the segment, EXTENSIONS wraps it below IPv6, LINKS puts the frame around the IP packet.
"""
import ipaddress
import struct

FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32, "E": 64, "C": 128}
BRIDGED = 0x6558  # the type of a whole Ethernet frame
MAC_INSIDE, MAC_OUTSIDE = b"\x02\0\0\0\0\x10", b"\x02\0\0\0\0\x20"
# MSS 1460, SACK permitted, time stamps, window scale 7: what a common stack says in a SYN.
SYN_OPTIONS = b"\2\4\5\xb4\4\2\x08\x0a\0\0\0\1\0\0\0\0\1\3\3\7"


class FrameError(ValueError):
    """A packet that cannot be made; the text says why."""


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo_header(src, dst, proto, length):
    if src.version == 4:
        return src.packed + dst.packed + struct.pack("!BBH", 0, proto, length)
    return src.packed + dst.packed + struct.pack("!IHBB", length, 0, 0, proto)


def tcp(p):
    """A TCP segment (RFC 9293) of a packet's values."""
    flags = sum(FLAGS[letter] for letter in p["flags"])
    options = p["opts"] if p["opts"] is not None else SYN_OPTIONS if "S" in p["flags"] else b""
    options += b"\0" * (-len(options) % 4)
    if len(options) > 40:
        raise FrameError("more than 40 bytes of TCP options")
    head = struct.pack("!HHIIBBHHH", p["sport"], p["dport"], p["seq"], p["ack"],
                       (20 + len(options)) // 4 << 4, flags, p["win"], 0, 0) + options
    segment = head + p["data"]
    total = checksum(pseudo_header(p["src"], p["dst"], 6, len(segment)) + segment)
    if p["badsum"]:
        total ^= 0xFFFF
    return 6, segment[:16] + struct.pack("!H", total) + segment[18:]


def udp(p):
    """A UDP datagram (RFC 768)."""
    segment = struct.pack("!HHHH", p["sport"], p["dport"], 8 + len(p["data"]), 0) + p["data"]
    total = checksum(pseudo_header(p["src"], p["dst"], 17, len(segment)) + segment) or 0xFFFF
    if p["badsum"]:
        total ^= 0xFFFF
    return 17, segment[:6] + struct.pack("!H", total) + segment[8:]


def crc32c(data):
    """The checksum of SCTP (RFC 9260 appendix A), least significant byte first."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return struct.pack("<I", crc ^ 0xFFFFFFFF)


def sctp(p):
    """An SCTP packet (RFC 9260): `data` is its chunks, `seq` its verification tag."""
    head = struct.pack("!HHI", p["sport"], p["dport"], p["seq"])
    return 132, head + crc32c(head + bytes(4) + p["data"]) + p["data"]


def icmp(p):
    """A "destination unreachable" (RFC 792, RFC 4443) with `code`, that quotes the first bytes of what
    its receiver has sent to `about`."""
    proto, host, port = p["about"]
    v4 = p["src"].version == 4
    asked = dict(p, proto=proto, src=p["dst"], sport=p["dport"], dst=host, dport=port, flags="S", data=b"",
                 seq=1000, ack=0, ext=[], ipopts=b"")
    number, segment = TRANSPORTS[proto](asked)
    packet = (ipv4 if v4 else ipv6)(asked, number, segment)
    quote = packet[:28] if v4 else packet
    head = struct.pack("!BBHI", 3 if v4 else 1, p["code"], 0, 0)
    total = checksum((b"" if v4 else pseudo_header(p["src"], p["dst"], 58, len(head + quote))) + head + quote)
    return 1 if v4 else 58, head[:2] + struct.pack("!H", total) + head[4:] + quote


TRANSPORTS = {"tcp": tcp, "udp": udp, "sctp": sctp, "icmp": icmp}

# IPv6 extension headers: name: (next-header number, bytes after the first one). RFC 8200 and, for
# ah, RFC 4302.
EXTENSIONS = {
    "hopopt": (0, b"\0\1\4\0\0\0\0"),
    "route": (43, b"\0\xfd\0\0\0\0\0"),  # an experimental type, no segments left
    "fragment": (44, b"\0\0\0\0\0\0\1"),  # an atomic fragment (RFC 6946)
    "dstopt": (60, b"\0\1\4\0\0\0\0"),
    "ah": (51, b"\4\0\0\0\0\0\1\0\0\0\1" + b"\0" * 12),
}


def ipv4(p, proto, segment, fragment=0x4000):
    """`fragment`: the field of flags and offset; do not fragment."""
    options = p["ipopts"] + b"\0" * (-len(p["ipopts"]) % 4)
    if p["ext"]:
        raise FrameError("IPv4 has no extension headers")
    if len(options) > 40:
        raise FrameError("more than 40 bytes of IPv4 options")
    size = 20 + len(options)
    head = struct.pack("!BBHHHBBH", 0x40 | size // 4, 0, size + len(segment), p["ident"], fragment,
                       p["ttl"], proto, 0) + p["src"].packed + p["dst"].packed + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + segment


def ipv6(p, proto, segment):
    if p["ipopts"]:
        raise FrameError("IPv6 has no options of that kind; use ext")
    for name in reversed(p["ext"]):
        number, rest = EXTENSIONS[name]
        segment = bytes([proto]) + rest + segment
        proto = number
    return struct.pack("!IHBB", 6 << 28, len(segment), proto, p["ttl"]) + p["src"].packed + \
        p["dst"].packed + segment


def ip_packet(p):
    proto, segment = TRANSPORTS[p["proto"]](p)
    return (ipv4 if p["src"].version == 4 else ipv6)(p, proto, segment)


def ether_type(p):
    """What the link announces: `type`, or the packet itself."""
    if p.get("type"):
        return p["type"]
    return 0x0800 if p["src"].version == 4 else 0x86DD


def tags(p):
    """The VLAN tags and the type of what follows, as they stand after the first type field."""
    kinds = [0x8100] * len(p["vlans"])
    if len(kinds) > 1:
        kinds[0] = 0x88A8
    types = kinds + [ether_type(p)]
    rest = b"".join(struct.pack("!HH", tag, after) for tag, after in zip(p["vlans"], types[1:]))
    return types[0], rest


def link_eth(p, packet):
    first, rest = tags(p)
    macs = MAC_OUTSIDE + MAC_INSIDE if p["leaves"] else MAC_INSIDE + MAC_OUTSIDE
    if first == BRIDGED:
        return packet.ljust(60, b"\0")
    return (macs + struct.pack("!H", first) + rest + packet).ljust(60, b"\0")


def link_sll(p, packet):
    first, rest = tags(p)
    mac = MAC_INSIDE if p["leaves"] else MAC_OUTSIDE
    return struct.pack("!HHH8sH", 4 if p["leaves"] else 0, 1, 6, mac, first) + rest + packet


def link_sll2(p, packet):
    first, rest = tags(p)
    mac = MAC_INSIDE if p["leaves"] else MAC_OUTSIDE
    return struct.pack("!HHIHBB8s", first, 0, 2, 1, 4 if p["leaves"] else 0, 6, mac) + rest + packet


def link_raw(p, packet):
    if p["vlans"]:
        raise FrameError("a raw IP frame has no VLAN tag")
    return packet


def link_null(p, packet):
    if p["vlans"]:
        raise FrameError("a loopback frame has no VLAN tag")
    return struct.pack("<I", 2 if packet[0] >> 4 == 4 else 30) + packet


PPP_TYPES = {0x0800: 0x21, 0x86DD: 0x57, 0x8847: 0x281}


def link_ppp(p, packet):
    return b"\xff\x03" + struct.pack("!H", PPP_TYPES[ether_type(p)]) + packet


def link_hdlc(p, packet):
    """Cisco's HDLC."""
    return b"\x0f\0" + struct.pack("!H", ether_type(p)) + packet


def link_frame_relay(p, packet):
    """RFC 2427, DLCI 16."""
    return b"\x04\x01\x03" + (b"\xcc" if ether_type(p) == 0x0800 else b"\x8e") + packet


def snap(p, packet):
    return b"\xaa\xaa\3\0\0\0" + struct.pack("!H", ether_type(p)) + packet


def link_wlan(p, packet):
    """IEEE 802.11, data to the access point."""
    return b"\x08\x01\0\0" + b"\2\0\0\0\0\1" * 3 + b"\x10\0" + snap(p, packet)


def link_radiotap(p, packet):
    """With a time stamp and flags before QoS data whose header is padded."""
    head = b"\0\0\x11\0\3\0\0\0" + b"\7" * 8 + b"\x20"
    return head + b"\x88\x02\0\0" + b"\2\0\0\0\0\1" * 3 + b"\x10\0\0\0\0\0" + snap(p, packet)


def link_amsdu(p, packet):
    """An aggregate: a frame of the spanning tree, then ours."""
    out = b"\0\0\x08\0\0\0\0\0\x88\x02\0\0" + b"\2\0\0\0\0\1" * 3 + b"\x10\0\x80\0"
    for i, body in enumerate((b"\x42\x42\3\0\0", snap(p, packet))):
        part = b"\2\0\0\0\0\1\2\0\0\0\0\2" + struct.pack("!H", len(body)) + body
        out += part + b"\0" * (-len(part) % 4 if not i else 0)
    return out


# link: (LINKTYPE_ number of the capture file, maker of the frame)
LINKS = {"amsdu": (127, link_amsdu), "eth": (1, link_eth), "frame-relay": (107, link_frame_relay),
         "hdlc": (104, link_hdlc), "ppp": (9, link_ppp), "radiotap": (127, link_radiotap),
         "wlan": (105, link_wlan), "null": (0, link_null), "raw": (101, link_raw),
         "sll": (113, link_sll), "sll2": (276, link_sll2)}


def frame(p, link):
    return LINKS[link][1](p, ip_packet(p))


def pcap_file(link, frames, order="<", nano=False):
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, LINKS[link][0])]
    for time_us, data, kept in frames:
        part = time_us % 1000000 * (1000 if nano else 1)
        out.append(struct.pack(order + "IIII", time_us // 1000000, part, kept, len(data)))
        out.append(data[:kept])
    return b"".join(out)


def pcapng_block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def pcapng_file(link, frames):
    out = [pcapng_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
           pcapng_block(1, struct.pack("<HHI", LINKS[link][0], 0, 65535))]
    for time_us, data, kept in frames:
        head = struct.pack("<IIIII", 0, time_us >> 32, time_us & 0xFFFFFFFF, kept, len(data))
        out.append(pcapng_block(6, head + data[:kept]))
    return b"".join(out)


FILES = {
    "pcap": pcap_file,
    "pcap-be": lambda link, frames: pcap_file(link, frames, ">"),
    "pcap-ns": lambda link, frames: pcap_file(link, frames, nano=True),
    "pcapng": pcapng_file,
}


def capture(kind, link, frames):
    """The bytes of a capture file; `frames` are (microseconds, frame, bytes kept of it)."""
    return FILES[kind](link, frames)


def address(text):
    try:
        return ipaddress.ip_address(text)
    except ValueError as e:
        raise FrameError(f"{text!r} is no address") from e
