#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What each role costs: CPU and time of its start, memory at rest and when it knows many services.

usage: roles.py --flowd PATH [--build DIR] [--services N] [--starts N]

flowd listens live in a network namespace, next to one that sends SYN and SYN-ACK of each of the
services at a steady rate, again where something was lost. Nothing is probed. Start is over when the
role's seccomp filter is on. Memory is the resident set, and what of it is the role's alone. Needs
root. Ends with 'N passed, N failed': do all roles start, are all services stored?
"""
import argparse
import json
import os
import re
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

from run import HERE, BenchError, program

sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tests", "live"))
from flowd import Flowd, ROLES  # noqa: E402
from netns import Net, skip_unless_possible  # noqa: E402

CHUNK = 250000  # services in a capture
RATE = 10000  # packets a second
PORTS = 40  # of each host
TIMES = 4  # that a lost service is said again
PATIENCE = 60


class Quiet(Flowd):
    """What it prints is read and not looked at."""

    def _read(self):
        while os.read(self.process.stdout.fileno(), 65536):
            pass


def status(pid):
    with open("/proc/%d/status" % pid) as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def cpu_ms(pid):
    total = 0
    for tid in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/schedstat" % (pid, tid)) as file:
            total += int(file.read().split()[0])
    return total / 1e6


def memory(pid):
    """MiB: resident, and the part that no other process shares."""
    with open("/proc/%d/smaps_rollup" % pid) as file:
        rows = dict(re.findall(r"^(\w+): +(\d+) kB", file.read(), re.M))
    return int(rows["Rss"]) / 1024, (int(rows["Private_Clean"]) + int(rows["Private_Dirty"])) / 1024


def words(args, state):
    return [args.flowd, "-i", "inside", "--home", "10.0.0.0/8", "--targets", "192.0.2.200", "--state", state,
            "--limits.candidates", "2000000"]


def start_once(net, args, folder):
    """For each role (CPU ms, ms from the start of flowd) until it is sealed."""
    began = time.monotonic()
    flowd = Flowd(net, words(args, os.path.join(folder, "start")))
    seen = {}
    while len(seen) < len(ROLES) and time.monotonic() < began + PATIENCE:
        for role, pid in flowd.roles().items():
            if role not in seen and status(pid).get("Seccomp_filters") == "2":
                seen[role] = (cpu_ms(pid), (time.monotonic() - began) * 1000)
    parent = (cpu_ms(flowd.process.pid), 0)
    time.sleep(0.5)
    flowd.end()
    if len(seen) < len(ROLES):
        raise BenchError("not all roles start: " + flowd.said())
    return dict(seen, parent=parent)


def starts(net, args, folder):
    runs = [start_once(net, args, folder) for _ in range(args.starts)]
    print("start, medians of %d (a store that is there)   CPU ms   ms until sealed" % args.starts)
    for role in ("parent",) + ROLES:
        cpu, wall = (statistics.median(run[role][i] for run in runs) for i in (0, 1))
        print("%-42s %10.1f   %s" % (role, cpu, "%.0f" % wall if wall else ""))
    sys.stdout.flush()


def write_chunk(path, first, count, turn):
    """SYN and SYN-ACK of services, in their order, by other clients at each turn; checksums are
    nobody's business here."""
    def frame(syn):
        ether = bytes.fromhex("020000000002" "020000000001" "0800")
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40, 1, 0x4000, 64, 6, 0, bytes(4), bytes(4))
        seq, ack, flags = (7, 0, 2) if syn else (9, 8, 0x12)
        return bytearray(struct.pack("<IIII", 1700000000, 0, 54, 54) + ether + ip +
                         struct.pack(">HHIIBBHHH", 0, 0, seq, ack, 0x50, flags, 65535, 0, 0))
    ask, answer = frame(True), frame(False)
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for number in range(first, first + count):
            host = struct.pack(">I", 0x0a000001 + number // PORTS)
            port = struct.pack(">H", 20001 + number % PORTS)
            client = struct.pack(">I", 0xc6120000 + number % 50000)
            home = struct.pack(">H", 1024 + (number + 7919 * turn) % 60000)
            ask[42:50], answer[42:50] = client + host, host + client
            ask[50:54], answer[50:54] = home + port, port + home
            out.write(ask)
            out.write(answer)


def health(net):
    with net.socket("border", socket.AF_INET, socket.SOCK_STREAM) as client:
        client.settimeout(PATIENCE)
        client.connect(("127.0.0.1", 7780))
        client.sendall(b"GET /api/v1/health HTTP/1.0\r\nHost: 127.0.0.1:7780\r\n\r\n")
        said = b"".join(iter(lambda: client.recv(65536), b""))
    return json.loads(said.partition(b"\r\n\r\n")[2])


def settle(net):
    """How many records were lost, once core has stored what it was told."""
    last, rows = -1, 0
    while rows != last:
        time.sleep(1.5)
        last, rows = rows, health(net)["store"]["rows_estimated"]
    return health(net)["counters"]["records_dropped"]


def stored(args, folder):
    """How many services there are in the store: an empty replay prints them."""
    empty = os.path.join(folder, "empty.pcap")
    write_chunk(empty, 0, 0, 0)
    done = subprocess.Popen([args.flowd, "-r", empty, "--home", "any", "--state",
                             os.path.join(folder, "many")], stdout=subprocess.PIPE)
    return sum(line.startswith(b'{"type":"service"') for line in done.stdout)


def fill(net, args, folder):
    send = program("send", args.build, folder)
    path, lost = os.path.join(folder, "chunk.pcap"), 0
    for first in range(0, args.services, CHUNK):
        count = min(CHUNK, args.services - first)
        for turn in range(TIMES):
            write_chunk(path, first, count, turn)
            net.run("inside", [send, path, "eth0", str(RATE), "%.3f" % (2 * count / RATE + 0.5)])
            lost, before = settle(net), lost
            if lost == before:
                break


def show_memory(title, flowd):
    print("%-42s %10s   %s" % (title, "MiB", "its own"))
    for role, pid in [("parent", flowd.process.pid)] + sorted(
            flowd.roles().items(), key=lambda row: ROLES.index(row[0])):
        print("%-42s %10.1f   %.1f" % ((role,) + memory(pid)))
    sys.stdout.flush()


def run(net, args, folder):
    starts(net, args, folder)
    flowd = Quiet(net, words(args, os.path.join(folder, "many"))).wait_ready()
    time.sleep(2)
    show_memory("at rest", flowd)
    began = time.monotonic()
    fill(net, args, folder)
    counters = health(net)["counters"]
    show_memory("with many services, after %d s" % (time.monotonic() - began), flowd)
    print("records dropped %d, kernel drops %d, services evicted %d, store %d MiB" % (
        counters["records_dropped"], counters["kernel_drops"], counters["known_evicted"],
        health(net)["store"]["bytes"] >> 20))
    status_, _ = flowd.end()
    rows = stored(args, folder)
    print("services stored: %d" % rows)
    results = [("services are stored", rows >= args.services), ("flowd ends well", status_ == 0)]
    for name, good in results:
        if not good:
            print("failed: %s\n%s" % (name, flowd.said()))
    bad = sum(not good for _, good in results)
    print("%d passed, %d failed" % (len(results) - bad, bad))
    return 1 if bad else 0


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--flowd", required=True)
    ap.add_argument("--build", default=HERE, help="where send was built")
    ap.add_argument("--services", type=int, default=1000000, help="(1000000)")
    ap.add_argument("--starts", type=int, default=9, help="(9)")
    args = ap.parse_args()
    args.flowd = os.path.abspath(args.flowd)
    skip_unless_possible()
    with tempfile.TemporaryDirectory() as folder, Net() as net:
        os.chmod(folder, 0o755)
        try:
            return run(net, args, folder)
        except (BenchError, OSError, RuntimeError, subprocess.SubprocessError) as error:
            print("roles: %s\n0 passed, 1 failed" % error)
            return 1


if __name__ == "__main__":
    sys.exit(main())
