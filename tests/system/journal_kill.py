#!/usr/bin/env python3
"""A journalled venue is killed a thousand times, and nothing it acknowledged is ever missing.

    journal_kill.py JOURNAL_SUBMITTER POLLUX_JOURNAL

The submitter (journal_submitter.c) is told a stream of inputs that follows from a seed, and says
the numbers that are acknowledged.  This witness kills it at random instants, starts it again, and
checks what it says it has recovered:

  - every number that was acknowledged is there, and what was there once is there again;
  - the state is that of an engine without journal which was told exactly that many inputs of the
    same stream: so none is lost, none invented, none out of order.

A kill never loses what the kernel has, so this is about the process's death (D0); power cuts are
simulated in tests/journal.  SPEC_SEED chooses the seed, KILLS another number of kills.
"""

import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

SUBMITTER, TOOL = sys.argv[1:3]
SEED = int(os.environ.get("SPEC_SEED", "1"))
KILLS = int(os.environ.get("KILLS", "1000"))
SKIPPED = 77
WORD = struct.Struct("<Q")
FULL = 2**64 - 1
ENDLESS = 10**9

chance = random.Random(SEED)
failures = []


def expect(met, sentence):
    if not met:
        failures.append(sentence)
        print(f"FAILED (seed {SEED}): {sentence}")
    return met


class Reference:
    """An engine without a journal; asked for ever larger numbers of inputs."""

    def __init__(self, seed):
        self.process = subprocess.Popen([SUBMITTER, "reference", str(seed)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.known = {}

    def digest(self, inputs):
        if inputs not in self.known:
            self.process.stdin.write(WORD.pack(inputs))
            self.known[inputs] = WORD.unpack(self.process.stdout.read(8))[0]
        return self.known[inputs]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Witness:
    """One folder, one stream, many lives."""

    def __init__(self, folder, seed, durability, snapshot_every):
        self.folder, self.seed = folder, seed
        self.durability, self.snapshot_every = durability, snapshot_every
        self.reference = Reference(seed)
        self.lives = self.died_early = 0
        self.must = 0  # this sequence must be there
        self.seen = 0  # acknowledgements

    def start(self, inputs_max=ENDLESS):
        return subprocess.Popen([SUBMITTER, self.folder, str(self.seed), self.durability,
                                 str(self.snapshot_every), str(inputs_max)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)

    def check(self, output, errors, where):
        """What one life has said, until it was killed."""
        where = f"{where}, life {self.lives}"
        expect(not errors, f"{where}: said {errors.decode(errors='replace').strip()!r}")
        words = [word[0] for word in WORD.iter_unpack(output[:len(output) // 8 * 8])]
        self.lives += 1
        if len(words) < 2:
            self.died_early += 1
            return words
        recovered, digest, acknowledged = words[0], words[1], words[2:]
        expect(recovered >= self.must,
               f"{where}: {self.must} was acknowledged, {recovered} is recovered")
        inputs = max(recovered - 1, 0)
        expect(digest == self.reference.digest(inputs),
               f"{where}: after {inputs} inputs the state is not the reference's")
        self.must = max(self.must, recovered)
        for number in acknowledged:
            if number == FULL:
                continue
            expect(number >= self.must, f"{where}: {number} is acknowledged behind {self.must}")
            self.must = max(self.must, number)
            self.seen += 1
        return words

    def kill_once(self, where):
        life = self.start()
        output = b""
        if chance.random() < 0.3:
            time.sleep(chance.random() * 0.006)  # perhaps while it recovers
        else:
            while len(output) < 24 and life.poll() is None:  # until it has acknowledged something
                output += life.stdout.read(24)
            time.sleep(chance.random() ** 3 * 0.012)
        life.kill()
        output += life.stdout.read()
        errors = life.stderr.read()
        life.wait()
        life.stdout.close()
        life.stderr.close()
        return self.check(output, errors, where)

    def finish(self, where):
        """A last life that ends by itself; then the tool looks at what is left."""
        life = self.start(inputs_max=self.must + 1000)
        output, errors = life.communicate()
        expect(life.returncode == 0, f"{where}: the last life ended with {life.returncode}")
        self.check(output, errors, where)
        verify = subprocess.run([TOOL, "--json", "verify", self.folder], capture_output=True)
        report = json.loads(verify.stdout)
        expect(report["sound"] and verify.returncode == 0,
               f"{where}: verify says {verify.stderr.decode()!r}")
        expect(report["last_sequence"] == self.must,
               f"{where}: verify ends with {report['last_sequence']}, not {self.must}")
        replay = subprocess.run([TOOL, "--json", "--quiet", "replay", self.folder],
                                capture_output=True)
        digest = int(json.loads(replay.stdout)["digest"], 16)
        expect(digest == self.reference.digest(self.must - 1),
               f"{where}: replay's digest is not the reference's")
        self.reference.close()


def folder_new(parent):
    return tempfile.mkdtemp(prefix="journal_kill.", dir=parent)


def kills(parent, count, durability, snapshot_every):
    """count lives in a folder of its own; true if all was well."""
    folder = folder_new(parent)
    where = f"{durability} in {parent}, a snapshot every {snapshot_every}"
    began = time.monotonic()
    try:
        witness = Witness(os.path.join(folder, "journal"), chance.getrandbits(32), durability,
                          snapshot_every)
        for _ in range(count):
            witness.kill_once(where)
            if len(failures) > 5:
                return False
        witness.finish(where)
        spent = time.monotonic() - began
        print(f"{where}: {count} kills in {spent:.1f} s, {witness.must} records, "
              f"{witness.seen} acknowledgements seen, "
              f"{witness.died_early} lives died while starting")
        expect(witness.died_early < count / 2, f"{where}: most lives died before they began")
        expect(witness.seen > count / 2, f"{where}: hardly anything was acknowledged")
        return not failures
    finally:
        shutil.rmtree(folder)


def full_disk():
    """The disk fills up, the venue waits, is killed, gets space, and goes on."""
    folder = folder_new("/tmp")
    where = "a full disk"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", folder],
                             capture_output=True).returncode == 0
    try:
        if not mounted:
            print(f"{where}: skipped, a small tmpfs cannot be mounted here")
            return
        witness = Witness(os.path.join(folder, "journal"), 5, "disk", 10**8)
        for turn in range(3):
            filler = os.path.join(folder, "filler")
            with open(filler, "wb") as file:
                file.write(bytes((1200, 600, 0)[turn] * 1024))
            life = witness.start()
            words, output = [], b""
            while FULL not in words:
                output += life.stdout.read(8)
                words = [word[0] for word in WORD.iter_unpack(output)]
                if not expect(life.poll() is None, f"{where}: the venue ended"):
                    break
            life.kill()
            output += life.stdout.read()
            witness.check(output, life.stderr.read(), where)
            life.wait()
            os.remove(filler)
            expect(witness.must > 1000 * turn, f"{where}: hardly anything was taken")
        subprocess.run(["mount", "-o", "remount,size=8m", folder], check=True)
        witness.finish(where)
        print(f"{where}: full three times, {witness.must} records, nothing lost")
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=False)
        os.rmdir(folder)


def no_permission():
    """A folder that cannot be written is a sentence, and nothing is harmed."""
    folder = folder_new("/tmp")
    where = "a folder that is read-only"
    try:
        os.chmod(folder, 0o500)
        demote = None
        if os.geteuid() == 0:
            os.chown(folder, 65534, 65534)

            def demote():
                os.setegid(65534)
                os.seteuid(65534)
        try:
            life = subprocess.run([SUBMITTER, folder, "1", "disk", "1000", "10"],
                                  capture_output=True, preexec_fn=demote)
        except PermissionError:
            print(f"{where}: skipped, the program cannot be run by another user here")
            return
        expect(life.returncode == 1, f"{where}: the exit status is {life.returncode}")
        expect(b"Permission denied" in life.stderr, f"{where}: said {life.stderr!r}")
        print(f"{where}: refused with a sentence")
    finally:
        shutil.rmtree(folder)


def main():
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
    plans = [(memory, 0.30, "process", 700), (memory, 0.40, "disk", 1500),
             (memory, 0.10, "disk", 10**8), ("/var/tmp", 0.10, "process", 2000),
             ("/var/tmp", 0.10, "disk", 300)]
    for parent, share, durability, snapshot_every in plans:
        if not kills(parent, max(int(KILLS * share), 1), durability, snapshot_every):
            break
    full_disk()
    no_permission()
    print(f"{len(failures)} failures" if failures else "nothing was lost")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
