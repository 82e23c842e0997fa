# SPDX-License-Identifier: Apache-2.0
"""Counts what was checked, and says what was not as it should be."""

LONG = 2000


def shorten(value):
    text = repr(value)
    return text if len(text) <= LONG else text[:LONG] + " ..."


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, want, got):
        if want == got:
            self.passed += 1
        else:
            self.failed += 1
            print("FAILED %s: want %s, got %s" % (what, shorten(want), shorten(got)), flush=True)
        return want == got

    def check_fields(self, what, want, got):
        """Compares the fields named in `want`, or in a dict in it."""
        got = got or {}
        for key, value in want.items():
            if isinstance(value, dict):
                self.check_fields("%s: %s" % (what, key), value, got.get(key))
            else:
                self.check("%s: %s" % (what, key), value, got.get(key))

    def end(self):
        print("%d passed, %d failed" % (self.passed, self.failed), flush=True)
        return 1 if self.failed else 0
