# SPDX-License-Identifier: Apache-2.0
"""flowd as a whole at a border of network namespaces: real clients, real servers, real alerts.

    test_flowd.py FLOWD [PART...]

Parts are the names of the functions that main() calls, without check_; default: all. Needs root,
iproute2, tcpdump, setpriv, openssl; redis-server is played by a toy where missing.
"""
import collections
import ipaddress
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from flowd import Flowd, ROLES, matches
from netns import Net, PATIENCE, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "scenario"))
import frames  # noqa: E402

QUIET = 1.5  # seconds in which nothing may come
SSH = r"say:SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"
HTTP = r"answer:HTTP/1.1 200 OK\r\nServer: Toy/7.1\r\nContent-Length: 2\r\n\r\nok"
REDIS = r"answer:-NOAUTH Authentication required.\r\n"
GET = b"GET / HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n"
PING = b"*1\r\n$4\r\nPING\r\n"
HELLO = b"SSH-2.0-OpenSSH_9.2p1\r\n"


class Bench:
    def __init__(self, net, program, directory):
        self.net, self.program, self.directory = net, program, directory
        self.report = Report()
        self.home = net.home

    def path(self, name):
        return os.path.join(self.directory, name)

    def flowd(self, name, *options, place="border", device="inside", roles=ROLES):
        """Started with a state and an alert file of that name."""
        words = [self.program, "-i", device, "--home", self.home, "--state", self.path(name),
                 "--alert-file", self.path(name + ".alerts")]
        return Flowd(self.net, words + list(options), place, roles).wait_ready()

    def stop(self, flowd, what, number=signal.SIGTERM):
        status, took = flowd.end(number)
        if not self.report.check("%s: exit status" % what, 0, status):
            print(flowd.said())
        self.report.check("%s: ends soon (%.2f s)" % (what, took), True, took < 3)

    def alerts(self, name):
        """The alerts of the file of that name."""
        with open(self.path(name + ".alerts")) as file:
            return [json.loads(line) for line in file]

    def services(self, name):
        """What is stored, by (host, port): an empty replay prints it."""
        with open(self.path("empty.pcap"), "wb") as out:
            out.write(frames.capture("pcap", "eth", []))
        done = subprocess.run([self.program, "-r", self.path("empty.pcap"), "--home", "any",
                               "--state", self.path(name)], stdout=subprocess.PIPE, check=True)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return {(row["ip"], row["port"]): row for row in rows if row["type"] == "service"}

    def serve(self, *words, place="inside"):
        process = self.net.start(place, [sys.executable, os.path.join(HERE, "servers.py"),
                                         self.directory] + list(words), stdout=subprocess.PIPE,
                                 universal_newlines=True)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("servers.py did not start")
        return process

    def serve_redis(self, *ports):
        path = shutil.which("redis-server")
        for port in ports:
            if path:
                self.net.start("inside", [path, "--save", "", "--dir", self.directory, "--bind",
                                          "0.0.0.0", "::", "--protected-mode", "no", "--port",
                                          str(port)], stdout=subprocess.DEVNULL)
            else:
                self.serve(REDIS.replace(":", ":%d:" % port, 1))
        for port in ports:
            while not self.touch(self.net.inside[0], port, place="inside"):
                time.sleep(0.02)

    def touch(self, host, port, say=b"", place="outside"):
        """Connects, says something, reads an answer; the time of the connect, 0 if refused."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with self.net.socket(place, family, socket.SOCK_STREAM) as client:
            client.settimeout(1)
            started = time.time()
            try:
                client.connect((host, port))
            except OSError:
                return 0
            if say:
                client.sendall(say)
                client.recv(4096)
        return started

    def make_certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "90",
                        "-keyout", self.path("key.pem"), "-out", self.path("cert.pem"), "-subj",
                        "/O=Example, Inc./CN=www.example.com", "-addext",
                        "subjectAltName=DNS:www.example.com,DNS:example.com,IP:10.77.0.2"],
                       check=True, stderr=subprocess.DEVNULL)


def check_one(bench, flowd, host, port, **alert):
    """There is one event new, one verdict and one alert, which has these fields."""
    what = "%s port %d" % (host, port)
    service = dict(ip=host, port=port)
    got, at = flowd.wait(type="alert", **service)
    bench.report.check_fields(what + ": alert", alert, got)
    bench.report.check(what + ": events new", 1,
                       flowd.count(type="event", event="new", **service))
    if alert.get("verified"):
        verdict = flowd.find(type="event", event="verdict", **service)
        bench.report.check(what + ": verdicts", [alert["state"]], [v["state"] for v in verdict])
    bench.report.check(what + ": alerts", 1, flowd.count(type="alert", **service))
    return got, at


def check_running(bench, flowd):
    """Servers that were there before, met for the first time, and then again and again."""
    for host in bench.net.inside:
        for port, app, level, say, server in ((22, "ssh", "low", HELLO, SSH),
                                              (2222, "ssh", "medium", HELLO, SSH),
                                              (80, "http", "low", GET, HTTP)):
            bench.touch(host, port, say)
            got, _ = check_one(
                bench, flowd, host, port, level=level, event="new", app=app, state="open",
                verified=True, peer=bench.net.outside[":" in host], proto="tcp",
                probe=dict(state="open", reason="syn-ack", vantage="inside", method="syn", app=app,
                           tls=None, certificate=None, icmp_type=None))
            if not got:
                continue
            _, _, banner = server.partition(":")
            bench.report.check("%s port %d: banner" % (host, port), banner.encode().decode(
                "unicode_escape"), got["probe"]["banner"])
            bench.report.check_fields("verdict of port %d" % port, dict(app=app), flowd.find(
                type="event", event="verdict", ip=host, port=port)[0])
    again = len(flowd.find())
    for _ in range(20):
        for host in bench.net.inside:
            for port in (22, 80):
                bench.touch(host, port)
    time.sleep(QUIET)
    bench.report.check("touched 20 times more: lines", again, len(flowd.find()))


def check_redis(bench, flowd, say, *ports):
    """Somebody starts a database; how long until somebody knows?"""
    took = []
    bench.serve_redis(*ports)
    for port in ports:
        for host in bench.net.inside:
            started = bench.touch(host, port, say)
            got, at = check_one(bench, flowd, host, port, level="critical", app="redis",
                                product="Redis", state="open", verified=True,
                                probe=dict(app="redis", state="open", reason="syn-ack",
                                           vantage="inside", tries=1))
            if not got:
                continue
            took.append(at - started)
            bench.report.check("redis: rule", True, got["rule"].startswith("alert critical"))
            bench.report.check("redis: banner", True, bool(got["probe"]["banner"]))
            bench.report.check("redis: version", shutil.which("redis-server") is not None,
                               bool(got["version"]))
    bench.report.check("redis: within 2 s", True, bool(took) and max(took) < 2)
    print("milliseconds from the client's connect to the alert about redis%s: %s" % (
        "" if say else ", the client being silent", " ".join("%.0f" % (s * 1000) for s in took)))


def check_https(bench, flowd):
    expiry = time.time() + 90 * 86400
    for host in bench.net.inside:
        bench.touch(host, 443)
        name = "CN=www.example.com,O=Example\\, Inc."
        got, _ = check_one(bench, flowd, host, 443, level="low", app="https", state="open",
                           probe=dict(tls="TLSv1.3", state="open", certificate=dict(
                               subject=name, issuer=name,
                               san="DNS:www.example.com,DNS:example.com,IP:10.77.0.2")))
        if got and got["probe"]["certificate"]:
            ends = got["probe"]["certificate"]["not_after"]
            bench.report.check("https: not_after", True, ends[:10] in (
                time.strftime("%Y-%m-%d", time.gmtime(expiry + d)) for d in (-60, 0, 60)))


def half_open(bench, host, port):
    """A SYN that no socket knows of: the kernel resets the answer."""
    peer = bench.net.outside[":" in host]
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    _, segment = frames.tcp(collections.defaultdict(int, {
        "src": ipaddress.ip_address(peer), "dst": ipaddress.ip_address(host), "flags": "S",
        "opts": None, "sport": 44444, "dport": port, "seq": 1000, "win": 1024, "data": b""}))
    with bench.net.socket("outside", family, socket.SOCK_RAW, socket.IPPROTO_TCP) as raw:
        raw.sendto(segment, (host, 0))


def check_states(bench, flowd):
    for host in bench.net.inside:
        bench.touch(host, 5001)
        check_one(bench, flowd, host, 5001, level="low", state="refuses", verified=True,
                  probe=dict(state="refuses", reason="close-after-accept", app=None))
        half_open(bench, host, 5002)
        check_one(bench, flowd, host, 5002, level="low", state="open", evidence="handshake",
                  verified=True, probe=dict(state="open", reason="syn-ack"))
        new = flowd.find(type="event", event="new", ip=host, port=5002)
        bench.report.check_fields("half open: at first", dict(
            state="candidate", verified=False, evidence="handshake", peer=bench.net.outside[
                ":" in host]), new[0] if new else {})


def check_closed(bench, flowd):
    """The server is gone when we come; verify stands still until then."""
    verify = flowd.roles()["verify"]
    for host in bench.net.inside:
        os.kill(verify, signal.SIGSTOP)
        server = bench.serve("say:5010:hello")
        bench.touch(host, 5010)
        bench.net.stop(server)
        os.kill(verify, signal.SIGCONT)
        got, _ = flowd.wait(type="event", event="verdict", ip=host, port=5010)
        bench.report.check_fields("closed meanwhile", dict(state="closed", verified=True), got)
    time.sleep(0.5)
    bench.report.check("closed meanwhile: alerts", 0, flowd.count(type="alert", port=5010))


def check_crashes(bench, flowd):
    """A role crashes: the others live on, it comes back, and nothing is lost or doubled."""
    for i, role in enumerate(ROLES):
        before = flowd.roles()
        os.kill(before[role], signal.SIGSEGV)
        while flowd.roles().get(role, before[role]) == before[role]:
            time.sleep(0.01)
        flowd.wait_ready()
        after = flowd.roles()
        bench.report.check("%s crashed: the others" % role,
                           {name: before[name] for name in ROLES if name != role},
                           {name: after[name] for name in ROLES if name != role})
        for _ in range(5):
            bench.touch(bench.net.inside[0], 5020 + i)
        check_one(bench, flowd, bench.net.inside[0], 5020 + i, state="open", verified=True)
        seen = len(flowd.find())
        for port in (22, 80, 5001, 5020 + i):
            bench.touch(bench.net.inside[0], port)
        time.sleep(QUIET)
        bench.report.check("%s crashed: lines about what is known" % role, seen,
                           len(flowd.find()))
    bench.report.check("crashes are logged", len(ROLES), flowd.said().count("; back in "))


def check_alert_file(bench, name, lines):
    alerts = bench.alerts(name)
    bench.report.check(name + ": the alert file is what was printed", lines, alerts)
    bench.report.check(name + ": alert numbers", list(range(1, len(alerts) + 1)),
                       [alert["number"] for alert in alerts])


def check_restart(bench, before, number):
    """A new life with the old state: what is known is no news."""
    flowd = bench.flowd("main", "--learn=0s")
    for host in bench.net.inside:
        for port in (22, 80, 443, 7777, 5001, 5002, 5010):
            bench.touch(host, port)
    time.sleep(QUIET)
    bench.report.check("after signal %d: lines about what is known" % number, [], flowd.find())
    port = 5030 + number
    bench.touch(bench.net.inside[1], port)
    check_one(bench, flowd, bench.net.inside[1], port, state="open", verified=True)
    bench.stop(flowd, "again, signal %d" % number, number)
    return before + flowd.find(type="alert")


def check_main(bench):
    """Most of it in one life of flowd, as it would be."""
    flowd = bench.flowd("main", "--learn=0s", "--verify.source", ",".join(bench.net.border_in))
    check_running(bench, flowd)
    check_redis(bench, flowd, PING, 7070, 7777, 7778)
    check_redis(bench, flowd, b"", 7779)
    check_https(bench, flowd)
    check_states(bench, flowd)
    check_closed(bench, flowd)
    check_crashes(bench, flowd)
    bench.stop(flowd, "main")
    alerts = flowd.find(type="alert")
    check_alert_file(bench, "main", alerts)
    for number in (signal.SIGTERM, signal.SIGINT):
        alerts = check_restart(bench, alerts, number)
    check_alert_file(bench, "main", alerts)


def check_untouched(bench):
    """Hosts that are never to be touched are told of nevertheless."""
    for host in ("10.77.0.3", "10.77.0.4", "2001:db8:77::4"):
        bench.net.add_address("inside", "eth0", host)
    with open(bench.path("rules"), "w") as out:
        out.write("noprobe host { 10.77.0.4 2001:db8:77::4 }\nalert high port 5020\n")
    words = ("--learn=0s", "--alert-deadline=1s", "--rules", bench.path("rules"))
    cases = [("excluded", ("--exclude", "10.77.0.3"), ROLES,
              ["10.77.0.3", "10.77.0.4", "2001:db8:77::4"]),
             ("no-verify", ("--no-verify",), ("core", "sensor", "web"), bench.net.inside)]
    for name, more, roles, hosts in cases:
        tap = bench.net.tap("inside", "tcp and (src host %s or src host %s)" % tuple(
            bench.net.border_in))
        flowd = bench.flowd(name, *words, *more, roles=roles)
        started = bench.touch(hosts[0], 5021)
        for host in hosts:
            bench.touch(host, 5020)
        for host in hosts:
            check_one(bench, flowd, host, 5020, level="high", verified=False, state="candidate",
                      probe=None)
        _, at = flowd.wait(type="alert", port=5021)
        bench.report.check("%s: not before the deadline (%.1f s), soon after" % (name, at - started),
                           True, 0.9 < at - started < 3)
        bench.report.check(name + ": packets", [], tap())
        if more[0] == "--exclude":
            tap = bench.net.tap("inside", "tcp and src host 10.77.0.1")
            bench.touch("10.77.0.2", 5020)
            check_one(bench, flowd, "10.77.0.2", 5020, verified=True, state="open")
            bench.report.check("packets to others", True, len(tap()) > 2)
        bench.stop(flowd, name)
        check_alert_file(bench, name, flowd.find(type="alert"))


def check_own_probes(bench):
    """The border itself is at home and inside clients count: our probes are still no clients."""
    hosts = [bench.net.inside[0], bench.net.border_in[0]]
    server = bench.serve(SSH.replace("say:", "say:5040:"), place="border")
    flowd = bench.flowd("own", "--learn=0s", "--inside_to_inside")
    bench.touch(hosts[0], 5040, place="border")
    bench.touch(hosts[0], 5041)
    bench.touch(hosts[1], 5040, place="inside")
    check_one(bench, flowd, hosts[0], 5040, state="open", peer=hosts[1], verified=True)
    check_one(bench, flowd, hosts[0], 5041, state="open", peer=bench.net.outside[0], verified=True)
    check_one(bench, flowd, hosts[1], 5040, state="open", peer=hosts[0], verified=True, app="ssh",
              probe=dict(vantage="self", method="connect"))
    bench.stop(flowd, "own probes")
    bench.net.stop(server)
    rows = bench.services("own")
    bench.report.check("own probes: handshakes", {
        (hosts[0], 5040): 1, (hosts[0], 5041): 1, (hosts[1], 5040): 1},
        {key: row["handshakes"] for key, row in rows.items()})
    bench.report.check("own probes: peers", [1, 1, 1], [row["peers"] for row in rows.values()])


def check_self(bench):
    """On the server itself there is no way from outside: the probe says so."""
    flowd = bench.flowd("self", "--learn=0s", place="inside", device="eth0")
    for host in bench.net.inside:
        bench.touch(host, 22, HELLO)
        check_one(bench, flowd, host, 22, state="open", verified=True, app="ssh", level="low",
                  peer=bench.net.outside[":" in host],
                  probe=dict(state="open", vantage="self", method="connect", app="ssh"))
    bench.stop(flowd, "self")


def check_learning(bench):
    """In the first day only what is dangerous is told; everything is seen."""
    flowd = bench.flowd("learning")
    for host in bench.net.inside:
        for port, say in ((22, HELLO), (80, GET), (2222, HELLO), (7070, PING), (7778, PING)):
            bench.touch(host, port, say)
            flowd.wait(type="event", event="verdict", ip=host, port=port)
            bench.report.check("learning: events about port %d" % port, ["new", "verdict"],
                               [e["event"] for e in flowd.find(type="event", ip=host, port=port)])
        bench.report.check("learning: levels and ports", [("critical", 7070), ("critical", 7778)],
                           [(alert["level"], alert["port"]) for alert in
                            flowd.find(type="alert", ip=host)])
    bench.stop(flowd, "learning")
    check_alert_file(bench, "learning", flowd.find(type="alert"))
    again = bench.flowd("learning")
    bench.touch(bench.net.inside[0], 5040)
    again.wait(type="event", event="verdict", port=5040)
    time.sleep(0.5)
    bench.report.check("learning goes on in the next life", 0, again.count(type="alert"))
    bench.stop(again, "learning again")


def check_replay(bench):
    """A replay probes when it is told to, and by connect() where it has no CAP_NET_RAW."""
    with open(bench.path("some.pcap"), "wb") as out:
        tap = bench.net.start("inside", ["tcpdump", "-i", "eth0", "-p", "-U", "--immediate-mode",
                                         "-w", "-", "tcp"],
                              stdout=out, stderr=subprocess.PIPE, universal_newlines=True)
        while "listening" not in tap.stderr.readline():
            pass
        for host in bench.net.inside:
            bench.touch(host, 22, HELLO)
        time.sleep(0.5)
        bench.net.stop(tap, signal.SIGINT)
    weak = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"]
    for before, method in (([], "syn"), (weak, "connect")):
        done = bench.net.run("border", before + [
            bench.program, "-r", bench.path("some.pcap"), "--home", bench.home, "--verify"])
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        for host in bench.net.inside:
            alerts = [line for line in lines if matches(line, dict(type="alert", ip=host))]
            bench.report.check("replay: alerts", 1, len(alerts))
            bench.report.check_fields("replay by " + method, dict(
                state="open", app="ssh", probe=dict(method=method, vantage="inside",
                                                    state="open")), alerts[0] if alerts else {})
        bench.report.check("replay: says that it has no CAP_NET_RAW", method == "connect",
                           "CAP_NET_RAW" in done.stderr)


def start_servers(bench):
    words = [habit.replace(":", ":%s:" % port, 1) for port, habit in (
        ("22", SSH), ("2222", SSH), ("80", HTTP), ("5002", "say:hello"),
        ("443", r"tls:HTTP/1.1 200 OK\r\nServer: Toy/7.1\r\n\r\n"),
        ("5020-5060", "say:hello"))]
    bench.serve("close:5001", *words)


def main():
    skip_unless_possible("tcpdump", "setpriv", "openssl")
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        bench.make_certificate()
        start_servers(bench)
        for part in (check_main, check_untouched, check_own_probes, check_self, check_learning,
                     check_replay):
            if sys.argv[2:] and part.__name__[len("check_"):] not in sys.argv[2:]:
                continue
            started = time.time()
            part(bench)
            print("%s: %.1f s" % (part.__name__, time.time() - started), flush=True)
    return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
