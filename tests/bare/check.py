#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The README's commands on a machine that has nothing: a fresh Debian 12 tree and a plain clone.

    check.py [--source FOLDER] [--keep]

Tested is what is committed. The tree is made by debootstrap from the archive that this machine's
apt uses, and lives in mount, process and network namespaces of its own, which reach the archive
and the npm registry through slirp4netns; a user "visitor" who may use sudo does what the README
says. Takes root, a network, 3 GB below TMPDIR and about ten minutes; leaves nothing behind but
the packages debootstrap, slirp4netns and systemd-container, where they were missing. At the end the
tree is booted, with flowd as a unit of systemd. --keep leaves the tree.
"""
import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import booted
import package
from machine import Machine, Trouble

HERE = os.path.dirname(os.path.abspath(__file__))
NEEDED = {"debootstrap": "debootstrap", "slirp4netns": "slirp4netns",
          "systemd-nspawn": "systemd-container"}  # command: package
CLONE = "/srv/visitor/flowd"
CAPTURE = "tests/traps/t01_full_ssh_22022.pcap"
PORT = 51472
MINUTE = 60
# What the README promises about this machine may take, at the very most.
LIMITS = {"packages": 2 * MINUTE, "live": 25 * MINUTE, "replay": 2 * MINUTE, "lab": 10 * MINUTE}


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, good, said=""):
        if good:
            self.passed += 1
            return
        self.failed += 1
        print("FAILED %s" % what)
        for line in said.splitlines()[-25:]:
            print("    " + line)
        sys.stdout.flush()

    def end(self):
        print("%d passed, %d failed" % (self.passed, self.failed))
        return 1 if self.failed else 0


@contextlib.contextmanager
def timed(what):
    started = time.time()
    yield
    print("%-48s %4d s" % (what, time.time() - started), flush=True)


def has_words(text, *words):
    return all(word in text for word in words)


def rows_of(text):
    """The lines of JSON in what a terminal has shown."""
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            row = json.loads(line)
            if isinstance(row, dict):
                yield row


def check_unprivileged(machine, report):
    """A replay asks for no root; where packages are missing it says which, and how to get them."""
    status, said = machine.run(["./quickstart", "-r", CAPTURE], LIMITS["packages"], CLONE)
    report.check("without packages: says what is missing",
                 status == 1 and has_words(said, "libpcap-dev", "sudo"), said)


def use_service(machine):
    """A server on the machine, and a client that comes from elsewhere."""
    server = machine.serve(PORT)
    near = machine.forward(PORT)
    until = time.time() + 10
    while time.time() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", near), 2) as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            if client.recv(1000).startswith(b"HTTP/"):
                break
        time.sleep(0.2)
    return server


def check_live(machine, report):
    """sudo ./quickstart: from nothing to watching; somebody finds a service; Ctrl-C."""
    with machine.terminal("sudo ./quickstart", CLONE) as screen:
        ready = screen.wait("events and alerts follow", LIMITS["live"])
        report.check("sudo ./quickstart: starts", ready, screen.text())
        if not ready:
            return
        time.sleep(2)
        server = use_service(machine)
        screen.wait('"event":"verdict"', 15)
        screen.write(b"\x03")
        status = screen.end(20)
        server.terminate()
        said = screen.text()
    verdicts = [row for row in rows_of(said) if row.get("event") == "verdict"]
    report.check("sudo ./quickstart: the service is verified", [
        (row["port"], row["state"], row["app"]) for row in verdicts] == [(PORT, "open", "http")], said)
    report.check("sudo ./quickstart: ends at Ctrl-C", status == 0, "status %s\n%s" % (status, said))
    report.check("sudo ./quickstart: no errors", "error:" not in said, said)


def check_replay(machine, report):
    """./quickstart -r capture.pcap, as anybody."""
    status, said = machine.run(["./quickstart", "-r", CAPTURE], LIMITS["replay"], CLONE)
    services = [(row["port"], row["app"]) for row in rows_of(said) if row["type"] == "service"]
    report.check("./quickstart -r: ends well", status == 0, said)
    report.check("./quickstart -r: finds the service", services == [(22022, "ssh")], said)


def check_lab(machine, report):
    status, said = machine.run(["sudo", "./quickstart", "lab", "--fast"], LIMITS["lab"], CLONE)
    report.check("quickstart lab: ends well", status == 0, said)
    report.check("quickstart lab: tells its story", has_words(
        said, "   ALERT ", "yes, by a probe", "Silence: it has been told once.",
        "The lab is gone"), said)


def check_traces(machine, report):
    """What is left on the machine."""
    _, said = machine.run(["find", ".", "!", "-user", "visitor"], MINUTE, CLONE)
    report.check("the clone belongs to who made it", not said, said)
    _, said = machine.run(["git", "status", "--porcelain"], MINUTE, CLONE)
    report.check("the clone is clean", not said, said)
    report.check("nothing is left running", machine.processes() == [], "\n".join(machine.processes()))
    left = [name for name in ("/usr/sbin/policy-rc.d",) if os.path.exists(machine.tree + name)]
    report.check("nothing is left lying about", not left, "\n".join(left))


def clone(machine, source):
    """The committed tree, by the machine's own git; a bundle, since nothing of ours is seen there."""
    owner = os.stat(source).st_uid
    bundle = subprocess.run(
        ["setpriv", "--reuid=%d" % owner, "--clear-groups", "git", "-C", source, "bundle", "create", "-",
         "HEAD"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        env=dict(os.environ, HOME="/", GIT_CONFIG_GLOBAL="/dev/null"))
    if bundle.returncode:
        raise Trouble("%s is no clone: %s" % (source, bundle.stderr.decode().strip()))
    machine.write("/srv/visitor/flowd.bundle", bundle.stdout)
    status, said = machine.run(["git", "clone", "-q", "flowd.bundle", "flowd"], MINUTE, "/srv/visitor")
    if status:
        raise Trouble("git clone: " + said)


def install_tools():
    missing = [package for name, package in NEEDED.items() if not shutil.which(name)]
    if not missing:
        return
    print("installing " + " ".join(missing), flush=True)
    done = subprocess.run(["apt-get", "-qq", "-y", "install", "--no-install-recommends"] + missing,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          universal_newlines=True, env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"))
    if done.returncode:
        raise Trouble(done.stdout)


def check(machine, source):
    report = Report()
    with timed("a fresh tree"):
        machine.build()
        machine.start()
    clone(machine, source)
    for what, part in (("a replay, nothing installed", check_unprivileged),
                       ("sudo ./quickstart: packages, build, one service", check_live),
                       ("./quickstart -r", check_replay), ("sudo ./quickstart lab", check_lab),
                       ("what is left", check_traces)):
        with timed(what):
            part(machine, report)
    with timed("the unit, under systemd"):
        said = booted.install(machine, CLONE)
        packed = package.build(machine, CLONE)
        machine.stop()
        report.check("systemd: is installed", not said, said)
        if not said:
            booted.check(machine, report)
        report.check("make deb", packed)
        if packed and not said:
            package.check(machine, report)
    return report.end()


def stop(number, frame):
    sys.exit(128 + number)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--source", default=os.path.dirname(os.path.dirname(HERE)))
    arguments.add_argument("--keep", action="store_true", help="leave the tree where it is")
    arguments = arguments.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    if os.geteuid():
        print("needs root\n0 passed, 0 failed, 1 skipped")
        return 77
    folder = tempfile.mkdtemp(prefix="flowd-bare-")
    machine = Machine(folder)
    try:
        install_tools()
        return check(machine, os.path.abspath(arguments.source))
    except (OSError, Trouble, subprocess.SubprocessError) as error:
        print("check-bare: %s\n0 passed, 1 failed" % error)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        machine.stop()
        if arguments.keep:
            print("the tree is in " + folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
