#!/usr/bin/env python3
"""pollux-replay with a strategy: a market maker on an hour of a share and a day of a future.

What it did is judged by the bytes of its session alone (--reports): positions, what could still
trade of each order at worst, and when quotes were pulled are kept here, by the rules of OUCH 5.0,
from the messages as the gateway sent and got them.
"""

import csv
import json
import pathlib
import struct
import sys

from replay_support import ALL, equal, moldudp64_range, pcap, pcap_frames, require, run_specs, spec

AAPL, FUTURE = "aapl_20120621_0930_1030", "esh4_20231225"
RAW, PCAP = ".itch50", ".moldudp64.pcap"
LONG = {AAPL: 400, FUTURE: 20}  # and as short
HOUSEKEEPING_NS, LATENCY_NS = 1_000_000, 1_000
CONFIG = """
name: trial
roles: [feed, gateway]
lcores: {layout: shared, cores: [0]}
ports:
  - {name: itch, kind: dpdk, device: 0000:3b:00.0}
  - {name: orders, kind: dpdk, device: 0000:5e:00.0, address: 10.0.0.20}
feed: {line_a: {port: itch, group: 233.54.12.111, udp_port: 26477}}
gateway:
  journal: journal
  port: orders
  venues:
    - {name: plx, address: 10.0.0.1, tcp_port: 15000, username: BOX1, password_file: p, firm: BOXF}
  symbols:
    - {symbol: AAPL, venue: plx, price_max: 1000}
    - {symbol: ESH4, venue: plx, tick: 0.25, price_max: 10000}
  limits:
    {box_gross: 10000000, box_loss: 1000000, duplicate_ns: 1us, venue_rate: 100000, tradable: true,
     market_orders: false, order_qty: 1000, order_notional: 1000000, reference_age: 600s,
     mark_age: 600s, collar_ticks: 500, collar_ppm: 5%, symbol_long: 1000, symbol_short: 1000,
     symbol_rate: 100000, position_long: 500, position_short: 500, capital: 10000000,
     strategy_gross: 10000000, strategy_volume: 1000000000, strategy_loss: 1000000,
     strategy_rate: 100000, strategy_fills: 100000}
  strategies:
    - {name: share, strategy: maker, venue: plx, instruments: [AAPL],
       parameters: {rungs: "0t:100, 2t:200", long: 400, short: 400, threshold: 1t}}
    - {name: future, strategy: maker, venue: plx, instruments: [ESH4],
       parameters: {rungs: "0t:2, 2t:5", long: 20, short: 20, threshold: 1t}}
"""
STRATEGY = {AAPL: "share", FUTURE: "future"}


RESULT = {}  # of the trials of whole recordings, by name


class Chain:
    """An order and what replaced it."""

    def __init__(self, buys):
        self.buys = buys
        self.asked = {}  # UserRefNum -> total quantity, of requests without an answer
        self.open = self.executed = 0
        self.canceling = False

    def worst(self):
        return max([self.open] + [total - self.executed for total in self.asked.values()])

    def less(self, by):
        self.open -= by
        require(self.open >= 0, "more is gone of an order than was open")
        if self.open == 0:
            self.asked.clear()  # a replacement of an order that is over is ignored


class Session:
    """One session's messages, in the order the gateway sent and got them."""

    def __init__(self, limit):
        self.limit, self.chain = limit, {}
        self.live = set()
        self.position = self.bought = self.sold = self.cash_e4 = self.fills = 0
        self.most_long = self.most_short = 0
        self.entered = self.replaced = self.canceled = 0

    def sent(self, bytes_):
        kind = chr(bytes_[0])
        if kind == "O":
            urn, side, qty = struct.unpack_from(">IcI", bytes_, 1)
            require(urn not in self.chain, f"UserRefNum {urn} is used twice")
            chain = self.chain[urn] = Chain(side == b"B")
            chain.asked[urn] = qty
            self.live.add(chain)
            self.entered += 1
        elif kind == "U":
            old, urn, total = struct.unpack_from(">III", bytes_, 1)
            chain = self.chain[urn] = self.chain[old]
            if chain.worst() > 0:
                chain.asked[urn] = total
            self.replaced += 1
        elif kind == "X":
            urn, total = struct.unpack_from(">II", bytes_, 1)
            self.chain[urn].canceling |= total == 0
            self.canceled += 1
        else:
            require(kind == "Q", f"the gateway sent {bytes_}")
        self.judge()

    def got(self, bytes_):
        kind = chr(bytes_[0])
        if kind == "A":
            urn, _, qty = struct.unpack_from(">IcI", bytes_, 9)
            chain = self.chain[urn]
            chain.asked.pop(urn)
            chain.open = qty if bytes_[47:48] == b"L" else 0
        elif kind == "U":
            _, urn, _, qty = struct.unpack_from(">IIcI", bytes_, 9)
            chain = self.chain[urn]
            chain.asked.pop(urn)
            chain.open = qty if bytes_[51:52] == b"L" else 0
        elif kind == "E":
            urn, qty, price = struct.unpack_from(">IIQ", bytes_, 9)
            self.chain[urn].executed += qty
            self.chain[urn].less(qty)
            sign = 1 if self.chain[urn].buys else -1
            self.position += sign * qty
            self.cash_e4 -= sign * qty * price
            self.bought += qty if sign > 0 else 0
            self.sold += qty if sign < 0 else 0
            self.fills += 1
        elif kind in "CD":
            urn, qty = struct.unpack_from(">II", bytes_, 9)
            self.chain[urn].less(qty)
        elif kind == "J":
            urn, = struct.unpack_from(">I", bytes_, 9)
            self.chain[urn].asked.pop(urn, None)
        self.judge()

    def judge(self):
        self.live = {chain for chain in self.live if chain.worst() > 0}
        buys = sum(chain.worst() for chain in self.live if chain.buys)
        sells = sum(chain.worst() for chain in self.live if not chain.buys)
        self.most_long = max(self.most_long, self.position + buys)
        self.most_short = max(self.most_short, sells - self.position)
        require(self.most_long <= self.limit, f"{self.most_long} long, if all buys filled")
        require(self.most_short <= self.limit, f"{self.most_short} short, if all sells filled")


def trial(bench, name, path, *words, lines="lines", status=0):
    result = bench.replay("--strategy", STRATEGY[name], "--config",
                          bench.write("trial.yaml", CONFIG.encode()), "--reports",
                          bench.path(lines), *words, path, status=status)
    return result


def told(bench, lines="lines"):
    with open(bench.path(lines), encoding="ascii") as file:
        for line in file:
            yield json.loads(line)


def follow(bench, name, lines="lines"):
    """The session, judged at each of its messages."""
    session = Session(LONG[name])
    for line in told(bench, lines):
        if "to" in line:
            session.sent(bytes.fromhex(line["to"]))
        elif "from" in line:
            session.got(bytes.fromhex(line["from"]))
    return session


def whole(bench, name):
    """The trial of a whole recording, made once; its lines are in a file of its name."""
    if name not in RESULT:
        RESULT[name] = trial(bench, name, recorded(bench, name), lines=name)
    return RESULT[name]


def recorded(bench, name, suffix=RAW):
    return bench.shared(f"itch50/{name}{suffix}")


def decimal(value_e4):
    sign, value = "-" if value_e4 < 0 else "", abs(value_e4)
    part = f"{value % 10000:04}".rstrip("0")
    return f"{sign}{value // 10000}" + (f".{part}" if part else "")


def checkpoints(bench, name):
    """The numbers of the messages after which the answer beside the recording knows the book."""
    with open(recorded(bench, name, ".checkpoints.csv"), encoding="ascii") as file:
        return [int(row[0]) for row in list(csv.reader(file))[1:]]


def crossed(book):
    return book["bids"] and book["asks"] and float(book["bids"][0][0]) >= float(book["asks"][0][0])


@spec
def without_a_strategy_the_enacted_market_has_the_recorded_books(bench):
    seen = waits = 0
    for name, symbol in (AAPL, "AAPL"), (FUTURE, "ESH4"):
        wishes = [word for after in checkpoints(bench, name)
                  for word in ("--book", f"{symbol}@{after}")]
        result = bench.replay("--strategy", "none", *wishes, recorded(bench, name))
        market = result["trial"]["market"]
        equal([market[key] for key in ("gone", "untraded", "elsewhere", "evicted", "refused")],
              [0] * 5, f"{name}: what differs from the recording")
        plain = bench.replay(*wishes, recorded(bench, name))
        equal(result["digest"], plain["digest"], f"{name}: digest of the recorded feed")
        for book, was in zip(result["books"], plain["books"]):
            if crossed(was):  # an order that is published before its trades waits for them
                waits += 1
                continue
            equal(book, was, f"{name}: the book after {book['after_message']}")
            seen += 1
    require(seen > 180 and waits < 10, f"{seen} checkpoints were alike, {waits} crossed")
    print(f"         {seen} checkpoints with all levels, {waits} crossed")


def judged(bench, name):
    """What the program says it did is what its bytes say."""
    result = whole(bench, name)
    session = follow(bench, name, name)
    held, = [one for one in result["trial"]["holdings"] if one["fills"]]
    for key, value in (("fills", session.fills), ("bought", str(session.bought)),
                       ("sold", str(session.sold)), ("position", str(session.position)),
                       ("cash", decimal(session.cash_e4)),
                       ("long_at_worst", str(session.most_long)),
                       ("short_at_worst", str(-session.most_short))):
        equal(held[key], value, f"{name}: {key}")
    counts = result["trial"]["gateway"]
    equal([counts[key] for key in ("order_sent", "replace_sent", "cancel_sent", "fill")],
          [session.entered, session.replaced, session.canceled, session.fills],
          f"{name}: requests and fills")
    require(not session.live, f"{name}: {len(session.live)} orders are open at the end")
    equal(result["trial"]["stopped"], True, f"{name}: all orders are over")
    print(f"         {session.fills} fills, at worst {session.most_long} long and "
          f"{session.most_short} short of {LONG[name]}, trial digest {result['trial']['digest']}")
    return session


@spec
def the_maker_stays_within_its_inventory_over_an_hour_of_a_share(bench):
    session = judged(bench, AAPL)
    require(session.fills > 500, f"only {session.fills} fills")
    require(session.most_long > 300 and session.most_short > 300, "the limits were never near")


@spec
def the_maker_stays_within_its_inventory_over_a_day_of_a_future(bench):
    session = judged(bench, FUTURE)
    require(session.fills > 500, f"only {session.fills} fills")
    require(session.most_long > 15 and session.most_short > 15, "the limits were never near")


@spec
def messages_and_packets_give_the_same_orders_fills_and_digest(bench):
    for name in (AAPL, FUTURE) if ALL else (AAPL,):
        first = whole(bench, name)
        second = trial(bench, name, recorded(bench, name, PCAP), lines="second")
        equal(second["trial"], first["trial"], f"{name}: the trial")
        require(pathlib.Path(bench.path(name)).read_bytes() ==
                pathlib.Path(bench.path("second")).read_bytes(), f"{name}: other reports")


@spec
def other_parameters_and_another_latency_are_another_trial(bench):
    path = bench.write("part.pcap", pcap(pcap_frames(recorded(bench, AAPL, PCAP))[:12000]))
    digests = set()
    for words in ((), ("--set", "threshold=2t"), ("--latency-ns", "50000"), ("--latency-ns", "0"),
                  ("--latency-ns", "100000000"), ("--housekeeping-us", "5000")):
        digests.add(trial(bench, AAPL, path, *words)["trial"]["digest"])
        follow(bench, AAPL)
    require(len(digests) >= 5, f"of six trials only {len(digests)} are different")


def with_a_hole(bench, missing):
    """The hour until its first ten minutes are over, without some packets in the middle."""
    frames = pcap_frames(recorded(bench, AAPL, PCAP))[:20000]
    del frames[10000:10000 + missing]
    first, _ = moldudp64_range(frames[9999][1])
    return bench.write("hole.pcap", pcap(frames)), first


@spec
def quotes_are_pulled_within_one_housekeeping_of_a_gap(bench):
    path, _ = with_a_hole(bench, 3)
    result = trial(bench, AAPL, path)
    equal(result["gaps"], 1, "gaps")
    session, gap, pulled, after = Session(LONG[AAPL]), None, None, []
    for line in told(bench):
        if "gap" in line:
            gap, quotes = line["at"], {chain for chain in session.live if not chain.canceling}
            require(len(quotes) >= 2, f"only {len(quotes)} quotes were there at the gap")
        if "to" in line:
            session.sent(bytes.fromhex(line["to"]))
            if gap is not None and line["to"][:2] in (b"O".hex(), b"U".hex()):
                after.append(line)
        elif "from" in line:
            session.got(bytes.fromhex(line["from"]))
        if gap is not None and pulled is None and all(
                chain.canceling or not chain.worst() for chain in session.live | quotes):
            pulled = line["at"]
    require(gap is not None, "the gap was not told to the gateway")
    require(pulled is not None, "the quotes were not pulled")
    require(pulled - gap <= HOUSEKEEPING_NS, f"the quotes were pulled after {pulled - gap} ns")
    equal(after, [], "orders sent after the gap")
    require(not session.live, "orders are open at the end")
    print(f"         {len(quotes)} quotes pulled {pulled - gap} ns after the gap")


def of_session(frame, session):
    """The same packet in another session, without a UDP checksum."""
    return frame[:40] + b"\0\0" + session + frame[52:]


@spec
def a_strategy_trades_on_each_day_of_a_recording_of_two(bench):
    frames = pcap_frames(recorded(bench, AAPL, PCAP))[:12000]
    day = [(ns, of_session(frame, b"MONDAY    ")) for ns, frame in frames]
    night = [(ns + 86400 * 10**9, of_session(frame, b"TUESDAY   ")) for ns, frame in frames]
    slow = "--housekeeping-us", "5000"  # the night is long
    one = trial(bench, AAPL, bench.write("monday.pcap", pcap(day)), *slow)
    two = trial(bench, AAPL, bench.write("both.pcap", pcap(day + night)), *slow)
    equal(two["messages"], 2 * one["messages"], "messages")
    sent = [result["trial"]["gateway"]["order_sent"] for result in (one, two)]
    require(sent[0] > 50 and sent[1] > 1.5 * sent[0], f"orders of one day and of two: {sent}")
    moments = [line["at"] for line in told(bench)]
    require(moments == sorted(moments) and moments[-1] > 86400 * 10**9,
            f"from {moments[0]} to {moments[-1]}")
    print(f"         {sent[0]} orders on one day, {sent[1]} on two")


def made(bench, refs):
    path = pathlib.Path(bench.path(f"{refs}.pcap"))
    if not path.exists():
        bench.generate("--messages", "40k", "--symbols", 4, "--seed", 5, "--refs", refs, "--out",
                       path)
    return str(path)


def made_config(bench):
    """The maker of the share on all symbols of the made flow."""
    result = bench.replay("--bbo", made(bench, "dense"))
    names = [one["symbol"] for one in result["bbo"]]
    config = CONFIG.replace("symbols:\n", "symbols:\n" + "".join(
        f"    - {{symbol: {name}, venue: plx, price_max: 2000}}\n" for name in names))
    return bench.write("made.yaml", config.replace("[AAPL]", f"[{', '.join(names)}]").encode())


@spec
def a_made_flow_is_tried_alike_whatever_its_order_numbers(bench):
    config, lines, results = made_config(bench), [], []
    for refs in "dense", "dense", "sparse":
        results.append(bench.replay("--strategy", "share", "--config", config, "--reports",
                                    bench.path("made"), made(bench, refs)))
        lines.append(pathlib.Path(bench.path("made")).read_bytes())
    equal(results[1]["trial"], results[0]["trial"], "the second run")
    require(lines[0] == lines[1] == lines[2], "other reports")
    trial_ = results[0]["trial"]
    require(trial_["made"]["count"] > 100, f"only {trial_['made']['count']} fills")
    equal(trial_["market"]["refused"] + trial_["market"]["evicted"], 0, "refused and evicted")
    for held in trial_["holdings"]:
        require(-400 <= int(held["short_at_worst"]) and int(held["long_at_worst"]) <= 400,
                f"{held['symbol']}: beyond the inventory")


@spec
def what_cannot_be_tried_is_said(bench):
    path, config = made(bench, "dense"), bench.write("trial.yaml", CONFIG.encode())
    bad = bench.write("bad.yaml", CONFIG.replace('long: 400', 'long: many').encode())
    lame = bench.write("lame.yaml", CONFIG.replace("[AAPL]", "[ZVZZT]").encode())
    for words, status, sentence in (
            (("--strategy", "maker"), 2, "--strategy needs --config FILE"),
            (("--config", config), 2, "--config needs the --strategy to try"),
            (("--strategy", "none", "--set", "a=b"), 2, "--set needs a --strategy"),
            (("--strategy", "share", "--config", config, "--set", "a"), 2, "NAME=VALUE"),
            (("--strategy", "share", "--config", bench.path("no.yaml")), 1, "no.yaml"),
            (("--strategy", "nobody", "--config", config), 1, "nobody"),
            (("--strategy", "share", "--config", bad), 1,
             "bad.yaml:26:52: share: maker: long is 'many'"),
            (("--strategy", "share", "--config", config, "--set", "long=x"), 1, "long"),
            (("--strategy", "share", "--config", lame), 1, "in none of the strategies'"),
            (("--strategy", "share", "--config", made_config(bench), "--reports", "/"), 1,
             "/: ")):
        done = bench.run("pollux-replay", *words, path)
        equal(done.returncode, status, f"{words}: status ({done.stderr})")
        require(sentence in done.stderr, f"{words}: it says {done.stderr}")


if __name__ == "__main__":
    run_specs(sys.argv[1:])
