"""What the Redis tests share: a client by hand, a real server, a fake one, and polluxd beside them.

The client speaks RESP2 in forty lines, as a quant without any library would.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import box_support
from replay_support import require

ACCOUNT = 5
STREAM, ANSWERS, DEAD = "pollux.intents.desk", "pollux.answers.desk", "pollux.dead"


class Refused(Exception):
    """The server's error."""


class Client:
    def __init__(self, path, seconds=30.0):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        self.socket.connect(path)
        self.bytes, self.at = b"", 0

    def send(self, *words):
        words = [str(word).encode() if not isinstance(word, bytes) else word for word in words]
        self.socket.sendall(b"*%d\r\n" % len(words)
                            + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))

    def more(self):
        got = self.socket.recv(65536)
        if not got:
            raise ConnectionError("the server has gone")
        self.bytes += got

    def line(self):
        while (end := self.bytes.find(b"\r\n", self.at)) < 0:
            self.more()
        begin, self.at = self.at, end + 2
        return self.bytes[begin:end]

    def text(self, length):
        while len(self.bytes) < self.at + length + 2:
            self.more()
        begin, self.at = self.at, self.at + length + 2
        return self.bytes[begin:begin + length].decode()

    def read(self):
        """A reply; one that does not come in time can be read again."""
        self.bytes, self.at = self.bytes[self.at:], 0
        try:
            return self.reply()
        except TimeoutError:
            self.at = 0
            raise

    def reply(self):
        line = self.line()
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise Refused(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self.text(int(rest))
        if kind == b"*":
            return None if rest == b"-1" else [self.reply() for _ in range(int(rest))]
        return rest.decode()

    def do(self, *words):
        self.send(*words)
        return self.read()

    def close(self):
        self.socket.close()


class Server:
    """A real redis-server on a Unix socket; its end is that of its process."""

    running = []

    def __init__(self, bench, *words):
        self.path = os.path.join(bench.directory, "redis.sock")
        self.line = ["redis-server", "--port", "0", "--unixsocket", self.path, "--unixsocketperm",
                     "700", "--save", "", "--appendonly", "no", "--dir", bench.directory, *words]
        self.dump = os.path.join(bench.directory, "dump.rdb")
        self.forget()
        self.start()

    def forget(self):
        if os.path.exists(self.dump):
            os.unlink(self.dump)

    def start(self):
        self.process = subprocess.Popen(self.line, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        Server.running.append(self.process)
        until = time.monotonic() + 30
        while True:
            try:
                client = Client(self.path)
                require(client.do("PING") == "PONG", "the server's greeting")
                client.close()
                return
            except (OSError, Refused):
                require(time.monotonic() < until, "the server does not start")
                time.sleep(0.005)

    def kill(self):
        self.process.kill()
        self.process.wait()
        if os.path.exists(self.path):
            os.unlink(self.path)

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.kill()

    @staticmethod
    def leave():
        for process in Server.running:
            if process.poll() is None:
                process.kill()
                process.wait()


class Fake:
    """Answers whatever is asked with the same bytes."""

    def __init__(self, path, answer):
        self.path, self.answer, self.asked = path, answer, 0
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen(16)
        self.peers = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            self.peers.append(peer)
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        try:
            while peer.recv(65536):
                self.asked += 1
                peer.sendall(self.answer)
        except OSError:
            pass

    def end(self):
        for one in (self.socket, *self.peers):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
        os.unlink(self.path)


def configuration(redis="", core=None):
    """The quick start's, with more for its strategy outside."""
    text = box_support.quickstart(core)
    desk = """    - name: desk
      strategy: outside
      venue: desk
      instruments: [ACME, BOLT]
      orders: 8
      unique_orders: 1024
      limits: {strategy_rate: 1000000, position_long: 1000000, position_short: 1000000,
               capital: 1000000000, strategy_gross: 1000000000, strategy_loss: 100000000,
               strategy_fills: 1000000}
"""
    text, count = re.subn(r"    - name: desk .*\n(?:      .*\n)+", desk, text)
    require(count == 1, "the quick start has no strategy desk")
    # With an account of its own, so that it trades with everybody and is told apart at the venue.
    for before, more in (
            ("    - {username: NOISE,", "    - {username: DESK, password_file: password, account: "
             f"{ACCOUNT}, firm: DESK}}"),
            ("    - {name: noise,", "    - {name: desk, transport: internal, username: DESK, "
             "cancels_at_loss: true}"),
            ("    - {symbol: ACME, venue: noise,", "    - {symbol: ACME, venue: desk, opening: "
             "10.00}\n    - {symbol: BOLT, venue: desk, opening: 25.00}")):
        require(text.count(before) == 1, f"the quick start has no '{before}'")
        text = text.replace(before, f"{more}\n{before}")
    theirs = "redis: {socket: redis.sock}"
    require(text.count(theirs) == 1, "the quick start has no Redis server")
    return text.replace(theirs, theirs[:-1] + (f", {redis}}}" if redis else "}"))


class Box(box_support.Box):
    """polluxd with the strategy desk outside."""

    def __init__(self, bench, redis="", words=(), change=None):
        text = configuration(redis)
        super().__init__(bench, change(text) if change else text, *words)


def prerequisites():
    if not shutil.which("redis-server"):
        print("skipped: redis-server is not installed")
        sys.exit(77)


class Desk:
    """The strategy outside."""

    def __init__(self, client, sequence=0):
        self.client, self.sequence, self.read_to = client, sequence, "0"
        self.answer = {}
        self.batch = {}
        self.known = []

    def message(self, kind, **fields):
        said = {"strategy": "desk", "kind": kind, **fields}
        if kind != "heartbeat" and "sequence" not in said:
            self.sequence += 1
            said["sequence"] = self.sequence
        return said

    def say(self, kind, place="*", sign=None, **fields):
        said = self.message(kind, **fields)
        words = ["message", json.dumps(said)] + (["sign", sign] if sign else [])
        self.client.do("XADD", STREAM, place, *words)
        return said.get("sequence")

    def order(self, key=0, price="9.50", quantity="10", side="buy", symbol="ACME", **fields):
        return self.say("order", key=key, symbol=symbol, side=side, quantity=quantity,
                        price=price, **fields)

    def unique(self, price="9.50", quantity="10", side="buy", symbol="ACME", **fields):
        return self.say("unique", symbol=symbol, side=side, quantity=quantity, price=price,
                        **fields)

    def batched(self, intents, **fields):
        """The sequence of the first of them."""
        sequence = self.say("batch", intents=intents, **fields)
        self.sequence = max(self.sequence, sequence + len(intents) - 1)
        return sequence

    def take(self, block_ms=100):
        """The answers that are there, waited for a moment."""
        reply = self.client.do("XREAD", "BLOCK", block_ms, "STREAMS", ANSWERS, self.read_to)
        for _, entries in reply or ():
            for place, fields in entries:
                self.read_to = place
                said = json.loads(fields[1])
                if said["answer"] == "known":
                    self.known.append(said)
                elif said["answer"] == "batch":
                    self.batch.setdefault(said["sequence"], []).append(said)
                    for one in said["intents"]:
                        self.answer.setdefault(one["sequence"], []).append(one)
                else:
                    self.answer.setdefault(said.get("sequence"), []).append(said)

    def answered(self, sequence, count=1, seconds=60):
        until = time.monotonic() + seconds
        while len(self.answer.get(sequence, ())) < count:
            newest = list(self.answer.items())[-3:]
            require(time.monotonic() < until, f"no answer to {sequence}: {newest}")
            self.take()
        return self.answer[sequence][count - 1]


def entries(client, stream):
    """Each as a dictionary, the oldest first."""
    found = client.do("XRANGE", stream, "-", "+")
    return [{"place": place, **dict(zip(fields[::2], fields[1::2]))} for place, fields in found]
