#!/usr/bin/env python3
"""A gateway with its journal is killed hundreds of times, and knows afterwards what it must.

    gateway_kill.py GATEWAY_SUBMITTER

The gateway (gateway_submitter.c) says random orders, and is halted and released, by strategies and
people of its own.  This witness is the venue: it keeps every byte that left, answers, trades and
cancels as it likes, and kills the gateway at random instants.  At each instant some of what left
has arrived, and the rest vanishes with the session.  After each start it checks:

  - a halt or a release that was acknowledged is in force; what was under way is either, and stays
  - no number of an order is used twice
  - each order that has left, and whose end it has not read, is UNKNOWN, and counts in risk at
    least with what may still trade of it
  - positions, the gateway's and risk's, are what has traded in all messages it has read
  - nothing leaves before the session is up; nor from the slot of an order in doubt before the venue
    has said what became of that; nor, after a halt was acknowledged, in its scope

It starts behind images and makes them all the time, so many kills are around one; by folder all of
its journal stays, and it compares with what that leads to, or only what a start needs, or some.

SPEC_SEED chooses the seed, KILLS the number of kills.
"""

import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

SUBMITTER = sys.argv[1]
SEED = int(os.environ.get("SPEC_SEED", "1"))
KILLS = int(os.environ.get("KILLS", "300" if os.environ.get("POLLUX_ALL") else "150"))
A_FOLDER = 100  # kills
QTY = 10**8
STRATEGIES, SYMBOLS, KEYS, UNIQUES = 2, 2, 6, 3
BOX, VENUE, STRATEGY, SYMBOL = range(4)
ACTIVE, HALTED = 0, 2
SCOPES = [(BOX, 0), (VENUE, 0), (STRATEGY, 0), (STRATEGY, 1), (SYMBOL, 0), (SYMBOL, 1)]
NAMES = [b"AAAA    ", b"BBBB    "]

chance = random.Random(SEED)
failures = []


def expect(met, sentence):
    if not met:
        failures.append(sentence)
        print(f"FAILED (seed {SEED}): {sentence}")
    return met


class Order:
    """An order as the venue has it, or as it is on its way."""

    def __init__(self, number, was, slot, strategy, symbol, sells, price, total):
        self.number, self.was, self.slot = number, was, slot
        self.strategy, self.symbol, self.sells = strategy, symbol, sells
        self.price, self.total, self.cum = price, total, 0
        self.live = False
        self.heir = 0    # on its way to replace it
        self.heirs = False  # it has replaced another one
        self.ended = 0   # sequence of the message that says that it is over
        self.never = False  # vanished, and in doubt at most until the gateway has asked


class Venue:
    """By the bytes of OUCH 5.0; its messages stay, and are numbered from 1."""

    def __init__(self):
        self.orders = {}
        self.alive = {}   # orders that live, by number, in the order they came
        self.flying = {}  # and those on their way
        self.log = []     # (bytes, (holding, quantity) or None)
        self.flight = []
        self.matches = 0

    def say(self, body, traded=None):
        self.log.append((body, traded))
        return len(self.log)

    def end(self, order, sequence):
        order.live, order.ended = False, sequence
        self.alive.pop(order.number, None)

    def leave(self, body, slot, strategy):
        """A request has left.  The order, or None."""
        self.flight.append(body)
        order = None
        if body[:1] == b"O":
            number, side, qty, symbol, price = struct.unpack(">xIcI8sQ", body[:26])
            order = Order(number, 0, slot, strategy, NAMES.index(symbol), side == b"S", price, qty)
        elif body[:1] == b"U":
            was, number, qty, price = struct.unpack(">xIIIQ", body[:21])
            old = self.orders[was]
            order = Order(number, was, slot, strategy, old.symbol, old.sells, price, qty)
            old.heir = number
        return order

    def add(self, order):
        self.orders[order.number] = self.flying[order.number] = order

    def worst(self, order):
        """The most that may trade of an order that lives or flies, its replacement with it."""
        if not order.live and order.was:
            return 0
        total = order.total
        if order.heir:
            total = max(total, self.orders[order.heir].total)
        return total - order.cum

    # Requests arrive.

    def accept(self, order):
        order.live = True
        self.alive[order.number] = order
        side = b"S" if order.sells else b"B"
        self.say(struct.pack(">cQIcI8sQccQcccc14sH", b"A", 0, order.number, side, order.total,
                             NAMES[order.symbol], order.price, b"0", b"Y", order.number, b"P", b"N",
                             b"N", b"L", b"", 0))

    def reject(self, order):
        order.ended = self.say(struct.pack(">cQIH14s", b"J", 0, order.number, 1, b""))

    def cancel(self, order, reason):
        self.end(order, self.say(struct.pack(">cQIIc", b"C", 0, order.number,
                                             order.total - order.cum, reason)))

    def trade(self, order):
        qty = chance.randint(1, order.total - order.cum)
        order.cum += qty
        self.matches += 1
        holding = order.strategy * SYMBOLS + order.symbol
        sequence = self.say(struct.pack(">cQIIQcQH", b"E", 0, order.number, qty, order.price, b"A",
                                        self.matches, 0), (holding, -qty if order.sells else qty))
        if order.cum == order.total:
            self.end(order, sequence)

    def replace(self, order):
        old = self.orders[order.was]
        old.heir = 0
        if not old.live or chance.random() < 0.1:
            self.reject(order)
        elif order.total <= old.cum:
            order.ended = len(self.log) + 1
            self.cancel(old, b"U")
        else:
            order.cum, order.live, order.heirs = old.cum, True, True
            self.alive[order.number] = order
            side = b"S" if order.sells else b"B"
            self.end(old, self.say(struct.pack(
                ">cQIIcI8sQccQcccc14sH", b"U", 0, old.number, order.number, side,
                order.total - order.cum, NAMES[order.symbol], order.price, b"0", b"Y",
                order.number, b"P", b"N", b"N", b"L", b"", 0)))

    def arrive(self):
        body = self.flight.pop(0)
        kind = body[:1]
        number = int.from_bytes(body[5:9] if kind == b"U" else body[1:5], "big")
        order = self.orders.get(number)
        if kind in b"OU":
            self.flying.pop(number, None)
        if kind == b"O" and chance.random() < 0.1:
            self.reject(order)
        elif kind == b"O":
            self.accept(order)
        elif kind == b"U":
            self.replace(order)
        elif kind == b"X" and order.live:
            self.cancel(order, b"U")
        elif kind == b"Q":
            self.say(struct.pack(">cQIHBBB", b"Q", 0, 1, 3, 2, 28, body[5]))
        return kind

    def happen(self):
        if not self.alive:
            return
        order = self.alive[chance.choice(list(self.alive))]
        if chance.random() < 0.2:
            self.cancel(order, b"S")
        else:
            self.trade(order)

    def cut(self):
        """The session is lost: what is on its way arrives up to some point."""
        for _ in range(chance.randint(0, len(self.flight))):
            self.arrive()
        self.flight.clear()
        for order in self.flying.values():
            order.never = True
            if order.was:
                self.orders[order.was].heir = 0
        self.flying.clear()


class Witness:
    """One folder, many lives."""

    def __init__(self, folder, keep):
        self.folder, self.keep = folder, keep  # segments that no start needs
        self.venue = Venue()
        self.life, self.lives = None, 0
        self.highest = 0
        self.allowed = {scope: {ACTIVE} for scope in SCOPES}
        self.acknowledged = {scope: ACTIVE for scope in SCOPES}  # or None: not known
        self.control = None  # (id, scope, state) under way
        self.controls = self.halts = self.unknown = self.left = self.traded = 0
        self.early = 0
        self.images = []  # each start's: after which record
        self.traded_upto = [[0] * (STRATEGIES * SYMBOLS)]  # by messages read

    def where(self):
        return f"life {self.lives}"

    # Frames.

    def send(self, kind, body=b""):
        try:
            self.life.stdin.write(kind + struct.pack("<I", len(body)) + body)
        except BrokenPipeError:
            pass

    def frames(self):
        """What it has said, whole frames only."""
        while len(self.said) >= 5:
            length = struct.unpack_from("<I", self.said, 1)[0]
            if len(self.said) < 5 + length:
                return
            kind, body = self.said[:1], self.said[5:5 + length]
            self.said = self.said[5 + length:]
            self.take(kind, body)

    def read(self):
        try:
            self.said += os.read(self.life.stdout.fileno(), 1 << 16)
        except BlockingIOError:
            return
        self.frames()

    def take(self, kind, body):
        if kind == b"O":
            self.order_left(struct.unpack_from("<Q", body)[0], body[8:])
        elif kind == b"I":
            self.images.append(struct.unpack_from("<Q", body)[0])
        elif kind in (b"R", b"P"):
            self.look(kind, struct.unpack(f"<{len(body) // 8}Q", body))
        elif kind in (b"K", b"N"):
            number, scope, state = self.control
            expect(number == struct.unpack("<Q", body)[0], f"{self.where()}: another change")
            expect(kind == b"K", f"{self.where()}: {scope} to {state} was refused")
            self.allowed[scope] = {state}
            self.acknowledged[scope] = state
            self.control = None
            self.halts += state == HALTED
        else:
            expect(False, f"{self.where()}: said {kind}")

    def order_left(self, slot, body):
        where = self.where()
        expect(self.up or body[:1] not in b"OU", f"{where}: an order left while the venue was away")
        keys = STRATEGIES * KEYS
        strategy = slot // KEYS if slot < keys else None
        if body[:1] == b"U":
            old = self.venue.orders[int.from_bytes(body[1:5], "big")]
            strategy = old.strategy
        if body[:1] == b"O" and strategy is None:
            strategy = self.unique_strategy(body)
        order = self.venue.leave(body, slot, strategy)
        if order is None:
            return
        self.left += 1
        expect(order.number > self.highest, f"{where}: number {order.number} was used before")
        self.highest = max(self.highest, order.number)
        self.venue.add(order)
        expect(slot not in self.doubt or self.fences > 0,
               f"{where}: slot {slot} sent {order.number}, {self.doubt.get(slot)} is in doubt")
        for scope in ((BOX, 0), (VENUE, 0), (STRATEGY, strategy), (SYMBOL, order.symbol)):
            expect(self.acknowledged[scope] != HALTED,
                   f"{where}: {order.number} left while {scope} was halted")

    @staticmethod
    def unique_strategy(body):
        """The submitter gives UNIQUE orders of strategy 1 odd quantities."""
        return int.from_bytes(body[6:10], "big") % 2

    # What it knows.

    def sums(self, upto):
        """What traded in messages 1..upto, by holding."""
        while len(self.traded_upto) <= upto:
            row = list(self.traded_upto[-1])
            traded = self.venue.log[len(self.traded_upto) - 1][1]
            if traded:
                row[traded[0]] += traded[1]
                self.traded += 1
            self.traded_upto.append(row)
        return self.traded_upto[upto]

    def look(self, kind, words):
        where = self.where()
        read = words[0] - 1  # messages
        expect(read <= len(self.venue.log), f"{where}: it has read more than was said")
        signed = [word - 2**64 if word >= 2**63 else word for word in words]
        sums = self.sums(read)
        for i in range(STRATEGIES * SYMBOLS):
            position, of_risk, _, _ = signed[7 + 4 * i:11 + 4 * i]
            expect(position == sums[i] * QTY and of_risk == position,
                   f"{where}: position {i} is {position / QTY}, of risk {of_risk / QTY}, "
                   f"traded {sums[i]}")
        if kind == b"R":
            self.recovered(words, signed, read)
        else:
            self.looks += 1

    def recovered(self, words, signed, read):
        where = self.where()
        for scope, state in zip(SCOPES, words[1:7]):
            expect(state in self.allowed[scope],
                   f"{where}: {scope} is {state}, and may be {self.allowed[scope]}")
            self.allowed[scope] = {state}
            self.acknowledged[scope] = state
        self.control = None
        at = 7 + 4 * STRATEGIES * SYMBOLS
        open_count = words[at]
        rows = [words[at + 1 + 4 * i:at + 5 + 4 * i] for i in range(open_count)]
        known = {}
        self.doubt = {}
        for slot, order, asked, unknown in rows:
            expect(unknown == 1, f"{where}: order {order} of slot {slot} is not in doubt")
            known[order] = known[asked] = slot
            self.doubt[slot] = (order, asked)
            self.highest = max(self.highest, order, asked)
        self.unknown += len(rows)
        self.counts_all(signed, read, known)
        self.next_read = read
        self.started = True

    def counts_all(self, signed, read, known):
        """Each order that left and is not over, as far as it has read, is known and counts."""
        where = self.where()
        worst = [[0, 0] for _ in range(STRATEGIES * SYMBOLS)]
        now = self.sums(len(self.venue.log))
        for order in self.venue.orders.values():
            old = self.venue.orders.get(order.was)
            alone = old and 0 < old.ended <= read and not order.heirs  # it can replace nothing now
            over = order.never or alone or 0 < order.ended <= read
            if not over:
                expect(order.number in known, f"{where}: order {order.number} is not known")
            if order.live:
                holding = order.strategy * SYMBOLS + order.symbol
                worst[holding][order.sells] += self.venue.worst(order)
        for i, (buys, sells) in enumerate(worst):
            _, position, of_buys, of_sells = signed[7 + 4 * i:11 + 4 * i]
            expect(position + of_buys >= (now[i] + buys) * QTY,
                   f"{where}: risk counts buys {of_buys / QTY} of {i}: {buys} may trade")
            expect(of_sells - position >= (sells - now[i]) * QTY,
                   f"{where}: risk counts sells {of_sells / QTY} of {i}: {sells} may trade")
            self.counted += buys > 0

    # Lives.

    def start(self):
        self.lives += 1
        self.said = b""
        self.up = self.started = False
        self.fences = self.looks = 0
        self.said_before = len(self.venue.log)
        words = [SUBMITTER, self.folder, str(chance.getrandbits(32)), self.keep]
        self.life = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, bufsize=0)
        os.set_blocking(self.life.stdout.fileno(), False)

    def hear(self):
        """Messages that it has not been sent yet."""
        while self.next_read < len(self.venue.log):
            body = self.venue.log[self.next_read][0]
            self.next_read += 1
            self.send(b"M", struct.pack("<Q", self.next_read) + body)
            if body[:1] == b"Q" and self.next_read > self.said_before:
                self.fences += 1
            self.settle(body)

    def settle(self, body):
        """Whatever the venue says of an order in doubt may end the doubt."""
        numbers = {int.from_bytes(body[9:13], "big")}
        if body[:1] == b"U":
            numbers.add(int.from_bytes(body[13:17], "big"))
        if body[:1] != b"Q":
            self.doubt = {slot: pair for slot, pair in self.doubt.items()
                          if not numbers & set(pair)}

    def people(self):
        if self.control or chance.random() > 0.02:
            return
        scope = chance.choice(SCOPES)
        state = HALTED if chance.random() < 0.3 else ACTIVE
        self.controls += 1
        self.control = (self.controls, scope, state)
        self.allowed[scope] = self.allowed[scope] | {state}
        if state == ACTIVE:
            self.acknowledged[scope] = None
        self.send(b"C", struct.pack("<4Q", self.controls, *scope, state))

    def turn(self):
        self.read()
        if not self.started:
            return
        if not self.up:
            self.hear()
            self.up = True
            self.send(b"U")
        for _ in range(chance.randint(0, len(self.venue.flight))):
            self.venue.arrive()
        if chance.random() < 0.3:
            self.venue.happen()
        if chance.random() < 0.7:
            self.hear()
        self.people()
        if chance.random() < 0.01:
            self.send(b"Q")

    def kill(self):
        """All that it has written before has left."""
        self.life.kill()
        os.set_blocking(self.life.stdout.fileno(), True)
        while True:
            more = os.read(self.life.stdout.fileno(), 1 << 16)
            if not more:
                break
            self.said += more
        self.frames()
        errors = self.life.stderr.read().decode(errors="replace").strip()
        self.life.wait()
        for pipe in (self.life.stdin, self.life.stdout, self.life.stderr):
            pipe.close()
        expect(not errors, f"{self.where()}: said {errors!r}")  # why it ended, if it did
        self.early += not self.started
        self.venue.cut()

    def live(self):
        """Until so many orders have left, or a while after it has started, or while it starts."""
        early = chance.random() < 0.15
        most = self.left + int(chance.random() ** 2 * 90)
        end = time.monotonic() + (chance.random() * 0.02 if early else 60)
        while time.monotonic() < end and (early or self.left < most) and len(failures) < 10:
            began = self.started
            self.turn()
            if not expect(self.life.poll() is None, f"{self.where()}: it ended by itself"):
                return
            if self.started and not began:
                end = min(end, time.monotonic() + 0.3)  # it may be halted
            if chance.random() < 0.2:
                time.sleep(0.0002)
        time.sleep(chance.random() * 0.0005)

    def run(self, kills):
        self.counted, self.doubt = 0, {}
        for _ in range(kills):
            self.start()
            self.live()
            self.kill()
            if len(failures) >= 10:
                return


def main():
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
    done, totals, began = 0, [0] * 10, time.monotonic()
    while done < KILLS and not failures:
        folder = tempfile.mkdtemp(prefix="gateway_kill.", dir=memory if done else "/tmp")
        try:
            witness = Witness(folder + "/journal", ("all", "0", "2")[done // A_FOLDER % 3])
            witness.run(min(A_FOLDER, KILLS - done))
            done += min(A_FOLDER, KILLS - done)
            values = (witness.left, witness.traded, witness.unknown, witness.halts, witness.early,
                      witness.counted, witness.controls, len(witness.venue.log),
                      sum(image > 0 for image in witness.images), len(set(witness.images)))
            totals = [total + value for total, value in zip(totals, values)]
        finally:
            shutil.rmtree(folder)
    left, traded, unknown, halts, early, counted, controls, messages, behind, images = totals
    print(f"{done} kills in {time.monotonic() - began:.1f} s, {early} while starting: {left} "
          f"orders left, {messages} messages, {traded} executions; {unknown} orders were in "
          f"doubt at a start, {counted} times some counted in risk; {halts} halts of {controls} "
          f"changes were acknowledged; {behind} starts were behind one of {images} images")
    if not failures:
        expect(left > 5 * done, "hardly any order left")
        expect(unknown > done / 2, "hardly any order was in doubt")
        expect(halts > done / 30, "hardly any halt was acknowledged")
        expect(behind > done / 2 and images > done / 4, "hardly any start was behind an image")
        expect(early < done / 2, "most lives ended before they began")
    print(f"{len(failures)} failures" if failures else "it knew what it must")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
