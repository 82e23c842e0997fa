# SPDX-License-Identifier: Apache-2.0
"""Small servers with one habit each, on both address families.

    servers.py HABIT:PORT[:TEXT]...

say    TEXT on accept, then keeps the connection (TEXT with Python escapes)
close  closes on accept; reset: resets on accept
mute   accepts and keeps silent for ever
shut   reads, then closes without a word; cut: reads, then resets
answer reads, then says TEXT and closes
Prints "ready" when all of them listen.
"""
import socket
import struct
import sys
import threading


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def wait_end(connection):
    while connection.recv(4096):
        pass


def serve(connection, habit, text):
    try:
        if habit in ("close", "reset"):
            connection.close() if habit == "close" else reset(connection)
            return
        if habit in ("shut", "cut", "answer"):
            connection.recv(4096)
        if habit in ("say", "answer"):
            connection.sendall(text)
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


def main():
    threads = []
    for word in sys.argv[1:]:
        habit, port, text = (word.split(":", 2) + [""])[:3]
        listener = socket.socket(socket.AF_INET6)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("::", int(port)))
        listener.listen(128)
        text = text.encode().decode("unicode_escape").encode("latin-1")
        threads.append(threading.Thread(target=accept, args=(listener, habit, text), daemon=True))
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    threads[0].join()


main()
