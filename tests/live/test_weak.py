# SPDX-License-Identifier: Apache-2.0
"""Weak doors of real servers: each server twice, open to anybody and kept; what is told, and what they heard of us.

    test_weak.py VERIFY_DRIVE

Needs root, iproute2; what is not installed is left out, and said so, and none at all skips the test.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from netns import SKIPPED, Net, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
BOUND = 30
FTP = """listen=YES\nlisten_ipv6=NO\nbackground=NO\nlisten_port={port}\nanonymous_enable={anonymous}\nno_anon_password=YES
local_enable=YES\nftp_username=daemon\nnopriv_user=nobody\nanon_root={0}/empty\nsecure_chroot_dir={0}/empty
log_ftp_protocol=YES\nxferlog_enable=YES\nxferlog_std_format=NO\nvsftpd_log_file={0}/ftp{port}.log\n"""
SMB = """[global]\nserver role = standalone server\ninterfaces = lo eth0\nbind interfaces only = yes\nsmb ports = {port}
private dir = {dir}\nlock directory = {dir}\nstate directory = {dir}\ncache directory = {dir}\npid directory = {dir}
ncalrpc dir = {dir}/ncalrpc\nlog file = {dir}/log\nserver signing = {signing}\nserver min protocol = {least}\n"""
SNMP = "agentAddress udp:{port}\nrocommunity {community}\n"
HTTP = """daemon off; worker_processes 1; user www-data; pid {0}/nginx.pid; error_log stderr;
events {{ }}
http {{ access_log {0}/access.log; default_type text/html;
server {{ listen 80; return 200 "<html><title>Our place</title></html>"; }}
server {{ listen 81; return 401; }} }}
"""


class Bench:
    def __init__(self, net, drive, directory):
        self.net, self.drive, self.directory, self.report = net, drive, directory, Report()
        self.missing, self.cases = [], []

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w") as out:
            out.write(text)
        return self.path(name)

    def folder(self, name):
        os.makedirs(self.path(name), 0o755, exist_ok=True)
        return self.path(name)

    def has(self, *programs):
        gone = [name for name in programs if not shutil.which(name)]
        self.missing += gone
        return not gone

    def start(self, port, app, words, **facts):
        """A server, and the facts of some kinds that are to be told; None: none of that kind."""
        self.net.start("inside", words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.cases.append((port, app, {key.replace("_", "-"): value for key, value in facts.items()}))

    def wait(self):
        until = time.time() + BOUND
        wanted = {str(port) for port, _, _ in self.cases}
        while time.time() < until:
            found = self.net.run("inside", ["ss", "-Hlntu"]).stdout.splitlines()
            if wanted <= {line.split()[4].rpartition(":")[2] for line in found}:
                return
            time.sleep(0.1)

    def ask(self):
        words = [self.drive, "--verify.source", self.net.border_in[0], "--home", self.net.home, "--verify.door_wait", "5s"]
        for port, app, _ in self.cases:
            words += [self.net.inside[0], ("udp/%d" if app == "snmp" else "%d") % port, app]
        said = [json.loads(line) for line in self.net.run("border", words).stdout.splitlines()]
        return sorted(said, key=lambda probe: probe["job"])

    def say(self, port, text):
        with self.net.socket("border", 2, 1) as client:
            client.settimeout(BOUND)
            client.connect((self.net.inside[0], port))
            client.sendall(text)
            return client.recv(65536).decode(errors="replace")


def start_caches(bench):
    if bench.has("redis-server"):
        words = ["redis-server", "--save", "", "--dir", bench.directory, "--protected-mode", "no", "--port"]
        bench.start(6379, "redis", words + ["6379"], noauth=["redis: commands are obeyed; databases in use: 0"])
        bench.start(6380, "redis", words + ["6380", "--requirepass", "x"], noauth=None)
        # Who comes from elsewhere is told to go away.
        bench.start(6381, "redis", words[:5] + ["--protected-mode", "yes", "--port", "6381"], noauth=None)
    if bench.has("memcached"):
        users = bench.write("users", "user:secret\n")
        os.chmod(users, 0o644)
        words = ["memcached", "-u", "nobody", "-U", "0", "-p"]
        bench.start(11211, "memcached", words + ["11211"], noauth=["memcached: commands are obeyed; items: 0"])
        bench.start(11212, "memcached", words + ["11212", "-Y", users], noauth=None)


def start_files(bench):
    bench.folder("empty")
    if bench.has("vsftpd"):
        for port, anonymous in ((21, "YES"), (2121, "NO")):
            config = bench.write("ftp%d" % port, FTP.format(bench.directory, port=port, anonymous=anonymous))
            bench.start(port, "ftp", ["vsftpd", config],
                        noauth=["ftp: anonymous is let in without a password"] if anonymous == "YES" else None)
    if bench.has("rsync"):
        for port, listed in ((873, "yes"), (8730, "no")):
            config = bench.write("rsync%d" % port, "use chroot = no\nreverse lookup = no\nlist = %s\n[public]\npath = %s\n" % (
                listed, bench.path("empty")))
            bench.start(port, "rsync", ["rsync", "--daemon", "--no-detach", "--port", str(port), "--config", config],
                        noauth=["rsync: tells its modules: public"] if listed == "yes" else None)
    if bench.has("smbd"):
        for port, signing, least in ((445, "disabled", "NT1"), (4450, "mandatory", "SMB3_00")):
            folder = bench.folder("smb%d" % port)
            config = bench.write("smb%d.conf" % port, SMB.format(port=port, dir=folder, signing=signing, least=least))
            told = dict(smb_dialect=["3.1.1", "1.0 (NT LM 0.12)"], smb_signing=["not required", "not required by 1.0"]) \
                if port == 445 else dict(smb_dialect=["3.1.1"], smb_signing=["required"])
            bench.start(port, "smb", ["smbd", "-F", "--no-process-group", "-s", config], **told)


def start_screens(bench):
    if bench.has("Xvnc"):
        for number, security, told in ((5900, "None", ["vnc: the screen is open to anybody"]), (5901, "VncAuth", None)):
            bench.start(number, "vnc", ["Xvnc", ":%d" % (number - 5800), "-rfbport", str(number), "-SecurityTypes", security,
                                        "-nolisten", "tcp", "-geometry", "64x64", "-PasswordFile", "/dev/null"], noauth=told)
    if bench.has("Xvfb", "xauth"):
        keys = bench.path("keys")
        subprocess.run(["xauth", "-f", keys, "add", ":31", ".", "0" * 32], check=True, stderr=subprocess.DEVNULL)
        words = ["-listen", "tcp", "-screen", "0", "64x64x8"]
        bench.start(6030, "x11", ["Xvfb", ":30", "-ac"] + words, noauth=["x11: the display is open to anybody: The X.Org Foundation"])
        bench.start(6031, "x11", ["Xvfb", ":31", "-auth", keys] + words, noauth=None)


def start_web(bench):
    if bench.has("nginx"):
        config = bench.write("nginx.conf", HTTP.format(bench.directory))
        bench.start(80, "http", ["nginx", "-e", "stderr", "-c", config], http_status=["200 OK"], http_title=["Our place"])
        bench.cases.append((81, "http", {"http-status": ["401 Unauthorized"], "http-title": ["401 Authorization Required"]}))
    # No package has a switch.
    bench.start(4786, "cisco-smart-install", [sys.executable, os.path.join(HERE, "servers.py"), bench.directory, "smi:4786"])
    if bench.has("snmpd"):
        for port, community in ((161, "public"), (1161, "ours-alone")):
            config = bench.write("snmp%d" % port, SNMP.format(port=port, community=community))
            known = ["public (SNMPv2c)", "public (SNMPv1)"] if port == 161 else None
            bench.start(port, "snmp", ["snmpd", "-f", "-C", "-c", config, "-p", bench.path("snmp%d.pid" % port)],
                        snmp_community=known)
    if bench.has("etcd"):
        url = "http://%s:2379" % bench.net.inside[0]
        bench.start(2379, "etcd", ["etcd", "--data-dir", bench.folder("etcd"), "--listen-client-urls", url,
                                   "--advertise-client-urls", url], noauth=["etcd: keys may be read: 0"])


def settle(bench):
    """What is said once nothing is missing: who listens may not be ready yet."""
    until = time.time() + BOUND
    while True:
        said = bench.ask()
        missing = [probe["port"] for (_, app, want), probe in zip(bench.cases, said)
                   if probe["app"] != app or any(texts and not probe["facts"].get(kind) for kind, texts in want.items())]
        if not missing or time.time() > until:
            return said


def check_facts(bench):
    for (port, app, want), probe in zip(bench.cases, settle(bench)):
        title = "%s on %d" % (app, port)
        bench.report.check(title, ("open", app), (probe["state"], probe["app"]))
        for kind, texts in want.items():
            got = probe["facts"].get(kind)  # in the order in which connections came back
            bench.report.check("%s: %s" % (title, kind), texts and sorted(texts), got and sorted(got))


def check_heard(bench):
    """What the servers count and log: nothing was written, nobody tried a password."""
    ports = [port for port, _, _ in bench.cases]
    if 6379 in ports:
        said = bench.say(6379, b"INFO commandstats\r\n")
        heard = {line.split(":")[0][8:] for line in said.splitlines() if line.startswith("cmdstat_")}
        bench.report.check("redis: heard what only reads: %s" % heard, set(), heard - {"info", "ping", "command", "hello", "client|list"})
        said = bench.say(6380, b"*2\r\n$4\r\nAUTH\r\n$1\r\nx\r\nINFO commandstats\r\n")
        bench.report.check("redis: nobody tried a password: %s" % said, True, "cmdstat_auth:calls=1," in said or
                           "cmdstat_auth" not in said)
    if 11211 in ports:
        said = dict(line.split()[1:3] for line in bench.say(11211, b"stats\r\n").splitlines() if line.startswith("STAT"))
        bench.report.check("memcached: nothing was written", ["0", "0", "0"],
                           [said.get(key) for key in ("cmd_set", "cmd_flush", "auth_cmds")])
    if 21 in ports:
        with open(bench.path("ftp21.log")) as log:
            said = log.read()
        words = {line.rsplit('"', 2)[1].split()[0] for line in said.splitlines() if "FTP command:" in line}
        bench.report.check("ftp: the name is said, no password, nothing is written: %s" % words, (True, set()),
                           ("USER" in words, words - {"USER", "AUTH", "FEAT", "HELP", "SYST", "STAT", "QUIT"}))
    if 80 in ports:
        with open(bench.path("access.log")) as log:
            asked = {line.split('"')[1].split()[0] for line in log if line.count('"') > 1 and line.split('"')[1]}
        bench.report.check("http: asked for only: %s" % asked, set(), asked - {"GET", "HEAD", "OPTIONS"})


def main():
    skip_unless_possible("ss")
    with tempfile.TemporaryDirectory(prefix="flowd-weak-") as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        for start in (start_caches, start_files, start_screens, start_web):
            start(bench)
        print("not installed, not tried: %s" % (", ".join(bench.missing) or "none"), flush=True)
        if not bench.cases:
            return SKIPPED
        bench.wait()
        check_facts(bench)
        check_heard(bench)
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
