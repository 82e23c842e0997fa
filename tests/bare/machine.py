# SPDX-License-Identifier: Apache-2.0
"""A Debian 12 machine that is only a folder and namespaces. See check.py.

What this machine here has to say about the way to the packages (apt's sources and proxies, npm's
registry and certificates) is asked of it when the test runs and handed on.
"""
import contextlib
import ctypes
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import threading
import time

SUITE = "bookworm"
PDEATHSIG = 1
BOOTSTRAP_PATIENCE = 900  # seconds
ADDRESS, RESOLVER = "10.0.2.100", "10.0.2.3"  # what slirp4netns gives
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
CERTIFICATES = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")
NPM = {"registry": "npm_config_registry", "cafile": "npm_config_cafile", "proxy": "npm_config_proxy",
       "https-proxy": "npm_config_https_proxy"}
# How the namespaces become a machine; $0 is the tree.
MOUNTS = """
set -e
mount --make-rprivate /
mount --bind "$0" "$0"
mount -t proc -o nosuid,nodev,noexec proc "$0/proc"
mount -t sysfs -o nosuid,nodev,noexec sysfs "$0/sys"
mount -t tmpfs -o mode=755,nosuid tmpfs "$0/run"
mount -t tmpfs -o mode=755,nosuid tmpfs "$0/dev"
mkdir "$0/dev/pts" "$0/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$0/dev/pts"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$0/dev/shm"
ln -s pts/ptmx "$0/dev/ptmx"
ln -s /proc/self/fd "$0/dev/fd"
for node in null zero full random urandom tty; do
	: >"$0/dev/$node"
	mount --bind "/dev/$node" "$0/dev/$node"
done
ip link set lo up
echo mounted
exec sleep infinity
"""


class Trouble(Exception):
    """The machine cannot be made."""


def die_with_us():
    ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def ask(*words):
    """What a program prints; "" when it cannot."""
    with contextlib.suppress(OSError):
        return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                              universal_newlines=True).stdout.strip()
    return ""


def archives():
    """The lines for sources.list, as this machine's apt has them; the first is the release's."""
    text = ask("apt-get", "indextargets", "Created-By: Packages", "--format",
               "$(ORIGIN) $(CODENAME) $(REPO_URI) $(RELEASE) $(COMPONENT)")
    rows = sorted({tuple(line.split()) for line in text.splitlines() if len(line.split()) == 5},
                  key=lambda row: (row[3] != SUITE, row))
    found = ["deb %s %s %s" % row[2:] for row in rows if row[0] == "Debian" and row[1].startswith(SUITE)]
    if not found or found[0].split()[2] != SUITE:
        raise Trouble("apt knows no archive of Debian 12 (%s) here" % SUITE)
    return found


class Terminal:
    """A command at a terminal of the machine."""

    def __init__(self, process):
        self.process, self.said = process, b""
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while True:
            data = os.read(self.process.stdout.fileno(), 65536)
            with self.changed:
                self.said += data
                self.changed.notify_all()
            if not data:
                return

    def text(self):
        return self.said.decode(errors="replace").replace("\r\n", "\n")

    def wait(self, word, seconds):
        """Whether the word comes up."""
        with self.changed:
            return self.changed.wait_for(lambda: word.encode() in self.said or
                                         not self.reader.is_alive(), seconds) and \
                word.encode() in self.said

    def write(self, keys):
        self.process.stdin.write(keys)
        self.process.stdin.flush()

    def end(self, seconds):
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.reader.join(1)
        return self.process.poll()


class Machine:
    def __init__(self, folder):
        self.folder, self.tree = folder, os.path.join(folder, "tree")
        self.holder = self.slirp = None
        self.first = 0  # its process 1, by our numbers
        self.environment = {}

    # -- making it --

    def build(self):
        sources = archives()
        words = ["debootstrap", "--variant=minbase", "--include=ca-certificates,git,sudo", SUITE, self.tree,
                 sources[0].split()[1]]
        proxy = ask("apt-config", "shell", "PROXY", "Acquire::http::Proxy").partition("=")[2].strip("'")
        environment = dict(os.environ, **({"http_proxy": proxy} if proxy else {}))
        # Its mounts are its own, and end with it.
        self._await(["unshare", "--mount", "--pid", "--fork", "--kill-child"] + words, environment)
        self.write("/etc/apt/sources.list", "".join(line + "\n" for line in sources).encode())
        kept = [line for line in ask("apt-config", "dump").splitlines()
                if line.startswith(("Acquire::http", "Acquire::https", "Acquire::Check-"))]
        self.write("/etc/apt/apt.conf.d/90host", "".join(line + "\n" for line in kept).encode())
        shutil.copy("/etc/hosts", self.tree + "/etc/hosts")
        self.write("/etc/resolv.conf", ("nameserver %s\n" % RESOLVER).encode())
        self.write("/etc/hostname", (socket.gethostname() + "\n").encode())
        self._pass_environment()
        self._await(["chroot", self.tree, "useradd", "--create-home", "--home-dir",
                     "/srv/visitor", "--shell", "/bin/bash", "visitor"])
        names = " ".join(name for name in self.environment if name not in ("PATH", "HOME"))
        self.write("/etc/sudoers.d/visitor", (
            "visitor ALL=(ALL) NOPASSWD: ALL\nDefaults env_keep += \"%s\"\n" % names).encode())
        os.chmod(self.tree + "/etc/sudoers.d/visitor", 0o440)

    def _pass_environment(self):
        """The way to the registries, as the environment says it here."""
        self.environment = {"PATH": PATH, "HOME": "/srv/visitor", "LANG": "C.UTF-8", "TERM": "dumb"}
        for name in PROXIES + CERTIFICATES:
            if os.environ.get(name):
                self.environment[name] = os.environ[name]
        for key, name in NPM.items():
            value = ask("npm", "config", "get", key)
            if value not in ("", "null", "undefined"):
                self.environment[name] = value
        for name in CERTIFICATES + (NPM["cafile"],):
            if name in self.environment:
                inside = "/etc/host-%s.pem" % name.lower()
                shutil.copy(self.environment[name], self.tree + inside)
                os.chmod(self.tree + inside, 0o644)
                self.environment[name] = inside

    def _await(self, words, environment=None):
        log = os.path.join(self.folder, "log")
        with open(log, "w") as out:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       env=environment, preexec_fn=die_with_us)
            try:
                status = process.wait(BOOTSTRAP_PATIENCE)
            finally:
                process.kill()
                process.wait()
        if status:
            with open(log) as said:
                raise Trouble("%s: %s" % (words[-3:], said.read()[-2000:]))

    def start(self):
        self.holder = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child", "sh", "-c",
             MOUNTS, self.tree], stdout=subprocess.PIPE, preexec_fn=die_with_us)
        if self.holder.stdout.readline() != b"mounted\n":
            raise Trouble("its mounts cannot be made")
        with open("/proc/%d/task/%d/children" % (self.holder.pid, self.holder.pid)) as children:
            self.first = int(children.read().split()[0])
        self.slirp = subprocess.Popen(
            ["slirp4netns", "--configure", "--disable-host-loopback", "--api-socket",
             os.path.join(self.folder, "slirp"), str(self.first), "tap0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_us)
        until = time.time() + 10
        while ADDRESS not in ask("nsenter", "--target", str(self.first), "--net", "ip", "address"):
            if time.time() > until:
                raise Trouble("slirp4netns makes no network")
            time.sleep(0.1)

    def stop(self):
        for process in (self.slirp, self.holder):
            if process:
                process.kill()
                process.wait()
        # Its processes end with its first one; the folder is free when they have.
        until = time.time() + 10
        while self.first and os.path.exists("/proc/%d" % self.first) and time.time() < until:
            time.sleep(0.05)

    # -- using it --

    def write(self, path, data):
        with open(self.tree + path, "wb") as out:
            out.write(data)

    def _words(self, words, folder):
        script = "cd %s && exec %s" % (shlex.quote(folder), " ".join(map(shlex.quote, words)))
        return ["nsenter", "--target", str(self.first), "--mount", "--pid", "--net", "--uts", "--ipc",
                "chroot", self.tree, "runuser", "-u", "visitor", "--", "sh", "-c", script]

    def run(self, words, seconds, folder):
        """Status and output of a command of the visitor's; None: it took too long."""
        process = subprocess.Popen(self._words(words, folder), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment,
                                   universal_newlines=True, start_new_session=True)
        try:
            said, _ = process.communicate(timeout=seconds)
        except BaseException as reason:
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(reason, subprocess.TimeoutExpired):
                return None, process.communicate()[0]
            raise
        return process.returncode, said

    @contextlib.contextmanager
    def terminal(self, command, folder):
        process = subprocess.Popen(
            self._words(["script", "-q", "-e", "-f", "-c", command, "/dev/null"], folder),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment,
            start_new_session=True)
        try:
            yield Terminal(process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def serve(self, port):
        """A web server of the machine's, of an empty folder."""
        os.makedirs(os.path.join(self.folder, "empty"), exist_ok=True)
        return subprocess.Popen(
            ["nsenter", "--target", str(self.first), "--net", "python3", "-m", "http.server", "--bind",
             ADDRESS, "--directory", os.path.join(self.folder, "empty"), str(port)], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=die_with_us)

    def forward(self, port):
        """A port of our loopback whose callers come to the machine's port from outside."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            near = probe.getsockname()[1]
        order = {"execute": "add_hostfwd", "arguments": {
            "proto": "tcp", "host_addr": "127.0.0.1", "host_port": near, "guest_addr": ADDRESS,
            "guest_port": port}}
        with socket.socket(socket.AF_UNIX) as api:
            api.connect(os.path.join(self.folder, "slirp"))
            api.sendall(json.dumps(order).encode())
            answer = api.recv(4096)
        if b"error" in answer:
            raise Trouble("slirp4netns: " + answer.decode())
        return near

    def processes(self):
        """What runs in it but for its first."""
        text = ask("nsenter", "--target", str(self.first), "--mount", "--pid", "chroot", self.tree, "sh",
                   "-c", "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done")
        return [line.strip() for line in text.splitlines()
                if line.strip() and not line.startswith(("sleep infinity", "sh -c for p", "tr "))]
