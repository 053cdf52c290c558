"""IOMMU, vfio and what the kernel forbids: whether a card can be given to a program safely."""

import re

from .host import ADVICE, OK, PROBLEM, Finding

TOPIC = "iommu"

SECURE_BOOT = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"


def has_groups(host):
    return bool(host.names("/sys/kernel/iommu_groups"))


def without_iommu(host):
    """Whether vfio was told to work without one."""
    return host.word("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode") in ("Y", "1")


def check(host):
    yield from groups(host)
    yield from vfio(host)
    yield from lockdown(host)


def absent_because(host):
    """(cause, fix) of a machine without IOMMU groups."""
    switch = "intel_iommu=on" if host.vendor() == "GenuineIntel" else "amd_iommu=on"
    options = host.command_line()
    if options.get("intel_iommu") == "off" or options.get("amd_iommu") == "off" \
            or options.get("iommu") == "off":
        return ("the kernel's command line switches it off",
                "take iommu=off, intel_iommu=off or amd_iommu=off out of it and start again")
    if host.is_guest():
        return ("this is a virtual machine and its host gives it no IOMMU",
                "give the guest one (QEMU: -device intel-iommu,intremap=on,caching-mode=on); or, "
                "where the guest is trusted, load vfio with enable_unsafe_noiommu_mode=1")
    if host.vendor() == "GenuineIntel" and "intel_iommu" not in options:
        return ("the kernel was not asked for it, or VT-d is off in the firmware",
                f"add {switch} iommu=pt to the kernel's command line, and see VT-d in the firmware")
    return ("it is off in the firmware (VT-d, AMD-Vi), or the kernel was built without it",
            f"switch it on in the firmware; then {switch} iommu=pt on the kernel's command line")


def groups(host):
    names = host.names("/sys/kernel/iommu_groups")
    if names:
        hardware = ", ".join(host.names("/sys/class/iommu"))
        fact = f"{len(names)} groups" + (f" ({hardware})" if 0 < len(hardware) < 40 else "")
        passing = host.command_line().get("iommu") == "pt"
        if passing or host.is_guest():
            yield Finding(TOPIC, "iommu", OK, fact)
        else:
            yield Finding(TOPIC, "iommu", ADVICE, fact + ", translating for every device",
                          "devices that stay with the kernel pay for translations they do not need",
                          "add iommu=pt to the kernel's command line")
        return
    cause, fix = absent_because(host)
    if without_iommu(host):
        yield Finding(TOPIC, "iommu", ADVICE, "absent; vfio works without one (no-IOMMU mode)",
                      "a card may then write anywhere in memory, by mistake or by malice: " + cause,
                      fix)
    else:
        yield Finding(TOPIC, "iommu", PROBLEM, "absent: vfio-pci takes no card", cause, fix)


def vfio(host):
    state = host.module("vfio_pci")
    if state == "loaded":
        yield Finding(TOPIC, "vfio-pci", OK, "loaded")
    elif state == "available":
        yield Finding(TOPIC, "vfio-pci", ADVICE, "available, not loaded",
                      "nothing has asked for it since the machine started",
                      "modprobe vfio-pci; for good: echo vfio-pci > /etc/modules-load.d/vfio.conf")
    else:
        cause = f"kernel {host.kernel()} has no such module"
        fix = "use the distribution's kernel (Debian: linux-image-amd64), which has it"
        if "nomodule" in host.command_line():
            cause, fix = ("the kernel's command line says nomodule",
                          "take it out, or use a kernel with vfio-pci built in")
        yield Finding(TOPIC, "vfio-pci", PROBLEM, "not there", cause, fix)


def lockdown(host):
    found = re.search(r"\[(\w+)\]", host.word("/sys/kernel/security/lockdown"))
    if found and found.group(1) != "none":
        yield Finding(TOPIC, "kernel lockdown", ADVICE, found.group(1),
                      "secure boot or the command line asked for it; vfio with an IOMMU works, "
                      "no-IOMMU mode, igb_uio and unsigned modules do not",
                      "nothing, if the card binds; else lockdown= on the command line, or secure "
                      "boot off")
    elif found:
        yield Finding(TOPIC, "kernel lockdown", OK, "none")
    try:
        state = host.path(SECURE_BOOT).read_bytes()[4:5]
    except OSError:
        return
    yield Finding(TOPIC, "secure boot", OK,
                  "on: modules must be signed" if state == b"\x01" else "off")
