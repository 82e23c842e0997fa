#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page of a flowd at a border of network namespaces, while clients outside meet services.

    test_live.py FLOWD [--shots DIR]

Needs root, iproute2, openssl, node, Chromium, and node_modules in this folder.
"""
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LIVE = os.path.join(HERE, "../live")
sys.path.insert(0, LIVE)
from flowd import Flowd  # pylint: disable=wrong-import-position
from netns import Net, skip_unless_possible  # pylint: disable=wrong-import-position
from sinks import Hook, wait_for  # pylint: disable=wrong-import-position

HABITS = [r"say:22:SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
          r"answer:6379:$20\r\nredis_version:7.0.15\r\n",
          r"say:2323:<script>alert(1)</script><img src=x onerror=alert(2)>\x00\x1b[2J\r\n",
          "tls:443:hello", "reset:3389", "mute:31000-31200"]


# A receiver, which refuses at first, and a tool that says what it is told.
CONFIG = """
sinks:
  - name: chat
    kind: webhook
    url: https://127.0.0.1:%(port)d/flowd
    ca_file: %(folder)s/cert.pem
tools:
  - name: say
    title: what it is told
    program: /bin/echo
    arguments: ["<i>{host}</i>", "{port}"]
    probes: no
"""
HOOK_PORT = 8443


def touch(net, port):
    with net.socket("outside", socket.AF_INET, socket.SOCK_STREAM) as client:
        client.settimeout(2)
        # Who resets at once may be heard before connect returns.
        with contextlib.suppress(ConnectionResetError):
            client.connect((net.inside[0], port))


def meet(net, ended):
    """A client meets a service nobody has seen, each second."""
    for port in range(31000, 31200):
        if ended.wait(1):
            return
        touch(net, port)


def start_servers(net, directory):
    net.run("inside", ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
                       "-subj", "/CN=<b>www.example.org", "-keyout", directory + "/key.pem",
                       "-out", directory + "/cert.pem"])
    servers = net.start("inside", [sys.executable, LIVE + "/servers.py", directory] + HABITS,
                        stdout=subprocess.PIPE, universal_newlines=True)
    if servers.stdout.readline() != "ready\n":
        raise RuntimeError("servers.py did not start")


def run(net, flowd, words, directory):
    start_servers(net, directory)
    hook = Hook(net, directory + "/hook", HOOK_PORT)
    hook.mode("422")
    config = directory + "/flowd.yaml"
    with open(config, "w", encoding="utf-8") as file:
        file.write(CONFIG % {"port": HOOK_PORT, "folder": hook.folder})
    rules = directory + "/flowd.rules"  # one that is loaded anew
    shutil.copy(os.path.join(HERE, "../../rules/default.rules"), rules)
    os.chmod(rules, 0o644)
    daemon = Flowd(net, [flowd, "-c", config, "-i", "inside", "--home", net.home, "--state",
                         directory + "/state", "--learn=0s", "--rules", rules, "--verify.source", ",".join(net.border_in)],
                   roles=("sensor", "core", "verify", "web", "relay")).wait_ready()
    for port in (22, 6379, 2323, 443, 3389):
        touch(net, port)
    time.sleep(4)
    ended = threading.Event()
    clients = threading.Thread(target=meet, args=(net, ended))
    clients.start()
    try:
        page = ["node", HERE + "/test_page.mjs", "--only-flowd"] + words
        return subprocess.run(net.command("border", page + ["http://127.0.0.1:7780/"]), check=False,
                              env=dict(os.environ, FLOWD_HOOK=hook.folder)).returncode
    finally:
        hook.stop()
        ended.set()
        clients.join()
        daemon.end()


def log_in(net, flowd, words, directory):
    """On an address that is not loopback: TLS, tokens, sessions."""
    address = net.border_in[0]
    daemon = Flowd(net, [flowd, "-i", "inside", "--home", net.home, "--state", directory + "/second",
                         "--learn=0s", "--verify.source", ",".join(net.border_in), "--web.tls",
                         "--web.address", address]).wait_ready()
    for port in (22, 6379):
        touch(net, port)
    token = wait_for(lambda: re.findall(r"flowd_[0-9a-f]{64}", daemon.said()))[0]
    try:
        page = ["node", HERE + "/test_page.mjs", "--only-flowd"] + words
        failed = subprocess.run(net.command("inside", page + ["https://%s:7780/" % address]),
                                env=dict(os.environ, FLOWD_TOKEN=token), check=False).returncode
        if failed:
            print(daemon.said().replace(token, "TOKEN"))
        return failed
    finally:
        daemon.end()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    skip_unless_possible("openssl", "node")
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        flowd, words = os.path.abspath(sys.argv[1]), sys.argv[2:]
        return run(net, flowd, words, directory) or log_in(net, flowd, words, directory)


sys.exit(main())
