#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tools that behave badly, or show how they were started.

usage: tool_habit.py show ARGUMENT ... | sleep | print | spin | exit NUMBER | fork
"""
import json
import os
import sys
import time


def main():
    habit = sys.argv[1]
    if habit == "show":
        print(json.dumps({"argv": sys.argv[2:], "secret": os.environ.get("SECRET")}))
    if habit == "sleep":
        print("asleep", flush=True)
        time.sleep(600)
    while habit == "print":
        os.write(1, b"x" * 4096)
    while habit == "spin":
        pass
    if habit == "fork":
        # A child that goes on, and holds the output.
        if not os.fork():
            time.sleep(600)
        print("the parent is gone", flush=True)
    sys.exit(int(sys.argv[2]) if habit == "exit" else 0)


main()
