"""polluxd with the configuration of the quick start, or one made of it, beside a test."""

import os
import pathlib
import subprocess
import time
from signal import SIGKILL, SIGTERM

from replay_support import calm, equal, require

QUICKSTART = pathlib.Path(__file__).resolve().parents[2] / "apps/polluxd/quickstart.yaml"


# A start touches all of its memory: no more room than what the tests do needs.
MODEST = (("  history_mib: 64\n", "  history_mib: 8\n"),
          ("  answers_mib: 64\n", "  answers_mib: 16\n"),
          ("  orders: 65536\n", "  orders: 16384\n"), ("  levels: 65536\n", "  levels: 16384\n"))


def core_of_ours():
    """A core that may be used; tests that run at once do not all take the same one."""
    cores = sorted(os.sched_getaffinity(0))
    return cores[os.getpid() % len(cores)]


def quickstart(core=None):
    """Its text, on a core that may be used, its metrics on any free port, with modest room."""
    text = QUICKSTART.read_text(encoding="utf-8")
    core = core_of_ours() if core is None else core
    for old, new in (("cores: [0]", f"cores: [{core}]"), ("tcp_port: 9464", "tcp_port: 0"),
                     *MODEST):
        require(old in text, f"the quick start has no '{old}'")
        text = text.replace(old, new)
    return text


class Box:
    """polluxd in the bench's directory, with the folders that are there; one at a time."""

    running = None

    def __init__(self, bench, text, *words):
        Box.leave()
        os.chmod(bench.write("password", b"secret\n"), 0o600)
        path = bench.write("box.yaml", text.encode())
        self.line = [bench.program["polluxd"], "--config", path, *words]
        self.out = open(bench.path("said"), "w+", encoding="utf-8")
        self.err = open(bench.path("complained"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(self.line, stdout=self.out, stderr=self.err,
                                        cwd=bench.directory)
        Box.running = self.process

    @staticmethod
    def leave():
        """What a spec that failed has left."""
        if Box.running and Box.running.poll() is None:
            Box.running.kill()
            Box.running.wait()

    def said(self):
        # By a file of its own: a seek of the one they share would move where the box writes.
        return pathlib.Path(self.out.name).read_text(encoding="utf-8")

    def await_true(self, what, sentence, seconds=60):
        """Until what(all that was said) is true."""
        until = time.monotonic() + seconds
        while not what(self.said()):
            require(self.process.poll() is None and time.monotonic() < until,
                    f"{sentence} in {seconds} s: {self.said()[-1500:]}")
            time.sleep(0.02)

    def await_text(self, text, seconds=60):
        self.await_true(lambda said: text in said, f"it does not say '{text}'", seconds)

    def signal(self, which):
        self.process.send_signal(which)

    def memory_kb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(status.split("RssAnon:")[1].split()[0])

    def end(self, by=SIGTERM, status=0):
        """Ends it by this signal, or sees it end by itself; all that it has said."""
        if by is not None:
            self.signal(by)
        self.process.wait(timeout=30)
        said = self.said()
        complaint = pathlib.Path(self.err.name).read_text(encoding="utf-8")
        for one in (self.out, self.err):
            one.close()
        calm(subprocess.CompletedProcess(self.line, max(self.process.returncode, 0), said,
                                         complaint), self.line)
        equal(self.process.returncode, status, f"the status ({complaint}; {said[-1500:]})")
        return said

    def kill(self):
        return self.end(by=SIGKILL, status=-SIGKILL)
