#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A border to look at: flowd between real servers and their clients, in network namespaces.

    lab.py --flowd PATH [--fast] [--page[=PORT]]

Tells in the terminal what happens when somebody inside starts a database that nobody knows of.
--fast makes no pauses. --page keeps the lab at the end, until Ctrl-C, and serves flowd's page on
127.0.0.1:PORT (7780) of this machine.
"""
import argparse
import contextlib
import random
import socket
import subprocess
import sys
import threading
import time

from border import Lab, UNTOUCHED


class PageForward:
    """A port of this machine's loopback that leads to the same port of the border's."""
    port = 7780

    def __init__(self, net):
        self.net = net
        self.listener = socket.create_server(("127.0.0.1", self.port))

    def start(self):
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            near, _ = self.listener.accept()
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near):
        with near:
            try:
                far = self.net.socket("border", socket.AF_INET, socket.SOCK_STREAM)
                with far:
                    far.connect(("127.0.0.1", self.port))
                    back = threading.Thread(target=self._pump, args=(far, near), daemon=True)
                    back.start()
                    self._pump(near, far)
                    back.join()
            except OSError:
                pass

    @staticmethod
    def _pump(source, sink):
        with contextlib.suppress(OSError):
            while True:
                data = source.recv(65536)
                if not data:
                    break
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def shorten(text, length):
    text = " ".join((text or "nothing").split())
    return text if len(text) <= length else text[:length - 3] + "..."


def in_words(row):
    """An event or an alert as one line."""
    what = "%s  %-8s port %-5d  " % (row["time"][11:23], row.get("level") or row["event"],
                                     row["port"])
    if row["type"] == "event" and row["event"] == "new":
        guess = ", usually " + row["app_guess"] if row["app_guess"] else ""
        return what + "answered %s%s" % (row["peer"], guess)
    product = " ".join(word for word in (row["product"], row["version"]) if word)
    return what + ", ".join(word for word in (row["state"], row["app"], product) if word)


class Story:
    def __init__(self, lab, fast, forward):
        self.lab, self.fast, self.forward = lab, fast, forward
        self.shown, self.flowd = 0, None
        self.port = random.choice([p for p in range(20001, 60000) if p not in UNTOUCHED])

    def say(self, text=""):
        print(text, flush=True)
        if not self.fast:
            time.sleep(len(text) / 40)

    def tell(self):
        self.build()
        self.learn()
        self.start_redis()
        good = self.discover()
        good = self.again() and good
        if self.forward:
            self.stay()
        return 0 if self.end() and good else 1

    def build(self):
        self.say("Three network namespaces in a row: outside - border - inside.")
        self.say("Inside, on %s: nginx, sshd, dnsmasq and vsftpd. They start now." % self.lab.host)
        servers = self.lab.servers
        servers.nginx((80,), (443,))
        servers.sshd((22,))
        servers.dnsmasq()
        servers.vsftpd()
        options = ["--learn=1m"]
        if self.lab.has_option("web.port"):
            options.append("--web.port=%d" % (self.forward or PageForward).port)
        self.flowd = self.lab.watch(*options)
        self.say("On the border: flowd. It knows nothing yet. For a minute it is told to learn: what")
        self.say("it meets is noted and probed, and only what is high or critical makes an alert.")
        self.page()
        self.say()

    def page(self):
        port = (self.forward or PageForward).port
        if not self.healthy(port):
            if self.forward:
                self.say("This flowd has no page to show.")
            self.forward = None
        elif self.forward:
            self.forward.start()
            self.say("Its page: http://127.0.0.1:%d/" % port)
        else:
            self.say("It has a page; to look at it: sudo ./quickstart lab --page")

    def healthy(self, port):
        """Whether somebody answers on the border's loopback, where this flowd can do that."""
        until = time.time() + (10 if self.lab.has_option("web.port") else 0)
        while time.time() < until:
            with self.lab.net.socket("border", socket.AF_INET, socket.SOCK_STREAM) as client:
                client.settimeout(1)
                with contextlib.suppress(OSError):
                    client.connect(("127.0.0.1", port))
                    client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                                   b"Connection: close\r\n\r\n" % port)
                    if b" 200 " in client.recv(256).split(b"\r\n")[0]:
                        return True
            if "web" not in self.flowd.roles():
                return False
            time.sleep(0.1)
        return False

    def show(self):
        """What flowd has printed since."""
        lines = [line for _, line in self.flowd.lines[self.shown:]]
        self.shown += len(lines)
        for line in lines:
            if line["type"] == "event":
                self.say("  " + in_words(line))
        return lines

    def learn(self):
        self.say("1. A client outside, %s, uses what is there. flowd sees the answers, connects"
                 % self.lab.net.outside[0])
        self.say("   itself and looks at what it finds:")
        lab = self.lab
        for port, use in ((22, lab.ssh_keys), (80, lab.http_get), (443, lab.https_get),
                          (53, lab.dns_ask), (21, lab.ftp_login)):
            use(port)
            if not self.flowd.wait(type="event", event="verdict", port=port)[1]:
                self.say("   flowd says nothing about port %d" % port)
            self.show()
        self.say("   Five services are known now. None of them will be news again.")
        self.say()

    def start_redis(self):
        self.say("2. Somebody inside starts a redis on port %d, without a password." % self.port)
        self.lab.servers.redis(self.port)
        self.quiet("   Nobody outside has met it; flowd does not scan, and says nothing.")
        self.say()

    def quiet(self, text):
        """Says so if it is true, after a while."""
        time.sleep(1.5)
        lines = self.show()
        if lines:
            self.say("   That should have been silence, and was %d lines." % len(lines))
        else:
            self.say(text)
        return not lines

    def discover(self):
        self.say("3. A client outside finds it and says PING.")
        if b"PONG" not in self.lab.redis_ping(self.port):
            raise RuntimeError("redis does not answer")
        alert, at = self.flowd.wait(type="alert", port=self.port)
        self.show()
        if not alert:
            self.say("   No alert came.")
            return False
        took = (at - self.lab.wire.when(self.lab.host, self.port)) * 1000
        self.say("   ALERT %s" % in_words(alert))
        self.say("   %-9s %s" % ("banner", shorten(alert["probe"]["banner"], 70)
                                 if alert["probe"] else "none"))
        self.say("   %-9s %s" % ("verified", "yes, by a probe" if alert["verified"] else "no"))
        self.say("   %-9s %s (line %d of the rules)" % ("rule", alert["rule"], alert["rule_line"]))
        self.say("   %-9s %.1f ms, from redis' first SYN-ACK on the wire to the alert" %
                 ("time", took))
        self.say()
        return bool(alert["verified"])

    def again(self):
        self.say("4. The client comes back, three times more.")
        for _ in range(3):
            self.lab.redis_ping(self.port)
        silent = self.quiet("   Silence: it has been told once.")
        self.say()
        return silent

    def stay(self):
        self.say("The lab stays until Ctrl-C. The page: http://127.0.0.1:%d/" % self.forward.port)
        self.say("To be the client outside: sudo ip netns exec %s bash" %
                 self.lab.net.name["outside"])
        try:
            while True:
                time.sleep(3600)
        except SystemExit:
            self.say()

    def end(self):
        status, _ = self.flowd.end()
        verdicts = {row["port"]: row for _, row in self.flowd.lines if row["type"] == "event"}
        self.say("5. flowd ends. What its store remembers:")
        form = "   %5s  %-8s %-10s %-6s %11s  %s"
        self.say(form % ("port", "state", "evidence", "app", "connections", "product"))
        for row in self.lab.stored():
            verdict = verdicts[row["port"]]
            self.say(form % (row["port"], row["state"], row["evidence"], verdict["app"],
                             row["handshakes"],
                             " ".join(filter(None, (verdict["product"], verdict["version"])))))
        self.say()
        if status:
            print("lab: flowd ended with status %s: %s" % (status, self.flowd.said()))
        return status == 0


def tell(lab, args):
    PageForward.port = args.page or PageForward.port
    forward = PageForward(lab.net) if args.page else None
    lab.skip_unless_possible()
    with lab:
        return Story(lab, args.fast, forward).tell()


def main():
    ap = argparse.ArgumentParser(description="flowd at a border made for it")
    ap.add_argument("--flowd", required=True)
    ap.add_argument("--fast", action="store_true", help="no pauses")
    ap.add_argument("--page", type=int, nargs="?", const=PageForward.port, metavar="PORT",
                    help="keep the lab, with flowd's page on 127.0.0.1:PORT")
    args = ap.parse_args()
    lab = Lab(args.flowd)
    try:
        return tell(lab, args)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        with contextlib.suppress(OSError):
            print("lab: %s" % error, file=sys.stderr)
        return 1
    finally:
        lab.close()
        with contextlib.suppress(OSError):
            if lab.directory:
                print("The lab is gone: its namespaces, servers and files.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
