#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A tool that tries what it may not do, and says in JSON what it could.

usage: tool_escape.py STATE SERVICE-ID        started by flowd
"""
import ctypes
import glob
import json
import os
import resource
import socket
import subprocess
import sys

STATE = sys.argv[1]


def write(path):
    with open(path, "w") as file:
        file.write("x")


def other_process():
    """A process of the same user that is none of ours."""
    for path in glob.glob("/proc/[0-9]*"):
        pid = int(path.split("/")[2])
        if pid not in (os.getpid(), os.getppid()) and os.stat(path).st_uid == os.getuid():
            return pid
    return 1


def libc(name, *arguments):
    if ctypes.CDLL(None, use_errno=True)[name](*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def limits(what, value):
    resource.setrlimit(what, (value, value))


TRIES = {
    "writes its own folder": lambda: write("mine"),
    "writes /tmp": lambda: write("/tmp/flowd-escape"),
    "writes the state": lambda: write(STATE + "/escape"),
    "reads the store": lambda: open(STATE + "/CURRENT").read(),
    "lists the store": lambda: os.listdir(STATE),
    "changes modes": lambda: os.chmod(STATE, 0o777),
    "truncates the store": lambda: os.truncate(STATE + "/CURRENT", 0),
    "reads other configuration": lambda: open("/etc/shadow").read(),
    "forks": lambda: os._exit(0) if os.fork() == 0 else os.wait(),
    "starts a shell": lambda: subprocess.run(["/bin/sh", "-c", "true"], check=True),
    "becomes a shell": lambda: os.execv("/bin/sh", ["sh", "-c", "exit 99"]),
    "becomes a shell by descriptor": lambda: os.execve(os.open("/bin/sh", os.O_RDONLY), ["sh"], {}),
    "leaves its group": os.setsid,
    "lives on": lambda: libc("prctl", 1, 0, 0, 0, 0),
    "ends another": lambda: os.kill(os.getppid(), 9),
    "makes a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "talks to flowd's socket": lambda: socket.socket(socket.AF_UNIX).connect(
        STATE + "/web/api.sock"),
    "listens": lambda: socket.socket().listen(),
    "becomes root": lambda: os.setuid(0),
    "is traced": lambda: libc("ptrace", 16, os.getppid(), 0, 0),
    "opens many files": lambda: [open("/dev/null") for _ in range(300)],
    "writes a large file": lambda: os.pwrite(os.open("large", os.O_RDWR | os.O_CREAT), b"x",
                                             1 << 21),
    "takes much memory": lambda: bytearray(1 << 28),
    "raises a limit": lambda: limits(resource.RLIMIT_DATA, 1 << 40),
}


def main():
    could, found = {}, [number for number in range(64) if is_open(number)]
    for name, act in TRIES.items():
        try:
            act()
            could[name] = True
        except (OSError, MemoryError, ValueError):
            could[name] = False
    json.dump({"could": could, "uid": os.getuid(), "groups": os.getgroups(),
               "cwd": os.getcwd(), "environment": sorted(os.environ),
               "input": sys.stdin.read(),
               "descriptors": found}, sys.stdout)


def is_open(number):
    try:
        os.fstat(number)
        return True
    except OSError:
        return False


main()
