"""Clocks: whether the counter that stamps packets is steady, and who sets the time of day."""

from .host import ADVICE, OK, PROBLEM, Finding

TOPIC = "clock"

KEEPERS = {"ptp4l": "PTP", "phc2sys": "PTP", "timemaster": "PTP", "chronyd": "NTP", "ntpd": "NTP",
           "ntpsec": "NTP", "systemd-timesyn": "NTP", "openntpd": "NTP"}


def check(host):
    yield from counter(host)
    yield from source(host)
    yield from hardware(host)
    yield from keeper(host)


def counter(host):
    flags = host.processor_flags()
    if not flags:
        return
    if "constant_tsc" not in flags:
        yield Finding(TOPIC, "counter", PROBLEM, "the time stamp counter changes its speed",
                      "the processor lacks constant_tsc, so latencies and stamps would be wrong",
                      "another processor; in a virtual machine: -cpu host,+invtsc")
    elif "nonstop_tsc" not in flags:
        yield Finding(TOPIC, "counter", ADVICE, "the time stamp counter stops in deep sleep",
                      "nonstop_tsc is missing; the stamp after a sleep is too early",
                      "forbid sleep states (processor.max_cstate=1), or in a virtual machine: "
                      "-cpu host,+invtsc")
    else:
        known = ", its frequency known" if "tsc_known_freq" in flags else ", its frequency measured"
        yield Finding(TOPIC, "counter", OK, "steady" + known)


def source(host):
    folder = "/sys/devices/system/clocksource/clocksource0"
    chosen = host.word(f"{folder}/current_clocksource")
    if chosen == "tsc":
        yield Finding(TOPIC, "clock source", OK, "tsc")
    elif chosen:
        available = host.word(f"{folder}/available_clocksource")
        cause = "the kernel found the counter unsteady (dmesg | grep -i tsc)"
        fix = "see why; with a steady one: tsc=reliable on the kernel's command line"
        if "tsc" in available.split():
            cause = "somebody, or the virtual machine's default, chose it; reading it costs more"
            fix = f"echo tsc > {folder}/current_clocksource"
        yield Finding(TOPIC, "clock source", ADVICE, chosen, cause, fix)


def hardware(host):
    names = [f"{name} ({host.word(f'/sys/class/ptp/{name}/clock_name', 'unnamed')})"
             for name in host.names("/sys/class/ptp")]
    if names:
        yield Finding(TOPIC, "card clocks", OK, ", ".join(names))
    else:
        yield Finding(TOPIC, "card clocks", ADVICE, "no PTP clock",
                      "no card here stamps packets as they arrive",
                      "nothing: polluxd stamps them when it polls, and says so in its figures")


def keeper(host):
    running = sorted(host.processes() & set(KEEPERS))
    kinds = {KEEPERS[name] for name in running}
    if "PTP" in kinds:
        yield Finding(TOPIC, "time of day", OK, "PTP: " + ", ".join(running))
    elif "NTP" in kinds:
        yield Finding(TOPIC, "time of day", ADVICE, "NTP: " + ", ".join(running),
                      "NTP holds it to some hundred microseconds; one-way delays want PTP",
                      "linuxptp: ptp4l on the card's clock, phc2sys from it to the system")
    else:
        yield Finding(TOPIC, "time of day", ADVICE, "nothing sets it",
                      "neither PTP nor NTP runs, so stamps drift by seconds a week",
                      "apt-get install chrony, or linuxptp where the network speaks PTP")
