# SPDX-License-Identifier: Apache-2.0
"""The verify role against services over UDP in network namespaces.

    test_udp.py PATH-OF-verify_drive

Needs root, iproute2, nftables, tcpdump; dnsmasq, snmpd and memcached are left out of the test, and
said so, where they are missing.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from netns import Net, skip_unless_possible
from report import Report

HERE = os.path.dirname(os.path.abspath(__file__))
# Habit, port, the wire's name ("?": none), then what must come out: app, product, version.
CASES = [
    ("dns", 5301, "dns", ("dns", "BIND", "9.18.28")),
    ("ntp", 123, "?", ("ntp", "ntpd", "4.2.8p15")),
    ("ntp", 5123, "ntp", ("ntp", "ntpd", "4.2.8p15")),
    ("ipmi", 623, "?", ("ipmi", "IPMI", "2.0")),
    ("ike", 500, "?", ("ipsec", "", "")),
    ("ike", 4500, "?", ("ipsec", "", "")),
    ("quic", 443, "quic", ("quic", "", "")),
    ("openvpn", 1194, "?", ("openvpn", "OpenVPN", "")),
    ("stun", 3478, "?", ("stun", "Coturn", "4.5.2")),
    ("dtls", 4433, "?", ("dtls", "", "")),
    ("rpcbind", 111, "?", ("rpcbind", "", "")),
    ("snmp", 5161, "snmp", ("snmp", "Net-SNMP", "")),
    ("sip", 5060, "?", ("sip", "Asterisk PBX", "18.9.0")),
    ("ssdp", 1900, "?", ("ssdp", "MiniUPnPd", "2.2.3")),
    ("coap", 5683, "?", ("coap", "", "")),
    ("netbios", 137, "?", ("netbios", "", "")),
    ("mdns", 5353, "?", ("mdns", "", "")),
    ("bacnet", 47808, "?", ("bacnet", "EC-100", "4.2")),
    ("ubiquiti", 10001, "?", ("ubiquiti", "Ubiquiti airOS", "v8.7.")),
    ("sql", 1434, "?", ("mssql-browser", "Microsoft SQL Server", "15.0.2000.5")),
    ("xdmcp", 177, "?", ("xdmcp", "", "")),
    ("ldap", 389, "?", ("ldap", "", "")),
    ("l2tp", 1701, "?", ("l2tp", "xelar", "")),
    ("chargen", 19, "?", ("chargen", "", "")),
    ("daytime", 13, "?", ("daytime", "", "")),
    ("qotd", 17, "?", ("qotd", "", "")),
    ("clock", 37, "?", ("time", "", "")),
    ("echo", 7, "?", ("echo", "", "")),
    # Where nobody would look for them, and nothing says what they are.
    ("dns", 30001, "-", ("dns", "BIND", "9.18.28")),
    ("snmp", 30002, "-", ("snmp", "Net-SNMP", "")),
    ("sip", 30003, "-", ("sip", "Asterisk PBX", "18.9.0")),
    ("chargen", 30004, "-", ("chargen", "", "")),
    ("quic", 30005, "-", ("quic", "", "")),
    # The port says one thing, the server is another.
    ("dns", 161, "-", ("dns", "BIND", "9.18.28")),
    ("stun", 69, "stun", ("stun", "Coturn", "4.5.2")),
    # It is there, and no port's name makes it what it is not.
    ("word", 30006, "-", ("", "", "")),
    ("word", 2049, "-", ("", "", "")),
]
MUTE = 30010
LATE = 30011
ROBOT, MACHINE = 30020, 30022
# What only a user's file knows: the word of a robot, and a machine that is asked where its ports say so.
BOOK = r"""Exclude U:30021
Probe UDP Robot q|WAKE\0UP|
rarity 2
match robot m|^ROBOT/([\d.]+) | p/Robot/ v/$1/ i/over UDP/ cpe:/a:example:robot:$1/
Probe UDP Machine q|RARE|
rarity 7
ports 30022
match machine m|^MACHINE (.)|s p/Machine/ i/awake/
Probe UDP Namesake q|WAKE\0UP|
rarity 3
"""
NFT = """
table inet test {
    chain input {
        type filter hook input priority 0;
        udp dport 5100 reject with icmpx type admin-prohibited
        udp dport 5101 drop
        udp dport 5102 reject with icmpx type port-unreachable
        udp dport 5103 reject with icmpx type host-unreachable
        udp dport 5104 reject with icmpx type no-route
    }
}
"""
BORDER = """
table inet test {
    chain forward {
        type filter hook forward priority 0;
        udp dport 5105 reject with icmpx type port-unreachable
    }
}
"""
OWN = """
table inet test {
    chain output {
        type filter hook output priority 0;
        udp dport 5109 reject with icmpx type admin-prohibited
    }
}
"""
SNMPD = """
agentAddress udp:161,udp6:161
rocommunity public
rocommunity6 public
sysName flowd-test
"""


class Findings(Report):
    def same(self, got, want, what):
        self.check(what, want, got)

    def holds(self, fact, what):
        self.check(what, True, bool(fact))


class Bench:
    """Namespaces, servers, and the program under test."""

    def __init__(self, net, drive, directory):
        self.net, self.drive, self.directory = net, drive, directory
        self.missing = []

    def start(self):
        self.net.run("inside", ["nft", "-f", "-"], input=NFT)
        self.net.run("border", ["nft", "-f", "-"], input=BORDER)
        words = ["%s:%d" % case[:2] for case in CASES]
        words += ["robot:%d" % ROBOT, "robot:%d" % (ROBOT + 1), "machine:%d" % MACHINE, "machine:%d" % (MACHINE + 1)]
        words += ["mute:%d" % MUTE, "late:%d" % LATE, "late:%d" % (LATE + 1)]
        process = self.net.start("inside", [sys.executable, os.path.join(HERE, "udp_servers.py")]
                                 + words, stdout=subprocess.PIPE, universal_newlines=True)
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("udp_servers.py did not start")

    def server(self, *words):
        """A real one; False where it is not installed."""
        if not shutil.which(words[0]):
            self.missing.append(words[0])
            return False
        self.net.start("inside", list(words), stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return True

    def ask(self, jobs, *options, place="outside"):
        words = [self.drive, "--targets", self.net.home, "--user", "nobody"] + list(options)
        for job in jobs:
            words += [str(word) for word in job]
        done = self.net.run(place, words, check=False, timeout=90)
        if done.returncode:
            raise RuntimeError("verify_drive: %d: %s" % (done.returncode, done.stderr))
        said = [json.loads(line) for line in done.stdout.splitlines()]
        return sorted(said, key=lambda probe: probe["job"])

    def wait(self, port):
        """Until a server that was started has bound its port."""
        for _ in range(100):
            if self.net.run("inside", ["ss", "-Huln", "sport = :%d" % port]).stdout:
                return True
            time.sleep(0.05)
        return False


def facts(probe, kind):
    return probe["facts"].get(kind, [])


def summary(probe):
    return (probe["app"], probe["product"], probe["version"])


def names(bench, report):
    for family, host in enumerate(bench.net.inside):
        said = bench.ask([(host, "udp/%d" % case[1], case[2]) for case in CASES])
        for case, probe in zip(CASES, said):
            title = "%s on %d, IPv%d" % (case[0], case[1], 6 if family else 4)
            report.same((probe["state"], probe["reason"]), ("open", "answer"), title)
            report.same(summary(probe), case[3], title + ": name")
            report.holds(probe["ttl"], title + ": ttl")
            report.holds(probe["rtt_us"] or probe["tries"] > 1, title + ": rtt")
            report.same(len(facts(probe, "matched")), 1 if case[3][0] else 0, title + ": matched")


def details(bench, report):
    host = bench.net.inside[0]
    said = {case[0] + str(case[1]): probe for case, probe in zip(
        CASES, bench.ask([(host, "udp/%d" % case[1], case[2]) for case in CASES]))}
    ntp = said["ntp123"]
    report.same(facts(ntp, "noauth"), ["reading variables (NTP mode 6)",
                                       "reading the list of clients (NTP mode 7, monlist)"],
                "modes 6 and 7 are open")
    report.same(facts(ntp, "os"), ["Linux/5.10.0"], "its system")
    report.same((ntp["asked"], ntp["answered"]), (8, 4400), "monlist: bytes asked and answered")
    report.same(facts(ntp, "amplifier"), ["readvar: 12 bytes bring 130", "monlist: 8 bytes bring "
                                          "4400"], "amplifiers")
    report.same(facts(said["ssdp1900"], "amplifier")[-1:], ["ssdp:all: %d bytes bring %d" % (
        said["ssdp1900"]["asked"], said["ssdp1900"]["answered"])], "ssdp:all brings most")
    report.same(facts(said["dns5301"], "noauth"), [], "no recursion, none told")
    report.holds("asks for a cookie" in facts(said["dtls4433"], "note")[0], "DTLS cookie")
    report.same(facts(said["quic443"], "info"), ["QUIC versions: 1, draft-29"], "QUIC versions")
    report.same(facts(said["netbios137"], "hostname"), ["FILESERVER"], "NetBIOS name")
    report.same(facts(said["netbios137"], "info"), ["workgroup WORKGROUP", "hardware address "
                                                    "52:54:00:01:02:03"], "NetBIOS group, MAC")
    report.same(facts(said["mdns5353"], "info"), ["services: _ssh._tcp.local"], "mDNS services")
    report.same(facts(said["ldap389"], "hostname"), ["dc1.example.com"], "LDAP host")
    report.same(facts(said["rpcbind111"], "info"), ["rpcbind v2 udp/111, nfs v3 tcp/2049"],
                "RPC programs")
    report.holds(any("anonymous login" in text for text in facts(said["ipmi623"], "noauth")),
                 "IPMI anonymous login")
    report.same(facts(said["snmp5161"], "info"), [
        "SNMPv3 engine 80001f8804666c6f7764 of Net-SNMP (enterprise 8072), 5 boots, up 300 s"],
        "SNMP engine")
    report.same(facts(said["snmp5161"], "snmp-community"), [], "no community, none told")
    report.same(said["word30006"]["banner"], "nothing anybody knows", "what it said")


def states(bench, report):
    for family, host in enumerate(bench.net.inside):
        ports = [5000, 5100, 5101, 5102, 5103, 5104, MUTE, 5105, LATE + family]
        said = bench.ask([(host, "udp/%d" % port, "dns" if port >= LATE else "-")
                          for port in ports])
        border = bench.net.border_out[family]
        codes = [[1, 4], [1, 1], [0, 0], [1, 4], [1, 3], [1, 0]] if family else \
            [[3, 3], [3, 13], [0, 0], [3, 3], [3, 1], [3, 0]]
        want = [("closed", "icmp", host, codes[0]), ("silent", "icmp", host, codes[1]),
                ("silent", "no-answer", "", codes[2]), ("closed", "icmp", host, codes[3]),
                ("silent", "icmp", host, codes[4]), ("silent", "icmp", host, codes[5]),
                ("silent", "no-answer", "", [0, 0]),
                ("silent", "icmp", border, codes[0]), ("open", "answer", "", [0, 0])]
        for port, probe, verdict in zip(ports, said, want):
            report.same((probe["state"], probe["reason"], probe["icmp_from"], probe["icmp"]),
                        verdict, "state of %d, IPv%d" % (port, 6 if family else 4))
        report.same(said[-1]["tries"], 2, "the second try was answered")
        report.holds(said[0]["took_us"] < 500000, "closed is known at once")
        report.holds(all(probe["took_us"] < 8000000 for probe in said), "silence ends in time")


def absent(bench, report):
    """Nobody has the address: the neighbour says nothing, a router says so."""
    for family, host in enumerate(("10.77.0.99", "2001:db8:77::99")):
        near = bench.ask([(host, "udp/53", "dns")], place="border")[0]
        report.same((near["state"], near["reason"]), ("silent", "no-answer"),
                    "absent, seen by a neighbour, IPv%d" % (6 if family else 4))
        far = bench.ask([(host, "udp/53", "dns")])[0]
        report.same((far["state"], far["reason"], far["icmp_from"]),
                    ("silent", "icmp", bench.net.border_out[family]),
                    "absent, seen through a router, IPv%d" % (6 if family else 4))
    # A firewall of our own is no evidence of others.
    bench.net.run("outside", ["nft", "-f", "-"], input=OWN)
    probe = bench.ask([(bench.net.inside[0], "udp/5109", "dns")])[0]
    report.same((probe["state"], probe["reason"]), ("candidate", "local"), "our own firewall")


def silence(bench, report):
    """What is silent by design is said to be."""
    host = bench.net.inside[0]
    said = bench.ask([(host, "udp/5101", name) for name in ("wireguard", "radius", "dns")])
    report.same([probe["state"] for probe in said], ["silent"] * 3, "silent")
    report.holds(facts(said[0], "note")[0].startswith("WireGuard answers only"), "WireGuard's note")
    report.holds(facts(said[1], "note")[0].startswith("RADIUS answers only"), "RADIUS' note")
    report.same(facts(said[2], "note"), [], "DNS has no reason to be silent")
    report.same([probe["app"] for probe in said], [""] * 3, "silence names nothing")
    report.same([probe["tries"] for probe in said], [3, 3, 3], "datagrams of a name's question")


def late_name(bench, report):
    host = bench.net.inside[0]
    said = bench.ask([(host, "udp/30001", "?dns"), (host, "udp/30005", "?quic")])
    report.same([probe["app"] for probe in said], ["dns", "quic"], "a name that comes late")


def custom(bench, report):
    """The questions of a user's file, after our own."""
    name = os.path.join(bench.directory, "user.probes")
    with open(name, "w") as out:
        out.write(BOOK)
    host = bench.net.inside[0]
    jobs = [(host, "udp/%d" % port, app) for port, app in (
        (ROBOT, "-"), (ROBOT + 1, "-"), (MACHINE, "-"), (MACHINE + 1, "-"), (MACHINE + 1, "machine"))]
    end = bench.net.tap("inside", "udp and dst port %d" % (ROBOT + 1))
    said = bench.ask(jobs, "--verify.probes", name)
    report.same([line for line in end() if " > " in line], [], "nothing to what Exclude names")
    report.same(summary(said[0]), ("robot", "Robot", "3.4"), "a question only the file knows")
    report.same([facts(said[0], kind) for kind in ("matched", "info", "cpe")], [
        ["Robot, line 4"], ["over UDP"], ["cpe:/a:example:robot:3.4"]], "its facts")
    report.same((said[0]["state"], said[0]["reason"]), ("open", "answer"), "open, with proof")
    report.same((said[1]["state"], said[1]["sent"][2]), ("candidate", 0), "excluded")
    report.same(summary(said[2]), ("machine", "Machine", ""), "rare, but for the port")
    report.same((said[3]["state"], said[3]["reason"]), ("silent", "no-answer"), "too rare to be asked")
    report.same(summary(said[4]), ("machine", "Machine", ""), "rare, but the wire names it")
    few = bench.ask(jobs[3:4], "--verify.probes", name, "--verify.rarity", "9")[0]
    report.same(few["app"], "machine", "asked where rare questions are allowed")
    without = bench.ask(jobs[:1])[0]
    report.same(without["state"], "silent", "without the file nobody speaks to it")
    # Twice at most: the same bytes under another name are no other question.
    report.same(said[3]["sent"][2] - without["sent"][2], 2, "few datagrams more")


def real(bench, report):
    """Real servers beside their own versions."""
    host, d = bench.net.inside[0], bench.directory
    with open(d + "/snmpd.conf", "w") as out:
        out.write(SNMPD)
    jobs = []
    if bench.server("dnsmasq", "-d", "-C", "/dev/null", "--no-resolv", "--no-hosts", "--port=53",
                    "--user=root", "--enable-tftp", "--tftp-root=" + d, "--tftp-no-fail"):
        jobs += [("dnsmasq", 53, "dns"), ("dnsmasq", 69, "tftp")]
    if bench.server("memcached", "-u", "nobody", "-p", "0", "-U", "11211", "-l", "0.0.0.0"):
        jobs.append(("memcached", 11211, "memcached"))
    if bench.server("snmpd", "-f", "-C", "-c", d + "/snmpd.conf", "-p", d + "/snmpd.pid"):
        # The servers of this test have port 161 already: see CASES.
        jobs.append(("snmpd", 161, "snmp"))
    for _, port, _ in jobs:
        report.holds(bench.wait(port), "port %d is bound" % port)
    said = dict(zip([job[1] for job in jobs],
                    bench.ask([(host, "udp/%d" % job[1], "-") for job in jobs]) if jobs else []))
    for _, port, name in jobs:
        report.same((said[port]["state"], said[port]["app"]), ("open", name), "real " + name)
    if 53 in said:
        version = subprocess.run(["dnsmasq", "-v"], stdout=subprocess.PIPE, check=True,
                                 universal_newlines=True).stdout.split()[2]
        report.same(summary(said[53]), ("dns", "dnsmasq", version), "dnsmasq's version")
        report.holds(facts(said[69], "info")[0].startswith("error 1:"), "TFTP says not found")
    if 11211 in said:
        version = subprocess.run(["memcached", "-V"], stdout=subprocess.PIPE, check=True,
                                 universal_newlines=True).stdout.split()[1]
        report.same(summary(said[11211]), ("memcached", "Memcached", version), "memcached's")
        report.holds(said[11211]["answered"] > 20 * said[11211]["asked"], "it amplifies")
        report.same(facts(said[11211], "noauth"), ["statistics, over UDP"], "to everybody")
    if 161 in said:
        report.same(facts(said[161], "snmp-community"), ["public (SNMPv2c)", "public (SNMPv1)"],
                    "communities")
        report.same(facts(said[161], "hostname"), ["flowd-test"], "sysName")
        report.holds(any(text.startswith("Linux ") for text in facts(said[161], "info")),
                     "sysDescr")
        report.same(said[161]["product"], "Net-SNMP", "its engine")
        report.holds(said[161]["took_us"] < 300000, "and fast")
    if bench.missing:
        print("not installed, not tried: " + ", ".join(bench.missing))


def vpn(bench, report):
    """Real OpenVPN, one that answers anybody and one that answers only who has its key."""
    d, host = bench.directory, bench.net.inside[0]
    if not shutil.which("openssl") or not shutil.which("openvpn"):
        bench.missing.append("openvpn")
        return
    quiet = dict(check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=vpn", "-keyout", d + "/vpn.key", "-out", d + "/vpn.pem"], **quiet)
    subprocess.run(["openvpn", "--genkey", "secret", d + "/vpn.secret"], **quiet)
    words = ["openvpn", "--dev", "null", "--tls-server", "--dh", "none", "--ca", d + "/vpn.pem", "--cert", d + "/vpn.pem",
             "--key", d + "/vpn.key", "--port"]
    bench.server(*words, "1194")
    bench.server(*words, "1195", "--tls-auth", d + "/vpn.secret")
    report.holds(bench.wait(1194) and bench.wait(1195), "OpenVPN is there")
    for name in ("openvpn", "-"):
        said = bench.ask([(host, "udp/1194", name), (host, "udp/1195", name)])
        report.same((said[0]["state"], summary(said[0])), ("open", ("openvpn", "OpenVPN", "")), "OpenVPN, named " + name)
        report.holds("without a key of its own" in str(facts(said[0], "note")), "it answers anybody")
        report.same((said[1]["state"], said[1]["app"]), ("silent", ""), "OpenVPN with tls-auth, named " + name)
        report.same("tls-auth" in str(facts(said[1], "note")), name == "openvpn", "silent by design, named " + name)


def politeness(bench, report):
    """No packet to what is excluded, no second over the rate, only our ports."""
    host, other = bench.net.inside[0], "10.77.0.9"
    end = bench.net.tap("inside", "udp or arp")
    said = bench.ask([(other, "udp/161", "-"), ("10.77.0.2", "udp/53", "-"), (host, "udp/5101", "-"),
                      ("198.51.100.9", "udp/161", "-")], "--exclude", other)
    packets = end()
    report.same([probe["state"] for probe in said][0::3], ["candidate"] * 2, "not looked at")
    report.same([line for line in packets if other in line], [], "nothing to the excluded")
    ours = [line for line in packets if "192.0.2.2." in line.split(" > ")[0]]
    report.holds(ours, "the others were asked")
    report.holds(all(61000 <= int(line.split(" > ")[0].split(".")[-1]) <= 61511 for line in ours),
                 "from verify.ports alone")
    report.holds(len([line for line in ours if ".5101:" in line]) <= 16, "few datagrams")
    end = bench.net.tap("inside", "udp and src host 192.0.2.2")
    bench.ask([(host, "udp/%d" % port, "dns") for port in range(20000, 20030)],
              "--verify.rate", "20")
    times = []
    for line in end():
        hour, minute, second = line.split()[0].split(":")
        times.append(int(hour) * 3600 + int(minute) * 60 + float(second))
    report.holds(len(times) >= 30, "all were asked")
    most = max(len([t for t in times if start <= t < start + 1]) for start in times)
    report.holds(most <= 20, "no second over the rate: %d" % most)


def main():
    drive = sys.argv[1]
    skip_unless_possible("nft", "tcpdump", "ss")
    report = Findings()
    with tempfile.TemporaryDirectory(prefix="flowd-udp-") as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, drive, directory)
        bench.start()
        for part in (names, details, states, absent, silence, late_name, custom, politeness):
            part(bench, report)
        for process in list(net.started):
            net.stop(process)
        vpn(bench, report)
        real(bench, report)
    sys.exit(report.end())


main()
