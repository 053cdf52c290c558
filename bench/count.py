#!/usr/bin/env python3
"""Instructions per item, counted by callgrind, held against what is recorded in the repository.

    bench/count.py [--record] [--file bench/instructions.json] PROGRAM [ARGUMENT ...]

Starts PROGRAM --count under valgrind, prints one JSON line per result and fails if one takes 3 %
more instructions than recorded for this build; --record writes them down instead.  A count is the
same on every machine and every run, however busy, so it is what a test can hold.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

RISE_MAX = 1.03


def counts(program, arguments):
    """(result, instructions per item), in the order the program measured them."""
    with tempfile.TemporaryDirectory() as place:
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--quiet",
                   f"--callgrind-out-file={place}/out", str(pathlib.Path(program).resolve()),
                   "--count", *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"count.py: {program} ended with status {done.returncode} under valgrind")
        totals = {}
        for path in pathlib.Path(place).glob("out*"):
            text = path.read_text()
            trigger = re.search(r"^desc: Trigger: Client Request: (\S+)$", text, re.M)
            total = re.search(r"^totals: (\d+)", text, re.M)
            if trigger and total:
                totals[trigger.group(1)] = int(total.group(1))
        for line in done.stdout.splitlines():
            result = json.loads(line)
            if result["kind"] == "count":
                yield result, totals[result["name"]] / result["items"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--record", action="store_true", help="write the counts down as bounds")
    parser.add_argument("--file", default=str(pathlib.Path(__file__).parent / "instructions.json"))
    parser.add_argument("--build", default="release",
                        help="name of the build, e.g. clang-14: each compiler has its own counts")
    parser.add_argument("program")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    path = pathlib.Path(options.file)
    recorded = json.loads(path.read_text()) if path.exists() else {}
    known = recorded.setdefault(options.build, {})
    status = 0
    for result, per_item in counts(options.program, options.arguments):
        name = f"{result['bench']}.{result['name']}"
        line = {"bench": result["bench"], "kind": "count", "name": result["name"],
                "instructions": round(per_item, 2)}
        if options.record:
            known[name] = round(per_item, 2)
        elif name in known:
            line["recorded"] = known[name]
            line["kept"] = per_item <= known[name] * RISE_MAX
            if not line["kept"]:
                status = 1
                print(f"count.py: {name} takes {per_item:.2f} instructions per item, recorded are "
                      f"{known[name]:.2f}", file=sys.stderr)
        print(json.dumps(line))
    if options.record:
        path.write_text(json.dumps(recorded, indent=2, sort_keys=True) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
