#!/usr/bin/env python3
"""polluxd from its configuration: to the end, stopped, refused, and on a terminal.

    polluxd_runs.py POLLUXD POLLUX_REPLAY POLLUX_GENERATE
"""

import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import time

from replay_support import Skip, calm, equal, require, run_specs, spec

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "apps/polluxd"
LINES = EXAMPLES / "lines.yaml"
ESCAPE = "\033"
SCREEN_ON, SCREEN_OFF = "\033[?1049h", "\033[?1049l"


def captures(bench):
    """Two lines of one feed with loss, made once."""
    a, b = bench.path("lines-a.pcap"), bench.path("lines-b.pcap")
    if not pathlib.Path(a).exists():
        bench.generate("--messages", "30k", "--symbols", 10, "--seed", 3, "--loss", 5,
                       "--reorder", 10, "--line-a", a, "--line-b", b)
    return a, b


def configured(bench, *changes):
    """A copy of lines.yaml with absolute paths, one allowed core, and changes (old, new)."""
    a, b = captures(bench)
    core = min(os.sched_getaffinity(0))
    text = LINES.read_text()
    for old, new in (("lines-a.pcap", a), ("lines-b.pcap", b),
                     ("cores: [0]", f"cores: [{core}]"), *changes):
        require(old in text, f"lines.yaml has no '{old}'")
        text = text.replace(old, new)
    return bench.write("run.yaml", text.encode())


FASTEST = ("pace: 1x", "pace: fastest")


def digest_of(output):
    found = re.findall(r"^digest ([0-9a-f]{16})$", output, re.MULTILINE)
    equal(len(found), 1, f"digests printed in {output[-2000:]}")
    return found[0]


def paced(bench, *changes):
    """A run at the recorded pace, begun; what it says is in pipes."""
    line = [bench.program["polluxd"], "--config", configured(bench, *changes)]
    running = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    running.line = line
    return running


@spec
def captures_are_played_to_the_end_with_the_digest_of_pollux_replay(bench):
    a, b = captures(bench)
    done = bench.run("polluxd", "--config", configured(bench, FASTEST))
    equal(done.returncode, 0, f"the status ({done.stderr})")
    require(ESCAPE not in done.stdout, "plain output has escape codes")
    played = bench.replay(a, b)
    equal(digest_of(done.stdout), played["digest"], "the digest")
    received = re.search(r"^messages\n +received +([\d,]+)$", done.stdout, re.MULTILINE)
    equal(int(received[1].replace(",", "")), played["messages"], "messages received")


@spec
def the_recorded_pace_gives_the_same_digest_as_full_speed(bench):
    fast = bench.run("polluxd", "--config", configured(bench, FASTEST))
    quick = bench.run("polluxd", "--config", configured(bench, ("pace: 1x", "pace: 100x")))
    equal(quick.returncode, 0, f"the status ({quick.stderr})")
    equal(digest_of(quick.stdout), digest_of(fast.stdout), "the digest")


@spec
def layout_dedicated_gives_the_same_digest(bench):
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise Skip("layout dedicated needs two processors")
    shared = bench.run("polluxd", "--config", configured(bench, FASTEST))
    done = bench.run("polluxd", "--config", configured(
        bench, FASTEST, ("layout: shared", "layout: dedicated"),
        (f"cores: [{cores[0]}]", f"cores: [{cores[0]}, {cores[1]}]")))
    equal(done.returncode, 0, f"the status ({done.stderr})")
    equal(digest_of(done.stdout), digest_of(shared.stdout), "the digest")


@spec
def sigint_and_sigterm_stop_it_in_order_with_a_summary(bench):
    for number in (signal.SIGINT, signal.SIGTERM):
        running = paced(bench)
        running.stdout, out = None, running.stdout
        with out:
            first = out.readline()  # it plays
            equal(running.poll(), None, f"the status of a paced run ({number.name}): {first}")
            begun = time.monotonic()
            running.send_signal(number)
            said = out.read()
        status = running.wait(timeout=20)
        took = time.monotonic() - begun
        with running.stderr:
            complaint = running.stderr.read()
        calm(subprocess.CompletedProcess(running.line, status, said, complaint), running.line)
        equal(status, 0, f"the status after {number.name} ({complaint})")
        require(took < 20, f"{number.name} took {took:.1f} s")
        require("orders live" in said and "latency" in said, f"no summary: {said[-500:]}")
        digest_of(said)


@spec
def a_run_can_be_bounded_and_a_release_is_for_a_gateway(bench):
    begun = time.monotonic()
    done = bench.run("polluxd", "--config", configured(bench), "--for", "1s")
    equal(done.returncode, 0, f"the status ({done.stderr})")
    require(1 <= time.monotonic() - begun < 60, "it does not stop after a second")
    digest_of(done.stdout)
    for words in (["--for", "0"], ["--for", "soon"], ["--release", ""], ["--release", "none"]):
        done = bench.run("polluxd", "--config", configured(bench), *words)
        equal(done.returncode, 2, f"the status of {words} ({done.stderr})")
        require(done.stderr and not done.stdout, f"{words}: {done.stdout[:300]}")


@spec
def every_problem_of_a_configuration_is_said_at_once_with_its_place(bench):
    path = configured(bench, ("layout: shared", "layout: round"), ("pace: 1x", "pace: never"),
                      ("refresh_ms: 250", "refresh_ms: minus"))
    lines = pathlib.Path(path).read_text().splitlines()
    for words in (["--config", path], ["--config", path, "--check"]):
        done = bench.run("polluxd", *words)
        equal(done.returncode, 4, "the status")
        equal(done.stdout, "", "the standard output")
        for wrong in ("layout: round", "pace: never", "refresh_ms: minus"):
            row = next(at for at, line in enumerate(lines, 1) if wrong in line)
            column = lines[row - 1].index(wrong.split()[1]) + 1
            require(f"{path}:{row}:{column}: " in done.stderr,
                    f"'{wrong}' at {row}:{column} is not said: {done.stderr}")


@spec
def a_configuration_that_is_garbage_is_refused_with_status_4(bench):
    for content in (b"", b"\0" * 100, b"[[[[[", b"a: &a [*a, *a]", b"\xff\xfe\x00", b"- " * 5000,
                    b"lcores: {layout: {}}\nports: 7", b"x" * 100_000):
        done = bench.run("polluxd", "--config", bench.write("garbage.yaml", content))
        equal(done.returncode, 4, f"the status for {content[:30]} ({done.stderr[:300]})")
        require("garbage.yaml" in done.stderr, f"it says {done.stderr[:300]}")


@spec
def a_right_configuration_is_called_right_and_not_run(bench):
    done = bench.run("polluxd", "--check", "--config", configured(bench))
    equal((done.returncode, done.stderr), (0, ""), "status and complaint")
    require(done.stdout.endswith(": right\n"), f"it says {done.stdout}")


@spec
def what_a_strategy_refuses_is_said_where_it_stands(bench):
    example = (EXAMPLES / "gateway.yaml").read_text()
    parameters = next(line for line in example.splitlines() if "parameters:" in line)
    watching = example.replace("strategy: maker", "strategy: tally")

    def checked(text, *expected):
        path = bench.write("gateway.yaml", text.encode())
        done = bench.run("polluxd", "--check", "--config", path)
        equal(done.returncode, 4 if expected else 0, f"the status after {done.stderr}")
        equal(done.stderr.splitlines(), [path + ":" + one for one in expected], "what it says")

    def place(text, wrong):
        row = next(at for at, line in enumerate(text.splitlines(), 1) if wrong in line)
        return f"{row}:{text.splitlines()[row - 1].index(wrong) + 1}"

    checked(example)
    checked(watching.replace(parameters + "\n", ""))
    slower = example.replace("threshold: 1t", "threshold: slow")
    row = next(at for at, line in enumerate(slower.splitlines(), 1) if "threshold: slow" in line)
    column = slower.splitlines()[row - 1].index("slow") + 1
    done = bench.run("polluxd", "--check", "--config", bench.write("slower.yaml", slower.encode()))
    require(f":{row}:{column}: gateway.strategies[0].parameters: maker: threshold is 'slow'"
            in done.stderr, f"it says {done.stderr}")
    value = parameters.split("rungs: ")[1]
    checked(watching,
            f"{place(watching, value)}: gateway.strategies[0].parameters: tally takes none")
    unknown = example.replace("strategy: maker", "strategy: nosuch")
    done = bench.run("polluxd", "--config", bench.write("gateway.yaml", unknown.encode()))
    equal(done.returncode, 4, "the status of a strategy that there is not")
    require(f":{place(unknown, 'nosuch')}: gateway.strategies[0].strategy is \"nosuch\", but there "
            "is no such strategy" in done.stderr, f"it says {done.stderr}")
    gone = watching.replace(parameters + "\n", "") + "\n"
    gone = gone.replace("\nscreen:", "\n  plugins: [/no/such.so]\n\nscreen:")
    checked(gone, f"{place(gone, '/no/such.so')}: gateway.plugins[0]: /no/such.so: cannot be "
            "opened: No such file or directory")


@spec
def missing_files_and_wrong_usage_are_told_apart(bench):
    done = bench.run("polluxd", "--config", bench.path("no-such.yaml"))
    equal(done.returncode, 4, "the status without a configuration")
    require("no-such.yaml" in done.stderr, f"it says {done.stderr}")
    gone = bench.path("gone.pcap")
    without_b = configured(bench, (bench.path("lines-b.pcap"), gone))
    done = bench.run("polluxd", "--config", without_b)
    equal(done.returncode, 1, f"the status without a capture ({done.stderr})")
    equal(done.stderr.count("\n"), 1, f"lines it takes to say so: {done.stderr}")
    require(gone in done.stderr and "No such file" in done.stderr, f"it says {done.stderr}")
    for words in ([], ["--nonsense"], ["--config", "a", "b"]):
        equal(bench.run("polluxd", *words).returncode, 2, f"the status of polluxd {words}")


def on_terminal(line, seconds, number=None, shown=b""):
    """Runs it on a pseudo-terminal; signals it, if asked to, once it has shown this three times:
    (status, what it wrote)."""
    try:
        child, terminal = pty.fork()
    except OSError as trouble:
        raise Skip(f"no pseudo-terminal can be opened here: {trouble}") from None
    if child == 0:
        os.execv(line[0], line)
    written, begun, sent = b"", time.monotonic(), False
    while time.monotonic() - begun < seconds:
        if number and not sent and written.count(shown) >= 3:
            os.kill(child, number)
            sent = True
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            part = b""
        if not part:
            break
        written += part
    else:
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    return status, written.decode(errors="replace")


@spec
def on_a_terminal_the_screen_is_drawn_and_given_back(bench):
    line = [bench.program["polluxd"], "--config", configured(bench)]
    status, written = on_terminal(line, 60, signal.SIGINT, b"Ctrl-C stops")
    equal(status, 0, f"the status ({written[-300:]})")
    equal(written.count(SCREEN_ON), 1, "screens opened")
    equal(written.count(SCREEN_OFF), 1, "screens given back")
    require(written.index(SCREEN_ON) < written.index(SCREEN_OFF), "given back before it is opened")
    drawn, after = written[written.index(SCREEN_ON):].split(SCREEN_OFF)
    require(drawn.count("Ctrl-C stops") >= 3, "the screen is not redrawn")
    require("capture [" in drawn and "latency" in drawn, "the screen lacks its parts")
    require("\033[?25h" in written, "the cursor is not given back")
    require(ESCAPE not in after.replace("\033[?25h", ""), "escape codes behind the screen")
    digest_of(after.replace("\r\n", "\n"))


@spec
def pollux_replay_leaves_no_escape_codes_in_plain_output(bench):
    a, b = captures(bench)
    done = bench.run("pollux-replay", a, b, "--bbo")
    equal((done.returncode, ESCAPE in done.stdout + done.stderr), (0, False), "status and escapes")
    status, written = on_terminal([bench.program["pollux-replay"], a, b], 60)
    equal(status, 0, "the status on a terminal")
    equal(digest_of(written.replace("\r\n", "\n")), digest_of(done.stdout), "the digest")


if __name__ == "__main__":
    run_specs(sys.argv[1:])
