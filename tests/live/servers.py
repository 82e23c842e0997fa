# SPDX-License-Identifier: Apache-2.0
"""Small servers with one habit each, on both address families.

    servers.py DIRECTORY HABIT:PORT[:TEXT]...

say    TEXT on accept, then keeps the connection (TEXT with Python escapes)
close  closes on accept; reset: resets on accept
mute   accepts and keeps silent for ever
shut   reads, then closes without a word; cut: reads, then resets
answer reads, then says TEXT and closes
starttls says the first line of TEXT, and at "STLS" or "STARTTLS" the rest, then a handshake as tls
smi    Cisco's Smart Install: tells who asks as its director does what a switch tells, and nobody else anything
echo   says whatever it hears (RFC 862)
drip   says TEXT a byte at a time, for ever
tls    a handshake with cert.pem and key.pem of DIRECTORY, then as say; tls10: TLS 1.0 at most;
       tlsneed: wants a certificate of the client and takes none
ssl3   SSL 3.0 and no other, as far as HelloDone (RFC 6101), with cert.pem
ssl2   SSL 2.0 and no other, as far as SERVER-HELLO (Hickman, 1995), with cert.pem; to others it is deaf and hangs up
PORT may be a range, LOW-HIGH. Prints "ready" when all of them listen.
"""
import socket
import ssl
import struct
import sys
import threading
import time
import warnings


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def wait_end(connection):
    while connection.recv(4096):
        pass


def wrap(connection, habit):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1] + "/cert.pem", sys.argv[1] + "/key.pem")
    if habit == "tls10":
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    if habit == "tlsneed":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
    return context.wrap_socket(connection, server_side=True)


def certificate():
    with open(sys.argv[1] + "/cert.pem") as file:
        return ssl.PEM_cert_to_DER_cert(file.read())


def serve_ssl3(connection):
    """Whatever newer version is offered: an old server answers with the newest that it has."""
    head = connection.recv(5, socket.MSG_WAITALL)
    if head[:2] != b"\x16\x03":
        return
    hello = connection.recv(struct.unpack(">H", head[3:])[0], socket.MSG_WAITALL)
    suites = hello[41 + hello[38]:]
    if b"\0\x0a" not in [suites[i:i + 2] for i in range(0, struct.unpack(">H", hello[39 + hello[38]:][:2])[0], 2)]:
        connection.sendall(b"\x15\3\0\0\2\2\x28")  # handshake_failure
        return
    der = certificate()
    chain = struct.pack(">I", len(der))[1:] + der
    for kind, body in ((2, b"\3\0" + bytes(32) + b"\0\0\x0a\0"),
                       (11, struct.pack(">I", len(chain))[1:] + chain), (14, b"")):
        message = bytes([kind]) + struct.pack(">I", len(body))[1:] + body
        connection.sendall(b"\x16\3\0" + struct.pack(">H", len(message)) + message)
    connection.recv(64)


def serve_ssl2(connection):
    head = connection.recv(2, socket.MSG_WAITALL)
    if not head[0] & 0x80:
        return
    hello = connection.recv(struct.unpack(">H", head)[0] & 0x7fff, socket.MSG_WAITALL)
    if hello[:3] != b"\1\0\2":
        return
    der = certificate()
    body = b"\4\0\1\0\2" + struct.pack(">HHH", len(der), 3, 16) + der + b"\7\0\xc0" + bytes(16)
    connection.sendall(struct.pack(">H", 0x8000 | len(body)) + body)
    connection.recv(64)


def drip(connection, text):
    while True:
        for byte in text:
            connection.sendall(bytes([byte]))
            time.sleep(0.1)


def start_tls(connection, text):
    greeting, _, answer = text.partition(b"\n")
    connection.sendall(greeting + b"\n")
    while b"TLS" not in connection.recv(4096):
        pass
    connection.sendall(answer)
    return wrap(connection, "tls")


def serve(connection, habit, text):
    try:
        if habit == "smi" and connection.recv(4096) == struct.pack(">6I", 1, 1, 4, 8, 1, 0):
            connection.sendall(struct.pack(">6I", 4, 0, 3, 8, 1, 0))
            wait_end(connection)
        if habit in ("ssl2", "ssl3"):
            (serve_ssl2 if habit == "ssl2" else serve_ssl3)(connection)
        if habit == "starttls":
            connection = start_tls(connection, text)
            habit = "mute"
        if habit.startswith("tls"):
            connection = wrap(connection, habit)
            habit = "say"
        if habit == "drip":
            drip(connection, text)
        if habit in ("close", "reset"):
            connection.close() if habit == "close" else reset(connection)
            return
        if habit in ("shut", "cut", "answer"):
            connection.recv(4096)
        if habit in ("say", "answer"):
            connection.sendall(text)
        while habit == "echo" and (heard := connection.recv(4096)):
            connection.sendall(heard)
        if habit == "cut":
            reset(connection)
            return
        if habit in ("say", "mute"):
            wait_end(connection)
    except OSError:
        pass
    finally:
        connection.close()


def accept(listener, habit, text):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, habit, text), daemon=True).start()


def listen(port):
    listener = socket.socket(socket.AF_INET6)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("::", port))
    listener.listen(128)
    return listener


def main():
    threads = []
    warnings.simplefilter("ignore")  # of TLS 1.0
    for word in sys.argv[2:]:
        habit, ports, text = (word.split(":", 2) + [""])[:3]
        low, _, high = ports.partition("-")
        text = text.encode().decode("unicode_escape").encode("latin-1")
        for port in range(int(low), int(high or low) + 1):
            threads.append(threading.Thread(target=accept, args=(listen(port), habit, text),
                                            daemon=True))
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    threads[0].join()


main()
