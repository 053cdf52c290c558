#!/usr/bin/env python3
"""Arbitrage between two venues: what is cheap at the one is sold at the other, and it ends flat.

    two_venues.py POLLUXD POLLUX_ORDER POLLUX

     people ──OUCH──► far: polluxd, a venue that lists GOLD ───lines───┐
       │                  ▲                                            ├─► one stream of both
       │                 OUCH                                          │        │
       └──────OUCH──► box: polluxd, a venue that lists GOLD ─────lines─┘        │
                          its gateway: GOLD within the process, GOLD.B by TCP ◄─┘ its feed

The vendor that makes one stream of both is a thread here, and calls the far GOLD GOLD.B.
Interfaces live in a network namespace of this program's own.  Every program started here ends by
itself and is killed by its number if it does not.  Exits 77, with a sentence, where the machine
does not allow it.
"""

import atexit
import json
import os
import pathlib
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import net_links
from replay_support import equal, long_spec, require, run_specs, spec

SECONDS = 200  # the longest that a program lives
BOX, FAR, PEOPLE = "10.9.0.1", "10.9.0.21", "10.9.0.9"
GROUP_BOX, GROUP_FAR, GROUP_BOTH = "233.54.12.111", "233.54.12.121", "233.54.12.131"
LINES, STREAM = 26477, 26500

VENUE = """
venue:
  session: TODAY
  journal: {folder}/{name}-venue
  durability: process
  port: net
  orders_tcp_port: 15000
  snapshot_tcp_port: 15001
  retransmission_udp_port: 18000
  line_a: {{port: net, group: {group}, udp_port: 26477}}
  orders: 16384
  history_mib: 16
  answers_mib: 16
  connections: 16
  instruments: [{{symbol: GOLD, reference: 40.00}}]
  sessions:
    - {{username: BOX, password_file: {folder}/password, account: 1, firm: BOXF}}
    - {{username: ANN, password_file: {folder}/password, account: 2, firm: ANNS,
        cancel_on_disconnect: false}}
"""

ALONE = """
name: {name}
roles: [venue]
lcores: {{layout: shared, cores: [{core}], idle: back_off}}
memory: {{huge_pages: none, dpdk_mb: 64}}
ports:
  - {{name: net, kind: dpdk, device: "net_af_packet0,iface=far0", address: 10.9.0.21}}
""" + VENUE

ALL = """
name: {name}
roles: [feed, gateway, venue]
lcores: {{layout: shared, cores: [{core}], idle: back_off}}
memory: {{huge_pages: none, dpdk_mb: 64}}
control: {{socket: {folder}/control/pollux.sock, record_file: {folder}/changes.jsonl}}
ports:
  - {{name: net, kind: dpdk, device: "net_af_packet0,iface=box0", address: 10.9.0.1}}
  - {{name: in, kind: dpdk, device: "net_af_packet1,iface=in0"}}
  - {{name: out, kind: dpdk, device: "net_af_packet2,iface=out0", address: 10.9.0.3}}
feed:
  instruments: 16
  orders: 16384
  levels: 16384
  line_a: {{port: in, group: 233.54.12.131, udp_port: 26500}}
gateway:
  journal: {folder}/gateway
  port: out
  armed: true
  venues:
    - {{name: here, transport: internal, username: BOX, cancels_at_loss: true}}
    - {{name: far, address: 10.9.0.21, tcp_port: 15000, username: BOX, cancels_at_loss: true,
        password_file: {folder}/password, answer_ms: 500}}
  symbols:
    - {{symbol: GOLD, venue: here, opening: 40.00}}
    - {{symbol: GOLD.B, venue: far, venue_symbol: GOLD, opening: 40.00}}
  limits:
    {{box_gross: 20000000, box_loss: 2000000, duplicate_ns: 1ns, venue_rate: 90000, tradable: true,
      market_orders: false, order_qty: 10000, order_notional: 500000, reference_age: 600s,
      mark_age: 600s, collar_ticks: 5000, collar_ppm: 50%, symbol_long: 5000, symbol_short: 5000,
      symbol_rate: 90000, position_long: 1000, position_short: 1000, capital: 1000000,
      strategy_gross: 500000, strategy_volume: 200000000, strategy_loss: 500000,
      strategy_rate: 90000, strategy_fills: 5000}}
  strategies:
    - {{name: pair, strategy: arbitrage, venue: here, instruments: [GOLD, GOLD.B],
        elsewhere: [{{venue: far, instruments: [GOLD.B], limits: {{capital: 15000}}}}],
        parameters: {{edge: 5t, size: 100, inventory: 1000, retry: 300ms}}}}
""" + VENUE


def cables():
    """A bridge that is the kernel's, with an address, and a cable to each port.  DPDK's driver
    excludes a port where process id XOR interface index is another's: see exchange.py."""
    pathlib.Path("/proc/sys/net/ipv6/conf/default/disable_ipv6").write_text("1")
    net_links.run("ip", "link", "add", "rack", "type", "bridge", "mcast_snooping", "0")
    net_links.run("ip", "addr", "add", PEOPLE + "/24", "dev", "rack")
    net_links.run("ip", "link", "set", "rack", "up")
    for at, name in enumerate(("box", "in", "out", "far"), start=1):
        net_links.run("ip", "link", "add", name + "0", "index", str(at * 8192), "type", "veth",
                      "peer", "name", name + "1", "index", str(at * 8192 + 32768))
        net_links.run("ip", "link", "set", name + "1", "master", "rack")
        for end in "01":
            net_links.run("ip", "link", "set", name + end, "up")
            subprocess.run(["ethtool", "-K", name + end, "tx", "off", "tso", "off", "gso", "off",
                            "gro", "off"], check=False, capture_output=True)
    subprocess.run(["ethtool", "-K", "rack", "tx", "off", "tso", "off", "gso", "off"], check=False,
                   capture_output=True)


class Vendor(threading.Thread):
    """One MoldUDP64 stream of both venues' lines: stock locates and references of the far one are
    its own numbers and more, and its stock has another name, so that no two are one."""

    LOCATE, REFERENCE, STOCK = 8, 1 << 40, b"GOLD.B  "
    STOCKS = {b"R": 11, b"H": 11, b"Y": 11, b"A": 24, b"F": 24, b"P": 24}
    REFERENCES = {b"A": (11,), b"F": (11,), b"E": (11,), b"C": (11,), b"X": (11,), b"D": (11,),
                  b"U": (11, 19), b"P": (11,)}

    def __init__(self):
        super().__init__(daemon=True)
        self.line = {}
        for group in (GROUP_BOX, GROUP_FAR):
            line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            line.bind((group, LINES))
            line.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                            socket.inet_aton(group) + socket.inet_aton(PEOPLE))
            line.setblocking(False)
            self.line[group] = line
        self.out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(PEOPLE))
        self.expected = {}  # by group: (session, sequence)
        self.messages = []
        self.session = b"BOTH000001"
        self.sent = 0
        self.lost = 0
        self.lock = threading.Lock()
        self.said = 0.0

    def again(self):
        """A new session: all there was, from the beginning."""
        with self.lock:
            self.session = b"BOTH%06d" % (int(self.session[4:]) + 1)
            self.sent = 0

    def take(self, group, packet):
        session, sequence, count = packet[:10], *struct.unpack(">QH", packet[10:20])
        if count == 0xFFFF:
            return
        known, expected = self.expected.get(group, (session, 1))
        self.lost += known == session and sequence > expected
        at = 20
        for number in range(sequence, sequence + count):
            length = struct.unpack(">H", packet[at:at + 2])[0]
            message = packet[at + 2:at + 2 + length]
            at += 2 + length
            if known != session or number >= expected:
                self.message(group, bytearray(message))
        self.expected[group] = (session, max(sequence + count, expected if known == session else 1))

    def message(self, group, message):
        if group == GROUP_FAR:
            if message[:1] == b"S":
                return  # the phases of the day are the box's
            locate, = struct.unpack(">H", message[1:3])
            message[1:3] = struct.pack(">H", locate + self.LOCATE)
            for at in self.REFERENCES.get(bytes(message[:1]), ()):
                reference, = struct.unpack(">Q", message[at:at + 8])
                message[at:at + 8] = struct.pack(">Q", reference + self.REFERENCE)
            if at := self.STOCKS.get(bytes(message[:1])):
                equal(bytes(message[at:at + 8]), b"GOLD    ", "the far venue's stock")
                message[at:at + 8] = self.STOCK
        self.messages.append(bytes(message))

    def send(self):
        with self.lock:
            session, begin = self.session, self.sent
            some = self.messages[begin:begin + 16]
            self.sent += len(some)
        if some or time.monotonic() > self.said + 0.2:
            self.said = time.monotonic()
            body = b"".join(struct.pack(">H", len(one)) + one for one in some)
            self.out.sendto(session + struct.pack(">QH", begin + 1, len(some)) + body,
                            (GROUP_BOTH, STREAM))
        return len(some) > 0

    def run(self):
        while True:
            ready, _, _ = select.select(list(self.line.values()), [], [], 0.02)
            for group, line in self.line.items():
                if line in ready:
                    self.take(group, line.recv(4096))
            while self.send():
                pass


class Place:
    """Both polluxds, and people."""

    running = {}

    def __init__(self, bench):
        self.bench = bench
        self.core = min(os.sched_getaffinity(0))
        password = pathlib.Path(bench.path("password"))
        password.write_text("secret\n")
        password.chmod(0o600)
        cables()
        self.vendor = Vendor()
        self.vendor.start()

    def start(self, name):
        text, group = {"box": (ALL, GROUP_BOX), "far": (ALONE, GROUP_FAR)}[name]
        path = pathlib.Path(self.bench.path(name + ".yaml"))
        path.write_text(text.format(folder=self.bench.directory, name=name, core=self.core,
                                    group=group))
        said = open(self.bench.path(name + ".txt"), "w", encoding="utf-8")
        line = [self.bench.program["polluxd"], "--config", str(path), "--for", f"{SECONDS}s"]
        self.running[name] = subprocess.Popen(line, stdout=said, stderr=subprocess.STDOUT)
        said.close()

    def said(self, name):
        return pathlib.Path(self.bench.path(name + ".txt")).read_text(encoding="utf-8")

    def wait(self, truth, sentence, seconds=40):
        until = time.monotonic() + seconds
        while not truth():
            if time.monotonic() > until:
                said = "\n".join(self.said(name)[-2000:] for name in self.running)
                require(False, f"{sentence}: {self.positions()}\n{said}")
            time.sleep(0.02)

    def wait_said(self, name, pattern):
        self.wait(lambda: re.search(pattern, self.said(name)), f"{name} does not say '{pattern}'")

    def listen(self):
        """The box hears all there was, and what comes."""
        self.vendor.again()
        self.wait(lambda: len(self.ask("instruments").get("books", [])) == 2 and
                  all(one["state"] == "LIVE" for one in self.ask("instruments")["books"]),
                  "its books are not LIVE")

    def kill(self, name):
        self.running[name].kill()
        self.running.pop(name).wait()

    def stop(self, name):
        running = self.running[name]
        running.send_signal(signal.SIGTERM)
        status = running.wait(timeout=30)
        equal(status, 0, f"how {name} ended ({self.said(name)[-1500:]})")
        self.running.pop(name)
        return self.said(name)

    @classmethod
    def leave(cls):
        for running in cls.running.values():
            running.kill()
            running.wait()

    def type(self, venue, line, word="accepted", *more):
        """What ANN types at a venue, which takes it."""
        words = [self.bench.program["pollux-order"], "--to", venue + ":15000", "--user", "ANN",
                 "--password-file", self.bench.path("password"), *more]
        done = subprocess.run(words, input=line + "\n", capture_output=True, text=True, timeout=30)
        require(done.returncode == 0 and word in done.stdout,
                f"'{line}' was not taken: {done.stdout}{done.stderr}")

    def clear(self, venue, line):
        """All of ANN's orders give way to others."""
        self.type(venue, "wait answers\ncancel all\nwait answers", "cancel", "--from", "1",
                  "--firm", "ANNS")
        self.type(venue, line)

    def ask(self, *words):
        done = subprocess.run([self.bench.program["pollux"], "--json", "--socket",
                               self.bench.path("control/pollux.sock"), *words],
                              capture_output=True, text=True, timeout=30)
        return json.loads(done.stdout) if done.returncode == 0 else {}

    def told(self, *words):
        require(self.ask(*words), f"it does not take {words}")

    def positions(self):
        """Of the pair, by venue and symbol."""
        rows = self.ask("positions").get("positions", [])
        return {(one["venue"], one["symbol"]): int(one["position"]) for one in rows}

    def holds(self, here, far):
        wanted = {("here", "GOLD"): here, ("far", "GOLD.B"): far}
        self.wait(lambda: self.positions() == wanted, f"it does not hold {wanted}")

    def sent(self):
        return self.ask("status").get("sent", 0)


place = None


@spec
def it_buys_at_the_cheap_venue_and_sells_at_the_dear_one(bench):
    global place
    place = Place(bench)
    place.start("far")
    place.wait_said("far", "venue open")
    place.start("box")
    place.wait_said("box", "2 of 2 sessions up")
    place.listen()
    place.type(FAR, "buy 200 GOLD 40.30\nsell 300 GOLD 40.60")
    place.type(BOX, "buy 2000 GOLD 39.00\nsell 150 GOLD 40.00")
    place.holds(150, -150)  # all that is offered, and no more than the other side takes
    equal(place.vendor.lost, 0, "datagrams that the vendor missed")


@spec
def what_is_not_worth_the_edge_is_left(bench):
    before = place.sent()
    place.type(BOX, "sell 50 GOLD 40.26")
    time.sleep(0.3)
    equal(place.sent(), before, "messages that it sent")
    place.holds(150, -150)


@spec
def capital_at_a_venue_holds_there(bench):
    """15,000 are 370 of what is worth 40.50: what a refusal leaves of a pair is taken back."""
    place.type(FAR, "buy 1000 GOLD 40.40")
    place.type(BOX, "sell 1000 GOLD 40.05")
    place.holds(300, -300)
    time.sleep(0.7)
    place.holds(300, -300)
    require(place.ask("status")["refused"] > 0, "nothing was refused")
    limits = {one["of"]: one["bound"] for one in place.ask("risk", "show", "capital")["limits"]}
    equal(limits, {"pair at here": "1000000", "pair at far": "15000"}, "capital")


@spec
def a_halt_of_a_venue_is_of_that_leg_and_capital_is_changed_by_command_and_by_the_file(bench):
    place.told("halt", "venue", "far", "--reason", "a look at it")
    place.told("risk", "set", "capital", "20000", "--strategy", "pair", "--venue", "far",
               "--reason", "more")
    time.sleep(0.7)
    place.holds(300, -300)
    place.told("arm", "venue", "far", "--reason", "looked at it")
    place.holds(400, -400)
    path = pathlib.Path(bench.path("box.yaml"))
    path.write_text(path.read_text().replace("capital: 15000", "capital: 25000"))
    place.told("config", "reload")
    place.holds(600, -600)


@long_spec
def while_a_venue_is_away_it_begins_nothing_and_when_it_is_back_it_goes_on(bench):
    held = place.positions()
    place.kill("far")
    place.wait(lambda: place.ask("status").get("sessions_up") == 1, "the session stays up")
    place.clear(BOX, "buy 50 GOLD 41.00\nsell 50 GOLD 43.00")  # the far venue offers at 40.60
    time.sleep(0.5)
    equal(place.positions(), held, "what it holds")
    place.start("far")
    place.wait(lambda: place.ask("status").get("sessions_up") == 2, "the session stays away")
    place.holds(held["here", "GOLD"] - 50, held["far", "GOLD.B"] + 50)


@spec
def killed_in_the_middle_it_knows_what_it_holds_at_both(bench):
    held = place.positions()
    place.kill("box")
    place.start("box")
    place.wait_said("box", "2 of 2 sessions up")
    place.listen()
    equal(place.positions(), held, "what it holds")


@spec
def it_ends_flat(bench):
    left = -place.positions()["far", "GOLD.B"]
    place.clear(FAR, f"sell {left} GOLD 40.10\nbuy 10 GOLD 40.00")
    place.clear(BOX, f"buy {left} GOLD 42.00\nsell 10 GOLD 43.00")
    place.holds(0, 0)
    said = place.stop("box")
    require("in doubt" in said, said[-500:])
    place.stop("far")


if __name__ == "__main__":
    net_links.enter_namespace(user=os.geteuid() != 0 or not net_links.can("unshare", "--net",
                                                                          "true"))
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")
    atexit.register(Place.leave)
    run_specs(sys.argv[1:])
