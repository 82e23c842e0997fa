#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may ask: flowd on an address that is not loopback, over TLS, with tokens; and its socket.

usage: test_access.py FLOWD [PART ...]       as root
Every route of the API's own description is asked anonymously and with each role.
"""
import hashlib
import http.client
import json
import os
import re
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import time
import warnings

from contract import Contract
from flowd import Flowd
from netns import PATIENCE, Net, skip_unless_possible
from report import Report
from webclient import Answer

PORT = 7780
ROLES = ("viewer", "operator", "admin")
FORM = "application/x-www-form-urlencoded"


class Bench:
    def __init__(self, net, program, directory):
        self.net, self.report, self.contract = net, Report(), Contract()
        self.state = os.path.join(directory, "state")
        self.words = [program, "-i", "inside", "--home", net.home, "--learn=0s", "--state",
                      self.state, "--verify.source=" + ",".join(net.border_in), "--web.tls",
                      "--web.address", net.border_in[0]]
        self.tokens, self.flowd = {}, None
        self.context = ssl.create_default_context()
        self.context.check_hostname = False

    def start(self):
        self.flowd = Flowd(self.net, self.words).wait_ready()
        self.context.load_verify_locations(os.path.join(self.state, "web", "tls.crt"))
        until = time.time() + PATIENCE
        while self.ask("/healthz").status != 200 and time.time() < until:
            time.sleep(0.05)

    def connect(self, sealed=True):
        sock = self.net.socket("inside", socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(PATIENCE)
        sock.connect((self.net.border_in[0], PORT))
        return self.context.wrap_socket(sock) if sealed else sock

    def ask(self, path, method="GET", body=None, token=None, sock=None, **headers):
        connection = http.client.HTTPConnection("flowd.example")
        connection.sock = sock or self.connect()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = "Bearer " + token
        connection.request(method, path, body, headers)
        answer = Answer(connection.getresponse())
        connection.close()
        if path.startswith("/api/v1/") and not answer.status == 303:
            for said in self.contract.wrong(method, path, answer):
                self.report.check("as described", "", said)
        return answer

    def local(self, path, method="GET", body=None):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(PATIENCE)
        sock.connect(os.path.join(self.state, "web", "api.sock"))
        return self.ask(path, method, body, sock=sock)


def check_first(bench):
    """The first token is said once and is in no file; a second start says none."""
    found = re.findall(r"flowd_[0-9a-f]{64}", bench.flowd.said())
    bench.report.check("first token", 1, len(found))
    bench.tokens["admin"] = found[0]
    answer = bench.ask("/api/v1/session", token=found[0])
    bench.report.check("session", (200, "admin", "first"),
                       (answer.status, answer.json()["role"], answer.json()["name"]))
    kept = b"".join(open(os.path.join(folder, name), "rb").read()
                    for folder, _, names in os.walk(bench.state) for name in names
                    if not stat.S_ISSOCK(os.stat(os.path.join(folder, name)).st_mode))
    bench.report.check("the token is in no file", False, found[0].encode() in kept)
    bench.report.check("its hash is", True, hashlib.sha256(found[0].encode()).digest() in kept)


def check_tokens(bench):
    for role in ROLES[:2]:
        made = bench.ask("/api/v1/tokens", "POST", json.dumps({"name": "for " + role, "role": role}),
                         bench.tokens["admin"])
        bench.report.check("makes " + role, 201, made.status)
        bench.tokens[role] = made.json()["token"]
    wait_tokens(bench, lambda names: "for operator" in names)
    rows = bench.ask("/api/v1/tokens", token=bench.tokens["admin"])
    bench.report.check("tokens", ["first", "for operator", "for viewer"],
                       sorted(row["name"] for row in rows.json()["tokens"]))
    bench.report.check("no secret in it", False, b"flowd_" in rows.body or b"hash" in rows.body)
    for body, pointer in (('{"name": "", "role": "viewer"}', "#/name"),
                          ('{"name": "a<b", "role": "viewer"}', "#/name"),
                          ('{"name": "x", "role": "root"}', "#/role"),
                          ('{"name": "x", "role": "viewer", "days": 0}', "#/days"),
                          ('{"name": "x", "role": "viewer", "more": 1}', "#"), ("[]", "#"),
                          ("", "#"), ("{", "#")):
        answer = bench.ask("/api/v1/tokens", "POST", body, bench.tokens["admin"])
        bench.report.check("refuses " + body, (400, pointer),
                           (answer.status, answer.json()["errors"][0]["pointer"]))
    made = bench.ask("/api/v1/tokens", "POST", '{"name": "gone", "role": "admin", "days": 1}',
                     bench.tokens["admin"]).json()
    bench.tokens["gone"] = made["token"]
    wait_tokens(bench, lambda names: "gone" in names)
    bench.report.check("expires", True, made["expires"] > made["created"])
    gone = bench.ask("/api/v1/tokens/%d" % made["id"], "DELETE", token=bench.tokens["admin"])
    bench.report.check("revokes", 202, gone.status)
    wait_tokens(bench, lambda names: "gone" not in names)
    bench.report.check("revoked", 401, bench.ask("/api/v1/session", token=made["token"]).status)
    answer = bench.ask("/api/v1/tokens/1", "DELETE", token=bench.tokens["admin"])
    bench.report.check("no such token", 404, answer.status)


def wait_tokens(bench, good):
    """Core keeps and forgets a token before web does; asking with a wrong one would be counted."""
    until = time.time() + PATIENCE
    while time.time() < until:
        rows = bench.ask("/api/v1/tokens", token=bench.tokens["admin"]).json()["tokens"]
        if good([row["name"] for row in rows]):
            return
        time.sleep(0.02)


def operations(bench):
    """(path, method, the role it needs or None) of the API's own description."""
    doc = bench.ask("/api/v1/openapi.json", token=bench.tokens["viewer"]).json()
    for path, item in sorted(doc["paths"].items()):
        for method, operation in sorted(item.items()):
            if method in ("get", "post", "put", "patch", "delete"):
                yield path, method.upper(), operation.get("x-role")


def check_roles(bench):
    """Each route with each role; what acts is asked with a body that is refused later."""
    seen = 0
    for path, method, need in operations(bench):
        path = re.sub(r"\{[^}]*\}", "nothing", path)
        seen += 1
        for role in (None,) + ROLES:
            answer = bench.ask(path, "HEAD" if method == "GET" else method,
                               None if method == "GET" else "{", bench.tokens.get(role))
            may = not need or (role and ROLES.index(role) >= ROLES.index(need))
            refused = answer.status in (401, 403)
            bench.report.check("%s %s as %s (%d)" % (method, path, role, answer.status), bool(may),
                               not refused)
            if refused:
                bench.report.check("%s %s as %s" % (method, path, role), 403 if role else 401,
                                   answer.status)
    bench.report.check("routes", True, seen > 25)


# Orders that would be carried out, so that what is wrong is the one field that is made so.
ORDERS = {"assets": {"address": "192.0.2.77"}, "baseline": {"filter": "port 1"}, "learning": {},
          "sweeps": {"prefixes": ["10.77.0.250"]}, "backups": {}, "probing": {"enabled": True},
          "tokens": {"name": "x", "role": "viewer"}}
VALUES = ("<b>", -1, 1e300, 1.5, True, None, [], {}, [[]], "x" * 600)


def is_wrong(bench, schema, value):
    return any(True for _ in bench.contract.validator(schema).iter_errors(value))


def check_fields(bench):
    """Each field of each order with each value that its description forbids, and one that nobody knows."""
    seen = 0
    for name, order in ORDERS.items():
        path = "/api/v1/" + name
        operation = bench.contract.doc["paths"][path]["post"]
        schema = bench.contract.resolve(
            operation["requestBody"]["content"]["application/json"]["schema"])
        wrong = [("#", body) for body in ("{", "[]", "5", '"x"', '{"a":1}x', "[" * 500)]
        wrong += [("#", json.dumps(dict(order, surprise=1)))]
        for field, form in schema["properties"].items():
            wrong += [("#/" + field, json.dumps({**order, field: value})) for value in VALUES
                      if is_wrong(bench, form, value)]
        for pointer, body in wrong:
            answer = bench.ask(path, "POST", body, bench.tokens["admin"])
            said = answer.json().get("errors", [{}])[0].get("pointer") if answer.status == 400 else None
            seen += 1
            bench.report.check("%s %s" % (name, body[:60]), (400, True), (
                answer.status, pointer == "#" and said == "#" or said is not None and
                said.startswith(pointer)))
    bench.report.check("orders that are wrong", True, seen > 150)


def check_questions(bench):
    """Each parameter of each question with values that its description forbids."""
    seen = 0
    for path, item in sorted(bench.contract.doc["paths"].items()):
        if path in ("/login", "/metrics", "/healthz", "/api/v1/stream") or "get" not in item:
            continue
        place = re.sub(r"\{[^}]*\}", "1", path)
        forms = {one["name"]: bench.contract.resolve(one["schema"])
                 for one in map(bench.contract.resolve, item["get"].get("parameters", []))
                 if one["in"] == "query"}
        wrong = [(name, value) for name, form in forms.items() for value in
                 ("x", "-1", "1.5", "0x10", "99999999999999999999", "<b>", "")
                 if "enum" in form and value not in form["enum"] or form.get("type") == "integer"]
        for name, value in wrong:
            answer = bench.ask("%s?%s=%s" % (place, name, value), token=bench.tokens["admin"])
            seen += 1
            bench.report.check("%s?%s=%s" % (place, name, value), (400, name),
                               (answer.status, answer.json().get("parameter")))
    bench.report.check("questions that are wrong", True, seen > 100)


def check_session(bench):
    """A person logs in; what acts needs the session's own word."""
    page = bench.ask("/login")
    bench.report.check("login page", (200, True), (page.status, b"<form" in page.body))
    sent = bench.ask("/", Accept="text/html")
    bench.report.check("sent to it", (303, "/login"), (sent.status, sent.headers["Location"]))
    wrong = bench.ask("/login", "POST", "token=nothing", Content_Type=FORM)
    bench.report.check("wrong token", (303, "/login#again", None),
                       (wrong.status, wrong.headers["Location"], wrong.headers["Set-Cookie"]))
    answer = bench.ask("/login", "POST", "x=1&token=%s&y" % bench.tokens["operator"].replace(
        "_", "%5F"), Content_Type=FORM)
    cookie = answer.headers["Set-Cookie"] or ""
    bench.report.check("logged in", (303, "/"), (answer.status, answer.headers["Location"]))
    bench.report.check("cookie", True, all(word in cookie for word in (
        "HttpOnly", "SameSite=Strict", "Secure", "Path=/")))
    cookie = cookie.split(";")[0]
    page = bench.ask("/", Cookie=cookie)
    bench.report.check("the page", 200, page.status)
    session = bench.ask("/api/v1/session", Cookie=cookie).json()
    bench.report.check("role", "operator", session["role"])
    path = "/api/v1/services/192.0.2.1-tcp-1/verify"
    for headers, status in (({}, 403), ({"X_CSRF_Token": "0" * 32}, 403),
                            ({"X_CSRF_Token": session["csrf"]}, 404),
                            ({"X_CSRF_Token": session["csrf"], "Origin": "https://evil.example"},
                             403),
                            ({"X_CSRF_Token": session["csrf"],
                              "Origin": "https://flowd.example"}, 404)):
        answer = bench.ask(path, "POST", Cookie=cookie, **headers)
        bench.report.check("acts with %s" % headers, status, answer.status)
    answer = bench.ask("/logout", "POST", Cookie=cookie, X_CSRF_Token=session["csrf"])
    bench.report.check("logged out", 303, answer.status)
    bench.report.check("no session any more", 401,
                       bench.ask("/api/v1/session", Cookie=cookie).status)


def check_socket(bench):
    path = os.path.join(bench.state, "web", "api.sock")
    bench.report.check("mode", 0o660, stat.S_IMODE(os.stat(path).st_mode))
    session = bench.local("/api/v1/session")
    bench.report.check("socket", (200, "admin"), (session.status, session.json()["role"]))
    made = bench.local("/api/v1/tokens", "POST", '{"name": "by socket", "role": "viewer"}')
    bench.report.check("makes a token", 201, made.status)


def check_tls(bench):
    sock = bench.connect()
    bench.report.check("version", "TLSv1.3", sock.version())
    sock.close()
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    plain = bench.connect(sealed=False)
    try:
        old.wrap_socket(plain)
        said = "taken"
    except (ssl.SSLError, OSError):
        said = "refused"
    bench.report.check("TLS 1.1", "refused", said)
    key = os.stat(os.path.join(bench.state, "web", "tls.key"))
    bench.report.check("the key is nobody else's", 0o600, stat.S_IMODE(key.st_mode))


def check_restart(bench):
    """The same certificate, the same tokens; none is said."""
    with open(os.path.join(bench.state, "web", "tls.crt")) as file:
        before = file.read()
    bench.flowd.end()
    bench.start()
    with open(os.path.join(bench.state, "web", "tls.crt")) as file:
        bench.report.check("same certificate", before, file.read())
    bench.report.check("says no token", [], re.findall("flowd_[0-9a-f]+", bench.flowd.said()))
    for role in ROLES:
        answer = bench.ask("/api/v1/session", token=bench.tokens[role])
        bench.report.check("still " + role, (200, role), (answer.status, answer.json().get("role")))


def check_refused(bench):
    """What would let in anybody does not even start."""
    for words, said in ((("--web.address=0.0.0.0", "--no-web.tls"), "over TLS only: set web.tls"),
                        (("--web.auth=off",), "off is for loopback addresses only"),
                        (("--web.certificate=/x",), "goes with web.key")):
        done = subprocess.run(bench.words + list(words) + ["-n"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, universal_newlines=True,
                              timeout=PATIENCE)
        bench.report.check("refuses %s: %s" % (words, done.stdout), (True, True),
                           (done.returncode != 0, said in done.stdout))


def check_guessing(bench):
    """The last part: after it the address has to wait."""
    codes = [bench.ask("/api/v1/session", token="flowd_%064x" % i).status for i in range(14)]
    bench.report.check("wrong ones first", 401, codes[0])
    bench.report.check("then not at all", 429, codes[-1])
    bench.report.check("not even with a right one", 429,
                       bench.ask("/api/v1/session", token=bench.tokens["admin"]).status)


PARTS = (check_first, check_tokens, check_roles, check_fields, check_questions, check_session, check_socket, check_tls,
         check_restart, check_refused, check_guessing)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    skip_unless_possible()
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, os.path.abspath(sys.argv[1]), directory)
        bench.start()
        for part in PARTS:
            part(bench)
        status, _ = bench.flowd.end()
        bench.report.check("end", 0, status)
        print(bench.flowd.said() if bench.report.failed else "", end="")
        return bench.report.end()


sys.exit(main())
