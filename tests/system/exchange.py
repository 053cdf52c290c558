#!/usr/bin/env python3
"""A venue, a feed and traders in processes of their own, joined by a hub that loses a fifth of all
market data: do the feed's books equal the venue's at the end, and was every order answered?

    exchange.py PROGRAMS virtio      vhost and virtio-user over Unix sockets; no privileges
    exchange.py PROGRAMS cables      venue and feed are one process, joined by cables in memory;
                                     traders as with virtio
    exchange.py PROGRAMS gateway     feed, gateway and venue are one process: a maker of it trades
                                     with traders as with virtio
    exchange.py PROGRAMS af_packet   virtual cables and a bridge; a person with pollux-order trades
                                     beside, over the kernel's TCP

PROGRAMS: polluxd pollux-order net_lossy wire_trader.

Interfaces live in a network namespace of this program's own.  Every program started here ends by
itself and is killed by its number if it does not.  Exits 77, with a sentence, where the machine
does not allow it.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import net_links
from exchange_stage import SECONDS, Stage, Wrong, require

LOSS_PERCENT = 20
ORDERS = 3000

VENUE = """
name: exchange
roles: [venue]
lcores: {{layout: shared, cores: [{core}], idle: back_off}}
memory: {{huge_pages: none, dpdk_mb: 64}}
ports:
  - {{name: net, kind: dpdk, device: "{venue_device}", address: 10.9.0.1}}
venue:
  session: DAY1
  journal: {folder}/journal
  durability: {durability}
  port: net
  orders_tcp_port: 15000
  snapshot_tcp_port: 15001
  retransmission_udp_port: 18000
  line_a: {{port: net, group: 233.54.12.111, udp_port: 26477}}
  line_b: {{port: net, group: 233.49.196.111, udp_port: 26477}}
  orders: 16384
  history_mib: 16
  answers_mib: 16
  connections: 32
  instruments:
    - {{symbol: ACME, reference: 10.00}}
    - {{symbol: BOLT, reference: 20.00}}
  sessions:
    - {{username: ALICE, password_file: {folder}/password, account: 1, firm: ALIC,
        cancel_on_disconnect: false}}
    - {{username: BOB, password_file: {folder}/password, account: 2, firm: BOBS,
        cancel_on_disconnect: false}}
    - {{username: CAROL, password_file: {folder}/password, account: 3, firm: CARO,
        cancel_on_disconnect: false}}
"""

FEED = """
name: listener
roles: [feed]
lcores: {{layout: shared, cores: [{core}], idle: back_off}}
memory: {{huge_pages: none, dpdk_mb: 64}}
ports:
  - {{name: net, kind: dpdk, device: "{feed_device}", address: 10.9.0.2}}
feed:
  instruments: 16
  orders: 16384
  levels: 16384
  line_a: {{port: net, group: 233.54.12.111, udp_port: 26477}}
  line_b: {{port: net, group: 233.49.196.111, udp_port: 26477}}
  recovery:
    port: net
    servers: [{{address: 10.9.0.1, udp_port: 18000}}]
    snapshot: {{address: 10.9.0.1, tcp_port: 15001, username: CAROL,
               password_file: {folder}/password}}
"""


def both_roles(recovers):
    """A venue and a feed in one process.  Lines on cables; traders by a port, or, where the feed
    recovers, nobody: then the venue's port is a cable too."""
    venue = VENUE.split("  session:")[1].split("  line_a:")
    feed = FEED.split("feed:\n")[1].split("  line_a:")
    ports = """
  - {{name: a, kind: cable, to: fa, address: 10.8.0.1}}
  - {{name: b, kind: cable, to: fb, address: 10.8.1.1}}
  - {{name: fa, kind: cable, to: a, address: 10.8.0.2}}
  - {{name: fb, kind: cable, to: b}}
"""
    lines = """  line_a: {{port: %sa, group: 233.54.12.111, udp_port: 26477}}
  line_b: {{port: %sb, group: 233.49.196.111, udp_port: 26477}}
"""
    recovery = "  recovery:" + feed[1].split("  recovery:")[1]
    recovery = recovery.replace("port: net", "port: fa").replace("10.9.0.1", "10.8.0.1")
    port = "a" if recovers else "net"
    if not recovers:
        ports += '  - {{name: net, kind: dpdk, device: "{venue_device}", address: 10.9.0.1}}\n'
    return ("name: both\nroles: [feed, venue]\n"
            "lcores: {{layout: {layout}, cores: {cores}, idle: back_off}}\n"
            "memory: {{huge_pages: none, dpdk_mb: 64}}\nports:" + ports +
            "feed:\n" + feed[0] + lines % ("f", "f") + (recovery if recovers else "") +
            "venue:\n  session:" + venue[0].replace("port: net", "port: " + port) +
            lines % ("", "") + venue[1].split("\n", 2)[2])


GATEWAY = """
gateway:
  journal: {folder}/gateway
  armed: true
  reconcile_ms: 200
{orders}
  venues:
    - {{name: here, {way}, username: CAROL, firm: CARO}}
  symbols: [{{symbol: ACME, venue: here, price_max: 1000.00, quantity_max: 10000}}]
  limits:
    {{box_gross: 20000000, box_loss: 2000000, duplicate_ns: 1ns, venue_rate: 90000, tradable: true,
      market_orders: false, order_qty: 10000, order_notional: 500000, reference_age: 60s,
      mark_age: 60s, collar_ticks: 500, collar_ppm: 50%, symbol_long: 5000, symbol_short: 5000,
      symbol_rate: 90000, position_long: 1000, position_short: 1000, capital: 1000000,
      strategy_gross: 500000, strategy_volume: 200000000, strategy_loss: 500000,
      strategy_rate: 90000, strategy_fills: 5000}}
  strategies:
    - {{name: maker-1, strategy: maker, venue: here, instruments: [ACME],
        parameters: {{rungs: "1t:100, 3t:200", long: 900, short: 900}}}}
"""


def books(said):
    found = re.findall(r"^(?:venue's )?books\s+([0-9a-f]{16})$", said, re.MULTILINE)
    require(len(found) == 1, f"no books in\n{said}")
    return found[0]


def count(said, name):
    found = re.search(rf"^\s+{name}\s+([0-9,]+)", said, re.MULTILINE)
    return int(found.group(1).replace(",", "")) if found else 0


def trader(stage, name, device, address, user, seed):
    return stage.start(name, "timeout", str(SECONDS), stage.program["wire_trader"], device,
                       address, "10.9.0.1", "15000", user, "secret", "ACME", str(ORDERS),
                       str(seed), "40")


def traders_done(stage, names):
    for name in names:
        status = stage.running[name].wait(timeout=SECONDS)
        print(f"{name}: {stage.said(name).strip()}")
        require(status == 0, f"{name} ended with {status}")
        accepted = int(re.search(r"accepted (\d+)", stage.said(name)).group(1))
        rejected = int(re.search(r"rejected (\d+)", stage.said(name)).group(1))
        require(accepted + rejected == ORDERS, f"{name}: not every order was answered")


def has_all(stage):
    """By the lines that both say each second: as much as the venue has sent, and no more comes."""
    heard = re.findall(r"messages ([0-9,]+) \(", stage.said("feed"))
    sent = re.findall(r"market data ([0-9,]+) \(", stage.said("venue"))
    return len(sent) > 1 and sent[-1] == sent[-2] and heard[-1:] == sent[-1:]


def all_agree(stage):
    """The feed has everything, and its books are the venue's."""
    end = time.monotonic() + 40  # heartbeats tell it, should the last datagrams be lost
    while not has_all(stage) and time.monotonic() < end:
        time.sleep(0.1)
    feed, venue = stage.stop("feed"), stage.stop("venue")
    stage.stop("hub")
    print(stage.said("hub").strip())
    print("messages", count(venue, "messages"), "requests", count(feed, "requests"),
          "snapshots", count(feed, "snapshots"))
    require(int(re.search(r"lost (\d+)", stage.said("hub")).group(1)) > 30, "too little was lost")
    require(count(feed, "requests") > 0, f"the feed never had to ask:\n{feed}")
    require(count(venue, "orders live") > 0, "no order lives at the end")
    require(" LIVE " in feed.rsplit("symbol", 1)[1], f"the feed is not live:\n{feed}")
    require(books(feed) == books(venue), f"the books differ\n{venue}\n{feed}")
    print("books", books(venue))


def run_virtio(stage):
    sockets = {name: str(stage.folder / (name + ".sock")) for name in "vftu"}
    devices = [f"net_vhost{i},iface={path},queues=1" for i, path in enumerate(sockets.values())]
    user = {name: f"net_virtio_user0,path={path},queues=1" for name, path in sockets.items()}
    stage.start("hub", stage.program["net_lossy"], str(LOSS_PERCENT), "1", str(SECONDS), *devices)
    stage.wait_for("hub", "ready")
    stage.polluxd("venue", VENUE, core=stage.cores[0], venue_device=user["v"],
                  durability="process")
    stage.wait_for("venue", "venue open")
    stage.polluxd("feed", FEED, core=stage.cores[1], feed_device=user["f"])
    stage.wait_for("feed", "feed LIVE")
    trader(stage, "alice", user["t"], "10.9.0.3", "ALICE", 7)
    trader(stage, "bob", user["u"], "10.9.0.4", "BOB", 8)
    traders_done(stage, ("alice", "bob"))
    all_agree(stage)


def both_books(said):
    """Of one process with both roles: the feed's and the venue's."""
    found = re.findall(r"^(venue's )?books\s+([0-9a-f]{16})$", said, re.MULTILINE)
    require(len(found) == 2 and found[0][1] == found[1][1], f"the books differ\n{said}")
    print("books", found[0][1])
    return found[0][1]


def run_cables(stage):
    """Two traders and the cables; then again on the journal, where nothing is sent on the lines a
    second time: the feed has to ask for all of it, by a cable."""
    sockets = {name: str(stage.folder / (name + ".sock")) for name in "vtu"}
    devices = [f"net_vhost{i},iface={path},queues=1" for i, path in enumerate(sockets.values())]
    user = {name: f"net_virtio_user0,path={path},queues=1" for name, path in sockets.items()}
    stage.start("hub", stage.program["net_lossy"], "0", "1", str(SECONDS), *devices)
    stage.wait_for("hub", "ready")
    stage.polluxd("venue", both_roles(False), layout="shared", cores=[stage.cores[0]],
                  venue_device=user["v"], durability="process")
    stage.wait_for("venue", "feed LIVE")
    trader(stage, "alice", user["t"], "10.9.0.3", "ALICE", 7)
    trader(stage, "bob", user["u"], "10.9.0.4", "BOB", 8)
    traders_done(stage, ("alice", "bob"))
    time.sleep(0.5)
    said = stage.stop("venue")
    require(count(said, "orders live") > 0, "no order lives at the end")
    before = both_books(said)
    layouts = [("shared", [stage.cores[0]])]
    if stage.cores[0] != stage.cores[1]:
        layouts.append(("roles", list(stage.cores)))
    every = sorted(os.sched_getaffinity(0))
    if len(every) >= 4:
        layouts.append(("dedicated", every[:4]))
    for layout, cores in layouts:
        stage.polluxd("venue", both_roles(True), layout=layout, cores=cores, durability="process")
        stage.wait_for("venue", "feed LIVE")
        said = stage.stop("venue")
        print(layout, "answered", count(said, "requests answered"))
        require(count(said, "requests answered") > 20, f"the feed did not ask:\n{said}")
        require(both_books(said) == before, "the books are not what they were")


def run_gateway(stage):
    """All three roles in one process: a maker of it quotes at its own venue, within the process and
    then over TCP, others trade with it, and at the stop none of its orders is left."""
    for way in ("internal", "tcp"):
        sockets = {name: str(stage.folder / (way + name + ".sock")) for name in "vtuo"}
        devices = [f"net_vhost{i},iface={path},queues=1" for i, path in
                   enumerate(sockets.values())]
        user = {name: f"net_virtio_user0,path={path},queues=1" for name, path in sockets.items()}
        stage.start("hub", stage.program["net_lossy"], "0", "1", str(SECONDS), *devices)
        stage.wait_for("hub", "ready")
        text = both_roles(False).replace("[feed, venue]", "[feed, gateway, venue]")
        text = text.replace("{folder}/journal", "{folder}/" + way) + GATEWAY
        orders, how = "", "transport: internal"
        if way == "tcp":
            device = user["o"].replace("virtio_user0", "virtio_user1")
            port = f'  - {{{{name: out, kind: dpdk, device: "{device}", address: 10.9.0.2}}}}'
            text = text.replace("ports:\n", f"ports:\n{port}\n")
            orders = "  port: out"
            how = "address: 10.9.0.1, tcp_port: 15000, password_file: " + \
                str(stage.folder / "password")
        text = text.replace("{folder}/gateway", "{folder}/gateway-" + way)
        two = way == "internal" and stage.cores[0] != stage.cores[1]
        layout, cores = ("roles", list(stage.cores)) if two else ("shared", [stage.cores[0]])
        values = {"layout": layout, "cores": cores, "venue_device": user["v"],
                  "durability": "process", "orders": orders, "way": how}
        stage.polluxd("venue", text, **values)
        stage.wait_for("venue", "feed LIVE")
        stage.wait_for("venue", "1 of 1 session up")
        trader(stage, "alice", user["t"], "10.9.0.3", "ALICE", 7)
        trader(stage, "bob", user["u"], "10.9.0.4", "BOB", 8)
        traders_done(stage, ("alice", "bob"))
        time.sleep(0.5)
        said = stage.stop("venue")
        both_books(said)
        require(re.search(r"maker-1 \(maker\) +1 +[1-9][0-9]*,?[0-9]{2}", said),
                f"the maker has hardly decided:\n{said}")
        written = re.search(r"journal records +([0-9,]+) +of the gateway's", said).group(1)
        written = int(written.replace(",", ""))
        require(written > 40, f"hardly an order was written down:\n{said}")
        stage.polluxd("venue", text, **values)
        stage.wait_for("venue", "venue open")
        said = stage.stop("venue")
        stage.stop("hub")
        found = re.search(r"gateway-\w+: recovered up to record ([0-9]+)", said)
        require(found and int(found.group(1)) == written,
                f"{written} records were written down:\n{said}")
        print(way, found.group(0))


def bridge():
    """br0 is the kernel's, with an address; of each cable v the 1 end is on the bridge.

    DPDK's driver joins the fanout group (process id XOR interface index) & 0xffff, and two ports in
    one group exclude each other.  Processes of one run have near numbers, which differ from a bit
    upward by a carry, so no two of these indexes do: they are even multiples of 4096."""
    pathlib.Path("/proc/sys/net/ipv6/conf/default/disable_ipv6").write_text("1")
    net_links.run("ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
    net_links.run("ip", "addr", "add", "10.9.0.9/24", "dev", "br0")
    net_links.run("ip", "link", "set", "br0", "up")
    cables = (("v", True), ("h", True), ("t", True), ("f", False))
    for at, (name, bridged) in enumerate(cables, start=1):
        net_links.run("ip", "link", "add", name + "0", "index", str(at * 8192), "type", "veth",
                      "peer", "name", name + "1", "index", str(at * 8192 + 32768))
        if bridged:
            net_links.run("ip", "link", "set", name + "1", "master", "br0")
        for end in "01":
            net_links.run("ip", "link", "set", name + end, "up")
    for end in ("br0", "v0", "v1", "h0", "h1", "t0", "t1", "f0", "f1"):
        subprocess.run(["ethtool", "-K", end, "tx", "off", "tso", "off", "gso", "off", "gro",
                        "off"], check=False, capture_output=True)


def order(stage, *words, lines=None, user="CAROL"):
    """pollux-order by the kernel's TCP: its exit status and what it said."""
    line = [stage.program["pollux-order"], "--to", "10.9.0.1:15000", "--user", user,
            "--password-file", str(stage.folder / "password"), *words]
    done = subprocess.run(line, input=lines, capture_output=True, text=True, timeout=30)
    print(f"$ {user}: pollux-order {' '.join(words)} -> {done.returncode}\n{done.stdout}", end="")
    print(done.stderr, end="")
    return done.returncode, done.stdout


def person_trades(stage):
    status, said = order(stage, "sell", "100", "BOLT", "20.10")
    require(status == 0 and "accepted" in said, "an offer was not accepted")
    status, said = order(stage, lines="buy 40 BOLT 19.90\nsell 15 BOLT 19.90\nwait answers\nquit\n")
    require("accepted" in said, "orders by lines were not accepted")
    status, said = order(stage, "buy", "100", "NONE", "20.10")
    require(status == 1 and "rejected" in said, "an unknown symbol was not refused")


def people_trade(stage):
    """One rests, the other takes; CAROL's own 100 at 20.10 and 40 at 19.90 stay."""
    status, said = order(stage, lines="sell 50 BOLT 20.05\nbuy 70 BOLT 19.95\n", user="BOB")
    require(status == 0 and said.count("accepted") == 2, "BOB's orders were not accepted")
    status, said = order(stage, "buy", "60", "BOLT", "20.05", "ioc")
    require(status == 0 and "executed: 50 at 20.05" in said, "a purchase was not executed")
    status, said = order(stage, "sell", "70", "BOLT", "19.95", "ioc")
    require(status == 0 and "executed: 70 at 19.95" in said, "a sale was not executed")


def day_goes_on_and_ends(stage, **device):
    """The venue is started again on its journal: the day is as it was.  Then it is told to end."""
    before = count(stage.said("venue"), "orders live")
    stage.polluxd("venue", VENUE, core=stage.cores[0], durability="disk", **device)
    stage.wait_for("venue", "venue open")
    status, said = order(stage, "--from", "1", lines="orders\nquit\n")
    require(re.search("accepted: sells 100 BOLT at 20.10", said), "the day before is not replayed")
    open_orders = re.findall(r"^ +\d+ +(buys|sells) +BOLT", said, re.MULTILINE)
    require(sorted(open_orders) == ["buys", "sells"], "CAROL's orders are not what they were")
    os.kill(stage.child("venue"), signal.SIGUSR1)
    stage.wait_for("venue", "venue closed")
    status, said = order(stage, "--from", "1", lines="orders\nquit\n")
    require("the venue's day ends" in said, "the session does not say that the day is over")
    require(not re.search(r"^ +\d+ +(buys|sells) ", said, re.MULTILINE),
            "an order outlived the day")
    status, said = order(stage, "buy", "1", "BOLT", "1.00")
    require(status != 0, "an order was taken after the day")
    said = stage.stop("venue")
    require(before > 0 and count(said, "orders live") == 0, f"orders live after the day\n{said}")


def run_af_packet(stage):
    bridge()
    device = {name: f"net_af_packet0,iface={name}" for name in ("v0", "t0", "f0")}
    stage.start("hub", stage.program["net_lossy"], str(LOSS_PERCENT), "1", str(SECONDS),
                "net_af_packet0,iface=h0", "net_af_packet1,iface=f1")
    stage.wait_for("hub", "ready")
    stage.polluxd("venue", VENUE, core=stage.cores[0], venue_device=device["v0"],
                  durability="disk")
    stage.wait_for("venue", "venue open")
    stage.polluxd("feed", FEED, core=stage.cores[1], feed_device=device["f0"])
    stage.wait_for("feed", "feed LIVE")
    trader(stage, "alice", device["t0"], "10.9.0.3", "ALICE", 7)
    person_trades(stage)
    traders_done(stage, ("alice",))
    people_trade(stage)
    all_agree(stage)
    day_goes_on_and_ends(stage, venue_device=device["v0"])


def records(stage):
    """Of the venue's journal, by the newest line that tells of it; each instrument is one."""
    told = re.findall(r" journal ([0-9,]+) ", stage.said("venue"))
    return int(told[-1].replace(",", ""))


def run_ending(stage):
    """A venue alone, which is killed while it closes its instruments, 64 in 0.1 s: it closes the
    rest when it is started again, and then its day is over."""
    names = "".join(f"    - {{symbol: S{i}}}\n" for i in range(1280))
    text = VENUE.replace("back_off}}", "back_off, housekeeping_us: 100000}}")
    text = re.sub("    - {{symbol: ACME.*\n    .*\n", names.replace("{", "{{").replace("}", "}}"),
                  text)
    values = {"core": stage.cores[0], "venue_device": "net_null0,no-rx=1", "durability": "process"}
    for _ in range(5):
        stage.polluxd("venue", text, **values)
        stage.wait_for("venue", "venue open .* journal ")
        open_records = records(stage)
        os.kill(stage.child("venue"), signal.SIGUSR1)
        end = time.monotonic() + 40
        while records(stage) < open_records + 64 and time.monotonic() < end:
            time.sleep(0.02)
        os.kill(stage.child("venue"), signal.SIGKILL)
        stage.running["venue"].wait(timeout=40)
        if "venue closed" not in stage.said("venue"):
            break
        shutil.rmtree(stage.folder / "journal")  # it was quicker: once more
    require("venue closed" not in stage.said("venue"), "it was never killed in time")
    stage.polluxd("venue", text, **values)
    stage.wait_for("venue", "the end of the day goes on, the venue closes")
    stage.wait_for("venue", "venue closed")
    print(re.search("^.*goes on.*$", stage.said("venue"), re.MULTILINE).group(0))
    stage.stop("venue")
    stage.polluxd("venue", text, **values)
    require(stage.running["venue"].wait(timeout=40) == 1, "it was started after its day")
    require("its day is over" in stage.said("venue"), f"it says:\n{stage.said('venue')}")


def main():
    *programs, link = sys.argv[1:]
    if link == "af_packet":
        as_root = os.geteuid() == 0 and net_links.can("unshare", "--net", "true")
        net_links.enter_namespace(user=not as_root)
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(folder, programs)
        try:
            {"virtio": run_virtio, "cables": run_cables, "gateway": run_gateway,
             "af_packet": run_af_packet, "ending": run_ending}[link](stage)
        except (Wrong, subprocess.TimeoutExpired) as wrong:
            print("WRONG:", wrong)
            sys.exit(1)
        finally:
            stage.end()


main()
