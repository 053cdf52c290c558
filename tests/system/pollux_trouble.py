#!/usr/bin/env python3
"""What must not stop the control plane of polluxd: a terminal that takes no more (Ctrl-S), a
client's that does not read, a disk that is full under the record of changes, a record that somebody
moves away.

    pollux_trouble.py POLLUX POLLUXD
"""

import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time

from box_support import quickstart
from pollux_support import Box, connected
from replay_support import Skip, equal, require, run_specs, spec

STOP, GO, CTRL_C = b"\x13", b"\x11", b"\x03"  # Ctrl-S, Ctrl-Q
SCREEN_OFF = b"\033[?1049l"
ANSWER_SECONDS = 15  # so long pollux waits for an answer
FULL_KIB = 64


def on_terminal(bench, folder):
    """polluxd on a pseudo-terminal of 40 lines: the process and the terminal's other end."""
    place = pathlib.Path(bench.path(folder))
    place.mkdir()
    text = quickstart().replace("refresh_ms: 250", "refresh_ms: 50")
    (place / "quickstart.yaml").write_text(re.sub(r"^metrics: .*\n", "", text, flags=re.MULTILINE))
    (place / "password").write_text("secret\n")
    (place / "password").chmod(0o600)
    return place, *started(place, bench.program["polluxd"], "--config", "quickstart.yaml")


def started(place, program, *words):
    """On a pseudo-terminal: the process and the terminal's other end."""
    try:
        child, terminal = pty.fork()
    except OSError as trouble:
        raise Skip(f"no pseudo-terminal can be opened here: {trouble}") from None
    if child == 0:
        os.chdir(place)
        os.execv(program, [program, *words])
    return child, terminal


def read_until(terminal, enough, seconds):
    """What came until that is enough, the other end is closed, or the seconds are over."""
    until, came = time.monotonic() + seconds, b""
    while not enough(came) and (left := until - time.monotonic()) > 0:
        if not select.select([terminal], [], [], left)[0]:
            break
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        came += part
    return came


def asked(lines, box_socket, method, parameters=None):
    line = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters or {}}
    begun = time.monotonic()
    box_socket.sendall(json.dumps(line).encode() + b"\n")
    answer = json.loads(lines.readline())
    require("result" in answer, f"{method}: {answer}")
    return answer["result"], time.monotonic() - begun


def reaped(child, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done == child:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def screen_there(terminal):
    require(b"Ctrl-C stops" in read_until(terminal, lambda came: b"Ctrl-C stops" in came, 20),
            "there is no screen")


def dropped(lines, box_socket):
    counters, _ = asked(lines, box_socket, "metrics", {"name": "monitor_frame_dropped"})
    return counters["counters"][0]["value"]


@spec
def a_stopped_terminal_stops_nothing_and_the_screen_comes_back(bench):
    place, child, terminal = on_terminal(bench, "stopped")
    try:
        screen_there(terminal)
        with connected(place) as box_socket:
            lines = box_socket.makefile()
            before = dropped(lines, box_socket)  # nobody reads meanwhile
            os.write(terminal, STOP)
            longest, answers, begun = 0, 0, time.monotonic()
            while (count := dropped(lines, box_socket) - before) <= 10:
                require(time.monotonic() < begun + 40, f"pages dropped: {count}")
                longest = max(longest, asked(lines, box_socket, "status")[1])
                answers += 1
                time.sleep(0.03)
            require(longest < 2, f"an answer takes {longest} s")
            print(f"         terminal stopped: {count} pages dropped, {answers} answers within "
                  f"{longest * 1e3:.0f} ms")
            asked(lines, box_socket, "halt")
            os.write(terminal, GO)
            came = read_until(terminal, lambda came: came.count(b"\033[H") >= 2 and
                              b"HALTED" in came, 40)
            require(b"HALTED" in came, "the screen does not come back")
            require(came.count(b"\033[H") >= 2, "it is not drawn anew")
    finally:
        os.kill(child, signal.SIGTERM)
        read_until(terminal, lambda _: False, 40)  # its end of the terminal is closed
        status = reaped(child, 40)
        os.close(terminal)
    equal(status, 0, "the status")


@spec
def a_box_whose_terminal_is_stopped_ends_all_the_same(bench):
    place, child, terminal = on_terminal(bench, "stuck")
    try:
        screen_there(terminal)
        with connected(place) as box_socket:
            lines = box_socket.makefile()
            before = dropped(lines, box_socket)
            os.write(terminal, STOP)
            until = time.monotonic() + 40
            while dropped(lines, box_socket) == before:
                require(time.monotonic() < until, "the terminal is not stopped")
                time.sleep(0.03)
    finally:
        os.kill(child, signal.SIGTERM)
        begun = time.monotonic()
        status = reaped(child, 40)
        took = time.monotonic() - begun
        os.close(terminal)
    require(status is not None, "it does not end while its terminal is stopped")
    require(not (place / "control/pollux.sock").exists(), "the socket is left behind")
    print(f"         it ends within {took:.1f} s")


def watched(box):
    child, terminal = started(box.folder, str(box.program), "--watch=0.2", "status")
    require(b"sessions up" in read_until(terminal, lambda came: b"sessions up" in came, 40),
            "there is no page")
    return child, terminal


@spec
def why_a_watched_box_is_gone_is_said_behind_the_screen(bench):
    box = Box(bench, "gone")
    child, terminal = watched(box)
    box.process.kill()
    box.process.wait()
    came = read_until(terminal, lambda _: False, 40)
    equal(reaped(child, 40), 3, "the status")
    os.close(terminal)
    screen, _, behind = came.rpartition(SCREEN_OFF)
    require(b"the box does not answer" in behind, f"behind the screen: {behind}")
    require(b"does not answer" not in screen, f"on the screen: {screen[-500:]}")


@spec
def who_watches_a_box_that_hangs_may_leave(bench):
    box = Box(bench, "hangs")
    child, terminal = watched(box)
    box.process.send_signal(signal.SIGSTOP)
    read_until(terminal, lambda _: False, 1)  # it waits for an answer
    os.write(terminal, CTRL_C)
    equal(reaped(child, ANSWER_SECONDS - 3), 0, "the status")
    os.close(terminal)
    box.process.send_signal(signal.SIGCONT)
    box.end()


THE_BOX = []


def alone(bench):
    """One box for both specs that only ask; nobody has changed anything before."""
    if not THE_BOX:
        THE_BOX.append(Box(bench, "alone"))
    return THE_BOX[0]


@spec
def a_client_that_does_not_read_costs_the_others_nothing(bench):
    box = alone(bench)
    with connected(box.folder) as deaf, connected(box.folder) as other:
        line = b'{"jsonrpc":"2.0","id":1,"method":"metrics"}\n'
        deaf.sendall(line * 20)
        lines, longest = other.makefile(), 0
        for _ in range(100):
            longest = max(longest, asked(lines, other, "orders", {"limit": 500})[1])
        require(longest < 2, f"an answer takes {longest} s")
        box.wait(lambda: asked(lines, other, "metrics", {"name": "control_connection_slow"})[0]
                 ["counters"][0]["value"] == 1, "he is not ended")


@spec
def a_record_that_is_moved_away_is_begun_anew(bench):
    box = alone(bench)
    file = box.folder / "changes.jsonl"
    box.ask("halt")
    # Whose answer waits for no disk.
    box.wait(lambda: len(file.read_text().splitlines()) == 2, "the halt is not written down")
    old = file.rename(box.folder / "changes.jsonl-1")
    box.ask("arm", "--reason", "x")
    file.unlink()
    box.ask("halt")
    box.ask("arm", "--reason", "y")
    steps = [(json.loads(line)["act"], json.loads(line)["step"])
             for part in (old, file) for line in part.open()]
    # What was written into the file that was removed is gone with it.
    equal(steps, [(1, "begun"), (1, "ended"), (3, "begun"), (3, "ended"), (4, "begun"),
                  (4, "ended")], "the lines that are left")
    # Counters of a moment ago are given again.
    box.wait(lambda: box.counter("control_record_moved") == 2, "it was moved twice")
    equal(box.counter("control_record_lost"), 0, "lines lost")
    box.end()


@spec
def a_full_disk_is_told_refuses_changes_and_delays_no_halt(bench):
    disk = pathlib.Path(bench.path("disk"))
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={FULL_KIB}k,mode=0755", "tmpfs", str(disk)]
    if os.geteuid() != 0 or not shutil.which("mount") or \
            subprocess.run(mount, capture_output=True).returncode != 0:
        raise Skip("only who may mount can have a small disk")
    try:
        text = quickstart().replace("record_file: changes.jsonl",
                                              f"record_file: {disk}/changes.jsonl")
        box = Box(bench, "full", text)
        box.ask("arm", "--reason", "there is room")
        fill = disk / "fill"
        with fill.open("wb", buffering=0) as other:
            try:
                while True:
                    other.write(b"x" * 1024)
            except OSError:
                pass
        # What is left of the record's own page fills up; then no line finds room.
        box.wait(lambda: box.pollux("arm", "--reason", "none").returncode == 1, "it never is full")
        done = box.pollux("arm", "--reason", "none")
        require("so nothing is changed: No space left on device" in done.stderr, f"{done}")
        equal(box.ask("halt", "--reason", "all the same")["trading"], "HALTED", "the halt")
        box.wait(lambda: any(one["code"] == "record_unwritten" and one["holds"]
                             for one in box.ask("alerts")["alerts"]), "it is no alert")
        box.wait(lambda: box.counter("control_record_lost") >= 3, "lines lost")
        for line in (disk / "changes.jsonl").open():
            json.loads(line)  # no half a line
        fill.unlink()
        equal(box.ask("arm", "--reason", "room again")["trading"], "ACTIVE", "armed")
        box.wait(lambda: not any(one["code"] == "record_unwritten" and one["holds"]
                                 for one in box.ask("alerts")["alerts"]), "the alert stays")
        box.end()
    finally:
        subprocess.run(["umount", str(disk)], check=False)


if __name__ == "__main__":
    run_specs(sys.argv[1:])
