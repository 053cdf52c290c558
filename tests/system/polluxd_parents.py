#!/usr/bin/env python3
"""An order of the configuration is worked once, however often polluxd is started.

    polluxd_parents.py POLLUXD POLLUX_JOURNAL
"""

import atexit
import signal
import sys

from box_support import Box, quickstart
from polluxd_trades import agree, await_sent, number, table
from replay_support import SPECS, equal, require, run_specs, spec

SPECS.clear()  # those of the file that was imported
PLAIN = "quantity: 2000, participation: 5%"
# Risk lets it not meet the maker's orders: it would wait for those of others to be better.
MAKER = "instruments: [ACME, BOLT, GOLD]"


def taker(quantity, participation="100%"):
    text = quickstart()
    for one in (PLAIN, MAKER):
        require(one in text, f"the quick start has no '{one}'")
    text = text.replace(MAKER, "instruments: [ACME, GOLD]")
    return text.replace(PLAIN, f"quantity: {quantity}, participation: {participation}")


def holding(said):
    """What the taker has bought and sold."""
    rows = [row for row in table(said, "holding") if row[:2] == ["taker", "BOLT"]]
    equal(len(rows), 1, f"rows of the taker in {said[-3000:]}")
    equal(number(rows[0][4]), 0, "what it sold")
    return int(number(rows[0][3]))


def traded(bench, text, least=1500):
    box = Box(bench, text)
    await_sent(box, least)
    said = box.end(by=signal.SIGINT)
    agree(bench, said)
    return holding(said)


@spec
def it_is_worked_once_over_a_kill_and_a_stop_and_a_raise_trades_the_difference(bench):
    box = Box(bench, taker(2000, "5%"))
    await_sent(box, 1500)
    box.kill()
    part = traded(bench, taker(2000, "5%"))
    require(0 < part <= 2000, f"it has bought {part} in the first two starts")
    equal(traded(bench, taker(2000)), 2000, "bought in three starts")
    equal(traded(bench, taker(2000)), 2000, "bought in four starts")
    equal(traded(bench, taker(1200)), 2000, "bought, and then the quantity was lowered")
    equal(traded(bench, taker(2300)), 2300, "bought, and then the quantity was raised")
    box = Box(bench, taker(2300))
    await_sent(box, 500)
    box.kill()
    equal(traded(bench, taker(2300)), 2300, "bought after one more kill")


if __name__ == "__main__":
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
