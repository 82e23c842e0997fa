# SPDX-License-Identifier: Apache-2.0
"""The API and the stream of a flowd at a border of network namespaces.

    test_web.py FLOWD [PART...]

Parts are the names of the functions that PARTS lists, without check_; default: all. Needs root and
iproute2.
"""
import http.client
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from contract import Contract
from flowd import Flowd
from netns import Net, PATIENCE, skip_unless_possible
from report import Report
from sorted_rows import check_sorted, settled
from webclient import Answer, HEADERS, Reader, cpu_of, is_alert

HERE = os.path.dirname(os.path.abspath(__file__))
PORT = 7780
MANY = range(31000, 31250)
READERS = 1100
SSH = r"say:SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"
ROUTES = ("/api/v1/services", "/api/v1/alerts", "/api/v1/events", "/api/v1/countries",
          "/api/v1/health", "/metrics", "/healthz", "/")


class Bench:
    def __init__(self, net, program, directory):
        self.net, self.program, self.directory = net, program, directory
        self.report, self.contract = Report(), Contract()
        self.flowd = None

    def start(self):
        self.flowd = Flowd(self.net, [
            self.program, "-i", "inside", "--home", self.net.home, "--learn=0s",
            "--state", os.path.join(self.directory, "state"), "--deceptive.ports=1024",
            "--verify.source=" + ",".join(self.net.border_in), "--verify.rate=1000",
            "--web.connections=0"]).wait_ready()
        next(i for i in range(9999) if self.ask("/api/v1/services").status == 200)  # a store

    def wait_net(self):  # IPv6 takes a while until neighbours have found each other
        for host in self.net.inside:
            while self.net.run("outside", ["ping", "-c1", "-W1", host], check=False).returncode:
                pass

    def serve(self, *words):
        process = self.net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"),
                                            self.directory] + list(words), stdout=subprocess.PIPE,
                                 universal_newlines=True)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("servers.py did not start")

    def touch(self, host, *ports, say=b""):
        """A client outside connects, in order; says something and reads an answer."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        for port in ports:
            with self.net.socket("outside", family, socket.SOCK_STREAM) as client:
                client.settimeout(2)
                client.connect((host, port))
                if say:
                    client.sendall(say)
                    client.recv(4096)

    def connect(self):
        sock = self.net.socket("border", socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(PATIENCE)
        sock.connect(("127.0.0.1", PORT))
        return sock

    def ask(self, path, method="GET", body=None, **headers):
        """Keywords are headers, with _ for -; Host is localhost when not given."""
        connection = http.client.HTTPConnection("localhost", PORT)
        connection.sock = self.connect()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers.setdefault("Host", "localhost:%d" % PORT)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            if value is not None:
                connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = Answer(connection.getresponse())
        connection.close()
        if path.startswith("/api/v1/"):
            for said in self.contract.wrong(method, path, answer):
                self.report.check("as described", "", said)
        return answer

    def get(self, path):
        answer = self.ask(path)
        if answer.status != 200:
            raise RuntimeError("%s: %d %r" % (path, answer.status, answer.body))
        return answer.json()

    def pages(self, path, key):
        """All rows, page by page, and how many pages there were."""
        rows, more, count = [], "", 0
        while more is not None:
            page = self.get(path + more)
            rows += page[key]
            count += 1
            more = page["next"] and "&%s=%s" % (
                "cursor" if key == "services" else "before", page["next"])
        return rows, count

    def wait(self, path, good, patience=PATIENCE):
        """The answer once it is good, else the last."""
        until = time.time() + patience
        while True:
            got = self.get(path)
            if good(got) or time.time() > until:
                return got
            time.sleep(0.05)

    def web(self):
        return self.flowd.roles().get("web")

    def memory(self):
        with open("/proc/%d/status" % self.web()) as file:
            return {line.split(":")[0]: int(line.split()[1]) for line in file
                    if line.startswith(("VmRSS", "RssAnon", "VmHWM"))}


def check_routes(bench):
    for path in ROUTES:
        answer = bench.ask(path)
        bench.report.check(path, 200, answer.status)
        for name, value in HEADERS.items():
            bench.report.check("%s: %s" % (path, name), True, answer.headers[name] in value)
        head = bench.ask(path, "HEAD")
        bench.report.check("HEAD " + path, (200, b""), (head.status, head.body))
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            answer = bench.ask(path, method, X_Flowd_Request="1")
            bench.report.check("%s %s" % (method, path), (405, "GET, HEAD"),
                               (answer.status, answer.headers["Allow"]))
    answer = bench.ask("/api/v1/services/10.77.0.2-tcp-22/verify")
    bench.report.check("GET verify", (405, "POST"), (answer.status, answer.headers["Allow"]))
    for path in ("/nothing", "/api", "/api/v1/", "/api/v1/services/a/b/c", "/../etc/passwd",
                 "/%2e%2e/%2e%2e/etc/passwd", "/index.html"):
        answer = bench.ask(path)
        bench.report.check(path, (404, "application/problem+json"),
                           (answer.status, answer.headers["Content-Type"]))
    health = bench.get("/api/v1/health")
    bench.report.check("health", ("health", "ok"), (health["type"], health["state"]))
    bench.report.check("health: roles", {name: (True, 0) for name in bench.flowd.roles()},
                       {r["role"]: (r["running"], r["falls"]) for r in health["roles"]})
    bench.report.check("health: texts", sorted(health["counters"]), sorted(health["texts"]))
    metrics = bench.ask("/metrics").body.decode().split("\n")
    names = [line.split()[0].split("{")[0] for line in metrics if line and line[0] != "#"]
    for name in names:
        bench.report.check("metric " + name, [2, True], [
            sum(line.split()[2:3] == [name] for line in metrics if line.startswith("#")),
            name.startswith("flowd_")])


def check_services(bench):
    """Filled by real clients, read page by page."""
    host, six = bench.net.inside
    for address in (host, six):
        bench.touch(address, 22, say=b"SSH-2.0-OpenSSH_9.2p1\r\n")
    bench.touch(host, *MANY)
    bench.wait("/api/v1/services?limit=1000",
               lambda page: sum(r["state"] == "open" for r in page["services"]) == len(MANY) + 2,
               20)
    for limit, count in ((1000, 1), (252, 1), (251, 2), (100, 3), (40, 7), (7, 36)):
        rows, pages = bench.pages("/api/v1/services?limit=%d" % limit, "services")
        bench.report.check("limit %d: rows, pages" % limit, (len(MANY) + 2, count),
                           (len(rows), pages))
        bench.report.check("limit %d: each once" % limit, len(rows),
                           len({row["id"] for row in rows}))
    rows = bench.get("/api/v1/health")["store"]["rows_estimated"]
    bench.report.check("rows, estimated", [True] * 2, [rows[kind] >= len(MANY) for kind in (
        "services", "events")])
    bench.report.check("rows of a page by itself", 100,
                       len(bench.get("/api/v1/services")["services"]))
    for filters, want in (
            ("port=22", 2), ("ip=" + six, 1), ("ip=2001:db8:77::/64&port=22", 1),
            ("ip=10.77.0.0/24", 251), ("ip=10.78.0.0/16", 0), ("app=ssh", 2), ("app=http", 0),
            ("state=open", 252), ("state=gone", 0), ("port=31007&state=open&ip=10.77.0.2", 1),
            ("port=0", 0), ("ip=0.0.0.0/0", 251), ("ip=%3A%3A/0", 252)):
        rows = settled(bench, "/api/v1/services?limit=50&" + filters, want)
        bench.report.check(filters, want, len(rows))
    check_sorted(bench)
    # Pages are stable while rows come in between.
    first = bench.get("/api/v1/services?limit=100")
    bench.touch(host, 21)
    bench.wait("/api/v1/services?port=21", lambda page: page["services"])
    second = bench.get("/api/v1/services?limit=200&cursor=" + first["next"])
    ids = [row["id"] for row in first["services"] + second["services"]]
    bench.flowd.wait(type="event", event="verdict", port=21)
    bench.report.check("a row came between two pages", (252, 252), (len(ids), len(set(ids))))


def check_numbered(bench):
    for key in ("events", "alerts"):
        rows, pages = bench.pages("/api/v1/%s?limit=60" % key, key)
        numbers = [row["number"] for row in rows]
        bench.report.check(key + ": newest first, each once", sorted(set(numbers), reverse=True),
                           numbers)
        bench.report.check(key + ": pages", -(-len(rows) // 60), pages)
        bench.report.check(key + ": as printed", bench.flowd.count(type=key[:-1]), len(rows))
    bench.report.check("before the first", [], bench.get("/api/v1/alerts?before=1")["alerts"])


def check_bad(bench):
    for path, status, name in (
            ("services?limit=0", 400, "limit"), ("services?limit=1001", 400, "limit"),
            ("services?limit=", 400, "limit"), ("services?limit=-1", 400, "limit"),
            ("services?limit=1&limit=2", 400, "limit"), ("services?limit", 400, "limit"),
            ("services?cursor=zz", 400, "cursor"), ("services?cursor=" + "0" * 45, 400, "cursor"),
            ("services?ip=10.0.0.0/33", 400, "ip"), ("services?ip=nothing", 400, "ip"),
            ("services?port=65536", 400, "port"), ("services?port=ssh", 400, "port"),
            ("services?state=asleep", 400, "state"), ("services?app=", 400, "app"),
            ("services?app=" + "a" * 24, 400, "app"), ("services?colour=red", 400, "colour"),
            ("services?before=1", 400, "before"), ("alerts?cursor=1", 400, "cursor"),
            ("alerts?before=0", 400, "before"), ("events?before=x", 400, "before"),
            ("events?before=99999999999999999999", 400, "before"),
            ("services/10.77.0.2", 400, "id"), ("services/10.77.0.2-tcp-x", 400, "id"),
            ("services/10.77.0.2-tcp-65536", 400, "id"), ("services/x-tcp-1", 400, "id"),
            ("services/10.77.0.2-smtp-25", 400, "id"),
            ("services/10.77.0.2-tcp-22?limit=1", 400, "limit"),
            ("services/10.77.0.2-tcp-1", 404, None), ("services/10.77.0.2-udp-22", 404, None),
            ("services?" + "&".join("a=%d" % i for i in range(40)), 400, None),
            ("services?app=" + "a" * 3000, 414, None)):
        answer = bench.ask("/api/v1/" + path)
        problem = answer.json()
        what = path if len(path) < 60 else path[:60] + "..."
        bench.report.check(what, (status, name), (answer.status, problem.get("parameter")))
        bench.report.check(what + ": problem", ("application/problem+json", status, True),
                           (answer.headers["Content-Type"], problem["status"],
                            bool(problem["type"] and problem["title"] and problem["detail"])))
    bench.report.check("long headers", 431,
                       bench.ask("/", X_Long="a" * 9000).status)
    bench.report.check("very long headers", 431, bench.ask("/", X_Long="a" * 40000).status)
    bench.report.check("a very long address", 414, bench.ask("/" + "a" * 40000).status)
    bench.report.check("a body", 413, bench.ask("/api/v1/services/10.77.0.2-tcp-22/verify", "POST",
                                                b"x" * 5000, X_Flowd_Request="1").status)
    bench.report.check("stream from nowhere", 400,
                       bench.ask("/api/v1/stream", Last_Event_ID="one").status)
    for junk in (b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\xff" * 20000,
                 b"GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n"):
        sock = bench.connect()
        sock.settimeout(0.5)
        sock.sendall(junk)
        try:
            bench.report.check("junk", False, b" 200 " in sock.recv(64))
        except (ConnectionResetError, socket.timeout):
            pass
        sock.close()


def check_trust(bench):
    """Names that point here, and other sites' pages."""
    for host in ("localhost", "LOCALHOST:7780", "127.0.0.1", "127.0.0.1:7780", "127.1.2.3",
                 "[::1]", "[::1]:7780"):
        bench.report.check("Host " + host, 200, bench.ask("/api/v1/alerts", Host=host).status)
    for host in ("evil.example", "evil.example:7780", "localhost.evil.example", "10.77.0.1",
                 "127.0.0.1.evil.example", "[::2]", "localhost:x", "[2001:db8::1]:7780", ""):
        for path in ("/api/v1/alerts", "/", "/metrics", "/api/v1/stream", "/nothing"):
            bench.report.check("Host %s, %s" % (host, path), 403,
                               bench.ask(path, Host=host).status)
    bench.report.check("no Host", 400, bench.ask("/", Host=None).status)
    verify = "/api/v1/services/10.77.0.2-tcp-22/verify"
    for headers, status in (
            ({}, 403), ({"X_Flowd_Request": "0"}, 403), ({"Origin": "http://evil.example"}, 403),
            ({"Origin": "http://evil.example", "X_Flowd_Request": "1"}, 403),
            ({"Origin": "null"}, 403), ({"Origin": "http://localhost"}, 403),
            ({"Origin": "http://localhost:7780", "Host": "evil.example"}, 403),
            ({"Origin": "http://localhost:7780"}, 202), ({"X_Flowd_Request": "1"}, 202)):
        bench.report.check("verify with %r" % headers, status,
                           bench.ask(verify, "POST", b"", **headers).status)


def check_verify(bench):
    service = "/api/v1/services/%s-tcp-22"
    for host in bench.net.inside:
        path = service % host
        before = bench.wait(path, lambda got: got["probes"])
        bench.report.check_fields(path, dict(ip=host, proto="tcp", port=22, app="ssh",
                                             state="open", id="%s-tcp-22" % host),
                                  before["service"])
        bench.report.check_fields(path + ": sightings", dict(
            peers=1, last_peer=bench.net.outside[":" in host]), before["sightings"])
        bench.report.check(path + ": probes", ["ssh"], [p["app"] for p in before["probes"]])
        bench.report.check(path + ": history", ("new", None), (
            before["history"][-1]["event"], before["history"][-1]["probe"]))
        bench.report.check_fields(path + ": verdict", dict(event="verdict", state="open",
                                                           probe=dict(app="ssh")),
                                  before["history"][-2])
        asked = time.time()
        answer = bench.ask(path + "/verify", "POST", b"", X_Flowd_Request="1")
        bench.report.check(path + "/verify", 202, answer.status)
        after = bench.wait(path, lambda got: len(got["history"]) > len(before["history"]))
        bench.report.check_fields(path + ": once more", dict(
            event="verdict", state="open", probe=dict(state="open", app="ssh")),
                                  after["history"][0])
        print("milliseconds from the wish to the verdict: %.0f" % ((time.time() - asked) * 1000))
    for path, status in ((service % "10.77.0.99", 404), (service % "nobody", 400)):
        bench.report.check(path + "/verify", status, bench.ask(
            path + "/verify", "POST", b"", X_Flowd_Request="1").status)


def check_stream(bench):
    reader = Reader(bench)
    health, _ = reader.wait(lambda fields: fields.get("event") == "health")
    bench.report.check("stream: health", "health", json.loads(health.get("data", "{}")).get("type"))
    bench.report.check("stream: no id of health", None, health.get("id"))
    took = []
    for port in range(21000, 21010):
        bench.touch(bench.net.inside[0], port)
        got, at = reader.wait(is_alert(port))
        printed, printed_at = bench.flowd.wait(type="alert", port=port)
        bench.report.check("stream: alert", True, printed == json.loads(got.get("data", "{}")))
        bench.report.check("what it tells is there", True, printed["number"] in [
            a["number"] for a in bench.get("/api/v1/alerts")["alerts"]])
        took.append(at - printed_at)
    bench.report.check("stream: an alert within 200 ms", True, max(took) < 0.2)
    print("milliseconds from printed to read in the stream: %s" % " ".join(
        "%.0f" % (s * 1000) for s in took))
    # Going on from each place gives what came after it, once and in order.
    whole = [f for _, f in reader.got if "id" in f]
    for i in (0, 1, len(whole) // 2, len(whole) - 2):
        again = Reader(bench, whole[i]["id"])
        again.wait(lambda fields: fields.get("id") == whole[-1]["id"])
        bench.report.check("from %s on" % whole[i]["id"], True,
                           whole[i + 1:] == [f for _, f in again.got if "id" in f])
        again.close()
    nothing = Reader(bench, whole[-1]["id"])
    nothing.wait(lambda fields: "id" in fields, 1.5)
    bench.report.check("from the last on", [], [f["id"] for _, f in nothing.got if "id" in f])
    nothing.close()
    old = Reader(bench, "0.0")
    old.wait(lambda fields: fields.get("id") == whole[-1]["id"])
    bench.report.check("from the beginning: alerts", list(range(1, old.numbers("alert")[-1] + 1)),
                       old.numbers("alert"))
    old.close()
    ahead = Reader(bench, "999999.999999")
    got, _ = ahead.wait(lambda fields: "id" in fields)
    bench.report.check("from a place that is not there", "gap", got.get("event"))
    ahead.close()
    reader.close()


def feed(bench, readers, port):
    """Seconds until the first and the last reader had the alert, and the whole time of it."""
    poll, left = select.epoll(), {}
    for reader in readers:
        poll.register(reader.sock, select.EPOLLIN)
        left[reader.sock.fileno()] = reader
    bench.touch(bench.net.inside[0], port)
    _, printed = bench.flowd.wait(type="alert", port=port)
    good, first, last, until = is_alert(port), 0, 0, time.time() + PATIENCE
    while left and time.time() < until:
        for fd, _ in poll.poll(0.2):
            if fd not in left:
                continue
            data = left[fd].sock.recv(65536)
            last = time.time()
            left[fd].take(data)
            first = first or last
            if not data or any(good(fields) for _, fields in left[fd].got):
                poll.unregister(fd)
                del left[fd]
            else:
                left[fd].got.clear()
    poll.close()
    return len(left), last - printed


def check_crowd(bench):
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    before = bench.memory()
    readers = [Reader(bench) for _ in range(READERS)]
    for reader in readers:
        reader.wait(lambda fields: fields.get("event") == "health")
    bench.report.check("crowd: all are served", {200}, {reader.status for reader in readers})
    # Readers of before are missed when something is sent to them.
    counted = bench.wait("/api/v1/health", lambda got: got["readers"] == READERS)
    bench.report.check("crowd: counted", READERS, counted["readers"])
    used, started = cpu_of(bench.web()), time.time()
    for port in (21100, 21101, 21102):
        missing, took = feed(bench, readers, port)
        bench.report.check("crowd: who got no alert", 0, missing)
        print("%d readers: the last had the alert %.0f ms after it was printed" % (
            READERS, took * 1000))
        bench.report.check("crowd: within a second", True, took < 1)
    share = (cpu_of(bench.web()) - used) / (time.time() - started)
    after = bench.memory()
    print("%d readers: web has %.1f MB (before: %.1f MB; without shared pages %.1f MB), "
          "uses %.1f %% of a CPU" % (READERS, after["VmRSS"] / 1024, before["VmRSS"] / 1024,
                                     after["RssAnon"] / 1024, share * 100))
    bench.report.check("crowd: small", True, after["VmRSS"] - before["VmRSS"] < 40 * 1024)
    for reader in readers:
        reader.close()
    health = bench.wait("/api/v1/health", lambda got: not got["readers"])
    bench.report.check("crowd: gone", (0, 0), (health["readers"], health["readers_dropped"]))


def wait_reborn(bench, role, before):
    while bench.flowd.roles().get(role, before) == before:
        time.sleep(0.01)
    bench.flowd.wait_ready()


def check_crash(bench):
    """Readers come back to a new web and miss nothing; web outlives core."""
    reader = Reader(bench)
    bench.touch(bench.net.inside[0], 21200)
    got, _ = reader.wait(is_alert(21200))
    before = bench.web()
    os.kill(before, signal.SIGSEGV)
    bench.touch(bench.net.inside[0], 21201)
    wait_reborn(bench, "web", before)
    bench.wait("/api/v1/alerts", lambda page: page["alerts"][0]["port"] == 21201)
    again = Reader(bench, got.get("id"))
    missed, _ = again.wait(is_alert(21201))
    bench.report.check("after web's crash: missed meanwhile", True, bool(missed))
    for name in ("core", "sensor", "verify"):
        before, web = bench.flowd.roles()[name], bench.web()
        os.kill(before, signal.SIGSEGV)
        wait_reborn(bench, name, before)
        port = 21210 + len(name)
        bench.touch(bench.net.inside[0], port)
        found, _ = again.wait(is_alert(port))
        bench.report.check("after %s's crash: told" % name, True, bool(found))
        page = bench.get("/api/v1/services?port=%d" % port)
        bench.report.check("after %s's crash: kept" % name, 1, len(page["services"]))
        bench.report.check("after %s's crash: web" % name, web, bench.web())
    numbers = again.numbers("alert")
    bench.report.check("alerts, each once", list(range(numbers[0], numbers[0] + len(numbers))),
                       numbers)
    reader.close()
    again.close()


def check_parallel(bench):
    """Many askers at once, for the figures."""
    count, workers = 200, 4

    def ask(path):
        for _ in range(count // workers):
            connection = bench.connect()
            connection.sendall(b"GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" % path.encode())
            while connection.recv(1 << 20):
                pass
            connection.close()

    for path in ("/api/v1/services?limit=1000", "/api/v1/health"):
        threads = [threading.Thread(target=ask, args=(path,)) for _ in range(workers)]
        started, used = time.time(), cpu_of(bench.web())
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print("%s: %.0f a second, %.2f ms of CPU each" % (
            path, count / (time.time() - started), (cpu_of(bench.web()) - used) * 1000 / count))


PARTS = (check_routes, check_services, check_numbered, check_verify, check_bad, check_trust,
         check_stream, check_crowd, check_crash, check_parallel)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    skip_unless_possible()
    chosen = sys.argv[2:]
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        bench.serve(SSH.replace(":", ":22:", 1), "say:21:hello",
                    "say:%d-%d:hello" % (MANY[0], MANY[-1]), "say:21000-21009:hello",
                    "say:21100-21102:hello", "say:21200-21220:hello")
        bench.wait_net()
        bench.start()
        for part in PARTS:
            if not chosen or part.__name__[len("check_"):] in chosen:
                part(bench)
        status, took = bench.flowd.end()
        bench.report.check("end", 0, status)
        bench.report.check("ends soon (%.2f s)" % took, True, took < 3)
        print(bench.flowd.said() if bench.report.failed else "", end="")
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
