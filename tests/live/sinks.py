# SPDX-License-Identifier: Apache-2.0
"""What tests of receivers have in common: certificates, configurations, stores full of alerts."""
import json
import os
import subprocess
import sys
import time

from flowd import Flowd
from netns import PATIENCE

HERE = os.path.dirname(os.path.abspath(__file__))
ROLES = ("sensor", "core", "relay", "web")
SECRET = "a key that signs"


def certificate(folder):
    """FOLDER/cert.pem, for 127.0.0.1 and localhost, its own authority; its key is beside it."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "20", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout",
                    os.path.join(folder, "key.pem"), "-out", os.path.join(folder, "cert.pem")],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.chmod(os.path.join(folder, "cert.pem"), 0o644)


class Hook:
    """A receiver of webhooks in the border's namespace."""

    def __init__(self, net, folder, port, secret=SECRET):
        os.makedirs(folder, exist_ok=True)
        self.net, self.folder, self.port, self.secret = net, folder, port, secret
        certificate(folder)
        with open(os.path.join(folder, "secret"), "w") as file:
            file.write(secret + "\n")
        open(os.path.join(folder, "seen"), "w").close()
        self.process = None
        self.start()

    def start(self):
        self.process = self.net.start("border", [
            sys.executable, "-B", os.path.join(HERE, "receiver.py"), self.folder, str(self.port),
            self.secret])

    def stop(self):
        self.net.stop(self.process)

    def mode(self, word):
        path = os.path.join(self.folder, "mode")
        with open(path + ".new", "w") as file:
            file.write(word)
        os.rename(path + ".new", path)

    def requests(self):
        with open(os.path.join(self.folder, "seen")) as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def letters(self):
        """All alerts of all requests, in the order they came."""
        out = []
        for request in self.requests():
            body = json.loads(request["body"])
            out += body if isinstance(body, list) else [body]
        return out

    def options(self, **more):
        return dict({"kind": "webhook", "url": "https://127.0.0.1:%d/flowd" % self.port,
                     "ca_file": os.path.join(self.folder, "cert.pem"),
                     "secret_file": os.path.join(self.folder, "secret")}, **more)


def write_config(path, sinks, **more):
    """A configuration; `sinks` has the options of each by its name."""
    with open(path, "w") as file:
        file.write("interface: inside\nlearn: 0s\nverify:\n  enabled: no\n")
        for key, value in more.items():
            file.write("%s: %s\n" % (key, value))
        file.write("sinks:\n")
        for name, options in sinks.items():
            file.write("  - name: %s\n" % name)
            for key, value in options.items():
                file.write("    %s: %s\n" % (key, json.dumps(value) if isinstance(value, str)
                                             else value))


def start(net, program, config, state, roles=ROLES, *words):
    return Flowd(net, [program, "-c", config, "--home", net.home, "--state", state] + list(words),
                 roles=roles).wait_ready()


def wait_for(what, seconds=PATIENCE, every=0.05):
    """Until what() is true; its last word."""
    until = time.time() + seconds
    while time.time() < until:
        got = what()
        if got:
            return got
        time.sleep(every)
    return what()
