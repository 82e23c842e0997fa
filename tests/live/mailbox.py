# SPDX-License-Identifier: Apache-2.0
"""A small mail server (RFC 5321) with STARTTLS (RFC 3207), as a program: mails are files.

    mailbox.py FOLDER PORT

FOLDER has cert.pem and key.pem; each mail is a line of FOLDER/mails: {"from", "to", "tls", "data"}.
Mail without TLS is refused.
"""
import json
import os
import socketserver
import ssl
import sys


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")
        self.wfile.flush()

    def start_tls(self):
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")

    def take_data(self, mail):
        lines = []
        for line in iter(self.rfile.readline, b".\r\n"):
            lines.append(line[1:] if line.startswith(b".") else line)
        mail["data"] = b"".join(lines).decode()
        with open(os.path.join(self.server.folder, "mails"), "a") as file:
            file.write(json.dumps(mail) + "\n")

    def handle(self):
        mail, tls = {"to": []}, False
        self.say("220 localhost ESMTP")
        for line in self.rfile:
            words = line.decode("ascii", "replace").strip()
            verb = words[:4].upper()
            if verb == "EHLO":
                self.say("250-localhost" if not tls else "250 localhost")
                if not tls:
                    self.say("250 STARTTLS")
            elif verb == "STAR":
                self.say("220 go on")
                self.start_tls()
                tls = True
                return self.talk(mail)
            elif verb == "QUIT":
                self.say("221 bye")
                return None
            else:
                self.say("530 with TLS only")
        return None

    def talk(self, mail):
        for line in self.rfile:
            words = line.decode("ascii", "replace").strip()
            verb = words[:4].upper()
            if verb == "MAIL":
                mail = {"from": words.split("<")[1].split(">")[0], "to": [], "tls": True}
            elif verb == "RCPT":
                mail["to"].append(words.split("<")[1].split(">")[0])
            elif verb == "DATA":
                self.say("354 go on")
                self.take_data(mail)
            self.say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                return


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True

    def __init__(self, folder, port):
        super().__init__(("127.0.0.1", port), Session)
        self.folder = folder
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(os.path.join(folder, "cert.pem"),
                                     os.path.join(folder, "key.pem"))


if __name__ == "__main__":
    Server(sys.argv[1], int(sys.argv[2])).serve_forever()
