# SPDX-License-Identifier: Apache-2.0
"""Real servers that are replaced, renewed, shut away and brought back between two looks.

    test_changes.py FLOWD

Needs root, iproute2, nftables, openssl, nginx, sshd, dnsmasq, vsftpd, redis-server.
"""
import datetime
import os
import re
import shutil
import signal
import subprocess
import sys
import time

from border import Lab, NAME
from netns import skip_unless_possible
from report import Report
from sinks import wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
BOUND = 60  # seconds for what must come, under whatever load
WEB = """daemon off; worker_processes 1; user www-data; pid {dir}/{name}.pid; error_log stderr;
events {{ }}
http {{ access_log off; server {{ listen {host}:{port}{ssl}; {certificate} return 200 "hi"; }} }}
"""
# The prober stands at the border; clients outside are served as ever.
ALLOW_LIST = """
table inet test {
    chain input {
        type filter hook input priority 0;
        ip saddr 10.77.0.1 tcp dport 83 drop
    }
}
"""


class Bench:
    def __init__(self, lab):
        self.lab, self.net, self.servers = lab, lab.net, lab.servers
        self.report, self.flowd = Report(), None
        self.known = 0  # rows of `find` that a former case has had

    def nginx(self, port, program=None, secure=False):
        name = "web%d" % port
        certificate = ("ssl_certificate {0}/cert.pem; ssl_certificate_key {0}/key.pem;".format(
            self.lab.directory) if secure else "")
        config = self.servers.write(name + ".conf", WEB.format(
            dir=self.lab.directory, name=name, host=self.lab.host, port=port,
            ssl=" ssl" if secure else "", certificate=certificate))
        return self.servers._start([program or "nginx", "-e", "stderr", "-c", config], (port,))

    def other_version(self, program, before, after):
        """The same program, but for the version that it tells; both are of one length."""
        with open(shutil.which(program), "rb") as file:
            code = file.read()
        path = self.lab.path(program + "-other")
        with open(path, "wb") as out:
            out.write(code.replace(before, after))
        os.chmod(path, 0o755)
        return path

    def habit(self, habit, port):
        return self.servers._start([sys.executable, os.path.join(HERE, "servers.py"),
                                    self.lab.directory, "%s:%d" % (habit, port)], ())

    def certify(self, end):
        """A certificate of its own authority that ends at `end`, to the second."""
        path = self.lab.path
        for name, text in (("index.txt", ""), ("serial", "%x\n" % time.time_ns())):
            self.servers.write(name, text)
        config = self.servers.write("ca.conf", (
            "[ca]\ndefault_ca=a\n[a]\ndatabase=%s\nserial=%s\nnew_certs_dir=%s\ndefault_md=sha256\n"
            "policy=p\nunique_subject=no\n[p]\ncommonName=supplied\n" % (
                path("index.txt"), path("serial"), self.lab.directory)))
        self.run("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout",
                 path("key.pem"), "-subj", "/CN=" + NAME, "-out", path("request.pem"))
        self.run("openssl", "ca", "-config", config, "-batch", "-selfsign", "-keyfile",
                 path("key.pem"), "-in", path("request.pem"), "-out", path("cert.pem"), "-notext",
                 "-startdate", "20200101000000Z", "-enddate", end.strftime("%Y%m%d%H%M%SZ"))

    @staticmethod
    def run(*words):
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def watch(self, *options):
        self.flowd = self.lab.watch("--learn=0s", "--health.silence=0s", *options)

    def find(self, **want):
        return [e for e in self.flowd.find(type="event", **want)]

    def expect(self, case, **want):
        """An event with these fields; what there was of the port instead, if there is none."""
        got = wait_for(lambda: self.find(**want), BOUND)
        if not got:
            got = [{key: e.get(key) for key in ("event", "what", "before", "after", "state")}
                   for e in self.find(port=want["port"])]
            self.report.check(case, want, got)
            return {}
        self.report.check(case, True, True)
        return got[0]

    def first(self, port, use=None, proto="tcp"):
        (use or self.lab.touch)(port)
        self.expect("%s port %d at first" % (proto, port), event="verdict", proto=proto,
                    port=port, state="open")


def version_of(program, pattern):
    done = subprocess.run([program, "-v"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    return re.search(pattern, done.stdout).group(1)


def check_version(bench):
    """nginx and dnsmasq, each followed by one that says another version, over TCP and over UDP."""
    nginx, dns = version_of("nginx", rb"nginx/(\S+)"), version_of("dnsmasq", rb"version (\S+)")
    other, newer = (text[:-1] + b"%d" % ((int(text[-1:]) + 1) % 10) for text in (nginx, dns))
    web, names = bench.nginx(80), bench.servers.dnsmasq()
    bench.first(80, bench.lab.http_get)
    bench.first(53, bench.lab.dns_ask)
    ask_names(bench)
    bench.expect("DNS over UDP at first", event="verdict", proto="udp", port=53, state="open")
    bench.net.stop(web)
    bench.nginx(80, bench.other_version("nginx", b"nginx/" + nginx, b"nginx/" + other))
    bench.expect("version", event="changed", port=80, what="version", product="nginx",
                 before=nginx.decode(), after=other.decode())
    bench.net.stop(names)
    bench.servers._start([bench.other_version("dnsmasq", dns, newer), "--keep-in-foreground",
                          "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=nobody",
                          "--bind-interfaces", "--group=nogroup", "--listen-address=" +
                          bench.lab.host, "--pid-file=" + bench.lab.path("other.pid")], (53,))
    bench.expect("version over UDP", event="changed", proto="udp", port=53, what="version",
                 before=dns.decode(), after=newer.decode())


def ask_names(bench):
    with bench.net.socket("outside", 2, 2) as client:
        client.settimeout(BOUND)
        client.sendto(b"\x12\x34\1\0\0\1\0\0\0\0\0\0\7version\4bind\0\0\x10\0\3",
                      (bench.lab.host, 53))
        client.recv(512)


def check_product(bench):
    """nginx, then Python's server; sshd, then redis."""
    web = bench.nginx(81)
    bench.first(81, bench.lab.http_get)
    bench.servers.sshd((82,))
    bench.first(82, bench.lab.ssh_keys)
    bench.net.stop(web)
    bench.servers._start([sys.executable, "-m", "http.server", "--bind", bench.lab.host,
                          "--directory", bench.lab.path("web"), "81"], (81,))
    got = bench.expect("product", event="changed", port=81, what="product", before="nginx")
    bench.report.check("product: the new one", True, "http" in (got.get("after") or "").lower())
    end_sshd(bench)
    bench.servers.redis(82)
    bench.expect("protocol", event="changed", port=82, what="app", before="ssh", after="redis")


def end_sshd(bench):
    for process in list(bench.net.started):
        if any("sshd_config" in word for word in process.args):
            bench.net.stop(process)


def check_state(bench):
    """A server that takes nobody any more, one that takes all but the prober, and back again."""
    web = bench.nginx(84)
    bench.first(84, bench.lab.http_get)
    bench.net.stop(web)
    shut = bench.habit("close", 84)
    bench.expect("serves nobody", event="changed", port=84, what="state", before="open",
                 after="refuses")
    bench.net.stop(shut)
    bench.nginx(84)
    bench.expect("serves again", event="changed", port=84, what="state", before="refuses",
                 after="open")
    bench.nginx(83)
    bench.first(83, bench.lab.http_get)
    bench.net.run("inside", ["nft", "-f", "-"], input=ALLOW_LIST)

    def served_to_others():
        bench.lab.http_get(83)
        return bench.find(event="changed", port=83, what="state")
    wait_for(served_to_others, BOUND)
    bench.expect("serves others only", event="changed", port=83, what="state", before="open",
                 after="restricted")
    bench.net.run("inside", ["nft", "delete", "table", "inet", "test"])
    bench.expect("serves the prober, too", event="changed", port=83, what="state",
                 before="restricted", after="open")


def check_certificate(bench):
    """nginx is told to take another one, which does not end its life."""
    bench.certify(datetime.datetime.utcnow() + datetime.timedelta(days=300))
    web = bench.nginx(443, secure=True)
    bench.first(443, bench.lab.https_get)
    bench.certify(datetime.datetime.utcnow() + datetime.timedelta(days=20))
    os.killpg(web.pid, signal.SIGHUP)
    got = bench.expect("certificate", event="changed", port=443, what="certificate")
    bench.report.check("certificate: two of them", [64, 64], [
        len(got.get(key) or "") for key in ("before", "after")])
    bench.expect("the new one ends in 20 days", event="certificate", port=443)


def check_gone(bench):
    redis = bench.servers.redis(6379)
    bench.first(6379, bench.lab.redis_ping)
    bench.net.stop(redis)
    bench.expect("gone", event="gone", port=6379, before="open", after="gone")
    bench.servers.redis(6379)
    bench.expect("returned", event="returned", port=6379, state="open")


def check_term(bench):
    """A look comes at the term of a certificate, long before its turn on the schedule."""
    end = datetime.datetime.utcnow() + datetime.timedelta(days=30, seconds=12)
    term = end.timestamp() - end.timestamp() % 1 - 30 * 86400 - time.timezone
    bench.certify(end)
    bench.nginx(8443, secure=True)
    bench.watch("--verify.again=30d", "--verify.again_high=30d", "--verify.expiring=30d,7d")
    bench.first(8443, bench.lab.https_get)
    bench.expect("30 days before its end", event="certificate", port=8443, what="certificate")
    told = [e["time"] for e in bench.find(event="certificate", port=8443)]
    at = datetime.datetime.fromisoformat(told[0][:26].rstrip("Z")).timestamp() if told else 0
    bench.report.check("told once", 1, len(told))
    bench.report.check("not before its term (%s, %.0f)" % (told, term), True,
                       at - time.timezone >= term)


def main():
    with Lab(sys.argv[1]) as lab:
        lab.skip_unless_possible()
        skip_unless_possible("nft")
        bench = Bench(lab)
        os.mkdir(lab.path("web"), 0o755)
        bench.watch("--verify.again=1s", "--verify.again_high=1s", "--verify.gone=2s")
        for check in (check_version, check_product, check_state, check_certificate, check_gone):
            check(bench)
        bench.report.check("ends", 0, bench.flowd.end()[0])
        shutil.rmtree(lab.path("state"))
        check_term(bench)
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
