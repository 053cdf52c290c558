#!/usr/bin/env python3
"""Accounts of a venue, told by Redis, are those of its journal: after the process was killed, in an
empty server, and by a process that has no gateway.

    redis_venue.py POLLUXD POLLUX_JOURNAL
"""

import atexit
import re
import sys
import time

from redis_support import Box, Client, Server, prerequisites
from redis_world import accounts, without_gateway
from replay_support import equal, require, run_specs, spec


def prices(client):
    return {key: client.do("GET", key) for key in client.do("KEYS", "*.price")}


def awaited(look, good, what, seconds=60):
    until = time.monotonic() + seconds
    while not good(look()):
        require(time.monotonic() < until, f"{what}: {look()}")
        time.sleep(0.1)
    return look()


def still(client):
    """The totals, once they do not change any more."""
    before, found = None, accounts(client)
    while before != found:
        time.sleep(0.5)
        before, found = found, accounts(client)
    return found


@spec
def a_venue_tells_the_same_totals_after_it_was_killed_and_without_a_gateway(bench):
    server, box = Server(bench), Box(bench)
    client = Client(server.path)
    awaited(lambda: accounts(client), lambda found: len(found) > 6, "accounts that trade")
    client.do("PUBLISH", "pollux.kill", "enough")
    box.await_true(lambda said: re.search(r"UTC  HALTED .* 0 open  0 in doubt", said),
                   "orders stay open")
    totals, last = still(client), prices(client)
    equal(sum(one["position"] for one in totals.values()), 0, "all positions")
    box.kill()
    client.do("FLUSHALL")
    box = Box(bench, change=without_gateway)
    awaited(lambda: accounts(client), lambda found: found == totals, "totals after the kill")
    awaited(lambda: prices(client), lambda found: found == last, "prices after the kill")
    server.kill()
    server.start()
    client = Client(server.path)
    awaited(lambda: accounts(client), lambda found: found == totals, "totals in an empty server")
    equal(client.do("EXISTS", "pollux.state", "pollux.intents.desk"), 0, "keys of a gateway")
    said = box.end()
    require("  accounts " in said and "  turned_down" not in said, said[-1500:])
    server.end()


if __name__ == "__main__":
    prerequisites()
    atexit.register(Server.leave)
    atexit.register(Box.leave)
    run_specs(sys.argv[1:])
