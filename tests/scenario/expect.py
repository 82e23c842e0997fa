# SPDX-License-Identifier: Apache-2.0
"""Holds expectations against the JSON lines that flowd printed."""
import json
import re

SANITIZERS = re.compile(r"^.*(runtime error: |ERROR: \w+Sanitizer: ).*$", re.M)


def parse(output):
    """The records of the output, and the complaints about lines that are none."""
    records, wrong = [], []
    for i, line in enumerate(output.splitlines(), 1):
        try:
            record = json.loads(line)
            if not isinstance(record, dict) or "type" not in record:
                raise ValueError("no object with a type")
            records.append(record)
        except ValueError as e:
            wrong.append(f"output line {i} is no record: {e}")
    seen = set()
    for r in records:
        key = (r.get("ip"), r.get("proto"), r.get("port"), r.get("zone"))
        if r["type"] == "service" and key in seen:
            wrong.append(f"two lines for service {describe(r)}")
        if r["type"] == "service":
            seen.add(key)
    return records, wrong


def describe(r):
    return f"{r.get('ip')} {r.get('proto')} {r.get('port')}"


def item(value):
    """One of a list in an object."""
    return "@".join(map(text, value.values())) if isinstance(value, dict) else text(value)


def text(value):
    """A JSON value as a scenario writes it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ",".join(f"{k}:{v if isinstance(v, str) else '/'.join(map(item, v))}" for k, v in value.items()) or "none"
    if isinstance(value, list):
        return ",".join("/".join(map(text, row.values())) if isinstance(row, dict) else text(row)
                        for row in value)
    return str(value)


def is_equal(name, value, choices):
    value = text(value)
    if "*" in choices:
        return value != "none"
    if name in ("first_seen", "last_seen", "time"):
        return any(value.startswith(choice) for choice in choices)
    return value in choices


KEYS = ("ip", "proto", "port")


def is_match(record, fields, only=None):
    return all(is_equal(name, record.get(name), choices) for name, choices in fields
               if only is None or name in only)


def misses(record, fields):
    """What of the record is not as it should be, in words."""
    return [f"{name} is {text(record.get(name))}, not {'|'.join(choices)}"
            for name, choices in fields if not is_equal(name, record.get(name), choices)]


def named(fields):
    return " ".join("|".join(choices) for _, choices in fields)


def check_record(e, records):
    """service, event, alert: wanted, forbidden or allowed."""
    kind, fields = e["what"], e["fields"]
    mine = [r for r in records if r["type"] == kind]
    hits = [r for r in mine if is_match(r, fields)]
    if e["want"] is False:
        return f"{kind} that must not be: {json.dumps(hits[0])}" if hits else None
    near = [r for r in mine if is_match(r, fields, KEYS)]
    if kind == "event":
        near = [r for r in near if is_match(r, fields, ("event",))] or near
    if not hits and near:
        return f"{kind} {describe(near[0])}: " + "; ".join(misses(near[0], fields))
    if not hits:
        there = ", ".join(describe(r) for r in mine[:8]) or "none"
        return None if e["want"] is None else f"no {kind} {named(fields)} (there are: {there})"
    if e["want"] is None and len(hits) < len(near):
        wrong = next(r for r in near if r not in hits)
        return f"{kind} {describe(wrong)}: " + "; ".join(misses(wrong, fields))
    if e["count"] is not None and len(hits) != e["count"]:
        return f"{kind} {named(fields)}: {len(hits)} times, not {e['count']}"
    return None


def check_trouble(e, records):
    """What the capture had, or had no more."""
    mine = [r for r in records if r["type"] == "event" and r.get("event") == "health"]
    hits = [r for r in mine if is_match(r, e["fields"])]
    there = "; ".join(f"{r.get('trouble')} {text(r.get('value'))} {'passes' if r.get('over') else 'begins'} {r.get('time')}"
                      for r in mine) or "none"
    if e["want"] is False:
        return f"trouble that must not be (there is: {there})" if hits else None
    if not hits:
        return f"no trouble {named(e['fields'])} (there is: {there})"
    return None if e["count"] in (None, len(hits)) else f"trouble {named(e['fields'])}: {len(hits)} times"


def check_health(e, records):
    """The counters, as they were said last."""
    last = [r for r in records if r["type"] == "health"][-1:]
    return "; ".join(misses(last[0], e["fields"])) if last else "no line of health"


def check_only(expected, records):
    known = [e["fields"] for e in expected if e["what"] == "service" and e["want"] is not False]
    extra = [describe(r) for r in records if r["type"] == "service"
             and not any(is_match(r, fields, KEYS) for fields in known)]
    return f"services nobody expects: {', '.join(extra[:10])}" if extra else None


def check(scenario, status, output, errors):
    """All that is wrong: (line, text) pairs; line 0 is the file as a whole."""
    records, wrong = parse(output)
    out = [(0, w) for w in wrong]
    due = next((e["count"] for e in scenario.expected if e["what"] == "status"), 0)
    if status != due:
        tail = errors.strip().splitlines()[-1:] or ["nothing on standard error"]
        out.append((0, f"exit status {status}, not {due}: {tail[0]}"))
    found = SANITIZERS.search(errors)
    if found:
        out.append((0, f"a sanitizer says: {found[0]}"))
    for e in scenario.expected:
        said = None
        if e["what"] in ("service", "host", "event", "alert"):
            said = check_record(e, records)
        elif e["what"] == "trouble":
            said = check_trouble(e, records)
        elif e["what"] == "health":
            said = check_health(e, records)
        elif e["what"] == "only":
            said = check_only(scenario.expected, records)
        elif e["what"] in ("services", "hosts", "events", "alerts"):
            n = sum(r["type"] == e["what"][:-1] for r in records)
            said = None if n == e["count"] else f"{n} {e['what']}, not {e['count']}"
        elif e["what"] == "stderr" and (e["text"] in errors) != (e["want"] is not False):
            said = f"standard error {'has no' if e['want'] else 'has'} {e['text']!r}"
        if said:
            out.append((e["line"], said))
    return out
