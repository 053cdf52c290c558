#!/usr/bin/env python3
"""What ninja must build for some tests: what these tests run, and with "programs" all programs.

    tests/targets.py BUILD [programs] SUITE|TEST...

Prints a target a line.
"""

import json
import pathlib
import sys


def introspect(build, what):
    """What meson has written down of it."""
    return json.loads(pathlib.Path(build, "meson-info", f"intro-{what}.json").read_text("utf-8"))


def main():
    build, named = sys.argv[1], set(sys.argv[2:])
    wanted = {needed for test in introspect(build, "tests")
              if named & {test["name"], *(suite.split(":")[-1] for suite in test["suite"])}
              for needed in test["depends"]}
    root = pathlib.Path(build).resolve()
    for target in introspect(build, "targets"):
        for name in target["filename"]:
            path = pathlib.Path(name).resolve().relative_to(root)
            program = (target["type"], path.parts[0]) == ("executable", "apps")
            if target["id"] in wanted or (program and "programs" in named):
                print(path)


if __name__ == "__main__":
    main()
