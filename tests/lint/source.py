# SPDX-License-Identifier: Apache-2.0
"""The tree as the checks see it: files, lines, includes, functions, X-macro lists."""
import os
import re
import shutil
import subprocess

SOURCES = (".c", ".h", ".py", ".sh", ".ts", ".tsx", ".am", ".ac", ".m4", ".css")
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
NAME = re.compile(r"(\w+)\s*\(")


def is_source(path):
    return path.endswith(SOURCES)


class Tree:
    """The files of a tree: those git has, or all of them where there is no git."""

    def __init__(self, root):
        self.root, self.notes, self.cache = os.path.abspath(root), [], {}
        p = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                           cwd=self.root, capture_output=True, check=False) \
            if os.path.exists(os.path.join(self.root, ".git")) else None
        if p and not p.returncode:
            names = os.fsdecode(p.stdout).split("\0")
        else:
            names = [os.path.relpath(os.path.join(folder, name), self.root)
                     for folder, _, files in os.walk(self.root) for name in files]
        self.paths = sorted(n for n in names if n and os.path.isfile(os.path.join(self.root, n)))

    def note(self, said):
        self.notes.append(said)

    @staticmethod
    def has_tool(name):
        return shutil.which(name) is not None

    def bytes(self, path):
        if path not in self.cache:
            with open(os.path.join(self.root, path), "rb") as f:
                self.cache[path] = f.read()
        return self.cache[path]

    def is_text(self, path):
        return b"\0" not in self.bytes(path)[:8192]

    def lines(self, path):
        return self.bytes(path).decode("utf-8", "replace").splitlines()

    def rooms(self, rooms):
        """The C files of these rooms."""
        return [p for p in self.paths if p.split("/")[0] in rooms and p.endswith((".c", ".h"))]

    def includes(self, paths):
        for path in paths:
            for i, text in enumerate(self.lines(path), 1):
                found = INCLUDE.match(text)
                if found:
                    yield path, i, found[2], found[1] == '"'


def code(lines):
    """The lines without comments and without what stands in quotes."""
    text = "\n".join(lines)
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S).split("\n")


def functions(lines):
    """Each function as (line, name, lines of its body, parameters): kernel style, so its braces
    stand alone in the first column."""
    start, lines = None, code(lines)
    for i, text in enumerate(lines):
        if text.rstrip() == "{":
            start = i
        elif text.startswith("}") and start is not None:
            head = signature(lines, start)
            if head:
                yield head[0] + 1, head[1], i - start + 1, head[2]
            start = None


def signature(lines, brace):
    """Line, name and number of parameters of the function whose body starts at `brace`."""
    first = brace
    while first > 0 and lines[first - 1].strip() and lines[first - 1][0] not in "}#{":
        first -= 1
    text = " ".join(lines[first:brace])
    found = NAME.search(text)
    if not found:
        return None
    depth, commas, inside = 0, 0, ""
    for c in text[found.end() - 1:]:
        depth += (c == "(") - (c == ")")
        if not depth:
            break
        commas += c == "," and depth == 1
        inside += c
    empty = inside.strip("( ") in ("", "void")
    return first, found[1], 0 if empty else commas + 1


def x_list(lines, name):
    """The entries of `#define NAME(X)` as (line, identifier, first text in quotes or None)."""
    out, inside = [], False
    for i, text in enumerate(lines, 1):
        if re.match(rf"\s*#\s*define\s+{name}\(", text):
            inside, text = True, text.split(")", 1)[1]
        if inside:
            for found in re.finditer(r'\bX\(\s*(\w+)(?:\s*,\s*\w+)?(?:\s*,\s*"([^"]*)")?', text):
                out.append((i, found[1], found[2]))
            inside = text.endswith("\\")
    return out
