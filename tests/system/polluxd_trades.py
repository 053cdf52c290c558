#!/usr/bin/env python3
"""The whole loop in one process, as apps/polluxd/quickstart.yaml starts it, with less room: what
the gateway says it did is what the venue's journal says happened, counted by a second matching
written here.

    polluxd_trades.py POLLUXD POLLUX_JOURNAL
"""

import atexit
import collections
import decimal
import json
import pathlib
import re
import signal
import sys

from box_support import Box, quickstart
from replay_support import equal, require, run_specs, spec

ACCOUNTS = {2: "box", 3: "crowd", 4: "noise"}
SESSION_OF = {"maker": "box", "arbitrage": "box", "taker": "box", "crowd": "crowd",
              "bullion": "crowd", "noise": "noise"}


# What the venue did, from the inputs of its journal: price, then time, the resting order's price.

class Order:
    def __init__(self, given):
        self.id, self.account, self.instrument = given["id"], given["account"], given["instrument"]
        self.buys = given["side"] == "buy"
        self.price, self.total = decimal.Decimal(given["price"]), int(given["qty"])
        self.traded = 0
        self.post_only = "post_only" in given.get("flags", ())
        self.rests = given["tif"] != "ioc"

    def open(self):
        return self.total - self.traded


class Venue:
    def __init__(self):
        self.symbol, self.order, self.trades = {}, {}, 0
        self.queue = collections.defaultdict(dict)  # (instrument, buys) -> {id: Order}, by time
        self.bought = collections.Counter()
        self.sold = collections.Counter()
        self.cash = collections.Counter()

    def best(self, instrument, buys):
        there = self.queue[instrument, buys].values()
        return min(there, key=lambda one: -one.price if buys else one.price, default=None)

    def would_take(self, order):
        best = self.best(order.instrument, not order.buys)
        if best is None:
            return None
        good = best.price <= order.price if order.buys else best.price >= order.price
        return best if good else None

    def trade(self, order, best):
        qty = min(order.open(), best.open())
        for one in (order, best):
            one.traded += qty
            key = one.account, self.symbol[one.instrument]
            (self.bought if one.buys else self.sold)[key] += qty
            self.cash[key] += -qty * best.price if one.buys else qty * best.price
        self.trades += 1
        if best.open() == 0:
            self.gone(best)

    def gone(self, order):
        self.queue[order.instrument, order.buys].pop(order.id, None)
        self.order.pop(order.id, None)

    def arrive(self, order):
        while order.open() > 0 and (best := self.would_take(order)):
            if best.account == order.account:  # the one that comes is canceled
                return
            self.trade(order, best)
        if order.open() > 0 and order.rests:
            self.queue[order.instrument, order.buys][order.id] = order
            self.order[order.id] = order

    def new(self, given):
        order = Order(given)
        if not (order.post_only and self.would_take(order)):
            self.arrive(order)

    def modify(self, given):
        order = self.order.get(given["id"])
        if order is None:
            return
        old = order.price, order.total
        order.price, order.total = decimal.Decimal(given["price"]), int(given["qty"])
        if order.open() <= 0:
            self.gone(order)
            return
        keeps = order.price == old[0] and order.total <= old[1]
        if not keeps and order.post_only and self.would_take(order):
            order.price, order.total = old
            return
        # A dictionary keeps its order when a key is replaced in a new one only.
        queue = self.queue[order.instrument, order.buys]
        place = list(queue)
        self.gone(order)
        before, order.id = order.id, given.get("other") or order.id
        if keeps:
            self.order[order.id] = queue[order.id] = order
            for one in place[place.index(before) + 1:]:
                queue[one] = queue.pop(one)
        else:
            self.arrive(order)

    def take(self, record):
        what = record.get("input")
        if what == "list":
            self.symbol[record["instrument"]] = record["symbol"]
        elif what == "new":
            self.new(record)
        elif what == "modify":
            self.modify(record)
        elif what == "cancel":
            order = self.order.get(record["id"])
            if order:
                self.gone(order)
        elif what:
            equal(what, "time", "an input this test does not know")


def venue_of(bench):
    done = bench.run("pollux-journal", "--quiet", "export", bench.path("venue"))
    equal(done.returncode, 0, f"the export of the venue's journal ({done.stderr})")
    venue = Venue()
    for line in done.stdout.splitlines():
        venue.take(json.loads(line))
    return venue


# What polluxd says.

def number(text):
    return decimal.Decimal(text.replace(",", "").replace("+", ""))


def table(said, head):
    """The rows under the last head, each as words."""
    lines = said.splitlines()
    begin = max((at for at, line in enumerate(lines) if line.split()[:1] == [head]), default=None)
    require(begin is not None, f"no table '{head}' in {said[-2000:]}")
    rows = []
    for line in lines[begin + 1:]:
        if not line.startswith("  "):
            return rows
        rows.append(line.split())
    return rows


def counters(said, head):
    return {row[0]: int(number(row[1])) for row in table(said, head) if number_like(row[1])}


def number_like(word):
    return re.fullmatch(r"[\d,]+", word) is not None


def sent(said):
    """What it has sent, a second after the other."""
    return [int(number(one)) for one in re.findall(r"UTC .* ([\d,]+) sent ", said)]


def started(bench, *words):
    return Box(bench, quickstart(), *words)


def await_sent(box, least):
    box.await_true(lambda said: max(sent(said), default=0) >= least,
                   f"fewer than {least} messages")


def agree(bench, said):
    """The gateway's tables and the venue's journal are one story."""
    venue = venue_of(bench)
    equal(venue.order, {}, "orders that are open at the venue")
    holdings = table(said, "holding")
    told = collections.defaultdict(lambda: [0, 0, decimal.Decimal(0), 0])
    for strategy, symbol, position, bought, sold, fills, cash, _ in holdings:
        equal(number(position), number(bought) - number(sold), f"{strategy}'s position in {symbol}")
        of = told[SESSION_OF[strategy], symbol]
        of[0] += number(bought)
        of[1] += number(sold)
        of[2] += number(cash)
        of[3] += int(number(fills))
    for account, name in ACCOUNTS.items():
        for symbol in venue.symbol.values():
            key, of = (account, symbol), told[name, symbol]
            equal(of[:3], [venue.bought[key], venue.sold[key], venue.cash[key]],
                  f"{name} in {symbol}: bought, sold and cash")
    equal(sum(of[3] for of in told.values()), 2 * venue.trades, "fills, two of each trade")
    for symbol in venue.symbol.values():
        equal(sum(number(row[2]) for row in holdings if row[1] == symbol), 0,
              f"all positions in {symbol} together")
    equal(sum(number(row[6]) for row in holdings), 0, "all money together")
    return venue


def refusals_explained(said):
    refused = counters(said, "gateway").get("refused", 0)
    reasons = counters(said, "risk")
    equal(sum(reasons.values()) - reasons["passed"], refused, f"refusals by reason {reasons}")
    allowed = {"passed", "self_trade", "duplicate_ns", "collar_ticks", "collar_ppm"}
    require(set(reasons) <= allowed, f"risk refused by {set(reasons) - allowed}")


@spec
def what_the_gateway_tells_is_what_the_venue_has_written_down(bench):
    box = started(bench)
    await_sent(box, 4000)
    said = box.end()
    venue = agree(bench, said)
    require(venue.trades > 100, f"only {venue.trades} trades")
    refusals_explained(said)
    traded = {row[0] for row in table(said, "holding")}
    require({"maker", "arbitrage", "crowd", "bullion", "noise"} <= traded, f"only {traded} traded")


@spec
def its_books_at_the_end_are_the_venues(bench):
    said = started(bench, "--for", "1s").end(by=None)
    theirs = re.findall(r"^venue's books ([0-9a-f]{16})$", said, re.MULTILINE)
    ours = re.findall(r"^books  ([0-9a-f]{16})$", said, re.MULTILINE)
    require(len(theirs) == 1 and theirs == ours, f"the venue's books {theirs}, the feed's {ours}")


@spec
def killed_in_the_middle_it_goes_on_and_knows_what_it_holds(bench):
    box = started(bench)
    await_sent(box, 2000)
    box.kill()
    box = started(bench)
    box.await_text(" feed LIVE")
    await_sent(box, 1000)
    said = box.end(by=signal.SIGINT)
    require(" living orders" in said, f"nothing lived at the venue: {said[:500]}")
    agree(bench, said)
    equal([row[8] for row in table_of_sessions(said)], ["0", "0", "0"], "orders in doubt")


def table_of_sessions(said):
    """Rows of the gateway's sessions, which are not indented."""
    rows = re.findall(r"^(?:box|crowd|noise) .*$", said, re.MULTILINE)
    # name state sent answered next open asked doubt lost
    return [[None, *row.split()] for row in rows[-3:]]


@spec
def a_halt_stops_orders_stays_over_a_restart_and_ends_with_a_release(bench):
    box = started(bench)
    await_sent(box, 500)
    box.signal(signal.SIGUSR2)
    box.await_text("HALTED by SIGUSR2")
    quiet = r"UTC  HALTED .* 0 open  0 in doubt"
    box.await_true(lambda said: len(re.findall(quiet, said)) >= 2, "orders stay open")
    said = box.end()
    halted = [int(number(one)) for one in re.findall(r"UTC  HALTED .* ([\d,]+) sent ", said)]
    require(len(halted) >= 2 and halted[0] == halted[-1], f"sent while halted: {halted}")
    said = started(bench, "--for", "1s").end(by=None)
    require("UTC  ACTIVE" not in said, "the halt is forgotten")
    equal(max(sent(said), default=0), 0, "messages of a box that is halted")
    box = started(bench, "--release", "the desk has looked")
    await_sent(box, 500)
    said = box.end()
    require("released by user" in said and "the desk has looked" in said, said[:500])
    agree(bench, said)


@spec
def what_it_was_told_is_in_the_journal_with_who_and_why(bench):
    kept = b""
    for one in pathlib.Path(bench.path("gateway")).iterdir():
        with open(one, "rb") as file:
            kept += file.read(8 << 20)  # records are at the beginning of a segment
    require(b"SIGUSR2\0" in kept, "the halt is not in the journal")
    require(b"the desk has looked\0" in kept, "the release is not in the journal")


if __name__ == "__main__":
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
