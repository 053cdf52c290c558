#!/usr/bin/env python3
"""pollux-match: scripts and what it says about them, as tables and as JSON lines.

    pollux_match.py POLLUX_MATCH
"""

import json
import os
import pathlib
import pty
import random
import re
import select
import subprocess
import sys
import time

from replay_support import ALL, SECONDS, calm, equal, require, run_specs, spec

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "apps" / "pollux-match"
MUTATIONS = 400 if ALL else 24


def match(bench, script, *words, status=0):
    """The program on a script from standard input: its output and what it says of errors."""
    line = [bench.program["pollux-match"], *words, "-"]
    text = script if isinstance(script, bytes) else script.encode()
    done = subprocess.run(line, input=text, capture_output=True, timeout=SECONDS,
                          cwd=bench.directory)
    done.stdout = done.stdout.decode(errors="replace")
    done.stderr = done.stderr.decode(errors="replace")
    calm(done, line)
    wanted = status if isinstance(status, tuple) else (status,)
    require(done.returncode in wanted,
            f"status {done.returncode}, should be {wanted}; it says {done.stderr}")
    return done


def objects(bench, script, *words, **how):
    return [json.loads(one) for one in match(bench, script, "--json", *words,
                                             **how).stdout.splitlines()]


def blocks(text):
    """What stands between three backquotes."""
    return re.findall(r"^```[a-z]*\n(.*?)^```$", text, flags=re.S | re.M)


@spec
def the_example_in_the_readme_prints_what_the_readme_says(bench):
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    shown = blocks(readme[readme.index("## An example"):])
    equal(shown[0], (FOLDER / "example.orders").read_text(encoding="utf-8"), "the script")
    done = bench.run("pollux-match", FOLDER / "example.orders")
    equal(done.returncode, 0, "the status")
    equal(done.stdout.splitlines(), shown[1].splitlines(), "the output")
    equal(done.stderr, "", "standard error")


@spec
def events_stand_below_their_line_and_the_book_at_the_end(bench):
    done = match(bench, "a sells 30 at 100\n\n  b buys 40 at 100.5 \n")
    equal(done.stdout.splitlines(), [
        "   1  a sells 30 at 100",
        "        a rests 30 at 100.00",
        "   3  b buys 40 at 100.5",
        "        b takes 30 from a at 100.00",
        "        b rests 10 at 100.50",
        "",
        "MAIN: open, last 100.00",
        "        bids |        price | asks",
        "     b10  10 |       100.50 |",
    ], "the output")


@spec
def a_book_is_a_ladder_with_the_oldest_order_nearest_to_the_price(bench):
    script = """a sells 30 at 100
        b1 sells 20 at 100
        c sells 50 at 100.5 showing 5
        d buys 40 at 99.5
        e buys 100 at 99.5
        f sells 1 stop 90
        """
    done = match(bench, script, "--book")
    equal(done.stdout.splitlines(), [
        "",
        "MAIN: open",
        "         bids |        price | asks",
        "              |       100.50 |  5  c5+45",
        "              |       100.00 | 50  a30 b1:20",
        "e100 d40  140 |        99.50 |",
        "waiting: f sells 1 of 1 stop 90.00",
    ], "the book")
    script = "".join(f"o{at} buys 1 at {at}\n" for at in range(1, 31))
    lines = match(bench, script, "--book", "--depth", "2").stdout.splitlines()
    equal(lines[3:], ["    o30:1  1 |        30.00 |", "    o29:1  1 |        29.00 |",
                      "             | 28 more prices"], "two prices of thirty")


@spec
def what_has_only_a_number_is_shown_by_its_number(bench):
    script = """list @5
        account @8
        account @9
        @7 buys 10 at 99 of @5 by @9
        @6 sells 4 at 99 of @5 by @8
        """
    equal(match(bench, script, "--book").stdout.splitlines(), [
        "",
        "@5: open, last 99.00",
        "        bids |        price | asks",
        "     @7:6  6 |        99.00 |",
        "",
        "account           instrument            position              cost",
        "@8                @5                          -4                 0",
        "@9                @5                           4                 0",
    ], "the end")


@spec
def a_line_that_is_not_understood_is_named_and_the_rest_goes_on(bench):
    script = "a sells 30 at 100\nb byus 5 at 100\n\n# c\nc buys x at 3\nd buys 5 at 100\n"
    done = match(bench, script, status=1)
    said = done.stderr.splitlines()
    equal(len(said), 2, "sentences")
    require(said[0].startswith("pollux-match: standard input, line 2: expected an order such as"),
            said[0])
    equal(said[1], "pollux-match: standard input, line 5: expected a quantity, found 'x'",
          "the second sentence")
    require("d takes 5 from a at 100.00" in done.stdout, done.stdout)
    path = bench.write("wrong.orders", b"a sells 30 at 100 and\n")
    done = bench.run("pollux-match", path)
    equal(done.returncode, 1, "the status of a file")
    require(f"{path}, line 1: " in done.stderr, done.stderr)


@spec
def a_reject_is_an_answer_and_not_a_mistake(bench):
    done = match(bench, "a buys 0.5 at 100\n")
    require("a is rejected: quantity is not a whole number of lots" in done.stdout, done.stdout)
    equal(done.stderr, "", "standard error")


@spec
def json_has_every_event_and_the_whole_book(bench):
    lines = objects(bench, "a sells 30 at 100 by ann\nb buys 40 at 100.5 by bob\nc buys\n"
                    "d sells 1 stop 90 by bob\n", "--digest", status=1)
    equal(lines[0], {"line": 1, "number": 3, "step": 0, "event": "rested", "id": "a",
                     "account": "ann", "instrument": "MAIN", "side": "sell", "price": "100.00",
                     "qty": "30", "left": "30", "text": "a rests 30 at 100.00"}, "rested")
    equal(lines[1], {"line": 2, "number": 5, "step": 0, "event": "traded", "id": "b", "other": "a",
                     "account": "bob", "other_account": "ann", "instrument": "MAIN", "side": "buy",
                     "price": "100.00", "qty": "30", "left": "10", "maker_done": True,
                     "text": "b takes 30 from a at 100.00"}, "traded")
    equal(lines[3], {"line": 3, "problem": "expected a quantity, but the line ends"}, "the problem")
    equal(lines[5], {"instrument": "MAIN", "phase": "open", "last": "100.00"}, "the instrument")
    equal(lines[6], {"book": "MAIN", "side": "buy", "price": "100.50", "qty": "10", "orders": [
        {"id": "b", "shown": "10", "open": "10", "account": "bob"}]}, "the level")
    equal(lines[7], {"waiting": "MAIN", "id": "d", "side": "sell", "type": "stop",
                     "trigger": "90.00", "open": "1", "account": "bob"}, "the stop")
    equal(lines[8:10], [{"position": "-30", "cost": "0", "account": "ann", "instrument": "MAIN"},
                        {"position": "30", "cost": "0", "account": "bob", "instrument": "MAIN"}],
          "the positions")
    require(re.fullmatch("[0-9a-f]{16}", lines[10]["digest"]), f"{lines[10]}")


@spec
def json_and_tables_tell_the_same_sentences(bench):
    script = (FOLDER / "example.orders").read_text(encoding="utf-8")
    texts = [one["text"] for one in objects(bench, script) if "text" in one]
    printed = [one.strip() for one in match(bench, script).stdout.splitlines()
               if one.startswith("        ") and "|" not in one]
    equal(texts, printed, "the sentences")


@spec
def the_digest_follows_from_the_script_alone(bench):
    script = (FOLDER / "example.orders").read_text(encoding="utf-8")
    first = match(bench, script, "--book", "--digest").stdout.splitlines()[-1]
    require(re.fullmatch("digest [0-9a-f]{16}", first), first)
    equal(match(bench, script, "--book", "--digest").stdout.splitlines()[-1], first, "a second run")
    other = match(bench, script + "z buys 1 at 1 of ACME by bob\n", "--book", "--digest").stdout
    require(other.splitlines()[-1] != first, "another order, but the same digest")


@spec
def each_line_of_standard_input_is_answered_at_once(bench):
    line = [bench.program["pollux-match"], "-"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as running:
        for said, answer in ((b"a sells 30 at 100\n", b"a rests 30 at 100.00\n"),
                             (b"b buys 30 at 100\n", b"b takes 30 from a at 100.00\n"),
                             (b"nonsense\n", b"found 'nonsense'\n"),
                             (b"show\n", b"no orders in the book\n")):
            running.stdin.write(said)
            running.stdin.flush()
            heard, until = b"", time.monotonic() + SECONDS
            while not heard.endswith(answer):
                ready, _, _ = select.select([running.stdout], [], [], 1)
                heard += os.read(running.stdout.fileno(), 65536) if ready else b""
                require(time.monotonic() < until, f"{said} is not answered, but {heard}")
        running.stdin.close()
        equal(running.wait(SECONDS), 1, "the status")


@spec
def there_is_color_on_a_terminal_only(bench):
    require("\033" not in match(bench, "a buys 1 at 1\n").stdout, "color in a pipe")
    ours, theirs = pty.openpty()
    path = bench.write("one.orders", b"a buys 1 at 1\nb buys 0 at 1\n")
    allowed = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    done = subprocess.run([bench.program["pollux-match"], path], stdout=theirs, stderr=theirs,
                          stdin=subprocess.DEVNULL, timeout=SECONDS, env=allowed)
    os.close(theirs)
    shown = b""
    try:
        while more := os.read(ours, 65536):
            shown += more
    except OSError:  # how a terminal says that nobody writes to it any more
        pass
    os.close(ours)
    shown = shown.decode()
    equal(done.returncode, 0, "the status")
    require("\033[32m" in shown and "\033[31m" in shown, f"no colors in {shown!r}")


@spec
def wrong_usage_is_said_with_status_2(bench):
    for words in ((), ("--depth", "0", "-"), ("--depth", "x", "-"), ("--nothing", "-"), ("a", "b")):
        done = bench.run("pollux-match", *words)
        equal(done.returncode, 2, f"the status of {words}")
        require(done.stderr and not done.stdout, f"{words}: {done}")
    done = bench.run("pollux-match", "--help")
    equal(done.returncode, 0, "the status of --help")
    require("--json" in done.stdout and "Exit status" in done.stdout, done.stdout)
    done = bench.run("pollux-match", bench.path("missing"))
    equal(done.returncode, 1, "the status of a file that is not there")
    require("missing: No such file" in done.stderr, done.stderr)


@spec
def output_that_cannot_be_written_is_an_error(bench):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([bench.program["pollux-match"], FOLDER / "example.orders"],
                              stdout=full, stderr=subprocess.PIPE, text=True, timeout=SECONDS,
                              stdin=subprocess.DEVNULL)
    equal(done.returncode, 1, "the status")
    require("standard output" in done.stderr, done.stderr)


@spec
def damaged_scripts_are_answered_line_by_line(bench):
    chance = random.Random(7)
    good = (FOLDER / "example.orders").read_bytes()
    for number in range(MUTATIONS):
        broken = bytearray(good)
        for _ in range(chance.randint(1, 12)):
            at = chance.randrange(len(broken))
            broken[at:at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        done = match(bench, bytes(broken), "--json", status=(0, 1))
        wrong = sum("problem" in json.loads(one) for one in done.stdout.splitlines())
        said = [one for one in done.stderr.splitlines() if one]
        equal(len(said), wrong, f"seed 7, mutation {number}: sentences about lines")
        equal(done.returncode, 1 if wrong else 0, f"seed 7, mutation {number}: the status")


@spec
def a_long_script_keeps_its_names(bench):
    count = 800
    script = "".join(f"order-{at} sells 1 at {100 + at % 30}\n" for at in range(count))
    script += "".join(f"cancel order-{at}\n" for at in range(0, count, 2))
    lines = objects(bench, script)
    canceled = [one["id"] for one in lines if one.get("event") == "canceled"]
    equal(canceled, [f"order-{at}" for at in range(0, count, 2)], "the canceled orders")
    left = sum(len(one["orders"]) for one in lines if "book" in one)
    equal(left, count // 2, "orders left")


if __name__ == "__main__":
    run_specs(sys.argv[1:])
