#!/usr/bin/env python3
"""The house rules a compiler does not check.  Runs as a test: meson test tidy.

    tests/tidy/tidy.py [ROOT]

Prints one line per breach, "file:line: sentence", and exits 1 if there was any.  It reads what git
tracks or would track; outside a checkout it reads every file that is not a build's.
"""

import pathlib
import re
import subprocess
import sys

LINE_MAX = 100
FUNCTION_MAX = 60
FILE_MAX = 500
FILE_HARD_MAX = 700
TRACKED_BYTES_MAX = 256 * 1024

# A file between FILE_MAX and FILE_HARD_MAX holds one idea that does not divide, and says which.
LONG_FILES = {}

# folder: the folders it may include from, besides itself.  Nothing else may.
BASE, WIRE, QUEUE = "dataplane/base", "dataplane/wire", "dataplane/queue"
CAPTURE, NET, BOOK = "dataplane/capture", "dataplane/net", "dataplane/book"
FEED, ROUTE, STRATEGY = "dataplane/feed", "dataplane/route", "dataplane/strategy"
RISK, GATEWAY = "dataplane/risk", "dataplane/gateway"
STAGE, LAUNCH = "dataplane/stage", "dataplane/launch"
MATCH, JOURNAL = "dataplane/match", "dataplane/journal"
SESSION, PUBLISH = "dataplane/session", "dataplane/publish"
INET, ENTRY = "dataplane/inet", "dataplane/entry"
REENACT = "dataplane/reenact"
UNDER_STAGE = [BASE, WIRE, QUEUE, CAPTURE, NET, INET, BOOK, FEED, ROUTE, STRATEGY, MATCH, JOURNAL,
               SESSION, ENTRY, PUBLISH, RISK, GATEWAY]
LAYERS = {
    BASE: [],
    WIRE: [BASE],
    QUEUE: [BASE],
    CAPTURE: [BASE, WIRE],
    NET: [BASE, QUEUE, CAPTURE],
    BOOK: [BASE, WIRE],
    FEED: [BASE, WIRE, SESSION, BOOK],
    MATCH: [BASE],
    JOURNAL: [BASE],
    PUBLISH: [BASE, WIRE, BOOK, FEED, MATCH],
    ENTRY: [BASE, WIRE, MATCH],
    REENACT: [BASE, WIRE, BOOK, FEED, MATCH, ENTRY, PUBLISH],
    SESSION: [BASE, WIRE],
    INET: [BASE, WIRE],
    RISK: [BASE],
    ROUTE: [BASE, QUEUE, BOOK, STRATEGY],
    STRATEGY: [BASE, BOOK],
    GATEWAY: [BASE, WIRE, BOOK, STRATEGY, ROUTE, RISK],
    STAGE: UNDER_STAGE,
    LAUNCH: UNDER_STAGE + [STAGE],
    # What may wait knows the stages by their counters and mailboxes, and no packet or book.
    # Limits are keys of the configuration by risk's own table.
    "control/command": [BASE],
    "control/config": [BASE, STAGE, RISK],
    "control/monitor": [BASE, STAGE, "control/config", "control/recorder", "control/redis"],
    # It takes copies of frames from the rings of the taps, and knows nothing of what is in them.
    "control/recorder": [BASE, QUEUE, CAPTURE, NET],
    "control/metrics": [BASE, STAGE, "control/command", "control/monitor"],
    # Programs outside say what a strategy says: records and answers of the gateway, in rings; and
    # are told what becomes of the orders of a venue's accounts.
    "control/redis": [BASE, QUEUE, JOURNAL, RISK, GATEWAY, ENTRY, STAGE, "control/config"],
}
ANYTHING = ("apps/", "tests/", "bench/")

TOP_LEVEL = {
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "meson.build", "meson_options.txt",
    "dataplane", "control", "apps", "nic-config", "tests", "bench",
}

# DPDK is known to the door, to the start, and to queues made of its parts.
DPDK_FILES = re.compile(r"^(dataplane/(net|launch)/|dataplane/queue/[^/]*_dpdk|tests/|bench/)")

# A file of the data plane that includes one of these is cold, and says so by its name.
COLD_HEADERS = {"stdio.h", "stdlib.h", "errno.h", "unistd.h", "pthread.h", "fcntl.h",
                "sys/mman.h", "sys/socket.h", "sys/stat.h"}
COLD_FILES = re.compile(r"^dataplane/launch/|(_print|_setup|_file)\.[ch]$|/(check|text)\.c$")

INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')
BANNED_CALL = re.compile(r"\b(strcpy|strcat|stpcpy|sprintf|vsprintf|gets|strtok|atoi|atol|atoll"
                         r"|atof|alloca)\s*\(")
BANNED_MARK = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
BANNED_WORDS = {"get", "process", "handle", "manage", "manager", "mgr", "helper", "impl", "ctx",
                "do", "data", "info"}
FUNCTION_NAME = re.compile(r"^(?!typedef\b|extern\b|return\b|else\b)[A-Za-z_][^=;(]*?[\s*]"
                           r"([a-z_][a-z0-9_]*)\(")
MACHINE_PATH = re.compile(r"(?<![\w./-])/(work\b|home/|root/|Users/)")
CAPTURE_NAME = re.compile(r"\.(pcap|pcapng|cap|itch50|itch)(\.gz|\.xz|\.zst)?$")
CAPTURE_MAGIC = (b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\x3c\x4d",
                 b"\x4d\x3c\xb2\xa1", b"\x0a\x0d\x0d\x0a")
TEXT = re.compile(r"(\.(c|h|in|py|sh|md|txt|yaml|yml|json)|/meson\.build|LICENSE|/run"
                  r"|/quickstart|/pollux-host|/pre-commit)$")
CODE = re.compile(r"(\.(c|h|py|sh)|meson\.build|/run|/quickstart|/pollux-host|/pre-commit)$")

RELEASE = re.compile(r"^## (Unreleased|\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d)$")
EFFECTS = {"### Operators must", "### New", "### Better", "### Fixed"}


def tracked(root):
    """Names of the files git tracks or would add; outside a checkout, of all but build folders."""
    git = ["git", "-C", str(root)]
    try:
        top = subprocess.run(git + ["rev-parse", "--show-toplevel"], capture_output=True, text=True)
        if top.returncode == 0 and pathlib.Path(top.stdout.strip()) == root.resolve():
            listed = subprocess.run(git + ["ls-files", "-z", "--cached", "--others",
                                           "--exclude-standard"], capture_output=True, text=True)
            names = listed.stdout.split("\0")
            return sorted({name for name in names if name and (root / name).is_file()})
    except FileNotFoundError:
        pass
    names = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    skipped = re.compile(r"^(build[^/]*|\.git)/|(^|/)__pycache__/|(^|/)subprojects/")
    return sorted(name for name in names if not skipped.search(name))


def blanked(text):
    """C source with comments and the insides of literals replaced by spaces, lines kept."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found.group(0)), text, flags=re.S)


def breaches(root):
    names = tracked(root)
    yield from tree_breaches(root, names)
    for name in names:
        if not TEXT.search("/" + name) or name.startswith(("tests/golden/", "tests/fuzz/corpus/")):
            continue
        try:
            text = (root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            yield name, 1, "is not UTF-8 text"
            continue
        yield from text_breaches(name, text)
        if name.endswith((".c", ".h")):
            yield from c_breaches(name, text)
        if name == "CHANGELOG.md":
            yield from changelog_breaches(name, text)


def tree_breaches(root, names):
    """What can be said of a file without reading it as text, and of the folders."""
    folders = {}
    for name in names:
        top = name.split("/")[0]
        if top not in TOP_LEVEL and not top.startswith("."):
            yield name, 1, "the top level is fixed; this name is not in it"
        folders.setdefault(name.rpartition("/")[0], set()).add(name.rpartition("/")[2])
        size = (root / name).stat().st_size
        if size > TRACKED_BYTES_MAX:
            yield name, 1, f"is {size} bytes; at most {TRACKED_BYTES_MAX} may be tracked"
        if name.startswith("tests/fuzz/corpus/"):
            continue
        with open(root / name, "rb") as file:
            magic = file.read(4)
        if CAPTURE_NAME.search(name) or magic in CAPTURE_MAGIC:
            yield name, 1, "is a capture; captures are made or read from outside, never tracked"
    for folder, held in sorted(folders.items()):
        speaks = not folder.startswith(("tests/", "nic-config/", "."))
        if speaks and held != {"meson.build"} and "README.md" not in held:
            yield (folder + "/README.md").lstrip("/"), 1, "is missing; every folder says what it is"


def text_breaches(name, text):
    lines = text.split("\n")
    if text and not text.endswith("\n"):
        yield name, len(lines), "does not end with a line feed"
    in_table = False
    for number, line in enumerate(lines, 1):
        in_table = "clang-format off" in line or (in_table and "clang-format on" not in line)
        if CODE.search("/" + name) and len(line) > LINE_MAX and not in_table:
            yield name, number, f"line is longer than {LINE_MAX} columns"
        if line != line.rstrip():
            yield name, number, "line ends in white space"
        if found := BANNED_MARK.search(line):
            yield name, number, f"{found.group(0)} belongs in an issue, not in the tree"
        if found := MACHINE_PATH.search(line):
            yield name, number, f"{found.group(0)} is a path of one machine"
    count = len(lines) - 1
    if CODE.search("/" + name) and count > FILE_MAX:
        if count > FILE_HARD_MAX or name not in LONG_FILES:
            yield name, count, f"file is longer than {FILE_MAX} lines: it holds two ideas"


def c_breaches(name, text):
    folder = name.rpartition("/")[0]
    layer = next((layer for layer in LAYERS if (folder + "/").startswith(layer + "/")), None)
    if layer is None and not name.startswith(ANYTHING):
        yield name, 1, "file is in no layer of tests/tidy/tidy.py"
    raw = text.split("\n")
    if name.endswith(".h"):
        guard = re.sub(r"[^A-Z0-9]", "_", name.upper())
        if raw[0] != f"#ifndef {guard}":
            yield name, 1, f"include guard should be {guard}"
    opened = None
    for number, (code, line) in enumerate(zip(blanked(text).split("\n"), raw), 1):
        if found := BANNED_CALL.search(code):
            yield name, number, f"{found.group(1)} is banned; it has no bound or hides errors"
        if re.match(r"\s*#\s*pragma\s+once", code):
            yield name, number, "#pragma once: use an include guard named after the path"
        if found := FUNCTION_NAME.match(code):
            for word in BANNED_WORDS & set(found.group(1).split("_")):
                yield name, number, f"{found.group(1)}: '{word}' says nothing; name what it does"
        if opened is None and code.startswith("{"):
            opened = number
        elif opened is not None and code.startswith("}"):
            if number - opened - 1 > FUNCTION_MAX:
                yield name, opened, f"function is longer than {FUNCTION_MAX} lines"
            opened = None
        if found := INCLUDE.match(line):
            yield from include_breaches(name, number, layer, found.group(1))


def include_breaches(name, number, layer, included):
    if included.startswith("rte_") and not DPDK_FILES.search(name):
        yield name, number, f"{included}: DPDK is for dataplane/net, launch and queue/*_dpdk*"
    if layer is None:
        return
    if included in COLD_HEADERS and name.startswith("dataplane/") and not COLD_FILES.search(name):
        yield name, number, f"{included} is for cold files: *_print, *_setup, *_file, launch/"
    if name.startswith("dataplane/") and included.startswith("control/"):
        yield name, number, "dataplane may not include control"
        return
    if included.startswith(("apps/", "tests/", "bench/")):
        yield name, number, f"{layer} may not include {included.split('/')[0]}"
        return
    owner = next((other for other in LAYERS if included.startswith(other + "/")), None)
    if owner is not None and owner != layer and owner not in LAYERS[layer]:
        yield name, number, f"{layer} may not include {owner}"


def changelog_breaches(name, text):
    """# Changelog, then releases; each says what stays compatible and lists effects as sentences."""
    lines = text.split("\n")
    if lines[0] != "# Changelog":
        yield name, 1, "first line should be '# Changelog'"
    release, compatible, effect = None, True, False
    for number, line in enumerate(lines, 1):
        if line.startswith("## "):
            if not compatible:
                yield name, release, "release does not say what stays compatible ('Compatible: ')"
            if not RELEASE.match(line):
                yield name, number, "release should be '## Unreleased' or '## 1.2.3 - 2030-12-31'"
            release, compatible, effect = number, False, False
        elif line.startswith("### "):
            effect = True
            if line not in EFFECTS:
                wanted = ", ".join(sorted(EFFECTS))
                yield name, number, f"heading should be one of: {wanted}"
        elif line.startswith("Compatible: "):
            compatible = True
        elif line.startswith("- ") and not effect:
            yield name, number, "entry stands under no heading that says whom it affects"
    if release is None:
        yield name, len(lines), "holds no release"
    elif not compatible:
        yield name, release, "release does not say what stays compatible ('Compatible: ')"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    found = list(breaches(root))
    for name, number, sentence in found:
        print(f"{name}:{number}: {sentence}")
    print(f"{len(found)} breaches" if found else "tidy")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
