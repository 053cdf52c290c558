#!/usr/bin/env python3
"""A trading day begins at its moment: while polluxd trades, and at a start that finds it passed.

    polluxd_day.py POLLUXD POLLUX_JOURNAL SET_CLOCK_LIBRARY
"""

import atexit
import signal
import sys
import time

from box_support import Box, quickstart
from clock_support import metric, set_clock, started
from polluxd_trades import await_sent, number, table
from replay_support import SPECS, equal, require, run_specs, spec

SPECS.clear()  # those of the file that was imported
HOUR = 3600
BEGUN = "note day_begun: "


def quickstart_of_days():
    """Its day begins in half an hour, by the system's clock."""
    moment = time.strftime("%H:%M:%S", time.gmtime(time.time() + HOUR / 2))
    text, key = quickstart(), f"  journal: gateway\n  day_begins: {moment}\n"
    require("  journal: gateway\n" in text, "the quick start has another journal")
    return text.replace("  journal: gateway\n", key)


TEXT = quickstart_of_days()


def filled(box, least):
    """So many executions since the start."""
    box.await_text("/metrics")
    box.await_true(lambda said: metric(box, "pollux_gateway_fill_total") >= least,
                   f"there are no {least} executions")


def positions(said):
    """By strategy and symbol."""
    return {tuple(row[:2]): number(row[2]) for row in table(said, "holding")}


def traded(said):
    """What was bought and sold on the day, all together."""
    return sum(number(row[3]) + number(row[4]) for row in table(said, "holding"))


@spec
def a_moment_that_comes_while_it_trades_begins_a_day(bench):
    set_clock(bench, 0)
    box = started(bench, TEXT)
    await_sent(box, 500)
    filled(box, 200)
    require(BEGUN not in box.said(), "a day has begun before its moment")
    equal(metric(box, "pollux_gateway_day_total"), 0, "days before the moment")
    set_clock(bench, HOUR)
    box.await_text(BEGUN)
    equal(metric(box, "pollux_gateway_day_total"), 1, "days at the moment")
    filled(box, metric(box, "pollux_gateway_fill_total") + 20)  # it trades on
    said = box.end(by=signal.SIGINT)
    equal(said.count(BEGUN), 1, f"days in {said[-3000:]}")


@spec
def killed_behind_it_none_begins_at_the_next_start_and_what_it_holds_is_what_it_held(bench):
    box = started(bench, TEXT)
    filled(box, 20)
    box.kill()
    box = started(bench, TEXT)
    filled(box, 0)
    box.signal(signal.SIGUSR2)
    box.await_text("HALTED")
    equal(metric(box, "pollux_gateway_day_total"), 0, "days of a start behind the moment")
    said = box.end(by=signal.SIGINT)
    require(BEGUN not in said, "a day has begun twice")
    bench.held = positions(said)
    require(any(bench.held.values()), f"nothing is held: {said[-3000:]}")


@spec
def a_day_that_it_was_stopped_over_begins_at_the_start_and_who_was_halted_stays_so(bench):
    set_clock(bench, HOUR + 2 * 24 * HOUR)
    box = started(bench, TEXT)
    box.await_text(BEGUN)
    equal(metric(box, "pollux_gateway_day_total"), 1, "days that the start found")
    box.await_text("HALTED")
    said = box.end(by=signal.SIGINT)
    equal(said.count(BEGUN), 1, "days, of two nights")
    held = positions(said)
    for key, position in bench.held.items():
        equal(held.get(key, 0), position, f"what {key} holds over the night")
    equal(traded(said), 0, "what was traded on the new day")


if __name__ == "__main__":
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
