"""What the tests of metrics and monitoring share: a box on any free port, a strict reader of
Prometheus's text format, a socket that hears what systemd would, a thread that stands still."""

import ctypes
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

from box_support import quickstart
from replay_support import Skip, calm, equal, require

TREE = pathlib.Path(__file__).resolve().parents[2]
WAIT = 40  # for anything


class Box:
    """polluxd in a directory of its own, on any free port."""

    running = []

    def __init__(self, bench, name, environment=None, journald=False, port=0, obstacle=None):
        self.directory = bench.directory / name
        self.directory.mkdir()
        if obstacle:  # a file where it wants a folder
            (self.directory / obstacle).touch()
        text, count = re.subn(r"^metrics: .*?(?=\s+#|$)", f"metrics: {{tcp_port: {port}}}",
                              quickstart(), flags=re.M)
        equal(count, 1, "the line of metrics in quickstart.yaml")
        text += "\nmonitor: {folder: flight}\n"
        if name != "trading":  # no Redis server is there: an alarm, with a flight record
            text, count = re.subn(r"^redis: .*\n", "", text, flags=re.M)
            equal(count, 1, "the line of redis in quickstart.yaml")
        (self.directory / "box.yaml").write_text(text)
        password = self.directory / "password"
        password.write_text("secret\n")
        password.chmod(0o600)
        self.out = self.output()
        self.journal, stderr = None, open(self.directory / "complained", "w", encoding="utf-8")
        environment = {**os.environ, **(environment or {})}
        if journald:  # a stream socket, as journald's
            self.journal, stderr = socket.socketpair()
            where = os.fstat(stderr.fileno())
            environment["JOURNAL_STREAM"] = f"{where.st_dev}:{where.st_ino}"
        self.process = subprocess.Popen([bench.program["polluxd"], "--config", "box.yaml"],
                                        stdout=self.out, stderr=stderr, cwd=self.directory,
                                        env=environment)
        stderr.close()
        self.out.close()
        Box.running.append(self.process)
        self.port = port or int(self.await_said(
            r"metrics: http://127\.0\.0\.1:(\d+)/metrics").group(1))

    def output(self):
        return open(self.directory / "said", "w", encoding="utf-8")

    @staticmethod
    def leave():
        for one in Box.running:
            if one.poll() is None:
                one.kill()
                one.wait()

    def said(self):
        # By a file of its own: a seek of the one they share would move where the box writes.
        return pathlib.Path(self.out.name).read_text(encoding="utf-8")

    def await_said(self, pattern):
        until = time.monotonic() + WAIT
        while not (found := re.search(pattern, self.said())):
            require(self.process.poll() is None and time.monotonic() < until,
                    f"it does not say '{pattern}': {self.said()[-1500:]}")
            time.sleep(0.02)
        return found

    def ask(self, path, method="GET"):
        """(status, body) by a connection of its own."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)
        client.request(method, path)
        answer = client.getresponse()
        body = answer.read().decode()
        client.close()
        return answer.status, body

    def scrape(self):
        status, body = self.ask("/metrics")
        equal(status, 200, "the status of a scrape")
        return Scrape(body)

    def await_that(self, what, true):
        until = time.monotonic() + WAIT
        while not true():
            require(self.process.poll() is None and time.monotonic() < until, f"never {what}")
            time.sleep(0.05)

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.port), timeout=WAIT)
        return client

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        complaint = ""
        if not self.journal:
            complaint = (self.directory / "complained").read_text()
        calm(subprocess.CompletedProcess([], self.process.returncode, "", complaint), "polluxd")
        equal(self.process.returncode, 0, f"the status ({complaint})")
        return self.said()


class Unread(Box):
    """One whose standard output is a pipe that is full, and that nobody reads until it ends."""

    def await_said(self, pattern):
        text = ""
        while not (found := re.search(pattern, text)):
            text += os.read(self.reader, 4096).decode()
        return found

    def output(self):
        self.reader, writer = os.pipe()
        self.own = os.open(f"/proc/self/fd/{writer}", os.O_WRONLY | os.O_NONBLOCK)
        return open(writer, "w", encoding="utf-8")

    def fill(self):
        try:
            while True:
                os.write(self.own, b"x" * 512)
        except BlockingIOError:
            os.close(self.own)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        said = b""
        while more := os.read(self.reader, 65536):
            said += more
        os.close(self.reader)
        equal(self.process.wait(timeout=30), 0, "the status")
        return said.decode()


class Scrape:
    """The text format, read strictly."""

    FAMILY = re.compile(r"# HELP ([a-zA-Z_:][\w:]*) (.+)\n# TYPE \1 (counter|gauge|summary)\n")
    PAIR = r'[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*"'
    SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{((?:" + PAIR + r",?)*)\})? (-?\d+(?:\.\d+)?)\n")
    LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"')

    def __init__(self, text):
        self.family, self.sample, at, family = {}, {}, 0, None
        while at < len(text):
            if found := self.FAMILY.match(text, at):
                family = found.group(1)
                require(family not in self.family, f"the family {family} twice")
                self.family[family] = found.group(3)
            else:
                found = self.SAMPLE.match(text, at)
                require(found, f"not the text format: {text[at:at + 200]}")
                key = found.group(1), tuple(sorted(self.LABEL.findall(found.group(2) or "")))
                require(key not in self.sample, f"the series {key} twice")
                ending = found.group(1)[len(family):]
                summary = self.family[family] == "summary"
                require(found.group(1).startswith(family) and
                        (ending == "" or summary and ending in ("_sum", "_count")),
                        f"{key} is below the family {family}")
                self.sample[key] = float(found.group(3))
            at = found.end()

    def all(self, name, **labels):
        wanted = set(labels.items())
        found = [value for (of, its), value in self.sample.items()
                 if of == name and wanted <= set(its)]
        require(found, f"there is no {name} {labels}")
        return sum(found)

    def names(self):
        return {name for name, _ in self.sample}


def lawful(scrape):
    for kind in ("packet", "message"):
        name = f"pollux_feed_{kind}"
        equal(scrape.all(f"{name}_accepted_total") + scrape.all(f"{name}_dropped_total"),
              scrape.all(f"{name}_received_total"), f"{kind}s against their reasons")
    equal(scrape.all("pollux_risk_passed_total") + scrape.all("pollux_risk_refused_total"),
          scrape.all("pollux_risk_check_total"), "risk's checks against their verdicts")
    equal(scrape.all("pollux_risk_refused_total"), scrape.all("pollux_gateway_refused_total"),
          "what risk refused and what did not leave")
    ends = ("answered", "bad_json", "bad_request", "unknown", "bad_parameters", "broken",
            "forbidden", "refused", "unavailable")
    equal(sum(scrape.all(f"pollux_control_{end}_total") for end in ends)
          + scrape.all("pollux_control_under_way"), scrape.all("pollux_control_request_total"),
          "requests on the control socket by their end")
    ends = ("full", "nobody", "ended", "idle", "slow", "lost")
    equal(sum(scrape.all(f"pollux_control_connection_{end}_total") for end in ends)
          + scrape.all("pollux_control_line_long_total") + scrape.all("pollux_control_connected"),
          scrape.all("pollux_control_connection_total"), "its connections by their end")
    for state in ("pollux_feed_state", "pollux_gateway_state"):
        equal(scrape.all(state), 1, f"states of {state}")


def listener_of(bench):
    path = str(bench.directory / "notify")
    pathlib.Path(path).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(path)
    listener.settimeout(WAIT)
    return path, listener


def await_told(listener, *wanted):
    """Reads what systemd is told until all of it has come, in order."""
    told = []
    for one in wanted:
        while not told or not told[-1].startswith(one):
            told.append(listener.recv(1000).decode())
    return told


def drained(listener):
    told = []
    try:
        while True:
            told.append(listener.recv(1000).decode())
    except BlockingIOError:
        return told


PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH, WALL = 0x4206, 0x4207, 17, 0x40000000


class Frozen:
    """One thread of a process of ours, stopped as by a debugger while the others run."""

    def __init__(self, thread):
        self.thread, self.libc = thread, ctypes.CDLL(None, use_errno=True)
        self.ask(PTRACE_SEIZE)
        self.ask(PTRACE_INTERRUPT)
        os.waitpid(thread, WALL)

    def ask(self, what):
        pointer = ctypes.c_void_p
        if self.libc.ptrace(ctypes.c_long(what), ctypes.c_long(self.thread), pointer(), pointer()):
            raise Skip(f"ptrace is not allowed here: {os.strerror(ctypes.get_errno())}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ask(PTRACE_DETACH)


def lcore_of(process):
    """The busiest thread that is neither the control plane nor a journal's nor DPDK's own."""
    threads = [one for one in pathlib.Path(f"/proc/{process.pid}/task").iterdir()
               if int(one.name) != process.pid and
               (one / "comm").read_text().strip() not in ("journal", "eal-intr-thread")]
    require(threads, "there is no lcore")

    def used(thread):
        return sum(map(int, (thread / "stat").read_text().rpartition(")")[2].split()[11:13]))

    return int(max(threads, key=used).name)


def records(path):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {one["record"]: [two for two in lines if two["record"] == one["record"]]
            for one in lines}
