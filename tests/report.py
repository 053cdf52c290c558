#!/usr/bin/env python3
"""Says what became of the tests of one build.

    tests/report.py LOG

LOG is meson's testlog.json, one object a line.  Prints each failed test with the end of what it
said and each skipped test with its reason; the last line is three numbers, passed failed skipped.
"""

import json
import re
import sys

TAIL_LINES = 40
PASSED = {"OK", "EXPECTEDFAIL"}

# Of a CUnit program only what failed is worth a line.
NOISE = re.compile(r"\.\.\.passed$|CUnit - A unit testing|cunit\.sourceforge|^Run Summary|"
                   r"^ +(suites|tests|asserts) +\d|^Elapsed time|^ +Ran Passed")


def said(test):
    text = (test.get("stdout") or "") + (test.get("stderr") or "")
    return [line for line in text.splitlines() if line.strip() and not NOISE.search(line)]


def main():
    passed, failed, skipped = 0, [], []
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        for line in log:
            test = json.loads(line)
            if test["result"] in PASSED:
                passed += 1
            else:
                (skipped if test["result"] == "SKIP" else failed).append(test)
    for test in skipped:
        reason = (said(test) or ["it gave no reason"])[-1].strip()
        print(f"    skipped  {test['name'].split(' / ')[-1]}: {reason}")
    for test in failed:
        print(f"    FAILED   {test['name'].split(' / ')[-1]} ({test['result'].lower()}), and said:")
        for line in said(test)[-TAIL_LINES:]:
            print(f"      | {line}")
        print(f"      again: {' '.join(test['command'])}")
    print(passed, len(failed), len(skipped))


if __name__ == "__main__":
    main()
