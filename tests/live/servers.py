# SPDX-License-Identifier: Apache-2.0
"""Small servers with one habit each, on both address families.

    servers.py DIRECTORY HABIT:PORT[:TEXT]...

say    TEXT on accept, then keeps the connection (TEXT with Python escapes)
close  closes on accept; reset: resets on accept
mute   accepts and keeps silent for ever
shut   reads, then closes without a word; cut: reads, then resets
answer reads, then says TEXT and closes
starttls says the first line of TEXT, and at "STLS" or "STARTTLS" the rest, then a handshake as tls
echo   says whatever it hears (RFC 862)
drip   says TEXT a byte at a time, for ever
tls    a handshake with cert.pem and key.pem of DIRECTORY, then as say; tls10: TLS 1.0 at most;
       tlsneed: wants a certificate of the client and takes none
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
