#!/usr/bin/env python3
"""The system's clock is set while polluxd trades, and before it starts: nothing stops, and no order
is refused for its age.

    polluxd_clock.py POLLUXD POLLUX_JOURNAL SET_CLOCK_LIBRARY
"""

import atexit
import signal
import sys

import clock_support
from box_support import Box, quickstart
from clock_support import metric, set_clock
from polluxd_trades import agree, await_sent, refusals_explained, sent
from replay_support import SPECS, equal, require, run_specs, spec

SPECS.clear()  # those of the file that was imported
HOUR = 3600


def started(bench):
    return clock_support.started(bench, quickstart())


def more_sent(box, more):
    await_sent(box, max(sent(box.said()), default=0) + more)


def ended(bench, box):
    said = box.end(by=signal.SIGINT)
    refusals_explained(said)  # none for an age, or a rate
    agree(bench, said)
    return said


@spec
def set_back_by_an_hour_while_it_trades_it_trades_on(bench):
    set_clock(bench, 0)
    box = started(bench)
    await_sent(box, 500)
    set_clock(bench, -HOUR)
    box.await_text("clock_ahead")
    more_sent(box, 6000)  # in some seconds: windows of a second empty, strategies act by the clock
    ahead = metric(box, "pollux_clock_ahead_seconds")
    require(HOUR - 60 < ahead < HOUR + 1, f"the clock is ahead by {ahead} s")
    equal(metric(box, "pollux_clock_set_back_total"), 1, "times it was set back")
    equal(metric(box, "pollux_clock_jump_total"), 0, "jumps")
    said = ended(bench, box)
    require("DOWN" not in said and "STALE" not in said, f"something fell silent: {said[-3000:]}")


@spec
def started_behind_the_times_of_its_journals_it_trades_on(bench):
    box = started(bench)  # an hour before what it has written down
    more_sent(box, 3000)
    ahead = metric(box, "pollux_clock_ahead_seconds")
    require(HOUR - 120 < ahead < HOUR + 1, f"the clock is ahead by {ahead} s")
    box.await_text("clock_ahead")
    ended(bench, box)


@spec
def killed_and_started_again_it_trades_on_too_and_is_no_more_ahead_when_it_is_set_right(bench):
    box = started(bench)
    more_sent(box, 1000)
    box.kill()
    box = started(bench)
    more_sent(box, 1000)
    set_clock(bench, 0)
    box.await_text("clock_ahead: no more")
    more_sent(box, 1000)
    equal(metric(box, "pollux_clock_set_back_total"), 0, "times it was set back")
    require(abs(metric(box, "pollux_clock_ahead_seconds")) < 1.5, "they have not met")
    ended(bench, box)


@spec
def set_ahead_while_it_trades_it_follows_at_once(bench):
    box = started(bench)
    await_sent(box, 500)
    set_clock(bench, HOUR)
    box.await_true(lambda said: metric(box, "pollux_clock_jump_total") == 1, "it does not follow")
    more_sent(box, 3000)  # what was known is an hour old at once, until it is told anew
    agree(bench, box.end(by=signal.SIGINT))


if __name__ == "__main__":
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
