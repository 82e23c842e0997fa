# SPDX-License-Identifier: Apache-2.0
"""Ports of printers get a SYN and nothing else; whoever is asked over HTTP learns who asks.

    test_fragile.py PATH-OF-verify_drive

Needs root, iproute2, tcpdump.
"""
import json
import os
import subprocess
import sys
import tempfile

from netns import Net, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
URL = "https://flowd.example/why"


def main():
    skip_unless_possible("tcpdump")
    report = Report()
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        servers = net.start("inside", [sys.executable, os.path.join(HERE, "servers.py"), directory,
                                       r"say:9100:hello\r\n", r"say:9107:hello\r\n",
                                       r"answer:8080:HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
                            stdout=subprocess.PIPE, universal_newlines=True)
        if servers.stdout.readline() != "ready\n":
            raise RuntimeError("servers.py did not start")
        host = net.inside[0]
        tap = net.tap("inside", "tcp and dst host %s and portrange 9100-9107" % host)
        words = net.start("inside", ["tcpdump", "-i", "eth0", "-n", "-l", "-p", "-A", "-s0",
                                     "--immediate-mode", "tcp dst port 8080"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
                          errors="replace")
        while "listening" not in words.stderr.readline():
            pass
        jobs = [(host, port, app) for port in (9100, 9107) for app in ("-", "http", "~ssh")]
        jobs.append((host, 8080, "http"))
        done = net.run("border", [os.path.abspath(sys.argv[1]), "--home", net.home,
                                  "--verify.announce", URL, "-t", "30", "-"], check=False,
                       input="".join("%s %d %s\n" % job for job in jobs))
        probes = [json.loads(line) for line in done.stdout.splitlines()]
        report.check("all are answered", len(jobs), len(probes))
        for probe in probes[:]:
            report.check("job %d: state" % probe["job"], ("open", "syn-ack"),
                         (probe["state"], probe["reason"]))
        packets = tap()
        flags = [line.split("Flags [")[1].split("]")[0] for line in packets]
        report.check("printers: a SYN each", 6, flags.count("S"))
        report.check("printers: else only our kernel's RST", {"S", "R"}, set(flags))
        words.terminate()
        asked = [line.strip() for line in words.communicate()[0].splitlines()
                 if line.startswith("User-Agent:") or " HTTP/1." in line and
                 ": HTTP: " not in line]
        agents = [line for line in asked if line.startswith("User-Agent:")]
        report.check("HTTP: each request says who asks", True,
                     len(agents) > 0 and 2 * len(agents) == len(asked))
        report.check("HTTP: by its URL", {"User-Agent: flowd (+%s)" % URL}, set(agents))
        if report.failed:
            print(probes, packets, asked, done.stderr[-500:])
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
