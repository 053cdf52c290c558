#!/usr/bin/env python3
"""A program outside trades through a real Redis server, and is told through it: polluxd with feed,
gateway and venue in one process, as the page control/redis/README.md says it.

    redis_trades.py POLLUXD POLLUX_JOURNAL
"""

import atexit
import collections
import decimal
import hashlib
import hmac
import json
import os
import pathlib
import re
import subprocess
import sys
import time
from signal import SIGHUP

from box_support import QUICKSTART
from redis_support import (ACCOUNT, ANSWERS, DEAD, STREAM, Box, Client, Server, entries,
                           prerequisites)
from redis_world import AGE, World, accounts, mine, one, taken
from replay_support import equal, require, run_specs, spec

KEY, PASSWORD = "a key of more than sixteen", "open-sesame"


@spec
def an_order_is_answered_with_its_number_and_told(bench):
    world = World.start(bench)
    answer = world.desk.answered(world.desk.order(key=1, price="9.50"))
    equal(answer["answer"], "taken", f"the answer {answer}")
    update = world.listen("order.updates", mine("accepted", order=answer["order"]))
    equal([update[name] for name in ("symbol", "key", "price", "leaves", "side", "venue")],
          ["ACME", 1, "9.5", "10", "buy", "desk"], "what is told of it")
    equal(world.desk.answered(world.desk.order(key=1, price="9.50"))["answer"], "same",
          "the same again")


@spec
def while_a_request_is_under_way_the_newest_intent_waits(bench):
    world = World.start(bench)
    wanted = [f"9.{cents}" for cents in range(52, 83)]
    first = world.desk.batched([one("order", key=2, price=price) for price in wanted])
    answers = [world.desk.answered(first + place) for place in range(len(wanted))]
    equal([one["answer"] for one in answers], ["taken"] * len(wanted), "the answers")
    wanted = [decimal.Decimal(one) for one in wanted]
    world.listen("order.updates", lambda one: one.get("key") == 2
                 and one["report"] in ("accepted", "replaced")
                 and decimal.Decimal(one["price"]) == wanted[-1])
    told = [decimal.Decimal(one["price"]) for one in world.told["order.updates"]
            if one.get("key") == 2]
    waited = [price for price, one in zip(wanted, answers) if "order" not in one]
    require(waited, f"none of {len(wanted)} intents in one breath had to wait")
    require(len(set(told)) < len(wanted), "intents that gave way were sent")
    equal([price for price in wanted if price in told], list(dict.fromkeys(told)),
          "the order in which they were sent")


@spec
def a_cancel_leaves_nothing(bench):
    world = World.start(bench)
    for key in (1, 2):
        taken(world.desk.answered(world.desk.say("cancel", key=key)), "a cancel")
        world.listen("order.updates", mine("canceled", key=key))


@spec
def the_same_sequence_acts_once(bench):
    world = World.start(bench)
    sequence = world.desk.unique(price="9.50", quantity="77", immediate=True)
    taken(world.desk.answered(sequence), "the first time")
    world.desk.unique(price="9.50", quantity="77", immediate=True, sequence=sequence)
    again = world.desk.answered(sequence, count=2)
    equal([again["answer"], again["reason"]], ["refused", "old"], "the second time")
    older = world.desk.say("cancel", key=0, sequence=1)
    equal(world.desk.answered(older, count=len(world.desk.answer[older]) + 1)["reason"], "old",
          "an older one")


@spec
def unique_orders_trade_and_all_that_they_did_adds_up(bench):
    world = World.start(bench)
    orders = []
    for _ in range(5):
        answer = world.desk.answered(world.desk.unique(price="10.50", immediate=True))
        equal(answer["answer"], "taken", f"the answer {answer}")
        orders.append(answer["order"])
    traded, cash = 0, decimal.Decimal(0)
    for order in orders:
        world.listen("order.updates", lambda one, order=order: one["order"] == order
                     and one["leaves"] == "0" and one["report"] in ("executed", "canceled"))
    for one in world.told["order.updates"]:
        if one["order"] in orders and one["strategy"] == "desk" and one["report"] == "executed":
            traded += int(one["traded"])
            cash -= decimal.Decimal(one["traded"]) * decimal.Decimal(one["price"])
    require(traded > 0, "nothing traded")

    def balance():
        mine_all = [one for one in world.told["balance.updates"] if one["strategy"] == "desk"]
        return (sum(int(one["position"]) for one in mine_all),
                sum((decimal.Decimal(one["cash"]) for one in mine_all), decimal.Decimal(0)))

    world.listen("balance.updates", lambda _: balance()[0] == traded)
    equal(balance(), (traded, cash), "changes of position and cash")
    until = time.monotonic() + 60
    while world.client.do("HGET", "pollux.positions", "desk:ACME") != str(traded):
        require(time.monotonic() < until, "the position is not told")
        time.sleep(0.1)
    numbers = [one["number"] for one in world.told["order.updates"]]
    equal(numbers, sorted(numbers), "the order of the updates")


@spec
def accounts_of_the_venue_are_told_by_changes_and_by_totals(bench):
    world = World.start(bench)
    mine_of = [one for one in world.told["balance.updates"] if one["symbol"] == "ACME"]
    wanted = [sum(decimal.Decimal(one[what]) for one in mine_of) for what in ("position", "cash")]

    def told():
        changes = [one for one in world.told["accounts"]
                   if one["account"] == ACCOUNT and one["symbol"] == "ACME"]
        return [sum(decimal.Decimal(one[what]) for one in changes) for what in ("position", "cash")]

    require(wanted[0] > 0, "the desk holds nothing")
    world.listen("accounts", lambda _: told()[0] == wanted[0])
    equal(told(), wanted, "the changes of the desk's account, which is the desk's alone")
    until = time.monotonic() + 60
    while list(accounts(world.client)[ACCOUNT, "ACME"].values()) != wanted:
        require(time.monotonic() < until, f"{accounts(world.client)[ACCOUNT, 'ACME']}, {wanted}")
        time.sleep(0.05)


@spec
def a_unique_order_is_canceled_by_its_sequence(bench):
    world = World.start(bench)
    sequence = world.desk.unique(price="9.50")
    order = world.desk.answered(sequence)["order"]
    world.listen("order.updates", mine("accepted", order=order))
    answer = world.desk.answered(world.desk.say("cancel_unique", unique=sequence))
    equal([answer["answer"], answer["order"]], ["taken", order], "the answer")
    world.listen("order.updates", mine("canceled", order=order))
    answer = world.desk.answered(world.desk.say("cancel_unique", unique=sequence))
    equal([answer["answer"], answer["reason"]], ["refused", "intent_over"], "the second time")


@spec
def a_batch_has_an_answer_for_each_of_its_intents(bench):
    world = World.start(bench)
    rests = world.desk.unique(price="9.51")
    taken(world.desk.answered(rests), "the order that is to go")
    first = world.desk.batched([
        one("order", key=5, price="9.52"), one("unique", price="9.53", quantity="1001"),
        one("order", key=6, price="9.54", post_only=True), one("cancel_unique", unique=rests),
        one("cancel_unique", unique=1), one("unique", price="9.55", immediate=True)], id="b-1")
    answers = [world.desk.answered(first + place) for place in range(6)]
    equal([[answer["answer"], answer.get("reason")] for answer in answers],
          [["taken", None], ["refused", "order_qty"], ["taken", None], ["taken", None],
           ["refused", "intent_over"], ["taken", None]], "the answers")
    equal([world.desk.batch[first][0][name] for name in ("sequence", "id", "strategy")],
          [first, "b-1", "desk"], "whose they are")
    for place, report in ((0, "accepted"), (2, "accepted"), (3, "canceled"), (5, "canceled")):
        world.listen("order.updates", mine(report, order=answers[place]["order"]))
    first = world.desk.batched([one("cancel", key=5), one("cancel", key=6)])
    for place in range(2):
        taken(world.desk.answered(first + place), "a cancel")
    for place in (0, 2):
        world.listen("order.updates", mine("canceled", order=answers[place]["order"]))


@spec
def a_batch_with_a_mistake_does_nothing(bench):
    world = World.start(bench)
    first = world.desk.batched([one("order", key=5, price="9.56"), one("cancel", key=8)])
    answer = world.desk.answered(first)
    equal([answer["answer"], answer["reason"], answer["sentence"]],
          ["refused", "bad", "intents[1]: key is 8: the range is 0..7"], "the answer")
    world.desk.sequence = first - 1  # it was not heard
    taken(world.desk.answered(world.desk.say("cancel", key=0), count=2),
          "a cancel of the same sequence")
    require(not any(map(mine("accepted", price="9.56"), world.told["order.updates"])), "it acted")


@spec
def a_batch_by_a_channel_is_answered_there_once(bench):
    world = World.start(bench)
    said = world.desk.message("batch", id="hedge-2", time=int(time.time() * 1000), intents=[
        one("unique", price="9.57", immediate=True), one("unique", price="9.58", immediate=True)])
    world.desk.sequence += 1
    require(world.client.do("PUBLISH", STREAM, json.dumps(said)) > 0, "nobody listens")
    answer = world.listen("hedge-2", lambda answer: True)
    equal([one["answer"] for one in answer["intents"]], ["taken", "taken"], "the answers")
    equal([world.desk.answered(said["sequence"] + place) for place in range(2)],
          answer["intents"], "the answer in the stream")


@spec
def prices_are_told(bench):
    world = World.start(bench)
    world.listen("ACME.live", lambda one: one["symbol"] == "ACME")
    price = decimal.Decimal(world.client.do("GET", "ACME.price"))
    require(5 < price < 20, f"the price is {price}")
    equal(world.client.do("GET", "pollux.state"), "ACTIVE", "the state")


@spec
def what_is_refused_is_kept_with_its_reason(bench):
    world = World.start(bench)
    before = len(entries(world.client, DEAD))
    stale = world.desk.unique(price="9.50", time=int(time.time() * 1000) - 60000)
    answer = world.desk.answered(stale)
    equal([answer["answer"], answer["reason"]], ["refused", "stale"], "an old order")
    place = world.client.do("XADD", STREAM, "*", "message", '{"kind": "order"')
    world.client.do("XADD", STREAM, "*", "other", "field")
    world.desk.order(symbol="GOLD")
    until = time.monotonic() + 60
    while len(entries(world.client, DEAD)) < before + 4:
        require(time.monotonic() < until, f"{entries(world.client, DEAD)}")
        time.sleep(0.01)
    dead = entries(world.client, DEAD)[before:]
    equal([one["reason"] for one in dead], ["stale", "bad", "bad", "bad"], "the reasons")
    require("ms old: at most 20000 may be" in dead[0]["sentence"], dead[0])
    equal([dead[1]["place"], dead[1]["message"]], [place, '{"kind": "order"'], "the second")
    require("it is no JSON object" in dead[1]["sentence"], dead[1])
    equal(dead[3]["sentence"], 'symbol is "GOLD": desk does not trade it', "the fourth")


@spec
def what_was_heard_is_acknowledged_when_it_is_on_disk(bench):
    world = World.start(bench)
    until = time.monotonic() + 60
    while world.client.do("XPENDING", STREAM, "pollux")[0]:
        require(time.monotonic() < until, "entries stay pending")
        time.sleep(0.01)


@spec
def a_stream_that_is_older_than_it_is_known_is_read_on_from_its_end(bench):
    world = World.start(bench)
    world.client.do("DEL", STREAM)
    world.box.await_text("has lost some of it")
    taken(world.desk.answered(world.desk.say("cancel", place="5-1", key=0)), "a cancel")
    sequence = world.desk.order(place="5-2")
    equal(world.desk.answered(sequence)["reason"], "stale", "an order of long ago")


@spec
def every_answer_arrives_although_the_server_had_no_room_or_cut_the_connection(bench):
    world = World.start(bench)
    other = Client(world.server.path)
    sequences = []
    for turn in range(6):
        said = [world.desk.message("cancel", key=0) for _ in range(50)]
        sequences += [one["sequence"] for one in said]
        for one in said:
            world.client.send("XADD", STREAM, "*", "message", json.dumps(one))
        for _ in said:
            world.client.read()
        if turn % 2:
            other.do("CONFIG", "SET", "maxmemory", "1")
            time.sleep(0.02)
            other.do("CONFIG", "SET", "maxmemory", "0")
        else:
            ours = [one.do("CLIENT", "ID") for one in (other, world.client)]
            for one in other.do("CLIENT", "LIST", "TYPE", "normal").splitlines():
                number = int(one.split("id=")[1].split()[0])
                if number not in ours:
                    other.do("CLIENT", "KILL", "ID", number)
    for sequence in sequences:
        equal(world.desk.answered(sequence)["answer"], "taken", f"the answer to {sequence}")
    other.close()


@spec
def a_channel_is_heard_and_answers_on_the_channel_of_the_id(bench):
    world = World.start(bench)
    said = world.desk.message("unique", symbol="ACME", side="buy", quantity="1", price="9.50",
                              immediate=True, id="hedge-1", time=int(time.time() * 1000))
    until = time.monotonic() + 60
    while world.client.do("PUBLISH", STREAM, json.dumps(said)) == 0:
        require(time.monotonic() < until, "nobody listens")
    answer = world.listen("hedge-1", lambda one: True)
    equal([answer["answer"], answer["sequence"], answer["id"]],
          ["taken", said["sequence"], "hedge-1"], "the answer on the channel")
    taken(world.desk.answered(said["sequence"]), "the answer in the stream")


@spec
def the_example_of_the_page_is_what_a_shell_says(bench):
    world = World.start(bench)
    page = (QUICKSTART.parents[2] / "control/redis/README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^    (redis-cli (?:.*\\\n)*.*)$", page, re.MULTILINE)
    equal(len(lines), 2, "the lines of the example")
    sequence = world.desk.message("cancel")["sequence"]
    for number, line in enumerate(lines):
        line = line.replace("-s redis.sock", f"-s {world.server.path}")
        line = line.replace('"sequence": 1,', f'"sequence": {sequence},')
        line = line.replace('"price": "9.90"', '"price": "9.50"')
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=40)
        equal([done.returncode, done.stderr], [0, ""], f"line {number + 1} of the example")
        if number == 0:
            taken(world.desk.answered(sequence), "the example")
    require(f'"sequence":{sequence},' in done.stdout, f"{done.stdout[-500:]}")
    taken(world.desk.answered(world.desk.say("cancel", key=0)), "its cancel")


@spec
def an_intent_is_quickly_on_its_way(bench):
    world = World.start(bench)
    took = []
    for _ in range(300):
        begin = time.time_ns()
        answer = world.desk.answered(world.desk.unique(price="9.50", immediate=True))
        took.append(answer["at"] - begin)
    took.sort()
    print(f"  intent from a client in Python on a stream to the port: least "
          f"{took[0] / 1000:.0f} us, p50 {took[150] / 1000:.0f} us, p90 {took[270] / 1000:.0f} us")
    count = 20000
    block = []
    for _ in range(count):
        said = world.desk.message("cancel", key=0)
        text = json.dumps(said).encode()
        block.append(b"*5\r\n$4\r\nXADD\r\n$%d\r\n%s\r\n$1\r\n*\r\n$7\r\nmessage\r\n$%d\r\n%s\r\n"
                     % (len(STREAM), STREAM.encode(), len(text), text))
    begin = time.monotonic()
    for at in range(0, count, 500):
        world.client.socket.sendall(b"".join(block[at:at + 500]))
        for _ in range(500):
            world.client.read()
    world.desk.read_to = "$"
    last = world.desk.sequence
    until = time.monotonic() + 60
    while True:
        newest = world.client.do("XREVRANGE", ANSWERS, "+", "-", "COUNT", 1)[0]
        if json.loads(newest[1][1]).get("sequence") == last:
            break
        require(time.monotonic() < until, f"no answer to {last}: {newest}")
    rate = count / (time.monotonic() - begin)
    world.desk.read_to = newest[0]
    print(f"  intents a second, answered, with the client on the same cores: {rate:,.0f}")


@spec
def whatever_is_published_on_the_channel_kill_halts(bench):
    world = World.start(bench)
    world.desk.answered(world.desk.order(key=3, price="9.50"))
    world.listen("order.updates", mine("accepted", key=3))
    world.client.do("PUBLISH", "pollux.kill", "the desk says stop")
    world.listen("order.updates", mine("canceled", key=3))
    world.box.await_text("HALTED by Redis, the channel kill: the desk says stop")
    world.listen("pollux.state", lambda state: state == "HALTED")
    equal(world.client.do("GET", "pollux.state"), "HALTED", "the state")
    answer = world.desk.answered(world.desk.order(key=3, price="9.50"))
    equal([answer["answer"], answer["reason"]], ["refused", "intent_halted"], "an order")


@spec
def when_nothing_trades_any_more_accounts_add_up_to_nothing_also_in_an_empty_server(bench):
    world = World.start(bench)

    def total():
        sums = collections.Counter()
        for (_, symbol), one in accounts(world.client).items():
            for what, value in one.items():
                sums[symbol, what] += value
        return sums

    for turn in range(2):
        until = time.monotonic() + 60
        while not total() or any(total().values()):
            require(time.monotonic() < until, f"they add up to {total()}")
            time.sleep(0.05)
        if turn == 0:
            before = accounts(world.client)
            world.client.do("FLUSHALL")
            world.client.do("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    equal(accounts(world.client), before, "the totals in an empty server")
    require({symbol for _, symbol in before} >= {"ACME", "BOLT", "GOLD"}, f"{before.keys()}")
    World.accounts_then = before


@spec
def a_start_after_that_knows_what_it_heard_and_is_halted_by_a_key_too(bench):
    world = World.start(bench)
    said = world.box.end()
    world.client.do("DEL", f"pollux.accounts.{ACCOUNT}")
    require("  report_hole" not in said and "  unanswered" not in said, said[-2000:])
    world.box = Box(bench, AGE, words=["--release", "looked at"])
    until = time.monotonic() + 60
    while len(world.desk.known) < 2:
        require(time.monotonic() < until, f"{world.desk.known}")
        world.desk.take()
    equal(world.desk.known[1]["sequence"], world.desk.sequence, "the newest that it heard")
    require("sequence" not in world.desk.known[0], f"{world.desk.known[0]}")
    equal(accounts(world.client)[ACCOUNT, "ACME"], World.accounts_then[ACCOUNT, "ACME"],
          "the totals of an account that has not traded since")
    taken(world.desk.answered(world.trial()), "an order after the release")
    world.client.do("SET", "pollux.kill", "night")
    world.box.await_text("HALTED by Redis, the key kill: night")
    world.client.do("DEL", "pollux.kill")
    world.box.end()


@spec
def who_says_nothing_any_more_has_no_orders(bench):
    world = World.start(bench)
    box = Box(bench, f"{AGE}, heartbeat_ms: 2000", words=["--release", "a new day"])
    taken(world.desk.answered(world.trial()), "an order")
    world.desk.answered(world.desk.order(key=4, price="9.50"))
    world.listen("order.updates", mine("accepted", key=4))
    for _ in range(6):
        time.sleep(0.4)
        world.desk.say("heartbeat")
    world.hear()
    require(not any(map(mine("canceled", key=4), world.told["order.updates"])),
            "it was canceled while its heart beat")
    world.listen("order.updates", mine("canceled", key=4))
    taken(world.desk.answered(world.desk.order(key=4, price="9.51")), "who speaks again may trade")
    require("  gone " in box.end(), "nobody counts who has gone")


@spec
def a_strategy_that_comes_later_is_told_by_its_name(bench):
    World.start(bench)
    box = Box(bench, words=["--release", "another day"])
    ear, names = Client(World.server.path, seconds=0.2), set()
    ear.do("SUBSCRIBE", "order.updates")
    file = pathlib.Path(bench.path("box.yaml"))
    late = ("    - {name: latecomer, strategy: maker, venue: box, instruments: [ACME],\n"
            "       parameters: {rungs: \"5t:10\", long: 100, short: 100}}\n")
    text = file.read_text(encoding="utf-8")
    box.await_text(" feed LIVE")
    file.write_text(text.replace("  strategies:\n", "  strategies:\n" + late, 1), "utf-8")
    box.signal(SIGHUP)
    box.await_text("1 come, 0 leave")
    until = time.monotonic() + 60
    while "latecomer" not in names:
        require(time.monotonic() < until, f"told are {names}")
        try:
            names.add(json.loads(ear.read()[2]).get("strategy", "an account"))
        except TimeoutError:
            pass
    require("" not in names, f"told are {names}")
    box.end()


@spec
def with_a_key_only_what_is_signed_is_heard_and_a_password_opens_the_server(bench):
    world = World.start(bench)
    os.chmod(bench.write("key", KEY.encode() + b"\n"), 0o600)
    os.chmod(bench.write("word", PASSWORD.encode() + b"\n"), 0o600)
    world.client.do("CONFIG", "SET", "requirepass", PASSWORD)
    box = Box(bench, f"{AGE}, key_file: key, password_file: word")
    refused = world.desk.say("cancel", key=0)
    until = time.monotonic() + 60
    while not any(one.get("reason") == "unsigned" for one in world.desk.answer.get(None, ())):
        require(time.monotonic() < until, f"{refused}: {world.desk.answer.get(None)}")
        world.desk.take()
    said = world.desk.message("cancel", key=0)
    sign = hmac.new(KEY.encode(), json.dumps(said).encode(), hashlib.sha256).hexdigest()
    world.client.do("XADD", STREAM, "*", "message", json.dumps(said), "sign", sign)
    taken(world.desk.answered(said["sequence"]), "a signed cancel")
    said = box.end()
    require(KEY not in said and PASSWORD not in said, "a secret is said")


if __name__ == "__main__":
    prerequisites()
    atexit.register(Server.leave)
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
