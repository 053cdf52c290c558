"""What specs of a plain start share: a server, a box, a desk, who listens, and what they ask."""

import collections
import decimal
import json
import re
import time

from redis_support import Box, Client, Desk, Server
from replay_support import equal, require


# A busy machine may let a message lie for more than the second that is usual.
AGE = "age_ms: 20000"


def taken(answer, what):
    require(answer["answer"] == "taken", f"{what} is answered by {answer}")


class World:
    """What the specs of a plain start share: a server, a box, a desk, and who listens."""

    server = box = None

    @classmethod
    def start(cls, bench):
        if cls.box:
            return cls
        cls.server = Server(bench)
        cls.box = Box(bench, AGE)
        cls.client = Client(cls.server.path)
        cls.desk = Desk(cls.client)
        cls.ear = Client(cls.server.path, seconds=0.2)
        cls.told = collections.defaultdict(list)
        channels = ["order.updates", "balance.updates", "order.updates.slow", "ACME.live",
                    "pollux.state", "hedge-1", "hedge-2"]
        for channel in channels:
            cls.ear.do("SUBSCRIBE", channel)
        cls.box.await_text(" feed LIVE")
        taken(cls.desk.answered(cls.trial()), "the first order")
        return cls

    @classmethod
    def trial(cls):
        """Orders are taken once the books show a price."""
        until = time.monotonic() + 60
        while True:
            sequence = cls.desk.unique(price="9.50", immediate=True)
            if cls.desk.answered(sequence)["answer"] == "taken" or time.monotonic() > until:
                return sequence
            time.sleep(0.05)

    @classmethod
    def listen(cls, channel, good, seconds=60):
        """The first update on the channel that is good; what else came is kept."""
        until, looked = time.monotonic() + seconds, 0
        while True:
            for update in cls.told[channel][looked:]:
                if good(update):
                    return update
            looked = len(cls.told[channel])
            require(time.monotonic() < until,
                    f"nothing good on {channel}: {cls.told[channel][-5:]}")
            cls.hear()

    @classmethod
    def hear(cls):
        """Of what others do only the prices and states are kept."""
        try:
            kind, channel, payload = cls.ear.read()
        except TimeoutError:
            return
        if kind != "message":
            return
        if payload.startswith('{"account":'):
            channel = "accounts"
        elif "updates" in channel and '"strategy":"desk"' not in payload:
            return
        cls.told[channel].append(json.loads(payload) if payload[:1] == "{" else payload)


def mine(report, **fields):
    return lambda update: (update.get("strategy") == "desk" and update["report"] == report
                           and all(update.get(name) == value for name, value in fields.items()))


def one(kind, **fields):
    terms = {"symbol": "ACME", "side": "buy", "quantity": "3"} if "price" in fields else {}
    return {"kind": kind, **terms, **fields}


def without_gateway(text):
    text, roles = re.subn(r"^roles: .*$", "roles: [feed, venue]", text, flags=re.M)
    text, sections = re.subn(r"^gateway:.*\n(?:[ #].*\n|\n)*", "", text, flags=re.M)
    equal([roles, sections], [1, 1], "what the quick start has of a gateway")
    return text


def accounts(client):
    """The newest totals: (account, symbol) to position and cash."""
    totals = collections.defaultdict(dict)
    for key in client.do("KEYS", "pollux.accounts.*"):
        fields = client.do("HGETALL", key)
        for field, value in zip(fields[::2], fields[1::2]):
            symbol, what = field.split(":")
            totals[int(key.split(".")[-1]), symbol][what] = decimal.Decimal(value)
    return totals
