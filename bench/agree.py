#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Do flowd with the user's nmap-service-probes and nmap itself read the same answers alike?

usage: agree.py --drive PATH [--file PATH] [--nmap PATH] [--cases N] [--seed N] [--goal SHARE] [--verbose]

Answers are made up from the file's own match lines: for each line that is drawn, bytes that its pattern
matches. A server gives each of them on an address of its own, to whoever says what the line's probe
says, and to nobody else. nmap -sV and flowd (verify.probes) ask, and service, product and version are
compared. Needs root. Ends with 'N passed, N failed'.
"""
import argparse
import asyncio
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "live"))
from netns import Net, skip_unless_possible  # noqa: E402
from report import Report  # noqa: E402

try:
    import re._parser as patterns
except ImportError:  # before Python 3.11
    import sre_parse as patterns

FRAGILE = range(9100, 9108)
OFTEN = 2  # times that a repetition without a limit is repeated beyond its least


class Line:
    """A match, and the probe whose answer it reads."""

    def __init__(self, number, probe, service, pattern, flags):
        self.number, self.probe, self.service = number, probe, service
        self.pattern = pattern.encode("latin-1")
        self.flags = (re.I if "i" in flags else 0) | (re.S if "s" in flags else 0)


class Probe:
    def __init__(self, name, payload):
        self.name, self.payload, self.ports = name, payload, []


def unescape(text):
    """The bytes of q|...|, whose escapes are those of C."""
    def byte(m):
        one = m.group(1)
        if one[0] == "x":
            return chr(int(one[1:], 16))
        return {"0": "\0", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
                "v": "\v"}.get(one, one)
    return re.sub(r"\\(x[0-9a-fA-F]{2}|.)", byte, text, flags=re.S).encode("latin-1")


def read_ports(text):
    ports = []
    for part in text.split(","):
        low, _, high = part.partition("-")
        ports += range(int(low), int(high or low) + 1)
    return [p for p in ports if p not in FRAGILE]


def read_file(path):
    """Its probes over TCP and their hard matches."""
    probes, lines, probe = [], [], None
    with open(path, encoding="latin-1") as text:
        for number, line in enumerate(text, 1):
            line = line.rstrip("\n")
            m = re.match(r"Probe (TCP|UDP) (\S+) q(.)(.*?)\3", line)
            if m:
                probe = Probe(m.group(2), unescape(m.group(4))) if m.group(1) == "TCP" else None
                probes += [probe] if probe else []
            elif probe and line.startswith("ports "):
                probe.ports = read_ports(line[6:])
            elif probe and line.startswith("match "):
                m = re.match(r"match (\S+) m(.)(.*?)\2([is]*)", line)
                lines.append(Line(number, probe, m.group(1), m.group(3), m.group(4)))
    return probes, lines


class Maker:
    """Bytes that a pattern matches."""

    def __init__(self, dice):
        self.dice, self.groups = dice, {}

    def make(self, parsed):
        return b"".join(self.one(op, value) for op, value in parsed)

    def one(self, op, value):
        name = str(op)
        if name == "LITERAL":
            return bytes([value])
        if name == "NOT_LITERAL":
            return b"y" if value != ord("y") else b"z"
        if name == "ANY":
            return b"x"
        if name == "IN":
            return bytes([self.dice.choice(self.members(value))])
        if name == "BRANCH":
            return self.make(self.dice.choice(value[1]))
        if name == "SUBPATTERN":
            made = self.make(value[3])
            self.groups[value[0]] = made
            return made
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, what = value
            times = self.dice.randint(low, max(low, min(int(high), low + OFTEN)))
            return b"".join(self.make(what) for _ in range(times))
        if name == "AT":
            return b""
        if name == "GROUPREF":
            return self.groups[value]
        if name == "ASSERT_NOT":
            return b""
        raise ValueError(name)

    @staticmethod
    def members(value):
        negate, found = False, set()
        classes = {"CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s",
                   "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W"}
        for op, what in value:
            if str(op) == "NEGATE":
                negate = True
            elif str(op) == "LITERAL":
                found.add(what)
            elif str(op) == "RANGE":
                found |= set(range(what[0], what[1] + 1))
            else:
                one = re.compile(classes[str(what)].encode())
                found |= {b for b in range(256) if one.match(bytes([b]))}
        if negate:
            found = set(range(256)) - found
        plain = [b for b in sorted(found) if chr(b).isalnum() and b < 128]
        return plain or [b for b in sorted(found) if 32 < b < 127] or sorted(found)


def answer_of(line, dice):
    """None: it is beyond us, or Python reads the pattern in another way."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = Maker(dice).make(patterns.parse(line.pattern.decode("latin-1"), line.flags & re.S))
            fits = re.search(line.pattern, made, line.flags)
    except (re.error, ValueError, KeyError, IndexError, OverflowError):
        return None
    return made if fits and 0 < len(made) < 3000 else None


class Case:
    def __init__(self, line, answer, host, port):
        self.line, self.answer, self.host, self.port = line, answer, host, port


def draw(lines, count, dice):
    """A quarter of what servers say first, the rest of the others; each on its own address."""
    able = {True: [], False: []}
    for line in lines:
        if not line.probe.payload or line.probe.ports:
            able[not line.probe.payload].append(line)
    cases, used, number = [], set(), 0
    first = dice.sample(able[True], min(count // 4, len(able[True])))
    rest = dice.sample(able[False], min(2 * count, len(able[False])))
    for line in first + rest:
        answer = answer_of(line, dice)
        if answer is None or len(cases) == count:
            continue
        port = dice.choice(line.probe.ports) if line.probe.payload else 20000 + dice.randrange(1000)
        host = "10.77.0.%d" % (10 + number % 240)
        number += 1
        if (host, port) not in used:
            used.add((host, port))
            cases.append(Case(line, answer, host, port))
    return cases


# ---- the server


async def serve_one(case):
    payload, said = bytes.fromhex(case["payload"]), bytes.fromhex(case["answer"])
    # Requests of HTTP are told by their first words: Host and User-Agent are each one's own.
    begin = b" ".join(payload.split(b" ")[:2]) + b" " if payload.startswith(b"GET /") else payload

    async def talk(reader, writer):
        heard = b""
        try:
            while payload and not heard.startswith(begin):
                more = await asyncio.wait_for(reader.read(4096), 30)
                if not more:
                    break
                heard += more
            else:
                writer.write(said)
                await writer.drain()
                await asyncio.wait_for(reader.read(), 30)
        except (OSError, asyncio.TimeoutError):
            pass
        writer.close()
    return await asyncio.start_server(talk, case["host"], case["port"])


async def serve(path):
    with open(path) as text:
        servers = [await serve_one(case) for case in json.load(text)]
    print("ready", len(servers), flush=True)
    await asyncio.sleep(3600)


# ---- who asks


def ask_nmap(net, nmap, cases):
    """Service, product and version by host and port; what the port table says is no answer."""
    hosts = sorted({c.host for c in cases})
    ports = ",".join(str(p) for p in sorted({c.port for c in cases}))
    # NULL and the probes for the port: that is who the server answers.
    done = net.run("border", [nmap, "-sV", "--version-intensity", "1", "-Pn", "-n", "-sS", "-T5", "--min-hostgroup", "256",
                              "--host-timeout", "90s", "-oX", "-", "-p", ports] + hosts)
    said = {}
    for host in xml.etree.ElementTree.fromstring(done.stdout).iter("host"):
        address = host.find("address").get("addr")
        for port in host.iter("port"):
            service = port.find("service")
            if service is None or service.get("method") == "table":
                continue
            said[address, int(port.get("portid"))] = tuple(
                service.get(key, "") for key in ("name", "product", "version"))
    return said


def ask_flowd(net, drive, path, cases):
    options = ["--verify.source", net.border_in[0], "--home", net.home, "--verify.probes", path,
               "--verify.questions", "8", "--verify.doors", "no", "--verify.old_tls", "no",
               "--verify.rate", "2000", "--verify.prefix_rate", "0"]
    jobs = "".join("%s %d -\n" % (c.host, c.port) for c in cases)
    done = net.run("border", [drive] + options + ["-t", "300", "-"], input=jobs, check=False)
    said = {}
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            p = json.loads(line)
            said[p["host"], p["port"]] = (p["app"], p["product"], p["version"]), p["facts"].get("matched", [""])
    left = re.search(r"(\d+) questions, (\d+) matches, (\d+) left out", done.stderr)
    return said, left.group(0) if left else done.stderr[-500:]


def other_names():
    """What flowd calls by another name than nmap."""
    with open(os.path.join(HERE, "..", "verify", "probes", "names.c")) as text:
        return dict(re.findall(r'\{ "([^"]+)", "([^"]+)" \}', text.read().split("void names_app")[0]))


def squeeze(text, most):
    """As flowd keeps it: printable, cut."""
    text = re.sub(r"[^ -~]", " ", text)
    return text[:most].strip()


def is_same(nmap, flowd, others):
    names = [squeeze(others.get(nmap[0], nmap[0].lower()), 31)]
    return (flowd[0] in names, squeeze(nmap[1], 47) == squeeze(flowd[1], 47),
            squeeze(nmap[2], 31) == squeeze(flowd[2], 31))


def compare(cases, by_nmap, by_flowd, arguments):
    others, right, judged, unread = other_names(), 0, 0, 0
    for c in cases:
        nmap = by_nmap.get((c.host, c.port))
        flowd, matched = by_flowd.get((c.host, c.port), (("", "", ""), [""]))
        if nmap is None:
            unread += 1  # nmap itself does not understand it: nothing to agree with
            continue
        judged += 1
        same = is_same(nmap, flowd, others)
        right += all(same)
        if not all(same) or arguments.verbose:
            print("%s line %d (%s)%s\n  nmap  %s\n  flowd %s by %s\n  %s" % (
                c.line.probe.name, c.line.number, c.line.service, "" if all(same) else "   DIFFERS", nmap, flowd,
                matched, repr(c.answer)[:160]))
    return right, judged, unread


def main():
    if sys.argv[1:2] == ["--serve"]:
        asyncio.run(serve(sys.argv[2]))
        return 0
    parser = argparse.ArgumentParser()
    parser.add_argument("--drive", required=True, help="tests/live/verify_drive as built")
    parser.add_argument("--nmap", default=shutil.which("nmap"))
    parser.add_argument("--file", default="/usr/share/nmap/nmap-service-probes")
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--goal", type=float, default=0.98)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    skip_unless_possible("nmap")
    dice = random.Random(arguments.seed)
    _, lines = read_file(arguments.file)
    cases = draw(lines, arguments.cases, dice)
    report = Report()
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        batch = "".join("addr add 10.77.0.%d/24 dev eth0\n" % (10 + i) for i in range(240))
        net.run("inside", ["ip", "-batch", "-"], input=batch)
        path = os.path.join(directory, "cases.json")
        with open(path, "w") as out:
            json.dump([dict(host=c.host, port=c.port, payload=c.line.probe.payload.hex(),
                            answer=c.answer.hex()) for c in cases], out)
        server = net.start("inside", [sys.executable, os.path.abspath(__file__), "--serve", path],
                           stdout=subprocess.PIPE, universal_newlines=True)
        print(server.stdout.readline().strip(), flush=True)
        started = time.monotonic()
        by_flowd, left = ask_flowd(net, os.path.abspath(arguments.drive), arguments.file, cases)
        print("flowd: %d answers, %s, %.0f s" % (len(by_flowd), left, time.monotonic() - started), flush=True)
        started = time.monotonic()
        by_nmap = ask_nmap(net, arguments.nmap, cases)
        print("nmap: %d answers, %.0f s" % (len(by_nmap), time.monotonic() - started), flush=True)
        right, judged, unread = compare(cases, by_nmap, by_flowd, arguments)
        print("%d cases; %d that nmap reads, of which flowd reads alike %d (%.1f %%); %d unread by nmap" % (
            len(cases), judged, right, 100.0 * right / max(judged, 1), unread))
        report.check("the file is loaded completely", True, left.endswith(" 0 left out"))
        report.check("agreement of %.0f %%" % (arguments.goal * 100), True, judged > 0 and right >= arguments.goal * judged)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
