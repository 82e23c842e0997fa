# SPDX-License-Identifier: Apache-2.0
"""A flowd that runs in one of the namespaces of netns."""
import glob
import json
import os
import pwd
import resource
import signal
import subprocess
import tempfile
import threading
import time

from netns import PATIENCE

ROLES = ("sensor", "core", "verify", "web")


class Flowd:
    """A running flowd, the lines it prints as they come, and its roles."""

    def __init__(self, net, words, place="border", roles=ROLES):
        self.lines = []  # (wall clock, object)
        self.changed = threading.Condition()
        self.net, self.wanted = net, sorted(roles)
        self.err = tempfile.TemporaryFile("w+")
        self.process = net.start(place, words, stdout=subprocess.PIPE, stderr=self.err,
                                 universal_newlines=True, preexec_fn=no_core_files)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            at = time.time()
            with self.changed:
                self.lines.append((at, json.loads(line)))
                self.changed.notify_all()

    def wait_ready(self):
        """All roles are there and the sensor listens."""
        for _ in range(int(PATIENCE / 0.02)):
            if self.process.poll() is not None:
                break
            with open("/proc/%d/net/packet" % self.process.pid) as file:
                listens = len(file.readlines()) > 1
            if listens and sorted(self.roles()) == self.wanted:
                time.sleep(0.3)
                return self
            time.sleep(0.02)
        raise RuntimeError("flowd does not start: " + self.said())

    def said(self):
        self.err.seek(0)
        return self.err.read()

    def roles(self):
        """The process of each role, by its name."""
        found = {}
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path) as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
                with open(path[:-len("stat")] + "cmdline") as file:
                    title = file.read().split("\0")[0]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == self.process.pid and title.startswith("flowd: "):
                found[title[len("flowd: "):]] = int(path.split("/")[2])
        return found

    def find(self, **want):
        with self.changed:
            return [line for _, line in self.lines if matches(line, want)]

    def wait(self, **want):
        """The first line with these fields and when it came; ({}, 0) when none comes."""
        until = time.time() + PATIENCE
        with self.changed:
            while True:
                for at, line in self.lines:
                    if matches(line, want):
                        return line, at
                if not self.changed.wait(until - time.time()):
                    return {}, 0

    def count(self, **want):
        return len(self.find(**want))

    def end(self, number=signal.SIGTERM):
        """Exit status and how long it took."""
        started = time.time()
        if number == signal.SIGINT:
            os.killpg(self.process.pid, number)  # as a terminal does
        else:
            os.kill(self.process.pid, number)
        try:
            status = self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            status = None
        took = time.time() - started
        self.net.stop(self.process, signal.SIGKILL)
        self.reader.join()
        return status, took


def no_core_files():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def matches(line, want):
    return all(line.get(key) == value for key, value in want.items())


def user():
    """Whom the roles become: flowd where there is such a user, else nobody."""
    try:
        return pwd.getpwnam("flowd")
    except KeyError:
        return pwd.getpwnam("nobody")
