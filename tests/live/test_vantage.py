# SPDX-License-Identifier: Apache-2.0
"""Two places to look from: flowd at the border, and a prober of its own outside.

    test_vantage.py FLOWD

Needs root, iproute2, nftables, openssl.
"""
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

from flowd import Flowd
from netns import Net, PATIENCE, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
PORT = 7790
FILTER = """table inet f {
    chain in { type filter hook input priority 0;
        tcp dport 8081 ip saddr 192.0.2.2 reject with tcp reset
        tcp dport 8081 ip saddr 192.0.2.3 accept
    }
}
table ip n {
    chain pre { type nat hook prerouting priority dstnat;
        ip daddr %s tcp dport 9443 dnat to %s:8088
    }
}"""
OUTSIDE = "10.77.0.77"  # leads to a port inside, and nothing else answers there


class Bench:
    def __init__(self, net, program, directory):
        self.net, self.program, self.directory = net, program, directory
        self.report = Report()
        self.host = net.inside[0]

    def path(self, name):
        return os.path.join(self.directory, name)

    def openssl(self, *words):
        subprocess.run(["openssl"] + list(words), check=True, stderr=subprocess.DEVNULL)

    def authority(self, name):
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout",
                     self.path(name + ".key"), "-out", self.path(name + ".pem"), "-subj",
                     "/CN=" + name)

    def certify(self, name, by="ca", subject=None):
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", self.path(name + ".key"),
                     "-out", self.path(name + ".csr"), "-subj", "/CN=" + (subject or name))
        self.openssl("x509", "-req", "-in", self.path(name + ".csr"), "-CA",
                     self.path(by + ".pem"), "-CAkey", self.path(by + ".key"), "-CAcreateserial",
                     "-days", "2", "-out", self.path(name + ".pem"))

    def link(self, name):
        return ["--link.ca", self.path("ca.pem"), "--link.certificate", self.path(name + ".pem"),
                "--link.key", self.path(name + ".key")]

    def prober(self, *options):
        """The prober outside; it may look at ports of one host only."""
        words = [self.program, "--role", "verify", "--listen", "192.0.2.2:%d" % PORT,
                 "--targets", "%s/32,%s/32" % (self.host, OUTSIDE)] + self.link("outside") + list(options)
        process = self.net.start("outside", words)
        until = time.time() + PATIENCE
        while time.time() < until:
            with self.net.socket("outside", socket.AF_INET, socket.SOCK_STREAM) as client:
                if not client.connect_ex(("192.0.2.2", PORT)):
                    return process
            time.sleep(0.05)
        raise RuntimeError("the prober does not listen")

    def touch(self, port, host=None):
        """As another client outside, whom nobody filters."""
        with self.net.socket("outside", socket.AF_INET, socket.SOCK_STREAM) as client:
            client.settimeout(2)
            client.bind(("192.0.2.3", 0))
            client.connect((host or self.host, port))
            time.sleep(0.1)

    def expect(self, flowd, case, want, **which):
        got, _ = flowd.wait(**which)
        self.report.check_fields(case, want, got)
        return got


def check_both(bench, flowd):
    """One port is open to the world, the other from inside only, and rules tell them apart."""
    for port in (8080, 8081):
        bench.touch(port)
        bench.expect(flowd, "%d from inside" % port, dict(state="open"), event="verdict",
                     port=port, vantage="inside")
    bench.expect(flowd, "8080 from outside", dict(state="open", exposure="world"),
                 event="verdict", port=8080, vantage="outside")
    # Who is refused knows sooner than who talks.
    bench.expect(flowd, "8081 from outside", dict(port=8081), event="verdict", port=8081,
                 vantage="outside")
    bench.expect(flowd, "8081 from inside only", dict(state="open", open_from="inside"),
                 event="verdict", port=8081, exposure="inside")
    got = bench.expect(flowd, "8080: alert", dict(exposure="world"), type="alert",
                       level="critical", port=8080)
    bench.report.check("8080: alert: from outside", True,
                       "outside" in (got.get("open_from") or "").split(","))
    bench.expect(flowd, "8081: alert", dict(verified=True), type="alert", level="medium", port=8081)
    bench.report.check("8081: no alert of the outside", 0,
                       flowd.count(type="alert", level="critical", port=8081))


def check_limits(bench, flowd):
    """The prober outside looks where its own configuration lets it, whatever it is asked."""
    bench.net.run("inside", ["ip", "addr", "add", "10.77.0.9/24", "dev", "eth0"])
    tap = bench.net.tap("inside", "tcp[13] == 2 and src host 192.0.2.2 and dst host 10.77.0.9")
    bench.touch(8080, "10.77.0.9")
    bench.expect(flowd, "another host from inside", dict(state="open"), event="verdict",
                 ip="10.77.0.9", vantage="inside")
    time.sleep(2)
    bench.report.check("another host: nothing from outside", [], tap())


def check_mapped(bench, flowd):
    """Where a list says how a port is reached from outside, that is where the prober outside looks."""
    tap = bench.net.tap("inside", "tcp[13] == 2 and src host 192.0.2.2")
    bench.touch(8088)
    bench.expect(flowd, "mapped: from inside", dict(state="open"), event="verdict", port=8088,
                 vantage="inside")
    bench.expect(flowd, "mapped: from outside", dict(state="open", exposure="world", ip=bench.host),
                 event="verdict", port=8088, vantage="outside")
    packets = tap()
    bench.report.check("mapped: it looks at the address outside", True, len(packets) > 0)
    bench.report.check("mapped: and nowhere else", [], [
        line for line in packets if "%s.9443" % OUTSIDE not in line])


def check_switch(bench, flowd, prober):
    """The kill switch holds where it was pulled, and at the vantages of whoever pulled it."""
    net, check = bench.net, bench.report.check
    tap = net.tap("inside", "tcp[13] == 2 and src host 192.0.2.2")

    def pull(process, number):
        os.kill(process.pid, number)
        time.sleep(0.5)
    # By a signal to the prober alone: its verify falls, and it still holds.
    pull(prober, signal.SIGUSR2)
    bench.touch(8090)
    bench.expect(flowd, "switch: from inside", dict(state="open"), event="verdict", port=8090,
                 vantage="inside")
    for name in ("verify", "far"):
        os.kill(roles_of(prober)[name], signal.SIGKILL)
        time.sleep(3)
    bench.touch(8091)
    bench.expect(flowd, "switch: from inside again", dict(state="open"), event="verdict",
                 port=8091, vantage="inside")
    time.sleep(2)
    # Of who orders: it does not release what was pulled there.
    pull(flowd.process, signal.SIGUSR2)
    pull(flowd.process, signal.SIGUSR1)
    bench.touch(8092)
    time.sleep(2)
    check("switch: pulled at the prober: nothing leaves it", [], tap())
    pull(prober, signal.SIGUSR1)
    bench.touch(8093)
    bench.expect(flowd, "switch: released", dict(exposure="world"), event="verdict", port=8093,
                 vantage="outside")


def check_drained(bench, flowd, prober):
    """What waits at a vantage is not probed either once the switch is pulled here."""
    net = bench.net
    net.stop(prober)
    bench.prober("--verify.host_rate", "2")
    time.sleep(3)
    tap = net.tap("inside", "tcp[13] == 2 and src host 192.0.2.2")
    for port in range(8100, 8130):
        bench.touch(port)
    os.kill(flowd.process.pid, signal.SIGUSR2)
    time.sleep(1.5)
    before = tap()
    tap = net.tap("inside", "tcp[13] == 2 and src host 192.0.2.2")
    time.sleep(4)
    after = tap()
    bench.report.check("switch: some of the jobs were probed (%d SYNs)" % len(before), True,
                       len(before) > 0)
    bench.report.check("switch: the others are not", [], after)
    os.kill(flowd.process.pid, signal.SIGUSR1)


def roles_of(process):
    """The roles of a prober that is alone."""
    found = {}
    for line in subprocess.run(["ps", "-eo", "pid,ppid,args"], stdout=subprocess.PIPE, check=True,
                               universal_newlines=True).stdout.splitlines()[1:]:
        pid, parent, title = line.split(None, 2)
        if int(parent) == process.pid and title.startswith("flowd: "):
            found[title.split()[1]] = int(pid)
    return found


def hello(bench, name, records):
    """Says these records to the prober with the certificate of that name; what comes back."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(bench.path("ca.pem"))
    if name:
        context.load_cert_chain(bench.path(name + ".pem"), bench.path(name + ".key"))
    raw = bench.net.socket("outside", socket.AF_INET, socket.SOCK_STREAM)
    raw.settimeout(3)
    raw.connect(("192.0.2.2", PORT))
    try:
        with context.wrap_socket(raw) as link:
            link.sendall(records)
            return "ended" if not link.recv(1) else "answered"
    except socket.timeout:
        return "open"
    except OSError:
        return "refused"


def check_strangers(bench):
    """Who has no certificate of the authority, or another name, or talks nonsense."""
    check = bench.report.check
    header = struct.pack("<HHIIIQ", 1, 0, 0, 0, 0, 0)
    check("no certificate", True, hello(bench, None, header) in ("ended", "refused"))
    check("another authority", True, hello(bench, "liar", header) in ("ended", "refused"))
    check("another name", True, hello(bench, "thief", header) in ("ended", "refused"))
    check("another version", True, hello(bench, "flowd", header) in ("ended", "refused"))
    check("bytes", True, hello(bench, "flowd", os.urandom(4096)) in ("ended", "refused"))


def check_home(bench):
    """The other way round: the prober calls, from behind whatever lets nobody in."""
    home = "192.0.2.1:%d" % (PORT + 1)
    link = ["--vantages", "outside,never", "--listen", home] + bench.link("flowd")
    words = [bench.program, "-i", "inside", "--home", bench.net.home, "--state",
             bench.path("state-home"), "--rules", bench.path("rules"), "--learn", "0s",
             "--web.port", "0"] + link
    flowd = Flowd(bench.net, words, "border", ("sensor", "core", "verify", "far")).wait_ready()

    def call(name):
        return bench.net.start("outside", [
            bench.program, "--role", "verify", "--connect", home, "--targets",
            bench.host + "/32"] + bench.link(name))
    thieves = [call("thief"), call("impostor")]
    time.sleep(1.5)
    bench.touch(8080)
    bench.expect(flowd, "home: from inside", dict(state="open"), event="verdict", port=8080,
                 vantage="inside")
    time.sleep(1)
    bench.report.check("home: who is no vantage is asked nothing", 0,
                       flowd.count(event="verdict", vantage="outside") +
                       flowd.count(event="verdict", vantage="thief"))
    bench.report.check("home: whom nobody vouches for is not let in", False, "outside is there" in flowd.said())
    for thief in thieves:
        bench.net.stop(thief)
    prober = call("outside")
    time.sleep(1.5)
    bench.touch(8082)
    bench.expect(flowd, "home: from outside", dict(state="open", exposure="world"),
                 event="verdict", port=8082, vantage="outside")
    bench.net.stop(prober)
    bench.expect(flowd, "home: gone", dict(over=False), event="health", trouble="vantage",
                 source="outside")
    prober = call("outside")
    bench.expect(flowd, "home: back", dict(over=True), event="health", trouble="vantage",
                 source="outside", over=True)
    bench.expect(flowd, "home: who never called is missed", dict(over=False), event="health",
                 trouble="vantage", source="never")
    # It waits for one that is not there, and calls again.
    flowd.end()
    time.sleep(6)
    bench.report.check("home: it waits", None, prober.poll())
    flowd = Flowd(bench.net, words, "border", ("sensor", "core", "verify", "far")).wait_ready()
    until = time.time() + 20  # it waits longer each time that nobody is there
    while "outside is there" not in flowd.said() and time.time() < until:
        time.sleep(0.1)
    bench.touch(8083)
    bench.expect(flowd, "home: it has called again", dict(exposure="world"), event="verdict",
                 port=8083, vantage="outside")
    bench.report.check("home: ends", 0, flowd.end()[0])
    if bench.report.failed:
        print(flowd.said())
    bench.net.stop(prober)
    for wrong in (["--listen", home], ["--connect", home], ["--vantages", "outside"],
                  ["--role", "verify", "--listen", home, "--connect", home],
                  ["--role", "verify"]):
        done = bench.net.run("border", [bench.program, "-n", "--home", bench.net.home, "-i", "inside"]
                             + wrong + bench.link("flowd"), check=False)
        bench.report.check("%s is refused" % wrong, 1, done.returncode)


def check_gone(bench, flowd, prober):
    """The vantage is gone: it is told, nothing waits for it, and it comes back."""
    bench.net.stop(prober)
    bench.expect(flowd, "gone", dict(over=False, source="outside"), event="health",
                 trouble="vantage")
    bench.touch(8082)
    got = bench.expect(flowd, "without it", dict(state="open", verified=True), type="alert",
                       port=8082)
    bench.report.check("without it: exposure", None, got.get("exposure"))
    prober = bench.prober()
    bench.expect(flowd, "back", dict(source="outside"), event="health", trouble="vantage",
                 over=True)
    bench.touch(8083)
    bench.expect(flowd, "back: it looks", dict(exposure="world"), event="verdict", port=8083,
                 vantage="outside")
    return prober


def main():
    skip_unless_possible("nft", "openssl", "tcpdump")
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        bench.authority("ca")
        for name in ("flowd", "outside", "thief"):
            bench.certify(name)
        # The names are right, who signed them is not.
        bench.authority("other")
        for name, subject in (("liar", "flowd"), ("impostor", "outside")):
            bench.certify(name, "other", subject)
        net.run("outside", ["ip", "addr", "add", "192.0.2.3/24", "dev", "eth0"])
        net.run("inside", ["nft", "-f", "-"], input=FILTER % (OUTSIDE, net.inside[0]))
        net.run("inside", ["ip", "addr", "add", OUTSIDE + "/24", "dev", "eth0"])
        servers = net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"),
                                       directory, "say:8080-8130:hello"], stdout=subprocess.PIPE,
                            universal_newlines=True)
        if servers.stdout.readline() != "ready\n":
            raise RuntimeError("servers.py did not start")
        with open(bench.path("rules"), "w") as file:
            file.write("alert critical vantage outside\nalert medium vantage inside\nalert low\n")
        prober = bench.prober()
        flowd = Flowd(net, [bench.program, "-i", "inside", "--home", net.home, "--state",
                            bench.path("state"), "--rules", bench.path("rules"), "--learn", "0s",
                            "--web.port", "0", "--vantages", "outside=192.0.2.2:%d" % PORT,
                            "--assets.list", "%s port=8088 outside=%s:9443" % (net.inside[0], OUTSIDE)] +
                      bench.link("flowd"), "border",
                      ("sensor", "core", "verify", "far")).wait_ready()
        time.sleep(1)
        check_both(bench, flowd)
        check_limits(bench, flowd)
        check_mapped(bench, flowd)
        check_strangers(bench)
        prober = check_gone(bench, flowd, prober)
        check_switch(bench, flowd, prober)
        check_drained(bench, flowd, prober)
        status, _ = flowd.end()
        bench.report.check("ends", 0, status)
        check_home(bench)
        if bench.report.failed:
            print(flowd.said())
    return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
