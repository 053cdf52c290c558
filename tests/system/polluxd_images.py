#!/usr/bin/env python3
"""polluxd starts behind images of its gateway's journal: killed while they are made, without its
beginning, with images that are rotten; and what it holds is what the venue has written down.

    polluxd_images.py POLLUXD POLLUX_JOURNAL

KILLS says how often it is killed; POLLUX_ALL=1: all of the specs, which is a minute more.
"""

import atexit
import json
import os
import pathlib
import random
import re
import signal
import sys
import time

from box_support import Box, quickstart
from polluxd_trades import agree, await_sent
from replay_support import SPECS, equal, long_spec, require, run_specs, spec

KILLS = int(os.environ.get("KILLS", "5" if os.environ.get("POLLUX_ALL") else "2"))
SEED = int(os.environ.get("SPEC_SEED", "1"))
PLAIN = quickstart()
SPECS.clear()  # those of the file that was imported
AGAIN = re.compile(r"gateway: recovered up to record (\d+), from an image after record (\d+) and "
                   r"(\d+) records")


class Configured:
    """What the next box is told."""

    text = PLAIN


def configured(**keys):
    """The quick start's file with these keys of gateway."""
    lines = "".join(f"  {key}: {value}\n" for key, value in keys.items())
    text = PLAIN.replace("  journal: gateway\n", "  journal: gateway\n" + lines)
    require(lines in text, "the quick start has another journal")
    Configured.text = text


def killed(bench, least):
    box = Box(bench, Configured.text)
    await_sent(box, least)
    until = time.monotonic() + 40  # on a busy host its thread makes the first one late
    while not images(bench) and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(random.random() * 0.2)
    return box.kill()


def stopped(bench, least=200):
    box = Box(bench, Configured.text)
    await_sent(box, least)
    return box.end(by=signal.SIGINT)


def images(bench):
    return sorted(pathlib.Path(bench.path("gateway")).glob("snapshot-*"))


def listed(bench):
    done = bench.run("pollux-journal", "--json", "list", bench.path("gateway"))
    equal(done.returncode, 0, f"the list of the gateway's journal ({done.stderr})")
    return json.loads(done.stdout)


def verified(bench):
    done = bench.run("pollux-journal", "--json", "verify", bench.path("gateway"))
    said = json.loads(done.stdout)
    equal(said["problems"], [], "problems of the gateway's journal")
    return said


def rot(path):
    content = bytearray(path.read_bytes())
    content[-1] = (content[-1] + 1) % 256
    path.chmod(0o600)
    path.write_bytes(content)


@spec
def killed_while_images_are_made_it_knows_what_it_holds(bench):
    configured(journal_image_records=300)
    random.seed(SEED)
    beside = 0
    for life in range(KILLS):
        said = killed(bench, 150)
        started = AGAIN.search(said)
        require(started or life == 0, f"it starts behind no image: {said[:400]}")
        # The one a start writes is of the last record that was read: any other is the thread's.
        newest = listed(bench)["snapshots"][-1]["sequence"]
        beside += newest > (int(started[1]) if started else 0)
    require(beside > KILLS / 2, f"only {beside} of {KILLS} lives made an image while trading")
    said = stopped(bench)
    require(AGAIN.search(said), "it starts behind no image")
    agree(bench, said)
    equal(listed(bench)["removed_before"], None, "what was removed without a policy")
    require(verified(bench)["marks"] == 2, "images without a place in the chain")


@long_spec
def a_stop_leaves_an_image_of_all_there_is_and_a_rotten_one_is_passed_over(bench):
    configured()
    stopped(bench)
    last = listed(bench)["snapshots"][-1]
    equal(last["gateway"]["orders"], 0, "open orders in it")
    require(last["gateway"]["holdings"] > 3, f"holdings in it: {last}")
    said = stopped(bench)
    started = AGAIN.search(said)
    require(started and started[3] == "0" and started[1] == started[2], f"said {said[:400]}")
    equal(int(started[1]), last["sequence"], "the record of the image")
    equal(len(images(bench)), 2, "images")
    rot(images(bench)[-1])
    said = stopped(bench)
    require("an image was passed over: " in said and AGAIN.search(said), f"said {said[:600]}")
    for path in images(bench):
        rot(path)
    said = stopped(bench)
    require("an image was passed over: " in said and not AGAIN.search(said), f"said {said[:600]}")
    agree(bench, said)


def refused(bench):
    """What it says instead of a start."""
    box = Box(bench, Configured.text)
    box.process.wait(timeout=60)
    require(box.process.returncode > 0, f"it ends with {box.process.returncode}")
    return pathlib.Path(box.err.name).read_text(encoding="utf-8")


@long_spec
def what_no_start_needs_goes_by_the_policy_the_rest_is_proven_and_without_it_nothing_starts(bench):
    configured(journal_keep_segments=1)
    for _ in range(4):
        said = stopped(bench, 100)
    agree(bench, said)
    now = listed(bench)
    require(now["removed_before"] and now["segments"][0]["number"] > 1, f"nothing went: {now}")
    require(len(now["segments"]) <= 4, f"too much stays: {now['segments']}")
    said = verified(bench)
    require(said["sound"] and said["anchored"], f"it is not proven: {said}")
    equal(said["first_sequence"], now["removed_before"], "where it begins")
    plain = bench.run("pollux-journal", "verify", bench.path("gateway")).stdout
    require("were removed: a snapshot was made of them" in plain, plain)

    mine = Configured.text
    lines = mine.splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if "{symbol: GOLD, venue: crowd" in line)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]  # their numbers are others
    Configured.text = "".join(lines)
    complaint = refused(bench)
    for words in ("the image is of other venues or symbols than the configuration",
                  "start with the configuration and the version that it was made with"):
        require(words in complaint, f"'{words}' is not in: {complaint}")
    Configured.text = mine

    for path in images(bench):
        rot(path)
    complaint = refused(bench)
    for words in ("no snapshot reads back, and the records before", "put them back",
                  "a new folder begins at nothing"):
        require(words in complaint, f"'{words}' is not in: {complaint}")


if __name__ == "__main__":
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
