#!/usr/bin/env python3
"""Two lines with loss, duplication and reorder become one feed: all of it, or exactly its gaps.

    replay_lines.py POLLUX_REPLAY POLLUX_GENERATE

What was lost on both lines is counted here from the captures' own bytes, and compared both with
what the generator reports and with what the replay says.
"""

import json
import os
import pathlib
import sys

from replay_support import (ALL, Skip, drops, equal, moldudp64_range, pcap, pcap_frames, require,
                            run_specs, spec)

WAIT = ("--gap-wait-us", 86_400_000_000)  # a day: one stream is silent for 22 hours
IMPAIRED = ("--loss", 30, "--duplicate", 30, "--reorder", 30, "--window", 8)
SEEDS = (1, 2, 3) if ALL else (1, 2)


def streams(bench):
    generated = bench.path("generated.pcap")
    if not pathlib.Path(generated).exists():
        bench.generate("--messages", "60k", "--symbols", 20, "--seed", 11, "--out", generated)
    yield generated
    for name in ("aapl_20120621_0930_1030", "esh4_20231225"):
        yield bench.shared(f"itch50/{name}.moldudp64.pcap")


def two_lines(bench, source, seed, *impairments):
    """Captures of lines A and B, and the generator's report."""
    a, b, report = bench.path("a.pcap"), bench.path("b.pcap"), bench.path("report.json")
    bench.generate("--from", source, "--line-a", a, "--line-b", b, "--seed", seed,
                   "--report", report, *impairments)
    return a, b, json.loads(pathlib.Path(report).read_text())


def arrived(*paths):
    """Numbers of the messages in captures."""
    numbers = set()
    for path in paths:
        for _, frame in pcap_frames(path):
            first, count = moldudp64_range(frame)
            numbers.update(range(first, first + count))
    return numbers


def last_known(*paths):
    """The highest number that any frame names; heartbeats name the next one."""
    ends = (moldudp64_range(frame) for path in paths for _, frame in pcap_frames(path))
    return max(first + count for first, count in ends) - 1


def ranges(numbers):
    """[[1, 3], [7, 7]] of {1, 2, 3, 7}."""
    found = []
    for number in sorted(numbers):
        if found and found[-1][1] + 1 == number:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def joined(gaps):
    """Gaps that touch are one hole given up in two steps."""
    return ranges(number for first, last in gaps for number in range(first, last + 1))


@spec
def gaps_are_exactly_the_messages_lost_on_both_lines(bench):
    runs = lost_in_all = 0
    for source in streams(bench):
        sent = arrived(source)
        for seed in SEEDS:
            a, b, report = two_lines(bench, source, seed, *IMPAIRED)
            lost = ranges(sent - arrived(a, b))
            equal(report["lost_on_all_lines"]["ranges"], lost, f"{source}, {seed}: the report")
            require(lost, f"{source}, seed {seed}: nothing was lost on both, so nothing is tested")
            # What was lost behind the last frame that arrived, nobody can know of.
            known = last_known(a, b)
            lost = ranges(number for number in sent - arrived(a, b) if number <= known)
            result = bench.replay(*WAIT, a, b)
            at = f"{source}, seed {seed}"
            equal(joined(result["gap_ranges"]), lost, f"{at}: gaps")
            equal(len(result["gap_ranges"]), result["gaps"], f"{at}: number of gaps")
            equal(result["gap_messages"], sum(last - first + 1 for first, last in lost),
                  f"{at}: messages in gaps")
            equal(result["messages"], len(arrived(a, b)), f"{at}: messages")
            runs, lost_in_all = runs + 1, lost_in_all + result["gap_messages"]
    print(f"         {runs} pairs of captures, {lost_in_all} messages lost on both lines")


@spec
def what_one_line_has_completes_what_the_other_lost(bench):
    """Line A loses 30 %, line B nothing, both repeat and reorder: nothing is missing."""
    for source in streams(bench):
        whole = bench.replay(source)
        a, b, report = two_lines(bench, source, 5, *IMPAIRED, "--loss-b", 0)
        require(report["lines"][0]["lost"] > 1000, f"{source}: line A lost next to nothing")
        complete(bench.replay(*WAIT, a, b), whole, source)


@spec
def loss_on_both_lines_that_never_meets_leaves_nothing_missing(bench):
    """Each line loses datagrams of its own; seeds are tried until no loss falls on both."""
    for source in streams(bench):
        whole = bench.replay(source)
        for seed in range(1, 60):
            a, b, report = two_lines(bench, source, seed, *IMPAIRED, "--loss", "0.2")
            if report["lost_on_all_lines"]["messages"] == 0:
                break
        equal(report["lost_on_all_lines"]["messages"], 0, f"{source}: lost on both, any seed")
        for line in report["lines"]:
            require(line["lost"] > 10, f"{source}: line {line['line']} lost next to nothing")
        complete(bench.replay(*WAIT, a, b), whole, source)


def complete(result, whole, source):
    for key in ("digest", "messages", "messages_by_type", "orders_live", "levels_live"):
        equal(result[key], whole[key], f"{source}, by two lines: {key}")
    equal(result["gap_ranges"], [], f"{source}: gaps")
    require(result["lines"]["A"]["first"] > 0 and result["lines"]["B"]["first"] > 0,
            f"{source}: one of the lines brought nothing: {result['lines']}")


@spec
def the_order_of_the_lines_does_not_change_the_digest(bench):
    for source in streams(bench):
        a, b, _ = two_lines(bench, source, 9, *IMPAIRED)
        forth, back = bench.replay(*WAIT, a, b), bench.replay(*WAIT, b, a)
        for key in ("digest", "messages", "gap_ranges", "messages_by_type"):
            equal(back[key], forth[key], f"{source}: {key} with the lines exchanged")


@spec
def both_lines_in_one_capture_give_the_digest_of_two(bench):
    for source in streams(bench):
        a, b, _ = two_lines(bench, source, 13, *IMPAIRED)
        frames = sorted(pcap_frames(a) + pcap_frames(b), key=lambda one: one[0])
        both = bench.write("both.pcap", pcap(frames))
        apart, together = bench.replay(*WAIT, a, b), bench.replay(*WAIT, both)
        for key in ("digest", "packets", "messages", "gap_ranges"):
            equal(together[key], apart[key], f"{source}: {key} of both lines in one file")
        equal(sorted(together["lines"]), ["A", "B"], f"{source}: lines found in one file")
        equal(drops(together).keys() - {"datagram_duplicate", "book_unknown_order"}, set(),
              f"{source}: reasons to drop")


@spec
def layout_dedicated_finds_the_same_gaps(bench):
    if len(os.sched_getaffinity(0)) < 2:
        raise Skip("layout dedicated needs two processors")
    for source in streams(bench):
        a, b, _ = two_lines(bench, source, 17, *IMPAIRED)
        shared = bench.replay(*WAIT, a, b)
        dedicated = bench.replay(*WAIT, "--layout", "dedicated", a, b)
        for key in ("digest", "gap_ranges", "drops"):
            equal(dedicated[key], shared[key], f"{source}: {key}, dedicated")


@spec
def a_store_that_is_too_small_loses_nothing_silently(bench):
    """With room for one early datagram, what is not delivered is inside a gap."""
    source = next(streams(bench))
    a, b, _ = two_lines(bench, source, 19, *IMPAIRED)
    sent, both = arrived(source), arrived(a, b)
    result = bench.replay(*WAIT, "--store-datagrams", 1, a, b)
    missing = {number for first, last in result["gap_ranges"] for number in range(first, last + 1)}
    last = last_known(a, b)
    known = {number for number in sent if number <= last}
    require(known - both <= missing, "a message that never arrived is in no gap")
    equal(result["messages"] + len(missing), len(known), "messages delivered and missing together")


if __name__ == "__main__":
    run_specs(sys.argv[1:])
