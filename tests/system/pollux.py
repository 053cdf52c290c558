#!/usr/bin/env python3
"""A session with the program pollux, as a new user has it, while the box of
apps/polluxd/quickstart.yaml trades: it is looked at, its file is changed and read again, it is
halted and armed.

    pollux.py POLLUX POLLUXD
"""

import atexit
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

from box_support import quickstart
from pollux_support import TREE, Box, connected
from replay_support import equal, require, run_specs, spec

ASKED = 300  # how often the box is asked for its status


def distances(box):
    """Of the maker's quotes in ACME, from the middle of the best prices that others show."""
    mine, others = [], {"buy": [], "sell": []}
    for one in box.ask("orders")["orders"]:
        if one["symbol"] != "ACME" or one["state"] == "NEW":
            continue
        (mine if one["strategy"] == "maker" else others[one["side"]]).append(float(one["price"]))
    if not mine or not others["buy"] or not others["sell"]:
        return []
    middle = (max(others["buy"]) + min(others["sell"])) / 2
    return [abs(price - middle) for price in mine]


box = None  # of the specs of one session, in their order


@spec
def a_new_user_sees_what_the_box_does(bench):
    global box
    box = Box(bench, "session")
    done = box.pollux("status")
    equal(done.returncode, 0, "the status")
    for line in (r"^box +quickstart$", r"^trading +ACTIVE$", r"^feed +LIVE$",
                 r"^sessions up +3$"):
        require(re.search(line, done.stdout, re.MULTILINE), f"'{line}' is not in {done.stdout}")
    book = box.pollux("book", "ACME").stdout
    require(re.search(r"^book +ACME$", book, re.MULTILINE) and
            re.search(r"^orders +quantity +bid +ask +quantity +orders$", book, re.MULTILINE) and
            re.search(r"^ +\d+ +\d+ +(9|10)\.\d\d ", book, re.MULTILINE), f"the book: {book}")
    box.wait(lambda: box.ask("events")["events"], "nothing has happened")
    for command in ("lcores", "latency", "feeds", "instruments", "sessions", "orders", "positions",
                    "strategies", "risk", "config", "events", "metrics", "top"):
        done = box.pollux(command)
        equal((done.returncode, done.stderr), (0, ""), command)
        require(len(done.stdout.splitlines()) > 1, f"{command} shows {done.stdout}")
    for one in box.ask("latency")["latencies"]:
        times = [one[key] for key in ("p50_ns", "p90_ns", "p99_ns", "p99_9_ns", "max_ns")]
        require(all((time is None) == (one["count"] == 0) for time in times), f"{one}")
    require(any(one["count"] == 0 for one in box.ask("latency")["latencies"]), "all is measured")
    require(re.search(r"^request to frame( +-){5} +0$", box.pollux("latency").stdout, re.MULTILINE),
            "what was never measured is no dash")
    require("secret" not in json.dumps(box.ask("config")), "the configuration shows a password")


@spec
def figures_on_the_console_are_those_of_the_counters(bench):
    values = {one["name"]: one["value"] for one in box.ask("metrics", "feed_")["counters"]}
    drops = sum(value for name, value in values.items()
                if name.startswith("pollux_feed_packet_dropped_total"))
    equal(values["pollux_feed_packet_received_total"],
          values["pollux_feed_packet_accepted_total"] + drops, "packets")
    values = {one["name"]: one["value"] for one in box.ask("metrics", "control_")["counters"]}
    ends = ("answered", "bad_json", "bad_request", "unknown", "bad_parameters", "broken",
            "forbidden", "refused", "unavailable")
    equal(values["pollux_control_request_total"], values["pollux_control_under_way"]
          + sum(values[f"pollux_control_{end}_total"] for end in ends), "requests")


@spec
def a_change_of_the_file_moves_the_quotes(bench):
    box.wait(lambda: distances(box) and min(distances(box)) < 0.1, "the maker quotes nothing near")
    text = box.file.read_text()
    box.file.write_text(text.replace("0t:200, 2t:300", "40t:200, 45t:300"))
    shown = box.ask("config", "diff")["differences"]
    equal(shown, [{"key": "gateway.strategies[maker].parameters.rungs", "was": "0t:200, 2t:300",
                   "is": "40t:200, 45t:300", "change": "live"}], "the differences")
    done = box.pollux("config", "reload")
    equal(done.returncode, 0, f"the reload ({done.stderr})")
    require("1 strategies have other parameters" in done.stdout, done.stdout)
    box.wait(lambda: distances(box) and min(distances(box)) > 0.25, "the quotes do not move")
    equal(box.ask("config", "diff")["differences"], [], "the differences after the reload")


@spec
def a_wrong_file_is_found_and_refused_with_its_place(bench):
    text = box.file.read_text()
    box.file.write_text(text.replace("armed: true", "armd: true"))
    done = box.pollux("config", "check")
    equal(done.returncode, 4, "the status of the check")
    require("unknown key \"armd\" in gateway" in done.stdout, done.stdout)
    done = box.pollux("config", "reload")
    equal(done.returncode, 1, "the status of the reload")
    require("nothing has changed: the file has problems" in done.stderr, done.stderr)
    box.file.write_text(text)
    equal(box.pollux("config", "check").returncode, 0, "the status of the check of the right file")


@spec
def a_halt_is_answered_when_no_order_leaves_any_more(bench):
    equal(box.ask("halt", "--reason", "lunch"),
          {"scope": "box", "of": "", "trading": "HALTED", "durable": True}, "the halt")
    box.wait(lambda: box.ask("status")["trading"] == "HALTED", "what is shown is older")
    sent = box.ask("status")["sent"]
    box.wait(lambda: box.ask("status")["open"] == 0, "orders stay open")
    time.sleep(0.3)
    equal(box.ask("status")["sent"], sent, "orders and replacements sent")
    equal(box.ask("status")["trading"], "HALTED", "the state")
    done = box.pollux("arm")
    equal(done.returncode, 2, "the status of arm without a reason")
    require("--reason is missing" in done.stderr, done.stderr)
    equal(box.ask("arm", "--reason", "back")["trading"], "ACTIVE", "armed")
    box.wait(lambda: box.ask("status")["sent"] > sent + 20, "no order leaves again")
    said = " ".join(one["event"] for one in box.ask("events")["events"])
    require("box is HALTED by user" in said and "lunch" in said, f"the events: {said}")


@spec
def what_may_only_reduce_is_seen_and_armed_again(bench):
    done = box.pollux("reduce")
    equal(done.returncode, 2, "the status of reduce without a reason")
    equal(box.ask("reduce", "--reason", "the close"),
          {"scope": "box", "of": "", "trading": "REDUCE_ONLY", "durable": True}, "reduced")
    box.wait(lambda: box.ask("status")["trading"] == "REDUCE_ONLY", "what is shown is older")
    for scope, name in (("venue", "noise"), ("strategy", "maker"), ("symbol", "ACME@box")):
        equal(box.ask("reduce", scope, name, "--reason", "x")["trading"], "REDUCE_ONLY", scope)
        equal(box.ask("arm", scope, name, "--reason", "x")["trading"], "ACTIVE", scope)
    equal(box.ask("arm", "--reason", "open")["trading"], "ACTIVE", "armed")
    sent = box.ask("status")["sent"]
    box.wait(lambda: box.ask("status")["sent"] > sent + 20, "no order leaves again")


@spec
def one_strategy_and_one_symbol_are_halted_alone(bench):
    def state(name):
        return {one["name"]: one["state"] for one in box.ask("strategies")["strategies"]}[name]

    equal(box.ask("strategies", "stop", "maker")["trading"], "HALTED", "stopped")
    box.wait(lambda: state("maker") == "HALTED", "the maker goes on")
    equal(state("taker"), "ACTIVE", "the taker")
    box.wait(lambda: not box.ask("orders", "--strategy", "maker")["orders"], "its orders stay")
    equal(box.ask("strategies", "start", "maker", "--reason", "again")["trading"], "ACTIVE", "")
    box.wait(lambda: state("maker") == "ACTIVE", "the maker stays halted")
    equal(box.ask("halt", "symbol", "ACME@box")["of"], "ACME@box", "of")
    equal(box.ask("halt", "venue", "noise")["of"], "noise", "of")
    equal(box.ask("arm", "symbol", "ACME@box", "--reason", "x")["trading"], "ACTIVE", "armed")
    equal(box.ask("arm", "venue", "noise", "--reason", "x")["trading"], "ACTIVE", "armed")


@spec
def strategies_show_their_own_gauges(bench):
    def gauges(name):
        asked = box.ask("strategies", "gauges", "--strategy", name)
        return {one["gauge"]: one["value"] for one in asked["gauges"]}

    equal(set(gauges("maker")), {"quotes", "stops", "requotes", "pulls", "gated", "retreats",
                                 "refused"}, "the maker's gauges")
    quotes = gauges("maker")["quotes"]
    box.wait(lambda: gauges("maker")["quotes"] > quotes, "its quotes are not counted")
    equal(gauges("desk"), {}, "the gauges of a strategy outside")


@spec
def limits_and_parameters_change_within_the_ceiling(bench):
    was = box.ask("risk", "show", "strategy_rate")["limits"]
    require({"limit": "strategy_rate", "scope": "strategy", "of": "maker", "bound": "2000"} in was,
            f"{was}")
    done = box.ask("risk", "set", "strategy_rate", "1900", "--strategy", "maker", "--reason", "x")
    equal((done["was"], done["bound"], done["durable"]), ("2000", "1900", True), "the change")
    now = box.ask("risk", "show", "strategy_rate")["limits"]
    require({"limit": "strategy_rate", "scope": "strategy", "of": "maker", "bound": "1900"} in now,
            f"{now}")
    done = box.pollux("risk", "set", "order_qty", "100000", "--symbol", "ACME", "--reason", "x")
    equal(done.returncode, 1, "the status of what is looser than the ceiling")
    require("looser than the ceiling" in done.stderr, done.stderr)
    done = box.pollux("risk", "set", "order_qty", "10x", "--symbol", "ACME", "--reason", "x")
    equal(done.returncode, 2, "the status of what is no quantity")
    done = box.ask("strategies", "set", "maker", "long", "700")
    equal((done["was"], done["value"]), ("800", "700"), "the parameter")
    done = box.pollux("strategies", "set", "maker", "longer", "700")
    equal(done.returncode, 1, "the status of a parameter that there is not")
    require("there is no parameter 'longer'" in done.stderr, done.stderr)
    lines = [one["line"] for one in box.ask("config", "reload")["said"]]
    equal(lines[-1], "configuration: 1 limits have changed, 1 strategies have other parameters, "
                     "0 come, 0 leave", "both are the file's again")


@spec
def every_change_is_written_down_before_it_is_done_and_after(bench):
    record = box.record()
    acts = {}
    for line in record:
        acts.setdefault(line["act"], []).append(line)
    for act in acts.values():
        equal([line["step"] for line in act], ["begun", "ended"], f"{act}")
        equal((act[0]["uid"], act[0]["role"]), (os.getuid(), "admin"), "who")
        require("result" in act[1] or "error" in act[1], f"{act[1]}")
    methods = {act[0]["method"] for act in acts.values()}
    equal(methods, {"halt", "reduce", "arm", "strategies.start", "strategies.stop",
                    "strategies.set", "risk.set", "config.reload"}, "what was done")
    halt = next(act for act in acts.values() if act[0]["params"].get("reason") == "lunch")
    equal(halt[1]["result"]["trading"], "HALTED", "the end of the halt")


@spec
def alerts_are_seen_flights_recorded_and_packets_captured(bench):
    text = quickstart() + "monitor: {folder: flights}\n"
    for folder in ("captures", "flights"):
        pathlib.Path(bench.path("watched-" + folder)).mkdir()
        text = text.replace(f"folder: {folder}", f"folder: {bench.path('watched-' + folder)}")
    other = Box(bench, "watched", text, journal=True)
    equal(other.pollux("alerts", "acknowledge", "999").returncode, 1, "of an alert there is not")
    other.ask("halt")
    other.wait(lambda: any(one["code"] == "halted" for one in other.ask("alerts")["alerts"]),
               f"a halt is no alert: {other.ask('alerts')}")
    alert = next(one for one in other.ask("alerts")["alerts"] if one["code"] == "halted")
    said = [one["event"] for one in other.ask("events")["events"]]
    line = re.compile(r"\d\d:\d\d:\d\d\.\d{6} UTC  warning halted")
    require(any(line.match(one) for one in said),
            f"the halt is not among the events, whose other reader is the journal: {said}")
    equal(other.ask("alerts", "acknowledge", str(alert["id"]))["by"], f"user {os.getuid()}", "by")
    seen = next(one for one in other.ask("alerts")["alerts"] if one["id"] == alert["id"])
    equal((seen["state"].lower(), seen["by"]), ("acknowledged", f"user {os.getuid()}"), "the alert")
    file = pathlib.Path(other.ask("flight", "--reason", "a test")["file"])
    require(file.stat().st_size > 1000 and "a test" in file.read_text(), f"the record {file}")
    other.ask("arm", "--reason", "x")
    other.ask("capture", "start")
    other.wait(lambda: other.ask("capture")["written"] > 10, "nothing is captured")
    equal(other.pollux("capture", "start").returncode, 1, "the status of a second one")
    require(len(other.pollux("capture").stdout.splitlines()) > 6, "the table of ports")
    other.ask("capture", "stop")
    equal(other.pollux("capture", "stop").returncode, 1, "the status of a second stop")
    made = list(pathlib.Path(bench.path("watched-captures")).glob("*.pcapng"))
    require(made and made[0].stat().st_size > 1000, f"the files {made}")
    other.end()


@spec
def the_exit_status_says_what_became_of_it(bench):
    equal(box.pollux("halt", "strategy", "nobody").returncode, 1, "refused")
    for words in ((), ("nonsense",), ("book",), ("book", "ACME", "99"), ("status", "x"),
                  ("halt", "planet"), ("status", "--reason", "x"), ("--watch=0", "status"),
                  ("--watch", "arm", "--reason", "x")):
        done = box.pollux(*words)
        equal(done.returncode, 2, f"the status of {words}")
        require(done.stderr and not done.stdout, f"{words}: {done}")
    done = box.pollux("--socket", "/nowhere/pollux.sock", "status")
    equal(done.returncode, 3, "nobody answers")
    require("/nowhere/pollux.sock" in done.stderr and "start polluxd" in done.stderr, done.stderr)
    place = {"POLLUX_SOCKET": str(box.folder / "control/pollux.sock")}
    done = box.pollux("status", environment=place)
    equal(done.returncode, 0, "by the environment")
    done = box.pollux("status", environment={"POLLUX_SOCKET": "/nowhere/pollux.sock"})
    equal(done.returncode, 3, "who names a socket that is not there gets no other")
    require("/nowhere/pollux.sock" in done.stderr, done.stderr)


@spec
def the_shell_is_told_what_may_come_next(bench):
    def words(*before):
        return box.pollux("--complete", *before).stdout.split()

    require({"status", "risk", "top", "halt"} <= set(words()), f"{words()}")
    equal(len(words()), len(set(words())), "each once")
    equal(set(words("risk")) & {"show", "set"}, {"show", "set"}, "of a group")
    equal(set(words("halt")), {"box", "venue", "strategy", "symbol", "--reason"}, "of a command")


@spec
def what_is_watched_comes_again_and_again(bench):
    line = ["./pollux", "--json", "--watch=0.1", "status"]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=box.folder)
    atexit.register(process.kill)
    ups = [json.loads(process.stdout.readline())["sent"]]
    until = time.monotonic() + 40
    while len(ups) < 3 or ups[-1] == ups[0]:
        ups.append(json.loads(process.stdout.readline())["sent"])
        require(time.monotonic() < until, f"orders sent: {ups}")
    process.send_signal(signal.SIGINT)
    equal(process.wait(timeout=40), 0, "the status after Ctrl-C")
    process.stdout.close()
    require(ups == sorted(ups), f"orders sent: {ups}")


@spec
def nonsense_and_a_megabyte_are_answered_and_the_box_trades_on(bench):
    for line, code in ((b"{", -32700), (b"[]", -32600), (b"\xff\x00", -32700),
                       (b'{"jsonrpc":"2.0","id":1,"method":"stat"}', -32601)):
        with connected(box.folder) as asks:
            asks.sendall(line + b"\n")
            answer = json.loads(asks.makefile().readline())
            equal(answer["error"]["code"], code, f"{line}")
    with connected(box.folder) as asks:
        try:
            asks.sendall(b"x" * (1 << 20))
        except OSError:
            pass  # it was ended meanwhile
        equal(json.loads(asks.makefile().readline())["error"]["code"], -32700, "a megabyte")
    sent = box.ask("status")["sent"]
    box.wait(lambda: box.ask("status")["sent"] > sent, "it does not trade on")


def section_lines(title):
    """What the README says is typed."""
    text = (TREE / "README.md").read_text().split(f"\n### {title}\n")[1]
    found = re.search(r"^```\ncd build/quickstart\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return found[1].splitlines()


@spec
def what_the_readme_says_works_as_it_stands(bench):
    box.file.write_text(box.file.read_text().replace("40t:200, 45t:300", "0t:200, 2t:300"))
    box.ask("config", "reload")
    box.wait(lambda: distances(box) and min(distances(box)) < 0.03, "the quotes do not come back")
    for line in section_lines("Control it"):
        done = box.typed(line)
        equal((done.returncode, done.stderr), (0, ""), line)
        if "config diff" in line:
            require("4t:200, 6t:300" in done.stdout, f"{line} shows {done.stdout}")
        if "config reload" in line:
            require("1 strategies have other parameters" in done.stdout, done.stdout)
            box.wait(lambda: distances(box) and min(distances(box)) > 0.03, "no quote moves away")
    box.wait(lambda: box.ask("status")["trading"] == "ACTIVE", "it stays halted")
    for line in section_lines("Watch it")[1:]:  # metrics have a test of their own
        equal(box.typed(line).returncode, 0, line)


@spec
def what_the_readme_says_of_programs_works_as_it_stands(bench):
    if not shutil.which("redis-server"):
        return print("         there is no redis-server: not tried")
    server = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", "redis.sock",
                               "--save", "", "--appendonly", "no"], cwd=box.folder,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(server.kill)
    box.wait(lambda: box.typed("redis-cli -s redis.sock GET ACME.price").stdout.strip(),
             "it does not find the server")
    add, read, show = section_lines("Trade through it")
    box.typed(add)
    box.wait(lambda: '"sequence":1,"answer":"taken"' in box.typed(read).stdout, "no answer")
    box.wait(lambda: re.search(r"^desk .*ACME .* buy +9.90 +100 ", box.typed(show).stdout,
                               re.MULTILINE), "the order is not shown")


@spec
def an_answer_comes_in_milliseconds_while_it_trades(bench):
    took = []
    with connected(box.folder) as asks:
        lines = asks.makefile()
        for number in range(ASKED):
            begun = time.perf_counter()
            asks.sendall(b'{"jsonrpc":"2.0","id":%d,"method":"status"}\n' % number)
            equal(json.loads(lines.readline())["id"], number, "the id")
            took.append((time.perf_counter() - begun) * 1e3)
            time.sleep(0.002)
    begun = time.perf_counter()
    for _ in range(10):
        box.pollux("status")
    program = (time.perf_counter() - begun) * 100
    took.sort()
    print(f"         status over the socket: p50 {statistics.median(took):.3f} ms, "
          f"p99 {took[ASKED * 99 // 100]:.3f} ms, max {took[-1]:.3f} ms; "
          f"the program, from start to end: {program:.1f} ms")
    require(statistics.median(took) < 50, f"half of the answers take {took[ASKED // 2]:.1f} ms")
    box.end()


if __name__ == "__main__":
    run_specs(sys.argv[1:])
