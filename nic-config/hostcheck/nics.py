"""Network cards: what each is, who drives it, what it needs, and who would miss it."""

import dataclasses
import re

from . import iommu, routes
from .host import ADVICE, OK, PROBLEM, Finding

ETHERNET_CLASS = 0x0200

# How a family of cards is taken.  BIND: its kernel driver gives way to vfio-pci.  SHARE: the DPDK
# driver works beside the kernel's, which stays (a bifurcated driver).  Left out: nobody has said.
BIND, SHARE = "bind", "share"
FAMILIES = {
    # kernel driver: (the family's name, how it is taken)
    "mlx5_core": ("NVIDIA ConnectX-4 and later", SHARE),
    "mlx4_core": ("NVIDIA ConnectX-3", SHARE),
    "mana": ("Microsoft Azure MANA", SHARE),
    "ixgbe": ("Intel 82599, X520, X540, X550", BIND),
    "ixgbevf": ("Intel 82599 virtual function", BIND),
    "i40e": ("Intel X710, XL710, XXV710", BIND),
    "iavf": ("Intel adaptive virtual function", BIND),
    "ice": ("Intel E810", BIND),
    "igb": ("Intel I210, I350, 82576", BIND),
    "igc": ("Intel I225, I226", BIND),
    "e1000": ("Intel 8254x", BIND),
    "e1000e": ("Intel 8257x, I217-I219", BIND),
    "bnxt_en": ("Broadcom NetXtreme-C and -E", BIND),
    "sfc": ("AMD Solarflare", BIND),
    "cxgb4": ("Chelsio T4 to T6", BIND),
    "ena": ("Amazon ENA", BIND),
    "gve": ("Google Virtual NIC", BIND),
    "vmxnet3": ("VMware vmxnet3", BIND),
    "virtio_net": ("virtio", BIND),
    "virtio-pci": ("virtio", BIND),
}
VENDORS = {
    0x15B3: "NVIDIA", 0x8086: "Intel", 0x14E4: "Broadcom", 0x1924: "Solarflare", 0x10EE: "AMD",
    0x1425: "Chelsio", 0x1D0F: "Amazon", 0x1AE0: "Google", 0x15AD: "VMware", 0x1AF4: "virtio",
    0x10EC: "Realtek", 0x1414: "Microsoft",
}
TAKEN = ("vfio-pci", "uio_pci_generic", "igb_uio")


@dataclasses.dataclass
class Card:
    pci: str
    vendor: int
    device: int
    driver: str
    interfaces: list
    node: int
    model: str

    def title(self):
        return f"{self.pci} " + (f"({', '.join(self.interfaces)})" if self.interfaces else "")


def cards(host):
    folder = "/sys/bus/pci/devices"
    for pci in host.names(folder):
        if (host.number(f"{folder}/{pci}/class", 0) or 0) >> 8 != ETHERNET_CLASS:
            continue
        vendor = host.number(f"{folder}/{pci}/vendor", 0)
        device = host.number(f"{folder}/{pci}/device", 0)
        # A virtio card's interface hangs below its virtio device.
        below = [f"{folder}/{pci}/{name}/net" for name in host.names(f"{folder}/{pci}")
                 if name.startswith("virtio")]
        interfaces = [name for net in [f"{folder}/{pci}/net"] + below for name in host.names(net)]
        yield Card(pci, vendor, device, host.link(f"{folder}/{pci}/driver"), interfaces,
                   max(host.number(f"{folder}/{pci}/numa_node", 0), 0),
                   model(host, vendor, device))


def model(host, vendor, device):
    """The card's name as the machine's list of PCI names has it, or what we know of its vendor."""
    names = host.text("/usr/share/misc/pci.ids") or host.text("/usr/share/hwdata/pci.ids") or ""
    found = re.search(rf"^{vendor:04x}  .*\n(?:[\t#].*\n)*?\t{device:04x}  (.*)$", names, re.M)
    if found:
        return found.group(1)
    return f"{VENDORS.get(vendor, 'vendor')} {vendor:04x}:{device:04x}"


def virtual_interfaces(host):
    """Interfaces without a PCI card: veth, tap, bridges, cards on other buses."""
    owned = {name for card in cards(host) for name in card.interfaces}
    for name in host.names("/sys/class/net"):
        if name != "lo" and name not in owned and host.exists(f"/sys/class/net/{name}/address"):
            yield name


def check(host, ports, only=None):
    """Findings on the cards; only names one, by PCI address or interface."""
    used = routes.users(host)
    for card in ports:
        if only is None or only == card.pci or only in card.interfaces:
            yield from card_check(host, card, used)
    if only is None and not ports:
        yield Finding("nic", "network cards", ADVICE, "none on the PCI bus",
                      "a small virtual machine, a container, or cards on another bus",
                      "polluxd runs without one: on its in-memory link, or net_af_packet over "
                      "any interface")
    for name in virtual_interfaces(host):
        if only == name:
            yield Finding("nic " + name, "driver", ADVICE, "no PCI card",
                          "only a PCI card can leave the kernel",
                          f"use it through the kernel: net_af_packet0,iface={name}")


def card_check(host, card, used):
    topic = "nic " + card.title().strip()
    yield Finding(topic, "model", OK, f"{card.model}, node {card.node}")
    yield from driver_check(host, card, topic)
    yield from use_check(card, topic, used)
    yield from link_check(host, card, topic)
    yield from lanes_check(host, card, topic)
    yield from group_check(host, card, topic)


def driver_check(host, card, topic):
    name, taken = FAMILIES.get(card.driver, ("", ""))
    if card.driver in TAKEN:
        state = OK if card.driver == "vfio-pci" else ADVICE
        cause = "" if state == OK else "it gives the card memory without an IOMMU's protection"
        fix = "" if state == OK else f"bind it to vfio-pci: dpdk-devbind.py -b vfio-pci {card.pci}"
        yield Finding(topic, "driver", state, f"{card.driver}: ready for polluxd", cause, fix)
    elif taken == SHARE:
        yield Finding(topic, "driver", OK,
                      f"{card.driver}: stays; polluxd works beside it ({name})")
    elif taken == BIND:
        fix = f"modprobe vfio-pci; dpdk-devbind.py -b vfio-pci {card.pci}"
        if not iommu.has_groups(host) and not iommu.without_iommu(host):
            fix += " (needs the IOMMU first, see above)"
        yield Finding(topic, "driver", ADVICE, f"{card.driver}: the kernel has this card ({name})",
                      "its packets pass through the kernel until vfio-pci drives it", fix)
    elif not card.driver:
        yield Finding(topic, "driver", ADVICE, "none", "nothing drives this card",
                      f"dpdk-devbind.py -b vfio-pci {card.pci}")
    else:
        yield Finding(topic, "driver", ADVICE, f"{card.driver}: a card DPDK may not know",
                      "it is not in the list of families that were tried",
                      "look for it in DPDK's list of drivers; else use net_af_packet or "
                      "net_af_xdp over the interface")


def use_check(card, topic, used):
    reasons = []
    for interface in card.interfaces:
        reasons += [reason for reason in used.get(interface, []) if reason not in reasons]
    if reasons:
        yield Finding(topic, "in use", ADVICE, "carries " + " and ".join(reasons),
                      "binding this card to vfio-pci takes it from the kernel and cuts you off",
                      "use another card for market data, or have a console at hand")


def link_check(host, card, topic):
    for interface in card.interfaces:
        folder = f"/sys/class/net/{interface}"
        state = host.word(f"{folder}/operstate", "unknown")
        speed = host.number(f"{folder}/speed", -1)
        fast = f", {speed / 1000:g} Gb/s" if speed > 0 else ""
        if host.word(f"{folder}/carrier") == "1" or state == "up":
            yield Finding(topic, "link", OK, f"{interface} up{fast}")
        elif state == "down" and host.word(f"{folder}/carrier") == "":
            yield Finding(topic, "link", ADVICE, f"{interface} is switched off",
                          "nobody has brought the interface up, so there may or may not be a cable",
                          f"ip link set {interface} up")
        else:
            yield Finding(topic, "link", ADVICE, f"{interface} {state}", "no light or no cable",
                          f"see cable, optics and the switch port; ethtool {interface}")


def lanes_check(host, card, topic):
    """A card in a slot narrower or slower than itself loses packets at bursts."""
    folder = f"/sys/bus/pci/devices/{card.pci}"
    width = host.number(f"{folder}/current_link_width", 0)
    widest = host.number(f"{folder}/max_link_width", 0)
    speed = host.word(f"{folder}/current_link_speed")
    fastest = host.word(f"{folder}/max_link_speed")
    rate = re.compile(r"([0-9]{1,3}(?:\.[0-9])?) GT/s")
    speed, fastest = rate.match(speed), rate.match(fastest)
    if not 0 < width <= widest or widest == 255 or not speed or not fastest:
        return
    fact = f"x{width} at {speed.group(0)}"
    if width < widest or float(speed.group(1)) < float(fastest.group(1)):
        yield Finding(topic, "pcie", ADVICE,
                      f"{fact}; the card can x{widest} at {fastest.group(0)}",
                      "the slot has fewer lanes, or power saving slows an idle link",
                      "look again under load; else another slot, or ASPM off in the firmware")
    else:
        yield Finding(topic, "pcie", OK, fact)


def group_check(host, card, topic):
    """vfio hands out a whole IOMMU group or nothing."""
    members = host.names(f"/sys/bus/pci/devices/{card.pci}/iommu_group/devices")
    others = []
    for pci in members:
        folder = f"/sys/bus/pci/devices/{pci}"
        bridge = (host.number(f"{folder}/class", 0) or 0) >> 16 == 0x06
        driver = host.link(f"{folder}/driver")
        if pci != card.pci and not bridge and driver not in ("", "vfio-pci", "pci-stub"):
            others.append(f"{pci} ({driver})")
    if others and FAMILIES.get(card.driver, ("", ""))[1] != SHARE:
        yield Finding(topic, "iommu group", PROBLEM, "shared with " + ", ".join(others),
                      "vfio gives a program a whole group, and these are still the kernel's",
                      "bind them to vfio-pci too, or give the card a slot with a group of its own")
