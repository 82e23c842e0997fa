# SPDX-License-Identifier: Apache-2.0
"""A receiver of webhooks over HTTPS, as a program: what it was sent is a file.

    receiver.py FOLDER PORT [SECRET]

FOLDER has cert.pem and key.pem; each request is a line of FOLDER/seen, written before it is
answered: {"at": seconds, "path", "key", "signed", "body"}. What FOLDER/mode says decides the answer:
a status, "hang", "reset", "long" (an answer without end), "redirect"; or "BODY text" for status 200
with this body. Empty: 200. "refuse NUMBER" answers 422 to whatever holds that alert, else 200.
"""
import hashlib
import hmac
import http.server
import json
import os
import socket
import ssl
import sys
import threading
import time


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    wbufsize = 65536

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, *unused):
        pass

    def signed(self, body):
        said = self.headers.get("X-Flowd-Signature")
        if not said or not self.server.secret:
            return None
        parts = dict(part.split("=", 1) for part in said.split(","))
        mac = hmac.new(self.server.secret, parts["t"].encode() + b"." + body, hashlib.sha256)
        return hmac.compare_digest(mac.hexdigest(), parts["v1"]) and \
            abs(time.time() - int(parts["t"])) < 60

    def note(self, body):
        line = json.dumps({"at": time.time(), "path": self.path, "signed": self.signed(body),
                           "key": self.headers.get("Idempotency-Key"),
                           "agent": self.headers.get("User-Agent"),
                           "authorization": self.headers.get("Authorization"),
                           "body": body.decode("utf-8", "replace")}) + "\n"
        with self.lock:
            os.write(self.server.seen, line.encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) < int(self.headers["Content-Length"]):  # who sent it was killed
            self.close_connection = True
            return
        mode = self.server.mode()
        if mode == "hang":
            time.sleep(3600)
        if mode == "reset":
            self.connection.close()
            return
        status, text = 200, b"ok"
        if mode.startswith("BODY "):
            text = mode[5:].encode()
        elif mode.startswith("refuse "):
            letters = json.loads(body)
            letters = letters if isinstance(letters, list) else [letters]
            if any(letter["number"] == int(mode[7:]) for letter in letters):
                status = 422
        elif mode == "redirect":
            status = 307
        elif mode == "long":
            text = b"x" * (1 << 20)
        elif mode:
            status = int(mode)
        if status < 300:
            self.note(body)
        self.send_response(status)
        if mode == "redirect":
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        self.wfile.flush()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder, port, secret):
        self.folder, self.secret = folder, secret
        self.seen = os.open(os.path.join(folder, "seen"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        super().__init__(("127.0.0.1", port), Receiver)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem"))
        self.socket = context.wrap_socket(self.socket, server_side=True,
                                          do_handshake_on_connect=False)

    def mode(self):
        try:
            with open(os.path.join(self.folder, "mode")) as file:
                return file.read().strip()
        except FileNotFoundError:
            return ""

    def handle_error(self, *unused):
        pass


if __name__ == "__main__":
    Server(sys.argv[1], int(sys.argv[2]),
           sys.argv[3].encode() if len(sys.argv) > 3 else b"").serve_forever()
