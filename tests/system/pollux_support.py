"""A box of apps/polluxd/quickstart.yaml that trades, with the program pollux beside it."""

import atexit
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

from box_support import quickstart
from replay_support import calm, equal, require

TREE = pathlib.Path(__file__).resolve().parents[2]

# On a busy host a message may be heard seconds after it was said.
PATIENT = ("redis: {socket: redis.sock}", "redis: {socket: redis.sock, age_ms: 20000}")


class Box:
    """polluxd in a folder of its own, and pollux beside it."""

    def __init__(self, bench, folder, text=None, journal=False):
        self.folder = pathlib.Path(bench.path(folder))
        self.folder.mkdir()
        self.folder.chmod(0o755)
        (self.folder / "password").write_text("secret\n")
        (self.folder / "password").chmod(0o600)
        self.file = self.folder / "quickstart.yaml"
        text = (text or quickstart()).replace(*PATIENT)
        self.file.write_text(re.sub(r"^metrics: .*\n", "", text, flags=re.MULTILINE))
        self.program = self.folder / "pollux"
        shutil.copy(bench.program["pollux"], self.program)
        self.said = open(self.folder / "said", "w+", encoding="utf-8")
        self.line = [bench.program["polluxd"], "--config", "quickstart.yaml"]
        is_file = os.fstat(self.said.fileno())
        stream = {"JOURNAL_STREAM": f"{is_file.st_dev}:{is_file.st_ino}"} if journal else {}
        self.process = subprocess.Popen(self.line, stdout=self.said, stderr=subprocess.STDOUT,
                                        cwd=self.folder, env={**os.environ, **stream})
        atexit.register(self.process.kill)  # of a spec that fails before its end
        self.wait(lambda: self.pollux("status").returncode == 0, "it does not answer")
        self.wait(lambda: self.ask("status")["sent"] > 100, "it does not trade")

    def wait(self, truth, sentence, seconds=40):
        until = time.monotonic() + seconds
        while not truth():
            require(time.monotonic() < until and self.process.poll() is None, sentence)
            time.sleep(0.02)

    def typed(self, line):
        return subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=30,
                              cwd=self.folder, stdin=subprocess.DEVNULL)

    def pollux(self, *words, user=None, environment=None):
        """The program once; as another user of our group, if one is named."""
        more = {} if user is None else {"user": user, "group": os.getegid(), "extra_groups": []}
        line = ["./pollux", *words]
        done = subprocess.run(line, capture_output=True, text=True, timeout=30, cwd=self.folder,
                              stdin=subprocess.DEVNULL, env=environment, **more)
        calm(done, line)
        return done

    def ask(self, *words):
        done = self.pollux("--json", *words)
        equal(done.returncode, 0, f"the status of {words} ({done.stderr})")
        return json.loads(done.stdout)

    def counter(self, name):
        counters = {one["name"]: one["value"] for one in self.ask("metrics", name)["counters"]}
        return counters[f"pollux_{name}_total"]

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=40)
        self.said.seek(0)
        said = self.said.read()
        self.said.close()
        calm(subprocess.CompletedProcess(self.line, max(self.process.returncode, 0), "", said),
             self.line)
        equal(self.process.returncode, 0, f"the status of polluxd ({said[-1500:]})")
        require(not (self.folder / "control/pollux.sock").exists(), "the socket is left behind")

    def record(self):
        return [json.loads(line) for line in (self.folder / "changes.jsonl").open()]


def connected(folder):
    asks = socket.socket(socket.AF_UNIX)
    asks.settimeout(40)
    back = os.getcwd()
    os.chdir(folder)  # a path in an address has at most 107 bytes
    try:
        asks.connect("control/pollux.sock")
    finally:
        os.chdir(back)
    return asks
