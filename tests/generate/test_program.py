#!/usr/bin/env python3
"""pollux-generate as its user sees it: files, figures, refusals.

Usage: test_program.py PROGRAM            what needs nothing else
       test_program.py PROGRAM tshark     an independent reader of the frames
       test_program.py PROGRAM recorded   recorded captures, in $POLLUX_SHARED/data
       test_program.py PROGRAM device     onto a DPDK device that writes a file

Prints a sentence per promise; exits 1 if one is broken, 77 if what is needed is not there.  Files
are read here by their own formats, not by anything of the product.
"""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1]
PART = sys.argv[2] if len(sys.argv) > 2 else "alone"
SKIPPED = 77
broken = 0


def promise(sentence, kept, more=""):
    global broken
    print(f"  {sentence} ...{'passed' if kept else 'FAILED'}{'' if kept else ' ' + str(more)}")
    broken += not kept


def run(*arguments, expected=0):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != expected:
        promise(f"exit status {expected} of {' '.join(map(str, arguments))}", False,
                f"is {done.returncode}: {done.stderr}")
    return done


def checksum(words):
    if len(words) % 2:
        words += b"\0"
    total = sum(struct.unpack(f">{len(words) // 2}H", words))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def frames(path):
    """Of a nanosecond pcap: (time, group, port, udp payload), headers and checksums checked."""
    with open(path, "rb") as file:
        content = file.read()
    magic, major, minor, _, _, _, link = struct.unpack_from("<IHHiIII", content)
    assert (magic, major, minor, link) == (0xa1b23c4d, 2, 4, 1), "not a nanosecond pcap of Ethernet"
    at, last = 24, 0
    while at < len(content):
        seconds, nanos, kept, length = struct.unpack_from("<IIII", content, at)
        time = seconds * 10**9 + nanos
        frame = content[at + 16:at + 16 + kept]
        at += 16 + kept
        assert kept == length == len(frame) and nanos < 10**9, "a record is not whole"
        assert time >= last, "time goes back"
        last = time
        group, udp = frame[30:34], frame[34:]
        assert frame[12:15] == b"\x08\x00\x45" and frame[23] == 17, "not IPv4 and UDP"
        assert frame[:6] == b"\x01\x00\x5e" + bytes([group[1] & 0x7f]) + group[2:], "group MAC"
        assert struct.unpack_from(">H", frame, 16)[0] == len(frame) - 14, "IPv4 length"
        assert struct.unpack_from(">H", udp, 4)[0] == len(udp), "UDP length"
        assert checksum(frame[14:34]) == 0xffff, "IPv4 checksum"
        pseudo = frame[26:34] + b"\0\x11" + udp[4:6]
        assert checksum(pseudo + udp) == 0xffff, "UDP checksum"
        yield time, ".".join(map(str, group)), struct.unpack_from(">H", udp, 2)[0], udp[8:]


def messages(of):
    """Of frames: sequence -> message; and the sessions, and how many datagrams had none."""
    found, sessions, idle = {}, set(), 0
    for _, _, _, payload in of:
        sequence, count = struct.unpack_from(">QH", payload, 10)
        sessions.add(payload[:10])
        if count in (0, 0xffff):
            idle += 1
            assert len(payload) == 20
            continue
        at = 20
        for i in range(count):
            length = struct.unpack_from(">H", payload, at)[0]
            message = payload[at + 2:at + 2 + length]
            assert found.setdefault(sequence + i, message) == message, "two messages, one number"
            at += 2 + length
        assert at == len(payload), "blocks do not fill the datagram"
    return found, sessions, idle


def itch(path):
    with open(path, "rb") as file:
        content = file.read()
    at, found = 0, []
    while at < len(content):
        length = struct.unpack_from(">H", content, at)[0]
        if length == 0:
            assert at + 2 == len(content), "something follows the end"
            break
        found.append(content[at + 2:at + 2 + length])
        at += 2 + length
    return found


def ranges_of(numbers):
    found = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def clean_flow(folder):
    flow = ["--preset", "hot", "--messages", "40k", "--seed", "5"]
    out = f"{folder}/clean.pcap"
    run(*flow, "--out", out, "--quiet")
    run(*flow, "--out", f"{folder}/clean.itch", "--format", "itch", "--quiet")
    summary = json.loads(run(*flow, "--out", "/dev/null", "--json").stdout)
    plain = itch(f"{folder}/clean.itch")
    found, sessions, idle = messages(frames(out))
    promise("a pcap and an ITCH file of one flow hold the same messages",
            [found.get(i + 1) for i in range(len(found))] == plain)
    promise("as many as were asked for", len(plain) == 40000 == summary["messages"])
    by_type = {}
    for message in plain:
        by_type[chr(message[0])] = by_type.get(chr(message[0]), 0) + 1
    promise("the summary counts them by type", by_type == summary["messages_by_type"])
    promise("the session is the default one and ends", sessions == {b"POLLUXDAY1"} and idle >= 5)
    promise("line A has its group and port",
            {(f[1], f[2]) for f in frames(out)} == {("233.54.12.111", 26477)})
    again = f"{folder}/again.pcap"
    run(*flow, "--out", again, "--quiet")
    with open(out, "rb") as one, open(again, "rb") as other:
        promise("the same options give the same bytes", one.read() == other.read())
    run(*flow, "--out", again, "--per-packet", 1, "--quiet")
    counts = {struct.unpack_from(">H", f[3], 18)[0] for f in frames(again)}
    promise("one message in a datagram if so asked", counts <= {0, 1, 0xffff}, counts)


def bad_lines(folder, source, what):
    a, b, report = f"{folder}/a.pcap", f"{folder}/b.pcap", f"{folder}/report.json"
    run(*source, "--line-a", a, "--line-b", b, "--loss", 30, "--duplicate", 30, "--reorder", 30,
        "--report", report, "--seed", 9, "--quiet")
    run(*source, "--out", f"{folder}/all.itch", "--format", "itch", "--quiet",
        *(["--seed", 9] if source[0] != "--from" else []))
    plain = itch(f"{folder}/all.itch")
    of_a, of_b = list(frames(a)), list(frames(b))
    on_a, on_b = messages(of_a)[0], messages(of_b)[0]
    with open(report) as file:
        told = json.load(file)
    lost = set(range(1, len(plain) + 1)) - on_a.keys() - on_b.keys()
    promise(f"{what}: the lost ranges are exactly what is on neither line",
            ranges_of(lost) == told["lost_on_all_lines"]["ranges"] and
            len(lost) == told["lost_on_all_lines"]["messages"])
    promise(f"{what}: about 9 % are lost on both", 0.075 < len(lost) / len(plain) < 0.105,
            len(lost) / len(plain))
    for letter, line, of in (("A", on_a, of_a), ("B", on_b, of_b)):
        counts = next(c for c in told["lines"] if c["line"] == letter)
        expected = counts["datagrams"] - counts["lost"] + counts["doubled"]
        promise(f"{what}: line {letter} has the frames and losses of the report",
                len(of) == counts["frames"] == expected
                and counts["lost_messages"] == len(plain) - len(line))
        promise(f"{what}: what line {letter} carries is unchanged",
                all(plain[n - 1] == message for n, message in line.items()))
    promise(f"{what}: the lines have a group each",
            {f[1] for f in of_a} == {"233.54.12.111"} and
            {f[1] for f in of_b} == {"233.49.196.111"})


def refusals(folder):
    done = run("--preset", "bad", "--loss", "200", "--mix", "Z=1", "--rate", "3", "stray",
               expected=2)
    for part in ("--preset: ", "--loss: ", "--mix: ", "--rate: ", "'stray'", "nothing is to be"):
        promise(f"of many problems it also names {part.strip()}", part in done.stderr, done.stderr)
    done = run("--out", f"{folder}/none/x.pcap", expected=1)
    promise("a file that cannot be created is named",
            f"{folder}/none/x.pcap: cannot be created: No such file" in done.stderr, done.stderr)
    if os.path.exists("/dev/full"):
        done = run("--messages", "100k", "--out", "/dev/full", expected=1)
        promise("a full disk is told, with what is there",
                "/dev/full: cannot be written: No space left on device; the file is incomplete"
                in done.stderr, done.stderr)
    done = run("--from", f"{folder}/clean.pcap", "--out", f"{folder}/clean.pcap", expected=2)
    promise("a capture is not overwritten by itself", "would be overwritten" in done.stderr)
    with open(f"{folder}/clean.pcap", "rb") as whole, open(f"{folder}/cut.pcap", "wb") as cut:
        cut.write(whole.read()[:5001])
    done = run("--from", f"{folder}/cut.pcap", "--out", f"{folder}/cut.itch", "--format", "itch",
               expected=1)
    promise("a cut capture is told, after what is whole",
            "cut.pcap: " in done.stderr and "cut off" in done.stderr and
            len(itch(f"{folder}/cut.itch")) > 50, done.stderr)
    done = run("--from", f"{folder}/clean.pcap", "--per-packet", 1, "--out", "/dev/null",
               expected=1)
    promise("datagrams of a capture are not packed anew", "are taken as they are" in done.stderr)
    with open(f"{folder}/noise", "wb") as noise:
        noise.write(b"\xff" * 1000)
    done = run("--from", f"{folder}/noise", "--out", "/dev/null", expected=1)
    promise("what is no capture is refused", "is neither pcap" in done.stderr, done.stderr)
    done = run("--messages", "5k", "--out", "/dev/null", "--report", "/dev/full", expected=1)
    promise("a report that cannot be written is told",
            "/dev/full: cannot be written" in done.stderr)


def dissected(folder):
    path = f"{folder}/x.pcap"
    run("--preset", "hot", "--messages", "40k", "--out", path, "--quiet")
    fields = subprocess.run(
        ["tshark", "-r", path, "-d", "udp.port==26477,moldudp64", "-T", "fields",
         "-e", "moldudp64.sequence", "-e", "moldudp64.count", "-e", "udp.checksum.status",
         "-e", "ip.checksum.status", "-e", "_ws.malformed",
         "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"],
        capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split("\t") for line in fields]
    ours = [struct.unpack_from(">QH", frame[3], 10) for frame in frames(path)]
    promise("tshark reads the same numbers and counts",
            [(int(row[0]), int(row[1], 0)) for row in rows] == ours)
    promise("tshark finds every UDP checksum good", {row[2] for row in rows} == {"1"})
    promise("tshark finds every IPv4 checksum good", {row[3] for row in rows} == {"1"})
    promise("tshark finds nothing malformed", not any(row[4] for row in rows))


def onto_device(folder):
    """True if there is DPDK and its device that writes what is sent into a file."""
    flow = ["--preset", "hot", "--messages", "20k"]
    sent = f"{folder}/sent.pcap"
    done = subprocess.run([PROGRAM, *flow, "--device", f"net_pcap0,tx_pcap={sent}", "--rate",
                           "100k", "--json"], capture_output=True, text=True)
    if done.returncode and ("without DPDK" in done.stderr or "could not make" in done.stderr):
        print(f"no device to send onto: {done.stderr}")
        return False
    told = json.loads(done.stdout)
    run(*flow, "--line-a", f"{folder}/a.pcap", "--line-b", f"{folder}/b.pcap", "--quiet")
    for letter, group in (("a", "233.54.12.111"), ("b", "233.49.196.111")):
        promise(f"a device gets the frames of line {letter.upper()}",
                [f[3] for f in frames(sent) if f[1] == group] ==
                [f[3] for f in frames(f"{folder}/{letter}.pcap")])
    times = [f[0] for f in frames(sent)]
    promise("the report has what the device took",
            told["device"] == {"frames": len(times), "refused": 0})
    promise("20,000 messages at 100,000 a second take 200 ms or a little more",
            0.19e9 < times[-1] - times[0] < 2e9, times[-1] - times[0])
    return True


def main():
    recorded = f"{os.environ.get('POLLUX_SHARED', '')}/data/itch50"
    if PART == "tshark" and not shutil.which("tshark"):
        print("tshark is not installed: it could not read our frames")
        return SKIPPED
    if PART == "recorded" and not os.path.isdir(recorded):
        print(f"{recorded} is not there: no recorded capture could be impaired")
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        if PART == "tshark":
            dissected(folder)
        elif PART == "device":
            if not onto_device(folder):
                return SKIPPED
        elif PART == "recorded":
            for name in ("aapl_20120621_0930_1030", "esh4_20231225"):
                bad_lines(folder, ["--from", f"{recorded}/{name}.moldudp64.pcap"], name)
                bad_lines(folder, ["--from", f"{recorded}/{name}.itch50"], f"{name}, raw")
        else:
            clean_flow(folder)
            bad_lines(folder, ["--preset", "one", "--messages", "60k"], "a flow")
            bad_lines(folder, ["--from", f"{folder}/clean.pcap"], "a capture")
            bad_lines(folder, ["--from", f"{folder}/clean.itch"], "an ITCH file")
            refusals(folder)
    return 1 if broken else 0


sys.exit(main())
