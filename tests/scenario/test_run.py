#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the scenario runner itself, against a stand-in for flowd that says what it is told.

Ends with 'N passed, N failed'; status 1 when one failed.
"""
import json
import os
import subprocess
import sys
import tempfile

import frames
import script

HERE = os.path.dirname(os.path.abspath(__file__))
STAND_IN = """#!/usr/bin/env python3
import os, sys
folder = os.path.dirname(os.path.abspath(__file__))
sys.stdout.write(open(os.path.join(folder, "says")).read())
if os.path.exists(os.path.join(folder, "fickle")):
    print('{"type": "health", "pid": %d}' % os.getpid())
if os.path.exists(os.path.join(folder, "complains")):
    sys.stderr.write(open(os.path.join(folder, "complains")).read())
sys.stderr.write("line one\\nthe end\\n")
sys.exit(int(open(os.path.join(folder, "status")).read()))
"""
HEAD = "home 192.0.2.0/24\nhost web 192.0.2.1\nsession 198.51.100.9:40000 web:22\n"
SERVICE = {"type": "service", "ip": "192.0.2.1", "proto": "tcp", "port": 22, "app": "ssh",
           "evidence": "full", "ephemeral": None, "handshakes": 1,
           "first_seen": "2023-11-14T22:13:20.011000Z"}
EVENT = {"type": "event", "event": "new", "ip": "192.0.2.1", "proto": "tcp", "port": 22,
         "time": "2023-11-14T22:13:20.011000Z"}
ALERT = {"type": "alert", "level": "low", "ip": "192.0.2.1", "proto": "tcp", "port": 22}
TROUBLE = {"type": "event", "event": "health", "trouble": "drops", "source": "eth0", "over": False,
           "value": 0.5, "threshold": 0.001, "time": "2023-11-14T22:13:21.000000Z"}
ALL = [SERVICE, EVENT, ALERT]

# expectation, records said, the text of the complaint (None: none)
CASES = [
    ("expect service web tcp 22", ALL, None),
    ("expect service web tcp 22 app ssh evidence full|oneway handshakes 1", ALL, None),
    ("expect service web tcp 22 ephemeral none", ALL, None),
    ("expect service web tcp 22 app http", ALL, "4: service 192.0.2.1 tcp 22: app is ssh, not http"),
    ("expect service web tcp 22 ephemeral *", ALL, "ephemeral is none, not *"),
    ("expect service web tcp 22 vlan 7", ALL, "vlan is none, not 7"),
    ("expect service web tcp 23", ALL, "4: no service 192.0.2.1 tcp 23 (there"),
    ("expect service web tcp 22", [], "no service 192.0.2.1 tcp 22 (there are: none)"),
    ("expect service web tcp 22 first_seen 11ms", ALL, None),
    ("expect service web tcp 22 first_seen 12ms", ALL, "not 2023-11-14T22:13:20.012000Z"),
    ('expect service web tcp 22 first_seen "2023-11"', ALL, None),
    ('expect service web tcp 22 first_seen "2000-"', ALL, "first_seen is 2023-11-14"),
    ("expect no service web", ALL, "service that must not be"),
    ("expect no service web tcp 22 app http", ALL, None),
    ("expect no service web udp", ALL, None),
    ("expect maybe service web tcp 22 evidence oneway", ALL, "evidence is full, not oneway"),
    ("expect maybe service web tcp 22 evidence oneway", [], None),
    ("expect maybe service web tcp 22 evidence full\nexpect only", ALL, None),
    ("expect only", ALL, ":4: services nobody expects: 192.0.2.1 tcp 22"),
    ("expect service web tcp 22\nexpect only", ALL, None),
    ("expect event new web tcp 22 once", ALL, None),
    ("expect no trouble", ALL, None),
    ("expect no trouble", ALL + [TROUBLE], "trouble that must not be (there is: drops 0.5 begins"),
    ("expect no trouble loss", ALL + [TROUBLE], None),
    ("expect trouble drops begins once at 1s value 0.5", ALL + [TROUBLE], None),
    ("expect trouble drops passes", ALL + [TROUBLE], "no trouble drops yes (there is: drops 0.5 begins"),
    ("expect trouble drops|loss value 0.6", ALL + [TROUBLE], "no trouble drops|loss 0.6"),
    ("expect trouble drops once", ALL + [TROUBLE, TROUBLE], "trouble drops: 2 times"),
    ("expect event new web tcp 22 time 11ms", ALL, None),
    ("expect event new web tcp 22 at 12ms", ALL, "time is 2023-11-14T22:13:20.011000Z, not"),
    ("expect event gone web tcp 22", ALL, "event is new, not gone"),
    ("expect event new web tcp 22 once", ALL + [EVENT], "2 times, not 1"),
    ("expect event new web tcp 22 times 2", ALL + [EVENT], None),
    ("expect no event", ALL, "event that must not be"),
    ("expect no event gone", ALL, None),
    ("expect no event web", ALL, "event that must not be"),
    ("expect alert low web tcp 22 once", ALL, None),
    ("expect alert high web tcp 22", ALL, "alert 192.0.2.1 tcp 22: level is low, not high"),
    ("expect alert low|high web tcp 22", ALL, None),
    ("expect no alert", ALL, "alert that must not be"),
    ("expect no alert high", ALL, None),
    ("expect no alert web tcp 23", ALL, None),
    ("expect services 1\nexpect events 1\nexpect alerts 1", ALL, None),
    ("expect services 2", ALL, ":4: 1 services, not 2"),
    ("expect alerts 0", ALL, ":4: 1 alerts, not 0"),
    ('expect stderr "line one"', ALL, None),
    ('expect no stderr "line one"', ALL, "standard error has 'line one'"),
    ('expect stderr "line two"', ALL, "standard error has no 'line two'"),
    ("expect status 3", ALL, "exit status 0, not 3: the end"),
    ("expect services 2", [SERVICE, SERVICE], "two lines for service 192.0.2.1 tcp 22"),
    ("expect services 0", ["{broken"], "output line 1 is no record"),
    ("expect services 0", [{"kind": "x"}], "output line 1 is no record"),
    # scenarios that cannot be read
    ("expect service web", ALL, ":4: HOST PROTO PORT"),
    ("host low 192.0.2.7", ALL, ":4: 'low' means something in expectations"),
    ("expect nothing", ALL, ":4: 'nothing' is none of"),
    ("expect service nobody tcp 1", ALL, ":4: 'nobody' is no address"),
    ("web:22 > 198.51.100.9:40000 SX", ALL, ":4: 'SX' is neither flags nor a transport"),
    ("web:22 < 198.51.100.9:40000 S", ALL, ":4: HOST:PORT > HOST:PORT"),
    ("web:22 > [2001:db8::1]:40000 S", ALL, ":4: an IPv4 and an IPv6 address in one packet"),
    ("web:22 > 198.51.100.9:70000 S", ALL, "is no HOST:PORT"),
    ("web:22 > 198.51.100.9:4000 S seq -1", ALL, "-1 is not in 0-4294967295"),
    ('web:22 > 198.51.100.9:4000 S data "\\q"', ALL, ":4: no escape \\q"),
    ('web:22 > 198.51.100.9:4000 S data "x', ALL, ":4: a quote without its end"),
    ("web:22 > 198.51.100.9:4000 S data x", ALL, ":4: data stands in quotes"),
    ("at soon web:22 > 198.51.100.9:4000 S", ALL, ":4: 'soon' is no time"),
    ("link raw\nweb:22 > 198.51.100.9:4000 S vlan 3", ALL, ":5: a raw IP frame has no VLAN tag"),
    ("rules <<END\nignore host any", ALL, "no line END before the end of the file"),
]


def run(folder, text, records, status=0):
    def put(name, content):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
            f.write(content)
    put("case.scn", text)
    put("status", str(status))
    put("says", "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records))
    p = subprocess.run([sys.executable, os.path.join(HERE, "run.py"), "--flowd",
                        os.path.join(folder, "flowd"), os.path.join(folder, "case.scn")],
                       capture_output=True, text=True, check=False)
    return p.returncode, p.stdout + p.stderr


def verdicts(folder):
    for text, records, due in CASES:
        status, said = run(folder, HEAD + text + "\n", records)
        last = "0 passed, 1 failed" if due else "1 passed, 0 failed"
        good = status == bool(due) and said.splitlines()[-1] == last and (due or "") in said
        yield text, good, said
    status, said = run(folder, HEAD + "expect status 3\n", ALL, 3)
    yield "status 3", status == 0, said
    status, said = run(folder, HEAD, ALL, 3)
    yield "status 3 not expected", status == 1 and "exit status 3, not 0: the end" in said, said
    open(os.path.join(folder, "fickle"), "w", encoding="utf-8").close()
    status, said = run(folder, HEAD, ALL)
    yield "fickle", status == 1 and "two runs differ" in said, said
    os.remove(os.path.join(folder, "fickle"))
    with open(os.path.join(folder, "complains"), "w", encoding="utf-8") as f:
        f.write("store.c:1:2: runtime error: null pointer\n")
    status, said = run(folder, HEAD, ALL)
    yield "sanitizer", status == 1 and "a sanitizer says: store.c:1:2: runtime" in said, said
    status, said = run(folder, "expect only\n", [])
    yield "no home", status == 1 and "no home" in said, said


def scenario(text):
    with tempfile.NamedTemporaryFile("w", suffix=".scn") as f:
        f.write("home 192.0.2.0/24\nhost web 192.0.2.1\nhost six 2001:db8::1\n" + text)
        f.flush()
        return script.read(f.name)


def packets():
    """The bytes on the wire."""
    s = scenario('at 1s session 198.51.100.9:40000 web:22 server "hello" client "yo" vlan 5\n')
    times = [t - s.start_us for t, _, _ in s.shots]
    tcp = [data[38:] for _, data, _ in s.shots]
    numbers = [(int.from_bytes(t[4:8], "big"), int.from_bytes(t[8:12], "big")) for t in tcp]
    yield "times", times == [1000000 + 10000 * i for i in range(8)], times
    yield "numbers", numbers == [(1000, 0), (5000, 1001), (1001, 5001), (5001, 1001), (1001, 5006),
                                 (1003, 5006), (5006, 1004), (1004, 5007)], numbers
    yield "tag", all(d[12:18] == b"\x81\0\0\x05\x08\0" for _, d, _ in s.shots), s.shots
    yield "flags", [t[13] for t in tcp] == [2, 18, 16, 24, 24, 17, 17, 16], tcp
    ip = [d[18:38] for _, d, _ in s.shots]
    yield "IPv4 checksum", all(frames.checksum(h) == 0 for h in ip), ip
    s = scenario("link raw\n[2001:db8:f::9]:1 > six:2 S ext hopopt,dstopt\n")
    data = s.shots[0][1]
    yield "headers", (data[6], data[40], data[48]) == (0, 60, 6), data.hex()
    pseudo = data[8:40] + (40).to_bytes(4, "big") + b"\0\0\0\6"
    yield "TCP checksum", frames.checksum(pseudo + data[56:]) == 0, data.hex()
    s = scenario("view out\nduplicate 1ms\nsession 198.51.100.9:1 web:2\n")
    ttls = [d[22] for _, d, _ in s.shots]
    yield "halves and copies", ttls == [62, 61] * 2, ttls
    s = scenario('link raw\n198.51.100.9:1 > web:2 S ipopts "\\x01" cut 10\n')
    yield "cut", s.shots[0][2] == 10 and s.shots[0][1][0] == 0x46, s.shots
    s = scenario("at 2s web:1 > 198.51.100.9:2 S\n"
                 "at 1s every 500ms times 3 web:3 > 198.51.100.9:4 S\n")
    times = [t - s.start_us for t, _, _ in s.shots]
    yield "order", times == [1000000, 1500000, 2000000, 2000000], times


def main():
    good = bad = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "flowd")
        with open(path, "w", encoding="utf-8") as f:
            f.write(STAND_IN)
        os.chmod(path, 0o755)
        for group in (packets(), verdicts(folder)):
            for name, ok, said in group:
                good, bad = good + bool(ok), bad + (not ok)
                if not ok:
                    print(f"{name}: {said}")
    print(f"{good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
