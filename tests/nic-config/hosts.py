"""Hosts that do not exist, as trees of small files: what pollux-host reads of /proc and /sys."""

FLAGS = ("sse4_1 sse4_2 ssse3 cx16 popcnt avx avx2 bmi1 bmi2 f16c fma movbe abm xsave "
         "constant_tsc nonstop_tsc tsc_known_freq")
NODE = "/sys/devices/system/node"
CPU = "/sys/devices/system/cpu"
PCI = "/sys/bus/pci/devices"
SMALL, LARGE = "hugepages-2048kB", "hugepages-1048576kB"


class Link(str):
    """A symbolic link to this target."""


def huge(folder, size, pages, free=None):
    return {f"{folder}/{size}/nr_hugepages": str(pages),
            f"{folder}/{size}/free_hugepages": str(pages if free is None else free)}


def processor(flags=FLAGS, vendor="GenuineIntel"):
    return f"processor\t: 0\nvendor_id\t: {vendor}\nflags\t\t: {flags}\n"


def card(pci, driver, interface=None, node=0, vendor="0x8086", device="0x1572", group=None,
         carrier="1", operstate="up", kind="0x020000"):
    """One PCI device; with an interface it is the kernel's network card."""
    files = {f"{PCI}/{pci}/class": kind, f"{PCI}/{pci}/vendor": vendor,
             f"{PCI}/{pci}/device": device, f"{PCI}/{pci}/numa_node": str(node)}
    if driver:
        files[f"{PCI}/{pci}/driver"] = Link(f"../../../../bus/pci/drivers/{driver}")
    if interface:
        files[f"{PCI}/{pci}/net/{interface}/address"] = "02:00:00:00:00:01"
        files[f"/sys/class/net/{interface}/address"] = "02:00:00:00:00:01"
        files[f"/sys/class/net/{interface}/operstate"] = operstate
        files[f"/sys/class/net/{interface}/speed"] = "25000" if carrier == "1" else "-1"
        if carrier is not None:
            files[f"/sys/class/net/{interface}/carrier"] = carrier
    if group is not None:
        files[f"{PCI}/{pci}/iommu_group"] = Link(f"../../../kernel/iommu_groups/{group}")
        files[f"/sys/kernel/iommu_groups/{group}/devices/{pci}"] = ""
    return files


def routes(*rows):
    """/proc/net/route from (interface, destination, mask), both as the kernel prints them."""
    head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    return head + "".join(f"{interface}\t{to}\t00000000\t0001\t0\t0\t0\t{mask}\t0\t0\t0\n"
                          for interface, to, mask in rows)


def connections(*rows):
    """/proc/net/tcp from (local, peer, state), addresses as the kernel prints them."""
    return "  sl  local_address rem_address   st\n" + "".join(
        f"   {i}: {local} {peer} {state} 00000000:00000000\n"
        for i, (local, peer, state) in enumerate(rows))


# A server at the exchange, made ready: nothing to say against it.
SERVER = {
    "/proc/sys/kernel/hostname": "colo1",
    "/proc/sys/kernel/osrelease": "6.1.0-18-amd64",
    "/proc/sys/kernel/numa_balancing": "0",
    "/proc/sys/kernel/nmi_watchdog": "0",
    "/proc/cmdline": "root=/dev/sda1 intel_iommu=on iommu=pt isolcpus=managed_irq,domain,2-7 "
                     "nohz_full=2-7 irqaffinity=0,1",
    "/proc/cpuinfo": processor(),
    "/proc/mounts": "none /dev/hugepages hugetlbfs rw 0 0\n",
    "/proc/swaps": "Filename\tType\tSize\tUsed\tPriority\n",
    "/proc/self/limits": "Limit      Soft Limit  Hard Limit  Units\n"
                         "Max locked memory         unlimited            unlimited    bytes\n",
    "/proc/self/status": "Name:\tx\nUid:\t1000\t1000\t1000\t1000\n",
    "/proc/net/route": routes(("eno1", "00000000", "00000000"), ("eno1", "0001A8C0", "00FFFFFF")),
    "/proc/net/tcp": connections(),
    "/proc/101/comm": "ptp4l",
    "/proc/102/comm": "phc2sys",
    "/proc/irq/40/smp_affinity_list": "0-1",
    "/sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never",
    "/sys/kernel/security/lockdown": "[none] integrity confidentiality",
    "/sys/module/vfio_pci/refcnt": "0",
    "/sys/class/iommu/dmar0/x": "",
    f"{CPU}/online": "0-7",
    f"{CPU}/isolated": "2-7",
    f"{CPU}/nohz_full": "2-7",
    f"{CPU}/smt/active": "0",
    f"{CPU}/cpu2/cpufreq/scaling_governor": "performance",
    f"{CPU}/cpu2/cpuidle/state1/name": "C1",
    f"{CPU}/cpu2/cpuidle/state1/latency": "2",
    f"{NODE}/node0/cpulist": "0-3",
    f"{NODE}/node1/cpulist": "4-7",
    "/sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc",
    "/sys/devices/system/clocksource/clocksource0/available_clocksource": "tsc hpet acpi_pm",
    "/sys/class/ptp/ptp0/clock_name": "mlx5_p2p",
    **huge("/sys/kernel/mm/hugepages", LARGE, 8),
    **huge("/sys/kernel/mm/hugepages", SMALL, 0),
    **huge(f"{NODE}/node0/hugepages", LARGE, 4),
    **huge(f"{NODE}/node1/hugepages", LARGE, 4),
    **card("0000:81:00.0", "mlx5_core", "ens1", node=1, vendor="0x15b3", device="0x101d", group=7),
    **card("0000:82:00.0", "vfio-pci", node=1, group=8),
}


def changed(host, changes, without=()):
    """The host with some files changed; those whose name starts with one of without are gone."""
    kept = {name: text for name, text in host.items() if not name.startswith(tuple(without))}
    return {**kept, **changes}


def build(root, files):
    for name, text in files.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, Link):
            path.symlink_to(text)
        elif isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text)
