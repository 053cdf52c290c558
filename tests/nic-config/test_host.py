#!/usr/bin/env python3
"""What pollux-host promises: it finds on each host what is the matter with it, names cause and fix,
says nothing against a good one, changes nothing, and survives any host.

The hosts are made of small files (hosts.py).  Each test starts from a server that is in order,
spoils one thing and looks for that one finding.
"""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
from hosts import CPU, FLAGS, NODE, PCI, SERVER, SMALL, LARGE, Link  # noqa: E402
from hosts import build, card, changed, connections, huge, processor, routes  # noqa: E402

GARBAGE = (b"", b"\xff\x00\xfe", b"-1", b"\xc2\xb2", b"x y " * 9 + b"ens1\n", b"9" * 5000,
           b"[", b"a b c d e f g h i j\n" * 3, b"7-3,,x-,-4,0-99999999999", b":::::\n\t\t\n",
           b"Max locked memory x y\nUid: x\nflags : \n", b"1.2.3 GT/s", b"0x", b"1e400")
NO_IOMMU = ["/sys/kernel/iommu_groups", f"{PCI}/0000:81:00.0/iommu", f"{PCI}/0000:82:00.0/iommu"]
PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "nic-config" / "pollux-host"

loader = importlib.machinery.SourceFileLoader("pollux_host", str(PROGRAM))
pollux_host = importlib.util.module_from_spec(
    importlib.util.spec_from_loader("pollux_host", loader))
loader.exec_module(pollux_host)


def run(*words):
    """The program in a process of its own."""
    return subprocess.run([sys.executable, str(PROGRAM), *words], capture_output=True, text=True)


def run_here(*words):
    """The same in this one: a start takes twenty times what a check does."""
    said, cried = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(cried):
        status = pollux_host.main(words)
    return subprocess.CompletedProcess(words, status, said.getvalue(), cried.getvalue())


class Host(unittest.TestCase):
    maxDiff = None

    def check(self, files, *words, by=run_here):
        """(exit status, findings that are not ok) of a host made of these files."""
        with tempfile.TemporaryDirectory() as folder:
            build(pathlib.Path(folder), files)
            ran = by("check", "--json", "--sysroot", folder, *words)
        self.assertEqual(ran.stderr, "")
        found = json.loads(ran.stdout)["findings"]
        for finding in found:
            if finding["state"] != "ok":
                self.assertTrue(finding["cause"] and finding["fix"], finding)
        return ran.returncode, [finding for finding in found if finding["state"] != "ok"]

    def expect(self, files, *wanted):
        """The host has exactly these findings: (state, name, words of fact, cause or fix)."""
        status, found = self.check(files)
        brief = [(finding["state"], finding["name"]) for finding in found]
        self.assertEqual(brief, [(state, name) for state, name, *_ in wanted], found)
        for finding, (_, _, *words) in zip(found, wanted):
            said = " ".join([finding["fact"], finding["cause"], finding["fix"]])
            for word in words:
                self.assertIn(word, said)
        problem = any(state == "problem" for state, *_ in wanted)
        self.assertEqual(status, 4 if problem else 0)

    def test_a_server_in_order_has_nothing_said_against_it(self):
        self.expect(SERVER)
        self.assertEqual(self.check(SERVER, by=run), (0, []))

    # Memory.

    def test_no_huge_pages_are_a_problem(self):
        bare = changed(SERVER, huge("/sys/kernel/mm/hugepages", SMALL, 0),
                       without=["/sys/kernel/mm/hugepages", f"{NODE}/node0/h", f"{NODE}/node1/h"])
        self.expect(bare, ("problem", "huge pages", "none are set aside", "nr_hugepages"))

    def test_huge_pages_on_the_wrong_node_are_a_problem(self):
        spoilt = changed(SERVER, huge(f"{NODE}/node1/hugepages", LARGE, 0))
        self.expect(spoilt, ("problem", "huge pages by node", "node 1 0 bytes",
                             f"{NODE}/node1/hugepages/{SMALL}/nr_hugepages"))

    def test_huge_pages_that_another_program_holds_are_a_problem(self):
        spoilt = changed(SERVER, huge("/sys/kernel/mm/hugepages", LARGE, 8, free=0))
        self.expect(spoilt, ("problem", "huge pages", "0 free", "another program"))

    def test_few_huge_pages_are_advice(self):
        spoilt = changed(SERVER, huge("/sys/kernel/mm/hugepages", SMALL, 64),
                         without=["/sys/kernel/mm/hugepages"])
        self.expect(spoilt, ("advice", "huge pages", "128 MiB"))

    def test_what_moves_or_swaps_pages_is_advice(self):
        spoilt = changed(SERVER, {
            "/proc/mounts": "proc /proc proc rw 0 0\n",
            "/sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never",
            "/proc/swaps": "Filename Type\n/dev/sda2 partition 1 0 -2\n",
            "/proc/sys/kernel/numa_balancing": "1",
            "/proc/self/limits": "Max locked memory   8388608   8388608   bytes\n"})
        self.expect(spoilt, ("advice", "huge page mount", "mount -t hugetlbfs"),
                    ("advice", "locked memory", "8 MiB"), ("advice", "transparent pages", "always"),
                    ("advice", "swap", "/dev/sda2"), ("advice", "page migration", "numa_balancing"))

    def test_root_is_not_held_to_the_limit_of_locked_memory(self):
        self.expect(changed(SERVER, {
            "/proc/self/limits": "Max locked memory   8388608   8388608   bytes\n",
            "/proc/self/status": "Uid:\t0\t0\t0\t0\n"}))

    # IOMMU.

    def test_an_iommu_that_is_off_is_a_problem_whose_cause_is_named(self):
        for line, vendor, flags, words in (
                ("intel_iommu=off", "GenuineIntel", FLAGS, "command line switches it off"),
                ("quiet", "GenuineIntel", FLAGS, "intel_iommu=on iommu=pt"),
                ("quiet", "AuthenticAMD", FLAGS, "AMD-Vi"),
                ("quiet", "GenuineIntel", FLAGS + " hypervisor", "QEMU")):
            spoilt = changed(SERVER, {"/proc/cmdline": line + " rcu_nocbs=2-7",
                                      "/proc/cpuinfo": processor(flags, vendor)}, without=NO_IOMMU)
            self.expect(spoilt, ("problem", "iommu", words))

    def test_vfio_without_an_iommu_is_possible_and_said_to_be_unsafe(self):
        spoilt = changed(SERVER, {"/sys/module/vfio/parameters/enable_unsafe_noiommu_mode": "Y"},
                         without=NO_IOMMU)
        self.expect(spoilt, ("advice", "iommu", "may then write anywhere"))

    def test_a_vfio_that_is_not_loaded_is_advice_and_one_that_is_not_there_a_problem(self):
        gone = ["/sys/module/vfio_pci"]
        index = "/lib/modules/6.1.0-18-amd64/modules.dep"
        there = {index: "kernel/drivers/vfio/pci/vfio-pci.ko: kernel/drivers/vfio/vfio.ko\n"}
        self.expect(changed(SERVER, there, gone), ("advice", "vfio-pci", "modprobe vfio-pci"))
        self.expect(changed(SERVER, {}, gone), ("problem", "vfio-pci", "6.1.0-18-amd64"))

    def test_an_iommu_that_translates_for_every_device_is_advice(self):
        spoilt = changed(SERVER, {"/proc/cmdline": "intel_iommu=on"})
        self.expect(spoilt, ("advice", "iommu", "iommu=pt"))

    def test_lockdown_is_named(self):
        spoilt = changed(SERVER, {"/sys/kernel/security/lockdown": "none [integrity] x"})
        self.expect(spoilt, ("advice", "kernel lockdown", "integrity"))

    # Cards.

    def test_a_card_of_the_kernel_is_told_its_way_to_vfio(self):
        spoilt = changed(SERVER, card("0000:83:00.0", "i40e", "ens3", node=1, group=9))
        self.expect(spoilt, ("advice", "driver", "i40e", "devbind.py -b vfio-pci 0000:83:00.0"))

    def test_a_card_with_the_default_route_is_not_to_be_bound(self):
        spoilt = changed(SERVER, {"/proc/net/route": routes(("ens1", "00000000", "00000000"))})
        self.expect(spoilt, ("advice", "in use", "the default route", "cuts you off"))

    def test_a_card_under_a_bond_carries_what_the_bond_carries(self):
        spoilt = changed(SERVER, {"/proc/net/route": routes(("bond0.7", "00000000", "00000000")),
                                  "/sys/class/net/bond0.7/lower_bond0": "",
                                  "/sys/class/net/bond0/lower_ens1": ""})
        self.expect(spoilt, ("advice", "in use", "the default route"))

    def test_a_card_with_an_ssh_session_is_not_to_be_bound(self):
        to_peer = {"/proc/net/route": routes(("eno1", "00000000", "00000000"),
                                             ("ens1", "0000000A", "000000FF"))}
        # 10.1.2.3, as IPv4 and as IPv4 within IPv6; a listening socket is no session.
        for name, row in (
                ("tcp", ("0500000A:0016", "0302010A:C001", "01")),
                ("tcp6", ("0000000000000000FFFF00000500000A:0016",
                          "0000000000000000FFFF00000302010A:C001", "01"))):
            spoilt = changed(SERVER, {**to_peer, f"/proc/net/{name}": connections(row)})
            self.expect(spoilt, ("advice", "in use", "an SSH session from 10.1.2.3"))
            listening = {**to_peer, f"/proc/net/{name}": connections((*row[:2], "0A"))}
            self.expect(changed(SERVER, listening))
            elsewhere = (row[0].replace(":0016", ":0050"), row[1], row[2])
            self.expect(changed(SERVER, {**to_peer, f"/proc/net/{name}": connections(elsewhere)}))

    def test_a_default_route_of_ipv6_counts_too(self):
        row = f"{'0' * 32} 00 {'0' * 32} 00 {'f' * 32} 00000400 00000001 00000000 00000003 ens1\n"
        spoilt = changed(SERVER, {"/proc/net/ipv6_route": row})
        self.expect(spoilt, ("advice", "in use", "the default route"))

    def test_a_group_shared_with_another_device_is_a_problem_unless_it_is_a_bridge(self):
        nic = card("0000:83:00.0", "vfio-pci", node=1, group=9)
        sound = card("0000:83:00.1", "snd_hda_intel", kind="0x040300", group=9)
        bridge = card("0000:80:01.0", "pcieport", kind="0x060400", group=9)
        link = {f"{PCI}/0000:83:00.0/iommu_group": Link("../../../../kernel/iommu_groups/9")}
        self.expect(changed(SERVER, {**nic, **link, **bridge}))
        self.expect(changed(SERVER, {**nic, **link, **bridge, **sound}),
                    ("problem", "iommu group", "0000:83:00.1 (snd_hda_intel)"))

    def test_a_link_that_is_down_is_told_from_one_that_is_switched_off(self):
        down = card("0000:81:00.0", "mlx5_core", "ens1", 1, "0x15b3", carrier="0", operstate="down")
        off = card("0000:81:00.0", "mlx5_core", "ens1", 1, "0x15b3", carrier=None, operstate="down")
        self.expect(changed(SERVER, down), ("advice", "link", "no light or no cable"))
        self.expect(changed(SERVER, off, without=["/sys/class/net/ens1/carrier"]),
                    ("advice", "link", "ip link set ens1 up"))

    def test_a_slot_with_too_few_lanes_is_advice(self):
        folder = f"{PCI}/0000:81:00.0"
        lanes = {f"{folder}/current_link_width": "8", f"{folder}/max_link_width": "16",
                 f"{folder}/current_link_speed": "16.0 GT/s PCIe",
                 f"{folder}/max_link_speed": "16.0 GT/s PCIe"}
        self.expect(changed(SERVER, lanes), ("advice", "pcie", "x8 at 16.0 GT/s", "can x16"))
        self.expect(changed(SERVER, {**lanes, f"{folder}/current_link_width": "16"}))

    def test_a_card_is_named_by_the_machines_own_list(self):
        names = "15b3  Mellanox Technologies\n\t1017  MT27800\n\t101d  MT2892 [ConnectX-6 Dx]\n"
        with tempfile.TemporaryDirectory() as folder:
            build(pathlib.Path(folder), changed(SERVER, {"/usr/share/misc/pci.ids": names}))
            self.assertIn("ConnectX-6 Dx", run("check", "--sysroot", folder).stdout)

    def test_one_port_is_looked_at_alone(self):
        busy = changed(SERVER, card("0000:83:00.0", "i40e", "ens3", node=1, group=9))
        self.assertEqual(len(self.check(busy)[1]), 1)
        for port in ("0000:83:00.0", "ens3"):
            self.assertEqual(len(self.check(busy, "--port", port)[1]), 1)
        for port in ("0000:81:00.0", "ens1"):
            self.assertEqual(self.check(busy, "--port", port), (0, []))

    # Cores.

    def test_cores_that_are_not_alone_are_advice(self):
        gone = [f"{CPU}/isolated", f"{CPU}/nohz_full"]
        self.expect(changed(SERVER, {}, gone), ("advice", "isolation", "none of 8", "isolcpus="))
        self.expect(changed(SERVER, {f"{CPU}/online": "0-1"}, gone),
                    ("advice", "isolation", "none of 2", "shared"))

    def test_what_interrupts_an_isolated_core_is_advice(self):
        spoilt = changed(SERVER, {
            "/proc/cmdline": "intel_iommu=on iommu=pt",
            f"{CPU}/nohz_full": "2-5",
            f"{CPU}/smt/active": "1",
            f"{CPU}/cpu2/topology/thread_siblings_list": "2,10",
            "/proc/irq/40/smp_affinity_list": "0-7",
            f"{PCI}/0000:81:00.0/msi_irqs/40": "msix",
            "/proc/103/comm": "irqbalance",
            "/proc/sys/kernel/nmi_watchdog": "1"})
        self.expect(spoilt, ("advice", "timer tick", "6-7", "nohz_full=2-7"),
                    ("advice", "rcu callbacks", "6-7"), ("advice", "hyperthreads", "10"),
                    ("advice", "interrupts", "0000:81:00.0", "40"), ("advice", "irqbalance",),
                    ("advice", "nmi watchdog", "nmi_watchdog=0"))

    def test_a_core_that_slows_or_sleeps_is_advice(self):
        spoilt = changed(SERVER, {f"{CPU}/cpu2/cpufreq/scaling_governor": "powersave",
                                  f"{CPU}/cpu3/cpuidle/state3/name": "C6",
                                  f"{CPU}/cpu3/cpuidle/state3/latency": "133"})
        self.expect(spoilt, ("advice", "frequency", "powersave on 2"),
                    ("advice", "sleep states", "C6 (133 us)"))
        switched_off = {f"{CPU}/cpu3/cpuidle/state3/latency": "133",
                        f"{CPU}/cpu3/cpuidle/state3/disable": "1"}
        self.expect(changed(SERVER, switched_off))

    def test_core_0_belongs_to_the_system(self):
        spoilt = changed(SERVER, {f"{CPU}/isolated": "0-7", f"{CPU}/nohz_full": "0-7",
                                  "/proc/irq/40/smp_affinity_list": "8"})
        self.expect(spoilt, ("advice", "isolation", "leave core 0"))

    def test_a_processor_too_old_for_the_program_is_a_problem(self):
        spoilt = changed(SERVER, {"/proc/cpuinfo": processor(FLAGS.replace(" avx2", ""))})
        self.expect(spoilt, ("problem", "instructions", "avx2", "x86-64-v3"))

    # Clock.

    def test_a_counter_that_changes_its_speed_is_a_problem(self):
        old = processor(FLAGS.replace(" constant_tsc", ""))
        self.expect(changed(SERVER, {"/proc/cpuinfo": old}), ("problem", "counter", "constant_tsc"))
        sleepy = processor(FLAGS.replace(" nonstop_tsc", ""))
        self.expect(changed(SERVER, {"/proc/cpuinfo": sleepy}),
                    ("advice", "counter", "nonstop_tsc"))

    def test_another_clock_source_is_advice_with_the_cause_that_fits(self):
        folder = "/sys/devices/system/clocksource/clocksource0"
        chosen = {f"{folder}/current_clocksource": "hpet"}
        self.expect(changed(SERVER, chosen), ("advice", "clock source", "hpet", "echo tsc"))
        refused = {**chosen, f"{folder}/available_clocksource": "hpet acpi_pm"}
        self.expect(changed(SERVER, refused), ("advice", "clock source", "unsteady"))

    def test_who_keeps_the_time_is_told(self):
        gone = ["/proc/101", "/proc/102", "/sys/class/ptp"]
        self.expect(changed(SERVER, {}, gone), ("advice", "card clocks", "no PTP clock"),
                    ("advice", "time of day", "nothing sets it"))
        self.expect(changed(SERVER, {"/proc/9/comm": "chronyd"}, gone[:2]),
                    ("advice", "time of day", "chronyd"))

    # Any host, any use.

    def test_a_host_without_anything_is_survived(self):
        status, found = self.check({})
        self.assertEqual((status, found), self.check({}, by=run))
        self.assertEqual(status, 4)
        self.assertIn("huge pages", [finding["name"] for finding in found])

    def test_garbage_in_any_one_file_is_survived(self):
        """Everything else stays as it is, so that each reader is reached."""
        busy = {**SERVER,
                "/proc/net/tcp": connections(("0500000A:0016", "0302010A:C001", "01")),
                "/proc/net/tcp6": connections(("0" * 32 + ":0016", "1" * 32 + ":C001", "01")),
                "/proc/net/ipv6_route": f"{'1' * 32} 40 " + "x " * 7 + "ens1\n",
                "/usr/share/misc/pci.ids": "15b3  NVIDIA\n\t101d  MT2892\n",
                f"{CPU}/smt/active": "1",
                f"{CPU}/cpu2/topology/thread_siblings_list": "2,10",
                f"{PCI}/0000:81:00.0/current_link_width": "8",
                f"{PCI}/0000:81:00.0/max_link_width": "16",
                f"{PCI}/0000:81:00.0/current_link_speed": "16.0 GT/s PCIe",
                f"{PCI}/0000:81:00.0/max_link_speed": "16.0 GT/s PCIe",
                "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c": b""}
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            build(root, busy)
            for name in [name for name, text in busy.items() if not isinstance(text, Link)]:
                path = root / name.lstrip("/")
                whole = path.read_bytes()
                for garbage in GARBAGE:
                    path.write_bytes(garbage)
                    with self.subTest(name=name, garbage=garbage[:40]), \
                            contextlib.redirect_stdout(io.StringIO()) as said:
                        status = pollux_host.main(["check", "--sysroot", folder])
                        self.assertIn(status, (0, 4))
                        self.assertGreater(len(said.getvalue()), 200)
                path.write_bytes(whole)

    def test_garbage_in_all_files_is_survived(self):
        for garbage in GARBAGE:
            files = {name: text if isinstance(text, Link) else garbage
                     for name, text in SERVER.items()}
            with tempfile.TemporaryDirectory() as folder:
                build(pathlib.Path(folder), files)
                ran = run_here("check", "--sysroot", folder)
            self.assertEqual(ran.stderr, "", garbage)
            self.assertIn(ran.returncode, (0, 4), garbage)

    def test_this_host_is_survived(self):
        ran = run("check")
        self.assertEqual(ran.stderr, "")
        self.assertIn(ran.returncode, (0, 4))
        self.assertRegex(ran.stdout, r"\n\d+ ok, \d+ advice, \d+ problems?\n$")

    def test_wrong_use_exits_with_2_and_says_why(self):
        for words, said in ((["check", "--port", "nosuch"], "there is no port 'nosuch'"),
                            (["apply"], "check only"), (["undo", "--all"], "unrecognized"),
                            ([], "required"), (["frobnicate"], "invalid choice")):
            ran = run(*words)
            self.assertEqual(ran.returncode, 2, words)
            self.assertIn(said, ran.stderr)

    def test_the_table_gives_cause_and_fix_under_what_is_not_ok(self):
        spoilt = changed(SERVER, {"/proc/swaps": "Filename Type\n/dev/sda2 partition 1 0 -2\n"})
        with tempfile.TemporaryDirectory() as folder:
            build(pathlib.Path(folder), spoilt)
            said = run("check", "--sysroot", folder).stdout
        self.assertRegex(said, r"advice +swap +in use: /dev/sda2\n +cause +.*\n +fix +swapoff -a")
        self.assertTrue(said.startswith("colo1, a machine with kernel 6.1.0-18-amd64\n"), said)
        self.assertRegex(said, r"\n\d+ ok, 1 advice, 0 problems\n$")


if __name__ == "__main__":
    unittest.main()
