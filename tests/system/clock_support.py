"""polluxd under a clock that a spec sets, and what its metrics say."""

import os
import pathlib
import struct
import sys
import urllib.request

from box_support import Box
from replay_support import equal, require

LIBRARY = os.path.abspath(sys.argv.pop())


def set_clock(bench, seconds):
    """By how much the system's clock is ahead, of those who start from here on too."""
    path = pathlib.Path(bench.path("set_clock"))
    with open(path, "r+b" if path.exists() else "w+b") as file:
        file.write(struct.pack("<q", seconds * 10**9))
    os.environ["SET_CLOCK"] = str(path)


def started(bench, text):
    os.environ["LD_PRELOAD"] = LIBRARY
    try:
        return Box(bench, text)
    finally:
        del os.environ["LD_PRELOAD"]


def metric(box, name):
    port = [line for line in box.said().splitlines() if "/metrics" in line]
    require(port, f"it does not say where metrics are: {box.said()[:1500]}")
    address = port[0].split("http://")[1].split("/metrics")[0]
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    rows = [line.split()[-1] for line in text.splitlines() if line.startswith(name + " ")]
    equal(len(rows), 1, f"rows of {name}")
    return float(rows[0])
