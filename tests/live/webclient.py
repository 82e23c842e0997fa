# SPDX-License-Identifier: Apache-2.0
"""What test_web.py asks with: answers, and readers of the stream."""
import json
import os
import socket
import time

from netns import PATIENCE

# Of every answer, and what each may be.
HEADERS = {
    "Content-Security-Policy": ("default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'none'",),
    "X-Content-Type-Options": ("nosniff",), "Referrer-Policy": ("same-origin",),
    "X-Frame-Options": ("DENY",), "Cross-Origin-Opener-Policy": ("same-origin",),
    "Cache-Control": ("no-store", "private, no-cache")}


class Answer:
    def __init__(self, response):
        self.status, self.headers = response.status, response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class Reader:
    """A reader of the stream; what came is in `got` as (wall clock, fields)."""

    def __init__(self, bench, last=None):
        self.sock = bench.connect()
        self.got, self.rest = [], b""
        self.status = 0
        self.sock.sendall(b"GET /api/v1/stream HTTP/1.0\r\nHost: localhost\r\n" + (
            b"Last-Event-ID: %s\r\n" % last.encode() if last else b"") + b"\r\n")

    def take(self, data):
        """Splits what came into events; the head of the answer is one, too."""
        self.rest += data
        while True:
            head = self.rest.find(b"\r\n\r\n") if not self.status else -1
            if not self.status:
                if head < 0:
                    return
                self.status = int(self.rest.split(b" ", 2)[1])
                self.rest = self.rest[head + 4:]
            text, found, rest = self.rest.partition(b"\n\n")
            if not found:
                return
            self.rest = rest
            fields = dict(line.split(": ", 1) for line in text.decode().split("\n")
                          if ": " in line)
            self.got.append((time.time(), fields))

    def wait(self, good, patience=PATIENCE):
        """The first event that is good, and when it came; ({}, 0) when none comes."""
        until, seen = time.time() + patience, 0
        while True:
            for at, fields in self.got[seen:]:
                if good(fields):
                    return fields, at
            seen = len(self.got)
            left = until - time.time()
            self.sock.settimeout(max(left, 0.001))
            try:
                data = self.sock.recv(65536)
            except socket.timeout:
                return {}, 0
            if not data:
                return {}, 0
            self.take(data)

    def numbers(self, kind):
        return [json.loads(f["data"])["number"] for _, f in self.got if f.get("event") == kind]

    def close(self):
        self.sock.close()


def is_alert(port):
    def good(fields):
        return fields.get("event") == "alert" and json.loads(fields["data"])["port"] == port
    return good


def cpu_of(pid):
    with open("/proc/%d/stat" % pid) as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
