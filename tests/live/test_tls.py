# SPDX-License-Identifier: Apache-2.0
"""Servers of TLS that are old, odd or broken: what is told of them, each by its own word.

    test_tls.py VERIFY_DRIVE FLOWD

Needs root, iproute2, openssl; nginx is left out of the test, and said so, where it is missing.
"""
import datetime
import hashlib
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time

from flowd import Flowd
from netns import Net, skip_unless_possible
from report import Report
from sinks import wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
BOUND = 60
CA = """[ca]\ndefault_ca=a\n[a]\ndatabase={0}/index.txt\nserial={0}/serial\nnew_certs_dir={0}\ndefault_md=sha256
policy=p\nunique_subject=no\nx509_extensions=x\ncopy_extensions=copy\n[p]\ncommonName=supplied\n[x]\n
[req]\ndistinguished_name=d\n[d]\n"""
# Name, what makes the key, what it is called and how long it is.
KEYS = (("rsa", ("rsa:2048",), "RSA", 2048), ("rsa1024", ("rsa:1024",), "RSA", 1024),
        ("pss", ("rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"), "RSA-PSS", 2048),
        ("ec", ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), "EC prime256v1", 256),
        ("p521", ("ec", "-pkeyopt", "ec_paramgen_curve:P-521"), "EC secp521r1", 521),
        ("ed25519", ("ed25519",), "ED25519", 256), ("ed448", ("ed448",), "ED448", 456))
NGINX = """daemon off; worker_processes 1; user www-data; pid {0}/nginx.pid; error_log stderr;
events {{ }}
http {{ access_log off;
server {{ listen 443 ssl; server_name one.example.com; return 200 "one";
ssl_certificate {0}/one.pem; ssl_certificate_key {0}/one.key; }}
server {{ listen 443 ssl; server_name two.example.com; return 200 "two";
ssl_certificate {0}/two.pem; ssl_certificate_key {0}/two.key; }} }}
"""


class Bench:
    def __init__(self, net, programs, directory):
        self.net, self.directory, self.report = net, directory, Report()
        self.drive, self.program = programs
        self.port = 4433
        for name, text in (("index.txt", ""), ("serial", "10\n"), ("ca.conf", CA.format(directory))):
            with open(self.path(name), "w") as out:
                out.write(text)

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, *words):
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def certify(self, name, kind=("rsa:2048",), issuer=None, days=(0, 30)):
        """NAME.pem and NAME.key, by `issuer` or itself, valid from one of the days to the other."""
        now = datetime.datetime.utcnow()
        begin, end = ((now + datetime.timedelta(days=day)).strftime("%Y%m%d%H%M%SZ") for day in days)
        self.run("openssl", "req", "-new", "-newkey", *kind, "-nodes", "-keyout", self.path(name + ".key"), "-subj",
                 "/CN=%s.example.com" % name, "-addext", "subjectAltName=DNS:%s.example.com" % name, "-out",
                 self.path(name + ".csr"), "-config", self.path("ca.conf"))
        signer = ("-cert", self.path(issuer + ".pem"), "-keyfile", self.path(issuer + ".key")) if issuer else (
            "-selfsign", "-keyfile", self.path(name + ".key"))
        self.run("openssl", "ca", "-config", self.path("ca.conf"), "-batch", "-notext", "-startdate", begin, "-enddate", end,
                 "-in", self.path(name + ".csr"), "-out", self.path(name + ".pem"), *signer)

    def sha256(self, name):
        with open(self.path(name + ".pem")) as file:
            return hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()

    def start(self, words, port):
        process = self.net.start("inside", words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.time() + BOUND
        while not self.net.run("inside", ["ss", "-Hltn", "sport = :%d" % port]).stdout:
            if time.time() > until or process.poll() is not None:
                raise RuntimeError("%s does not start" % words)
            time.sleep(0.05)
        return process

    def server(self, name, *options, app="tls"):
        """OpenSSL's own server with a certificate; what a probe says of it."""
        self.port += 1
        process = self.start(["openssl", "s_server", "-port", str(self.port), "-cert", self.path(name + ".pem"), "-key",
                              self.path(name + ".key"), "-quiet", *options], self.port)
        try:
            return self.ask(self.port, app)
        finally:
            self.net.stop(process)

    def ask(self, port, app="tls", *options):
        done = self.net.run("border", [self.drive, "--verify.source", self.net.border_in[0], "--home", self.net.home, "--verify.door_wait", "5s",
                                       *options, self.net.inside[0], str(port), app])
        return json.loads(done.stdout.splitlines()[-1])

    def same(self, title, probe, **want):
        self.report.check_fields(title, want, probe)


def check_keys(bench):
    for name, kind, key, bits in KEYS:
        bench.certify(name, kind)
        probe = bench.server(name, "-cipher", "ALL:@SECLEVEL=0")
        bench.same(name, probe, state="open", app="tls", tls="TLSv1.3", key=key, key_bits=bits, certificates=1, self_signed=1,
                   san="DNS:%s.example.com" % name, subject="CN=%s.example.com" % name)
        bench.report.check(name + ": SHA-256", [bench.sha256(name)], [one["sha256"] for one in probe["chain"]])
        bench.report.check(name + ": nothing is asked of the client", None, probe["facts"].get("client-certificate"))


def check_versions(bench):
    """A server of one version says it, and what is outdated is a fact."""
    for option, version, weak in (("-tls1", "TLSv1", ["TLSv1"]), ("-tls1_1", "TLSv1.1", ["TLSv1.1"]),
                                  ("-tls1_2", "TLSv1.2", None), ("-tls1_3", "TLSv1.3", None)):
        # Without a name, too: OpenSSL's server has time for one client only, and that is who listens.
        for app in ("tls", "-") if version == "TLSv1" else ("tls",):
            probe = bench.server("rsa", option, "-cipher", "ALL:@SECLEVEL=0", app=app)
            bench.same("only %s, named %s" % (version, app), probe, state="open", app="tls", tls=version, certificates=1)
            bench.report.check("only %s: outdated" % version, weak, probe["facts"].get("weak-tls"))
    probe = bench.server("rsa", "-cipher", "ALL:@SECLEVEL=0")
    bench.report.check("all versions", ("TLSv1.3", {"TLSv1", "TLSv1.1"}), (probe["tls"], set(
        probe["facts"].get("weak-tls") or ())))


def check_old(bench):
    """What OpenSSL speaks no more: read from the bytes."""
    shutil.copy(bench.path("rsa.pem"), bench.path("cert.pem"))
    bench.start([sys.executable, os.path.join(HERE, "servers.py"), bench.directory, "ssl3:4300", "ssl2:4200"], 4200)
    for port, version in ((4300, "SSLv3"), (4200, "SSLv2")):
        # Nobody says hello of SSL 2.0 to everybody.
        for app in ("tls", "-") if port == 4300 else ("tls",):
            probe = bench.ask(port, app)
            title = "only %s, named %s" % (version, app)
            bench.same(title, probe, state="open", app="tls", tls=version, certificates=1, subject="CN=rsa.example.com")
            bench.report.check(title + ": outdated", [version], probe["facts"].get("weak-tls"))
        left = bench.ask(port, "tls", "--verify.old_tls", "no")
        bench.report.check("only %s: not asked" % version, None, left["facts"].get("weak-tls"))


def check_validity(bench):
    now = time.time()
    for name, days in (("expired", (-30, -2)), ("future", (2, 30))):
        bench.certify(name, days=days)
        probe = bench.server(name)
        bench.same(name, probe, state="open", tls="TLSv1.3", certificates=1, self_signed=1)
        one = probe["chain"][0]
        got = [round((one[key] / 1e6 - now) / 86400) for key in ("not_before_us", "not_after_us")]
        bench.report.check(name + ": days", list(days), got)


def check_chain(bench):
    bench.certify("signer", issuer="rsa")
    bench.certify("leaf", issuer="signer")
    with open(bench.path("rest.pem"), "w") as out:
        for name in ("signer", "rsa"):
            with open(bench.path(name + ".pem")) as file:
                out.write(file.read())
    for option in ("-tls1_2", "-tls1_3"):
        probe = bench.server("leaf", option, "-cert_chain", bench.path("rest.pem"))
        bench.report.check("chain", [(name, issuer, signed) for name, issuer, signed in (
            (bench.sha256("leaf"), "CN=signer.example.com", 0), (bench.sha256("signer"), "CN=rsa.example.com", 0),
            (bench.sha256("rsa"), "CN=rsa.example.com", 1))],
            [(one["sha256"], one["issuer"], one["self_signed"]) for one in probe["chain"]])


def check_client(bench):
    """A certificate is asked for, whether it is wanted or must be; ALPN is what the server takes."""
    for option in ("-verify", "-Verify"):
        for version in ("-tls1_2", "-tls1_3"):
            probe = bench.server("rsa", option, "1", version)
            bench.same("%s %s" % (option, version), probe, state="open", certificates=1, subject="CN=rsa.example.com")
            bench.report.check("%s %s: asked" % (option, version), ["asked for"], probe["facts"].get("client-certificate"))
    probe = bench.server("rsa", "-Verify", "1", "-CAfile", bench.path("signer.pem"))
    bench.report.check("by whom", ["issued by CN=signer.example.com"], probe["facts"].get("client-certificate"))
    for offered, want in (("h2,http/1.1", "h2"), ("http/1.1", "http/1.1"), ("mqtt", "mqtt")):
        bench.same("ALPN " + offered, bench.server("rsa", "-alpn", offered), state="open", alpn=want, certificates=1)
    bench.same("no ALPN", bench.server("rsa"), alpn="", certificates=1)


def check_sni(bench):
    """The name that a client outside says chooses the certificate that is told."""
    for name in ("one", "two"):
        bench.certify(name)
    with open(bench.path("nginx.conf"), "w") as out:
        out.write(NGINX.format(bench.directory))
    bench.start(["nginx", "-e", "stderr", "-c", bench.path("nginx.conf")], 443)
    for app, name in (("tls@two.example.com", "two"), ("tls@one.example.com", "one"), ("tls", "one"),
                      ("tls@other.example.com", "one")):
        bench.same(app, bench.ask(443, app), app="https", subject="CN=%s.example.com" % name)
    flowd = Flowd(bench.net, [
        bench.program, "-i", "inside", "--home", bench.net.home, "--state", bench.path("state"), "--learn", "0s",
        "--health.silence", "0s", "--web.port", "0"], "border", ("sensor", "core", "verify")).wait_ready()
    bench.net.run("outside", ["openssl", "s_client", "-connect", bench.net.inside[0] + ":443", "-servername",
                              "two.example.com"], check=False, input="", timeout=BOUND)
    got = wait_for(lambda: flowd.find(type="alert", port=443, verified=True), BOUND)
    probe = (got[0] if got else {}).get("probe") or {}
    bench.report.check("SNI of the wire", "CN=two.example.com", (probe.get("certificate") or {}).get("subject"))
    bench.report.check("flowd ends", 0, flowd.end()[0])


def main():
    skip_unless_possible("openssl", "ss")
    with tempfile.TemporaryDirectory(prefix="flowd-tls-") as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, [os.path.abspath(word) for word in sys.argv[1:3]], directory)
        for check in (check_keys, check_versions, check_old, check_validity, check_chain, check_client):
            check(bench)
        if shutil.which("nginx"):
            check_sni(bench)
        else:
            print("not installed, not tried: nginx")
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
