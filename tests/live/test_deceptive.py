# SPDX-License-Identifier: Apache-2.0
"""A host that answers on every port, with three services behind it that are real.

    test_deceptive.py FLOWD [PORTS]

A client outside touches PORTS ports of it (default 3000), and speaks with the real ones. Needs
root, iproute2, nftables, tcpdump.
"""
import json
import os
import re
import selectors
import socket
import subprocess
import sys
import tempfile
import time

from flowd import Flowd, matches
from netns import Net, PATIENCE, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
MUTE = 9999
REAL = {22: (r"say:22:SSH-2.0-OpenSSH_9.2p1\r\n", b"", "ssh"),
        80: (r"answer:80:HTTP/1.1 200 OK\r\nServer: Toy/7.1\r\nContent-Length: 0\r\n\r\n",
             b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "http"),
        6379: (r"answer:6379:-NOAUTH Authentication required.\r\n", b"*1\r\n$4\r\nPING\r\n",
               "redis")}
PORTS = ", ".join(str(port) for port in list(REAL) + [MUTE])
REDIRECT = """table %s trap {
    chain pre { type nat hook prerouting priority -100;
        tcp dport != { %s } redirect to :%d
    }
}""" % ("%s", PORTS, MUTE)
SYNPROXY = """table ip trap {
    chain raw { type filter hook prerouting priority -300;
        tcp flags & (fin|syn|rst|ack) == syn notrack
    }
    chain in { type filter hook input priority 0;
        ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm
        ct state invalid drop
    }
}"""


def sweep(net, host, ports):
    """Connects to each of the ports and says nothing; many at once."""
    kind = family(host)
    with selectors.DefaultSelector() as waiting:
        for port in ports:
            client = net.socket("outside", kind, socket.SOCK_STREAM)
            client.setblocking(False)
            try:
                client.connect((host, port))
            except BlockingIOError:
                pass
            waiting.register(client, selectors.EVENT_WRITE)
            if len(waiting.get_map()) >= 200:
                drain(waiting)
        until = time.time() + 2
        while waiting.get_map() and time.time() < until:
            drain(waiting)


def drain(waiting):
    for key, _ in waiting.select(1):
        waiting.unregister(key.fileobj)
        key.fileobj.close()


def family(host):
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def speak(net, host):
    for port, (_, words, _) in REAL.items():
        with net.socket("outside", family(host), socket.SOCK_STREAM) as client:
            client.settimeout(3)
            client.connect((host, port))
            if words:
                client.sendall(words)
            client.recv(4096)


def touched(net, tap, host):
    """The ports that the prober has sent SYNs to."""
    found = set()
    prober = net.border_in[family(host) == socket.AF_INET6]
    for packet in tap():
        match = re.search(r" %s\.(\d+): Flags \[S\]" % re.escape(host), packet)
        if match and re.search(r" IP6? %s\." % re.escape(prober), packet):
            found.add(int(match.group(1)))
    return found


def check(net, report, program, directory, trap, count):
    name, rules, six = trap
    host = net.inside[six]
    net.run("inside", ["nft", "flush", "ruleset"])
    net.run("inside", ["nft", "-f", "-"], input=rules)
    tap = net.tap("inside", "%s == 2 and src host %s" % ("ip6[53]" if six else "tcp[13]",
                                                         net.border_in[six]))
    flowd = Flowd(net, [program, "-i", "inside", "--home", net.home, "--state",
                        os.path.join(directory, name), "--learn", "0s", "--web.port", "0"],
                  "border", ("sensor", "core", "verify")).wait_ready()
    sweep(net, host, [port for port in range(1, count + 1) if port not in REAL])
    speak(net, host)
    got, _ = flowd.wait(type="event", event="deceptive", ip=host)
    report.check("%s: found out" % name, host, got.get("ip"))
    for port, (_, _, app) in REAL.items():
        got, _ = flowd.wait(type="event", event="verdict", ip=host, port=port)
        report.check_fields("%s: port %d" % (name, port), dict(state="open", app=app), got)
    time.sleep(3)
    told = flowd.find(type="alert", ip=host)
    told = sorted(line["port"] for line in told)
    report.check("%s: alerts of what is real" % name, sorted([0] + list(REAL)),
                 [port for port in told if port in REAL or not port])
    report.check("%s: of what is not, before it was suspicious (%s)" % (name, told), True,
                 len(told) <= 4 + 4)
    report.check("%s: facts about the host" % name, 1,
                 flowd.count(type="event", event="deceptive"))
    flowd.end()
    ports = touched(net, tap, host)
    canaries = {port for port in ports if port > max(count, 9999) and port not in REAL}
    print("%s: %d ports probed: %s" % (name, len(ports), sorted(ports)))
    report.check("%s: at most 20 probes" % name, True, len(ports) <= 20)
    if count <= 9999:
        report.check("%s: canaries" % name, 3, len(canaries))
    listed = services(program, directory, name)
    report.check("%s: services listed" % name, sorted(REAL), sorted(listed))


def services(program, directory, name):
    """The ports that are stored: an empty replay prints them."""
    empty = os.path.join(directory, "empty.pcap")
    with open(empty, "wb") as out:
        out.write(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
    done = subprocess.run([program, "-r", empty, "--home", "any", "--state",
                           os.path.join(directory, name)], stdout=subprocess.PIPE, check=True,
                          universal_newlines=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [row["port"] for row in rows if matches(row, dict(type="service"))]


def main():
    skip_unless_possible("nft", "tcpdump")
    count = int(sys.argv[2]) if sys.argv[2:] else 3000
    report = Report()
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        servers = net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"),
                                       directory, "mute:%d" % MUTE] +
                            [habit for habit, _, _ in REAL.values()], stdout=subprocess.PIPE,
                            universal_newlines=True)
        if servers.stdout.readline() != "ready\n":
            raise RuntimeError("servers.py did not start")
        # Else the proxy's last ACK would make a connection of its own.
        net.run("inside", ["sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0"], check=False)
        for trap in (("redirect", REDIRECT % "ip", 0), ("synproxy", SYNPROXY, 0),
                     # The kernel's proxy drops what comes by a raw socket over veth and IPv6.
                     ("redirect over IPv6", REDIRECT % "ip6", 1)):
            try:
                net.run("inside", ["nft", "-c", "-f", "-"], input=trap[1])
            except RuntimeError:
                print("%s: the kernel has none" % trap[0])
                continue
            check(net, report, os.path.abspath(sys.argv[1]), directory, trap, count)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
