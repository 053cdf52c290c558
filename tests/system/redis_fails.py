#!/usr/bin/env python3
"""Whatever happens to the Redis server or to polluxd, an intent that came by a stream acts once:
what the venue's journal has is counted, each order by a price and quantity of its own.

    redis_fails.py POLLUXD POLLUX_JOURNAL

POLLUX_ALL=1: three hundred failures instead of a hundred.
"""

import atexit
import collections
import decimal
import json
import os
import signal
import sys
import threading
import time

from redis_support import (ACCOUNT, ANSWERS, DEAD, STREAM, Box, Client, Desk, Fake, Refused, Server,
                           entries, prerequisites)
from replay_support import ALL, equal, require, run_specs, spec

CYCLES = 300 if ALL else 100
EACH = 2  # intents between two failures, at least
QUANTITIES = 900
GROWTH_KB = 65536

GARBAGE = [b"-LOADING Redis is loading the dataset in memory\r\n", b"-NOAUTH no password\r\n",
           b"-READONLY this is a replica\r\n", b"-OOM no memory\r\n",
           b"HTTP/1.1 400 Bad Request\r\n\r\n", b"+PONG\r\n+PONG\r\n+PONG\r\n",
           b"*1000000000\r\n", b"$500000000\r\n" + bytes(200000), b"*1\r\n" * 400,
           b"+PONG\r\n*1\r\n*2\r\n$19\r\npollux.intents.desk\r\n:7\r\n", b"\xff\x00\xfe", b"+PON"]


def terms(number):
    """A price and a quantity that no other intent has."""
    return f"9.{50 + number // QUANTITIES}", str(1 + number % QUANTITIES)


def arrived(bench):
    """How often each (price, quantity) of the desk has come to the venue, and how often it was
    canceled there; books_live's are less."""
    done = bench.run("pollux-journal", "--quiet", "export", bench.path("venue"))
    equal(done.returncode, 0, f"the export of the venue's journal ({done.stderr})")
    count, canceled, name = collections.Counter(), collections.Counter(), {}
    for line in done.stdout.splitlines():
        record = json.loads(line)
        mine = record.get("input") == "new" and record["account"] == ACCOUNT
        if mine and decimal.Decimal(record["price"]) >= decimal.Decimal("9.50"):
            name[record["id"]] = decimal.Decimal(record["price"]), int(record["qty"])
            count[name[record["id"]]] += 1
        if record.get("input") == "cancel" and record["id"] in name:
            canceled[name[record["id"]]] += 1
    return count, canceled


def named(numbers):
    return {(decimal.Decimal(price), int(quantity)) for price, quantity in map(terms, numbers)}


def each_once(bench, orders, ended, doubtful=()):
    """orders: numbers of which one came each; ended: of these, canceled once each."""
    count, canceled = arrived(bench)
    equal({one: many for one, many in count.items() if many > 1}, {}, "orders that came twice")
    maybe = named(doubtful)
    equal(named(orders) - set(count) - maybe, set(), "intents of which no order came")
    equal(set(count) - named(orders) - maybe, set(), "orders that nobody wanted")
    equal({one: many for one, many in canceled.items() if many > 1}, {}, "canceled twice")
    equal(named(ended) - set(canceled) - maybe, set(), "orders that were to be canceled")
    equal(set(canceled) - named(ended) - maybe, set(), "orders that nobody wanted canceled")


def unique(number, **fields):
    price, quantity = terms(number)
    return {"kind": "unique", "symbol": "ACME", "side": "buy", "price": price,
            "quantity": quantity, **fields}


def message(turn, number):
    """What is said in that turn, with the numbers from there on: mostly an order that never rests;
    also one that rests and is canceled by the next message, and both in one batch.  The message,
    the numbers of its orders, of those it cancels, and how many sequences it has."""
    if turn % 8 == 3:
        return unique(number), {number}, set(), 1
    if turn % 8 == 4:
        return {"kind": "cancel_unique", "unique": number - 1}, set(), {number - 1}, 1
    if turn % 8 == 7:
        intents = [unique(number, immediate=True), unique(number + 1),
                   {"kind": "cancel_unique", "unique": number + 1},
                   unique(number + 3, immediate=True)]
        return ({"kind": "batch", "intents": intents}, {number, number + 1, number + 3},
                {number + 1}, 4)
    return unique(number, immediate=True), {number}, set(), 1


class Trader(threading.Thread):
    """Says one message after the other, each again until it is answered."""

    def __init__(self, path, number):
        super().__init__(daemon=True)
        self.path, self.client, self.read_to = path, None, "0"
        self.number, self.said_again, self.old, self.turn = number, 0, 0, 0
        self.orders, self.ended, self.doubtful = set(), set(), set()
        self.wrong = []
        self.stopping = False

    def run(self):
        while not self.stopping:
            said, orders, ended, count = message(self.turn, self.number + 1)
            said = {"strategy": "desk", "sequence": self.number + 1, **said}
            self.doubtful = orders | ended
            while not self.said_and_answered(said):
                if self.stopping:
                    return
                self.said_again += 1
            self.orders |= orders
            self.ended |= ended
            # What rests is canceled by the next message, or by the end.
            self.doubtful = orders if self.turn % 8 == 3 else set()
            self.turn, self.number = self.turn + 1, self.number + count

    def said_and_answered(self, said):
        try:
            if self.client is None:
                self.client, self.read_to = Client(self.path, seconds=1.0), "0"
            self.client.do("XADD", STREAM, "*", "message", json.dumps(said))
            return self.answered()
        except (OSError, Refused, ValueError, TypeError, IndexError):  # a hostile one says anything
            if self.client:
                self.client.close()
            self.client = None
            time.sleep(0.005)
            return False

    def answered(self):
        until = time.monotonic() + 0.4
        while time.monotonic() < until:
            reply = self.client.do("XREAD", "BLOCK", 50, "STREAMS", ANSWERS, self.read_to)
            for _, found in reply or ():
                for place, fields in found:
                    self.read_to = place
                    if self.good(json.loads(fields[1])):
                        return True
        return False

    def good(self, answer):
        if answer.get("sequence") != self.number + 1:
            return False
        answers = answer.get("intents", [answer])
        reasons = [one.get("reason") for one in answers]
        self.old += "old" in reasons
        if len(reasons) == 1 and reasons[0] in ("stale", "late", "future"):
            return False
        self.wrong += [one for one, reason in zip(answers, reasons) if reason not in (None, "old")]
        return True

    def end(self):
        turn = self.turn
        until = time.monotonic() + 60
        while self.turn < turn + 10 and time.monotonic() < until:
            time.sleep(0.01)
        self.stopping = True
        self.join(timeout=30)


def progress(trader, number):
    """Some intents between two failures, however slow the machine is."""
    until = time.monotonic() + 60
    while trader.number < number:
        require(time.monotonic() < until, f"intent {trader.number} is not answered")
        time.sleep(0.01)
    time.sleep(0.03)


def books_live(desk):
    """Until an order is taken; the number of it is not one of the trader's."""
    until = time.monotonic() + 60
    while True:
        sequence = desk.order(key=0, price="9.40", quantity="999")
        answer = desk.answered(sequence)
        if answer["answer"] in ("taken", "same") and desk.client.do("GET", "ACME.price"):
            desk.answered(desk.say("cancel", key=0))
            return
        require(time.monotonic() < until, f"no order is taken: {answer}")
        time.sleep(0.05)


# What may happen to the server.

def empty(server, _):
    server.kill()
    server.forget()
    server.start()


def older(server, _):
    client = Client(server.path)
    client.do("SAVE")
    time.sleep(0.05)
    server.kill()
    server.start()


def stopped(server, _):
    server.process.send_signal(signal.SIGSTOP)
    time.sleep(0.1)
    server.process.send_signal(signal.SIGCONT)


def full(server, _):
    client = Client(server.path)
    client.do("CONFIG", "SET", "maxmemory", "1")
    time.sleep(0.08)
    client.do("CONFIG", "SET", "maxmemory", "0")


def replica(server, _):
    client = Client(server.path)
    client.do("REPLICAOF", "127.0.0.1", "1")
    time.sleep(0.08)
    client.do("REPLICAOF", "NO", "ONE")


def cut(server, _):
    client = Client(server.path)
    for kind in ("normal", "pubsub"):
        client.do("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")


def flushed(server, _):
    Client(server.path).do("FLUSHALL")


def hostile(server, cycle):
    """Each kind of garbage in turn: forty cycles have as many of these as there are kinds."""
    before = cycle // len(FAILURES) * FAILURES.count(hostile)
    before += FAILURES[:cycle % len(FAILURES)].count(hostile)
    server.kill()
    fake = Fake(server.path, GARBAGE[before % len(GARBAGE)])
    time.sleep(0.08)
    fake.end()
    server.start()


FAILURES = [empty, hostile, older, stopped, full, hostile, replica, cut, flushed, hostile]


@spec
def whatever_the_server_does_each_intent_acts_once(bench):
    server, box = Server(bench), Box(bench, "age_ms: 20000")
    client = Client(server.path)
    desk = Desk(client)
    books_live(desk)
    first = desk.sequence
    before = box.memory_kb()
    trader = Trader(server.path, first)
    trader.start()
    for cycle in range(CYCLES):
        progress(trader, trader.number + EACH)
        FAILURES[cycle % len(FAILURES)](server, cycle)
    trader.end()
    empty(server, 0)
    box.await_text("has lost some of it")
    grown = box.memory_kb() - before
    equal(trader.wrong, [], "answers that are no answer to what was said")
    said = box.end()
    server.end()
    intents = trader.number - first
    require(intents > CYCLES, f"only {intents} intents in {CYCLES} cycles")
    each_once(bench, trader.orders, trader.ended, trader.doubtful)
    require(grown < GROWTH_KB, f"it has grown by {grown} KiB")
    require("  unanswered" not in said and "  report_hole" not in said, said[-2000:])
    print(f"  {CYCLES} failures, {trader.turn} messages with {len(trader.orders)} orders and "
          f"{len(trader.ended)} cancels, {trader.said_again} said again, {trader.old} of them "
          f"heard before; memory {grown:+} KiB")


@spec
def a_server_that_stays_away_is_an_alarm_until_it_is_there(bench):
    box = Box(bench)
    box.await_text(" alarm redis_away: ")
    require("(0 of 3 connections are up)" in box.said(), box.said()[-2000:])
    server = Server(bench)
    box.await_text(" note redis_away: no more: ")
    box.end()
    server.end()


@spec
def killed_in_the_middle_of_a_burst_it_goes_on_where_it_was(bench):
    for folder in ("venue", "gateway"):
        os.rename(bench.path(folder), bench.path(folder + ".before"))
    server = Server(bench)
    box = Box(bench, "age_ms: 60000")
    desk = Desk(Client(server.path))
    books_live(desk)
    begin, turns = desk.sequence, 600
    writer = Desk(Client(server.path), sequence=begin)
    orders, ended = set(), set()

    def write():
        for turn in range(turns):
            said, placed, gone, count = message(turn, writer.sequence + 1)
            writer.say(**said)
            writer.sequence += count - 1
            orders.update(placed)
            ended.update(gone)
            time.sleep(0.001)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    for pause in (0.2, 0.8):
        time.sleep(pause)
        box.kill()
        box = Box(bench, "age_ms: 60000")
    thread.join()
    desk.sequence = writer.sequence
    desk.answered(desk.say("cancel", key=0), seconds=60)
    refused = {}
    for sequence in range(begin + 1, writer.sequence + 1):
        answers = desk.answer.get(sequence, ())
        reasons = {answer.get("reason") for answer in answers} - {"old"}
        if reasons and None not in reasons:
            refused[sequence] = reasons
    box.end()
    server.end()
    # After a start orders wait until the books show a price again: those are refused, and told.
    # What rested when the process was killed, the venue has canceled.
    allowed = {"intent_not_live", "intent_nowhere", "reference_age", "mark_age", "intent_shut",
               "intent_over"}
    require(set().union(*refused.values()) <= allowed, f"refused: {refused}")
    came = arrived(bench)[0]
    each_once(bench, orders - set(refused), {one for one in ended if named([one]) <= set(came)})
    print(f"  {turns} messages with {len(orders)} orders and {len(ended)} cancels, 2 kills, "
          f"{len(refused)} refused while the books were not there")


@spec
def an_entry_that_is_too_large_is_refused_and_those_behind_it_are_heard(bench):
    for folder in ("venue", "gateway"):
        os.rename(bench.path(folder), bench.path(folder + ".again"))
    server = Server(bench)
    box = Box(bench, "age_ms: 60000")
    client = Client(server.path)
    desk = Desk(client)
    books_live(desk)
    dead = len(entries(client, DEAD))
    large = [client.do("XADD", STREAM, "*", "message", b"x" * (9 << 20)),
             client.do("XADD", STREAM, "*", *["field", "value"] * 140000),
             *(client.do("XADD", STREAM, "*", "message", b"y" * (40 << 10)) for _ in range(300))]
    desk.answered(desk.say("cancel", key=0))
    equal([one["place"] for one in entries(client, DEAD)[dead:]], large, "what was refused")
    box.kill()
    box = Box(bench, "age_ms: 60000")
    desk.answered(desk.say("cancel", key=0))
    equal(len(entries(client, DEAD)), dead + len(large), "refused once")
    box.end()
    server.end()


if __name__ == "__main__":
    prerequisites()
    atexit.register(Server.leave)
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
