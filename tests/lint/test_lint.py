#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each check of the lint must be able to fail: small trees, each with one thing wrong.

Ends with 'N passed, N failed'; status 1 when one failed.
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"
HASH_SPDX = "# SPDX-License-Identifier: Apache-2.0\n"
with open(os.path.join(HERE, "../../.clang-format"), encoding="utf-8") as house:
    FORMAT = house.read()
CONF = SPDX + """#define CONF_OPTION_LIST(X)                             \\
	X(home, PREFIXES, "home", "", 0, 0, "networks") \\
	X(verify, BOOL, "verify.enabled", "yes", 0, 0, "probe services")
"""
KIND = SPDX + """#define RECORD_PROTO_LIST(X) X(PROTO_TCP, "tcp", 6)
#define RECORD_EVIDENCE_LIST(X) X(EVIDENCE_FULL, "full")
#define RECORD_STATE_LIST(X) X(STATE_OPEN, "open")
#define RECORD_EVENT_LIST(X) X(EVENT_NONE, "none") X(EVENT_NEW, "new")
#define RECORD_LEVEL_LIST(X) X(LEVEL_HIGH, "high")
"""
RECORD = SPDX + """#define RECORD_TALLY_LIST(X) X(packets, "packets handled")
"""
PROBE = """#include <stdint.h>

uint32_t probe_read(const uint8_t *p)
{
	return p[0];
}
"""
GOOD = {
    ".clang-format": FORMAT,
    "base/conf.h": CONF,
    "base/record.h": RECORD,
    "base/record/kind.h": KIND,
    "base/wire.h": SPDX + "#include <arpa/inet.h>\n#define WIRE_16(x) ntohs(x)\n",
    "rules/rules.c": SPDX + '#include "rules/rules.h"\n\n#include "base/record.h"\n',
    "rules/rules.h": SPDX + '#include "base/record.h"\n',
    "store/rocks.c": SPDX + "#include <rocksdb/c.h>\n",
    "verify/verify.h": SPDX + '#include "base/conf.h"\n',
    "verify/probe.c": SPDX + PROBE,
    "flowd/main.c": SPDX + '#include "flowd/sensor/sensor.h"\n#include "verify/verify.h"\n',
    "flowd/sensor/sensor.h": SPDX + '#include "base/conf.h"\n',
    "flowd/sensor/capture.c": SPDX + "#include <pcap/pcap.h>\n#include <stdint.h>\n",
    "flowd/core/core.h": SPDX + '#include "rules/rules.h"\n',
    "man/flowd.yaml.5": ".It Ic home\n.It Ic verify.enabled Ar yes | no\n",
    "man/flowd.8": ".It Ic packets\n",
    "man/flowd.rules.5": "state open evidence full event new level high proto tcp\n",
    "bench/run.py": HASH_SPDX + "print('fast')\n",
}


def function(lines, parameters="void"):
    return SPDX + f"int f({parameters})\n{{\n" + "\tf();\n" * (lines - 3) + "\treturn 0;\n}\n"


# check, what is changed in the good tree, the finding that is due (None: none)
CASES = [(check, {},
None) for check in ("floors", "foreign", "headers", "format", "budget", "options",
                                         "tallies", "words", "bytes", "marks", "machine")] + [
    ("floors", {"base/x.c": SPDX + '#include "rules/rules.h"\n'},
     "base/x.c:2: base may not include rules/rules.h"),
    ("floors", {"rules/x.c": SPDX + '#include "store/store.h"\n'}, "rules/x.c:2: rules may not"),
    ("floors", {"verify/x.c": SPDX + '#include "rules/rules.h"\n'}, "verify/x.c:2: verify may not"),
    ("floors", {"web/x.c": SPDX + '#include "rules/rules.h"\n'}, None),
    ("floors", {"web/x.c": SPDX + '#include "flowd/role.h"\n'}, "web/x.c:2: web may not"),
    ("floors", {"flowd/parent.c": SPDX + '#include "verify/verify.h"\n'},
     "flowd/parent.c:2: flowd may not"),
    ("floors", {"flowd/main.c": SPDX + '#include "verify/syn.h"\n'},
     "flowd/main.c:2: flowd may not"),
    ("floors", {"flowd/core/x.c": SPDX + '#include "flowd/sensor/sensor.h"\n'},
     "flowd/core/x.c:2: flowd/core includes flowd/sensor/sensor.h of another role"),
    ("foreign", {"flowd/sensor/x.c": SPDX + "#include <pcap.h>\n"},
     "flowd/sensor/x.c:2: pcap is included by flowd/sensor/capture.c already"),
    ("foreign", {"store/store.h": SPDX + "#include <rocksdb/c.h>\n"},
     "store/store.h:2: a header includes <rocksdb/c.h>"),
    ("foreign", {"base/a.c": SPDX + "#include <linux/landlock.h>\n",
                 "base/b.c": SPDX + "#include <linux/landlock.h>\n"},
                 "base/b.c:2: landlock is included"),
    ("foreign", {"base/a.c": SPDX + "#include <openssl/ssl.h>\n#include <openssl/err.h>\n",
                 "base/b.c": SPDX + "#include <linux/types.h>\n#include <sys/un.h>\n"}, None),
    ("headers", {"base/x.h": SPDX + "uint8_t x(void);\n"},
     "base/x.h:2: does not compile by itself"),
    ("headers", {"base/x.h": SPDX + '#include "base/none.h"\n'}, "base/x.h:2: does not compile"),
    ("format", {"base/x.c": SPDX + "int  x;\n"}, "base/x.c:2: code should be clang-formatted"),
    ("format", {"base/x.c": SPDX + "int f(void)\n{\n    return 0;\n}\n"},
     "base/x.c:3: code should"),
    ("budget", {"base/x.c": function(100)}, None),
    ("budget", {"base/x.c": function(61)}, "note: budget: 1 functions are longer than 60 lines"),
    ("budget", {"base/x.c": function(101)}, "base/x.c:2: f has 101 lines; 100 are allowed"),
    ("budget", {"base/x.c": function(9, "int a, int b, int c, int d, int e")}, None),
    ("budget", {"base/x.c": function(9, "int a, int b,\n\tint c, int d, int e, int (*g)(int)")},
     "base/x.c:2: f has 6 parameters; 5 are allowed"),
    ("budget", {"base/x.c": SPDX + "int x;\n" * 499}, None),
    ("budget", {"base/x.c": SPDX + "int x;\n" * 500}, "base/x.c:501: 501 lines; 500 are allowed"),
    ("budget", {"bench/x.py": HASH_SPDX + "x = 1\n" * 500}, "bench/x.py:501: 501 lines"),
    ("budget", {f"rules/{c}.c": SPDX for c in "abcdefghijkl"}, "rules:1: 13 modules in a folder"),
    ("options", {"man/flowd.yaml.5": ".It Ic home\n"},
     "base/conf.h:4: option verify.enabled is not in man/flowd.yaml.5"),
    ("options", {"man/flowd.yaml.5": GOOD["man/flowd.yaml.5"] + ".It Ic colour\n"},
     "man/flowd.yaml.5:3: there is no option colour"),
    ("options", {"man/flowd.yaml.5": None}, "man/flowd.yaml.5:1: is missing"),
    ("options", {"base/conf.h": SPDX}, "base/conf.h:1: no entries of CONF_OPTION_LIST"),
    ("tallies", {"man/flowd.8": ".It Ic bytes\n"},
     "base/record.h:2: counter packets is not in man/flowd.8"),
    ("words", {"man/flowd.rules.5": "state opened evidence full event new level high tcp\n"},
     "base/record/kind.h:4: the word open is not in man/flowd.rules.5"),
    ("words", {"man/flowd.rules.5": None}, "man/flowd.rules.5:1: is missing"),
    ("bytes", {"verify/x.c": SPDX + "int f(int a)\n{\n\treturn ntohs(a);\n}\n"},
     "verify/x.c:4: byte order"),
    ("bytes", {"base/ipc.c": SPDX + "int x = be32toh (1);\n"}, "base/ipc.c:2: byte order"),
    ("bytes", {"verify/x.c": SPDX + "int x; /* as ntohs(a) */\n"}, None),
    ("bytes", {"flowd/sensor/x.c": SPDX + "int x = *(const uint16_t *)p;\n"},
     "flowd/sensor/x.c:2: bytes read through a cast"),
    ("bytes", {"verify/x.c": SPDX + "p = (struct iphdr *)bytes;\n"}, "verify/x.c:2: bytes read"),
    ("bytes", {"store/x.c": SPDX + "int x = *(const uint16_t *)p;\n"}, None),
    ("marks", {"base/x.c": "int x;\n"}, "base/x.c:1: no SPDX-License-Identifier"),
    ("marks", {"configure.ac": "AC_INIT\n"}, "configure.ac:1: no SPDX-License-Identifier"),
    ("marks", {"base/x.c": SPDX + "int x; /* FIX" + "ME */\n"}, "base/x.c:2: left undone"),
    ("marks", {"bench/x.py": HASH_SPDX + "# TO" + "DO: more\n"}, "bench/x.py:2: left undone"),
    ("marks", {"base/x.c": SPDX + 'char t[] = "flowd.XXXXXX";\n'}, None),
    ("machine", {"README.md": "see /wo" + "rk/flowd/x\n"}, "README.md:1: names a machine"),
    ("machine", {"dist/x.sh": HASH_SPDX + "cd /ho" + "me/me/flowd\n"},
     "dist/x.sh:2: names a machine"),
    ("machine", {"web/ui/package-lock.json": '"https://regis' + 'try.example.org/x.tgz"\n'},
     "web/ui/package-lock.json:1: names a machine or a registry"),
    ("machine", {"README.md": "see https://example.org/work/flowd and ./work/x\n"}, None),
]


def run(check, changed):
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **changed}.items():
            if text is not None:
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as f:
                    f.write(text)
        p = subprocess.run([sys.executable, os.path.join(HERE, "lint.py"), "--root", root, check],
                           capture_output=True, text=True, check=False)
    return p.returncode, p.stdout + p.stderr


def main():
    good = bad = 0
    for check, changed, due in CASES:
        status, said = run(check, changed)
        wrong = bool(due) and not due.startswith("note:")
        last = "0 passed, 1 failed" if wrong else "1 passed, 0 failed"
        ok = status == wrong and said.splitlines()[-1] == last and (due or "") in said
        good, bad = good + ok, bad + (not ok)
        if not ok:
            print(f"{check} {list(changed)}: wanted {due!r}, got: {said}")
    print(f"{good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
