"""Which interface the machine, and whoever is logged in to it, depends on."""

import ipaddress
import string

SSH_PORT = "0016"
ESTABLISHED = "01"


def users(host):
    """interface: [what it carries], for the interfaces that somebody would miss."""
    found = {}
    for interface in default_routes(host):
        note(host, found, interface, "the default route")
    for peer in ssh_peers(host):
        if interface := interface_to(host, peer):
            note(host, found, interface, f"an SSH session from {peer}")
    return found


def note(host, found, interface, reason):
    """A bond, bridge or VLAN rests on other interfaces: those carry what it carries."""
    waiting, seen = [interface], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if reason not in found.setdefault(name, []):
            found[name].append(reason)
        waiting += [link[len("lower_"):] for link in host.names(f"/sys/class/net/{name}")
                    if link.startswith("lower_")]


def hexadecimal(text, digits):
    return len(text) == digits and all(digit in string.hexdigits for digit in text)


def address4(text):
    """An IPv4 address as /proc prints it, hexadecimal in the machine's byte order, or None."""
    return ipaddress.IPv4Address(bytes.fromhex(text)[::-1]) if hexadecimal(text, 8) else None


def address6(text):
    """An IPv6 address as /proc/net/tcp6 prints it, four such words, or None."""
    if not hexadecimal(text, 32):
        return None
    words = bytes.fromhex(text)
    return ipaddress.IPv6Address(b"".join(words[i:i + 4][::-1] for i in range(0, 16, 4)))


def rows(host, name, columns):
    """The rows of a table of /proc/net that have at least so many columns."""
    split = (line.split() for line in (host.text(name) or "").splitlines())
    return [row for row in split if len(row) >= columns]


def routes4(host):
    """(interface, network, mask) of each IPv4 route, as numbers."""
    for row in rows(host, "/proc/net/route", 8):
        to, mask = address4(row[1]), address4(row[7])
        if to is not None and mask is not None:
            yield row[0], int(to) & int(mask), int(mask)


def routes6(host):
    """(interface, network, bits of prefix) of each IPv6 route, the machine's own left out."""
    for row in rows(host, "/proc/net/ipv6_route", 10):
        if hexadecimal(row[0], 32) and hexadecimal(row[1], 2) and row[9] != "lo":
            if (bits := int(row[1], 16)) <= 128:
                yield row[9], int(row[0], 16), bits


def default_routes(host):
    names = {interface for interface, _, mask in routes4(host) if mask == 0}
    return sorted(names | {interface for interface, _, bits in routes6(host) if bits == 0})


def ssh_peers(host):
    """Addresses that are connected to this machine's SSH port.  Sessions are found even where the
    environment does not tell of them (under sudo, say)."""
    peers = set()
    for name, read in (("/proc/net/tcp", address4), ("/proc/net/tcp6", address6)):
        for row in rows(host, name, 4):
            local_port = row[1].partition(":")[2]
            peer = read(row[2].partition(":")[0])
            if row[3] == ESTABLISHED and local_port == SSH_PORT and peer is not None:
                peers.add(getattr(peer, "ipv4_mapped", None) or peer)
    return sorted(peers, key=str)


def interface_to(host, peer):
    """The interface whose route to peer has the longest prefix; none for the machine itself."""
    if peer.is_loopback:
        return None
    if peer.version == 4:
        matching = [(mask, interface) for interface, network, mask in routes4(host)
                    if int(peer) & mask == network]
    else:
        matching = [(bits, interface) for interface, network, bits in routes6(host)
                    if int(peer) >> (128 - bits) == network >> (128 - bits)]
    return max(matching)[1] if matching else None
