#!/usr/bin/env python3
"""Two real streams against answers computed without this code.

    replay_answers.py POLLUX_REPLAY

Beside each stream lie its checkpoints (best bid and ask after message n) and its whole final depth.
"""

import csv
import json
import os
import pathlib
import sys

from replay_support import ALL, Skip, equal, require, run_specs, spec

AAPL, FUTURE = "aapl_20120621_0930_1030", "esh4_20231225"
STREAMS = {AAPL: "AAPL", FUTURE: "ESH4"}
RAW, PCAP = ".itch50", ".moldudp64.pcap"


def e4(price):
    """'585.5000' as 5855000, without floating point."""
    whole, _, part = price.partition(".")
    require(len(part) <= 4, f"a price has more than 4 decimals: {price}")
    return int(whole) * 10000 + int(part.ljust(4, "0"))


def levels(side):
    return [[e4(price), quantity, orders] for price, quantity, orders in side]


def stream(bench, name, suffix):
    return bench.shared(f"itch50/{name}{suffix}")


def final(bench, name):
    return json.loads(pathlib.Path(stream(bench, name, ".final.json")).read_text())


def checkpoints(bench, name):
    """{message: [bid price, size, orders, ask price, size, orders]}; None where a side is empty."""
    found = {}
    with open(stream(bench, name, ".checkpoints.csv"), encoding="ascii") as file:
        for after, *best in csv.reader(file):
            if after != "after_itch_msg":
                found[int(after)] = [int(one) if one else None for one in best]
    return found


def each(bench):
    for name, symbol in STREAMS.items():
        for suffix in (RAW, PCAP):
            yield name, symbol, stream(bench, name, suffix)


@spec
def every_checkpoint_equals_the_answer_beside_it(bench):
    seen = 0
    for name, symbol, path in each(bench):
        answers = checkpoints(bench, name)
        wishes = [word for after in answers for word in ("--book", f"{symbol}@{after}")]
        books = bench.replay(*wishes, path)["books"]
        equal([book["after_message"] for book in books], list(answers), f"{path}: books shown")
        for book in books:
            equal(book["symbol"], symbol, f"{path}: the symbol")
            best = [(levels(book[side]) or [[None] * 3])[0] for side in ("bids", "asks")]
            after = book["after_message"]
            equal(best[0] + best[1], answers[after], f"{path}: best bid and ask after {after}")
            seen += 1
    require(seen >= 370, f"only {seen} checkpoints were looked at")
    print(f"         {seen} checkpoints")


@spec
def the_whole_final_depth_equals_the_answer(bench):
    for name, symbol, path in each(bench):
        answer, result = final(bench, name), bench.replay("--book", symbol, path)
        book = result["books"][0]
        equal(levels(book["bids"]), answer["bid_levels"], f"{path}: bids")
        equal(levels(book["asks"]), answer["ask_levels"], f"{path}: asks")
        equal(result["orders_live"], answer["open_orders"], f"{path}: orders live")
        equal(result["levels_live"], len(answer["bid_levels"]) + len(answer["ask_levels"]),
              f"{path}: levels live")


@spec
def messages_by_type_and_the_executed_quantity_equal_the_answer(bench):
    for name, symbol, path in each(bench):
        answer, result = final(bench, name), bench.replay("--bbo", path)
        equal(result["messages"], answer["messages"], f"{path}: messages")
        equal(result["messages_accepted"], answer["messages"], f"{path}: messages accepted")
        equal(result["messages_by_type"], answer["by_type"], f"{path}: messages by type")
        equal(result["gaps"], 0, f"{path}: gaps")
        one, = result["bbo"]
        equal(one["symbol"], symbol, f"{path}: the symbol")
        equal(one["volume"], answer["executed_qty"], f"{path}: executed quantity")
        equal(levels([one["bid"], one["ask"]]),
              [answer["final_bbo"][:3], answer["final_bbo"][3:]], f"{path}: final best bid and ask")


@spec
def raw_messages_and_packets_give_the_same_digest(bench):
    digests = {name: {bench.replay(stream(bench, name, suffix))["digest"] for suffix in (RAW, PCAP)}
               for name in STREAMS}
    for name, digest in digests.items():
        equal(len(digest), 1, f"{name}: different digests, {digest}")
    require(digests[AAPL] != digests[FUTURE], "different streams have one digest")
    print("        ", {name: one.copy().pop() for name, one in digests.items()})


@spec
def layouts_shared_and_dedicated_give_the_same_digest(bench):
    if len(os.sched_getaffinity(0)) < 2:
        raise Skip("layout dedicated needs two processors")
    for name, _, path in each(bench):
        layouts = [bench.replay("--layout", layout, path) for layout in ("shared", "dedicated")]
        for key in ("digest", "packets", "messages_by_type", "drops", "orders_live"):
            equal(layouts[1][key], layouts[0][key], f"{path}, dedicated: {key}")


@spec
def one_changed_byte_of_a_message_gives_another_digest(bench):
    content = bytearray(pathlib.Path(stream(bench, FUTURE, RAW)).read_bytes())
    whole = bench.replay(stream(bench, FUTURE, RAW))["digest"]
    shares = content.index(b"ESH4", len(content) // 2) - 1  # of some order in the middle
    content[shares] ^= 1
    changed = bench.replay(bench.write("changed.itch50", bytes(content)), status=(0, 4))["digest"]
    require(changed != whole, "the digest does not see a changed quantity")


@spec
def the_recorded_pace_times_1000_gives_the_same_digest(bench):
    path = stream(bench, AAPL, PCAP)
    fast, paced = bench.replay(path), bench.replay("--pace", "1000x", path)
    equal(paced["digest"], fast["digest"], "the digest at a pace")
    hour = 3600 * 10**9 / 1000
    require(0.9 * hour < paced["wall_ns"], f"an hour at 1000x took {paced['wall_ns']} ns")
    if ALL:
        path = stream(bench, FUTURE, RAW)
        equal(bench.replay("--pace", "1000x", path, "--layout", "dedicated")["digest"],
              bench.replay(path)["digest"], "the digest of a day at a pace")


if __name__ == "__main__":
    run_specs(sys.argv[1:])
