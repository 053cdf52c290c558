"""A plain venue for the tests of pollux-order: SoupBinTCP and OUCH by hand, on loopback.

What it does with an order is decided by the symbol:

    ACME   rests; an order that crosses a resting one trades with it
    BAD    is rejected as an unknown symbol (code 0x17, letter S)
    MUTE   is taken note of, never answered
    CUTB   the connection is cut before it is looked at: it is lost
    CUTA   it is accepted, and the connection is cut before the answer leaves

All messages of the day are kept, and replayed at each login from the number it asks for.
"""

import select
import socket
import struct
import threading
import time

MIDNIGHT_NS = 34_200_000_000_000  # the venue's clock: half past nine, and a nanosecond a message
SESSION = b"    DAY001"


class Order:
    def __init__(self, number, side, qty, symbol, price, tif, name):
        self.number, self.side, self.qty, self.symbol = number, side, qty, symbol
        self.price, self.tif, self.name = price, tif, name
        self.leaves, self.cum = qty, 0


class Venue:
    def __init__(self, dialect="ouch50", password=b"secret", heartbeat=0.3, user=b"TRADER"):
        self.dialect, self.password, self.user = dialect, password, user
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.messages, self.orders, self.book, self.requests = [], {}, [], []
        self.logins, self.last, self.matches, self.used = [], 0, 0, set()
        self.heartbeats_in = 0
        self.logouts = 0
        self.down = False      # connections are closed at once
        self.heartbeat = heartbeat
        self.connection = None
        self.sent = 0
        self.raw_reply = None  # bytes in place of an answer to the login
        self.stop = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop = True
        self.thread.join(5)
        self.listener.close()

    # Sessions.

    def serve(self):
        while not self.stop:
            if not select.select([self.listener], [], [], 0.05)[0]:
                continue
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self.down:
                try:
                    self.converse(connection)
                except (ConnectionError, OSError):
                    pass
            self.connection = None
            connection.close()

    def converse(self, connection):
        buffer, heard, said = b"", time.monotonic(), time.monotonic()
        self.sent = None
        while not self.stop and not self.down:
            if self.sent is not None and self.sent < len(self.messages):
                fresh = self.messages[self.sent:]
                self.sent = len(self.messages)
                connection.sendall(b"".join(packet(b"S", one) for one in fresh))
                said = time.monotonic()
            if self.sent is not None and time.monotonic() - said > self.heartbeat:
                connection.sendall(packet(b"H"))
                said = time.monotonic()
            if not select.select([connection], [], [], 0.02)[0]:
                continue
            got = connection.recv(1 << 16)
            if not got:
                return
            buffer += got
            while len(buffer) >= 3 and len(buffer) >= 2 + int.from_bytes(buffer[:2], "big"):
                length = int.from_bytes(buffer[:2], "big")
                kind, payload, buffer = buffer[2:3], buffer[3:2 + length], buffer[2 + length:]
                if not self.take(connection, kind, payload):
                    return

    def take(self, connection, kind, payload):
        if kind == b"L":
            return self.login(connection, payload)
        if kind == b"O":
            self.logouts += 1
            return False
        if kind == b"R":
            self.heartbeats_in += 1
        if kind == b"U":
            self.requests.append(payload)
            return (self.request50 if self.dialect == "ouch50" else self.request42)(payload)
        return True

    def login(self, connection, payload):
        user, password = payload[:6].strip(), payload[6:16].strip()
        session, sequence = payload[16:26].strip(), int(payload[26:46])
        self.logins.append((session, sequence))
        if self.raw_reply is not None:
            connection.sendall(self.raw_reply)
            return False
        if user != self.user or password != self.password:
            connection.sendall(packet(b"J", b"A"))
            return False
        if session not in (b"", SESSION.strip()) or sequence > len(self.messages) + 1:
            connection.sendall(packet(b"J", b"S"))
            return False
        first = sequence or max(1, len(self.messages))
        connection.sendall(packet(b"A", SESSION + str(first).rjust(20).encode()))
        self.sent = first - 1
        return True

    def end_session(self):
        self.messages.append(None)

    # What is said, to whom it concerns: there is one session.

    def say(self, kind, body):
        stamp = struct.pack(">Q", MIDNIGHT_NS + len(self.messages))
        self.messages.append(kind + stamp + body)

    def key(self, number):
        return struct.pack(">I", number) if self.dialect == "ouch50" else number

    # OUCH 5.0.

    def request50(self, m):
        kind = m[:1]
        if kind == b"O":
            number, side, qty, symbol, price, tif = struct.unpack(">IcI8sQc", m[1:27])
            return self.enter(Order(number, side, qty, symbol, price, tif, m[31:45]))
        if kind == b"U":
            old, number, qty, price, tif = struct.unpack(">IIIQc", m[1:22])
            self.replace(old, number, qty, price, tif)
        if kind == b"X":
            number, qty = struct.unpack(">II", m[1:9])
            self.cancel(number, qty)
        if kind == b"M":
            number, side, qty = struct.unpack(">IcI", m[1:10])
            self.modify(number, side, qty)
        if kind == b"C":
            number, firm, symbol = struct.unpack(">I4s8s", m[1:17])
            self.last = number
            self.say(b"X", struct.pack(">I4s8sH", number, firm, symbol, 0))
            for order in list(self.book):
                if symbol in (b" " * 8, order.symbol):
                    self.cancel(order.number, 0)
        if kind == b"Q":
            self.say(b"Q", struct.pack(">I", self.last + 1))
        return True

    # OUCH 4.2: the same by tokens.

    def request42(self, m):
        kind = m[:1]
        if kind == b"O":
            token, side, qty, symbol, price, tif = struct.unpack(">14scI8sII", m[1:36])
            return self.enter(Order(token, side, qty, symbol, price, tif, token))
        if kind == b"U":
            old, token, qty, price, tif = struct.unpack(">14s14sIII", m[1:41])
            self.replace(old, token, qty, price, tif)
        if kind == b"X":
            token, qty = struct.unpack(">14sI", m[1:19])
            self.cancel(token, qty)
        if kind == b"M":
            token, side, qty = struct.unpack(">14scI", m[1:20])
            self.modify(token, side, qty)
        return True

    # Orders.

    def terms(self, order, shares):
        self.matches += 1
        if self.dialect == "ouch50":
            return (order.side + struct.pack(">I8sQ", shares, order.symbol, order.price) +
                    order.tif + b"Y" + struct.pack(">Q", 1000 + self.matches) + b"PNN")
        return (order.side + struct.pack(">I8sII", shares, order.symbol, order.price, order.tif) +
                b"FIRM" + b"Y" + struct.pack(">Q", 1000 + self.matches) + b"PN" + bytes(4) + b"N")

    def accepted(self, order, state=b"L"):
        tail = order.name + b"\0\0" if self.dialect == "ouch50" else b" "
        self.say(b"A", self.key(order.number) + self.terms(order, order.leaves) + state + tail)

    def enter(self, order):
        if order.symbol == b"CUTB    ":
            return False
        fresh = order.number > self.last if self.dialect == "ouch50" else \
            order.number not in self.used
        if not fresh:
            return True
        self.last = order.number
        self.used.add(order.number)
        if order.symbol == b"MUTE    ":
            return True
        if order.symbol == b"BAD     ":
            tail = struct.pack(">H", 0x17) + order.name if self.dialect == "ouch50" else b"S"
            self.say(b"J", self.key(order.number) + tail)
            return True
        self.orders[order.number] = order
        self.accepted(order)
        self.match(order)
        if order.leaves and order.tif in (b"3", 0):
            self.gone(order, order.leaves, b"I")
        elif order.leaves:
            self.book.append(order)
        return order.symbol != b"CUTA    "

    def match(self, order):
        for other in list(self.book):
            if order.leaves == 0:
                return
            opposite = (other.side == b"B") != (order.side == b"B")
            crosses = order.price >= other.price if order.side == b"B" else \
                order.price <= other.price
            if other.symbol != order.symbol or not opposite or not crosses:
                continue
            shares = min(order.leaves, other.leaves)
            self.matches += 1
            for one, flag in ((order, b"R"), (other, b"A")):
                one.leaves -= shares
                one.cum += shares
                if self.dialect == "ouch50":
                    body = struct.pack(">IQcQH", shares, other.price, flag, self.matches, 0)
                else:
                    body = struct.pack(">IIcQ", shares, other.price, flag, self.matches)
                self.say(b"E", self.key(one.number) + body)
            if other.leaves == 0:
                self.book.remove(other)

    def gone(self, order, shares, reason):
        order.leaves -= shares
        self.say(b"C", self.key(order.number) + struct.pack(">I", shares) + reason)
        if order.leaves == 0 and order in self.book:
            self.book.remove(order)

    def cancel(self, number, qty):
        order = self.orders.get(number)
        less = order.leaves - max(0, qty - order.cum) if order else 0
        if less > 0:
            self.gone(order, less, b"U")

    def modify(self, number, side, qty):
        order = self.orders.get(number)
        if order and order.leaves and qty > order.cum:
            order.side, order.leaves = side, qty - order.cum
            self.say(b"M", self.key(number) + side + struct.pack(">I", order.leaves))

    def replace(self, old, number, qty, price, tif):
        before = self.orders.get(old)
        if not before or before.leaves == 0:
            return
        if qty <= before.cum:
            self.gone(before, before.leaves, b"U")
            return
        order = Order(number, before.side, qty, before.symbol, price, tif, before.name)
        order.cum, order.leaves = before.cum, qty - before.cum
        before.leaves = 0
        self.book.remove(before)
        self.last = number
        self.used.add(number)
        self.orders[number] = order
        if self.dialect == "ouch50":
            self.say(b"U", struct.pack(">II", old, number) + self.terms(order, order.leaves) +
                     b"L" + order.name + b"\0\0")
        else:
            self.say(b"U", number + self.terms(order, order.leaves) + b"L" + old + b" ")
        self.match(order)
        if order.leaves:
            self.book.append(order)


def packet(kind, payload=b""):
    return struct.pack(">H", 1 + len(payload)) + kind + payload
