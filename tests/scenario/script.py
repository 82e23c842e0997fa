# SPDX-License-Identifier: Apache-2.0
"""Reads a scenario: settings, packets on a virtual clock, expectations. README.md is its manual."""
import datetime
import ipaddress
import re

import frames
import layers

TOKEN = re.compile(r'\s*(?:(?P<comment>#.*)|"(?P<text>(?:[^"\\]|\\.)*)"|(?P<word>[^\s"#]+))')
ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "0": b"\0", "\\": b"\\", '"': b'"'}
TIME = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h|d)$")
UNITS = {"us": 1, "ms": 1000, "s": 10 ** 6, "m": 60 * 10 ** 6, "h": 3600 * 10 ** 6,
         "d": 86400 * 10 ** 6}
STEP_US = 1000
MOST = {"win": 0xFFFF, "ttl": 255, "ident": 0xFFFF, "code": 255}
EXPECTED = ("health", "service", "host", "event", "alert", "trouble", "only", "status", "stderr", "services", "hosts",
            "events", "alerts")
KINDS = {"event": ("event", ("new", "changed", "returned", "gone", "verdict", "deceptive",
                              "masquerade", "*")),
         "alert": ("level", ("low", "medium", "high", "critical", "*"))}
DEFAULTS = {"seq": None, "ack": None, "win": 64240, "ttl": 62, "data": b"", "opts": None,
            "ipopts": b"", "ext": [], "vlans": [], "in": [], "ident": 1, "badsum": False, "cut": None,
            "code": 13, "about": None}


class ScriptError(ValueError):
    """A scenario that cannot be read; the text says why."""


def unescape(text):
    """The bytes of a quoted text: \\n \\r \\t \\0 \\\\ \\" and \\xNN."""
    out, at = b"", 0
    while at < len(text):
        if text[at] != "\\":
            out, at = out + text[at].encode(), at + 1
        elif text[at + 1] == "x":
            if not re.match(r"[0-9a-fA-F]{2}", text[at + 2:]):
                raise ScriptError("\\x wants two hexadecimal digits")
            out, at = out + bytes([int(text[at + 2:at + 4], 16)]), at + 4
        elif text[at + 1] in ESCAPES:
            out, at = out + ESCAPES[text[at + 1]], at + 2
        else:
            raise ScriptError(f"no escape \\{text[at + 1]}")
    return out


def tokens(line):
    """The words of a line; a quoted one is bytes."""
    out, at, line = [], 0, line.rstrip()
    while at < len(line):
        found = TOKEN.match(line, at)
        if not found:
            raise ScriptError("a quote without its end")
        at = found.end()
        if found["text"] is not None:
            out.append(unescape(found["text"]))
        elif found["word"]:
            out.append(found["word"])
    return out


def duration(text):
    found = TIME.match(text) if isinstance(text, str) else None
    if not found:
        raise ScriptError(f"{text!r} is no time such as 10ms or 2s")
    return round(float(found[1]) * UNITS[found[2]])


def stamp(text):
    """The microseconds since 1970 of 2000-01-01T00:00:00Z."""
    try:
        then = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except (TypeError, ValueError) as e:
        raise ScriptError(f"{text!r} is no time such as 2000-01-01T00:00:00Z") from e
    return int(then.replace(tzinfo=datetime.timezone.utc).timestamp()) * 10 ** 6


def number(text, most=0xFFFFFFFF):
    try:
        value = int(text, 0)
    except (TypeError, ValueError) as e:
        raise ScriptError(f"{text!r} is no number") from e
    if not 0 <= value <= most:
        raise ScriptError(f"{value} is not in 0-{most}")
    return value


class Words:
    """The words of a statement, taken one by one."""

    def __init__(self, words):
        self.words, self.at = words, 0

    def more(self):
        return self.at < len(self.words)

    def peek(self):
        return self.words[self.at] if self.more() else None

    def next(self, what="more words"):
        if not self.more():
            raise ScriptError(f"{what} missing at the end of the line")
        self.at += 1
        return self.words[self.at - 1]

    def text(self, what):
        word = self.next(what)
        if not isinstance(word, bytes):
            raise ScriptError(f"{what} stands in quotes")
        return word


class Scenario:
    """What one file says; `shots` grows in the order of the lines and is sorted by time at last."""

    def __init__(self, path):
        self.path, self.line = path, 0
        self.home, self.rules, self.options, self.geo = None, "", [], None
        self.link, self.kind, self.view = "eth", "pcap", "both"
        self.start_us, self.now_us = stamp("2023-11-14T22:13:20Z"), -STEP_US
        self.duplicate_us, self.in_time = None, True
        self.hosts, self.flows, self.shots, self.expected = {}, {}, [], []

    # Settings

    def do_home(self, w):
        self.home = w.next("networks")
        if self.home != "any":
            for net in self.home.split(","):
                ipaddress.ip_network(net)

    def do_rules(self, w):
        word = w.next("<<END or default")
        if word == "default":
            self.rules = None
        elif word.startswith("<<") and len(word) > 2:
            self.rules = self.heredoc(word[2:])
        else:
            raise ScriptError("rules <<END or rules default")

    def do_geo(self, w):
        word = w.next("<<END")
        if not word.startswith("<<") or len(word) < 3:
            raise ScriptError("geo <<END")
        self.geo = self.heredoc(word[2:])

    def do_option(self, w):
        self.options.append(f"--{w.next('name')}={self.plain(w.next('value'))}")

    def do_host(self, w):
        name = w.next("name")
        if any(name in kinds for _, kinds in KINDS.values()):
            raise ScriptError(f"{name!r} means something in expectations; call the host otherwise")
        self.hosts[name] = frames.address(w.next("address"))

    def do_link(self, w):
        self.link = self.one_of(w.next("link"), frames.LINKS)

    def do_file(self, w):
        self.kind = self.one_of(w.next("kind"), frames.FILES)

    def do_view(self, w):
        self.view = self.one_of(w.next("view"), ("both", "out", "in"))

    def do_duplicate(self, w):
        self.duplicate_us = duration(w.next("time"))

    def do_order(self, w):
        self.in_time = self.one_of(w.next("order"), ("time", "lines")) == "time"

    def do_start(self, w):
        self.start_us = stamp(w.next("time"))

    # The wire

    def clock(self, w):
        """Takes `at T` or `after T`, and `every T times N`; gives the times of the packet."""
        if w.peek() == "at":
            w.next()
            self.now_us = duration(w.next("time"))
        elif w.peek() == "after":
            w.next()
            self.now_us += duration(w.next("time"))
        else:
            self.now_us += STEP_US
        times = [self.now_us]
        if w.peek() == "every":
            w.next()
            step = duration(w.next("time"))
            if w.next("times") != "times":
                raise ScriptError("every TIME times N")
            count = number(w.next("count"), 100000)
            times += [self.now_us + step * i for i in range(1, count)]
            self.now_us = times[-1]
        return times

    def endpoint(self, word):
        name, _, port = word.rpartition(":") if isinstance(word, str) else ("", "", "")
        name = name.strip("[]")
        if not port.isdigit() or int(port) > 65535 or not name:
            raise ScriptError(f"{word!r} is no HOST:PORT")
        return self.host(name), int(port)

    def host(self, name):
        return self.hosts[name] if name in self.hosts else frames.address(name)

    def packet_words(self, w, p):
        """Takes one `name value` of a packet; false when the next word is none."""
        name = w.peek()
        if name not in DEFAULTS and name not in ("vlan", "qinq"):
            return False
        w.next()
        if name == "badsum":
            p["badsum"] = True
        elif name in ("data", "ipopts"):
            p[name] = w.text(name)
        elif name == "opts":
            p["opts"] = b"" if w.peek() == "none" and w.next() else w.text("opts")
        elif name == "ext":
            p["ext"] = [self.one_of(e, frames.EXTENSIONS) for e in w.next("headers").split(",")]
        elif name == "about":
            p["about"] = (self.one_of(w.next("transport"), ("tcp", "udp", "sctp")), *self.endpoint(w.next("HOST:PORT")))
        elif name == "in":
            p["in"] = self.plain(w.next("layers")).split()
        elif name == "vlan":
            p["vlans"] = [number(w.next("tag"), 0xFFFF)]
        elif name == "qinq":
            p["vlans"] = [number(tag, 0xFFFF) for tag in w.next("tags").split(".")]
        else:
            p[name] = number(w.next(name), MOST.get(name, 0xFFFFFFFF))
        return True

    def numbered(self, p):
        """Gives a TCP packet the numbers its line left out: those the flow has come to."""
        mine = (p["src"], p["sport"], p["dst"], p["dport"])
        other = mine[2:] + mine[:2]
        if p["seq"] is None:
            p["seq"] = self.flows.get(mine, 5000 if other in self.flows else 1000)
        if p["ack"] is None:
            p["ack"] = self.flows.get(other, 0) if "A" in p["flags"] else 0
        used = len(p["data"]) + ("S" in p["flags"]) + ("F" in p["flags"])
        self.flows[mine] = (p["seq"] + used) % 2 ** 32

    def inside(self, ip):
        nets = [] if self.home in (None, "any") else self.home.split(",")
        return self.home == "any" or any(ip in ipaddress.ip_network(net) for net in nets)

    def emit(self, p, times):
        p["leaves"] = self.inside(p["src"])
        if p["src"].version != p["dst"].version:
            raise ScriptError("an IPv4 and an IPv6 address in one packet")
        if self.view == ("in" if p["leaves"] else "out"):
            return
        for t in times:
            for data in layers.frames_of(p, self.link):
                self.shoot(t, data, p["cut"])
            if self.duplicate_us is not None:
                again = dict(p, ttl=p["ttl"] - 1)
                for data in layers.frames_of(again, self.link):
                    self.shoot(t + self.duplicate_us, data, p["cut"])

    def shoot(self, time_us, data, cut):
        kept = len(data) if cut is None else min(cut, len(data))
        self.shots.append((self.start_us + time_us, data, kept))

    def do_packet(self, w):
        times = self.clock(w)
        if w.peek() == "frame":
            w.next()
            data = w.text("frame")
            for t in times:
                self.shoot(t, data, None)
            return
        src = self.endpoint(w.next("HOST:PORT"))
        if w.next(">") != ">":
            raise ScriptError("HOST:PORT > HOST:PORT")
        dst = self.endpoint(w.next("HOST:PORT"))
        p = dict(DEFAULTS, proto="tcp", src=src[0], sport=src[1], dst=dst[0], dport=dst[1])
        kind = w.next("flags")
        if kind in frames.TRANSPORTS:
            p.update(proto=kind, flags="")
        elif kind == "." or set(kind) <= set(frames.FLAGS):
            p["flags"] = kind.replace(".", "")
        else:
            raise ScriptError(f"{kind!r} is neither flags nor a transport")
        while w.more():
            if not self.packet_words(w, p):
                raise ScriptError(f"{w.peek()!r} is no part of a packet")
        if (p["proto"] == "icmp") != bool(p["about"]):
            raise ScriptError("icmp is about TRANSPORT HOST:PORT, and nothing else is")
        if p["proto"] == "tcp":
            self.numbered(p)
        self.emit(p, times)

    def do_session(self, w):
        """A whole TCP connection: handshake, what is said, the end."""
        step, end, said = 10000, "fin", []
        first = self.clock(w)[0]
        client, server = self.endpoint(w.next("HOST:PORT")), self.endpoint(w.next("HOST:PORT"))
        common = dict(DEFAULTS, proto="tcp")
        while w.more():
            word = w.peek()
            if word in ("server", "client"):
                w.next()
                said.append((word == "server", "PA", w.text(word)))
            elif word == "close":
                w.next()
                end = self.one_of(w.next("close"), ("fin", "rst", "none"))
            elif word == "step":
                w.next()
                step = duration(w.next("step"))
            elif not self.packet_words(w, common):
                raise ScriptError(f"{word!r} is no part of a session")
        lines = [(False, "S", b""), (True, "SA", b""), (False, "A", b"")] + said
        lines += {"fin": [(False, "FA", b""), (True, "FA", b""), (False, "A", b"")],
                  "rst": [(False, "RA", b"")], "none": []}[end]
        for key in (client + server, server + client):
            self.flows.pop(key, None)
        for i, (by_server, flags, data) in enumerate(lines):
            src, dst = (server, client) if by_server else (client, server)
            p = dict(common, src=src[0], sport=src[1], dst=dst[0], dport=dst[1], flags=flags,
                     data=data)
            self.numbered(p)
            self.emit(p, [first + i * step])
        self.now_us = first + (len(lines) - 1) * step

    def do_sweep(self, w):
        """A SYN to each port of a range, and what comes back."""
        times = self.clock(w)
        client, (name, _, ports) = self.endpoint(w.next("HOST:PORT")), w.next("HOST:LOW-HIGH").rpartition(":")
        low, _, high = ports.partition("-")
        host, answer, step = self.host(name.strip("[]")), "SA", STEP_US
        common = dict(DEFAULTS, proto="tcp")
        while w.more():
            word = w.peek()
            if word in ("shut", "silent"):
                answer = {"shut": "RA", "silent": None}[w.next()]
            elif word == "step":
                w.next()
                step = duration(w.next("step"))
            elif not self.packet_words(w, common):
                raise ScriptError(f"{word!r} is no part of a sweep")
        for i, port in enumerate(range(number(low, 65535), number(high, 65535) + 1)):
            for flags in ("S", answer):
                if flags:
                    self.sweep_packet(flags, client, (host, port), common, times[0] + i * step)
        self.now_us = times[0] + i * step

    def sweep_packet(self, flags, client, server, common, when):
        src, dst = (client, server) if flags == "S" else (server, client)
        p = dict(DEFAULTS if flags == "S" else common, proto="tcp", src=src[0], sport=src[1],
                 dst=dst[0], dport=dst[1], flags=flags)
        p["seq"], p["ack"] = {"S": (1000, 0), "SA": (5000, 1001), "RA": (0, 1001)}[flags]
        self.emit(p, [when + (0 if flags == "S" else STEP_US // 2)])

    # Expectations: a dictionary each, which expect.py reads

    def do_expect(self, w):
        e = {"line": self.line, "want": True, "fields": [], "count": None}
        if w.peek() == "no":
            w.next()
            e["want"] = False
        elif w.peek() == "maybe":
            w.next()
            e["want"] = None
        e["what"] = self.one_of(w.next("what"), EXPECTED)
        if e["what"] in ("services", "hosts", "events", "alerts", "status"):
            e["count"] = number(w.next("number"))
        elif e["what"] == "stderr":
            e["text"] = w.text("text").decode()
        elif e["what"] == "health":
            while w.more():
                e["fields"].append((w.next("counter"), self.plain(w.next("value")).split("|")))
        elif e["what"] == "trouble":
            self.expect_trouble(w, e)
        elif e["what"] != "only":
            self.expect_line(w, e)
        if w.more():
            raise ScriptError(f"{w.peek()!r} after the end of the expectation")
        self.expected.append(e)

    def expect_line(self, w, e):
        name, kinds = KINDS.get(e["what"], (None, ()))
        if name and (e["want"] is not False or w.peek() in kinds):
            e["fields"].append((name, w.next("kind").split("|")))
        if w.more():
            e["fields"].append(("ip", [str(self.host(self.plain(w.next())))]))
        if w.more():
            e["fields"].append(("proto", [w.next()]))
        if w.more() and e["what"] != "host":
            e["fields"].append(("port", [str(number(w.next(), 65535))]))
        if e["want"] is not False and len(e["fields"]) < (2 if e["what"] == "host" else 3):
            raise ScriptError("HOST PROTO PORT")
        while w.more():
            name = w.next()
            if name == "once":
                e["count"] = 1
            elif name == "times":
                e["count"] = number(w.next("count"))
            elif name in ("first_seen", "last_seen", "time", "at"):
                name = "time" if name == "at" else name
                e["fields"].append((name, [self.moment(w.next("time"))]))
            else:
                e["fields"].append((name, self.plain(w.next("value")).split("|")))

    def expect_trouble(self, w, e):
        """What the capture had: an event without a service."""
        if w.more():
            e["fields"].append(("trouble", w.next("kind").split("|")))
        elif e["want"] is not False:
            raise ScriptError("kind of trouble missing")
        while w.more():
            name = w.next()
            if name == "at":
                e["fields"].append(("time", [self.moment(w.next("time"))]))
            elif name in ("begins", "passes"):
                e["fields"].append(("over", ["yes" if name == "passes" else "no"]))
            elif name == "once":
                e["count"] = 1
            else:
                e["fields"].append((name, self.plain(w.next("value")).split("|")))

    def moment(self, word):
        """A virtual time as the text that JSON has; a quoted one is the start of that text."""
        if isinstance(word, bytes):
            return word.decode()
        us = self.start_us + duration(word)
        then = datetime.datetime.fromtimestamp(us // 10 ** 6, datetime.timezone.utc)
        return then.strftime("%Y-%m-%dT%H:%M:%S") + f".{us % 10 ** 6:06d}Z"

    # Reading

    @staticmethod
    def plain(word):
        return word.decode() if isinstance(word, bytes) else word

    @staticmethod
    def one_of(word, choices):
        if word not in choices:
            raise ScriptError(f"{word!r} is none of {', '.join(choices)}")
        return word

    def heredoc(self, end):
        lines = []
        for line in self.lines:
            self.line += 1
            if line.strip() == end:
                return "".join(lines)
            lines.append(line)
        raise ScriptError(f"no line {end} before the end of the file")

    def statement(self, words):
        w = Words(words)
        first = w.peek()
        method = getattr(self, f"do_{first}", None) if isinstance(first, str) else None
        if first in ("at", "after") and "session" in words:
            words.remove("session")
            self.do_session(w)
        elif first in ("at", "after") and "sweep" in words:
            words.remove("sweep")
            self.do_sweep(w)
        elif method and first not in ("packet",):
            w.next()
            method(w)
        else:
            self.do_packet(w)
        if w.more():
            raise ScriptError(f"{w.peek()!r} after the end of the statement")

    def read(self, lines):
        self.lines = iter(lines)
        for line in self.lines:
            self.line += 1
            words = tokens(line)
            if words:
                self.statement(words)
        if not self.home:
            raise ScriptError("no home")
        if self.in_time:
            self.shots.sort(key=lambda shot: shot[0])
        return self


def read(path):
    """The scenario of a file. ScriptError with file and line."""
    scenario = Scenario(path)
    try:
        with open(path, encoding="utf-8") as f:
            return scenario.read(f)
    except (OSError, ValueError) as e:
        raise ScriptError(f"{path}:{scenario.line}: {e}") from e
