#!/usr/bin/env python3
"""What polluxd captures of its own ports, read by a parser written here, by tshark where it is
there, and played again: the books are the same.

    polluxd_capture.py POLLUXD POLLUX_REPLAY
"""

import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys

from box_support import QUICKSTART, quickstart
from replay_support import equal, require, run_specs, spec

IN, OUT = 1, 2
EDGE = 64  # frames that are under way when a capture begins or ends, at most: a burst


class File:
    """One pcapng file, every block of which is looked at."""

    def __init__(self, path):
        self.ports, self.frames, self.counts = [], [], {}
        content, at = pathlib.Path(path).read_bytes(), 0
        while at < len(content):
            kind, length = struct.unpack_from("<II", content, at)
            equal(struct.unpack_from("<I", content, at + length - 4)[0], length, "a block's end")
            self.block(kind, content[at + 8:at + length - 4])
            at += length
        equal(at, len(content), "where the last block ends")

    @staticmethod
    def options(body):
        found = {}
        while body:
            code, length = struct.unpack_from("<HH", body)
            if code == 0:
                break
            found[code] = body[4:4 + length]
            body = body[4 + (length + 3) // 4 * 4:]
        return found

    def block(self, kind, body):
        if kind == 0x0A0D0D0A:
            equal(body[:4], b"\x4d\x3c\x2b\x1a", "the byte order")
            equal(self.options(body[16:])[4][:7], b"polluxd", "who wrote it")
        elif kind == 1:
            options = self.options(body[8:])
            equal(options[9], b"\x09", "the unit of time")
            self.ports.append(options[2].decode())
        elif kind == 6:
            port, high, low, kept, _ = struct.unpack_from("<IIIII", body)
            options = self.options(body[20 + (kept + 3) // 4 * 4:])
            direction = struct.unpack("<I", options[2])[0]
            self.frames.append((self.ports[port], direction, high << 32 | low, body[20:20 + kept]))
        elif kind == 5:
            options = self.options(body[12:])
            port = self.ports[struct.unpack_from("<I", body)[0]]
            self.counts[port] = tuple(struct.unpack("<Q", options[code])[0] for code in (4, 5))
        else:
            require(False, f"a block of kind {kind}")


def box(bench, capture, seconds):
    """What polluxd says of the quick start with this section, in new folders."""
    for folder in ("venue", "gateway", "captures"):
        shutil.rmtree(bench.path(folder), ignore_errors=True)
    os.chmod(bench.write("password", b"secret\n"), 0o600)
    text = quickstart().replace("\nfeed:\n", "\nfeed:\n  digest: true\n")
    text, count = re.subn("^capture: .*$", f"capture: {{{capture}}}", text, flags=re.MULTILINE)
    equal(count, 1, "the quick start's sections capture")
    path = bench.write("capture.yaml", text.encode())
    done = bench.run("polluxd", "--config", path, "--for", seconds)
    equal(done.returncode, 0, f"the status ({done.stderr}; {done.stdout[-1500:]})")
    return done.stdout


def captured(bench):
    return [File(path) for path in sorted(pathlib.Path(bench.path("captures")).iterdir())]


def written(said):
    """Frames and drops, as the last sentence has them."""
    found = re.search(r"it has ended: ([\d,]+) frames in \d+ files?, ([\d,]+) dropped", said)
    require(found, f"it does not say what it captured: {said[-1500:]}")
    return tuple(int(number.replace(",", "")) for number in found.groups())


@spec
def a_feed_that_was_captured_and_is_played_again_has_the_same_books(bench):
    said = box(bench, "folder: captures, start: true, ports: [{port: market}]", 1)
    digest = re.search(r"^digest ([0-9a-f]{16})$", said, re.M).group(1)
    paths = list(pathlib.Path(bench.path("captures")).iterdir())
    equal(len(paths), 1, "files")
    played = bench.replay(paths[0])
    equal(played["digest"], digest, "the digest of the books")
    require(written(said) == (len(File(paths[0]).frames), 0), "the sentence counts other frames")


@spec
def tshark_reads_it_with_directions_and_ports_and_finds_nothing_wrong(bench):
    if not shutil.which("tshark"):
        return
    path = next(pathlib.Path(bench.path("captures")).iterdir())
    fields = ["-e", "frame.interface_name", "-e", "frame.packet_flags_direction"]
    read = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", *fields],
                          capture_output=True, text=True, timeout=60, check=True).stdout
    frames = [f"{port}\t0x{direction:08x}" for port, direction, _, _ in File(path).frames]
    equal(read.splitlines(), frames, "what tshark reads")
    # Told what is on the ports; left to guess, it takes market data for anything.
    known = [word for port in set(re.findall(r"udp_port: ([0-9]+)", QUICKSTART.read_text()))
             for word in ("-d", f"udp.port=={port},moldudp64")]
    wrong = subprocess.run(["tshark", "-n", "-r", path, *known, "-Y", "_ws.malformed"],
                           capture_output=True, text=True, timeout=60, check=True).stdout
    equal(wrong, "", "malformed frames")


@spec
def what_one_end_of_a_cable_sent_the_other_received_over_files_that_turn(bench):
    said = box(bench, "folder: captures, start: true, file_mib: 1", 3)
    files = captured(bench)
    frames = [frame for file in files for frame in file.frames]
    carried = sum(len(frame[3]) for frame in frames)
    require(len(files) > 1 or carried < 1 << 20,
            f"{carried} bytes of frames are in one file of 1 MiB")
    equal(written(said), (len(frames), 0), "frames written and dropped")
    for sender, receiver in (("exchange", "market"), ("market", "exchange")):
        sent = [one[3] for one in frames if one[:2] == (sender, OUT)]
        received = [one[3] for one in frames if one[:2] == (receiver, IN)]
        # What was published while the stages were made, the first turn sends; of what the last
        # turn sends, nobody takes all.
        require(sent and sent[0] in received, f"{receiver} received nothing that {sender} sent")
        early = received.index(sent[0])
        took = received[early:]
        require(early <= EDGE and len(sent) - len(took) <= EDGE,
                f"{sender} sent {len(sent)}, {receiver} received {len(took)} and {early} before")
        require(took == sent[:len(took)], f"{receiver} received other frames than {sender} sent")
    times = [one[2] for one in frames]
    require(times == sorted(times), "the frames are not in the order of time")
    for port, (received, dropped) in files[-1].counts.items():
        equal(received, sum(one[0] == port for one in frames), f"the count of {port}")
        equal(dropped, 0, f"the drops of {port}")


@spec
def a_disk_that_takes_no_capture_does_not_stop_the_box(bench):
    said = box(bench, "folder: /proc/none/captures, start: true", 1)
    require("capture: the folder /proc/none/captures cannot be opened" in said,
            f"it does not say so: {said[:1500]}")


if __name__ == "__main__":
    run_specs(sys.argv[1:])
