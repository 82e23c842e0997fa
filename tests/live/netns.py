# SPDX-License-Identifier: Apache-2.0
"""Three network namespaces in a row, outside - border - inside, for tests with real packets.

    with Net() as net:
        net.start("inside", ["nginx", ...])
        print(net.run("border", ["ping", "-c1", net.inside[0]]).stdout)

The border routes between the two. Names are unique to the process; namespaces and the processes
started in them go away at the end, whatever the end is: return, exception, SIGINT or SIGTERM.
"""
import os
import signal
import subprocess
import sys

PLACES = ("outside", "border", "inside")


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

    def start(self, place, words, **options):
        """Starts a process that is ended with the namespaces, if not before by stop()."""
        process = subprocess.Popen(self.command(place, words), start_new_session=True, **options)
        self.started.append(process)
        return process

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
