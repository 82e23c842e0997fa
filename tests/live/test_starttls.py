#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""TLS inside the protocols of real servers: what is told of its version and of a chain of certificates, and when.

usage: test_starttls.py VERIFY_DRIVE       as root

Servers of Debian's packages as bench/real.py starts them, each with a certificate that an authority between
the root and it has signed. What is not installed is said to be, and none at all skips the test.
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

from netns import PATIENCE, SKIPPED, Net, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "bench"))
import real  # noqa: E402

# Server, the wire's name ("-": it has none), what it is called in the end, in the open or inside of TLS.
PORTS = (("postfix:25", "smtp", "smtp"), ("dovecot-imapd:143", "imap", "imap"), ("dovecot-pop3d:110", "pop3", "pop3"),
         ("vsftpd:21", "ftp", "ftp"), ("slapd:389", "ldap", "ldap"), ("postgresql-15:5432", "postgresql", "postgresql"),
         ("mariadb-server:3306", "mysql", "mysql"), ("prosody:5222", "xmpp@www.example.com", "xmpp"),
         ("dovecot-imapd:993", "imaps", "imaps"), ("nginx:443", "https", "https"))
NAMES = ("CN=www.example.com,O=Example", "CN=Example Issuer,O=Example", "CN=Example Root,O=Example")
DTLS = 4433


def fingerprint(name):
    with open(name) as file:
        text = file.read()
    end = text.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(text[:end] + "\n")).hexdigest()


class Bench:
    def __init__(self, net, drive, directory):
        self.net, self.drive, self.directory, self.report = net, drive, directory, Report()

    def ask(self, port, app, *options):
        done = self.net.run("border", [
            self.drive, "--verify.source", self.net.border_in[0], "--home", self.net.home, *options,
            self.net.inside[0], str(port), app])
        return json.loads(done.stdout.splitlines()[-1])

    def path(self, name):
        return os.path.join(self.directory, name)


def check_chain(bench, title, probe):
    """The server's own first, then who signed it."""
    files = [bench.path("leaf.pem"), bench.path("issuer.pem")]
    bench.report.check(title + ": certificates", 2, probe["certificates"])
    bench.report.check(title + ": subjects", list(NAMES[:2]), [one["subject"] for one in probe["chain"]])
    bench.report.check(title + ": issuers", list(NAMES[1:]), [one["issuer"] for one in probe["chain"]])
    bench.report.check(title + ": SHA-256", [fingerprint(name) for name in files],
                       [one["sha256"] for one in probe["chain"]])
    bench.report.check(title + ": keys", [("RSA", 2048, 0)] * 2,
                       [(one["key"], one["bits"], one["self_signed"]) for one in probe["chain"]])
    bench.report.check(title + ": alternative names", "DNS:www.example.com", probe["san"])
    bench.report.check(title + ": both are valid for 30 days", True, all(
        29 * 86400 < (one["not_after_us"] - one["not_before_us"]) / 1e6 < 31 * 86400 for one in probe["chain"]))


def check_server(bench, server, app, name):
    # What has just started may say that it is not ready yet.
    until = time.time() + PATIENCE
    while True:
        probe = bench.ask(server.port, app)
        if probe["product"] or not server.product or time.time() > until:
            break
    title = server.name
    bench.report.check(title, ("open", name), (probe["state"], probe["app"]))
    bench.report.check(title + ": product", True, server.product in probe["product"].lower())
    bench.report.check(title + ": TLS", "TLSv1.3", probe["tls"])
    bench.report.check(title + ": cipher", True, probe["cipher"].startswith("TLS_"))
    is_plain = name not in ("imaps", "https")
    bench.report.check(title + ": begins in the open", ["TLSv1.3"] if is_plain else None, probe["facts"].get("starttls"))
    check_chain(bench, title, probe)
    off = bench.ask(server.port, app, "--verify.doors", "no", "--verify.old_tls", "no")
    if is_plain:
        bench.report.check(title + ": not asked without doors", ("", 0), (off["tls"], off["certificates"]))


def takes(bench, server, name, version):
    """Does it go along with an outdated version, as OpenSSL's own client sees it?"""
    words = ["openssl", "s_client", "-connect", "%s:%d" % (bench.net.inside[0], server.port), version, "-cipher",
             "ALL:@SECLEVEL=0", "-xmpphost", "www.example.com"]
    if name not in ("imaps", "https"):
        words += ["-starttls", {"postgresql": "postgres"}.get(name, name)]
    done = bench.net.run("border", words, check=False, input="", timeout=20)
    return "Cipher is (NONE)" not in done.stdout and "New, " in done.stdout


def check_old(bench, server, app, name):
    weak = bench.ask(server.port, app)["facts"].get("weak-tls", [])
    for version, option in (("TLSv1.1", "-tls1_1"), ("TLSv1", "-tls1")):
        bench.report.check("%s: %s" % (server.name, version), takes(bench, server, name, option), version in weak)


def ask_dtls(bench, port, app, *options):
    """OpenSSL's own server over UDP, which serves one client in its life."""
    bench.net.start("inside", ["openssl", "s_server", "-dtls", "-port", str(port), "-cert", bench.path("cert.pem"),
                               "-key", bench.path("key.pem"), "-quiet", *options], stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.time() + PATIENCE
    while not bench.net.run("inside", ["ss", "-Huln", "sport = :%d" % port]).stdout and time.time() < until:
        time.sleep(0.05)
    probe = bench.ask("udp/%d" % port, app)
    bench.report.check("DTLS on %d" % port, ("open", "answer", "dtls", "DTLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256"),
                       tuple(probe[word] for word in ("state", "reason", "app", "tls", "cipher")))
    return probe["facts"]


def check_dtls(bench):
    """It wants the cookie back that keeps forged addresses out before it says more."""
    for port, app in ((DTLS, "dtls"), (DTLS + 1, "-")):
        facts = ask_dtls(bench, port, app, "-listen")
        bench.report.check("DTLS: a cookie", True, "asks for a cookie" in str(facts.get("note")))
        bench.report.check("DTLS: no amplifier", None, facts.get("amplifier"))


def check_early(bench):
    """Who tells his name and then keeps the door waiting: the verdict is there before the door is given up."""
    port = 2100
    servers = bench.net.start("inside", [
        sys.executable, os.path.join(HERE, "servers.py"), bench.directory, "say:%d:220 ProFTPD 1.3.8 Server ready\\r\\n" % port],
        stdout=subprocess.PIPE, universal_newlines=True)
    servers.stdout.readline()
    done = bench.net.run("border", [
        bench.drive, "--verify.source", bench.net.border_in[0], "--home", bench.net.home, "--verify.door_wait", "300ms",
        "-e", bench.net.inside[0], str(port), "ftp"])
    said = [json.loads(line) for line in done.stdout.splitlines()]
    bench.report.check("two words", [1, 0], [probe["partial"] for probe in said])
    for probe in said:
        bench.report.check("the same verdict", ("open", "syn-ack", "ftp", "ProFTPD", "1.3.8"), tuple(
            probe[word] for word in ("state", "reason", "app", "product", "version")))
    bench.report.check("the first does not wait for the door", True,
                       said[-1]["since_job_us"] - said[0]["since_job_us"] > 200000)
    whole = bench.ask(port, "ftp", "--verify.doors", "no")
    bench.report.check("nothing to wait for", 0, whole["partial"])


def main():
    skip_unless_possible("openssl", "ss")
    drive, directory = os.path.abspath(sys.argv[1]), tempfile.mkdtemp(prefix="flowd-starttls-")
    wanted = {server.name: server for server in real.SERVERS}
    # Dovecot's are started by the first of them.
    real.SERVERS = [wanted[name] for name, _, _ in PORTS]
    try:
        with Net() as net:
            bench = Bench(net, drive, directory)
            up, missing = real.start(net, directory)
            print("not there: %s" % (", ".join(missing) or "none"), flush=True)
            for name, app, told in PORTS:
                if wanted[name] in up:
                    check_server(bench, wanted[name], app, told)
                    check_old(bench, wanted[name], app, told)
            check_dtls(bench)
            check_early(bench)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    status = bench.report.end()
    if not up and not status:
        print("none of the servers is installed")
        return SKIPPED
    return status


sys.exit(main())
