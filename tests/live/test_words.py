# SPDX-License-Identifier: Apache-2.0
"""Each word of the rules language that asks for more than ports and addresses, in a rule that decides.

    test_words.py FLOWD

One flowd, real servers, one service a word: the rule with the word must make the alert, the same word said of
something else must not. Needs root, iproute2, openssl, redis-server.
"""
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from flowd import Flowd
from netns import Net, skip_unless_possible
from sinks import wait_for
from test_web import Bench

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "dist"))
import mmdb  # noqa: E402

PATIENCE = 60
VLAN = 100
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def clock():
    """Time of day and weekday in UTC: a span of hours around now, and one that is far from it."""
    now = time.gmtime()
    hour = now.tm_hour

    def span(first, last):
        return "%02d:00-%02d:00" % (first % 24, last % 24)
    return (span(hour - 2, hour + 3), span(hour + 4, hour - 3),
            "{ %s %s }" % (DAYS[now.tm_wday], DAYS[(now.tm_wday + 1) % 7]),
            "{ %s %s }" % (DAYS[(now.tm_wday + 3) % 7], DAYS[(now.tm_wday + 4) % 7]))


def table():
    """(port, proto, what holds, what does not): a word of the language each."""
    hours, others, days, other_days = clock()
    return [
        (9001, "tcp", 'owner "the shop"', 'owner "else"'),
        (9002, "tcp", 'owner "the s*"', 'owner "the x*"'),
        (9003, "tcp", "tagged pci", "tagged cde"),
        (9004, "tcp", "tagged { dmz web }", "tagged dmz"),
        (9005, "tcp", "zone campus", "zone backyard"),
        (9006, "tcp", "peer country CN", "peer country { DE RU }"),
        (9007, "tcp", "peer as 64496", "peer as 64497-65000"),
        (9008, "tcp", "time " + hours, "time " + others),
        (9009, "tcp", "day " + days, "day " + other_days),
        (9010, "tcp", "vantage near", "vantage far"),
        (9011, "tcp", "host @shop", "host @nobody"),
        (9012, "tcp", "( owner nobody or tagged pci ) peer not home",
         "( owner nobody or tagged cde ) peer not home"),
        (9013, "tcp", "not ( time %s or zone backyard )" % others,
         "not ( time %s or zone backyard )" % hours),
        (8443, "tcp", "selfsigned", "not selfsigned"),
        (8444, "tcp", "expires < 14d", "expires < 1d"),
        (8445, "tcp", "expires > 30d", "expires < 30d"),
        (8446, "tcp", "weak-tls", "not weak-tls"),
        (6379, "tcp", "noauth", "not noauth"),
        (6380, "tcp", "not noauth app redis", "noauth"),
        (123, "udp", "amplifies > 10", "amplifies > 100"),
        (7200, "tcp", "vlan %d" % VLAN, "vlan 101-4094"),
        (7201, "tcp", "not vlan 1-4094", "vlan 1-4094"),
    ]


class Words(Bench):
    def path(self, name):
        return os.path.join(self.directory, name)

    def certify(self, folder, days, own=True):
        """A certificate in a folder of its own, signed by itself or by an authority."""
        os.mkdir(self.path(folder))
        key, pem = (os.path.join(self.path(folder), name) for name in ("key.pem", "cert.pem"))
        words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", pem,
                 "-days", str(days), "-subj", "/CN=" + folder]
        if not own:
            words += ["-CA", os.path.join(self.path("own"), "cert.pem"), "-CAkey",
                      os.path.join(self.path("own"), "key.pem"), "-addext", "basicConstraints=CA:FALSE"]
        subprocess.run(words, check=True, stderr=subprocess.DEVNULL)
        return self.path(folder)

    def listen(self, folder, *words):
        process = self.net.start("inside", [
            sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "servers.py"),
            folder] + list(words), stdout=subprocess.PIPE, universal_newlines=True)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("servers.py did not start")

    def redis(self, port, *words):
        self.net.start("inside", ["redis-server", "--port", str(port), "--bind", "0.0.0.0", "--save", "",
                                  "--protected-mode", "no", "--dir", self.directory] + list(words),
                       stdout=subprocess.DEVNULL)

    def clock_server(self):
        """NTP whose answer is fifty-five times the question."""
        server = self.net.socket("inside", socket.AF_INET, socket.SOCK_DGRAM)
        server.bind((self.net.inside[0], 123))

        def run():
            while True:
                try:
                    said, peer = server.recvfrom(2048)
                except OSError:
                    return
                server.sendto(b"\xd7\x00\x03*" + bytes(55 * len(said) - 4), peer)
        threading.Thread(target=run, daemon=True).start()

    def begin(self):
        own = self.certify("own", 400)
        self.listen(own, "say:9001-9013:hello", "say:7201:hello", "tls:8443:hello")
        self.listen(self.certify("soon", 7), "tls:8444:hello")
        self.listen(self.certify("late", 200, own=False), "tls:8445:hello", "tls10:8446:hello")
        self.redis(6379)
        self.redis(6380, "--requirepass", "s3cret")
        self.clock_server()
        for name, rows in (("country", [("192.0.2.0/24", "CN")]),
                           ("as", [("192.0.2.0/24", "64496", "Example Networks")])):
            with open(self.path(name), "wb") as file:
                file.write(mmdb.make(map(mmdb.read_row, rows)))
        self.rows = table()
        with open(self.path("rules"), "w", encoding="ascii") as file:
            file.write('group shop from assets owner "the shop"\ngroup nobody from assets tagged cde\n')
            # The words that a probe proves wait for it; what is sent without one is not judged yet.
            for port, proto, holds, not_so in self.rows:
                for level, word in (("critical", not_so), ("high", holds)):
                    state = " state open" if proto == "tcp" and port != 7200 else ""
                    file.write("alert %s port %d proto %s%s %s\n" % (level, port, proto, state, word))
            file.write("ignore\nnoprobe port 123\n")
        self.flowd = Flowd(self.net, [
            self.program, "-i", "inside", "--home", self.net.home, "--learn=0s", "--flush=200ms",
            "--state", self.path("state"), "--rules", self.path("rules"), "--alert-deadline=1s",
            "--verify.source=" + ",".join(self.net.border_in), "--verify.rate=1000",
            "--verify.host_rate=1000", "--verify.vantage=near",
            "--geo", self.path("country"), "--geo", self.path("as"), "--assets.list",
            self.net.inside[0] + " tags=pci,web zone=campus",
            "--assets.file", self.path("assets.csv")]).wait_ready()

    def tagged(self):
        """A handshake in a VLAN, both ways past the border."""
        sock = self.net.socket("inside", socket.AF_PACKET, socket.SOCK_RAW)
        sock.bind(("eth0", 0))
        client, server = socket.inet_aton(self.net.outside[0]), socket.inet_aton(self.net.inside[0])
        for back, flags, seq, ack in ((0, 2, 1, 0), (1, 18, 9, 2), (0, 16, 2, 10)):
            ends = (server, client) if back else (client, server)
            ports = (7200, 40999) if back else (40999, 7200)
            segment = struct.pack(">HHIIBBHHH", *ports, seq, ack, 0x50, flags, 1024, 0, 0)
            pseudo = ends[0] + ends[1] + struct.pack(">BBH", 0, 6, len(segment))
            segment = segment[:16] + struct.pack(">H", check(pseudo + segment)) + segment[18:]
            head = struct.pack(">BBHHHBBH", 0x45, 0, 40, 1, 0, 64, 6, 0) + ends[0] + ends[1]
            head = head[:10] + struct.pack(">H", check(head)) + head[12:]
            sock.send(b"\xff" * 6 + b"\x02" + bytes(5) + struct.pack(">HHH", 0x8100, VLAN, 0x0800)
                      + head + segment)
        sock.close()

    def ask_clock(self):
        with self.net.socket("outside", socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.2)
            for _ in range(5):
                client.sendto(b"\x17\x00\x03*\x00\x00\x00\x00", (self.net.inside[0], 123))
                try:
                    client.recv(2048)
                except TimeoutError:
                    pass

    def alerts(self, port):
        return [line["rule"] for line in self.flowd.find(type="alert", port=port)]


def check(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def check_said(bench):
    """What flowd -n says of rules that are right and of no use, or wrong: file, line, column, what was meant."""
    for name, text in (("part.rules", 'ignore port 1\nalert low vantage naer\n'),
                       ("said.rules", 'include part.rules\ngroup none { }\nalert high vantage near\n'
                                      'alert low ( vantage nowhere or port 9 )\nalert low port 1\n'
                                      'alert low app ssh until 2020-01-01 because "moved"\n'),
                       ("wrong.rules", 'alert hihg\nalert low event masqerade\nalert low port @wbe\n')):
        with open(bench.path(name), "w", encoding="ascii") as file:
            file.write(text)
    for name, status, wanted in (
            ("said.rules", 0, ("part.rules:2:1: no vantage is called 'naer', did you mean 'near'?",
                               "said.rules:4:1: no vantage is called 'nowhere'", "said.rules:2:1: group 'none' is empty",
                               "said.rules:5:1: never decides", "said.rules:6:1: the exception has ended")),
            ("wrong.rules", 1, ("wrong.rules:1:7: unknown level 'hihg', did you mean 'high'?",
                                "wrong.rules:2:17: unknown event 'masqerade', did you mean 'masquerade'?",
                                "wrong.rules:3:16: unknown group 'wbe'"))):
        done = subprocess.run([bench.program, "-n", "-i", "lo", "--home", "10.0.0.0/8", "--verify.vantage=near",
                               "--rules", bench.path(name)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              universal_newlines=True, check=False)
        bench.report.check(name + ": status", status, done.returncode)
        bench.report.check(name + ": said", [], [want for want in wanted if want not in done.stderr])


def main():
    skip_unless_possible("openssl", "redis-server")
    with Net() as net, tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        bench = Words(net, os.path.abspath(sys.argv[1]), directory)
        with open(bench.path("assets.csv"), "w", encoding="ascii") as file:
            file.write("address,owner\n%s,the shop\n" % net.inside[0])
        check_said(bench)
        bench.begin()
        bench.wait_net()
        wait_for(lambda: bench.ask("/api/v1/assets").status == 200, PATIENCE)
        wait_for(lambda: any(row["owner"] == "the shop" for row in bench.get("/api/v1/assets")["assets"]),
                 PATIENCE)
        for port, proto, _, _ in bench.rows:
            if port == 7200:
                bench.tagged()
            elif proto == "udp":
                bench.ask_clock()
            else:
                bench.touch(net.inside[0], port)
        for port, _, holds, not_so in bench.rows:
            wait_for(lambda at=port: bench.alerts(at), PATIENCE)
            bench.report.check("%s holds, %s does not (port %d)" % (holds, not_so, port),
                               {"high"}, {line["level"] for line in bench.flowd.find(
                                   type="alert", port=port)})
        for text, want in (('owner "the shop"', True), ("tagged pci port 9003", True), ("zone campus", True),
                           ("owner nobody", False), ("tagged cde", False), ("zone backyard", False),
                           ('not owner "the s*"', False), ("port 9003 not ( zone campus )", False)):
            rows = bench.get("/api/v1/services?filter=" + urllib.parse.quote(text))["services"]
            bench.report.check("filter=%s" % text, want, bool(rows))
        for text, want in (("owner nobody", False), ('owner "the shop" port 9003', True)):
            rows = bench.get("/api/v1/alerts?filter=" + urllib.parse.quote(text))["alerts"]
            bench.report.check("alerts: filter=%s" % text, want, bool(rows))
        print(bench.flowd.said() if bench.report.failed else "", end="")
        if bench.report.failed:
            for port, _, _, _ in bench.rows:
                print(port, json.dumps([line for _, line in bench.flowd.lines if
                                        line.get("port") == port][-1:])[:900])
        bench.flowd.end()
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
