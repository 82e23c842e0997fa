# SPDX-License-Identifier: Apache-2.0
"""A host that answers everything, as the API of a flowd at a border of network namespaces tells it.

    test_hosts.py FLOWD

Needs root and iproute2.
"""
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

from flowd import Flowd
from netns import Net, PATIENCE, skip_unless_possible
from report import Report
from webclient import Answer

HERE = os.path.dirname(os.path.abspath(__file__))
MUTE = range(31000, 31040)
MOST = 16  # ports, and a host is one fact
KEEP = 12  # seconds
SSH = r"say:22:SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"


class Bench:
    def __init__(self, net, program, directory):
        self.net, self.directory = net, directory
        self.report = Report()
        self.words = [program, "-i", "inside", "--home", net.home, "--learn=0s",
                      "--state", os.path.join(directory, "state"),
                      "--verify.source=" + ",".join(net.border_in),
                      "--deceptive.ports=%d" % MOST, "--deceptive.keep=%ds" % KEEP]
        self.flowd = None

    def serve(self, *words):
        process = self.net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"),
                                            self.directory] + list(words), stdout=subprocess.PIPE,
                                 universal_newlines=True)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("servers.py did not start")

    def start(self):
        for host in self.net.inside:  # IPv6 takes a while until neighbours have found each other
            while self.net.run("outside", ["ping", "-c1", "-W1", host], check=False).returncode:
                pass
        self.flowd = Flowd(self.net, self.words).wait_ready()
        self.wait("hosts", lambda page: True)

    def touch(self, host, *ports):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        for port in ports:
            with self.net.socket("outside", family, socket.SOCK_STREAM) as client:
                client.settimeout(2)
                client.connect((host, port))

    def ask(self, path):
        connection = http.client.HTTPConnection("localhost", 7780)
        connection.sock = self.net.socket("border", socket.AF_INET, socket.SOCK_STREAM)
        connection.sock.settimeout(PATIENCE)
        connection.sock.connect(("127.0.0.1", 7780))
        connection.request("GET", "/api/v1/" + path, headers={"Host": "localhost:7780"})
        answer = Answer(connection.getresponse())
        connection.close()
        return answer

    def get(self, path):
        return self.ask(path).json()

    def wait(self, path, good, patience=PATIENCE):
        """The answer once it is good, else the last."""
        until = time.time() + patience
        while True:
            answer = self.ask(path)
            got = answer.json()
            if (answer.status == 200 and good(got)) or time.time() > until:
                return got
            time.sleep(0.05)


def check_facts(bench):
    """Two hosts with many mute ports each, and one port that speaks."""
    host, six = bench.net.inside
    bench.report.check("nothing yet", {"hosts": [], "next": None}, bench.get("hosts"))
    for address in (host, six):
        bench.touch(address, 22, *MUTE)
    bench.touch(host, *MUTE)
    page = bench.wait("hosts", lambda got: [h["answers"] >= len(MUTE) for h in got["hosts"]] == [
        True, True] and got["hosts"][0]["answers"] >= 2 * len(MUTE))
    for row, address, answers in zip(page["hosts"], (host, six), (2, 1)):
        bench.report.check_fields(address, {
            "type": "host", "ip": address, "proto": "tcp", "answers_everything": True,
            "evidence": "handshake", "ttl": 64,
            "last_peer": bench.net.outside[":" in address]}, row)
        # A client that is kept waiting asks once more.
        bench.report.check("%s: %d answers" % (address, row["answers"]), True,
                           answers * len(MUTE) <= row["answers"] < (answers + 0.5) * len(MUTE))
        bench.report.check(address + ": about so many ports", True,
                           abs(row["ports"] - len(MUTE)) < len(MUTE) // 3)
        bench.report.check(address + ": folded", True, MOST - 1 <= row["folded"] <= MOST)
        bench.report.check(address + ": looks", True,
                           row["window"] > 0 and row["options"].startswith("mss 1"))
        bench.report.check(address + ": times", True, row["first_seen"] < row["last_seen"])
        bench.report.check(address + ": what speaks is a service", [22], [
            row["port"] for row in bench.get("services?ip=" + address)["services"]])
        # Probes have shown the first of them to be open before all had answered.
        bench.report.check(address + ": nobody was told of its ports", (0, 1), (
            sum(a["port"] in MUTE for a in bench.flowd.find(type="alert", ip=address)),
            bench.flowd.count(type="alert", port=22, ip=address)))
        bench.report.check(address + ": told once", (1, 1), (
            bench.flowd.count(type="event", event="deceptive", ip=address),
            bench.flowd.count(type="alert", event="deceptive", ip=address)))


def check_pages(bench):
    host, six = bench.net.inside
    first = bench.get("hosts?limit=1")
    second = bench.get("hosts?limit=1&cursor=" + first["next"])
    bench.report.check("pages", [host, six, None], [
        first["hosts"][0]["ip"], second["hosts"][0]["ip"], second["next"]])
    for query, want in (("ip=" + six, [six]), ("ip=10.77.0.0/24", [host]), ("ip=10.78.0.0/24", []),
                        ("ip=::/0", [host, six]), ("limit=2", [host, six])):
        page = bench.get("hosts?" + query)
        bench.report.check(query, (want, None), ([h["ip"] for h in page["hosts"]], page["next"]))
    for query, name in (("port=22", "port"), ("limit=0", "limit"), ("cursor=1", "cursor")):
        answer = bench.ask("hosts?" + query)
        bench.report.check(query, (400, name), (answer.status, answer.json()["parameter"]))


def check_end(bench):
    """The fact outlives core, and ends a while after the last such answer."""
    host, six = bench.net.inside
    before = bench.flowd.roles()["core"]
    os.kill(before, signal.SIGSEGV)
    while bench.flowd.roles().get("core", before) == before:
        time.sleep(0.01)
    bench.flowd.wait_ready()
    bench.report.check("after core's crash", [host, six],
                       [h["ip"] for h in bench.wait("hosts", lambda page: page["hosts"])["hosts"]])
    page = bench.wait("hosts", lambda page: not page["hosts"], KEEP + PATIENCE)
    bench.report.check("over", [], page["hosts"])
    bench.touch(host, MUTE[0])
    bench.report.check("a service again", True, bool(bench.flowd.wait(
        type="event", event="new", ip=host, port=MUTE[0], state="candidate")[0]))
    bench.report.check("and no host", [], bench.get("hosts")["hosts"])


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    skip_unless_possible()
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        bench.serve(SSH, "mute:%d-%d" % (MUTE[0], MUTE[-1]))
        bench.start()
        for part in (check_facts, check_pages, check_end):
            part(bench)
        status, _ = bench.flowd.end()
        bench.report.check("end", 0, status)
        print(bench.flowd.said() if bench.report.failed else "", end="")
        return bench.report.end()


sys.exit(main())
