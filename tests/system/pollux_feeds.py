#!/usr/bin/env python3
"""A feed whose lines contradict each other, and the way out of it: two captures made here, byte by
byte, are played at their own pace, and in one of them an order has another price.

    pollux_feeds.py POLLUX POLLUXD
"""

import atexit
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

from pollux_support import TREE
from replay_support import calm, equal, require, run_specs, spec

GROUPS = ((233, 54, 12, 111), (233, 49, 196, 111))
PORT = 26477
SPAN_MS = 5  # from one message to the next
MESSAGES = 24000  # two minutes
WRONG = 200  # the message that is not the same on both lines


def message(number, wrong):
    """ITCH 5.0: a directory entry, that it trades, then orders to buy one share each."""
    head = struct.pack(">HHHI", 1, 0, 0, number)  # locate, tracking, a time of 48 bits
    if number == 1:
        return b"R" + head + b"ACME    " + bytes(20)
    if number == 2:
        return b"H" + head + b"ACME    T " + b"    "
    price = 10_0000 + number % 100 + (5000 if wrong else 0)
    return b"A" + head + struct.pack(">QcI8sI", number, b"B", 1, b"ACME    ", price)


def frame(group, number, wrong):
    is_message = message(number, wrong)
    payload = (b"TODAY     " + struct.pack(">QHH", number, 1, len(is_message)) + is_message)
    udp = struct.pack(">HHHH", PORT, PORT, 8 + len(payload), 0)  # without a checksum
    ip = struct.pack(">BBHHHBBH4B4B", 0x45, 0, 28 + len(payload), 0, 0, 1, 17, 0, 10, 0, 0, 1,
                     *group)
    total = sum(struct.unpack(">10H", ip))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    ip = ip[:10] + struct.pack(">H", total ^ 0xFFFF) + ip[12:]
    ethernet = bytes((1, 0, 0x5E, group[1] & 0x7F, group[2], group[3], 2, 0, 0, 0, 0, 1, 8, 0))
    return ethernet + ip + udp + payload


def capture(bench, line):
    """A pcap file with nanoseconds; line B is a microsecond behind."""
    parts = [struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1)]
    for number in range(1, MESSAGES + 1):
        bytes_ = frame(GROUPS[line], number, line == 1 and number == WRONG)
        at_ns = number * SPAN_MS * 1_000_000 + line * 1000
        parts.append(struct.pack("<IIII", 1_700_000_000 + at_ns // 10**9, at_ns % 10**9,
                                 len(bytes_), len(bytes_)))
        parts.append(bytes_)
    return bench.write(f"line-{'ab'[line]}.pcap", b"".join(parts))


class Feed:
    """polluxd with the two lines, and pollux beside it."""

    def __init__(self, bench):
        text = (TREE / "apps/polluxd/lines.yaml").read_text()
        core = min(os.sched_getaffinity(0))
        for old, new in (("lines-a.pcap", capture(bench, 0)), ("lines-b.pcap", capture(bench, 1)),
                         ("cores: [0]", f"cores: [{core}]")):
            require(old in text, f"lines.yaml has no '{old}'")
            text = text.replace(old, new)
        text += "\ncontrol: {socket: control/pollux.sock, record_file: changes.jsonl}\n"
        bench.write("feed.yaml", text.encode())
        self.folder = bench.directory
        self.program = bench.path("pollux")
        shutil.copy(bench.program["pollux"], self.program)
        self.line = [bench.program["polluxd"], "--config", "feed.yaml"]
        self.said = open(bench.path("said"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(self.line, stdout=self.said, stderr=subprocess.STDOUT,
                                        cwd=self.folder)
        atexit.register(self.process.kill)  # of a spec that fails before its end

    def pollux(self, *words):
        line = [self.program, "--socket", "control/pollux.sock", *words]
        done = subprocess.run(line, capture_output=True, text=True, timeout=30, cwd=self.folder,
                              stdin=subprocess.DEVNULL)
        calm(done, line)
        return done

    def ask(self, *words):
        done = self.pollux("--json", *words)
        equal(done.returncode, 0, f"the status of {words} ({done.stderr})")
        return json.loads(done.stdout)

    def wait(self, truth, sentence):
        until = time.monotonic() + 60
        while not truth():
            require(time.monotonic() < until and self.process.poll() is None, sentence)
            time.sleep(0.02)

    def alert(self, code):
        """Whether the condition holds; None: it never did."""
        found = [one for one in self.ask("alerts")["alerts"] if one["code"] == code]
        return found[0]["holds"] if found else None

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=40)
        self.said.seek(0)
        said = self.said.read()
        self.said.close()
        calm(subprocess.CompletedProcess(self.line, max(self.process.returncode, 0), "", said),
             self.line)
        equal(self.process.returncode, 0, f"the status of polluxd ({said[-1500:]})")
        return said


NO_QUARANTINE = "the feed is not in quarantine: its lines do not contradict each other"


@spec
def a_quarantine_ends_by_command_and_the_feed_goes_on_as_after_a_gap(bench):
    feed = Feed(bench)
    feed.wait(lambda: feed.pollux("status").returncode == 0, "it does not answer")
    feed.wait(lambda: feed.ask("feeds")["quarantine"], "the lines do not contradict each other")
    was = feed.ask("feeds")
    equal((was["state"], was["next_message"]), ("GAP", WRONG + 1), "the feed in quarantine")
    feed.wait(lambda: feed.alert("feed_quarantine"), "the alert does not come")
    equal(feed.ask("feeds")["next_message"], WRONG + 1, "what is taken in a quarantine")

    done = feed.pollux("feeds", "release")
    equal(done.returncode, 2, "the status of a release without a reason")
    require("--reason is missing" in done.stderr, done.stderr)
    done = feed.pollux("feeds", "release", "--reason", "line B is mended")
    equal(done.returncode, 0, f"the status of the release ({done.stderr})")
    require(re.search(r"^feed +GAP$", done.stdout, re.MULTILINE), done.stdout)
    equal(feed.ask("feeds")["quarantine"], False, "the quarantine, right behind its end")

    feed.wait(lambda: feed.ask("feeds")["next_message"] > WRONG + 100, "the feed does not go on")
    equal(feed.ask("feeds")["state"], "GAP", "the books, without a snapshot")
    equal(feed.ask("book", "ACME")["state"], "GAP", "a book")
    feed.wait(lambda: feed.alert("feed_quarantine") is False, "the alert stays")
    equal(feed.alert("feed_gap"), True, "the alert of the gap")
    done = feed.pollux("feeds", "release", "--reason", "again")
    equal((done.returncode, NO_QUARANTINE in done.stderr), (1, True), f"a second ({done.stderr})")

    steps = [json.loads(line) for line in open(bench.path("changes.jsonl"), encoding="utf-8")]
    equal([(one["step"], one["method"]) for one in steps],
          [("begun", "feeds.release"), ("ended", "feeds.release")] * 2, "the record")
    equal(steps[0]["params"], {"reason": "line B is mended"}, "what was written down")
    said = feed.end()
    for line in ("until somebody has found why: pollux feeds release",
                 "feed: the quarantine is ended by user", "feed: an operator has ended the"):
        require(line in said, f"'{line}' is not in {said[-3000:]}")


if __name__ == "__main__":
    run_specs(sys.argv[1:])
