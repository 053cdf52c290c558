"""Cores: which belong to polluxd alone, and what may still interrupt them."""

import re

from .host import ADVICE, OK, PROBLEM, Finding, list_of, list_text

TOPIC = "cores"

# What -march=x86-64-v3 uses, by the names the kernel gives them.
V3_FLAGS = {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "abm", "xsave", "ssse3",
            "sse4_1", "sse4_2", "popcnt", "cx16"}

# A core that sleeps deeper than this wakes too late for the packet that woke it.
WAKE_US_MAX = 10


def isolated(host):
    return list_of(host.word("/sys/devices/system/cpu/isolated"))


def check(host, ports=()):
    alone = isolated(host)
    yield from instructions(host)
    yield from isolation(host, alone)
    if alone:
        yield from ticks(host, alone)
        yield from siblings(host, alone)
        yield from interrupts(host, alone, ports)
    yield from balancer(host)
    yield from governor(host)
    yield from sleep(host, alone)
    yield from watchdog(host, alone)


def instructions(host):
    flags = host.processor_flags()
    if not flags:
        return
    missing = sorted(V3_FLAGS - flags)
    if missing:
        yield Finding(TOPIC, "instructions", PROBLEM, "the processor lacks " + ", ".join(missing),
                      "polluxd is compiled for x86-64-v3; it would stop at the first of these"
                      + (" (a guest may be shown less than its host has)" if host.is_guest()
                         else ""),
                      "QEMU: -cpu host or -cpu Haswell-v4" if host.is_guest()
                      else "a processor of 2013 or later (Haswell, Excavator, Zen)")
    else:
        wide = " and AVX-512" if {"avx512f", "avx512bw", "avx512vl"} <= flags else ""
        yield Finding(TOPIC, "instructions", OK, "x86-64-v3" + wide)


def isolation(host, alone):
    online = list_of(host.word("/sys/devices/system/cpu/online"))
    if not alone:
        fact = f"none of {len(online)} cores" if online else "none"
        if len(online) <= 2:
            yield Finding(TOPIC, "isolation", ADVICE, fact,
                          "two cores are too few to keep one for packets alone",
                          "nothing: the layout 'shared' and its idle back-off are made for this")
        else:
            last = max(online)
            yield Finding(TOPIC, "isolation", ADVICE, fact,
                          "the scheduler puts other work on a core that polls, for milliseconds",
                          f"isolcpus=managed_irq,domain,2-{last} nohz_full=2-{last} "
                          f"rcu_nocbs=2-{last} on the kernel's command line")
    elif 0 in alone:
        yield Finding(TOPIC, "isolation", ADVICE, list_text(alone),
                      "core 0 is among them, and work of the kernel that cannot move stays there",
                      "leave core 0 to the system")
    else:
        yield Finding(TOPIC, "isolation", OK, list_text(alone))


def ticks(host, alone):
    quiet = list_of(host.word("/sys/devices/system/cpu/nohz_full"))
    if alone <= quiet:
        yield Finding(TOPIC, "timer tick", OK, f"stopped on {list_text(quiet)}")
    else:
        yield Finding(TOPIC, "timer tick", ADVICE, f"runs on {list_text(alone - quiet)}",
                      "the kernel interrupts these isolated cores at every tick",
                      f"nohz_full={list_text(alone)} on the kernel's command line")
    # nohz_full moves the callbacks of its cores away by itself.
    moved = list_of(host.command_line().get("rcu_nocbs", "")) | quiet
    if not alone <= moved:
        yield Finding(TOPIC, "rcu callbacks", ADVICE, f"run on {list_text(alone - moved)}",
                      "the kernel frees its memory on these isolated cores",
                      f"rcu_nocbs={list_text(alone)} on the kernel's command line")


def siblings(host, alone):
    if host.word("/sys/devices/system/cpu/smt/active") != "1":
        return
    shared = set()
    for core in alone:
        folder = f"/sys/devices/system/cpu/cpu{core}/topology"
        shared |= list_of(host.word(f"{folder}/thread_siblings_list")) - alone
    if shared:
        yield Finding(TOPIC, "hyperthreads", ADVICE,
                      f"{list_text(shared)} share a core with isolated ones",
                      "what runs there takes half of the execution units and caches",
                      f"isolate them too, or: for c in {list_text(shared)}; echo 0 > "
                      "/sys/devices/system/cpu/cpuC/online")
    else:
        yield Finding(TOPIC, "hyperthreads", OK, "isolated together")


def interrupts(host, alone, ports):
    """Interrupts that may arrive on isolated cores; those of the cards are named."""
    of_cards = {number: card for card in ports
                for number in host.names(f"/sys/bus/pci/devices/{card.pci}/msi_irqs")}
    arriving = []
    for number in host.names("/proc/irq"):
        allowed = list_of(host.word(f"/proc/irq/{number}/effective_affinity_list")
                          or host.word(f"/proc/irq/{number}/smp_affinity_list"))
        if allowed & alone:
            arriving.append(number)
    if not arriving:
        yield Finding(TOPIC, "interrupts", OK, "none arrives on an isolated core")
        return
    cards = sorted({of_cards[number].pci for number in arriving if number in of_cards})
    named = f" (of {', '.join(cards)})" if cards else ""
    yield Finding(TOPIC, "interrupts", ADVICE,
                  f"{len(arriving)} may arrive on isolated cores{named}: "
                  + list_text(list_of(",".join(arriving))),
                  "an interrupt takes the core for microseconds in the middle of a packet",
                  "write the list of the other cores to /proc/irq/N/smp_affinity_list; for all to "
                  "come: irqaffinity=0,1 on the kernel's command line")


def balancer(host):
    if "irqbalance" in host.processes():
        yield Finding(TOPIC, "irqbalance", ADVICE, "running",
                      "it moves interrupts to cores that look idle to it, and undoes what you set",
                      "systemctl disable --now irqbalance")
    else:
        yield Finding(TOPIC, "irqbalance", OK, "not running")


def governor(host):
    slow = {}
    for name in host.names("/sys/devices/system/cpu"):
        if re.fullmatch(r"cpu[0-9]{1,5}", name):
            chosen = host.word(f"/sys/devices/system/cpu/{name}/cpufreq/scaling_governor")
            if chosen:
                slow.setdefault(chosen, set()).add(int(name[3:]))
    if not slow:
        yield Finding(TOPIC, "frequency", OK, "left to the firmware or the host")
    elif set(slow) == {"performance"}:
        yield Finding(TOPIC, "frequency", OK, "performance")
    else:
        parts = (f"{name} on {list_text(cores)}" for name, cores in sorted(slow.items())
                 if name != "performance")
        yield Finding(TOPIC, "frequency", ADVICE, ", ".join(parts),
                      "the clock rises only after work has come, and falls between bursts",
                      "cpupower frequency-set -g performance")


def sleep(host, alone):
    """Idle states that wake slowly.  A core that polls does not idle; the others wake it."""
    deep = {}
    for core in sorted(alone) or [0]:
        folder = f"/sys/devices/system/cpu/cpu{core}/cpuidle"
        for state in host.names(folder):
            wake = host.number(f"{folder}/{state}/latency", 0)
            if wake > WAKE_US_MAX and host.word(f"{folder}/{state}/disable") != "1":
                deep[host.word(f"{folder}/{state}/name", state)] = wake
    if deep:
        parts = (f"{name} ({wake} us)" for name, wake in sorted(deep.items(), key=lambda d: d[1]))
        yield Finding(TOPIC, "sleep states", ADVICE, "deep ones are allowed: " + ", ".join(parts),
                      "a core that slept there answers late, and its caches are empty",
                      "cpupower idle-set -D " + str(WAKE_US_MAX)
                      + "; or processor.max_cstate=1 intel_idle.max_cstate=1 on the command line")
    else:
        yield Finding(TOPIC, "sleep states", OK, f"none wakes slower than {WAKE_US_MAX} us")


def watchdog(host, alone):
    if alone and host.number("/proc/sys/kernel/nmi_watchdog", 0):
        yield Finding(TOPIC, "nmi watchdog", ADVICE, "on",
                      "it interrupts every core now and then, isolated ones too",
                      "sysctl kernel.nmi_watchdog=0")
