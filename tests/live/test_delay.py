# SPDX-License-Identifier: Apache-2.0
"""Services near and far: the same verdicts, and nothing is said twice before its answer could have come.

    test_delay.py VERIFY_DRIVE

Needs root, iproute2, nftables, /dev/net/tun.
"""
import json
import os
import subprocess
import sys
import tempfile

from delay import POSSIBLE, Delay
from netns import SKIPPED, Net, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
SYN, TCP, UDP = 2, 6, 17
RTTS = (0, 0.05, 0.3, 0.8)  # seconds
# Port, the wire's name, habit of servers.py (None: nobody listens), what must come out.
CASES = (
    (5001, "-", None, ("closed", "rst", "", "")),
    (22, "-", r"say:22:SSH-2.0-OpenSSH_9.2p1\r\n", ("open", "syn-ack", "ssh", "9.2p1")),
    (2222, "ssh", r"say:2222:SSH-2.0-OpenSSH_9.6p1\r\n", ("open", "syn-ack", "ssh", "9.6p1")),
    (80, "http", r"answer:80:HTTP/1.0 200 OK\r\nServer: nginx/1.22.1\r\n\r\n",
     ("open", "syn-ack", "http", "1.22.1")),
    (8080, "-", r"answer:8080:HTTP/1.0 200 OK\r\nServer: nginx/1.18.0\r\n\r\n",
     ("open", "syn-ack", "http", "1.18.0")),
    (5002, "-", "close:5002", ("refuses", "close-after-accept", "", "")),
    (5101, "-", None, ("silent", "no-answer", "", "")),  # the firewall drops it
    (21, "-", r"say:21:220 ProFTPD 1.3.8 Server ready\r\n", ("open", "syn-ack", "ftp", "1.3.8")),
    (5003, "-", None, ("closed", "rst", "", "")),
)
ASKED = ((5301, "dns", ("open", "answer", "dns", "9.18.28")), (3478, "-", ("open", "answer", "stun", "4.5.2")),
         (5103, "-", ("silent", "no-answer", "", "")))
NFT = "table inet test { chain input { type filter hook input priority 0; " \
    "tcp dport 5101 drop; udp dport 5103 drop; }; }\n"


class Bench:
    def __init__(self, net, drive, directory):
        self.net, self.drive, self.directory, self.report = net, drive, directory, Report()
        self.way = None

    def serve(self, program, *words):
        process = self.net.start("inside", [sys.executable, os.path.join(HERE, program), *words],
                                 stdout=subprocess.PIPE, universal_newlines=True)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError(program + " did not start")

    def ask(self, jobs):
        """Few at a time: who is asked later profits by what is known then."""
        done = self.net.run("outside", [self.drive, "--targets", self.net.home, "--user", "nobody", "-t", "100",
                                        "--verify.host_rate", "10", *(str(word) for job in jobs for word in job)])
        said = [json.loads(line) for line in done.stdout.splitlines()]
        return sorted(said, key=lambda probe: probe["job"])


def check_pace(bench, title, times, answers):
    """A second packet before the first one's answer could be there says that nobody waited for it."""
    rtt = bench.way.rtt
    early = [round(later - first, 3) for some in times for first, later in zip(some, some[1:]) if later - first < rtt]
    bench.report.check("%s: said again too soon" % title, [], early if answers else [])
    return sum(len(some) - 1 for some in times)


def check_rtt(bench, host, rtt):
    bench.way.rtt = rtt
    bench.way.forget()
    jobs = [(host, port, app) for port, app, _, _ in CASES] + [
        (host, "udp/%d" % port, app) for port, app, _ in ASKED]
    wanted = [(port, TCP, want) for port, _, _, want in CASES] + [(port, UDP, want) for port, _, want in ASKED]
    again, times = 0, []
    for (port, proto, want), probe in zip(wanted, bench.ask(jobs)):
        title = "%s, %d ms, %s port %d" % (host, rtt * 1000, "TCP" if proto == TCP else "UDP", port)
        bench.report.check(title, want, tuple(probe[key] for key in ("state", "reason", "app", "version")))
        if probe["rtt_us"]:
            bench.report.check(title + ": round trip of %d us" % probe["rtt_us"], True, probe["rtt_us"] >= rtt * 1e6)
        # Nobody knows how far the first ones are.
        known = rtt < 0.5 or port not in [row[0] for row in CASES[:3]]
        again += check_pace(bench, title, bench.way.questions(proto, port, SYN if proto == TCP else 0), known)
        times.append("%d %.0f" % (port, probe["took_us"] / 1000))
    print("%s, %d ms away: %d repeated; ms to each verdict: %s" % (host, rtt * 1000, again, ", ".join(times)), flush=True)


def main():
    skip_unless_possible("nft")
    if not POSSIBLE:
        print("needs /dev/net/tun")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="flowd-delay-") as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        bench.serve("servers.py", directory, *[habit for _, _, habit, _ in CASES if habit])
        bench.serve("udp_servers.py", "dns:5301", "stun:3478")
        net.run("inside", ["nft", "-f", "-"], input=NFT)
        bench.way = Delay(net)
        for rtt in RTTS:
            check_rtt(bench, net.inside[0], rtt)
        check_rtt(bench, net.inside[1], RTTS[2])
        return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
