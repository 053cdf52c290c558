#!/usr/bin/env python3
"""pollux-match --journal: the engine outlives the program.

    match_journal.py POLLUX_MATCH POLLUX_JOURNAL
"""

import contextlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

from replay_support import ALL, SECONDS, calm, equal, require, run_specs, spec

KILLS = 200 if ALL else 12
LIST = "list ABC tick 0.01 lot 1 max-price 1000 max-quantity 100000 collar 1 reference 100\n"
ACCOUNTS = "".join(f"account @{number}\n" for number in range(1, 5))
ORDERS = [
    "@10 sells 30 at 100.00 by @1", "@11 buys 20 at 100.00 by @2", "@12 sells 5 at 101.00 by @1",
    "@13 buys 40 at 99.00 by @3", "@14 buys 10 at 99.00 by @4", "modify @13 to 15 by @3",
    "@15 sells 20 at 99.00 by @2", "@16 sells 9 stop 98.00 by @2", "cancel @12 by @1",
    "@17 buys 7 at 98.50 by @1 day",
]


def match(bench, folder, script, *words, status=0):
    line = [bench.program["pollux-match"], "--json", "--digest", *words]
    line += ["--journal", folder] if folder else []
    done = subprocess.run(line + ["-"], input=script, capture_output=True, text=True,
                          timeout=SECONDS, cwd=bench.directory)
    calm(done, line)
    equal(done.returncode, status, f"the status, with {done.stderr!r}")
    done.objects = [json.loads(one) for one in done.stdout.splitlines()]
    return done


def ending(done):
    """What is shown at the end, digest apart: it counts the journal's own record too."""
    return [one for one in done.objects if "event" not in one and "digest" not in one]


def digest(done):
    return next(one["digest"] for one in done.objects if "digest" in one)


def replayed(bench, folder):
    done = bench.run("pollux-journal", "--json", "replay", folder)
    equal(done.returncode, 0, f"replay's status, with {done.stderr!r}")
    return json.loads(done.stdout)


@spec
def the_books_after_a_restart_are_those_of_one_run(bench):
    whole = match(bench, None, LIST + ACCOUNTS + "\n".join(ORDERS) + "\n")
    for durability in ("disk", "process"):
        folder = bench.path(f"restart-{durability}")
        words = ("--durability", durability)
        match(bench, folder, LIST + ACCOUNTS, *words)
        events = []
        for order in ORDERS:
            done = match(bench, folder, order + "\n", *words)
            events += [{**one, "line": 0, "number": 0} for one in done.objects if "event" in one]
        equal(ending(done), ending(whole), f"the books with {durability}")
        told = [{**one, "line": 0, "number": 0} for one in whole.objects if "event" in one]
        equal(events, told[len(told) - len(events):], "the events")
        equal(replayed(bench, folder)["digest"], digest(done), "the digest")


@spec
def what_was_recovered_is_said(bench):
    folder = bench.path("said")
    require("a new journal" in match(bench, folder, LIST + ACCOUNTS).stderr, "the first time")
    done = match(bench, folder, ORDERS[0] + "\n")
    require("recovered up to record 6; 0 living orders" in done.stderr, f"it says {done.stderr}")
    done = match(bench, folder, "")
    require("recovered up to record 7; 1 living order\n" in done.stderr, f"it says {done.stderr}")


@spec
def snapshots_shorten_recovery_and_change_nothing(bench):
    plain, short = bench.path("plain"), bench.path("short")
    script = LIST + ACCOUNTS + "\n".join(ORDERS) + "\n"
    done = match(bench, plain, script)
    equal(digest(match(bench, short, script, "--snapshot-every", "4")), digest(done), "the digest")
    equal(len(list(pathlib.Path(short).glob("snapshot-*"))), 2, "snapshots")
    again = match(bench, short, "", "--snapshot-every", "4")
    require("from a snapshot after record 13 and 3 records" in again.stderr,
            f"it says {again.stderr}")
    equal(digest(again), digest(done), "the digest after a restart")
    equal(ending(again), ending(done), "the books after a restart")


@spec
def what_was_shown_before_a_kill_is_there_after_it(bench):
    chance = random.Random(7)
    folder = bench.path("killed")
    match(bench, folder, LIST + ACCOUNTS)
    last = 0
    for turn in range(KILLS):
        words = ["--durability", chance.choice(("disk", "process")), "--snapshot-every", "5"]
        running = subprocess.Popen([bench.program["pollux-match"], "--json", "--journal", folder,
                                    *words, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True, cwd=bench.directory)
        lines = chance.randint(1, 12)
        for number in range(lines):
            name, price = 100 + turn * 20 + number, 90 + chance.randint(0, 5)
            running.stdin.write(f"@{name} buys 1 at {price}.00 by @1\n")
            running.stdin.flush()
            if chance.random() < 0.8:
                last = max(last, json.loads(running.stdout.readline())["number"])
        running.kill()
        rest = running.stdout.read().splitlines()
        running.wait()
        running.stdin.close()
        running.stdout.close()
        for one in rest:
            try:
                last = max(last, json.loads(one)["number"])
            except json.JSONDecodeError:
                pass  # cut off by the kill
        sequence = replayed(bench, folder)["sequence"]
        require(sequence >= last, f"{last} was shown, {sequence} is there (turn {turn})")
    equal(bench.run("pollux-journal", "verify", folder).returncode, 0, "verify's status")


@spec
def a_journal_in_use_is_refused_and_says_by_whom(bench):
    folder = bench.path("used")
    running = subprocess.Popen([bench.program["pollux-match"], "--json", "--journal", folder, "-"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    try:
        running.stdin.write(LIST)
        running.stdin.flush()
        running.stdout.readline()
        done = match(bench, folder, "", status=1)
        require(f"is in use by process {running.pid} (pollux-match)" in done.stderr,
                f"it says {done.stderr}")
        equal(done.stdout, "", "the standard output")
    finally:
        running.communicate()


@spec
def a_rotten_journal_is_refused_and_left_alone(bench):
    folder = bench.path("rotten")
    match(bench, folder, LIST + ACCOUNTS + "\n".join(ORDERS) + "\n")
    file = sorted(pathlib.Path(folder).glob("segment-*"))[0]
    content = bytearray(file.read_bytes())
    content[16384 + 200] ^= 1
    file.write_bytes(content)
    before = {one.name: one.read_bytes() for one in pathlib.Path(folder).iterdir()}
    done = match(bench, folder, "", status=1)
    require(file.name in done.stderr and "does not read back" in done.stderr,
            f"it says {done.stderr}")
    after = {one.name: one.read_bytes() for one in pathlib.Path(folder).iterdir()}
    require(before == after, "a file was changed")


@spec
def a_folder_that_cannot_be_used_is_a_sentence(bench):
    done = match(bench, bench.path("no/where"), "", status=1)
    require("cannot be made: No such file or directory" in done.stderr, f"it says {done.stderr}")
    done = match(bench, bench.write("file", b""), "", status=1)
    require("is not a folder" in done.stderr, f"it says {done.stderr}")
    shared = bench.path("open")
    os.mkdir(shared, 0o755)
    done = match(bench, shared, "", status=1)
    require("chmod 700" in done.stderr, f"it says {done.stderr}")


@spec
def names_that_do_not_survive_are_refused(bench):
    folder = bench.path("names")
    match(bench, folder, LIST + ACCOUNTS)
    for line in ("abc buys 1 at 90.00 by @1", "@9 buys 1 at 90.00 by alice", "account bob"):
        done = match(bench, folder, line + "\n", status=1)
        require("@7" in done.stderr, f"it says {done.stderr}")
        equal([one for one in done.objects if "event" in one], [], "events")
    equal(replayed(bench, folder)["sequence"], 6, "the last record")


@spec
def a_line_that_finds_no_space_says_so_and_is_not_taken(bench):
    folder = bench.path("small")
    os.mkdir(folder, 0o700)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m,mode=700", "tmpfs", folder],
                             capture_output=True).returncode == 0
    if not mounted:
        shutil.rmtree(folder)
        return
    try:
        match(bench, os.path.join(folder, "journal"), LIST + ACCOUNTS)
        # Even what the first run did not use of its segment, and gives back, is not enough then.
        with open(os.path.join(folder, "filler"), "wb", buffering=0) as filler:
            with contextlib.suppress(OSError):
                while filler.write(bytes(2**20)) == 2**20:
                    pass
        done = match(bench, os.path.join(folder, "journal"), ORDERS[0] + "\n", status=1)
        require("No space left on device" in done.stderr, f"it says {done.stderr}")
        os.remove(os.path.join(folder, "filler"))
        subprocess.run(["mount", "-o", "remount,size=200m", folder], check=True)
        match(bench, os.path.join(folder, "journal"), ORDERS[0] + "\n")
    finally:
        subprocess.run(["umount", "-l", folder], check=False)


if __name__ == "__main__":
    run_specs(sys.argv[1:])
