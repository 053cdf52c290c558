"""The host as its /proc and /sys say it is, and what is found out about it.

Everything is read below one root, so that a test can hand in a tree of small files instead of a
machine.  A file that is not there, or may not be read, is None: no check may fail because of it.
"""

import dataclasses
import pathlib
import re

OK, ADVICE, PROBLEM = "ok", "advice", "problem"

# The longest file is the list of PCI names.  Files of /proc/sys refuse to be read in large pieces.
FILE_BYTES_MAX = 8 * 1024 * 1024
PIECE_BYTES = 16 * 1024


@dataclasses.dataclass(frozen=True)
class Finding:
    """One fact and what it means.  A problem stops a port from bypassing the kernel, or makes what
    it delivers wrong; advice costs speed or safety; cause and fix are given for both."""

    topic: str
    name: str
    state: str
    fact: str
    cause: str = ""
    fix: str = ""


class Host:
    def __init__(self, root="/"):
        self.root = pathlib.Path(root)

    def path(self, name):
        return self.root / name.lstrip("/")

    def text(self, name):
        """The file's text without the last line feed, or None."""
        try:
            with open(self.path(name), "rb", buffering=0) as file:
                held = b""
                while len(held) < FILE_BYTES_MAX and (piece := file.read(PIECE_BYTES)):
                    held += piece
                return held.decode("utf-8", "replace").rstrip("\n")
        except OSError:
            return None

    def word(self, name, otherwise=""):
        text = self.text(name)
        return otherwise if text is None else text.strip()

    def number(self, name, otherwise=None):
        word = self.word(name)
        found = re.fullmatch(r"-?[0-9]{1,18}|0x[0-9a-fA-F]{1,16}", word)
        return int(word, 16 if word.startswith("0x") else 10) if found else otherwise

    def names(self, folder):
        """Sorted names in a folder; none if it is not there."""
        try:
            return sorted(entry.name for entry in self.path(folder).iterdir())
        except OSError:
            return []

    def exists(self, name):
        try:
            return self.path(name).exists()
        except OSError:
            return False

    def link(self, name):
        """The last part of what a symbolic link points at, or ''."""
        try:
            return pathlib.PurePath(self.path(name).readlink()).name
        except OSError:
            return ""

    # What more than one check asks.

    def command_line(self):
        """The kernel's command line as a dictionary; a word without '=' has the value ''."""
        words = (word.partition("=") for word in self.word("/proc/cmdline").split())
        return {key: value for key, _, value in words}

    def processor_flags(self):
        found = re.search(r"^flags\s*:\s*(.*)$", self.text("/proc/cpuinfo") or "", re.M)
        return set(found.group(1).split()) if found else set()

    def vendor(self):
        found = re.search(r"^vendor_id\s*:\s*(\S+)", self.text("/proc/cpuinfo") or "", re.M)
        return found.group(1) if found else ""

    def is_guest(self):
        return "hypervisor" in self.processor_flags()

    def nodes(self):
        names = self.names("/sys/devices/system/node")
        return sorted(int(name[4:]) for name in names if re.fullmatch(r"node[0-9]{1,5}", name))

    def processes(self):
        """The names of all running programs."""
        return {self.word(f"/proc/{name}/comm") for name in self.names("/proc") if name.isdigit()}

    def kernel(self):
        return self.word("/proc/sys/kernel/osrelease", "unknown")

    def module(self, name):
        """'loaded', 'available' or '': whether the running kernel has a module or holds it."""
        if self.exists(f"/sys/module/{name}"):
            return "loaded"
        wanted = re.compile(r"/%s\.ko" % re.sub("[-_]", "[-_]", name))
        for index in ("modules.dep", "modules.builtin"):
            if wanted.search(self.text(f"/lib/modules/{self.kernel()}/{index}") or ""):
                return "available"
        return ""


def list_of(text):
    """Numbers of a kernel list such as '0,2-4'; malformed parts are left out."""
    numbers = set()
    for part in (text or "").strip().split(","):
        if found := re.fullmatch(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", part.strip()):
            numbers.update(range(int(found.group(1)), int(found.group(2) or found.group(1)) + 1))
    return numbers


def list_text(numbers):
    """The shortest kernel list of numbers: {0, 2, 3, 4} is '0,2-4'."""
    parts, ordered = [], sorted(numbers)
    while ordered:
        last = 0
        while last + 1 < len(ordered) and ordered[last + 1] == ordered[last] + 1:
            last += 1
        parts.append(f"{ordered[0]}-{ordered[last]}" if last else f"{ordered[0]}")
        ordered = ordered[last + 1:]
    return ",".join(parts)
