#!/usr/bin/env python3
"""pollux-journal on sound, torn and rotten journals.

    journal_tool.py JOURNAL_SUBMITTER POLLUX_JOURNAL

The journals are written by journal_submitter.c; the engine without journal behind its "reference"
is who knows their digests.  Offsets and lengths are those of dataplane/journal/journal_format.h,
counted by hand.
"""

import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys

from replay_support import equal, require, run_specs, spec

RECORDS_AT, SEGMENT_BYTES = 16384, 65536
INPUTS, SEED = 3000, 11


def submit(bench, name, inputs=INPUTS, snapshot_every=10**8):
    """A journal of so many inputs, all of them on disk."""
    folder = bench.path(name)
    done = bench.run("journal_submitter", folder, SEED, "disk", snapshot_every, inputs)
    require(done.returncode == 0, f"journal_submitter says {done.stderr}")
    return folder


def journal(bench, name="journal"):
    """A copy of one journal without snapshots that all specs share."""
    shared = bench.path("shared")
    if not os.path.exists(shared):
        submit(bench, "shared")
    folder = bench.path(name)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(shared, folder)
    return folder


def reference(bench, inputs):
    done = subprocess.run([bench.program["journal_submitter"], "reference", str(SEED)],
                          input=struct.pack("<Q", inputs), capture_output=True)
    return f"{struct.unpack('<Q', done.stdout)[0]:016x}"


def tool(bench, command, folder, *words, status=0):
    done = bench.run("pollux-journal", command, *words, folder)
    equal(done.returncode, status, f"status of {command}, which says {done.stderr!r}")
    return done


def objects(bench, command, folder, *words, **how):
    return json.loads(tool(bench, command, folder, "--json", *words, **how).stdout)


def exported(bench, folder, *words, **how):
    lines = tool(bench, "export", folder, *words, **how).stdout.splitlines()
    return [json.loads(line) for line in lines]


def segments(folder):
    """The segment files with records, by number."""
    files = sorted(pathlib.Path(folder).glob("segment-*"))
    return [file for file in files if file.read_bytes()[RECORDS_AT:RECORDS_AT + 8] != bytes(8)]


def patch(file, offset, content):
    with open(file, "r+b") as opened:
        opened.seek(offset)
        opened.write(content)


def flip(file, offset):
    content = file.read_bytes()
    patch(file, offset, bytes([content[offset] ^ 0x10]))


@spec
def a_sound_journal_is_listed_verified_and_replayed(bench):
    folder = journal(bench)
    listed = objects(bench, "list", folder)
    full = [one for one in listed["segments"] if one["state"] == "ended"]
    last = [one for one in listed["segments"] if one["state"] == "open"]
    require(len(full) >= 5, f"{len(full)} segments are full")
    equal(len(last), 1, "open segments")
    equal(sum(one["records"] for one in listed["segments"]), INPUTS + 1, "records")
    chain = full + last
    equal(chain[0]["first"], 1, "the first sequence")
    for before, after in zip(chain, chain[1:]):
        equal(after["first"], before["last"] + 1, "the sequence behind a segment")
    equal({one["epoch"] for one in listed["segments"]}, {1}, "epochs")
    equal({one["bytes"] for one in listed["segments"]}, {SEGMENT_BYTES}, "bytes")
    verified = objects(bench, "verify", folder)
    equal((verified["sound"], verified["problems"]), (True, []), "soundness")
    equal(verified["last_sequence"], INPUTS + 1, "the last sequence")
    replayed = objects(bench, "replay", folder)
    equal(replayed["inputs"], INPUTS, "inputs")
    equal(sum(replayed["inputs_by_kind"].values()), INPUTS, "inputs by kind")
    equal(sum(replayed["events_by_kind"].values()), replayed["events"], "events by kind")
    equal(replayed["digest"], reference(bench, INPUTS), "the digest")


@spec
def tables_say_what_the_json_says(bench):
    folder = journal(bench)
    listed = tool(bench, "list", folder).stdout
    for one in objects(bench, "list", folder)["segments"]:
        row = next(line for line in listed.splitlines() if line.startswith(one["file"]))
        expected = [one["file"], str(one["epoch"]), f"{one['records']:,}",
                    f"{one['first']:,}" if one["first"] else "-",
                    f"{one['last']:,}" if one["last"] else "-", f"{one['bytes']:,}", one["state"]]
        equal(row.split(), expected, "a row")
    require("sound: records up to 3001" in tool(bench, "verify", folder).stdout, "verify's line")
    replayed = tool(bench, "replay", folder).stdout
    require(reference(bench, INPUTS) in replayed, f"the digest is not in {replayed}")
    require("inputs a second" in replayed, "the rate")


@spec
def nothing_in_the_folder_is_changed(bench):
    folder = journal(bench)
    before = {file.name: (file.stat().st_mtime_ns, file.read_bytes())
              for file in pathlib.Path(folder).iterdir()}
    for command in ("list", "verify", "replay", "export"):
        tool(bench, command, folder)
    after = {file.name: (file.stat().st_mtime_ns, file.read_bytes())
             for file in pathlib.Path(folder).iterdir()}
    require(before == after, "a file was changed")


@spec
def a_replay_stops_where_it_is_told_to(bench):
    folder = journal(bench)
    for sequence in (1, 2, 1000, INPUTS + 1):
        replayed = objects(bench, "replay", folder, "--to", sequence)
        equal(replayed["sequence"], sequence, "the sequence")
        equal(replayed["digest"], reference(bench, sequence - 1), f"the digest after {sequence}")
    done = tool(bench, "replay", folder, "--to", INPUTS + 2, status=4)
    require(f"record {INPUTS + 2} is not there" in done.stderr, f"it says {done.stderr}")


@spec
def an_export_has_every_record_once_in_order_with_its_fields(bench):
    folder = journal(bench)
    records = exported(bench, folder)
    equal([one["sequence"] for one in records], list(range(1, INPUTS + 2)), "sequences")
    equal(records[0]["record"], "engine", "the first record")
    equal(records[0]["orders"], 300, "its limit of orders")
    equal({one["record"] for one in records[1:]}, {"input"}, "the others")
    kinds = objects(bench, "replay", folder)["inputs_by_kind"]
    for kind, count in kinds.items():
        kind = "?" if kind == "unknown" else kind
        equal(sum(one.get("input") == kind for one in records), count, f"inputs {kind}")
    for one in records[1:]:
        content = (pathlib.Path(folder) / f"segment-{one['segment']:016x}").read_bytes()
        number, clock, order_id, other, price, qty, account, instrument, length = \
            struct.unpack_from("<QQQQqqIHH", content, one["offset"] + 32)
        equal((number, length), (one["sequence"], one["bytes"]), "number and length")
        equal(clock, one["time"], "the time")
        equal(int(one.get("id", 0)), order_id, "the id")
        equal(int(one.get("other", 0)), other, "the other id")
        for name, value in (("price", price), ("qty", qty)):
            shown = one.get(name, "0")
            whole, _, part = shown.lstrip("-").partition(".")
            exact = int(whole) * 10**8 + int((part + "0" * 8)[:8])
            exact = -exact if shown[0] == "-" else exact
            equal(exact, value, f"the {name} {shown}")
        equal(one.get("account", 0), account, "the account")
        equal(one.get("instrument", 0), instrument, "the instrument")
        require(one["line"], "no line of a script")
    equal([one["sequence"] for one in exported(bench, folder, "--to", 5)], [1, 2, 3, 4, 5], "--to")


@spec
def snapshots_are_listed_and_used_and_an_export_needs_none(bench):
    folder = submit(bench, "snapshots", snapshot_every=700)
    listed = objects(bench, "list", folder)
    equal(len(listed["snapshots"]), 2, "snapshots")
    equal({one["fault"] for one in listed["snapshots"]}, {"sound"}, "their state")
    require(listed["segments"][0]["first"] > 1, "the first segments are not swept away")
    replayed = objects(bench, "replay", folder)
    equal(replayed["snapshot_sequence"], listed["snapshots"][1]["sequence"], "the snapshot")
    equal(replayed["digest"], reference(bench, INPUTS), "the digest")
    older = listed["snapshots"][0]["sequence"]
    replayed = objects(bench, "replay", folder, "--to", older + 3)
    equal(replayed["snapshot_sequence"], older, "the older snapshot")
    equal(replayed["digest"], reference(bench, older + 2), "the digest after it")
    first = listed["segments"][0]["first"]
    equal([one["sequence"] for one in exported(bench, folder)],
          list(range(first, INPUTS + 2)), "sequences")
    newest = pathlib.Path(folder) / listed["snapshots"][1]["file"]
    flip(newest, newest.stat().st_size - 1)
    verified = objects(bench, "verify", folder, status=4)
    require(any(one["file"] == newest.name and one["kind"] == "rotten"
                for one in verified["problems"]), f"the problems are {verified['problems']}")
    equal(objects(bench, "replay", folder)["digest"], reference(bench, INPUTS), "the digest")
    listed = objects(bench, "list", folder, status=4)
    equal(listed["snapshots"][1]["fault"], "rotten snapshot", "its state")


@spec
def a_rotten_record_is_named_with_file_and_offset(bench):
    folder = journal(bench)
    file = segments(folder)[2]
    rotten = exported(bench, folder)[800]
    file = pathlib.Path(folder) / f"segment-{rotten['segment']:016x}"
    flip(file, rotten["offset"] + 40)
    done = tool(bench, "verify", folder, status=4)
    for word in ("rotten: ", file.name, f"offset {rotten['offset']}",
                 f"record {rotten['sequence']}"):
        require(word in done.stderr, f"{word} is not in {done.stderr}")
    problem = objects(bench, "verify", folder, status=4)["problems"][0]
    equal((problem["kind"], problem["file"], problem["offset"], problem["sequence"]),
          ("rotten", file.name, rotten["offset"], rotten["sequence"]), "the problem")
    replayed = objects(bench, "replay", folder, status=4)
    equal(replayed["sequence"], rotten["sequence"] - 1, "the replay ends before it")
    equal(replayed["digest"], reference(bench, rotten["sequence"] - 2), "the digest there")
    equal(exported(bench, folder, status=4)[-1]["sequence"], rotten["sequence"] - 1, "the export")


def crc32c(crc, content):
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc


def checksum_mend(file, number, offset, length):
    """Gives the record at this offset the checksum of its bytes."""
    content = file.read_bytes()
    first = struct.unpack_from("<Q", content, offset)[0] >> 32 << 32
    crc = crc32c(0xFFFFFFFF, struct.pack("<QQ", 0x31304C4E524A5850, number))
    crc = crc32c(crc, struct.pack("<QQ", offset, first))
    crc = crc32c(crc, content[offset + 8:offset + (length + 32 + 31) // 32 * 32])
    patch(file, offset, struct.pack("<I", crc ^ 0xFFFFFFFF))


@spec
def a_record_that_was_rewritten_with_a_right_checksum_is_found_by_its_hash(bench):
    folder = journal(bench)
    record = next(one for one in exported(bench, folder)[500:] if one.get("input") == "new")
    file = pathlib.Path(folder) / f"segment-{record['segment']:016x}"
    before = file.read_bytes()
    checksum_mend(file, record["segment"], record["offset"], record["bytes"])
    equal(file.read_bytes() == before, True, "whether we count checksums as the journal does")
    flip(file, record["offset"] + 32 + 40)  # the quantity
    checksum_mend(file, record["segment"], record["offset"], record["bytes"])
    require(exported(bench, folder)[record["sequence"] - 1]["qty"] != record["qty"], "the quantity")
    done = tool(bench, "verify", folder, status=4)
    require("rotten: segment-" in done.stderr and "hash" in done.stderr, f"it says {done.stderr}")


@spec
def a_torn_end_is_called_torn_and_the_rest_is_replayed(bench):
    folder = journal(bench)
    last = segments(folder)[-1]
    records = exported(bench, folder)
    # Behind the last record: half of one that was never known to be on disk.
    end = records[-1]["offset"] + (records[-1]["bytes"] + 32 + 31) // 32 * 32
    patch(last, end, struct.pack("<IHHIIQQ", 77, 64, 17, 1, 0, INPUTS + 2, 0) + b"\1" * 40)
    done = tool(bench, "verify", folder, status=4)
    for word in ("torn: ", last.name, f"offset {end}", f"record {INPUTS + 2}"):
        require(word in done.stderr, f"{word} is not in {done.stderr}")
    problem, = objects(bench, "verify", folder, status=4)["problems"]
    equal((problem["kind"], problem["offset"]), ("torn", end), "the problem")
    equal(objects(bench, "replay", folder)["digest"], reference(bench, INPUTS), "the digest")


@spec
def missing_and_foreign_segments_are_named(bench):
    folder = journal(bench)
    files = segments(folder)
    os.remove(files[3])
    require(files[3].name in tool(bench, "verify", folder, status=4).stderr, "the missing segment")
    folder = journal(bench)
    shutil.copy(files := segments(folder)[1], segments(folder)[2])
    done = tool(bench, "list", folder, status=4)
    require("unreadable" in done.stdout, f"it shows {done.stdout}")
    require("its name says 3" in done.stderr, f"it says {done.stderr}")
    require("its name says 3" in tool(bench, "verify", folder, status=4).stderr, "verify")


@spec
def what_is_no_journal_is_a_sentence(bench):
    empty = bench.path("empty")
    os.mkdir(empty, 0o700)
    for command in ("list", "verify", "replay", "export"):
        done = tool(bench, command, empty, status=1)
        require("the folder holds no journal" in done.stderr, f"{command} says {done.stderr!r}")
        done = tool(bench, command, bench.path("nowhere"), status=1)
        require("cannot be opened" in done.stderr, f"{command} says {done.stderr!r}")
        done = tool(bench, command, bench.write("file", b"x"), status=1)
        require("is not a folder" in done.stderr, f"{command} says {done.stderr!r}")


@spec
def a_journal_in_use_can_be_listed_and_nothing_else(bench):
    folder = bench.path("used")
    submit(bench, "used", inputs=100)
    running = subprocess.Popen([bench.program["journal_submitter"], folder, str(SEED), "disk",
                                "100000000", "1000000000"], stdout=subprocess.PIPE)
    try:
        running.stdout.read(24)
        for command in ("verify", "replay", "export"):
            done = tool(bench, command, folder, status=1)
            require(f"is in use by process {running.pid}" in done.stderr, f"it says {done.stderr}")
        done = bench.run("pollux-journal", "list", folder)
        require(done.returncode in (0, 4) and "segment-" in done.stdout, f"it says {done.stderr}")
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


@spec
def wrong_usage_ends_with_status_2_and_says_why(bench):
    for words in ([], ["list"], ["look", "x"], ["list", "x", "y"], ["list", "x", "--to", "5"],
                  ["replay", "x", "--to", "0"], ["replay", "x", "--to", "5x"],
                  ["export", "--json", "x"], ["verify", "--never", "x"]):
        done = bench.run("pollux-journal", *words)
        equal(done.returncode, 2, f"the status of {words}")
        require("pollux-journal:" in done.stderr, f"{words} says {done.stderr!r}")
    done = bench.run("pollux-journal", "--help")
    equal(done.returncode, 0, "the status of --help")
    for word in ("list", "verify", "replay", "export", "Exit status"):
        require(word in done.stdout, f"--help does not say {word}")
    done = bench.run("pollux-journal", "--version")
    require(done.stdout.startswith("pollux-journal "), f"--version says {done.stdout!r}")


@spec
def any_bytes_are_survived(bench):
    folder = journal(bench)
    for seed in range(40):
        folder = journal(bench, "damaged")
        files = sorted(pathlib.Path(folder).iterdir())
        file = files[seed % len(files)]
        content = bytearray(file.read_bytes())
        for turn in range(1 + seed % 7):
            place = (seed * 7919 + turn * 104729 * 13) % len(content)
            if seed % 3 == 0 and turn == 0:
                content[place:place + 600] = bytes(600)
                del content[SEGMENT_BYTES:]
            content[place] ^= 1 << seed % 8
        if seed % 5 == 0:
            del content[(seed * 7919) % len(content):]
        file.write_bytes(content)
        for command in ("list", "verify", "replay", "export"):
            done = bench.run("pollux-journal", command, folder)
            require(done.returncode in (0, 1, 4), f"{command}: status {done.returncode}")
            if done.returncode != 0:
                require(done.stderr, f"{command} says nothing, seed {seed}")


if __name__ == "__main__":
    run_specs(sys.argv[1:])
