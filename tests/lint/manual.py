# SPDX-License-Identifier: Apache-2.0
"""The X-macro tables against the manual: what the program knows and what it tells must be one."""
import re

import source

OPTIONS, YAML_PAGE = "base/conf.h", "man/flowd.yaml.5"
SECTIONS = (("base/conf/sinks.h", "SINKS_OPTION_LIST"), ("base/conf/tools.h", "TOOLS_OPTION_LIST"))
RECORD, KIND = "base/record.h", "base/record/kind.h"
DAEMON_PAGE, RULES_PAGE = "man/flowd.8", "man/flowd.rules.5"
# mdoc: ".It Ic name ..." is how a list of names says one; Va and Cm are taken too.
ITEM = re.compile(r"\.It\s+(?:Ic|Va|Cm|Sy)\s+([A-Za-z][\w.\-]*)")
WORD_LISTS = ("RECORD_STATE_LIST", "RECORD_EVIDENCE_LIST", "RECORD_EVENT_LIST", "RECORD_LEVEL_LIST",
              "RECORD_PROTO_LIST")
LANGUAGE, JUDGED = "rules/word.h", "rules/rules.h"
LANGUAGE_LISTS = ((LANGUAGE, "WORD_VERB_LIST"), (LANGUAGE, "WORD_CONDITION_LIST"),
                  (LANGUAGE, "WORD_ACTION_LIST"),
                  (LANGUAGE, "WORD_OUTCOME_LIST"), (JUDGED, "RULES_GROUP_LIST"))


def items(tree, page):
    """The names of a page's list items: name: line."""
    out = {}
    for i, text in enumerate(tree.lines(page), 1):
        found = ITEM.match(text)
        if found:
            out.setdefault(found[1], i)
    return out


def table(tree, header, name):
    """The entries of a table; a finding when there are none, since then nothing was checked."""
    entries = source.x_list(tree.lines(header), name) if header in tree.paths else []
    return entries, [] if entries else [(header, 1, f"no entries of {name}")]


def check_options(tree):
    """Each option stands in flowd.yaml(5), and nothing else does."""
    entries, wrong = table(tree, OPTIONS, "CONF_OPTION_LIST")
    if YAML_PAGE not in tree.paths:
        wrong.append((YAML_PAGE, 1, "is missing"))
    if wrong:
        return wrong
    told = items(tree, YAML_PAGE)
    rows = [(OPTIONS, line, name) for line, _, name in entries]
    for header, options in SECTIONS:  # each receiver, each tool has options of its own
        if header in tree.paths:
            rows += [(header, line, name) for line, _, name in table(tree, header, options)[0]]
    names = {name for _, _, name in rows}
    wrong = [(path, line, f"option {name} is not in {YAML_PAGE}")
             for path, line, name in rows if name not in told]
    return wrong + [(YAML_PAGE, line, f"there is no option {name}")
                    for name, line in told.items() if name not in names]


def check_tallies(tree):
    """Each counter stands in flowd(8)."""
    entries, wrong = table(tree, RECORD, "RECORD_TALLY_LIST")
    if DAEMON_PAGE not in tree.paths:
        wrong.append((DAEMON_PAGE, 1, "is missing"))
    if wrong:
        return wrong
    told = items(tree, DAEMON_PAGE)
    return [(RECORD, line, f"counter {name} is not in {DAEMON_PAGE}")
            for line, name, _ in entries if name not in told]


def check_words(tree):
    """Each word of the rules is in flowd.rules(5)."""
    wrong = []
    if RULES_PAGE not in tree.paths:
        return [(RULES_PAGE, 1, "is missing")]
    page = "\n".join(tree.lines(RULES_PAGE)).replace("\\-", "-")
    lists = [(KIND, name) for name in WORD_LISTS]
    if LANGUAGE in tree.paths:
        lists += LANGUAGE_LISTS
    for header, name in lists:
        entries, empty = table(tree, header, name)
        wrong += empty
        wrong += [(header, line, f"the word {text} is not in {RULES_PAGE}")
                  for line, _, text in entries
                  if text and text != "none" and not re.search(rf"(?<![\w-]){text}(?![\w-])", page)]
    return wrong
