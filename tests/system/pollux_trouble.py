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

from pollux_support import QUICKSTART, Box, connected
from replay_support import Skip, equal, require, run_specs, spec

STOP, GO = b"\x13", b"\x11"  # Ctrl-S, Ctrl-Q
FULL_KIB = 64


def on_terminal(bench, folder):
    """polluxd on a pseudo-terminal of 40 lines: the process and the terminal's other end."""
    place = pathlib.Path(bench.path(folder))
    place.mkdir()
    core = min(os.sched_getaffinity(0))
    text = QUICKSTART.read_text().replace("cores: [0]", f"cores: [{core}]")
    text = text.replace("refresh_ms: 250", "refresh_ms: 50")
    (place / "quickstart.yaml").write_text(re.sub(r"^metrics: .*\n", "", text, flags=re.MULTILINE))
    (place / "password").write_text("secret\n")
    (place / "password").chmod(0o600)
    try:
        child, terminal = pty.fork()
    except OSError as trouble:
        raise Skip(f"no pseudo-terminal can be opened here: {trouble}") from None
    if child == 0:
        os.chdir(place)
        os.execv(bench.program["polluxd"], ["polluxd", "--config", "quickstart.yaml"])
    return place, child, terminal


def read_for(terminal, seconds):
    until, came = time.monotonic() + seconds, b""
    while (left := until - time.monotonic()) > 0:
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


def dropped(lines, box_socket):
    counters, _ = asked(lines, box_socket, "metrics", {"name": "monitor_frame_dropped"})
    return counters["counters"][0]["value"]


@spec
def a_stopped_terminal_stops_nothing_and_the_screen_comes_back(bench):
    place, child, terminal = on_terminal(bench, "stopped")
    try:
        require(b"Ctrl-C stops" in read_for(terminal, 6), "there is no screen")
        with connected(place) as box_socket:
            lines = box_socket.makefile()
            equal(dropped(lines, box_socket), 0, "pages dropped before")
            os.write(terminal, STOP)
            longest = 0
            for _ in range(100):
                longest = max(longest, asked(lines, box_socket, "status")[1])
                time.sleep(0.03)
            count = dropped(lines, box_socket)
            require(count > 10, f"pages dropped: {count}")
            require(longest < 2, f"an answer takes {longest} s")
            print(f"         terminal stopped for 3 s: {count} pages dropped, "
                  f"answers within {longest * 1e3:.0f} ms")
            asked(lines, box_socket, "halt")
            os.write(terminal, GO)
            came = read_for(terminal, 2)
            require(b"HALTED" in came, "the screen does not come back")
            at = came.rindex(b"\033[H")
            require(at > 0 and came.count(b"\033[H") >= 2, "it is not drawn anew")
    finally:
        os.kill(child, signal.SIGTERM)
        read_for(terminal, 3)
        status = reaped(child, 15)
        os.close(terminal)
    equal(status, 0, "the status")


@spec
def a_box_whose_terminal_is_stopped_ends_all_the_same(bench):
    place, child, terminal = on_terminal(bench, "stuck")
    try:
        require(b"Ctrl-C stops" in read_for(terminal, 6), "there is no screen")
        os.write(terminal, STOP)
        time.sleep(1)
    finally:
        os.kill(child, signal.SIGTERM)
        begun = time.monotonic()
        status = reaped(child, 20)
        took = time.monotonic() - begun
        os.close(terminal)
    require(status is not None, "it does not end while its terminal is stopped")
    require(not (place / "control/pollux.sock").exists(), "the socket is left behind")
    print(f"         it ends within {took:.1f} s")


@spec
def a_client_that_does_not_read_costs_the_others_nothing(bench):
    box = Box(bench, "deaf")
    with connected(box.folder) as deaf, connected(box.folder) as other:
        line = b'{"jsonrpc":"2.0","id":1,"method":"metrics"}\n'
        deaf.sendall(line * 20)
        lines, longest = other.makefile(), 0
        for _ in range(100):
            longest = max(longest, asked(lines, other, "orders", {"limit": 500})[1])
        require(longest < 2, f"an answer takes {longest} s")
        box.wait(lambda: asked(lines, other, "metrics", {"name": "control_connection_slow"})[0]
                 ["counters"][0]["value"] == 1, "he is not ended")
    box.end()


@spec
def a_record_that_is_moved_away_is_begun_anew(bench):
    box = Box(bench, "moved")
    file = box.folder / "changes.jsonl"
    box.ask("halt")
    old = file.rename(box.folder / "changes.jsonl-1")
    box.ask("arm", "--reason", "x")
    file.unlink()
    box.ask("halt")
    box.ask("arm", "--reason", "y")
    steps = [(json.loads(line)["act"], json.loads(line)["step"])
             for part in (old, file) for line in part.open()]
    # What was begun in the removed file has its end there; a halt waits for no disk, so its first
    # line goes where the file went.
    equal(steps, [(1, "begun"), (1, "ended"), (3, "ended"), (4, "begun"), (4, "ended")],
          "the lines that are left")
    equal(box.counter("control_record_moved"), 2, "times it was moved")
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
        text = QUICKSTART.read_text().replace("record_file: changes.jsonl",
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
        require(box.counter("control_record_lost") >= 3, "lines lost")
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
