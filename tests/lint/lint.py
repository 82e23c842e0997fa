#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rules of the house (HACKING.md) that a compiler does not.

usage: lint.py [--root DIR] [CHECK ...]      default: all checks on the tree this file is in
Prints file:line: text for each finding; ends with 'N passed, N failed', counting checks.
"""
import argparse
import json
import os
import re
import subprocess
import sys

import manual
import source

# room: the rooms it may include from, besides itself
FLOORS = {
    "base": (),
    "rules": ("base",),
    "store": ("base",),
    "verify": ("base",),
    "relay": ("base", "store"),
    "web": ("base", "rules", "store"),
    "flowd": ("base", "rules", "store"),
}
MAIN = "flowd/main.c"
ROLE_HEADERS = ("verify/verify.h", "relay/relay.h", "web/web.h")
ROLES_INSIDE = ("flowd/sensor", "flowd/core", "flowd/judge", "flowd/fetch")  # roles in one room know nothing of each other

# What comes with the C library and the kernel and says nothing about a foreign library.
SYSTEM_FOLDERS = ("sys", "netinet", "arpa", "net", "linux", "bits", "asm", "netpacket")
SYSTEM_HEADERS = set("""
    aio alloca assert byteswap complex ctype dirent dlfcn elf endian err errno error execinfo fcntl
    features fenv float fnmatch ftw getopt glob grp iconv ifaddrs inttypes langinfo libgen limits link
    locale malloc math mntent mqueue netdb paths poll pthread pwd regex resolv sched search semaphore
    setjmp signal spawn stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string
    strings sysexits syslog termios tgmath threads time ucontext uchar unistd utime wchar wctype
""".split())
PARTS = {"gnutls/x509.h"}  # libraries of their own that share a folder
FOREIGN_IN_SYSTEM = {"linux/landlock.h": "landlock", "linux/seccomp.h": "seccomp",
                     "linux/bpf.h": "bpf"}

FUNCTION_LINES, FUNCTION_SOFT, FILE_LINES, FOLDER_MODULES, PARAMETERS = 100, 60, 500, 12, 5
BYTE_ORDER = re.compile(r"\b(ntoh|hton)(s|l|ll)\s*\(|\b(be|le)(16|32|64)toh\s*\(|"
                        r"\bhto(be|le)(16|32|64)\s*\(|\b(__builtin_bswap|bswap_)(16|32|64)\s*\(")
INTEGER = r"(u?int(16|32|64)_t|(unsigned\s+)?(short|int|long)|u_short|u_int)"
HEADER = r"struct\s+(iphdr|ip|ip6_hdr|tcphdr|udphdr|ether_header|ethhdr|icmphdr|icmp)"
RAW_READ = re.compile(rf"\(\s*(const\s+)?({INTEGER}|{HEADER})\s*(const\s*)?\*\s*\)")
MARKS = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
MACHINE = re.compile(r"(?<![\w.$}>])/(work|root|home/\w+|Users/\w+)/")
REGISTRY = re.compile(r"https?://[^/\s\"']*(registry|npmjs|pypi|pythonhosted|proxy\.golang|"
                      r"artifactory|nexus)[^\s\"']*")


def check_floors(tree):
    """A room includes only from the rooms below it."""
    for path, line, header, quoted in tree.includes(tree.rooms(FLOORS)):
        room, target = path.split("/")[0], header.split("/")[0]
        if not quoted or header == "config.h" or (path == MAIN and header in ROLE_HEADERS):
            continue
        if target == room:
            mine = next((r for r in ROLES_INSIDE if path.startswith(r + "/")), None)
            other = next((r for r in ROLES_INSIDE if header.startswith(r + "/")), None)
            if mine and other and mine != other:
                yield path, line, f"{mine} includes {header} of another role"
        elif target not in FLOORS[room]:
            yield path, line, f"{room} may not include {header}"


def foreign_library(header):
    """The library a header in angle brackets belongs to; None for the system's own."""
    if header in FOREIGN_IN_SYSTEM:
        return FOREIGN_IN_SYSTEM[header]
    if header in PARTS:
        return header
    first = header.split("/")[0]
    if "/" in header:
        return None if first in SYSTEM_FOLDERS else first
    stem = first[:-2] if first.endswith(".h") else first
    return None if stem in SYSTEM_HEADERS else re.sub(r"^(pcap|ndpi).*", r"\1", stem)


def check_foreign(tree):
    """A foreign header appears in one .c file only, so that one room can replace the library."""
    users = {}
    for path, line, header, quoted in tree.includes(tree.rooms(FLOORS)):
        library = None if quoted else foreign_library(header)
        if not library:
            continue
        if path.endswith(".h"):
            yield path, line, f"a header includes <{header}>; only one .c file may"
        else:
            users.setdefault(library, {}).setdefault(path, line)
    for library, paths in sorted(users.items()):
        for path, line in sorted(paths.items())[1:]:
            first = sorted(paths)[0]
            yield path, line, f"{library} is included by {first} already; one .c file may"


def check_headers(tree):
    """Each header compiles by itself."""
    cc = os.environ.get("CC", "gcc").split()
    if not tree.has_tool(cc[0]):
        return tree.note(f"headers: no {cc[0]}")
    for path in tree.rooms(FLOORS):
        if path.endswith(".h"):
            p = subprocess.run(cc + ["-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
                                     "-I.", "-fsyntax-only", "-x", "c", "-include", path,
                                     "/dev/null"],
                               cwd=tree.root, capture_output=True, text=True, check=False)
            if p.returncode:
                found = re.search(r"^(.*?):(\d+):(?:\d+:)? (?:fatal )?error: (.*)", p.stderr, re.M)
                line, said = (int(found[2]), found[3]) if found else (1, p.stderr.strip()[-200:])
                yield path, line, f"does not compile by itself: {said}"
    return None


def check_format(tree):
    """clang-format has nothing to change."""
    tool = os.environ.get("CLANG_FORMAT", "clang-format")
    if not tree.has_tool(tool):
        return tree.note(f"format: no {tool}")
    paths = [p for p in tree.paths if p.endswith((".c", ".h"))]
    if paths:
        p = subprocess.run([tool, "--dry-run", "-Werror", "--ferror-limit=3"] + paths,
                           cwd=tree.root, capture_output=True, text=True, check=False)
        for found in re.finditer(r"^(.*?):(\d+):\d+: (?:error|warning): (.*)", p.stderr, re.M):
            yield found[1], int(found[2]), found[3]
        if p.returncode and "error:" not in p.stderr:
            yield paths[0], 1, p.stderr.strip()[-200:]
    return None


def check_budget(tree):
    """Functions, parameters, files and folders stay small."""
    soft, modules = 0, {}
    for path in tree.paths:
        if source.is_source(path):
            lines = len(tree.lines(path))
            if lines > FILE_LINES:
                yield path, FILE_LINES + 1, f"{lines} lines; {FILE_LINES} are allowed"
        if not path.endswith((".c", ".h")):
            continue
        if not path.startswith("tests/"):
            modules.setdefault(os.path.dirname(path), set()).add(os.path.splitext(path)[0])
        for line, name, length, parameters in source.functions(tree.lines(path)):
            soft += FUNCTION_SOFT < length <= FUNCTION_LINES
            if length > FUNCTION_LINES:
                yield path, line, f"{name} has {length} lines; {FUNCTION_LINES} are allowed"
            if parameters > PARAMETERS:
                yield path, line, f"{name} has {parameters} parameters; {PARAMETERS} are allowed"
    for folder, names in sorted(modules.items()):
        if len(names) > FOLDER_MODULES:
            yield folder, 1, f"{len(names)} modules in a folder; {FOLDER_MODULES} are allowed"
    if soft:
        tree.note(f"budget: {soft} functions are longer than {FUNCTION_SOFT} lines")


def check_bytes(tree):
    """Byte order changes in base/wire and base/addr only; packets are read through the cursor."""
    for path in tree.rooms(FLOORS):
        if not path.endswith((".c", ".h")) or path.startswith(("base/wire.", "base/addr.")):
            continue
        reader = path.startswith(("flowd/sensor/", "verify/"))
        for i, text in enumerate(source.code(tree.lines(path)), 1):
            if BYTE_ORDER.search(text):
                yield path, i, "byte order changes outside of base/wire and base/addr"
            elif reader and RAW_READ.search(text):
                yield path, i, "bytes read through a cast; use base/wire"


def check_marks(tree):
    """Nothing is put off; each source says its licence."""
    for path in tree.paths:
        if not source.is_source(path):
            continue
        lines = tree.lines(path)
        if not any("SPDX-License-Identifier: Apache-2.0" in text for text in lines[:3]):
            yield path, 1, "no SPDX-License-Identifier: Apache-2.0"
        for i, text in enumerate(lines, 1):
            if MARKS.search(text):
                yield path, i, f"left undone: {text.strip()[:60]}"


def check_machine(tree):
    """Nothing names a machine's folders or a package registry."""
    for path in tree.paths:
        if path == "LICENSE" or not tree.is_text(path):
            continue
        for i, text in enumerate(tree.lines(path), 1):
            found = MACHINE.search(text) or REGISTRY.search(text)
            if found:
                yield path, i, f"names a machine or a registry: {found[0]}"


ROUTE = re.compile(r'\{ "(/[^"]*)", HTTP_(\w+), (\w+), ACCESS_(\w+),')
PAGES = re.compile(r"get_[A-Z_]+$")  # files of the page


def check_routes(tree):
    """Routes and the API's description are the same, with the role each needs."""
    path, description = "web/routes.c", "web/openapi.json"
    if path not in tree.paths:
        return
    with open(os.path.join(tree.root, description), encoding="utf-8") as file:
        doc = json.load(file)
    said = {(re.sub(r"\{[^}]*\}", "*", name), method): operation.get("x-role", "none")
            for name, item in doc["paths"].items() for method, operation in item.items()}
    for i, text in enumerate(tree.lines(path), 1):
        for name, method, function, role in ROUTE.findall(text):
            have = said.pop((name, method.lower()), None)
            if have is None and not PAGES.match(function):
                yield path, i, f"{method} {name} is not in {description}"
            elif have and have != role.lower():
                yield path, i, f"{method} {name} needs {role.lower()}, {description} says {have}"
    for name, method in sorted(said):
        yield description, 1, f"{method.upper()} {name} is no route"


CHECKS = {
    "floors": check_floors, "foreign": check_foreign, "headers": check_headers,
    "format": check_format, "budget": check_budget, "options": manual.check_options,
    "tallies": manual.check_tallies, "words": manual.check_words, "bytes": check_bytes,
    "marks": check_marks, "machine": check_machine,
    "routes": check_routes,
}


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    ap = argparse.ArgumentParser()
    ap.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    ap.add_argument("checks", nargs="*", choices=[[], *CHECKS])
    args = ap.parse_args()
    tree = source.Tree(args.root)
    good = bad = 0
    for name in args.checks or CHECKS:
        found = list(CHECKS[name](tree))
        for path, line, said in found:
            print(f"{path}:{line}: {said}")
        good, bad = good + (not found), bad + bool(found)
    for said in tree.notes:
        print(f"note: {said}")
    print(f"{good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
