# SPDX-License-Identifier: Apache-2.0
"""Looking again, at a border of network namespaces: servers that change, go and come back.

    test_again.py FLOWD

Needs root, iproute2, openssl.
"""
import os
import subprocess
import sys
import tempfile
import time

from flowd import Flowd, matches
from netns import Net, PATIENCE, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
SSH = r"say:22:SSH-2.0-OpenSSH_%s\r\n"
STEADY = r"say:2222:SSH-2.0-OpenSSH_9.9\r\n"


class Bench:
    def __init__(self, net, program, directory):
        self.net, self.program, self.directory = net, program, directory
        self.report = Report()
        self.host = net.inside[0]

    def path(self, name):
        return os.path.join(self.directory, name)

    def serve(self, *words):
        process = self.net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"),
                                            self.directory] + list(words),
                                 stdout=subprocess.PIPE, universal_newlines=True)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("servers.py did not start")
        return process

    def touch(self, port):
        with self.net.socket("outside", 2, 1) as client:
            client.settimeout(2)
            client.connect((self.host, port))
            time.sleep(0.1)

    def certify(self, name, days):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                        str(days), "-keyout", self.path("key.pem"), "-out",
                        self.path("cert.pem"), "-subj", "/CN=" + name], check=True,
                       stderr=subprocess.DEVNULL)

    def flowd(self, *options):
        words = [self.program, "-i", "inside", "--home", self.net.home, "--state",
                 self.path("state"), "--rules", self.path("rules"), "--learn", "0s",
                 "--verify.again", "1s", "--verify.again_high", "1s", "--verify.gone", "2s",
                 "--health.silence", "0s", "--web.port", "0"]
        return Flowd(self.net, words + list(options), "border",
                     ("sensor", "core", "verify")).wait_ready()

    def expect(self, flowd, case, **want):
        got, _ = flowd.wait(type="event", **want)
        self.report.check_fields(case, want, got)
        return got


def check_changes(bench):
    """Another version, another certificate: told with what it was before."""
    flowd = bench.flowd()
    ssh, tls = bench.serve(SSH % "9.2p1"), bench.serve("tls:443:hello")
    bench.serve(STEADY)
    for port in (22, 443, 2222):
        bench.touch(port)
        bench.expect(flowd, "open at first", event="verdict", port=port, state="open")
    bench.expect(flowd, "a certificate that ends in 20 days", event="certificate", port=443)
    bench.net.stop(ssh)
    ssh = bench.serve(SSH % "9.6p1")
    bench.expect(flowd, "version", event="changed", port=22, what="version", before="9.2p1",
                 after="9.6p1")
    # A look between the two servers may have found another state.
    got, _ = flowd.wait(type="alert", event="changed", port=22, what="version")
    bench.report.check_fields("version: alert", dict(level="high", what="version"), got)
    bench.certify("second.example.com", 300)
    bench.net.stop(tls)
    tls = bench.serve("tls:443:hello")
    got = bench.expect(flowd, "certificate", event="changed", port=443, what="certificate")
    bench.report.check("certificate: two of them", (64, 64, False), (
        len(got.get("before") or ""), len(got.get("after") or ""),
        got.get("before") == got.get("after")))
    return flowd, ssh, tls


def check_gone(bench, flowd, ssh):
    bench.net.stop(ssh)
    bench.expect(flowd, "gone", event="gone", port=22, before="open", after="gone")
    shut = [line for line in flowd.find(type="event", port=22)
            if line["event"] == "verdict" and line["state"] == "closed"]
    bench.report.check("gone: found shut before", True, len(shut) >= 1)
    ssh = bench.serve(SSH % "9.6p1")
    bench.expect(flowd, "returned to a probe", event="returned", port=22, state="open")
    return ssh


def check_lost(bench, flowd):
    """Nothing comes back to the prober, others were served a moment ago: nothing is gone."""
    route = ["blackhole", bench.net.border_in[0] + "/32"]
    bench.net.run("inside", ["ip", "route", "add"] + route)
    for port in (22, 2222):
        bench.expect(flowd, "the prober is deaf", event="verdict", port=port, state="restricted")
    time.sleep(6)
    bench.report.check("the prober is deaf: gone", 1, flowd.count(type="event", event="gone"))
    bench.net.run("inside", ["ip", "route", "del"] + route)
    until = time.time() + PATIENCE
    while flowd.count(type="event", event="verdict", port=2222, state="open") < 2:
        if time.time() > until:
            bench.report.check("it is heard again", True, False)
            break
        time.sleep(0.1)


def check_restart(bench, flowd):
    """The agenda survives a restart; what has not changed is not told again."""
    status, _ = flowd.end()
    bench.report.check("ends", 0, status)
    flowd = bench.flowd()
    time.sleep(4)
    told = [line["event"] for line in flowd.find(type="event", port=2222)]
    bench.report.check("nothing new about a steady one", [], told)
    bench.report.check("no certificate is told of twice", 0,
                       flowd.count(type="event", event="certificate"))
    bench.serve(STEADY.replace("2222", "2223"))
    bench.touch(2223)
    flowd.wait(type="event", event="verdict", port=2223)
    flowd.end()


def main():
    skip_unless_possible("openssl")
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        with open(bench.path("rules"), "w") as file:
            file.write("alert high event changed app ssh\nalert low\n")
        bench.certify("first.example.com", 20)
        flowd, ssh, _ = check_changes(bench)
        check_gone(bench, flowd, ssh)
        check_lost(bench, flowd)
        check_restart(bench, flowd)
    return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
