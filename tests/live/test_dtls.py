# SPDX-License-Identifier: Apache-2.0
"""The certificates of servers of DTLS: kinds of keys, a chain, parts of datagrams, with and without a cookie.

    test_dtls.py VERIFY_DRIVE

Needs root, iproute2, openssl; gnutls-serv is left out of the test, and said so, where it is missing.
"""
import hashlib
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time

from netns import Net, skip_unless_possible
from report import Report

BOUND = 30
# Name, what makes the key, what it is called and how long it is.
KEYS = (("rsa", ("rsa:2048",), "RSA", 2048),
        ("ec", ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), "EC prime256v1", 256),
        ("p384", ("ec", "-pkeyopt", "ec_paramgen_curve:P-384"), "EC secp384r1", 384))


class Bench:
    def __init__(self, net, drive, directory):
        self.net, self.drive, self.directory, self.report = net, drive, directory, Report()
        self.port = 4433

    def path(self, name):
        return os.path.join(self.directory, name)

    def run(self, *words):
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def certify(self, name, kind, issuer=None, days="30"):
        """NAME.pem and NAME.key: by itself, or by `issuer`."""
        words = ["openssl", "req", "-newkey", *kind, "-nodes", "-keyout", self.path(name + ".key"), "-subj",
                 "/O=Example/CN=%s.example.com" % name]
        if not issuer:
            self.run(*words, "-x509", "-days", days, "-addext", "subjectAltName=DNS:%s.example.com" % name, "-out",
                     self.path(name + ".pem"))
            return
        self.run(*words, "-out", self.path(name + ".csr"))
        self.run("openssl", "x509", "-req", "-in", self.path(name + ".csr"), "-CA", self.path(issuer + ".pem"), "-CAkey",
                 self.path(issuer + ".key"), "-CAcreateserial", "-days", days, "-out", self.path(name + ".pem"))

    def sha256(self, name):
        with open(self.path(name + ".pem")) as file:
            return hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()

    def serve(self, words):
        process = self.net.start("inside", words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        until = time.time() + BOUND
        while not self.net.run("inside", ["ss", "-Huln", "sport = :%d" % self.port]).stdout:
            if time.time() > until or process.poll() is not None:
                raise RuntimeError("%s does not start" % words[0])
            time.sleep(0.05)
        return process

    def openssl(self, name, *options):
        """OpenSSL's own server, which serves one client in its life; what a probe says of it."""
        self.port += 1
        process = self.serve(["openssl", "s_server", "-dtls", "-port", str(self.port), "-cert", self.path(name + ".pem"),
                              "-key", self.path(name + ".key"), "-quiet", *options])
        try:
            return self.ask()
        finally:
            self.net.stop(process)

    def ask(self):
        done = self.net.run("border", [self.drive, "--verify.source", self.net.border_in[0], "--home", self.net.home,
                                       self.net.inside[0], "udp/%d" % self.port, "dtls"])
        return json.loads(done.stdout.splitlines()[-1])

    def expect(self, title, probe, names, key, bits):
        check = self.report.check
        check(title, ("open", "answer", "dtls", "DTLSv1.2"), tuple(probe[word] for word in ("state", "reason", "app", "tls")))
        check(title + ": certificates", len(names), probe["certificates"])
        check(title + ": subjects", ["CN=%s.example.com,O=Example" % name for name in names],
              [one["subject"] for one in probe["chain"]])
        check(title + ": SHA-256", [self.sha256(name) for name in names], [one["sha256"] for one in probe["chain"]])
        check(title + ": key", (key, bits), (probe["key"], probe["key_bits"]))


def note(probe):
    return str(probe["facts"].get("note"))


def check_keys(bench):
    for name, kind, key, bits in KEYS:
        bench.certify(name, kind)
        probe = bench.openssl(name, "-listen")
        bench.expect(name, probe, [name], key, bits)
        bench.report.check(name + ": self-signed", 1, probe["self_signed"])
        bench.report.check(name + ": alternative names", "DNS:%s.example.com" % name, probe["san"])
        bench.report.check(name + ": a cookie", True, "asks for a cookie" in note(probe))
        bench.report.check(name + ": nothing of the client", None, probe["facts"].get("client-certificate"))


def check_chain(bench):
    """Root, who signs, server: in parts of small datagrams as in large ones."""
    bench.certify("signer", ("rsa:2048",), "rsa")
    bench.certify("leaf", ("rsa:2048",), "signer", "1")
    with open(bench.path("rest.pem"), "w") as out:
        for name in ("signer", "rsa"):
            with open(bench.path(name + ".pem")) as file:
                out.write(file.read())
    for mtu in ("256", "1400"):
        probe = bench.openssl("leaf", "-listen", "-mtu", mtu, "-cert_chain", bench.path("rest.pem"))
        bench.expect("chain, parts of %s" % mtu, probe, ["leaf", "signer", "rsa"], "RSA", 2048)
        bench.report.check("chain: self-signed is the root only", [0, 0, 1],
                           [one["self_signed"] for one in probe["chain"]])
        one = probe["chain"][0]
        bench.report.check("chain: valid for a day", 86400, (one["not_after_us"] - one["not_before_us"]) / 1e6)


def check_manners(bench):
    probe = bench.openssl("rsa", "-listen", "-Verify", "1")
    bench.expect("wants the client's", probe, ["rsa"], "RSA", 2048)
    bench.report.check("wants the client's: said so", ["asked for"], probe["facts"].get("client-certificate"))


def check_gnutls(bench):
    if not shutil.which("gnutls-serv"):
        print("not installed, not tried: gnutls-serv")
        return
    # OpenSSL does not go along with such a key over UDP.
    bench.certify("ed25519", ("ed25519",))
    for name, key in (("ec", "EC prime256v1"), ("ed25519", "ED25519")):
        bench.port += 1
        bench.serve(["gnutls-serv", "--udp", "--port", str(bench.port), "--echo", "--disable-client-cert",
                     "--x509certfile", bench.path(name + ".pem"), "--x509keyfile", bench.path(name + ".key")])
        bench.expect("gnutls-serv, " + name, bench.ask(), [name], key, 256)


def main():
    skip_unless_possible("openssl", "ss")
    with tempfile.TemporaryDirectory(prefix="flowd-dtls-") as directory, Net() as net:
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        for check in (check_keys, check_chain, check_manners, check_gnutls):
            check(bench)
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
