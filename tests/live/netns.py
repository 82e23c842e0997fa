# SPDX-License-Identifier: Apache-2.0
"""Three network namespaces in a row, outside - border - inside, for tests with real packets.

    with Net() as net:
        net.start("inside", ["nginx", ...])
        print(net.run("border", ["ping", "-c1", net.inside[0]]).stdout)

The border routes between the two. Names are unique to the process; namespaces and the processes
started in them go away at the end, whatever the end is: return, exception, SIGINT or SIGTERM.
Wire is a clock at the packets of one of them.
"""
import ctypes
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

CLONE_NEWNET = 0x40000000
SKIPPED = 77  # what automake takes for "skipped"
PLACES = ("outside", "border", "inside")
PATIENCE = 8  # seconds for what must come


def skip_unless_possible(*programs):
    """Ends the test as skipped where there are no namespaces to be had."""
    missing = [name for name in ("ip",) + programs if not shutil.which(name)]
    if os.geteuid():
        missing.insert(0, "root")
    elif not missing:
        name = "fd%d-try" % os.getpid()
        done = subprocess.run(["ip", "netns", "add", name], stderr=subprocess.PIPE, check=False)
        if done.returncode:
            missing.append("network namespaces")
        else:
            subprocess.run(["ip", "netns", "del", name], check=True)
    if missing:
        print("needs " + ", ".join(missing))
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(SKIPPED)


class Net:
    # Documentation prefixes and a private one: nothing here can leave the machine.
    outside = ["192.0.2.2", "2001:db8:1::2"]
    inside = ["10.77.0.2", "2001:db8:77::2"]
    border_in = ["10.77.0.1", "2001:db8:77::1"]
    border_out = ["192.0.2.1", "2001:db8:1::1"]
    home = "10.77.0.0/24,2001:db8:77::/64"

    def __init__(self):
        self.name = {place: "fd%d-%s" % (os.getpid(), place) for place in PLACES}
        self.started = []
        self.made = []
        self.handlers = {}

    def __enter__(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.handlers[number] = signal.signal(number, self._stop)
        try:
            self._make()
        except BaseException:
            self._clean()
            raise
        return self

    def __exit__(self, *unused):
        self._clean()

    @staticmethod
    def _stop(number, frame):
        sys.exit(128 + number)

    def _make(self):
        for place in PLACES:
            self._ip("netns", "add", self.name[place])
            self.made.append(place)
            self.run(place, ["ip", "link", "set", "lo", "up"])
        self._cable("outside", self.outside, self.border_out)
        self._cable("inside", self.inside, self.border_in)
        for key in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            self.run("border", ["sysctl", "-qw", key + "=1"])
        # Errors are part of what is tested: they are not to be held back.
        for place in PLACES:
            self.run(place, ["sysctl", "-qw", "net.ipv4.icmp_ratelimit=0",
                             "net.ipv6.icmp.ratelimit=0"])

    def _cable(self, place, far, near):
        """A veth pair: `place` has it as eth0, the border as the name of the place."""
        self._ip("link", "add", "eth0", "netns", self.name[place], "type", "veth",
                 "peer", "name", place, "netns", self.name["border"])
        for where, device, addresses in ((place, "eth0", far), ("border", place, near)):
            self.run(where, ["ip", "link", "set", device, "up"])
            for address in addresses:
                self.add_address(where, device, address)
        self.run(place, ["ip", "route", "add", "default", "via", near[0]])
        self.run(place, ["ip", "-6", "route", "add", "default", "via", near[1]])

    def add_address(self, place, device, address):
        if ":" in address:
            self.run(place, ["ip", "-6", "addr", "add", address + "/64", "dev", device, "nodad"])
        else:
            self.run(place, ["ip", "addr", "add", address + "/24", "dev", device])

    @staticmethod
    def _ip(*words):
        subprocess.run(["ip"] + list(words), check=True)

    def command(self, place, words):
        return ["ip", "netns", "exec", self.name[place]] + list(words)

    def run(self, place, words, check=True, **options):
        """Runs to the end; what it printed is in .stdout and .stderr as text."""
        done = subprocess.run(self.command(place, words), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True, **options)
        if check and done.returncode:
            raise RuntimeError("%s: %d: %s" % (" ".join(words), done.returncode, done.stderr))
        return done

    def socket(self, place, *kind):
        """A socket that lives in a place while this process stays where it is."""
        made = []

        def make():
            try:
                # Of this thread alone, which ends here.
                with open("/run/netns/" + self.name[place]) as file:
                    if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET):
                        raise OSError(ctypes.get_errno(), "setns")
                made.append(socket.socket(*kind))
            except OSError as error:
                made.append(error)

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        if isinstance(made[0], OSError):
            raise made[0]
        return made[0]

    def start(self, place, words, **options):
        """Starts a process that is ended with the namespaces, if not before by stop()."""
        process = subprocess.Popen(self.command(place, words), start_new_session=True, **options)
        self.started.append(process)
        return process

    def tap(self, place, expression):
        """Starts tcpdump; a function that ends it and gives the packets it saw as lines."""
        process = self.start(place, ["tcpdump", "-i", "eth0", "-n", "-l", "-p",
                                     "--immediate-mode", expression], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, universal_newlines=True)
        while "listening" not in process.stderr.readline():
            if process.poll() is not None:
                raise RuntimeError("tcpdump does not start")

        def end():
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            packets = process.communicate()[0].split("\n")
            self.started.remove(process)
            return [packet for packet in packets if packet]
        return end

    def stop(self, process, number=signal.SIGTERM):
        """Ends a started process and its children, which share its session."""
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=5)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process in self.started:
            self.started.remove(process)

    def _clean(self):
        # A second signal must not stop the cleaning.
        for number in self.handlers:
            signal.signal(number, signal.SIG_IGN)
        for process in list(self.started):
            self.stop(process)
        for place in self.made:
            self._end_strays(place)
            subprocess.run(["ip", "netns", "del", self.name[place]], check=False)
        self.made = []
        for number, handler in self.handlers.items():
            signal.signal(number, handler)

    def _end_strays(self, place):
        """Servers that made themselves daemons live in our namespace only, so they are ours."""
        found = subprocess.run(["ip", "netns", "pids", self.name[place]], check=False,
                               stdout=subprocess.PIPE, universal_newlines=True)
        for pid in found.stdout.split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass


class Wire:
    """When the services behind a device first said SYN-ACK, by the kernel's clock at the packet."""
    TIMESTAMPNS, ATTACH_FILTER = 35, 26
    # TCP over IPv4 or IPv6, without tags, extension headers or fragments: SYN and ACK set.
    FILTER = ((0x28, 0, 0, 12), (0x15, 0, 6, 0x0800), (0x30, 0, 0, 23), (0x15, 0, 10, 6),
              (0xb1, 0, 0, 14), (0x50, 0, 0, 27), (0x54, 0, 0, 0x12), (0x15, 5, 6, 0x12),
              (0x15, 0, 5, 0x86dd), (0x30, 0, 0, 20), (0x15, 0, 3, 6), (0x30, 0, 0, 67),
              (0x54, 0, 0, 0x12), (0x15, 0, 1, 0x12), (0x06, 0, 0, 0x40000), (0x06, 0, 0, 0))

    def __init__(self, net, place, device):
        self.first = {}  # (ip, port): wall clock
        self.changed = threading.Condition()
        self.tap = net.socket(place, socket.AF_PACKET, socket.SOCK_RAW, 0)
        code = b"".join(struct.pack("HBBI", *step) for step in self.FILTER)
        text = ctypes.create_string_buffer(code)
        self.tap.setsockopt(socket.SOL_SOCKET, self.ATTACH_FILTER,
                            struct.pack("HP", len(self.FILTER), ctypes.addressof(text)))
        self.tap.setsockopt(socket.SOL_SOCKET, self.TIMESTAMPNS, 1)
        self.tap.bind((device, 3))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                frame, notes, _, _ = self.tap.recvmsg(256, 128)
            except OSError:  # the device is gone
                return
            second, nano = struct.unpack("@ll", next(
                data for _, kind, data in notes if kind == self.TIMESTAMPNS))
            if frame[12:14] == b"\x08\x00":
                host = socket.inet_ntop(socket.AF_INET, frame[26:30])
                tcp = 14 + 4 * (frame[14] & 15)
            else:
                host, tcp = socket.inet_ntop(socket.AF_INET6, frame[22:38]), 54
            port = int.from_bytes(frame[tcp:tcp + 2], "big")
            with self.changed:
                self.first.setdefault((host, port), second + nano / 1e9)
                self.changed.notify_all()

    def when(self, host, port):
        """Also when the packet has been here and this program has not read it yet."""
        with self.changed:
            if not self.changed.wait_for(lambda: (host, port) in self.first, PATIENCE):
                raise RuntimeError("no SYN-ACK of %s port %d on the wire" % (host, port))
            return self.first[(host, port)]
