"""The processes of one run of exchange.py: started, waited for, and ended."""

import os
import pathlib
import re
import signal
import subprocess
import time

SECONDS = 120  # the longest that anything lives


class Wrong(Exception):
    pass


def require(met, sentence):
    if not met:
        raise Wrong(sentence)


class Stage:
    """The processes of one run and what they said."""

    def __init__(self, folder, programs):
        self.folder = pathlib.Path(folder)
        self.program = dict(zip(("polluxd", "pollux-order", "net_lossy", "wire_trader"), programs))
        self.running = {}
        cores = sorted(os.sched_getaffinity(0))
        self.cores = cores[0], cores[-1]
        password = self.folder / "password"
        password.write_text("secret\n")
        password.chmod(0o600)

    def start(self, name, *words):
        said = open(self.folder / (name + ".txt"), "w", encoding="utf-8")
        self.running[name] = subprocess.Popen(words, stdout=said, stderr=subprocess.STDOUT,
                                              start_new_session=True)
        said.close()
        return self.running[name]

    def said(self, name):
        return (self.folder / (name + ".txt")).read_text(encoding="utf-8")

    def wait_for(self, name, pattern, seconds=40):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if re.search(pattern, self.said(name)):
                return
            if self.running[name].poll() is not None:
                break
            time.sleep(0.05)
        raise Wrong(f"{name} did not say '{pattern}':\n{self.said(name)}")

    def child(self, name):
        """The program that timeout runs; timeout itself gives on only the signals it knows."""
        pid = self.running[name].pid
        return int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def stop(self, name):
        """Asks it to stop in order; what it said to the end."""
        running = self.running[name]
        if running.poll() is None:
            running.send_signal(signal.SIGINT if name in ("venue", "feed") else signal.SIGTERM)
        running.wait(timeout=40)
        return self.said(name)

    def end(self):
        for running in self.running.values():
            try:
                os.killpg(running.pid, signal.SIGKILL)  # its own session: timeout's child too
            except ProcessLookupError:
                pass
            running.wait()

    def configure(self, name, text, **values):
        path = self.folder / (name + ".yaml")
        path.write_text(text.format(folder=self.folder, **values))
        return str(path)

    def polluxd(self, name, text, **values):
        self.start(name, "timeout", str(SECONDS), self.program["polluxd"], "--config",
                   self.configure(name, text, **values))
