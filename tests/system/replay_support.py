"""What the tests of pollux-replay and polluxd share: specs, running programs, capture files.

A spec is a function whose name is a sentence; it returns if the sentence is true.  All of a file
run in the order of the file; the status is 1 if one failed, 77 if one was skipped, else 0.
"""

import concurrent.futures
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

TOGETHER = 3  # programs at once, of one spec
SECONDS = 240  # none of the programs takes longer, even with sanitizers on a busy host
ALL = os.environ.get("POLLUX_ALL") == "1"
SPECS = []

# Room for any recording of the tests, in half of the memory that is the program's own choice: a
# start touches all of it, hundreds of times here.  Huge pages are not tried, because a kernel that
# has none ready makes some by moving others.  Words behind these have the last word.
MODEST = ("--huge-pages", "none", "--orders", 131072, "--levels", 32768)


class Skip(Exception):
    """The machine lacks what the spec needs; the text says what."""


def spec(function):
    SPECS.append(function)
    return function


def long_spec(function):
    """One that runs with --all only."""
    return spec(function) if ALL else function


def require(truth, sentence):
    if not truth:
        raise AssertionError(sentence)


def equal(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: is {shown(actual)}, should be {shown(expected)}")


def shown(value):
    text = repr(value)
    return text if len(text) <= 400 else text[:400] + "..."


class Bench:
    """Where a test works: the programs, a directory of its own, the shared data."""

    limits = MODEST  # of pollux-replay

    def __init__(self, directory, programs):
        self.directory = pathlib.Path(directory)
        self.program = {pathlib.Path(one).name: os.path.abspath(one) for one in programs}

    def path(self, name):
        return str(self.directory / name)

    def shared(self, name):
        found = pathlib.Path(os.environ.get("POLLUX_SHARED", "../shared")) / "data" / name
        if not found.exists():
            raise Skip(f"the shared data are not there ({found})")
        return str(found)

    def write(self, name, content):
        path = self.path(name)
        pathlib.Path(path).write_bytes(content)
        return path

    def generate(self, *words):
        """pollux-generate; what it makes is in this test's directory."""
        done = subprocess.run([self.program["pollux-generate"], "--quiet", *map(str, words)],
                              capture_output=True, text=True, timeout=SECONDS, cwd=self.directory)
        require(done.returncode == 0, f"pollux-generate {words} says {done.stderr}")

    def replay(self, *words, status=0, **how):
        """pollux-replay --json: its object, after its exit status and its books are checked."""
        done = self.run("pollux-replay", "--json", *self.limits, *words, **how)
        wanted = status if isinstance(status, tuple) else (status,)
        require(done.returncode in wanted, f"{words}: status {done.returncode}, should be "
                f"{wanted}; it says {done.stderr or done.stdout[:300]}")
        if not done.stdout:
            return {"said": done.stderr, "status": done.returncode}
        result = json.loads(done.stdout)
        lawful(result, words)
        result.update(said=done.stderr, status=done.returncode)
        return result

    def run(self, program, *words, **how):
        """Any of the programs; one that crashed, hung or let a sanitizer speak is a failure."""
        line = [how.pop("binary", self.program[program]), *map(str, words)]
        done = subprocess.run(line, capture_output=True, text=True, errors="replace",
                              timeout=SECONDS, cwd=self.directory, stdin=subprocess.DEVNULL, **how)
        calm(done, line)
        return done


def calm(done, line):
    require(done.returncode >= 0, f"{line} was killed by signal {-done.returncode}: {done.stderr}")
    for cry in ("Sanitizer", "runtime error", "CHECK", "core dumped"):
        require(cry not in done.stderr, f"{line} says {done.stderr[-3000:]}")


def lawful(result, of):
    """What came in is what was accepted and the sum of the reasons (MD5)."""
    drops = {"packets": 0, "messages": 0}
    for reason, count in result["drops"].items():
        kind = "packets" if reason.startswith(("frame_", "datagram_")) else "messages"
        drops[kind] += count
    for kind, count in drops.items():
        equal(result[kind], result[kind + "_accepted"] + count, f"{of}: {kind} against the reasons")
    equal(sum(result["messages_by_type"].values()),
          result["messages"] - result["drops"]["message_empty"] -
          result["drops"]["message_unknown_type"] - result["drops"]["message_short_message"],
          f"{of}: messages by type")


def drops(result):
    """The reasons that occurred."""
    return {reason: count for reason, count in result["drops"].items() if count}


def together(work, given):
    """What work says of each that is given, in their order; programs that mostly wait do it at
    once.  What one of them raises is raised."""
    with concurrent.futures.ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(work, given))


def run_specs(programs):
    failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="pollux-test-") as directory:
        os.chmod(directory, 0o755)
        bench = Bench(directory, programs)
        for one in SPECS:
            name, begun = one.__name__.replace("_", " "), time.monotonic()
            try:
                one(bench)
                print(f"ok       {name} ({time.monotonic() - begun:.1f} s)")
            except Skip as reason:
                skipped += 1
                print(f"skipped  {name}: {reason}")
            except (AssertionError, subprocess.TimeoutExpired) as reason:
                failed += 1
                print(f"FAILED   {name}: {reason}")
            sys.stdout.flush()
    sys.exit(1 if failed else 77 if skipped else 0)


# Captures, written and read without the code under test.

def pcap(frames, order="<", nano=True, snap=262144, link=1):
    """A pcap file of (time in ns, frame) or (time in ns, frame, length on the wire)."""
    magic, tick = (0xA1B23C4D, 1) if nano else (0xA1B2C3D4, 1000)
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, link)]
    for ns, frame, *wire in frames:
        head = (ns // 10**9, ns % 10**9 // tick, len(frame), wire[0] if wire else len(frame))
        parts.append(struct.pack(order + "IIII", *head) + frame)
    return b"".join(parts)


def pcapng(frames, order="<", nano=True):
    """A pcapng file of one section and one interface."""
    def block(kind, body):
        body += bytes(-len(body) % 4)
        length = struct.pack(order + "I", len(body) + 12)
        return struct.pack(order + "I", kind) + length + body + length

    resolution = struct.pack(order + "HHB3xHH", 9, 1, 9 if nano else 6, 0, 0)
    parts = [block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)),
             block(1, struct.pack(order + "HHI", 1, 0, 0) + resolution)]
    for ns, frame in frames:
        ticks = ns if nano else ns // 1000
        head = struct.pack(order + "IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF,
                           len(frame), len(frame))
        parts.append(block(6, head + frame))
    return b"".join(parts)


def pcap_frames(path):
    """(time in ns, frame) of a little-endian nanosecond pcap."""
    content = pathlib.Path(path).read_bytes()
    require(content[:4] == struct.pack("<I", 0xA1B23C4D), f"{path} is not a nanosecond pcap")
    frames, at = [], 24
    while at < len(content):
        second, nano, kept, _ = struct.unpack_from("<IIII", content, at)
        frames.append((second * 10**9 + nano, content[at + 16:at + 16 + kept]))
        at += 16 + kept
    return frames


def moldudp64_range(frame):
    """(first sequence number, messages) of an untagged frame; 0xffff ends the session: none."""
    first, count = struct.unpack_from(">QH", frame, 14 + 20 + 8 + 10)
    return first, 0 if count == 0xFFFF else count


def ones_sum(content):
    content += bytes(len(content) % 2)
    total = sum(struct.unpack(f">{len(content) // 2}H", content))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def udp_frame(payload, group=0xE9360C6F, port=26477, checksum=True):
    """Ethernet, IPv4 and UDP around a payload, with both checksums."""
    source = 0x0A000001
    udp = struct.pack(">HHHH", 1000, port, 8 + len(payload), 0) + payload
    pseudo = struct.pack(">IIBBH", source, group, 0, 17, len(udp))
    if checksum:
        udp = udp[:6] + struct.pack(">H", ones_sum(pseudo + udp) or 0xFFFF) + udp[8:]
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0x4000, 1, 17, 0, source, group)
    ip = ip[:10] + struct.pack(">H", ones_sum(ip)) + ip[12:]
    return bytes.fromhex("01005e360c6f") + bytes.fromhex("020000000001") + b"\x08\x00" + ip + udp


def mold(sequence, messages, session=b"TEST000001", count=None):
    """A MoldUDP64 datagram; count, if given, lies about how many messages there are."""
    blocks = b"".join(struct.pack(">H", len(one)) + one for one in messages)
    counted = len(messages) if count is None else count
    return session + struct.pack(">QH", sequence, counted) + blocks


def add_order(number, side=b"B", shares=100, price_e4=1000000, locate=1):
    """An ITCH 'A' message of 36 bytes."""
    stamp = number.to_bytes(6, "big")
    return (b"A" + struct.pack(">HH", locate, 0) + stamp + struct.pack(">Q", number) + side +
            struct.pack(">I", shares) + b"TEST    " + struct.pack(">I", price_e4))
