# SPDX-License-Identifier: Apache-2.0
"""Who asks, live: files of countries and AS that are replaced, cut and removed under a caged flowd.

    test_geo.py FLOWD

Needs root and iproute2.
"""
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

from flowd import Flowd, matches
from netns import Net, PATIENCE, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "dist"))
import mmdb  # noqa: E402

PORTS = range(4100, 4106)
FOLLOWS = 15  # seconds until a changed file is in use, at most


class Bench:
    def __init__(self, net, program, directory):
        self.net, self.report = net, Report()
        self.country, self.number = (os.path.join(directory, "geo", name) for name in ("c", "as"))
        os.mkdir(os.path.dirname(self.country), 0o755)
        self.put(self.country, ("192.0.2.0/24", "CN"), ("10.77.0.0/24", "FR"))
        self.put(self.number, ("192.0.2.0/24", "64496", "Example Networks"))
        self.serve(directory)
        self.flowd = Flowd(net, [
            program, "-i", "inside", "--home", net.home, "--state", os.path.join(directory, "state"),
            "--learn=0s", "--flush=200ms", "--verify.source", ",".join(net.border_in),
            "--geo", self.country, "--geo", self.number]).wait_ready()

    def put(self, path, *rows):
        """Another file takes the place of the one of that name."""
        with open(path + ".new", "wb") as file:
            file.write(mmdb.make(map(mmdb.read_row, rows)))
        os.rename(path + ".new", path)

    def serve(self, directory):
        process = self.net.start("inside", [
            sys.executable, os.path.join(HERE, "servers.py"), directory,
            "say:%d-%d:hello" % (PORTS[0], PORTS[-1])], stdout=subprocess.PIPE, universal_newlines=True)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("servers.py did not start")

    def touch(self, port):
        with self.net.socket("outside", socket.AF_INET, socket.SOCK_STREAM) as client:
            client.settimeout(PATIENCE)
            client.connect((self.net.inside[0], port))
            client.recv(100)

    def get(self, path):
        connection = http.client.HTTPConnection("localhost", 7780)
        connection.sock = self.net.socket("border", socket.AF_INET, socket.SOCK_STREAM)
        connection.sock.settimeout(PATIENCE)
        connection.sock.connect(("127.0.0.1", 7780))
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def wait(self, path, good):
        until = time.time() + FOLLOWS
        while not good(self.get(path)) and time.time() < until:
            time.sleep(0.2)
        return self.get(path)

    def sources(self):
        return self.get("/api/v1/countries")["sources"]

    def wait_source(self, **want):
        self.wait("/api/v1/countries", lambda got: matches(got["sources"][0], want))
        self.report.check_fields("source", want, self.sources()[0])

    def expect(self, port, country, number, name):
        """A new service on this port: what its event and its alert say of the peer."""
        self.touch(port)
        event, _ = self.flowd.wait(type="event", event="new", port=port)
        alert, _ = self.flowd.wait(type="alert", port=port)
        said = {"peer": self.net.outside[0], "peer_country": country, "peer_as": number,
                "country": "FR", "as": None}
        self.report.check_fields("event of %d" % port, said, event)
        self.report.check_fields("alert of %d" % port, dict(said, peer_as_name=name), alert)


def check_followed(bench):
    bench.wait("/api/v1/countries", lambda got: got.get("sources"))  # web has opened the store
    bench.report.check("both are read", [(True, False, None), (False, True, None)],
                       [(s["country"], s["as"], s["trouble"]) for s in bench.sources()])
    bench.expect(PORTS[0], "CN", 64496, "Example Networks")
    read = bench.sources()[0]["read"]
    bench.put(bench.country, ("192.0.2.0/24", "RU"), ("10.77.0.0/24", "FR"))
    bench.wait("/api/v1/countries", lambda got: got["sources"][0]["read"] != read)
    bench.expect(PORTS[1], "RU", 64496, "Example Networks")


def check_broken(bench):
    with open(bench.country, "r+b") as file:
        file.truncate(100)
    bench.expect(PORTS[2], "RU", 64496, "Example Networks")  # at once, from the copy
    bench.wait_source(trouble="is no MaxMind DB file, or is cut short", country=True)
    bench.expect(PORTS[3], "RU", 64496, "Example Networks")
    os.unlink(bench.country)
    bench.wait_source(trouble="No such file or directory", country=True)
    bench.expect(PORTS[4], "RU", 64496, "Example Networks")
    bench.report.check("roles have not fallen", 0, bench.flowd.count(type="health", running=False))
    bench.report.check("each trouble is said once", 2, bench.flowd.said().count("stays in use"))
    bench.put(bench.country, ("192.0.2.0/24", "JP"), ("10.77.0.0/24", "FR"))
    bench.wait_source(trouble=None)
    bench.expect(PORTS[5], "JP", 64496, "Example Networks")


def check_counted(bench):
    for _ in range(3):
        bench.touch(PORTS[0])
        time.sleep(0.5)
    service = bench.wait("/api/v1/services/%s-tcp-%d" % (bench.net.inside[0], PORTS[0]),
                         lambda got: got["service"]["handshakes"] == 4)
    bench.report.check_fields("service", {"country": "FR", "as": None, "peers": 1, "peer_countries": [
        {"country": "JP", "handshakes": 3, "excess": 0}, {"country": "CN", "handshakes": 1, "excess": 0}]},
        service["service"])
    bench.report.check_fields("sightings", {"last_peer_country": "JP", "last_peer_as": 64496},
                              service["sightings"])

    def counts(got):
        return [(row["country"], row["handshakes"]) for row in got["countries"]]
    want = [("JP", 4), ("RU", 4), ("CN", 1)]
    got = bench.wait("/api/v1/countries", lambda got: counts(got) == want)
    bench.report.check("countries", want, counts(got))
    bench.report.check("others", 0, got["others"])


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    skip_unless_possible()
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        check_followed(bench)
        check_broken(bench)
        check_counted(bench)
        status, _ = bench.flowd.end()
        bench.report.check("end", 0, status)
        print(bench.flowd.said() if bench.report.failed else "", end="")
        return bench.report.end()


sys.exit(main())
