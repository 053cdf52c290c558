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

from redis_support import (ACCOUNT, ANSWERS, STREAM, Box, Client, Desk, Fake, Refused, Server,
                           prerequisites)
from replay_support import ALL, equal, require, run_specs, spec

CYCLES = 300 if ALL else 100
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
    """How often each (price, quantity) of the desk has come to the venue; books_live's are less."""
    done = bench.run("pollux-journal", "--quiet", "export", bench.path("venue"))
    equal(done.returncode, 0, f"the export of the venue's journal ({done.stderr})")
    count = collections.Counter()
    for line in done.stdout.splitlines():
        record = json.loads(line)
        mine = record.get("input") == "new" and record["account"] == ACCOUNT
        if mine and decimal.Decimal(record["price"]) >= decimal.Decimal("9.50"):
            count[decimal.Decimal(record["price"]), int(record["qty"])] += 1
    return count


def each_once(bench, numbers, but=()):
    count = arrived(bench)
    wanted = {(decimal.Decimal(price), int(quantity)) for price, quantity in map(terms, numbers)}
    equal({one: many for one, many in count.items() if many > 1}, {}, "orders that came twice")
    lost = wanted - set(count) - set(but)
    equal(lost, set(), "intents of which no order came")
    equal(set(count) - wanted, set(), "orders that nobody wanted")


class Trader(threading.Thread):
    """Says one intent after the other, each again until it is answered."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.client, self.read_to = path, None, "0"
        self.number, self.said_again, self.old = 0, 0, 0
        self.wrong = []
        self.stopping = False

    def run(self):
        while not self.stopping:
            self.number += 1
            while not self.said_and_answered() and not self.stopping:
                self.said_again += 1

    def said_and_answered(self):
        price, quantity = terms(self.number)
        said = {"strategy": "desk", "sequence": self.number, "kind": "unique", "symbol": "ACME",
                "side": "buy", "price": price, "quantity": quantity, "immediate": True}
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
        if answer.get("sequence") != self.number:
            return False
        reason = answer.get("reason")
        self.old += reason == "old"
        if reason in ("stale", "late", "future"):
            return False
        if reason not in (None, "old"):
            self.wrong.append(answer)
        return True

    def end(self):
        number = self.number
        until = time.monotonic() + 10
        while self.number < number + 2 and time.monotonic() < until:
            time.sleep(0.01)
        self.stopping = True
        self.join(timeout=5)
        return self.number - 1  # the newest of them may be under way


def books_live(desk):
    """Until an order is taken; the number of it is not one of the trader's."""
    until = time.monotonic() + 15
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
    server.kill()
    fake = Fake(server.path, GARBAGE[cycle % len(GARBAGE)])
    time.sleep(0.08)
    fake.end()
    server.start()


FAILURES = [empty, hostile, older, stopped, full, hostile, replica, cut, flushed, hostile]


@spec
def whatever_the_server_does_each_intent_acts_once(bench):
    server, box = Server(bench), Box(bench)
    client = Client(server.path)
    desk = Desk(client)
    books_live(desk)
    first = desk.sequence
    before = box.memory_kb()
    trader = Trader(server.path)
    trader.number = first
    trader.start()
    for cycle in range(CYCLES):
        time.sleep(0.06)
        FAILURES[cycle % len(FAILURES)](server, cycle)
    last = trader.end()
    empty(server, 0)
    box.await_text("has lost some of it")
    grown = box.memory_kb() - before
    equal(trader.wrong, [], "answers that are no answer to what was said")
    said = box.end()
    server.end()
    require(last - first > 2 * CYCLES, f"only {last - first} intents in {CYCLES} cycles")
    each_once(bench, range(first + 1, last + 2),
              but=[(decimal.Decimal(price), int(quantity))
                   for price, quantity in [terms(last + 1)]])
    require(grown < GROWTH_KB, f"it has grown by {grown} KiB")
    require("  unanswered" not in said and "  report_hole" not in said, said[-2000:])
    print(f"  {CYCLES} failures, {last - first} intents, {trader.said_again} said again, "
          f"{trader.old} of them heard before; memory {grown:+} KiB")


@spec
def killed_in_the_middle_of_a_burst_it_goes_on_where_it_was(bench):
    for folder in ("venue", "gateway"):
        os.rename(bench.path(folder), bench.path(folder + ".before"))
    server = Server(bench)
    box = Box(bench, "age_ms: 60000")
    desk = Desk(Client(server.path))
    books_live(desk)
    begin, count = desk.sequence, 600
    writer = Desk(Client(server.path), sequence=begin)

    def write():
        for number in range(begin + 1, begin + count + 1):
            price, quantity = terms(number)
            writer.unique(price=price, quantity=quantity, immediate=True)
            time.sleep(0.001)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    for pause in (0.2, 0.8):
        time.sleep(pause)
        box.kill()
        box = Box(bench, "age_ms: 60000")
    thread.join()
    desk.sequence = begin + count
    desk.answered(desk.say("cancel", key=0), seconds=20)
    refused = {}
    for sequence, answers in desk.answer.items():
        if sequence and sequence > begin and answers[-1].get("reason"):
            refused[sequence] = answers[-1]["reason"]
    box.end()
    server.end()
    # After a start orders wait until the books show a price again: those are refused, and told.
    allowed = {"intent_not_live", "intent_nowhere", "reference_age", "mark_age", "intent_shut"}
    require(set(refused.values()) <= allowed, f"refused: {refused}")
    but = [(decimal.Decimal(price), int(quantity)) for price, quantity in map(terms, refused)]
    each_once(bench, range(begin + 1, begin + count + 1), but)
    print(f"  {count} intents, 2 kills, {len(refused)} refused while the books were not there")


if __name__ == "__main__":
    prerequisites()
    atexit.register(Server.leave)
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
