#!/usr/bin/env python3
"""All figures of a bench run that have a bound, and whether they are within it.

    bench/table.py [--strict] RESULT...

RESULT is a file of JSON lines as the benches print them, its ending .jsonl left out or not.  Exits
1 if a ratio was missed, or with --strict any bound; a file without results is a bench that broke.
"""

import json
import pathlib
import sys

# What of a result is held against its bound.
JUDGED = {"latency": "p50", "rate": "median", "ratio": "ratio", "count": "instructions"}
NOISY = ("latency", "rate")


def results(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            print(f"{path}: a line is not JSON: {line[:60]}", file=sys.stderr)


def machine_text(found):
    return (f"{found['cores']} cores of {found['cpu']}, kernel {found['kernel']}, "
            f"Pollux {found['version']} built by {found['compiler']}")


def rows(path):
    """(bench, name, what, measured, bound, kept, kind) of each figure with a bound."""
    for found in results(path):
        kind = found.get("kind")
        if kind in JUDGED and "bound" in found and JUDGED[kind] in found:
            unit = "" if kind == "ratio" else f" {found.get('unit', '')}"
            label = JUDGED[kind] + " " if kind == "latency" else ""
            yield (found["bench"], found["name"], found.get("what", ""),
                   f"{label}{found[JUDGED[kind]]:g}{unit}", f"{found['bound']:g}{unit}",
                   found.get("kept", found[JUDGED[kind]] <= found["bound"]), kind)


def main():
    strict = "--strict" in sys.argv[1:]
    paths = [pathlib.Path(word if word.endswith(".jsonl") else word + ".jsonl")
             for word in sys.argv[1:] if word != "--strict"]
    machines, table, missed, broken = [], [], 0, False
    for path in paths:
        found = list(results(path)) if path.is_file() else []
        machines += [machine_text(one) for one in found if one.get("kind") == "machine"]
        if not [one for one in found if one.get("kind") in JUDGED]:
            print(f"{path.stem}: no results; the bench broke", file=sys.stderr)
            broken = True
            continue
        for bench, name, what, measured, bound, kept, kind in rows(path):
            table.append((bench, name, measured, bound, "within" if kept else "missed", what))
            missed += not kept and (strict or kind not in NOISY)
    head = ("bench", "figure", "measured", "bound", "", "what")
    widths = [max(len(row[i]) for row in [head] + table) for i in range(5)]
    for row in [head] + table:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths)) + "  " + row[5])
    for machine in sorted(set(machines)):
        print("on " + machine)
    return 1 if missed or broken else 0


if __name__ == "__main__":
    sys.exit(main())
