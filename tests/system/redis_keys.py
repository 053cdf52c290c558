#!/usr/bin/env python3
"""Keys of a Redis server: the one that halts the box, and what strategies hold.

    redis_keys.py POLLUXD POLLUX_JOURNAL
"""

import atexit
import sys
import time

from redis_support import Box, Client, Server, prerequisites
from replay_support import require, run_specs, spec

KILL, POSITIONS = "pollux.kill", "pollux.positions"


def positions(client, enough, what):
    """What the hash holds, once that is enough."""
    until = time.monotonic() + 60
    while True:
        found = client.do("HGETALL", POSITIONS)
        held = dict(zip(found[::2], found[1::2]))
        if enough(held):
            return held
        require(time.monotonic() < until, f"{what}: {held}")
        time.sleep(0.05)


@spec
def what_is_left_at_another_venue_is_told_apart(bench):
    server, box = Server(bench), Box(bench)
    client = Client(server.path)
    positions(client, lambda held: held.get("maker:ACME", "0") != "0", "the maker holds nothing")
    box.end()

    def elsewhere(text):
        at = text.index("venue: box", text.index("- name: maker"))
        return text[:at] + "venue: noise" + text[at + len("venue: box"):]

    client.do("DEL", POSITIONS)
    box = Box(bench, change=elsewhere)
    held = positions(client, lambda held: {"maker:ACME", "maker:ACME@box"} <= set(held),
                     "the maker holds less than it did")
    require("noise:ACME" in held and "noise:ACME@noise" not in held, f"{held}")
    box.end()
    server.end()


@spec
def the_key_kill_halts_whatever_it_holds(bench):
    server = Server(bench)
    client = Client(server.path)
    for words in (("SET", KILL, ""), ("RPUSH", KILL, "a list")):
        box = Box(bench, words=["--release", "a new day"])
        client.do(*words)
        box.await_text("HALTED by Redis, the key kill")
        client.do("DEL", KILL)
        box.end()
    server.end()


if __name__ == "__main__":
    prerequisites()
    atexit.register(Server.leave)
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
