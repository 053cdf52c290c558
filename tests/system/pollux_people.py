#!/usr/bin/env python3
"""Who may what at the control socket of polluxd: every command by users of every role; what takes
two; where it does not start.

    pollux_people.py POLLUX POLLUXD
"""

import os
import pathlib
import re
import signal
import subprocess
import sys

from box_support import quickstart
from pollux_support import TREE, Box
from replay_support import Skip, calm, equal, require, run_specs, spec

NOBODY, VIEWER, OPERATOR, RISK, ADMIN = 54320, 54321, 54322, 54323, 54324  # users, by number


ROLES = {"viewer": VIEWER, "operator": OPERATOR, "risk": RISK, "admin": ADMIN}
REASON = ("--reason", "x")
MORE = {  # what commands need besides their words
    "book": ("ACME",), "strategies start": ("taker", *REASON), "strategies stop": ("taker",),
    "strategies set": ("maker", "long", "700"), "arm": REASON,
    "reduce": ("symbol", "ACME@box", *REASON), "confirm": ("77",),
    "risk set": ("order_qty", "900", "--symbol", "ACME@box", *REASON),
    "alerts acknowledge": ("999",), "feeds release": REASON}
REFUSED = {"confirm", "alerts acknowledge", "feeds release", "flight",  # by this box, to each,
           "strategies set"}  # or the second time


def table():
    """Every command of the README, which a spec compares with the table of the code: its role."""
    text = (TREE / "control/command/README.md").read_text()
    row = re.compile(r"^\| `([a-z]+(?: [a-z]+)?)[^`]*` \| (\w+) \|", re.MULTILINE)
    return {words: ROLES[role] for words, role in row.findall(text)}


@spec
def every_user_may_what_his_role_says_and_nothing_else(bench):
    if os.geteuid() != 0:
        raise Skip("only root can be other users")
    users = pathlib.Path(bench.path("users"))
    users.write_text(f"user root admin\nuser {VIEWER} viewer\nuser {OPERATOR} operator\n"
                     f"user {RISK} risk\nuser {ADMIN} admin\n")
    text = quickstart().replace("  record_file:", f"  users_file: {users}\n"
                                                            "  record_file:")
    other = Box(bench, "roles", text)
    commands = table()
    equal(len(commands), 33, "commands")
    for user in (NOBODY, VIEWER, OPERATOR, RISK, ADMIN):
        for words, least in commands.items():
            done = other.pollux(*words.split(), *MORE.get(words, ()), user=user)
            may = user >= least
            right = not may or words in REFUSED or words.startswith("capture ")
            require(right or done.returncode == 0, f"the status of {words} by {user}: {done}")
            equal(may or done.returncode, 1, f"the status of {words} by {user}")
            why = "may not give commands" if user == NOBODY else "needs the role"
            equal(why in done.stderr, not may, f"what {words} by {user} is told: {done.stderr}")
    change = ("risk", "set", "order_qty", "--symbol", "ACME@box", *REASON)
    equal(other.pollux(*change, "900", user=OPERATOR).returncode, 0, "he tightens")
    done = other.pollux(*change, "1000", user=OPERATOR)
    require(done.returncode == 1 and "role does not allow" in done.stderr, f"he loosens: {done}")
    done_by = {line["uid"] for line in other.record() if line["step"] == "begun"}
    equal(done_by, {OPERATOR, RISK, ADMIN}, "who has changed anything")
    values = {one["name"].removeprefix("pollux_control_").removesuffix("_total"): one["value"]
              for one in other.ask("metrics", "control_")["counters"]}
    equal(values["forbidden"], sum(VIEWER <= user < least for user in ROLES.values()
                                   for least in commands.values()), "requests forbidden")
    equal(values["connection_nobody"], len(commands), "connections of nobody")
    other.end()


@spec
def where_it_takes_two_one_alone_arms_nothing(bench):
    if os.geteuid() != 0:
        raise Skip("only root can be other users")
    users = pathlib.Path(bench.path("two"))
    users.write_text(f"user root admin\nuser {RISK} risk\nuser {ADMIN} risk\n")
    text = quickstart().replace("  armed: true", "  two_persons: true\n  armed: true")
    other = Box(bench, "pair", text.replace("  record_file:", f"  users_file: {users}\n"
                                                              "  record_file:"))
    equal(other.pollux("halt", user=RISK).returncode, 0, "one alone halts")
    done = other.pollux("arm", "--reason", "looked at it", user=RISK)
    equal(done.returncode, 1, "the status of arm by one")
    number = re.search(r"pollux confirm (\d+)", done.stderr)
    require(number, done.stderr)
    done = other.pollux("confirm", number[1], user=RISK)
    require(done.returncode == 1 and "takes another one" in done.stderr, f"{done}")
    other.wait(lambda: other.ask("status")["trading"] == "HALTED", "it trades")
    done = other.pollux("confirm", number[1], user=ADMIN)
    equal(done.returncode, 0, f"the status of the second one ({done.stderr})")
    other.wait(lambda: other.ask("status")["trading"] == "ACTIVE", "it stays halted")
    said = " ".join(one["event"] for one in other.ask("events")["events"])
    require(f"by user {RISK}, confirmed by user {ADMIN}: looked at it" in said, said)
    other.end()


@spec
def nothing_that_was_asked_for_before_a_halt_undoes_it(bench):
    if os.geteuid() != 0:
        raise Skip("only root can be other users")
    users = pathlib.Path(bench.path("overtaken-users"))
    users.write_text(f"user root admin\nuser {OPERATOR} operator\nuser {RISK} risk\n"
                     f"user {ADMIN} risk\n")
    text = quickstart().replace("  armed: true", "  two_persons: true\n  armed: true")
    other = Box(bench, "overtaken", text.replace("  record_file:", f"  users_file: {users}\n"
                                                                   "  record_file:"))

    def told(*words, user):
        done = other.pollux(*words, user=user)
        equal(done.returncode, 0, f"the status of {words} ({done.stderr})")

    def signaled():
        other.process.send_signal(signal.SIGUSR2)
        other.wait(lambda: any("gateway: HALTED by SIGUSR2" in one["event"]
                               for one in other.ask("events", "100")["events"]), "no halt")

    def overtaken(tighten, by):
        done = other.pollux("arm", "--reason", "looked at it", user=RISK)
        number = re.search(r"pollux confirm (\d+)", done.stderr)
        require(number, done.stderr)
        tighten()
        done = other.pollux("confirm", number[1], user=ADMIN)
        equal(done.returncode, 1, f"the status of a release that was overtaken by {by}")
        require(by in done.stderr and "after this was asked for: look" in done.stderr,
                f"who confirms what was overtaken by {by} is told: {done.stderr}")
        equal(other.ask("status")["trading"], "HALTED", f"the state after {by}")

    told("halt", user=OPERATOR)
    other.wait(lambda: other.ask("status")["trading"] == "HALTED", "it trades")
    overtaken(signaled, "the box was set to HALTED by user 0 (SIGUSR2)")
    overtaken(lambda: told("halt", "strategy", "maker", "--reason", "odd", user=OPERATOR),
              f"a strategy was set to HALTED by user {OPERATOR} (odd)")
    overtaken(lambda: told("reduce", "symbol", "ACME@box", "--reason", "thin", user=OPERATOR),
              f"a symbol was set to REDUCE_ONLY by user {OPERATOR} (thin)")
    overtaken(lambda: told("risk", "set", "order_qty", "900", "--symbol", "ACME@box", "--reason",
                           "small", user=OPERATOR),
              f"the limit order_qty was tightened by user {OPERATOR} (small)")
    done = other.pollux("reduce", "--reason", "a little", user=OPERATOR)
    require(done.returncode == 1 and "role does not allow" in done.stderr,
            f"an operator lets orders leave a halted box: {done}")
    done = other.pollux("reduce", "--reason", "a little", user=RISK)
    number = re.search(r"pollux confirm (\d+)", done.stderr)
    require(number, done.stderr)
    told("confirm", number[1], user=ADMIN)
    other.wait(lambda: other.ask("status")["trading"] == "REDUCE_ONLY", "it stays halted")
    other.end()


@spec
def it_does_not_start_where_its_socket_is_not_safe(bench):
    folder = pathlib.Path(bench.path("unsafe"))
    (folder / "control").mkdir(parents=True)
    (folder / "control").chmod(0o777)
    (folder / "password").write_text("secret\n")
    (folder / "password").chmod(0o600)
    (folder / "quickstart.yaml").write_text(quickstart())
    line = [bench.program["polluxd"], "--config", "quickstart.yaml"]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, cwd=folder,
                          stdin=subprocess.DEVNULL)
    calm(done, line)
    equal(done.returncode, 1, "the status")
    require("the control socket's directory control: is open to others: chmod 0750" in done.stderr,
            done.stderr)


if __name__ == "__main__":
    run_specs(sys.argv[1:])
