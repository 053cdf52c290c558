#!/usr/bin/env python3
"""The seam, held by force: what a pure folder may not even refer to.

    symbols.py BUILD_DIRECTORY [ROOT]

Clock, link, storage and randomness are passed in; nothing that parses, matches, routes or decides
reads them by itself.  So every file of the folders below is compiled once more, as the build does
it but without link-time optimisation and sanitizers, which hide names; the object may refer only to

  - what other checked files define,
  - the few functions of the C library that compute and touch nothing outside,
  - what the table allows its kind of file,

and may contain none of the instructions that read a clock, a random number or enter the kernel.
Prints one sentence per breach and exits 1 if there was any.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

FOLDERS = ("base", "wire", "queue", "capture", "inet", "book", "feed", "match", "session", "risk",
           "route", "strategy", "journal", "entry", "publish", "gateway", "reenact")

# Files that may wait, and say so by their name: nothing pure may call into them either.
EDGE = re.compile(r"_(setup|file)\.c$")

# Kind of file (by name): what it may refer to besides.
KINDS = [
    (r".*", "memcpy memset memmove memcmp bcmp memchr strlen strnlen strcmp strncmp strchr "
            "__memcpy_chk __memset_chk __memmove_chk __stack_chk_fail _GLOBAL_OFFSET_TABLE_ "
            "__udivti3 __umodti3 __divti3 __modti3 __cpu_model __cpu_indicator_init"),
    (r"_print\.c$", "snprintf vsnprintf __snprintf_chk __vsnprintf_chk"),
    (r"base/check\.c$", "fprintf __fprintf_chk stderr abort"),
]

INSTRUCTIONS = {
    "rdtsc": "reads the clock", "rdtscp": "reads the clock",
    "rdrand": "draws a random number", "rdseed": "draws a random number",
    "syscall": "enters the kernel", "sysenter": "enters the kernel", "int": "enters the kernel",
}
INSTRUCTION = re.compile(r"^\s*[0-9a-f]+:\t(?:[a-z0-9]+ )*?(%s)\b" % "|".join(INSTRUCTIONS), re.M)

# -MQ, -MF and -o take the word behind them along.
DROPPED = re.compile(r"-(flto.*|fsanitize.*|fno-sanitize.*|fprofile.*|MD|ffat-lto-objects|c)$")
DROPPED_PAIR = ("-MQ", "-MF", "-o")


def checked_commands(build, root):
    """(file, directory, command) of every compilation of a checked file."""
    database = json.loads((build / "compile_commands.json").read_text())
    for entry in database:
        directory = pathlib.Path(entry["directory"])
        path = (directory / entry["file"]).resolve()
        if not path.is_relative_to(root / "dataplane") or path.suffix != ".c":
            continue
        name = path.relative_to(root).as_posix()
        if name.split("/")[1] in FOLDERS and not EDGE.search(name):
            words = entry.get("arguments") or shlex.split(entry["command"])
            yield name, directory, words


def plain(words, out):
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in DROPPED_PAIR:
            skip = True
        elif not DROPPED.match(word):
            kept.append(word)
    return kept + ["-O1", "-g0", "-c", "-o", str(out)]


def run(words, directory=None):
    return subprocess.run(words, cwd=directory, check=True, capture_output=True, text=True).stdout


def inspect(job):
    number, (name, directory, words), scratch = job
    out = pathlib.Path(scratch) / f"{number}.o"
    run(plain(words, out), directory)
    defined, undefined = set(), set()
    for line in run(["nm", str(out)]).splitlines():
        kind, symbol = line.split()[-2:]
        if kind in "Uw":
            undefined.add(symbol)
        elif kind.isupper():
            defined.add(symbol)
    code = run(["objdump", "-d", "--no-show-raw-insn", str(out)])
    return name, defined, undefined, set(INSTRUCTION.findall(code))


def allowed_for(name):
    return {word for pattern, words in KINDS if re.search(pattern, name) for word in words.split()}


def breaches(build, root):
    commands = list(checked_commands(build, root))
    with tempfile.TemporaryDirectory() as scratch:
        jobs = [(number, command, scratch) for number, command in enumerate(commands)]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            objects = list(pool.map(inspect, jobs))
    ours = set().union(*(defined for _, defined, _, _ in objects))
    for name, _, undefined, instructions in sorted(objects, key=lambda each: each[0]):
        for symbol in sorted(undefined - ours - allowed_for(name)):
            yield f"{name}: refers to {symbol}, which is outside the seam"
        for instruction in sorted(instructions):
            yield f"{name}: contains {instruction}, which {INSTRUCTIONS[instruction]}"
    if not commands:
        yield f"{build}: no file of dataplane/ is in compile_commands.json; nothing was checked"


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    root = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else __file__).resolve()
    if root.is_file():
        root = root.parents[2]
    try:
        found = list(breaches(build, root))
    except subprocess.CalledProcessError as error:
        print(f"{shlex.join(error.cmd)}\n{error.stderr}", file=sys.stderr)
        return 2
    for sentence in found:
        print(sentence)
    print(f"{len(list(checked_commands(build, root)))} compilations of pure files checked")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
