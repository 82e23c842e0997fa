# SPDX-License-Identifier: Apache-2.0
"""Alerts by mail to a real mail server: Postfix with TLS, whose users log in by way of Dovecot.

    test_mail.py FLOWD LETTERS

Each kind of logging in that the two offer has a port of its own. Needs root, iproute2, openssl, postfix and
dovecot-core; what is not there is said.
"""
import glob
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time

from netns import Net, skip_unless_possible
from report import Report
from sinks import certificate, start, wait_for, write_config

COUNT = 30
# The server's only offer, and whether libcurl as Debian builds it takes it: it has no SCRAM, and does not read
# Dovecot's DIGEST-MD5 (which RFC 6331 does away with).
MECHANISMS = {"plain": True, "login": True, "cram-md5": True, "digest-md5": False,
              "scram-sha-1": False, "scram-sha-256": False}
FIRST = 2501
WRAPPED, SMALL = 2465, 2480
MAIN = """\
compatibility_level = 3.6
queue_directory = %(f)s/queue
data_directory = %(f)s/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = %(f)s/postfix.log
maillog_file_prefixes = /tmp
myhostname = mx.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
virtual_mailbox_domains = example.org
virtual_mailbox_base = %(f)s/mail
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:%(uid)d
virtual_gid_maps = static:%(gid)d
virtual_minimum_uid = 1
smtpd_tls_cert_file = %(f)s/cert.pem
smtpd_tls_key_file = %(f)s/key.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_received_header = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = %(f)s/auth
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_client_connection_count_limit = 0
"""
MASTER = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
127.0.0.1:%(wrapped)d inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
127.0.0.1:%(small)d inet n - n - - smtpd
  -o message_size_limit=%(limit)d -o mailbox_size_limit=0 -o virtual_mailbox_limit=0
"""
DOVECOT = """\
base_dir = %(f)s/dovecot
log_path = %(f)s/dovecot.log
protocols =
ssl = no
auth_mechanisms = %(mechanisms)s
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
passdb {
  driver = passwd-file
  args = scheme=PLAIN %(f)s/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}
service auth {
  unix_listener %(f)s/auth {
    mode = 0666
  }
}
service stats {
  client_limit = 100
}
"""
LIMIT = 4000  # bytes of a mail at the port SMALL


def write(folder, name, text, mode=0o644):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


class Mails:
    """Postfix and Dovecot in the border's namespace, with all they have in one folder."""

    def __init__(self, net, folder):
        self.net, self.folder = net, folder
        owner = pwd.getpwnam("nobody")
        fill = {"f": folder, "uid": owner.pw_uid, "gid": owner.pw_gid, "wrapped": WRAPPED,
                "small": SMALL, "limit": LIMIT, "mechanisms": " ".join(MECHANISMS)}
        certificate(folder)
        for name in ("queue", "data", "mail"):
            os.mkdir(os.path.join(folder, name), 0o755)
        shutil.chown(os.path.join(folder, "mail"), owner.pw_uid, owner.pw_gid)
        shutil.chown(os.path.join(folder, "data"), "postfix")
        ports = "".join("127.0.0.1:%d inet n - n - - smtpd\n  -o smtpd_sasl_mechanism_filter=%s\n"
                        % (FIRST + i, name) for i, name in enumerate(MECHANISMS))
        write(folder, "postfix/main.cf", MAIN % fill)
        write(folder, "postfix/master.cf", MASTER % fill + ports)
        write(folder, "users", "flowd:{PLAIN}sesame open::::::\n", 0o644)
        config = write(folder, "dovecot.conf", DOVECOT % fill)
        self.running = [net.start("border", ["dovecot", "-F", "-c", config]),
                        net.start("border", ["postfix", "-c", os.path.join(folder, "postfix"),
                                             "start-fg"], stdout=subprocess.DEVNULL)]

    def ready(self):
        return wait_for(lambda: self.net.run("border", [
            sys.executable, "-c", "import socket; socket.create_connection(('127.0.0.1', %d), 1)" %
            WRAPPED], check=False).returncode == 0, 20, 0.2)

    def texts(self):
        texts = []
        for path in glob.glob(os.path.join(self.folder, "mail/box/new/*")):
            with open(path, errors="replace") as file:
                texts.append(file.read())
        return texts

    def said(self):
        text = ""
        for name in ("postfix.log", "dovecot.log"):
            if os.path.exists(os.path.join(self.folder, name)):
                with open(os.path.join(self.folder, name)) as file:
                    text += file.read()
        return text

    def stop(self):
        for process in self.running:
            self.net.stop(process)


def of(texts, name):
    """The mails that a receiver sent."""
    return [text for text in texts if "From: flowd <%s@" % name in text]


def numbers(texts):
    return sorted(int(n) for text in texts for n in re.findall(r"^id: +[0-9a-f]{16}-(\d+)", text, re.M))


def sinks_of(folder):
    common = {"kind": "mail", "to": "soc@example.org", "user": "flowd", "batch": 10,
              "ca_file": os.path.join(folder, "cert.pem"),
              "password_file": os.path.join(folder, "password")}
    sinks = {name: dict(common, url="smtp://127.0.0.1:%d" % (FIRST + i))
             for i, name in enumerate(MECHANISMS)}
    sinks["wrapped"] = dict(common, url="smtps://127.0.0.1:%d" % WRAPPED)
    sinks["small"] = dict(common, url="smtp://127.0.0.1:%d" % SMALL, batch=30)
    for name, options in sinks.items():
        options["from"] = name + "@example.org"
    return sinks


def rows(net):
    got = net.run("border", ["curl", "-s", "http://127.0.0.1:7780/api/v1/sinks"]).stdout
    return {row["name"]: row for row in json.loads(got)["sinks"]}


def said(got):
    return {name: (row["delivered"], row["waiting"]) for name, row in got.items()}


def check(net, report, words, directory):
    folder = os.path.join(directory, "mail")
    os.mkdir(folder, 0o755)
    write(folder, "password", "sesame open\n", 0o600)
    mails = Mails(net, folder)
    report.check("postfix listens", True, mails.ready())
    sinks = sinks_of(folder)
    state, config = os.path.join(directory, "state"), os.path.join(directory, "flowd.yaml")
    subprocess.run([words[1], state, str(COUNT)] + list(sinks), check=True)
    write_config(config, sinks)
    flowd = start(net, words[0], config, state)
    able = [name for name in sinks if MECHANISMS.get(name, True)]
    want = list(range(1, COUNT + 1))
    wait_for(lambda: all(numbers(of(mails.texts(), name)) == want for name in able), 40, 0.3)
    texts = mails.texts()
    for name in able:
        report.check(name + ": every alert, once", want, numbers(of(texts, name)))
    report.check("many in a mail", True, 3 <= len(of(texts, "plain")) <= 6)
    report.check("one too large becomes several", True, len(of(texts, "small")) > 3 and
                 all(len(text) < LIMIT + 1000 for text in of(texts, "small")))
    report.check("over TLS", True, bool(texts) and all("TLSv1." in text for text in texts))
    report.check("logged in as said", {name for name in MECHANISMS if MECHANISMS[name]}, {
        word.lower() for word in re.findall(r"sasl_method=([A-Z0-9-]+)", mails.said())})
    counts = {name: (COUNT, 0) if name in able else (0, COUNT) for name in sinks}
    wait_for(lambda: counts == said(rows(net)), 15, 0.3)
    got = rows(net)
    report.check("none is lost", counts, said(got))
    report.check("who cannot log in says why", {name: name in able for name in sinks},
                 {name: not got.get(name, {}).get("error") for name in sinks})
    if report.failed:
        print(mails.said()[-3000:], flowd.said()[-3000:])
    report.check("exit status", 0, flowd.end()[0])
    mails.stop()


def main():
    skip_unless_possible("openssl", "curl", "postfix", "dovecot")
    report = Report()
    words = [os.path.abspath(word) for word in sys.argv[1:3]]
    with tempfile.TemporaryDirectory(dir="/tmp") as directory, Net() as net:
        os.chmod(directory, 0o755)
        check(net, report, words, directory)
        time.sleep(0.2)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
