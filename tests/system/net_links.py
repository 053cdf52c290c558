#!/usr/bin/env python3
"""Ports with a real other side: does every datagram arrive whole, both ways?

    net_links.py NET_PEER af_packet   a virtual cable; the other side is the kernel's own UDP
    net_links.py NET_PEER af_xdp      the same, by AF_XDP; needs root
    net_links.py NET_PEER virtio      two programs, vhost and virtio-user, over a Unix socket

Interfaces live in a network namespace of this program's own and end with it.  Programs started here
end by themselves within SECONDS and are killed by their number if they do not.  Exits 77, with a
sentence, where the machine does not allow it.
"""

import functools
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import time

COUNT = 2000
SECONDS = 40
AT_ONCE = 64  # datagrams taken before something is said again
PORT = 9999
DONE = 0xFFFFFFFF
OWN_NAMESPACE = "POLLUX_OWN_NAMESPACE"


def skip(sentence):
    print("skipped:", sentence)
    sys.exit(77)


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def can(*words):
    try:
        return subprocess.run(words, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def enter_namespace(user):
    """Runs this program again, alone in a network namespace; user: as root of a user namespace."""
    if os.environ.get(OWN_NAMESPACE):
        return
    way = ["unshare", "--net"] + (["--map-root-user"] if user else [])
    if not can(*way, "true"):
        skip(" ".join(way) + " is not allowed here, so no network interface can be made")
    for tool in ("ip", "ethtool"):
        if not can(tool, "-Version" if tool == "ip" else "--version"):
            skip(f"the program {tool} is missing (packages iproute2 and ethtool)")
    os.environ[OWN_NAMESPACE] = "1"
    os.execvp("unshare", way + [sys.executable] + sys.argv)


def cable():
    """v0, the kernel's end, has an address; v1 is the port's and must have none."""
    pathlib.Path("/proc/sys/net/ipv6/conf/default/disable_ipv6").write_text("1")
    run("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
    run("ip", "addr", "add", "10.9.0.1/24", "dev", "v0")
    run("ip", "link", "set", "v0", "up")
    run("ip", "link", "set", "v1", "up")
    # A veth hands over what the card would have finished: checksums, large segments.
    run("ethtool", "-K", "v0", "tx", "off", "tso", "off", "gso", "off", "gro", "off")


@functools.cache  # made once: a thousand bytes take longer to make than to send
def payload(number):
    length = 10 if number == DONE else 10 + number % 1400
    tail = bytes((number * 7 + at * 13) & 0xFF for at in range(10, length))
    return b"pollux" + struct.pack(">I", number) + tail


class KernelPeer:
    """The protocol of net_peer.c, spoken by the kernel's UDP on v0, as number 1."""

    def __init__(self):
        self.receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.receiver.bind(("239.9.9.1", PORT))
        membership = socket.inet_aton("239.9.9.1") + socket.inet_aton("10.9.0.1")
        self.receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        self.receiver.setblocking(False)
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                               socket.inet_aton("10.9.0.1"))
        self.sender.bind(("10.9.0.1", PORT))
        self.missing = set(range(1, COUNT + 1))
        for number in (*range(COUNT + 1), DONE):
            payload(number)
        self.heard = self.other_done = False
        self.damaged = 0

    def take(self):
        for _ in range(AT_ONCE):
            try:
                datagram = self.receiver.recv(4096)
            except BlockingIOError:
                return
            number = struct.unpack(">I", datagram[6:10])[0] if len(datagram) >= 10 else COUNT + 1
            if number > COUNT and number != DONE or datagram != payload(number):
                self.damaged += 1
                continue
            self.heard = True
            self.other_done = self.other_done or number == DONE
            self.missing.discard(number)

    def exchange(self, peer):
        to, number = ("239.9.9.2", PORT), 1
        end = time.monotonic() + SECONDS
        while peer.poll() is None and time.monotonic() < end:
            self.take()
            if not self.heard:
                self.sender.sendto(payload(0), to)
            else:
                if not self.missing:
                    self.sender.sendto(payload(DONE), to)
                for _ in range(0 if self.other_done else 16):
                    self.sender.sendto(payload(number), to)
                    number = number % COUNT + 1
            time.sleep(0.001)
        self.take()
        return not self.missing and self.damaged == 0


def start(net_peer, device, number):
    # DPDK's drivers and libxdp keep memory to the end; the leak checker would call that an error.
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")
    return subprocess.Popen([net_peer, device, str(number), str(COUNT), str(SECONDS)],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(peer, name):
    """True if the program ended well; shows what it said."""
    try:
        said, _ = peer.communicate(timeout=SECONDS + 10)
    finally:
        if peer.poll() is None:
            peer.kill()
            peer.wait()
    print(f"{name}: exit {peer.returncode}")
    print(said, end="", flush=True)
    return peer.returncode == 0


def with_kernel(net_peer, device):
    cable()
    peer = start(net_peer, device, 2)
    try:
        kernel = KernelPeer()
        kernel_good = kernel.exchange(peer)
    finally:
        port_good = finish(peer, device)
    print(f"kernel: {COUNT - len(kernel.missing)} of {COUNT} numbers, {kernel.damaged} damaged")
    return port_good and kernel_good


def may_load_programs():
    """AF_XDP loads a program into the kernel: root of the machine, not of a user namespace."""
    ranges = pathlib.Path("/proc/self/uid_map").read_text().split()
    capabilities = next(line.split()[1] for line in pathlib.Path("/proc/self/status").read_text()
                        .splitlines() if line.startswith("CapEff"))
    return ranges == ["0", "0", "4294967295"] and int(capabilities, 16) >> 21 & 1


def with_af_xdp(net_peer):
    try:
        socket.socket(44, socket.SOCK_RAW, 0).close()
    except OSError as error:
        skip(f"this kernel or user has no AF_XDP sockets ({error})")
    if not may_load_programs():
        skip("AF_XDP needs root of the machine, to load a program into the kernel")
    enter_namespace(user=False)
    return with_kernel(net_peer, "net_af_xdp0,iface=v1")


def with_virtio(net_peer):
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/s"
        vhost = start(net_peer, f"net_vhost0,iface={path},queues=1", 1)
        try:
            for _ in range(100):
                if os.path.exists(path) or vhost.poll() is not None:
                    break
                time.sleep(0.05)
            user = start(net_peer, f"net_virtio_user0,path={path},queues=1", 2)
            user_good = finish(user, "virtio_user")
        finally:
            vhost_good = finish(vhost, "vhost")
        return user_good and vhost_good


def main():
    net_peer, link = sys.argv[1:]
    if link == "virtio":
        good = with_virtio(net_peer)
    elif link == "af_xdp":
        good = with_af_xdp(net_peer)
    else:
        enter_namespace(user=os.geteuid() != 0 or not can("unshare", "--net", "true"))
        good = with_kernel(net_peer, "net_af_packet0,iface=v1")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
