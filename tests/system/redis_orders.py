#!/usr/bin/env python3
"""What becomes of the orders of a venue's accounts, told by Redis: each step of an order, both
sides of a trade, the newest of each order after the server stood still, and nothing twice after a
start.

    redis_orders.py POLLUXD POLLUX_JOURNAL
"""

import atexit
import collections
import decimal
import json
import re
import shutil
import signal
import sys
import time

from redis_support import ACCOUNT, Box, Client, Desk, Server, prerequisites
from redis_world import accounts, without_gateway
from replay_support import equal, require, run_specs, spec

RIVAL = 6
TOLD = "account_orders: true"


def with_calm(text):
    """CALM, which only the desk and its rival trade, so that all that happens to it is theirs."""
    for before, more in (
            ("    - {symbol: BOLT, reference: 25.00}", "    - {symbol: CALM, reference: 10.00}"),
            ("    - {username: DESK,", "    - {username: RIVAL, password_file: password, account: "
             f"{RIVAL}, firm: RIVL}}"),
            ("    - {name: desk, transport", "    - {name: rival, transport: internal, username: "
             "RIVAL, cancels_at_loss: true}"),
            ("    - {symbol: ACME, venue: desk,", "    - {symbol: CALM, venue: desk, opening: "
             "10.00}\n    - {symbol: CALM, venue: rival, opening: 10.00}"),
            ("    - name: desk\n", "    - name: rival\n      strategy: outside\n"
             "      venue: rival\n      instruments: [CALM]\n      orders: 8")):
        require(text.count(before) == 1, f"the configuration has no '{before}'")
        text = text.replace(before, f"{more}\n{before}")
    theirs = "      instruments: [ACME, BOLT]\n      orders: 8\n      unique_orders"
    require(text.count(theirs) == 1, "the desk's instruments")
    return text.replace(theirs, theirs.replace("BOLT]", "BOLT, CALM]"))


class Rival(Desk):
    """Another strategy outside, whose answers nobody reads."""

    def say(self, kind, place="*", sign=None, **fields):
        said = {**self.message(kind, **fields), "strategy": "rival"}
        self.client.do("XADD", "pollux.intents.rival", place, "message", json.dumps(said))
        return said["sequence"]


class Ear:
    """All updates of accounts' orders, as they come."""

    def __init__(self, server):
        self.client = Client(server.path, seconds=0.2)
        self.told = collections.defaultdict(list)
        for channel in ("order.updates", "order.updates.slow"):
            self.client.do("SUBSCRIBE", channel)

    def hear(self):
        try:
            kind, channel, payload = self.client.read()
        except TimeoutError:
            return False
        if kind == "message" and '"account":' in payload:
            self.told[channel].append(json.loads(payload))
        return True

    def until(self, good, what, seconds=60):
        end = time.monotonic() + seconds
        while not good(self.told["order.updates"]):
            require(time.monotonic() < end, f"{what}: {self.told['order.updates'][-5:]}")
            self.hear()

    def rest(self, seconds=10):
        """Until nothing more comes; of those who trade on, what comes in this time."""
        end = time.monotonic() + seconds
        while self.hear() and time.monotonic() < end:
            pass

    def calm(self):
        return [one for one in self.told["order.updates"] if one.get("symbol") == "CALM"]

    def newest(self, channel="order.updates"):
        """By order; that its updates are in order is looked at."""
        found = {}
        for one in self.told[channel]:
            before = found.get(one["order"])
            require(not before or before["number"] < one["number"], f"{before}, then {one}")
            found[one["order"]] = one
        return found


def steps(updates):
    return [(one["account"], one["report"], one["quantity"], one["executed"], one["leaves"])
            for one in updates]


def traded(ear):
    """What each account holds by its orders: of the newest update of each, all that it executed,
    but for what was executed before it took another's place, which the other has said."""
    held = collections.Counter()
    newest = ear.newest()
    for one in newest.values():
        executed = decimal.Decimal(one["executed"])
        if one.get("replaces") in newest:
            executed -= decimal.Decimal(newest[one["replaces"]]["executed"])
        if executed:
            held[one["account"], one["symbol"]] += executed if one["side"] == "buy" else -executed
    return {key: value for key, value in held.items() if value}


def living(ear):
    replaced = {one["replaces"] for one in ear.told["order.updates"] if "replaces" in one}
    return [one for one in ear.newest().values()
            if one["leaves"] != "0" and one["order"] not in replaced]


def positions(client):
    return {key: one["position"] for key, one in accounts(client).items() if one["position"]}


def same(look, other, what, seconds=30):
    end = time.monotonic() + seconds
    while look() != other():
        require(time.monotonic() < end, f"{what}: {look()}, {other()}")
        time.sleep(0.1)


def quiet(text):
    """Others trade so seldom that each update finds room by itself, on a busy machine too."""
    text, count = re.subn(r"{(.*)rate: \d+, levels", r"{\1rate: 5, levels", with_calm(text))
    equal(count, 3, "strategies with a rate")
    return text


def begin(bench, change=quiet, redis=TOLD):
    for folder in ("venue", "gateway"):
        shutil.rmtree(bench.path(folder), ignore_errors=True)
    server = Server(bench)
    ear = Ear(server)
    box = Box(bench, redis=redis, change=change)
    box.await_text(" feed LIVE")
    return server, ear, box


@spec
def an_order_is_told_step_by_step_and_both_sides_of_its_trade(bench):
    server, ear, box = begin(bench)
    client = Client(server.path)
    desk, rival = Desk(client), Rival(client)
    desk.order(key=0, symbol="CALM", price="9.90", quantity="100")
    ear.until(lambda _: len(ear.calm()) == 1, "the order")
    rival.order(key=0, symbol="CALM", price="9.90", quantity="40", side="sell")
    ear.until(lambda _: len(ear.calm()) == 4, "its trade")
    desk.order(key=0, symbol="CALM", price="9.80", quantity="50")
    ear.until(lambda _: len(ear.calm()) == 5, "its replacement")
    desk.say("cancel", key=0)
    ear.until(lambda _: len(ear.calm()) == 6, "its cancel")
    equal(steps(ear.calm()), [(ACCOUNT, "accepted", "100", "0", "100"),
                              (RIVAL, "accepted", "40", "0", "40"),
                              (RIVAL, "executed", "40", "40", "0"),
                              (ACCOUNT, "executed", "40", "40", "60"),
                              (ACCOUNT, "replaced", "90", "40", "50"),
                              (ACCOUNT, "canceled", "50", "40", "0")], "what CALM was told of")
    first, mine, last = ear.calm()[0], ear.calm()[4], ear.calm()[5]
    equal([mine["replaces"], mine["price"], mine["side"]], [first["order"], "9.8", "buy"], "it")
    equal([last["order"], last["reason"]], [mine["order"], "by_user"], "its end")
    # People are told the newest of each.
    ear.until(lambda _: all(ear.newest("order.updates.slow").get(one["order"], {}).get("leaves")
                            == "0" for one in ear.calm()[2:3] + ear.calm()[5:]), "the slow channel")
    # What all accounts hold is what their orders have executed.
    client.do("PUBLISH", "pollux.kill", "enough")
    ear.rest()
    ear.until(lambda _: not living(ear), "the end of all orders")
    same(lambda: positions(client), lambda: traded(ear), "what accounts hold")
    numbers = [one["number"] for one in ear.told["order.updates"]]
    equal(numbers, sorted(numbers), "the order of the updates")
    equal(sum(one["reports"] for one in ear.told["order.updates"]), max(numbers), "all reports")
    said = box.end()
    require("account_fast" in said, said[-1500:])
    server.end()


@spec
def after_a_server_that_stood_still_comes_the_newest_of_each_order(bench):
    server, ear, box = begin(bench, with_calm)
    ear.until(lambda told: len(told) > 100, "orders")
    server.process.send_signal(signal.SIGSTOP)
    box.await_text("nothing is told")
    server.process.send_signal(signal.SIGCONT)
    ear.until(lambda told: any(one["reports"] > 1 for one in told),
              "updates that were told together")
    client = Client(server.path)
    # Of a server that was silent for so long it hears nothing until it is connected again.
    same(lambda: client.do("PUBLISH", "pollux.kill", "enough") and "HALTED by Redis" in box.said(),
         lambda: True, "nobody hears the kill")
    end = time.monotonic() + 30
    while ear.hear():
        require(time.monotonic() < end, "the halt")
    left, said = living(ear), box.end()
    unpushed = re.search(r"unpushed +(\d+)", said)
    require(len(left) <= int(unpushed.group(1) if unpushed else 0), f"{left[:5]}; {said[-1500:]}")
    require(re.search(r"account_fast +\d+ updates +[1-9]\d* merged", said), said[-1500:])
    server.end()


def started_again(bench, change):
    """What is told after a start behind a kill, with 60 of the desk's order open: an ear."""
    server, ear, box = begin(bench)
    client = Client(server.path)
    desk, rival = Desk(client), Rival(client)
    desk.order(key=0, symbol="CALM", price="9.90", quantity="100")
    rival.order(key=0, symbol="CALM", price="9.90", quantity="40", side="sell")
    ear.until(lambda _: len(ear.calm()) == 4, "a trade")
    box.kill()
    ear.rest()
    before = max(one["number"] for one in ear.told["order.updates"])
    at = max(one["at"] for one in ear.told["order.updates"])
    ear.told.clear()
    box = Box(bench, redis=TOLD, change=change)
    ear.until(lambda _: ear.calm(), "the end of the desk's order at the start")
    box.await_text(" feed LIVE")
    ear.rest()
    box.end()
    server.end()
    equal(steps(ear.calm()), [(ACCOUNT, "canceled", "60", "40", "0")], "of CALM")
    require(min(one["number"] for one in ear.told["order.updates"]) > before, "an old number")
    require(min(one["at"] for one in ear.told["order.updates"]) > at, "an old time")
    return ear


@spec
def a_start_tells_nothing_of_what_was_before_it(bench):
    ear = started_again(bench, quiet)
    require("accepted" in {one["report"] for one in ear.told["order.updates"]}, "nobody goes on")


@spec
def a_venue_without_a_gateway_tells_of_its_orders(bench):
    ear = started_again(bench, lambda text: without_gateway(quiet(text)))
    equal({one["report"] for one in ear.told["order.updates"]}, {"canceled"}, "what was open")


@spec
def unless_it_is_asked_for_nobody_is_told(bench):
    server, ear, box = begin(bench, with_calm, redis="")
    client = Client(server.path)
    same(lambda: len(accounts(client)) > 6, lambda: True, "accounts that trade")
    for _ in range(500):
        ear.hear()
    equal(ear.told["order.updates"], [], "updates of orders of accounts")
    box.end()
    server.end()


if __name__ == "__main__":
    prerequisites()
    atexit.register(Server.leave)
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
