#!/usr/bin/env python3
"""A recording whose messages follow two zero bytes instead of a length.

    replay_framing.py POLLUX_REPLAY
"""

import json
import pathlib
import sys

from replay_support import add_order, drops, equal, require, run_specs, spec

FILE, ANSWER = "itch50_simulated/ex20101224.TEST_ITCH_50", "itch50_simulated/summary.json"


@spec
def it_is_read_to_the_end_with_117_references_to_unknown_orders(bench):
    answer = json.loads(pathlib.Path(bench.shared(ANSWER)).read_text())
    result = bench.replay("--framing", "types", "--bbo", bench.shared(FILE))
    equal(result["messages"], answer["messages"], "messages")
    equal(result["messages_by_type"], answer["by_type"], "messages by type")
    equal(drops(result), {"book_unknown_order": answer["errors"]["missing"]}, "reasons to drop")
    equal(result["drops"]["book_unknown_order"], 117, "references to unknown orders")
    equal(result["orders_live"], answer["open_orders"], "orders live")


@spec
def every_symbol_ends_with_the_best_bid_and_ask_of_the_answer(bench):
    answer = json.loads(pathlib.Path(bench.shared(ANSWER)).read_text())
    result = bench.replay("--framing", "types", "--bbo", bench.shared(FILE))
    equal({one["symbol"] for one in result["bbo"]}, set(answer["final_bbo"]), "symbols")
    for one in result["bbo"]:
        best = [number for price, quantity, orders in (one["bid"], one["ask"])
                for number in (round(float(price) * 10000), quantity, orders)]
        equal(best, answer["final_bbo"][one["symbol"]], f"{one['symbol']}: best bid and ask")


@spec
def without_the_option_a_sentence_says_what_to_do(bench):
    done = bench.run("pollux-replay", bench.shared(FILE))
    equal(done.returncode, 1, "the status")
    equal(done.stdout, "", "the standard output")
    require("framing" in done.stderr and "types" in done.stderr, f"it says {done.stderr}")
    equal(done.stderr.count("\n"), 1, f"lines it takes to say so: {done.stderr}")


@spec
def both_framings_of_the_same_messages_give_the_same_digest(bench):
    messages = [add_order(number + 1) for number in range(500)]
    zeros = bench.write("zeros", b"".join(b"\0\0" + one for one in messages))
    lengths = bench.write("lengths", b"".join(b"\0\x24" + one for one in messages))
    digests = {bench.replay(lengths)["digest"],
               bench.replay("--framing", "lengths", lengths)["digest"],
               bench.replay("--framing", "types", zeros)["digest"]}
    equal(len(digests), 1, f"different digests: {digests}")


@spec
def a_type_of_unknown_length_ends_the_reading_with_its_place(bench):
    messages = [b"\0\0" + add_order(number + 1) for number in range(40)]
    broken = bench.write("broken", b"".join(messages[:30]) + b"\0\0z" + b"".join(messages[30:]))
    result = bench.replay("--framing", "types", broken, status=4)
    equal(result["messages"], 30, "messages before it")
    problem, = result["problems"]
    require("record 30" in problem and f"byte {30 * 38:,}".replace(",", "") in
            problem.replace(",", ""), f"it says {problem}")


if __name__ == "__main__":
    run_specs(sys.argv[1:])
