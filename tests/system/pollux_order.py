#!/usr/bin/env python3
"""pollux-order against a plain venue: logins, orders, cuts, doubts, exit statuses, JSON, load.

    pollux_order.py POLLUX_ORDER ORDER_SINK
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

from order_venue import SESSION, Venue, packet
from replay_support import SECONDS, calm, equal, require, run_specs, spec

SECRET = "s3cretWord"
README = pathlib.Path(__file__).resolve().parents[2] / "apps" / "pollux-order" / "README.md"


def venue(dialect="ouch50", **how):
    return Venue(dialect, password=SECRET.encode(), **how)


def password(bench, text=SECRET + "\n", mode=0o600):
    path = bench.write("password", text.encode())
    os.chmod(path, mode)
    return path


def words_for(bench, port, *words):
    return [bench.program["pollux-order"], "--to", f"127.0.0.1:{port}", "--user", "TRADER",
            "--password-file", password(bench), *map(str, words)]


def order(bench, port, *words, lines="", status=0):
    """The program, to its end; the password must not be in anything it says."""
    line = words_for(bench, port, *words)
    done = subprocess.run(line, input=lines, capture_output=True, text=True, timeout=SECONDS)
    calm(done, line)
    require(SECRET not in done.stdout + done.stderr, "the password is said")
    equal(done.returncode, status, f"{words} {lines!r}: status (it says {done.stderr!r})")
    return done


def events(done):
    return [json.loads(one) for one in done.stdout.splitlines()]


def told(done):
    """Sentences without their times."""
    return [re.sub(r"^\d\d:\d\d:\d\d\.\d{9}  ", "", one) for one in done.stdout.splitlines()]


# Logins.

@spec
def a_wrong_password_is_one_sentence_and_status_1(bench):
    with Venue(password=b"other") as there:
        done = order(bench, there.port, "query", status=1)
        equal(done.stderr.splitlines(), ["pollux-order: the login is refused: "
                                         "user name or password are not right"], "the sentence")
        equal(there.requests, [], "requests of who is not logged in")


@spec
def a_session_that_is_not_there_is_refused(bench):
    with venue() as there:
        done = order(bench, there.port, "--session", "DAY000", "query", status=1)
        require("the session or sequence asked for is not there" in done.stderr, done.stderr)
        equal(there.logins[0][0], b"DAY000", "the session asked for")


@spec
def a_password_file_that_others_may_read_is_refused_without_a_connection(bench):
    with venue() as there:
        line = words_for(bench, there.port, "query")
        os.chmod(bench.path("password"), 0o644)
        done = subprocess.run(line, capture_output=True, text=True, timeout=SECONDS)
        equal(done.returncode, 2, "the status")
        require(len(done.stderr.splitlines()) == 1 and "chmod 600" in done.stderr, done.stderr)
        equal(there.logins, [], "logins")


@spec
def nobody_at_the_other_end_is_status_3(bench):
    with socket.socket() as silent:  # it has a port, which is nobody else's, and does not listen
        silent.bind(("127.0.0.1", 0))
        done = order(bench, silent.getsockname()[1], "query", status=3)
    equal(done.stderr, "pollux-order: the venue cannot be reached: Connection refused\n",
          "the sentence")
    line = words_for(bench, 1, "query")
    line[2] = "no.such.host.invalid:9"
    done = subprocess.run(line, capture_output=True, text=True, timeout=SECONDS)
    equal(done.returncode, 3, "the status")
    require("the host no.such.host.invalid cannot be found" in done.stderr, done.stderr)


@spec
def wrong_usage_is_status_2(bench):
    for words in (["--to", "here"], ["--dialect", "fix"], ["--load", "0"], ["--user", "TOOLONGX"],
                  ["--load", "10", "buy", "1"], ["--to", "host:99999"], ["--from", "0"]):
        done = order(bench, 1, *words, status=2)
        require(done.stderr, f"{words} says nothing")


@spec
def a_venue_that_speaks_nonsense_is_status_3(bench):
    for reply in (b"\0\0", b"HTTP/1.1 400\r\n\r\n", packet(b"A", SESSION + b"x" * 20),
                  packet(b"A", SESSION + b"7".rjust(20)), b""):
        with venue() as there:
            there.raw_reply = reply
            done = order(bench, there.port, "orders", status=3)
            require(len(done.stderr.splitlines()) == 1, done.stderr)


# Orders.

def life(bench, dialect):
    with venue(dialect) as there:
        words = ["--dialect", dialect]
        done = order(bench, there.port, *words, lines="""
            buy 100 ACME 10.25 as hedge     # rests
            sell 40 ACME at 10 ioc
            wait answers
            orders
            replace hedge to 120 at 10.30
            wait answers
            modify 3 to 90
            cancel 3 to 60
            wait answers
            cancel 3
            """)
        return there, told(done), done


LIFE = [
    "1 (hedge) accepted: buys 100 ACME at 10.25",
    "2 accepted: sells 40 ACME at 10.00 ioc",
    "2 executed: 40 at 10.25 (removed liquidity), done",
    "1 (hedge) executed: 40 at 10.25 (added liquidity), 60 left",
    "  number  side          symbol         price       qty    leaves       cum",
    "       1  buys          ACME           10.25       100        60        40 (hedge)",
    "3 (hedge) replaces 1: buys 80 ACME at 10.30",
    "3 (hedge) modified: 50 left",
    "3 (hedge) canceled: 30 (as asked), 20 left",
    "3 (hedge) canceled: 20 (as asked), done",
]


@spec
def an_order_lives_and_dies_in_ouch_50(bench):
    there, said, done = life(bench, "ouch50")
    equal(said, LIFE, "what is said")
    equal(done.stderr, "", "standard error")
    name = b"hedge".ljust(14)
    equal(there.requests, [
        b"Q",
        bytes.fromhex("4f00000001") + b"B" + bytes.fromhex("00000064") + b"ACME    " +
        bytes.fromhex("0000000000019064") + b"0YPNN" + name + b"\0\0",
        bytes.fromhex("4f00000002") + b"S" + bytes.fromhex("00000028") + b"ACME    " +
        bytes.fromhex("00000000000186a0") + b"3YPNN" + b" " * 14 + b"\0\0",
        bytes.fromhex("55000000010000000300000078") + bytes.fromhex("0000000000019258") +
        b"0YN" + name + b"\0\0",
        bytes.fromhex("4d00000003") + b"B" + bytes.fromhex("0000005a"),
        bytes.fromhex("58000000030000003c"),
        bytes.fromhex("580000000300000000"),
    ], "the bytes of the requests")
    equal(there.logouts, 1, "logouts")


@spec
def an_order_lives_and_dies_in_ouch_42(bench):
    there, said, done = life(bench, "ouch42")
    equal(said, LIFE, "what is said")
    equal(there.requests[0], b"OPLXO0000000001B" + bytes.fromhex("00000064") + b"ACME    " +
          bytes.fromhex("000190640001869e") + b"    YPN" + bytes(4) + b"N ", "the first request")
    equal(there.requests[2], b"UPLXO0000000001PLXO0000000003" +
          bytes.fromhex("00000078000192580001869e") + b"YN" + bytes(4), "the replacement")


@spec
def options_of_an_order_are_on_the_wire(bench):
    with venue() as there:
        order(bench, there.port, "--firm", "ABCD", lines="""
            short 300 ACME 10 gtx post-only
            buy 300 ACME 9 for 30 show 100
            buy 1 ACME market
            """)
        short, timed, market = there.requests[1:]
        equal(short[5:6] + short[26:27], b"T5", "side and time in force")
        equal(short[45:], b"\0\x09\x05\x02ABCD\x02\x0cP", "firm and post-only")
        equal(timed[26:27], b"6", "time in force")
        equal(timed[45:], b"\0\x12\x05\x02ABCD\x05\x05\0\0\0\x64\x05\x0f\0\0\0\x1e",
              "firm, the part shown, seconds")
        equal(market[18:26], bytes.fromhex("000000007fffffff"), "the price of none")


@spec
def one_order_in_words_says_its_fate_by_the_status(bench):
    with venue() as there:
        equal(told(order(bench, there.port, "buy", 5, "ACME", 10)),
              ["1 accepted: buys 5 ACME at 10.00"], "an order that rests")
        equal(told(order(bench, there.port, "sell", 8, "ACME", 10, "ioc")),
              ["2 accepted: sells 8 ACME at 10.00 ioc",
               "2 executed: 5 at 10.00 (removed liquidity), 3 left",
               "1 executed: 5 at 10.00 (added liquidity), done",
               "2 canceled: 3 (immediate or cancel), done"], "ioc: until nothing is left")
        equal(told(order(bench, there.port, "buy", 5, "BAD", 10, status=1)),
              ["3 rejected: invalid symbol"], "a rejected order")
        done = order(bench, there.port, "--wait", 1, "buy", 5, "MUTE", 10, status=3)
        require("may or may not have been taken: 1" in done.stderr, done.stderr)
        done = order(bench, there.port, "--wait", 3, status=3,
                     lines="buy 5 MUTE 1\nwait answers\nbuy 5 ACME 1\n")
        require("no answer within 3 s; the lines go on" in done.stderr, done.stderr)
        equal(told(done), ["6 accepted: buys 5 ACME at 1.00"], "what comes after the wait")
        order(bench, there.port, "buy", 5, "ACME", "cheap", status=1)
        order(bench, there.port, "cancel", 77, status=1)


@spec
def an_order_of_an_earlier_run_is_known_and_can_be_canceled(bench):
    for dialect in ("ouch50", "ouch42"):
        with venue(dialect) as there:
            words = ["--dialect", dialect]
            order(bench, there.port, *words, "buy", 5, "ACME", 10)
            order(bench, there.port, *words, "buy", 6, "ACME", 9)
            equal(told(order(bench, there.port, *words, "cancel", 1)),
                  ["1 canceled: 5 (as asked), done"], dialect)
            done = order(bench, there.port, *words, "--json", "orders")
            equal([(one["number"], one["leaves"]) for one in events(done) if
                   one["event"] == "order"], [(2, 6)], "what is open")


@spec
def lines_that_are_wrong_are_named_and_the_rest_goes_on(bench):
    with venue() as there:
        done = order(bench, there.port, lines="buy 1 ACME 1\nbye\n\nsell 0 ACME 1\ncancel 9\n"
                     "buy 2 ACME 1", status=1)
        equal(done.stderr.splitlines(), [
            "pollux-order: standard input, line 2: 'bye' is no request; help lists them",
            "pollux-order: standard input, line 4: a number of shares is from 1 to 999999",
            "pollux-order: standard input, line 5: 9 is none of your open orders"], "sentences")
        equal(len(told(done)), 2, "orders accepted")
        path = bench.write("lines", b"buy 3 ACME 1\n" + b"x" * 70000 + b"\nbuy 4 ACME 1\n")
        done = order(bench, there.port, path, status=1)
        require("line 2: the line has more than 1000 bytes" in done.stderr, done.stderr)
        equal(len(told(done)), 2, "orders of the file")


@spec
def all_orders_are_canceled_by_symbol_and_by_side(bench):
    with venue() as there:
        order(bench, there.port, lines="buy 1 ACME 1\nsell 2 ACME 5\nbuy 3 OTHER 1\n")
        equal(told(order(bench, there.port, "cancel", "all", "sells")),
              ["2 canceled: 2 (as asked), done"], "sells")
        equal(told(order(bench, there.port, "cancel", "all", "ACME")),
              ["4 taken: all such orders are canceled", "1 canceled: 1 (as asked), done"], "ACME")
        equal([one.number for one in there.book], [3], "what is left")


# Cuts.

@spec
def a_cut_is_mended_and_what_was_in_doubt_is_decided_by_the_replay(bench):
    for dialect in ("ouch50", "ouch42"):
        with venue(dialect) as there:
            done = order(bench, there.port, "--dialect", dialect, "--json", lines="""
                buy 1 ACME 1
                wait answers
                buy 2 CUTA 1
                buy 3 ACME 1
                wait answers
                buy 4 ACME 1
                """, status=3)
            said = [(one["event"], one.get("number")) for one in events(done)]
            equal(said, [("connected", None), ("accepted", 1), ("cut", None), ("connected", None),
                         ("accepted", 2), ("lost", 3), ("accepted", 4)], dialect)
            equal(there.logins[1][0], SESSION.strip(), "the session resumed")
            wanted = 3 if dialect == "ouch50" else 2
            equal(there.logins[1][1], wanted, "the message resumed from")
            require(sorted(one.qty for one in there.book) == [1, 2, 4], "nothing is sent twice")


@spec
def a_venue_that_does_not_come_back_is_given_up(bench):
    with venue() as there:
        run = subprocess.Popen(words_for(bench, there.port, "--patience", 1), text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
        run.stdin.write("buy 1 ACME 1\n")
        run.stdin.flush()
        require("accepted" in run.stdout.readline(), "the order is accepted")
        there.down = True
        equal(run.wait(timeout=SECONDS), 3, "the status")
        said = run.stderr.read()
        run.communicate()
        require("did not come back within 1 s" in said, said)


@spec
def the_day_is_shown_again_from_a_message_on(bench):
    with venue() as there:
        order(bench, there.port, lines="buy 1 ACME 1\nbuy 2 ACME 1\nwait answers\ncancel 1\n")
        done = order(bench, there.port, "--json", "--from", 3, lines="")
        equal([(one["event"], one["sequence"]) for one in events(done)[1:]],
              [("accepted", 3), ("canceled", 4), ("next_number", 5)], "from the third message")


@spec
def heartbeats_go_on_while_it_waits(bench):
    with venue() as there:
        order(bench, there.port, lines="wait 2.5\n")
        require(1 <= there.heartbeats_in <= 3, f"{there.heartbeats_in} heartbeats in 2.5 s")


@spec
def an_interrupted_run_logs_out_and_cancels_only_if_asked(bench):
    for words, left in (([], 1), (["--cancel-on-exit"], 0)):
        with venue() as there:
            run = subprocess.Popen(words_for(bench, there.port, *words), text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            run.stdin.write("buy 1 ACME 1\n")
            run.stdin.flush()
            require("accepted" in run.stdout.readline(), "the order is accepted")
            run.send_signal(signal.SIGINT)
            run.communicate(timeout=SECONDS)
            equal(run.returncode, 0, "the status")
            until = time.monotonic() + 40  # the venue reads it when it can
            while there.logouts == 0 and time.monotonic() < until:
                time.sleep(0.02)
            equal((len(there.book), there.logouts), (left, 1), "orders left, logouts")


# JSON and load.

@spec
def json_says_everything_that_sentences_say(bench):
    with venue() as there:
        done = order(bench, there.port, "--json", lines="buy 5 ACME 10.5 for 60 as X1\n"
                     "sell 2 ACME 10 ioc\nbuy 1 BAD 1\nnonsense\n", status=1)
        rest = events(done)
        accepted = next(one for one in rest if one["event"] == "accepted")
        reference = accepted.pop("reference")
        equal(accepted, {"event": "accepted", "time": "09:30:00.000000001", "sequence": 2,
                         "number": 1, "name": "X1", "qty": 5, "price": "10.50", "side": "B",
                         "symbol": "ACME", "lasts": "for", "dead": False, "leaves": 5, "cum": 0},
              "accepted")
        require(reference > 0, "the reference")
        wrong = next(one for one in rest if one["event"] == "wrong")
        require("line 4" in wrong["text"], wrong)
        rejected = next(one for one in rest if one["event"] == "rejected")
        equal((rejected["code"], rejected["reason"]), (0x17, "invalid symbol"), "the reason")
        executed = [one for one in rest if one["event"] == "executed"]
        equal([(one["number"], one["qty"], one["leaves"], one["cum"]) for one in executed],
              [(2, 2, 0, 2), (1, 2, 3, 2)], "executions")
        equal(len({one["match"] for one in executed}), 1, "matches of one trade")


def load_adds_up(said):
    answers = said["answers"]
    equal(said["requests"], said["new_orders"] + said["cancels"], "requests by kind")
    equal(said["new_orders"], said["new_order"]["count"], "new orders answered")
    equal(said["new_orders"], answers["accepted"] + answers.get("rejected", 0), "accepted")
    equal(said["cancels"], said["cancel"]["count"] + said["cancels_too_late"], "cancels answered")
    equal(said["send"]["count"], said["requests"], "requests sent")
    equal(said["unanswered"], 0, "unanswered")
    for table in ("new_order", "cancel", "send"):
        row = [said[table][key] for key in ("p50_ns", "p90_ns", "p99_ns", "p99_9_ns", "max_ns")]
        equal(row, sorted(row), f"percentiles of {table}")


@spec
def a_load_measures_every_request_and_its_counts_add_up(bench):
    for dialect in ("ouch50", "ouch42"):
        with venue(dialect) as there:
            done = order(bench, there.port, "--dialect", dialect, "--json", "--load", 500,
                         "--seconds", 1, "--open", 20)
            said = events(done)[0]
            load_adds_up(said)
            equal(said["requests"], 500, "requests")
            require(said["rate_sent"] < 505, f"rate {said['rate_sent']}")
            equal(said["open_orders"], len(there.book), "orders left")
            require(said["answers"]["executed"] > 0, "something crossed")
            done = order(bench, there.port, "--dialect", dialect, "--load", 300, "--seconds", 1,
                         "--cancel-on-exit", "--open", 20)
            require("p99.9" in done.stdout and "open orders left: 0" in done.stdout, done.stdout)


@spec
def the_same_seed_makes_the_same_orders(bench):
    made = []
    for seed in (7, 7, 8):
        with venue() as there:
            order(bench, there.port, "--load", 200, "--seconds", 1, "--open", 1000, "--seed", seed)
            made.append([one for one in there.requests if one[:1] == b"O"])
    require(made[0] == made[1], "the same seed makes others")
    require(made[0] != made[2], "another seed makes the same")


@spec
def a_stall_of_the_venue_is_in_the_latency_of_what_it_delayed(bench):
    with venue() as there:
        run = subprocess.Popen(words_for(bench, there.port, "--json", "--load", 200, "--seconds",
                                         2), stdout=subprocess.PIPE, text=True)
        until = time.monotonic() + 40
        while len(there.requests) < 50 and time.monotonic() < until:  # in the middle of its load
            time.sleep(0.01)
        there_say, there.say = there.say, lambda *said: (time.sleep(0.6), restore(there, *said))

        def restore(one, *said):
            one.say = there_say
            there_say(*said)
        out, _ = run.communicate(timeout=SECONDS)
        said = json.loads(out)
        require(said["new_order"]["max_ns"] > 500_000_000, f"the longest {said['new_order']}")
        require(said["new_order"]["p90_ns"] > 100_000_000, f"more than one waited {said}")


@spec
def a_fast_venue_is_kept_up_with(bench):
    sink = subprocess.Popen([bench.program["order_sink"]], stdout=subprocess.PIPE, text=True)
    try:
        port = int(sink.stdout.readline())
        said = events(order(bench, port, "--json", "--load", 20000, "--seconds", 1))[0]
        load_adds_up(said)
        equal(said["requests"], 20000, "requests")
    finally:
        sink.kill()
        sink.wait()


@spec
def the_example_in_the_readme_prints_what_the_readme_says(bench):
    shown = re.findall(r"^```[a-z]*\n(.*?)^```$", README.read_text(encoding="utf-8")
                       .split("## An example")[1], flags=re.S | re.M)
    with venue() as there:
        done = order(bench, there.port, lines=shown[0])
        equal(done.stdout, shown[1], "the output")


if __name__ == "__main__":
    import sys
    run_specs(sys.argv[1:])
