# SPDX-License-Identifier: Apache-2.0
"""A way from outside to inside that takes as long as it is told, and knows when what went by.

    way = Delay(net)
    way.rtt = 0.3

Two tunnel devices take the place of the cable between the namespaces outside and border; each packet waits half a
round trip between them. (netem would do, where the kernel has it.)
"""
import ctypes
import fcntl
import heapq
import os
import select
import socket
import struct
import threading
import time

from netns import CLONE_NEWNET

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 1, 0x1000
TIMESTAMPNS, PACKET_OUTGOING = 35, 4
POSSIBLE = os.path.exists("/dev/net/tun")


def open_tunnel(net, place, name):
    """A device of a namespace whose packets this process carries."""
    made = []

    def make():
        with open("/run/netns/" + net.name[place]) as file:
            ctypes.CDLL(None).setns(file.fileno(), CLONE_NEWNET)
        tunnel = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(tunnel, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
        made.append(tunnel)
    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    net.run(place, ["ip", "link", "set", name, "up"])
    return made[0]


class Packet:
    """When it set out, by the kernel's clock, and what of it tells which it is; port: of the host inside."""

    def __init__(self, at, packet):
        self.at = at
        six = packet[0] >> 4 == 6
        start = 40 if six else 4 * (packet[0] & 15)
        self.proto = packet[6 if six else 9]
        self.own_port, self.port = struct.unpack_from(">HH", packet, start)
        self.flags = packet[start + 13] if self.proto == 6 else 0


class Delay:
    def __init__(self, net):
        self.rtt = 0.0
        self.seen = []  # Packet
        self.queue, self.number, self.lock = [], 0, threading.Lock()
        self.tap = net.socket("outside", socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        self.near = open_tunnel(net, "outside", "slow")
        self.far = open_tunnel(net, "border", "slow")
        for place, prefixes in (("outside", ("10.77.0.0/24", "2001:db8:77::/64")),
                                ("border", (net.outside[0] + "/32", net.outside[1] + "/128"))):
            for prefix in prefixes:
                net.run(place, ["ip", "route", "add", prefix, "dev", "slow"])
        self.tap.setsockopt(socket.SOL_SOCKET, TIMESTAMPNS, 1)
        self.tap.bind(("slow", 3))
        threading.Thread(target=self._carry, daemon=True).start()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        while True:
            packet, notes, _, source = self.tap.recvmsg(2048, 128)
            # What leaves, but for what neighbours say.
            if source[2] != PACKET_OUTGOING or (packet[0] >> 4 == 6 and packet[6] not in (6, 17)):
                continue
            second, nano = struct.unpack("@ll", next(data for _, kind, data in notes if kind == TIMESTAMPNS))
            with self.lock:
                self.seen.append(Packet(second + nano / 1e9, packet))

    def _take(self, tunnel):
        try:
            packet = os.read(tunnel, 65536)
        except OSError:
            return
        self.number += 1
        heapq.heappush(self.queue, (time.monotonic() + self.rtt / 2, self.number, packet,
                                    self.near if tunnel == self.far else self.far))

    def _carry(self):
        while True:
            wait = max(0, self.queue[0][0] - time.monotonic()) if self.queue else 1
            for tunnel in select.select([self.near, self.far], [], [], wait)[0]:
                self._take(tunnel)
            while self.queue and self.queue[0][0] <= time.monotonic():
                _, _, packet, to = heapq.heappop(self.queue)
                try:
                    os.write(to, packet)
                except OSError:  # it is gone
                    return

    def forget(self):
        with self.lock:
            self.seen.clear()

    def questions(self, proto, port, flags=0):
        """When packets set out for a port, by the port they came from."""
        found = {}
        with self.lock:
            for packet in self.seen:
                if (packet.proto, packet.port, packet.flags) == (proto, port, flags):
                    found.setdefault(packet.own_port, []).append(packet.at)
        return list(found.values())
