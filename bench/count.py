#!/usr/bin/env python3
"""Instructions per item, counted by callgrind, held against what is recorded in the repository.

    bench/count.py --build clang-14.0.6 DIRECTORY BENCH...            compare; DIRECTORY/bench_BENCH
    bench/count.py --build clang-14.0.6 --record DIRECTORY BENCH...   write down what is counted

Prints one JSON line per result.  Fails if a result takes 3 % more instructions than recorded for
this build, if it is not recorded, or if a recorded one was not counted.  A count is the same on
every machine and every run, however busy, so it is what a test can hold; each compiler has its own.
Exits 77 where nothing can be said: without valgrind, or for a build that has no record.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

RISE_MAX = 1.03
SAME_WITHIN = 1.002
SKIPPED = 77

# Benches of which not all is counted, because it would take too long: parts of results' names.
PARTS = {"dispatch": ["dispatch_hot", "dispatch_market", "dispatch_burst", "dispatch_conflate",
                      "dispatch_report"],
         "match": ["match_normal", "match_sweep"]}

# Results that are the same whatever differs between them; how many they are is not recorded.
SAME = {"redis": [("redis_count_well", "redis_count_failing")]}


def counted(program, part):
    """{result: instructions per item} of what a program counts."""
    with tempfile.TemporaryDirectory() as place:
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--quiet",
                   f"--callgrind-out-file={place}/out", str(program), "--count"]
        if part:
            command += ["--only", part]
        ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if ended.returncode == SKIPPED:
            skip(f"{program.name} has skipped itself")
        if ended.returncode != 0:
            sys.exit(f"count.py: {program} ended with status {ended.returncode} under valgrind")
        totals = {}
        for path in pathlib.Path(place).glob("out*"):
            text = path.read_text(encoding="utf-8")
            trigger = re.search(r"^desc: Trigger: Client Request: (\S+)$", text, re.M)
            total = re.search(r"^totals: (\d+)", text, re.M)
            if trigger and total:
                totals[trigger.group(1)] = int(total.group(1))
        results = map(json.loads, ended.stdout.splitlines())
        return {result["name"]: round(totals[result["name"]] / result["items"], 2)
                for result in results if result["kind"] == "count"}


def bench_counted(directory, bench):
    program = (directory / f"bench_{bench}").resolve()
    if not program.exists():
        sys.exit(f"count.py: there is no {program}; build it first")
    found = {}
    for part in PARTS.get(bench, [None]):
        found.update(counted(program, part))
    return found


def compared(bench, found, recorded):
    """Prints the results and what is wrong with them; true if nothing is."""
    wrong = []
    same = {name for pair in SAME.get(bench, []) for name in pair}
    for name, instructions in found.items():
        line = {"bench": bench, "kind": "count", "name": name, "instructions": instructions}
        bound = recorded.get(name)
        if name in same:
            pass
        elif bound is None:
            wrong.append(f"{name} is not recorded; it takes {instructions:.2f} instructions")
        else:
            line["recorded"] = bound
            line["kept"] = instructions <= bound * RISE_MAX
            if not line["kept"]:
                more = 100 * (instructions / bound - 1)
                wrong.append(f"{name} takes {instructions:.2f} instructions per item, "
                             f"recorded are {bound:.2f}: {more:.1f} % more")
        print(json.dumps(line), flush=True)
    wrong += [f"{name} is recorded and was not counted" for name in recorded if name not in found]
    for one, other in SAME.get(bench, []):
        few, many = sorted([found[one], found[other]])
        if many > few * SAME_WITHIN:
            wrong.append(f"{one} and {other} are {found[one]:.2f} and {found[other]:.2f} "
                         "instructions per item: they have to be the same")
    for sentence in wrong:
        print(f"count.py: {bench}: {sentence}", file=sys.stderr)
    return not wrong


def skip(sentence):
    print(f"count.py: {sentence}")
    sys.exit(SKIPPED)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--record", action="store_true", help="write the counts down as bounds")
    parser.add_argument("--file", type=pathlib.Path,
                        default=pathlib.Path(__file__).parent / "instructions.json")
    parser.add_argument("--build", required=True, help="compiler and version, e.g. clang-14.0.6")
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("bench", nargs="+", help="book, queue, ...")
    options = parser.parse_args()

    if not shutil.which("valgrind"):
        skip("valgrind is not installed, so no instructions are counted")
    everything = {}
    if options.file.exists():
        everything = json.loads(options.file.read_text(encoding="utf-8"))
    if options.build not in everything and not options.record:
        known = ", ".join(everything) or "none"
        skip(f"nothing is recorded for {options.build}; there are {known}")
    recorded = everything.setdefault(options.build, {})
    kept = True
    for bench in options.bench:
        found = bench_counted(options.directory, bench)
        if options.record:
            same = {name for pair in SAME.get(bench, []) for name in pair}
            recorded[bench] = {name: found[name] for name in found if name not in same}
        kept &= compared(bench, found, recorded.get(bench, {}))
    if options.record:
        text = json.dumps(everything, indent=2, sort_keys=True)
        options.file.write_text(text + "\n", encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
