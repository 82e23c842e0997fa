# SPDX-License-Identifier: Apache-2.0
"""The border of the lab: namespaces, a folder, real servers inside, clients outside, flowd between.

    with Lab(flowd) as lab:
        lab.servers.redis(30001)
        lab.watch("--learn=0s")
        lab.redis_ping(30001)

What it leaves behind is nothing, whatever ends it. The module lab tells a story with it.
"""
import contextlib
import json
import os
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import time

from flowd import Flowd, ROLES
from netns import Net, PATIENCE, Wire, skip_unless_possible

SERVERS = ("nginx", "sshd", "dnsmasq", "vsftpd", "redis-server")
TOOLS = ("openssl", "ssh-keygen", "ssh-keyscan", "sysctl", "mount")
NAME = "www.example.com"
# The default rules forbid to probe these: they belong to machines in plants.
UNTOUCHED = {20547, 44818, *range(34962, 34965), *range(47808, 47824)}


class Signals:
    """SIGINT and its like become one SystemExit, once, and only where nothing is half done."""
    NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self):
        self.held, self.number, self.raised = 0, 0, False

    def catch(self):
        for number in self.NUMBERS:
            signal.signal(number, self._come)

    def ignore(self):
        """What is started from here on does not hear them either."""
        self.held += 1
        for number in self.NUMBERS:
            signal.signal(number, signal.SIG_IGN)

    def _come(self, number, frame):
        self.number = self.number or number
        self._raise()

    def _raise(self):
        if self.number and not self.held and not self.raised:
            self.raised = True
            raise SystemExit(128 + self.number)

    @contextlib.contextmanager
    def hold(self):
        self.held += 1
        try:
            yield
        finally:
            self.held -= 1
            self._raise()


class LabNet(Net):
    """Namespaces whose making and ending no signal cuts in two."""

    def __init__(self, signals):
        super().__init__()
        self.signals = signals
        self.name["try"] = "fd%d-try" % os.getpid()  # of skip_unless_possible

    def open(self):
        with self.signals.hold():
            self._make()
            # A client's own port is not to be one that a server wants later.
            self.run("inside", ["sysctl", "-qw", "net.ipv4.ip_local_port_range=61000 65535"])

    def start(self, place, words, **options):
        with self.signals.hold():
            return super().start(place, words, **options)

    def close(self):
        # One that was killed while it was made is not in the list.
        self.made = [p for p in self.name if os.path.exists("/run/netns/" + self.name[p])]
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        self._clean()


class Watcher(Flowd):
    def wait_ready(self):
        """Further roles than those wanted may come."""
        until = time.time() + PATIENCE
        while time.time() < until and self.process.poll() is None:
            with open("/proc/%d/net/packet" % self.process.pid) as file:
                listens = len(file.readlines()) > 1
            if listens and set(self.wanted) <= set(self.roles()):
                time.sleep(0.3)
                return self
            time.sleep(0.02)
        raise RuntimeError("flowd does not start: " + self.said().strip())


class Servers:
    """Real servers in the namespace inside, on its IPv4 address."""

    def __init__(self, net, directory):
        self.net, self.directory, self.host = net, directory, net.inside[0]

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        with open(self.path(name), "w") as out:
            out.write(text)
        return self.path(name)

    def _start(self, words, ports):
        name = os.path.basename(words[0])
        with open(self.path(name + ".log"), "ab") as log:
            process = self.net.start("inside", words, stdin=subprocess.DEVNULL, stdout=log,
                                     stderr=log)
        for port in ports:
            self._wait(process, name, port)
        return process

    def _wait(self, process, name, port):
        """Asked inside, so that the border sees nothing of it."""
        until = time.time() + 2 * PATIENCE
        while time.time() < until and process.poll() is None:
            with self.net.socket("inside", socket.AF_INET, socket.SOCK_STREAM) as client:
                if not client.connect_ex((self.host, port)):
                    return
            time.sleep(0.02)
        with open(self.path(name + ".log"), errors="replace") as log:
            raise RuntimeError("%s does not start: %s" % (name, log.read()[-500:].strip()))

    def nginx(self, http, https):
        self.net.run("inside", [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "30", "-subj", "/O=Example/CN=" + NAME, "-addext",
            "subjectAltName=DNS:" + NAME, "-keyout", self.path("key.pem"), "-out",
            self.path("cert.pem")])
        plain = "".join("listen %s:%d;\n" % (self.host, port) for port in http)
        crypt = "".join("listen %s:%d ssl;\n" % (self.host, port) for port in https)
        page = 'server_name %s; location / { return 200 "hello\\n"; }' % NAME
        config = self.write("nginx.conf", """
            daemon off; worker_processes 1; user www-data; pid %s; error_log stderr;
            events { worker_connections 4096; }
            http { access_log off; ssl_protocols TLSv1.2 TLSv1.3;
            ssl_certificate %s; ssl_certificate_key %s;
            server { %s %s } server { %s %s } }
            """ % (self.path("nginx.pid"), self.path("cert.pem"), self.path("key.pem"),
                   plain, page, crypt, page))
        return self._start(["nginx", "-e", "stderr", "-c", config], (*http, *https))

    def sshd(self, ports):
        key = self.path("hostkey")
        self.net.run("inside", ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
        for i in range(0, len(ports), 16):  # one process listens on no more
            some = ports[i:i + 16]
            config = self.write("sshd_config%d" % i, "".join("Port %d\n" % p for p in some) +
                                "ListenAddress %s\nHostKey %s\nPidFile none\nUsePAM no\n"
                                "MaxStartups 500\n" % (self.host, key))
            # It wants a folder in /run: one that only this process and its children see.
            self._start(["sh", "-c", "mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && "
                         'exec "$0" -D -e -f "$1"', shutil.which("sshd"), config], some)

    def dnsmasq(self):
        return self._start(["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
                            "--no-resolv", "--no-hosts", "--bind-interfaces", "--user=nobody",
                            "--group=nogroup", "--listen-address=" + self.host, "--pid-file=" +
                            self.path("dnsmasq.pid"), "--log-facility=-",
                            "--address=/%s/%s" % (NAME, self.host)], (53,))

    def vsftpd(self):
        os.mkdir(self.path("empty"), 0o755)
        config = self.write("vsftpd.conf", "\n".join((
            "listen=YES", "listen_ipv6=NO", "background=NO", "listen_address=" + self.host,
            "anonymous_enable=YES", "ftp_username=nobody", "nopriv_user=nobody",
            "anon_root=" + self.path("empty"), "secure_chroot_dir=" + self.path("empty"), "")))
        return self._start(["vsftpd", config], (21,))

    def redis(self, port):
        return self._start(["redis-server", "--save", "", "--dir", self.directory, "--bind",
                            self.host, "--protected-mode", "no", "--port", str(port)], (port,))


class Lab:
    def __init__(self, flowd):
        self.flowd_path = os.path.abspath(flowd)
        self.signals = Signals()
        self.net = LabNet(self.signals)
        self.directory = self.servers = self.flowd = self.wire = None
        self.host, self.closed = self.net.inside[0], False
        self.signals.catch()
        os.environ["PATH"] += ":/usr/sbin:/sbin"

    def __enter__(self):
        try:
            with self.signals.hold():
                self.directory = tempfile.mkdtemp(prefix="flowd-lab-")
                os.chmod(self.directory, 0o755)
            self.servers = Servers(self.net, self.directory)
            self.net.open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        """May be called again; a signal that comes now is not heard any more."""
        self.signals.ignore()
        if self.closed:
            return
        try:
            self.net.close()
        finally:
            if self.directory:
                shutil.rmtree(self.directory, ignore_errors=True)
            self.closed = True

    def path(self, name):
        """A file in the lab's folder."""
        return os.path.join(self.directory, name)

    def skip_unless_possible(self):
        """Ends the program as skipped where root, namespaces or servers are missing."""
        with self.signals.hold():
            skip_unless_possible(*SERVERS, *TOOLS)

    def has_option(self, name):
        done = subprocess.run([self.flowd_path, "-h"], stdout=subprocess.PIPE,
                              universal_newlines=True, check=True)
        return "--%s=" % name in done.stdout

    def watch(self, *options):
        """flowd on the border, and next to it a clock at each SYN-ACK."""
        self.flowd = Watcher(self.net, [
            self.flowd_path, "-i", "inside", "--home", self.net.home, "--state",
            self.path("state"), "--alert_file", self.path("alerts")] + list(options),
            "border", ROLES).wait_ready()
        self.wire = Wire(self.net, "border", "inside")
        return self.flowd

    def stored(self):
        """What flowd has kept, once it has ended: an empty replay prints it."""
        empty = self.path("empty.pcap")
        with open(empty, "wb") as out:
            out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        done = subprocess.run([self.flowd_path, "-r", empty, "--home", "any", "--state",
                               self.path("state")], stdout=subprocess.PIPE, check=True)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return [row for row in rows if row["type"] == "service"]

    # -- clients outside --

    def dial(self, port):
        client = self.net.socket("outside", socket.AF_INET, socket.SOCK_STREAM)
        client.settimeout(PATIENCE)
        client.connect((self.host, port))
        return client

    def touch(self, port, say=b""):
        """Connects, says something, gives what comes; without a word: hangs up after a while."""
        with self.dial(port) as client:
            if say:
                client.sendall(say)
                return client.recv(4096)
            time.sleep(0.05)
        return b""

    def redis_ping(self, port):
        return self.touch(port, b"*1\r\n$4\r\nPING\r\n")

    REQUEST = ("GET / HTTP/1.1\r\nHost: %s\r\nUser-Agent: lab\r\nConnection: close\r\n\r\n" %
               NAME).encode()

    def http_get(self, port):
        return self.touch(port, self.REQUEST)

    def https_get(self, port):
        context = ssl.create_default_context(cafile=self.path("cert.pem"))
        with context.wrap_socket(self.dial(port), server_hostname=NAME) as client:
            client.sendall(self.REQUEST)
            return client.recv(4096)

    def ssh_keys(self, port):
        return self.net.run("outside", ["ssh-keyscan", "-t", "ed25519", "-p", str(port),
                                        self.host]).stdout.encode()

    def ftp_login(self, port):
        with self.dial(port) as client:
            said = client.recv(4096)
            for word in (b"USER anonymous\r\n", b"QUIT\r\n"):
                client.sendall(word)
                said += client.recv(4096)
        return said

    def dns_ask(self, port):
        name = b"".join(bytes([len(part)]) + part.encode() for part in NAME.split("."))
        question = struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + name + struct.pack(">B2H", 0, 1, 1)
        return self.touch(port, struct.pack(">H", len(question)) + question)
