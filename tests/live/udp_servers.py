# SPDX-License-Identifier: Apache-2.0
"""Small servers over UDP, each as its specification wants it, on both address families.

    udp_servers.py HABIT:PORT...

Each habit is a function below: question in, answers out. "late" keeps silent until it has been
asked twice; "mute" for ever. Prints "ready" when all of them listen.
"""
import socket
import struct
import sys
import threading
import time


def dns(question):
    """BIND's word for version.bind, and no recursion."""
    head = question[:2] + struct.pack(">HHHHH", 0x8400, 1, 1, 0, 0)
    end = question.index(b"\0", 12) + 5
    if b"version" not in question:
        return [question[:2] + struct.pack(">HHHHH", 0x8105, 1, 0, 0, 0) + question[12:end]]
    text = b"9.18.28-1~deb12u2-Debian"
    return [head + question[12:end] + b"\xc0\x0c" + struct.pack(">HHIH", 16, 3, 0, len(text) + 1)
            + bytes([len(text)]) + text]


def ntp(question):
    if question[0] & 7 == 3:
        return [b"\x24\x02\x06\xe9" + bytes(8) + b"\x0a\0\0\1" + bytes(8) + question[40:48]
                + bytes(16)]
    if question[0] & 7 == 6:
        text = (b'version="ntpd 4.2.8p15@1.3728-o Wed Sep 23 11:46:38 UTC 2020 (1)", '
                b'processor="x86_64", system="Linux/5.10.0", leap=0\r\n')
        return [b"\x16\x82" + question[2:4] + bytes(6) + struct.pack(">H", len(text)) + text]
    part = struct.pack(">BBBBHH", 0x97, 0, 3, 42, 6, 72) + bytes(432)
    return [part] * 10


def ipmi(question):
    if question[3] == 6:
        return [b"\6\0\xff\6\0\0\x11\xbe\x40" + question[9:10] + b"\0\x10" + bytes(16)]
    return [b"\6\0\xff\7" + bytes(9) + b"\x10\x81\x1c\x63\x20\0\x38\0\1\x95\5\2\0\0\0\0\0"]


def ike(question):
    skip = 4 if question[:4] == bytes(4) else 0
    body = question[skip:]
    note = b"\0\0\0\x08\0\0\0\x0e"
    return [question[:skip] + body[:8] + b"responder"[:8] + b"\x29" + body[17:18] + body[18:19]
            + b"\x20\0\0\0\0" + struct.pack(">I", 28 + len(note)) + note]


def quic(question):
    assert len(question) == 1200
    theirs, ours = question[6:14], question[15:23]
    return [b"\x80\0\0\0\0\x08" + ours + b"\x08" + theirs + struct.pack(">II", 1, 0xff00001d)]


def openvpn(question):
    if question[0] != 0x38:
        return []
    return [b"\x40" + b"server-1" + b"\1\0\0\0\0" + question[1:9] + bytes(4)]


def stun(question):
    name = b"Coturn-4.5.2 'dan Eider'"
    return [b"\1\1" + struct.pack(">H", 4 + len(name)) + question[4:20]
            + struct.pack(">HH", 0x8022, len(name)) + name]


def dtls(question):
    cookie = b"cookie"
    body = b"\xfe\xff" + bytes([len(cookie)]) + cookie
    hello = b"\3" + struct.pack(">I", len(body))[1:] + b"\0\0\0\0\0" + struct.pack(
        ">I", len(body))[1:] + body
    return [b"\x16\xfe\xff" + bytes(8) + struct.pack(">H", len(hello)) + hello]


def rpcbind(question):
    rows = [(100000, 2, 17, 111), (100003, 3, 6, 2049)]
    return [question[:4] + struct.pack(">IIIII", 1, 0, 0, 0, 0)
            + b"".join(struct.pack(">IIIII", 1, *row) for row in rows) + bytes(4)]


def snmp(question):
    """Version 3 only: whoever knows no user hears whose engine this is."""
    if question[4] != 3:
        return []
    engine = bytes.fromhex("80001f8804666c6f7764")
    security = b"\4\x0a" + engine + b"\2\1\5\2\2\1\x2c\4\0\4\0\4\0"
    security = b"\x30" + bytes([len(security)]) + security
    report = b"\x30\x0f\4\0\4\0\xa8\x09\2\1\1\2\1\0\2\1\0"
    body = b"\2\1\3\x30\x11" + question[7:13] + b"\2\3\0\xff\xe3\4\1\0\2\1\3" + b"\4" + bytes(
        [len(security)]) + security + report
    return [b"\x30" + bytes([len(body)]) + body]


def sip(question):
    assert b"\r\nUser-Agent: flowd\r\n" in question
    return [b"SIP/2.0 200 OK\r\nServer: Asterisk PBX 18.9.0\r\nContent-Length: 0\r\n\r\n"]


def ssdp(question):
    answer = (b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nSERVER: Linux/5.10 UPnP/1.1 "
              b"MiniUPnPd/2.2.3\r\nLOCATION: http://10.77.0.2:5000/rootDesc.xml\r\n\r\n")
    return [answer] * (20 if b"ssdp:all" in question else 1)


def coap(question):
    return [b"\x60\x45" + question[2:4] + b"\xc0\xff</light>;rt=\"lamp\""]


def netbios(question):
    names = (b"FILESERVER     \0\x04\0" + b"WORKGROUP      \0\x84\0")
    data = b"\2" + names + b"\x52\x54\0\1\2\3" + bytes(40)
    return [question[:2] + struct.pack(">HHHHH", 0x8400, 0, 1, 0, 0) + question[12:46]
            + struct.pack(">HHIH", 0x21, 1, 0, len(data)) + data]


def mdns(question):
    data = b"\4_ssh\4_tcp\xc0\x23"
    return [question[:2] + struct.pack(">HHHHH", 0x8400, 1, 1, 0, 0) + question[12:]
            + b"\xc0\x0c" + struct.pack(">HHIH", 12, 1, 10, len(data)) + data]


def bacnet(question):
    text = {0x79: b"Example Controls", 0x46: b"EC-100", 0x2c: b"4.2"}[question[16]]
    body = b"\1\0\x30\1\x0c\x0c\2\0\0\1\x19" + question[16:17] + b"\x3e\x75" + bytes(
        [len(text) + 1, 0]) + text + b"\x3f"
    return [b"\x81\x0a" + struct.pack(">H", 4 + len(body)) + body]


def ubiquiti(_):
    body = b"\3\0\5v8.7.\x0b\0\2ap\x0c\0\3LM5"
    return [b"\1\0" + struct.pack(">H", len(body)) + body]


def sql(_):
    text = b"ServerName;DB1;InstanceName;MAIN;IsClustered;No;Version;15.0.2000.5;tcp;1433;;"
    return [b"\5" + struct.pack("<H", len(text)) + text]


def xdmcp(_):
    body = b"\0\0\0\3box\0\5hello"
    return [b"\0\1\0\5" + struct.pack(">H", len(body)) + body]


def ldap(question):
    assert question[:7] == b"\x30\x25\2\1\1\x63\x20"
    name, value = b"dnsHostName", b"dc1.example.com"
    one = b"\x30" + bytes([len(name) + len(value) + 6]) + b"\4" + bytes(
        [len(name)]) + name + b"\x31" + bytes([len(value) + 2]) + b"\4" + bytes([len(value)]) + value
    entry = b"\4\0\x30" + bytes([len(one)]) + one
    body = b"\2\1\1\x64" + bytes([len(entry)]) + entry
    return [b"\x30" + bytes([len(body)]) + body, b"\x30\x0c\2\1\1\x65\7\x0a\1\0\4\0\4\0"]


def l2tp(question):
    body = (b"\x80\x08\0\0\0\0\0\2" + b"\x80\x09\0\0\0\7lac" + b"\0\x0b\0\0\0\x08xelar")
    return [b"\xc8\2" + struct.pack(">H", 12 + len(body)) + question[55:57] + bytes(6) + body]


def chargen(_):
    line = bytes(range(33, 105))
    return [line + b"\r\n"]


def daytime(_):
    return [b"Sunday, November 22, 2026 22:10:56-UTC\r\n"]


def qotd(_):
    return [b'"It is better to ask twice than to go wrong once." A traveller\r\n']


def clock(_):
    return [struct.pack(">I", int(time.time()) + 2208988800)]


def echo(question):
    return [question]


def word(_):
    return [b"nothing anybody knows"]


def robot(question):
    """Speaks to who says its word, of which flowd knows nothing."""
    return [b"ROBOT/3.4 at your service"] if question == b"WAKE\0UP" else []


def machine(question):
    return [b"MACHINE \x07"] if question == b"RARE" else []


def mute(_):
    return []


def serve(port, habit):
    here = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    here.bind(("::", port))
    asked = 0

    def answer():
        nonlocal asked
        while True:
            question, peer = here.recvfrom(4096)
            asked += 1
            if habit == "late" and asked == 1:
                continue
            if habit == "open" and asked > 3:
                continue
            try:
                for said in HABITS[habit](question):
                    here.sendto(said, peer)
            except (AssertionError, IndexError, KeyError, ValueError, OSError):
                pass  # not a question it understands
    return answer


HABITS = {name: thing for name, thing in list(globals().items())
          if callable(thing) and name not in ("serve", "main")}
HABITS["late"] = dns


def main():
    for entry in sys.argv[1:]:
        habit, port = entry.split(":")
        threading.Thread(target=serve(int(port), habit), daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


main()
