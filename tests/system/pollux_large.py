#!/usr/bin/env python3
"""The program pollux at a box with more than its views show: 64 instruments, 27 strategies, 34
sessions of its venue, hundreds of open orders and positions.  All of them are shown, in portions.

    pollux_large.py POLLUX POLLUXD
"""

import json
import statistics
import sys
import threading
import time

from box_support import quickstart
from pollux_support import Box, connected
from replay_support import equal, require, run_specs, spec

STOCKS = [f"S{i:03}" for i in range(1, 61)]
CROWDS = [f"crowd{i:02}" for i in range(20)]
SESSIONS = [f"X{i:02}" for i in range(30)]
ASKING = 12  # at once, each so often:
ASKED = 84


def behind(text, line, more):
    require(line in text, f"the quick start has no line {line}")
    return text.replace(line, line + more, 1)


def large():
    """The quick start's file with more of everything; each crowd is alone in three stocks."""
    text = quickstart()
    for old, new in (("connections: 16", "connections: 64"), ("instruments: 16",
                     "instruments: 128"), ("answers_mib: 16", "answers_mib: 64")):
        require(old in text, f"the quick start has no '{old}'")
        text = text.replace(old, new)
    text = behind(text, "    - {symbol: ACME, reference: 10.00}\n",
                  "".join(f"    - {{symbol: {one}, reference: 10.00}}\n" for one in STOCKS))
    last = "    - {username: NOISE, password_file: password, account: 4, firm: NOIS}\n"
    text = behind(text, last,
                  "".join(f"    - {{username: {one}, password_file: password, account: {i + 11}, "
                          f"firm: X{i:03}}}\n" for i, one in enumerate(SESSIONS)))
    text = behind(text, "    - {symbol: ACME, venue: noise, opening: 10.00}\n",
                  "".join(f"    - {{symbol: {one}, venue: crowd, opening: 10.00}}\n"
                          for one in STOCKS))
    limits = text[text.index("      limits:\n        position_long: 10000000"):]
    limits = limits[:limits.index("    - name:")]
    crowds = "".join(
        f"    - name: {one}\n      strategy: crowd\n      venue: crowd\n"
        f"      instruments: [{', '.join(STOCKS[3 * i:3 * i + 3])}]\n"
        f"      parameters: {{seed: {i + 3}, rate: 20, levels: 8, size: 100, "
        f"fair: \"10, 10, 10\"}}\n" + limits for i, one in enumerate(CROWDS))
    return behind(text, "  strategies:\n", crowds)


def portions(box, rows, *words, limit=100):
    """All of a table: its rows, and the answers they came in."""
    found, answers, after = [], [], 0
    while after is not None:
        answer = box.ask(*words, "--limit", str(limit), "--after", str(after))
        equal(answer["shown"], len(answer[rows]), f"shown of {words}")
        require(answer["shown"] <= limit, f"{answer['shown']} rows of at most {limit}")
        found += answer[rows]
        answers.append(answer)
        require(answer["next"] is None or answer["next"] > after, f"{words} does not go on")
        after = answer["next"]
    return found, answers


def of_orders(one):
    return one["strategy"], one["venue"], one["symbol"], one["number"]


def of_positions(one):
    return one["strategy"], one["venue"], one["symbol"]


box = None  # of all specs


def book_of(symbol):
    """Its book with levels; its crowd may be about to place the first order."""
    books = []

    def stands():
        books.append(box.ask("book", symbol, "10"))
        return books[-1]["levels"]

    box.wait(stands, f"the book of {symbol} stays empty")
    equal(books[-1]["symbol"], symbol, "whose book")
    return books[-1]


@spec
def every_instrument_has_its_book(bench):
    global box
    box = Box(bench, "large", large())
    box.wait(lambda: box.ask("status")["open"] > 500, "there are not so many orders")
    found, answers = portions(box, "books", "instruments", limit=10)
    equal([one["symbol"] for one in found],
          ["ACME", *STOCKS, "BOLT", "GOLD", "GOLD.B"], "the instruments")
    equal([answer["of"] for answer in answers], [64] * 7, "of how many")
    for symbol in STOCKS:
        book = book_of(symbol)
        equal(len(book["levels"]), max(min(10, book["bids"]), min(10, book["asks"])), "levels")
    done = box.pollux("book", "S061")
    equal(done.returncode, 1, "the status of a book that there is not")
    require("there is no instrument S061" in done.stderr, done.stderr)
    equal([one["symbol"] for one in box.ask("instruments", "screen")["books"]],
          ["ACME", "BOLT", "GOLD", "GOLD.B"], "those of the screen")


@spec
def every_order_is_shown_once(bench):
    for limit in (37, 500):
        found, answers = portions(box, "orders", "orders", limit=limit)
        keys = [of_orders(one) for one in found]
        equal(len(keys), len(set(keys)), "orders, each once")
        counts = [answer["of"] for answer in answers]
        require(min(counts) > 128, f"no more than a view shows: {counts}")
        require(min(counts) * 0.8 < len(keys) < max(counts) * 1.2, f"{len(keys)} of {counts}")
        equal({one["strategy"] for one in found} >= set(CROWDS), True, "of all strategies")


@spec
def the_filters_take_the_whole_apart(bench):
    names = [one["name"] for one in box.ask("strategies")["strategies"]]
    found, _ = portions(box, "positions", "positions", limit=25)
    whole = {of_positions(one) for one in found}
    equal(len(found), len(whole), "positions, each once")
    require(len(whole) > 60, f"positions: {len(whole)}")
    parts = [box.ask("positions", "--strategy", name, "--limit", "500")["positions"]
             for name in names]
    equal({of_positions(one) for part in parts for one in part} - whole, set(), "in parts alone")
    require(all(one["strategy"] == name for name, part in zip(names, parts) for one in part),
            "of another strategy")
    for words, key, value in ((("--symbol", "S007"), "symbol", "S007"),
                              (("--symbol", "ACME@noise"), "venue", "noise"),
                              (("--venue", "box"), "venue", "box")):
        for table in ("orders", "positions"):
            rows = box.ask(table, *words, "--limit", "500")[table]
            require(all(one[key] == value for one in rows), f"{table} {words}: {rows}")
            require(rows or table == "orders", f"no {table} {words}")
    for words in (("--symbol", "S061"), ("--venue", "nowhere"), ("--strategy", "nobody")):
        done = box.pollux("orders", *words)
        equal(done.returncode, 1, f"the status of orders {words}")
        require(f"there is no {words[1]} here" in done.stderr, done.stderr)


@spec
def every_strategy_and_every_session_is_shown(bench):
    found, answers = portions(box, "strategies", "strategies", limit=9)
    names = [one["name"] for one in found]
    equal(sorted(names), sorted([*CROWDS, "maker", "arbitrage", "taker", "crowd", "bullion",
                                 "noise", "desk"]), "the strategies")
    equal({answer["of"] for answer in answers}, {len(names)}, "of how many")
    require(all(one["orders"] > 0 for one in found if one["name"] in CROWDS),
            f"they stand: {found}")
    found, answers = portions(box, "sessions", "sessions", limit=34)
    equal([one["name"] for one in found],
          ["box", "crowd", "noise", "FEED", "BOX", "CROWD", "NOISE", *SESSIONS][:3]
          + [one["name"] for one in found[3:]], "first those at venues")
    require(set(SESSIONS) <= {one["name"] for one in found}, f"sessions: {found}")
    equal({answer["of"] for answer in answers}, {len(found)}, "of how many")


@spec
def tables_say_how_much_of_the_whole_they_show(bench):
    lines = box.pollux("orders", "--limit", "20").stdout.splitlines()
    require(" of " in lines[-1] and "20 of " in lines[-1] and "--after" in lines[-1],
            f"the end of the table: {lines[-1]}")
    equal(len(lines), 23, "lines: titles, rows, an empty one, the count")
    done = box.pollux("strategies", "--limit", "5").stdout.splitlines()
    require(done[-1].startswith("5 of 27 shown; --after "), done[-1])
    require("4 of 64 shown" in box.pollux("top").stdout, "top does not say what it leaves out")
    values = {one["name"]: one["value"] for one in box.ask("metrics", "gateway_")["counters"]}
    equal(values["pollux_gateway_strategies"], 27, "strategies in the metrics")
    require(int(values["pollux_gateway_open"]) > 128, f"orders in the metrics: {values}")


@spec
def every_strategy_and_every_position_is_a_metric(bench):
    def metrics(begins):
        return {one["name"] for one in box.ask("metrics", begins)["counters"]}

    def all_there():
        held = {f'pollux_position{{strategy="{one["strategy"]}",symbol="{one["symbol"]}",'
                f'venue="{one["venue"]}"}}'
                for one in portions(box, "positions", "positions", limit=300)[0]}
        return len(held) > 32 and held <= metrics("position")

    names = {one["name"] for one in box.ask("strategies", "--limit", "500")["strategies"]}
    equal(len(names), 27, "strategies")
    box.wait(lambda: metrics("strategy_on") == {f'pollux_strategy_on{{strategy="{one}"}}'
                                                for one in names}, "a strategy has no metric")
    box.wait(all_there, "a position has no metric")


@spec
def the_sums_of_the_box_are_of_all_strategies(bench):
    def all_open():
        return sum(one["working"] for one in box.ask("strategies", "--limit", "500")["strategies"])

    shown = [(box.ask("status")["open"], all_open()) for _ in range(20)]
    require(any(abs(one - other) < 0.1 * other for one, other in shown),
            f"open orders of the status and of the strategies: {shown}")


def asks(box_socket, took, wrong):
    lines = [("orders", {"limit": 500}), ("positions", {"limit": 300}),
             ("book", {"symbol": "S030"}), ("strategies.list", {}), ("sessions", {}),
             ("instruments", {"after": 20})]
    with box_socket:
        answers = box_socket.makefile()
        for number in range(ASKED):
            method, parameters = lines[number % len(lines)]
            line = {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}
            begun = time.perf_counter()
            box_socket.sendall(json.dumps(line).encode() + b"\n")
            answer = json.loads(answers.readline())
            took.append((time.perf_counter() - begun) * 1e3)
            if answer["id"] != number or "result" not in answer:
                wrong.append(answer)


@spec
def a_thousand_requests_for_rows_at_once_are_all_answered_and_it_trades_on(bench):
    took, wrong = [], []
    sent = box.ask("status")["sent"]
    threads = [threading.Thread(target=asks, args=(connected(box.folder), took, wrong))
               for _ in range(ASKING)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    equal(wrong, [], "wrong answers")
    equal(len(took), ASKING * ASKED, "answers")
    took.sort()
    print(f"         {len(took):,} requests for rows by {ASKING} at once: "
          f"p50 {statistics.median(took):.0f} ms, max {took[-1]:.0f} ms")
    box.wait(lambda: box.ask("status")["sent"] > sent, "it does not trade on")
    values = {one["name"]: one["value"] for one in box.ask("metrics", "control_")["counters"]}
    ends = ("answered", "bad_json", "bad_request", "unknown", "bad_parameters", "broken",
            "forbidden", "refused", "unavailable")
    equal(values["pollux_control_request_total"], values["pollux_control_under_way"]
          + sum(values[f"pollux_control_{end}_total"] for end in ends), "requests by their end")
    box.end()


if __name__ == "__main__":
    run_specs(sys.argv[1:])
