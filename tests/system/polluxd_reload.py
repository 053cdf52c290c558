#!/usr/bin/env python3
"""The configuration read again while the box of apps/polluxd/quickstart.yaml trades: what may
change live changes, all of it or nothing, and the rest is named.

    polluxd_reload.py POLLUXD POLLUX_JOURNAL EXAMPLE_STRATEGY DELEGATE_HEADER
"""

import atexit
import json
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import time

from box_support import quickstart
from replay_support import calm, equal, require, run_specs, spec


def number(text):
    return float(text.replace(",", "").replace("+", ""))


class Box:
    """polluxd in a folder of its own."""

    def __init__(self, bench, text, folder, *words):
        self.folder = pathlib.Path(bench.path(folder))
        self.folder.mkdir(exist_ok=True)
        password = self.folder / "password"
        password.write_text("secret\n")
        password.chmod(0o600)
        self.file = self.folder / "box.yaml"
        self.text = text
        self.file.write_text(text)
        self.seen = 0
        self.out = open(self.folder / "said", "w+", encoding="utf-8")
        self.err = open(self.folder / "complained", "w+", encoding="utf-8")
        self.line = [bench.program["polluxd"], "--config", "box.yaml", *words]
        self.process = subprocess.Popen(self.line, stdout=self.out, stderr=self.err,
                                        cwd=self.folder)
        atexit.register(self.process.kill)  # of a spec that fails before its end

    def said(self):
        # By a file of its own: a seek of the one they share would move where the box writes.
        return pathlib.Path(self.out.name).read_text(encoding="utf-8")

    def await_text(self, pattern, seconds=40):
        """What is said since the last time, up to the pattern."""
        until = time.monotonic() + seconds
        while True:
            new = self.said()[self.seen:]
            found = re.search(pattern, new)
            if found:
                self.seen += found.end()
                return new[:found.end()]
            require(self.process.poll() is None and time.monotonic() < until,
                    f"it does not say '{pattern}': {new[-1500:]}")
            time.sleep(0.03)

    def change(self, *pairs):
        """The file with these texts replaced, read again; the lines that are said of it."""
        for old, new in pairs:
            require(old in self.text, f"'{old}' is not in the file")
            self.text = self.text.replace(old, new)
        self.file.write_text(self.text)
        self.process.send_signal(signal.SIGHUP)
        said = self.await_text(r"configuration: .*\n")
        lines = re.findall(r"^\d\d:\d\d:\d\d\.\d{6} UTC  (.*)$", said, re.MULTILINE)
        # What happens meanwhile is no word about the file.
        return [line for line in lines if not line.startswith(("note", "warning", "alarm"))]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=40)
        said = self.said()
        self.err.seek(0)
        complaint = self.err.read()
        for one in (self.out, self.err):
            one.close()
        calm(subprocess.CompletedProcess(self.line, max(self.process.returncode, 0), said,
                                         complaint), self.line)
        equal(self.process.returncode, 0, f"the status ({complaint}; {said[-1500:]})")
        return said


def orders_of(bench, box, account):
    """(symbol, price, quantity) of every order and replacement the venue has taken in."""
    done = bench.run("pollux-journal", "--quiet", "export", str(box.folder / "venue"))
    equal(done.returncode, 0, f"the export of the venue's journal ({done.stderr})")
    symbols, account_of, orders = {}, {}, []
    for record in map(json.loads, done.stdout.splitlines()):
        what = record.get("input")
        if what == "list":
            symbols[record["instrument"]] = record["symbol"]
        elif what in ("new", "modify"):
            mine = record.get("account", account_of.get(record["id"]))
            for name in (record["id"], record.get("other")):
                account_of[name] = mine
            if mine == account and "qty" in record:
                instrument = record.get("instrument", account_of.get(("at", record["id"])))
                for name in (record["id"], record.get("other")):
                    account_of["at", name] = instrument
                orders.append((symbols.get(instrument), float(record["price"]),
                               int(record["qty"])))
    return orders


def bounds_changed(box):
    """(who, old, new) of every bound that was changed by the configuration, from the journal."""
    found = []
    for one in sorted((box.folder / "gateway").glob("segment-*")):
        kept = one.read_bytes()
        for at in re.finditer(rb"configuration\0{43}", kept):
            record = kept[at.start() - 72:at.start()]
            who, old, new = (struct.unpack_from("<I", record, 28)[0],
                             *struct.unpack_from("<qq", record, 56))
            found.append((who, old, new))
    return found


@spec
def what_may_change_live_changes_while_it_trades(bench):
    box = Box(bench, quickstart(), "live")
    box.await_text(r"UTC  ACTIVE .* [\d,]{3,} sent ")
    lines = box.change(("0t:200, 2t:300", "40t:137, 45t:139"),
                       ("strategy_rate: 2000\n", "strategy_rate: 1900\n"),
                       ("refresh_ms: 250", "refresh_ms: 300"))
    for line in ("gateway.strategies[maker].parameters.rungs: 0t:200, 2t:300 -> 40t:137, 45t:139",
                 "gateway.strategies[maker].limits.strategy_rate: 2000 -> 1900",
                 "screen.refresh_ms: 250 -> 300"):
        require(line in lines, f"'{line}' is not among {lines}")
    equal(lines[-1], "configuration: 4 limits have changed, 1 strategies have other parameters, "
                     "0 come, 0 leave",
          "the last line")
    box.await_text(r"UTC  ACTIVE .*\n")
    equal(box.change()[-1], "configuration: 0 limits have changed, 0 strategies have other "
                            "parameters, 0 come, 0 leave", "the same file again")
    box.end()
    moved = [(price, qty) for symbol, price, qty in orders_of(bench, box, 2)
             if symbol == "ACME" and qty in (137, 139)]
    require(moved, "no quote of the new sizes has come to the venue")
    near = [price for price, _ in moved if abs(price - 10) < 0.2]
    require(not near, f"quotes 40 ticks away are at {near[:5]}")
    equal(bounds_changed(box), 4 * [(0, 2000, 1900)], "bounds changed, in the journal")


@spec
def a_file_that_cannot_be_taken_changes_nothing(bench):
    text = quickstart().replace("  strategies:\n", "  ceilings: {order_qty: 1500}\n  strategies:\n")
    box = Box(bench, text, "wrong")
    box.await_text(r"UTC  ACTIVE .* [\d,]{3,} sent ")
    limit = ("strategy_rate: 2000\n", "strategy_rate: 1900\n")
    lines = box.change(limit, ("edge: 0t", "edge: zz"), ("armed: true", "armd: true"))
    require(re.fullmatch(r"box.yaml:\d+:\d+: unknown key \"armd\" in gateway: did you mean armed\?",
                         lines[0]), f"of the key: {lines}")
    equal(lines[-1], "configuration: nothing has changed: the file has problems", "the last line")
    lines = box.change(("armd: true", "armed: true"))
    require(re.match(r"box.yaml:\d+:\d+: .*arbitrage: edge is 'zz'", lines[0]),
            f"of the parameter: {lines}")
    equal(len(lines), 2, f"lines in {lines}")
    # Looser than the ceiling it was started with: a restart could, so the file is right.
    lines = box.change(("edge: zz", "edge: 0t"), ("order_qty: 1500", "order_qty: 3000"),
                       ("order_qty: 1000", "order_qty: 2000"))
    require(lines[0] == "gateway.symbols[ACME at box].limits.order_qty is 2000, looser than 1500, "
                        "gateway.ceilings.order_qty of the start: needs a restart", lines[0])
    equal(lines[-1], "configuration: nothing has changed: it cannot change as a whole",
          "the last line")
    lines = box.change(("order_qty: 3000", "order_qty: 1500"),
                       ("order_qty: 2000", "order_qty: 1500"))
    require("gateway.strategies[maker].limits.strategy_rate: 2000 -> 1900" in lines,
            f"an earlier file was taken: {lines}")
    require("gateway.symbols[ACME at box].limits.order_qty: 1000 -> 1500" in lines, f"{lines}")
    # What needs a restart is named each time, and not touched.
    lines = box.change(("armed: true", "armed: false"),
                       ("0t:200, 2t:300", "0t:200, 2t:300, 4t:100"),
                       ("  levels: 16384", "  levels: 16383"))
    require("gateway.armed: true -> false: needs a restart" in lines, f"{lines}")
    require("feed.levels: 16384 -> 16383: needs a restart" in lines, f"{lines}")
    more = [line for line in lines if "rungs" in line]
    why = "needs a restart: it would have 18 orders at once, not 12"
    require(len(more) == 1 and more[0].endswith(why), f"{lines}")
    equal(box.change(), lines, "what is said the second time")
    box.await_text(r"UTC  ACTIVE ")
    box.end()
    changes = bounds_changed(box)
    equal(len(changes), 4 + 12, "bounds changed, in the journal")


@spec
def what_was_changed_stays_until_the_next_reload_of_another_file(bench):
    box = Box(bench, quickstart(), "stays")
    box.await_text(r"UTC  ACTIVE .* [\d,]{3,} sent ")
    box.change(("position_long: 2500", "position_long: 2400"))
    box.end()
    box = Box(bench, quickstart(), "stays")
    box.await_text(r"configuration: 1 limits are as they were changed to, not as in the file, such "
                   r"as gateway.strategies\[taker\].limits.position_long in BOLT; SIGHUP")
    equal(box.change()[-1], "configuration: 1 limits have changed, 0 strategies have other "
                            "parameters, 0 come, 0 leave", "the last line")
    equal(bounds_changed(box), [(0, 250000000000, 240000000000), (0, 240000000000, 250000000000)],
          "bounds changed, in the journal")
    box.end()


PEGGER = """    - name: pegger
      strategy: pegger
      venue: box
      instruments: [ACME, BOLT]
      parameters: {side: buy, size: SIZE, distance: 0, position_max: 1000000}
      limits: {position_long: 2000000, strategy_volume: 90000000000, capital: 100000000,
               strategy_gross: 100000000}
"""


def built(bench, folder, distance_default):
    """The example strategy as a plug-in in the box's folder, replacing the one that was there."""
    source = pathlib.Path(EXAMPLE) / "pegger.c"
    text = source.read_text(encoding="utf-8")
    made = pathlib.Path(bench.path("pegger.c"))
    made.write_text(text.replace("DISTANCE_MAX 1000", f"DISTANCE_MAX {distance_default}"))
    include = pathlib.Path(HEADER).parent.parent
    to = folder / "pegger.so.new"
    done = subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-I", include, made,
                           "-o", to], capture_output=True, text=True, timeout=60)
    equal(done.returncode, 0, f"the plug-in's build ({done.stderr})")
    to.chmod(0o755)
    to.rename(folder / "pegger.so")


def row_of(said, head, name):
    rows = re.findall(rf"^  {name} .*$", said, re.MULTILINE)
    return [row.split() for row in rows]


@spec
def a_strategy_of_a_plug_in_comes_trades_and_leaves(bench):
    text = re.sub(r"spare_strategies: 2.*", "spare_strategies: 1", quickstart())
    box = Box(bench, text, "comes")
    built(bench, box.folder, 1000)
    box.await_text(r"UTC  ACTIVE .* [\d,]{3,} sent ")
    # Its plug-in is named, and its file is right, or it does not come.
    lines = box.change(("screen:\n", PEGGER.replace("SIZE", "11") + "screen:\n"))
    require("there is no such strategy" in lines[0], f"{lines}")
    lines = box.change(("spare_strategies: 1\n",
                        "spare_strategies: 1\n  plugins: [./pegger.so]\n"))
    require("gateway.strategies[pegger]: new" in lines, f"{lines}")
    equal(lines[-1], "configuration: 10 limits have changed, 0 strategies have other parameters, "
                     "1 come, 0 leave", "the last line")
    lines = box.change(("size: 11", "size: 12"))
    require("gateway.strategies[pegger].parameters.size: 11 -> 12" in lines, f"{lines}")
    box.await_text(r"UTC  ACTIVE .*\n.*UTC  ACTIVE .*\n")
    # It leaves; its file is replaced and loaded anew, as another program.
    whole = PEGGER.replace("SIZE", "12")
    lines = box.change((whole, ""), ("  plugins: [./pegger.so]\n", ""))
    require("gateway.strategies[pegger]: gone" in lines, f"{lines}")
    require("plug-in ./pegger.so: unloaded when its strategies have ended" in lines, f"{lines}")
    box.await_text("strategy pegger has left")
    built(bench, box.folder, 3)
    lines = box.change(("spare_strategies: 1\n",
                        "spare_strategies: 1\n  plugins: [./pegger.so]\n"),
                       ("screen:\n", whole.replace("distance: 0", "distance: 4") + "screen:\n"))
    require("distance is 4" in lines[0], f"not the new file, whose most is 3: {lines}")
    lines = box.change(("distance: 4", "distance: 1"), ("size: 12", "size: 13"))
    equal(lines[-1], "configuration: 0 limits have changed, 0 strategies have other parameters, "
                     "1 come, 0 leave", "the last line")
    # There is no second place.
    lines = box.change(("screen:\n", PEGGER.replace("pegger\n", "other\n", 1)
                        .replace("SIZE", "5") + "screen:\n"))
    why = "gateway.strategies[other]: new: needs a restart: no place is spare at the venue box"
    require(any(line.startswith(why) for line in lines), f"{lines}")
    box.await_text(r"UTC  ACTIVE .*\n.*UTC  ACTIVE .*\n")
    said = box.end()
    sizes = {qty for symbol, _, qty in orders_of(bench, box, 2) if symbol in ("ACME", "BOLT")}
    require({11, 12, 13} <= sizes, f"orders of sizes {sorted(sizes)}")
    held = [row for row in row_of(said, "holding", "pegger") if len(row) == 8]
    require(held, f"nothing was traded by it: {said[-3000:]}")
    # A start with that file has it among the others, with what it holds.
    box = Box(bench, box.text.replace("- name: other", "- name: third"), "comes")
    box.await_text(r"UTC  ACTIVE .*\n")
    again = [row for row in row_of(box.end(), "holding", "pegger") if len(row) == 8]
    for row in held:
        require(any(other[1] == row[1] and number(other[3]) >= number(row[3]) for other in again),
                f"{row} is forgotten: {again}")
    gone_with_what_it_holds(box)


def gone_with_what_it_holds(box):
    """Out of the file and without a spare place: the start names it, with the cure."""
    text = box.text
    for name in ("pegger", "third"):
        text = re.sub(rf"    - name: {name}\n(?:      .*\n)*", "", text)
        require(f"name: {name}" not in text, f"it is still in the file: {text}")
    box.file.write_text(text.replace("spare_strategies: 1", "spare_strategies: 0"))
    start = subprocess.run(box.line, cwd=box.folder, capture_output=True, text=True, timeout=60)
    require(start.returncode != 0, "it starts without a place for what is held")
    why = ("gateway: strategy pegger still has a position, and no place here: put it back, or "
           "raise gateway.spare_strategies")
    require(why in start.stderr, start.stderr)
    spares = text.replace("spare_strategies: 1", "spare_strategies: 2")  # for both
    box.file.write_text(spares)
    end = [*box.line, "--for", "1"]
    start = subprocess.run(end, cwd=box.folder, capture_output=True, text=True, timeout=60)
    equal(start.returncode, 0, f"the start with spare places ({start.stderr})")


@spec
def two_files_are_compared_without_running_them(bench):
    for name, text in (("old.yaml", quickstart()),
                       ("new.yaml", quickstart().replace("edge: 0t", "edge: 1t")),
                       ("bad.yaml", quickstart().replace("armed", "armd"))):
        bench.write(name, text.encode())
    for names, status, said in ((("old.yaml", "old.yaml"), 0, ""), (
            ("old.yaml", "new.yaml"), 4,
            "gateway.strategies[arbitrage].parameters.edge: 0t -> 1t\n"), (
            ("old.yaml", "bad.yaml"), 4, "")):
        done = bench.run("polluxd", "--diff", *(bench.path(name) for name in names))
        equal((done.returncode, done.stdout), (status, said), f"--diff {' '.join(names)}")
    require("bad.yaml:" in done.stderr, f"the problem has no place: {done.stderr}")
    equal(bench.run("polluxd", "--diff", bench.path("old.yaml")).returncode, 2, "one file alone")


if __name__ == "__main__":
    EXAMPLE, HEADER = sys.argv[3:]
    run_specs(sys.argv[1:3])
