# SPDX-License-Identifier: Apache-2.0
"""Alerts to real servers: rsyslog, nats-server, a mail server, librdkafka's mock cluster, files.

    test_sinks.py FLOWD LETTERS KAFKA_MOCK [PART...]

Parts are the names of the functions that main() calls, without check_; default: all. A part whose
server is not installed says so. Needs root, iproute2 and openssl.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from netns import Net, skip_unless_possible
from report import Report
from sinks import HERE, certificate, start, wait_for, write_config

COUNT = 60


class Bench:
    def __init__(self, net, words, directory):
        self.net, self.directory = net, directory
        self.program, self.filler, self.mock = (os.path.abspath(word) for word in words)
        self.report, self.skipped = Report(), 0

    def path(self, name):
        return os.path.join(self.directory, name)

    def folder(self, name):
        path = self.path(name)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, 0o777)
        certificate(path)
        return path

    def start(self, name, sinks, fill=True):
        if fill:
            subprocess.run([self.filler, self.path(name + ".state"), str(COUNT)] + list(sinks),
                           check=True)
            shutil.copytree(self.path(name + ".state"), self.path(name + ".before"))
        write_config(self.path(name + ".yaml"), sinks)
        return start(self.net, self.program, self.path(name + ".yaml"), self.path(name + ".state"))

    def repeat(self, name, sinks):
        """Puts the store back to before anything was handed over, and hands it all over once more."""
        shutil.rmtree(self.path(name + ".state"))
        shutil.copytree(self.path(name + ".before"), self.path(name + ".state"))
        flowd = self.start(name, sinks, fill=False)

        def row():
            said = self.net.run("border", ["curl", "-s", "http://127.0.0.1:7780/api/v1/sinks"],
                                check=False).stdout
            return next(iter(json.loads(said or "{}").get("sinks", [])), {})
        wait_for(lambda: row().get("delivered", 0) >= COUNT and not row().get("waiting"))
        self.report.check(name + ": all is handed over again", True, row().get("delivered", 0) >= COUNT)
        return flowd

    def end(self, flowd, what):
        self.report.check(what + ": exit status", 0, flowd.end()[0])

    def has(self, program):
        if shutil.which(program):
            return True
        print("%s is not installed: not tested" % program)
        self.skipped += 1
        return False


def lines(path):
    try:
        with open(path) as file:
            return [line for line in file if line.endswith("\n")]
    except FileNotFoundError:
        return []


def numbers(texts):
    return [int(re.search(r"[0-9a-f]{16}-(\d+)", text)[1]) for text in texts
            if re.search(r"[0-9a-f]{16}-(\d+)", text)]


WANT = list(range(1, COUNT + 1))


def check_file(bench):
    """Each alert once, through kills and half a line; old files are kept as said."""
    folder = bench.folder("file")
    path = os.path.join(folder, "alerts.json")
    sinks = {"file": {"kind": "file", "url": path, "rotate_size": "8k", "rotate_keep": 9}}
    flowd = bench.start("file", sinks)
    for _ in range(2):
        time.sleep(0.05)
        flowd.end(signal.SIGKILL)
        with open(path, "ab") as file:  # what a kill in the middle of a line leaves
            file.write(b'{"id":"0123')
        flowd = bench.start("file", sinks, fill=False)

    def every():
        names = [path + ".%d" % i for i in range(9, 0, -1)] + [path]
        return [line for name in names for line in lines(name)]
    wait_for(lambda: len(every()) >= COUNT)
    bench.report.check("file: each once, in order", WANT, [json.loads(x)["number"] for x in every()])
    bench.report.check("file: it begins anew", True, os.path.getsize(path) <= 8192 and
                       os.path.exists(path + ".1"))
    flowd.end(signal.SIGKILL)
    flowd = bench.repeat("file", sinks)
    bench.report.check("file: none a second time", WANT, [json.loads(x)["number"] for x in every()])
    bench.end(flowd, "file")


def check_mail(bench):
    folder = bench.folder("mail")
    server = bench.net.start("border", [sys.executable, "-B", os.path.join(HERE, "mailbox.py"),
                                        folder, "2525"])
    flowd = bench.start("mail", {"mail": {
        "kind": "mail", "url": "smtp://127.0.0.1:2525", "ca_file": folder + "/cert.pem",
        "from": "flowd@example.org", "to": "soc@example.org, noc@example.org", "batch": 20}})
    wait_for(lambda: len(numbers("".join(lines(folder + "/mails")).split("id:"))) >= COUNT, 20)
    mails = [json.loads(line) for line in lines(folder + "/mails")]
    data = "".join(mail["data"] for mail in mails)
    found = [int(n) for n in re.findall(r"id: +[0-9a-f]{16}-(\d+)", data)]
    bench.report.check("mail: every alert", WANT, found)
    bench.report.check("mail: over TLS, to both", {(True, ("soc@example.org", "noc@example.org"))},
                       {(mail["tls"], tuple(mail["to"])) for mail in mails})
    bench.report.check("mail: subject", True, "Subject: [flowd] high: new: ssh on 10.1.0.0" in data)
    bench.end(flowd, "mail")
    bench.net.stop(server)


def check_syslog(bench):
    if not bench.has("rsyslogd"):
        return
    folder = bench.folder("syslog")
    with open(folder + "/rsyslog.conf", "w") as file:
        file.write("""
global(workDirectory="%(f)s" DefaultNetstreamDriverCAFile="%(f)s/cert.pem"
       DefaultNetstreamDriverCertFile="%(f)s/cert.pem" DefaultNetstreamDriverKeyFile="%(f)s/key.pem"
       maxMessageSize="16k")
module(load="imudp")
module(load="imtcp")
template(name="all" type="string" string="%%syslogseverity%% %%app-name%% %%msgid%% %%msg%%\\n")
ruleset(name="udp") { action(type="omfile" file="%(f)s/udp" template="all") }
ruleset(name="tcp") { action(type="omfile" file="%(f)s/tcp" template="all") }
ruleset(name="tls") { action(type="omfile" file="%(f)s/tls" template="all") }
input(type="imudp" port="5514" address="127.0.0.1" ruleset="udp")
input(type="imtcp" port="5515" address="127.0.0.1" ruleset="tcp")
input(type="imtcp" port="5516" address="127.0.0.1" ruleset="tls" streamdriver.name="ossl"
      streamdriver.mode="1" streamdriver.authmode="anon")
""" % {"f": folder})
    server = bench.net.start("border", ["rsyslogd", "-n", "-f", folder + "/rsyslog.conf", "-i",
                                        folder + "/pid"])
    time.sleep(1)
    flowd = bench.start("syslog", {
        "udp": {"kind": "syslog", "url": "udp://127.0.0.1:5514", "form": "cef"},
        "tcp": {"kind": "syslog", "url": "tcp://127.0.0.1:5515", "form": "plain", "batch": 10},
        "tls": {"kind": "syslog", "url": "tls://127.0.0.1:5516", "batch": 10,
                "ca_file": folder + "/cert.pem"}})
    for name in ("udp", "tcp", "tls"):
        wait_for(lambda: len(lines(folder + "/" + name)) >= COUNT, 15)  # pylint: disable=cell-var-from-loop
        got = lines(folder + "/" + name)
        bench.report.check("syslog over %s: every alert" % name, WANT, numbers(got))
        bench.report.check("syslog over %s: head" % name, ["3 flowd new"] * len(got),
                           [" ".join(line.split()[:3]) for line in got])
    bench.end(flowd, "syslog")
    bench.net.stop(server)


def check_nats(bench):
    if not bench.has("nats-server"):
        return
    folder = bench.folder("nats")
    server = bench.net.start("border", ["nats-server", "-js", "-sd", folder, "-a", "127.0.0.1", "-p",
                                        "4333"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    sinks = {"nats": {"kind": "nats", "url": "nats://127.0.0.1:4333", "topic": "flowd.alerts",
                      "batch": 20}}
    flowd = bench.start("nats", sinks)
    talk = Nats(bench, folder)
    # Alerts wait until somebody has made a stream for them.
    bench.report.check("nats: stream", True, talk.make_stream())
    wait_for(lambda: talk.messages() >= COUNT, every=0.3)
    flowd.end(signal.SIGKILL)
    # The server knows what it has by the id of each message.
    flowd = bench.repeat("nats", sinks)
    bench.report.check("nats: each once", COUNT, talk.messages())
    bench.end(flowd, "nats")
    bench.net.stop(server)


class Nats:
    """A few words of its protocol, by a program in the namespace."""
    PROGRAM = """
import socket, sys
s = socket.create_connection(("127.0.0.1", 4333)); f = s.makefile("rb"); f.readline()
body = sys.argv[2].encode()
s.sendall(b'CONNECT {"verbose":false}\\r\\nSUB _I.1 1\\r\\nPUB %s _I.1 %d\\r\\n%s\\r\\nPING\\r\\n'
          % (sys.argv[1].encode(), len(body), body))
for line in f:
    if line.startswith(b"MSG"):
        print(f.readline().decode()); break
"""

    def __init__(self, bench, folder):
        self.bench, self.folder = bench, folder

    def ask(self, subject, body):
        done = self.bench.net.run("border", [sys.executable, "-c", self.PROGRAM,
                                             "$JS.API." + subject, body], check=False, timeout=5)
        return json.loads(done.stdout) if done.stdout else {}

    def make_stream(self):
        want = json.dumps({"name": "A", "subjects": ["flowd.alerts"], "storage": "file",
                           "retention": "limits", "max_consumers": -1, "num_replicas": 1})
        return bool(wait_for(lambda: self.ask("STREAM.CREATE.A", want).get("config")))

    def messages(self):
        return self.ask("STREAM.INFO.A", "").get("state", {}).get("messages", 0)


def check_kafka(bench):
    mock = bench.net.start("border", [bench.mock, "flowd.alerts"], stdout=subprocess.PIPE,
                           universal_newlines=True)
    brokers = mock.stdout.readline().strip()
    flowd = bench.start("kafka", {"kafka": {"kind": "kafka", "url": "kafka://" + brokers,
                                            "batch": 20}})
    got = []
    while len(got) < COUNT:
        line = mock.stdout.readline()
        if not line:
            break
        got.append(line.rstrip("\n").split("\t"))
    bench.report.check("kafka: every alert", WANT, sorted(numbers(row[1] for row in got)))
    bench.report.check("kafka: keys", True, all(row[0].endswith("-tcp-%d" % json.loads(row[2])["port"])
                                                for row in got))
    bench.end(flowd, "kafka")
    bench.net.stop(mock)


class Login:
    """What a Kafka broker is told by who logs in; more than that it does not know. (Debian has no broker, and
    librdkafka's own mock lets everybody in.)"""
    PROGRAM = """
import socket, struct, sys
server = socket.create_server(("127.0.0.1", 9093)); print("ready", flush=True)
while True:
    client, _ = server.accept(); f = client.makefile("rb"); mechanism = None
    while True:
        head = f.read(4)
        if len(head) < 4:
            break
        body = f.read(struct.unpack(">i", head)[0])
        key, version, number = struct.unpack(">hhi", body[:8])
        rest = body[10 + max(struct.unpack(">h", body[8:10])[0], 0):]
        keys = ((0, 0, 7), (3, 0, 4), (17, 0, 1), (18, 0, 0), (36, 0, 0))
        if key == 18:
            said = struct.pack(">hi", 35 if version else 0, len(keys)) + b"".join(
                struct.pack(">hhh", *row) for row in keys)
        elif key == 17:
            name = rest[2:2 + struct.unpack(">h", rest[:2])[0]]
            said = struct.pack(">hih", 0, 1, len(name)) + name
            mechanism = name.decode()
        elif key == 36:
            print(mechanism, rest[4:].replace(b"\\0", b"|").decode(), flush=True)
            break
        else:
            break
        client.sendall(struct.pack(">ii", 4 + len(said), number) + said)
    client.close()
"""


def check_kafka_login(bench):
    broker = bench.net.start("border", [sys.executable, "-c", Login.PROGRAM],
                             stdout=subprocess.PIPE, universal_newlines=True)
    bench.report.check("kafka: broker", "ready", broker.stdout.readline().strip())
    password = os.path.join(bench.folder("login"), "password")
    with open(password, "w") as file:
        file.write("sesame\n")
    names = {"PLAIN": r"\|ann\|sesame", "SCRAM-SHA-256": "n,,n=ann,r=.+",
             "SCRAM-SHA-512": "n,,n=ann,r=.+"}
    flowd = bench.start("login", {name.lower(): {
        "kind": "kafka", "url": "kafka://127.0.0.1:9093", "user": "ann", "password_file": password,
        "mechanism": name} for name in names})
    got = {}
    while set(got) != set(names):
        line = broker.stdout.readline()
        if not line:
            break
        got.setdefault(*line.rstrip("\n").split(" ", 1))
    for name, said in names.items():
        bench.report.check("kafka by " + name, True, bool(re.fullmatch(said, got.get(name, ""))))
    bench.end(flowd, "kafka login")
    bench.net.stop(broker)


def main():
    skip_unless_possible("openssl", "curl")
    parts = sys.argv[4:] or ["file", "mail", "syslog", "nats", "kafka", "kafka_login"]
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, sys.argv[1:4], directory)
        for part in parts:
            globals()["check_" + part](bench)
    return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
