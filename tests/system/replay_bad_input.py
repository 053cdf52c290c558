#!/usr/bin/env python3
"""Damaged and foreign input: everything before the damage is played, a sentence says where it is.

    replay_bad_input.py POLLUX_REPLAY POLLUX_GENERATE

Every answer's counts must add up, and no program may crash, hang or be caught by a sanitizer:
replay_support looks at that in each run.
"""

import gzip
import os
import random
import shutil
import struct
import sys

from replay_support import (ALL, MODEST, Bench, Skip, add_order, drops, equal, mold, ones_sum,
                            pcap, pcapng, require, run_specs, spec, together, udp_frame)

DAY = 1_700_000_000 * 10**9
MUTATIONS = 300 if ALL else 8
SMALL = (*MODEST, "--instruments", 1000, "--store-datagrams", 256)  # for forty orders in one stock


def good(count=40):
    """Frames, one new order each, a millisecond apart."""
    return [(DAY + at * 10**6, udp_frame(mold(at + 1, [add_order(at + 1)]))) for at in range(count)]


def among_good(bench, frame, *wire):
    """What becomes of one odd frame between good ones: its run's object."""
    frames = good()
    frames[20:20] = [(frames[19][0], frame, *wire)]
    result = bench.replay(bench.write(f"odd-{hash(frame)}.pcap", pcap(frames)))
    equal(result["messages_by_type"], {"A": 40}, "messages of the good frames")
    equal(result["packets"], 41, "packets")
    return drops(result)


def cuts(length):
    """Byte positions: every one of the first 120, then some, then the last."""
    step = 7 if ALL else 701
    return sorted({*range(1, 120, 1 if ALL else 29), *range(120, length, step), length - 1})


def cut_everywhere(bench, content, begins):
    """begins: where each record begins in the file, and where the last ends."""
    def cut(at):
        """Whether a sentence has told its place."""
        path = bench.write(f"cut-{at}", content[:at])
        whole = sum(end <= at for end in begins[1:])
        expected = 1 if whole == 0 else 0 if at in begins else 4
        result = bench.replay(path, status=(1, expected))
        if expected == 1:
            return False
        equal(result["status"], expected, f"cut at byte {at}: the status")
        equal(result["messages"], whole, f"cut at byte {at}: messages before")
        if expected == 4:
            sentence = result["problems"][0]
            equal(sentence in result["said"], True, f"cut at byte {at}: the sentence is said")
            require(f"record {whole}" in sentence, f"cut at byte {at}: no record in: {sentence}")
            require(f"byte {begins[whole]}" in sentence, f"cut at byte {at}: no byte: {sentence}")
        return expected == 4

    seen = sum(together(cut, cuts(len(content))))
    require(seen >= 5, f"only {seen} cuts were looked at")


@spec
def a_pcap_cut_anywhere_is_played_up_to_the_cut(bench):
    content, frames = pcap(good()), good()
    begins = [24 + sum(16 + len(frame) for _, frame in frames[:at]) for at in range(41)]
    cut_everywhere(bench, content, begins)


@spec
def a_pcapng_cut_anywhere_is_played_up_to_the_cut(bench):
    frames = good()
    head = len(pcapng([]))
    begins = [head + sum(32 + len(frame) + -len(frame) % 4 for _, frame in frames[:at])
              for at in range(41)]
    equal(len(pcapng(frames)), begins[-1], "the test's own arithmetic")
    cut_everywhere(bench, pcapng(frames), begins)


@spec
def raw_messages_cut_anywhere_are_played_up_to_the_cut(bench):
    content = b"".join(b"\0\x24" + add_order(at + 1) for at in range(40))
    cut_everywhere(bench, content, list(range(0, 41 * 38, 38)))


@spec
def both_byte_orders_and_both_time_units_give_one_digest(bench):
    digests = {bench.replay(bench.write("one", make(good(), order, nano)))["digest"]
               for make in (pcap, pcapng) for order in "<>" for nano in (True, False)}
    equal(len(digests), 1, f"different digests: {digests}")


@spec
def lengths_that_lie_end_the_reading_with_a_place(bench):
    content, begin = pcap(good()), 24 + 10 * (16 + len(good()[0][1]))
    for lie in (0xFFFFFFFF, 0x80000000, 300_000, 200_000):
        broken = bytearray(content)
        struct.pack_into("<I", broken, begin + 8, lie)
        result = bench.replay(bench.write("lie.pcap", bytes(broken)), status=4)
        equal(result["messages"], 10, f"length {lie}: messages before it")
        require(f"byte {begin}" in result["problems"][0], f"it says {result['problems']}")
    for at, lie in ((4, 0xFFFFFFF0), (4, 0), (4, 13), (20, 0xFFFFFFFF)):
        broken, begin = bytearray(pcapng(good())), len(pcapng(good(10)))
        struct.pack_into("<I", broken, begin + at, lie)
        result = bench.replay(bench.write("lie.pcapng", bytes(broken)), status=4)
        equal(result["messages"], 10, f"pcapng, {lie} at {at}: messages before it")


@spec
def a_frame_longer_than_any_link_carries_is_left_out_and_said(bench):
    frames = good()
    frames[20:20] = [(frames[19][0], bytes(20_000))]
    result = bench.replay(bench.write("long.pcap", pcap(frames)), status=4)
    equal(result["messages"], 40, "messages")
    require("1 frames longer than 9216 bytes" in result["problems"][0], f"{result['problems']}")


@spec
def what_is_no_capture_is_refused_with_one_sentence(bench):
    (bench.directory / "directory").mkdir(exist_ok=True)
    magic = b"\xd4\xc3\xb2\xa2" + pcap(good())[4:]
    files = {
        "is empty": bench.write("empty", b""),
        "neither pcap": bench.write("magic", magic),
        "gzip": bench.write("gzip", gzip.compress(pcap(good()))),
        "directory": bench.path("directory"),
        "No such file": bench.path("missing"),
        "link type": bench.write("link", pcap(good(), link=113)),
        "version": bench.write("version", pcap(good())[:4] + b"\x09\0" + pcap(good())[6:]),
        "frames": bench.write("none", pcap([])),
        "none of its": bench.write("noise.pcap", pcap([(DAY, bytes(60))] * 5)),
    }
    for words, path in files.items():
        result = bench.replay(path, status=1)
        said = result["said"]
        require(path in said, f"{path}: the file is not named: {said}")
        equal(said.count("\n"), 1, f"{path}: lines said: {said}")
        require(words in said or words == "is empty", f"{path}: should say '{words}': {said}")


@spec
def a_file_that_may_not_be_read_is_refused_with_one_sentence(bench):
    path = bench.write("secret", pcap(good()))
    os.chmod(path, 0)
    how = {}
    if os.getuid() == 0:  # root reads everything: the program runs as nobody
        how = {"user": 65534, "group": 65534, "extra_groups": [],
               "binary": shutil.copy(bench.program["pollux-replay"], bench.path("replay"))}
    try:
        done = bench.run("pollux-replay", path, **how)
    except (PermissionError, OSError) as reason:
        raise Skip(f"the program cannot be run as nobody: {reason}") from reason
    equal(done.returncode, 1, f"the status ({done.stderr})")
    require("Permission denied" in done.stderr, f"it says {done.stderr}")


@spec
def frames_that_are_not_ours_are_counted_by_reason(bench):
    ours = good(1)[0][1]
    odd = {
        "frame_not_ipv4": [ours[:12] + b"\x08\x06" + bytes(28),
                           ours[:12] + b"\x86\xdd" + ours[14:]],
        "frame_not_udp": [bare(ours, {9: 6})],
        "frame_fragment": [bare(ours, {6: 0x20})],
        "frame_runt": [ours[:13], b""],
        "frame_cut_ip": [ours[:30]],
        "frame_cut_datagram": [ours[:-1]],
        "frame_ip_checksum": [ours[:22] + b"\x07" + ours[23:]],
        "frame_udp_checksum": [ours[:-1] + b"\xff"],
        "frame_other_destination": [udp_frame(
            mold(21, [add_order(9)], session=b"OTHER00001"), group=0xE0000001)],
        "datagram_short_header": [udp_frame(b"nineteen bytes here")],
        "datagram_bad_blocks": [udp_frame(mold(21, [add_order(9)], count=65534)),
                                udp_frame(mold(21, [add_order(9)])[:-4])],
        "datagram_bad_sequence": [udp_frame(mold(0, [add_order(9)]))],
        "datagram_other_session": [udp_frame(mold(7, [add_order(9)], session=b"OTHER00001"))],
        "datagram_duplicate": [udp_frame(mold(20, [add_order(20)]))],
    }
    given = [(reason, frame) for reason, frames in odd.items() for frame in frames]
    for (reason, frame), found in zip(given, together(lambda one: among_good(bench, one[1]),
                                                      given)):
        equal(found, {reason: 1}, f"reasons for {frame[:60].hex()}")
    equal(among_good(bench, ours[:60], len(ours)), {"frame_sliced": 1}, "reasons, sliced")


def bare(frame, changes):
    """The frame with bytes of its IPv4 header changed and the header's checksum made right."""
    ip = bytearray(frame[14:34])
    for at, value in {**changes, 10: 0, 11: 0}.items():
        ip[at] = value
    struct.pack_into(">H", ip, 10, ones_sum(bytes(ip)))
    return frame[:14] + bytes(ip) + frame[34:]


@spec
def wrong_checksums_are_accepted_when_asked_to(bench):
    frames = [(ns, frame[:40] + b"\xab\xcd" + frame[42:]) for ns, frame in good()]
    path = bench.write("sums.pcap", pcap(good(1) + frames[1:]))
    equal(drops(bench.replay(path)), {"frame_udp_checksum": 39}, "reasons, verified")
    ignored = bench.replay("--checksums", "ignore", path)
    equal((drops(ignored), ignored["messages"]), ({}, 40), "reasons and messages, ignored")


@spec
def odd_messages_are_counted_and_cost_nothing_else(bench):
    odd = [b"", b"z" + bytes(30), b"A", add_order(77)[:35], add_order(78) + b"later version"]
    messages = [add_order(1), *odd, add_order(2)]
    result = bench.replay(bench.write("odd.pcap", pcap([(DAY, udp_frame(mold(1, messages)))])))
    equal(result["messages"], 7, "messages")
    equal(result["messages_by_type"], {"A": 3}, "messages by type")
    equal(drops(result), {"message_empty": 1, "message_unknown_type": 1,
                          "message_short_message": 2}, "reasons")


@spec
def an_absurd_sequence_number_is_a_gap_and_not_a_wait(bench):
    """A number near 2^63 after message 40: the 9 * 10^18 between are one range."""
    frames = good() + [(DAY + 10**9, udp_frame(mold(2**63 - 9, [add_order(50)])))]
    frames.append((DAY + 3 * 10**9, udp_frame(mold(2**63 - 8, [add_order(51)]))))
    result = bench.replay(bench.write("absurd.pcap", pcap(frames)))
    equal(result["messages"], 42, "messages")
    equal(result["gap_ranges"], [[41, 2**63 - 10]], "gaps")


@spec
def random_damage_never_stops_the_counts_from_adding_up(bench):
    bench.limits = MODEST  # what is damaged may name any instrument
    bench.generate("--messages", 400, "--symbols", 3, "--seed", 21,
                   "--out", bench.path("seed.pcap"))
    content = (bench.directory / "seed.pcap").read_bytes()
    seed = int(os.environ.get("SPEC_SEED", random.randrange(2**32)))
    dice, statuses = random.Random(seed), {}
    try:
        for _ in range(MUTATIONS):
            broken = bytearray(content)
            for _ in range(dice.choice((1, 2, 8, 64))):
                at = dice.randrange(len(broken))
                broken[at] = dice.choice((0, 255, 127, 128, dice.randrange(256)))
            if dice.random() < 0.2:
                del broken[dice.randrange(len(broken)):]
            path = bench.write("damaged.pcap", bytes(broken))
            status = bench.replay(path, status=(0, 1, 4))["status"]
            statuses[status] = statuses.get(status, 0) + 1
    except AssertionError as reason:
        raise AssertionError(f"SPEC_SEED={seed}: {reason}") from reason
    print(f"         SPEC_SEED={seed}, statuses {dict(sorted(statuses.items()))}")


if __name__ == "__main__":
    Bench.limits = SMALL
    run_specs(sys.argv[1:])
