"""Memory: huge pages, where they are, and what else moves or swaps pages."""

import re

from .host import ADVICE, OK, PROBLEM, Finding

TOPIC = "memory"

# What the largest preset of pollux-generate needs with its books, rounded up.
HUGE_BYTES_ADVISED = 1 << 30
MEMLOCK_BYTES_ADVISED = 1 << 30


def size_text(size):
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size / unit:.4g} {name}"
    return f"{size} bytes"


def pools(host, folder):
    """(bytes of a page, pages, free pages) of every pool of huge pages below folder."""
    for name in host.names(folder):
        if found := re.fullmatch(r"hugepages-([0-9]{1,12})kB", name):
            pages = host.number(f"{folder}/{name}/nr_hugepages", 0)
            free = host.number(f"{folder}/{name}/free_hugepages", 0)
            yield int(found.group(1)) * 1024, pages, free


def node_bytes(host, node):
    folder = f"/sys/devices/system/node/node{node}/hugepages"
    return sum(size * pages for size, pages, _ in pools(host, folder))


def check(host, nic_nodes=()):
    yield from huge_pages(host)
    yield from huge_pages_per_node(host, nic_nodes)
    yield from mount(host)
    yield from memory_lock(host)
    yield from transparent(host)
    yield from swap(host)
    yield from balancing(host)


def huge_pages(host):
    folder = "/sys/kernel/mm/hugepages"
    held = [pool for pool in pools(host, folder) if pool[1]]
    total = sum(size * pages for size, pages, _ in held)
    if not list(pools(host, folder)):
        yield Finding(TOPIC, "huge pages", PROBLEM, "the kernel has no huge pages at all",
                      "it was built without them, or this is a container that hides /sys",
                      "run on the host, or use a kernel with CONFIG_HUGETLBFS")
    elif total == 0:
        yield Finding(
            TOPIC, "huge pages", PROBLEM, "none are set aside",
            "the kernel keeps none unless told, and ordinary pages cost a page walk per miss",
            "now: echo 512 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages; for good: "
            "default_hugepagesz=1G hugepagesz=1G hugepages=4 on the kernel's command line")
    else:
        parts = [f"{pages} of {size_text(size)}, {free} free" for size, pages, free in held]
        fact = f"{size_text(total)}: " + "; ".join(parts)
        free_bytes = sum(size * free for size, _, free in held)
        if total < HUGE_BYTES_ADVISED:
            yield Finding(TOPIC, "huge pages", ADVICE, fact,
                          f"full books of a whole market want {size_text(HUGE_BYTES_ADVISED)}",
                          "raise nr_hugepages, best on the kernel's command line, before memory "
                          "is in pieces")
        elif free_bytes == 0:
            yield Finding(TOPIC, "huge pages", PROBLEM, fact,
                          "another program holds all of them, or one that died left its files",
                          "stop the other program; remove its files: "
                          "find /dev/hugepages -name '*map_*'")
        else:
            yield Finding(TOPIC, "huge pages", OK, fact)


def huge_pages_per_node(host, nic_nodes):
    nodes = host.nodes()
    if len(nodes) < 2:
        return
    per_node = {node: node_bytes(host, node) for node in nodes}
    if not any(per_node.values()):
        return
    fact = ", ".join(f"node {node} {size_text(held)}" for node, held in per_node.items())
    bare = sorted(node for node in set(nic_nodes) if node in per_node and not per_node[node])
    if bare:
        yield Finding(
            TOPIC, "huge pages by node", PROBLEM, fact,
            f"a network card is on node {bare[0]}, which has none: its packets would cross to "
            "the other node for every touch",
            f"echo 512 > /sys/devices/system/node/node{bare[0]}"
            "/hugepages/hugepages-2048kB/nr_hugepages")
    else:
        yield Finding(TOPIC, "huge pages by node", OK, fact)


def mount(host):
    mounts = [line.split() for line in (host.text("/proc/mounts") or "").splitlines()]
    where = [fields[1] for fields in mounts if len(fields) > 2 and fields[2] == "hugetlbfs"]
    if where:
        yield Finding(TOPIC, "huge page mount", OK, "at " + ", ".join(where))
    else:
        yield Finding(TOPIC, "huge page mount", ADVICE, "hugetlbfs is not mounted",
                      "polluxd does without; a second process that attaches to it does not",
                      "mount -t hugetlbfs none /dev/hugepages")


def memory_lock(host):
    found = re.search(r"^Max locked memory +([0-9]{1,20}|unlimited) ",
                      host.text("/proc/self/limits") or "", re.M)
    if not found:
        return
    user = re.search(r"^Uid:\s+[0-9]+\s+([0-9]+)", host.text("/proc/self/status") or "", re.M)
    limit = found.group(1)
    text = "limit of this session: " + (size_text(int(limit)) if limit.isdigit() else limit)
    if not limit.isdigit() or int(limit) >= MEMLOCK_BYTES_ADVISED:
        yield Finding(TOPIC, "locked memory", OK, text)
    elif user and user.group(1) == "0":
        yield Finding(TOPIC, "locked memory", OK, text + ", which does not bind root")
    else:
        yield Finding(
            TOPIC, "locked memory", ADVICE, text,
            "vfio locks all memory a card may write; an ordinary user is refused above the limit",
            "LimitMEMLOCK=infinity in the systemd unit, or 'memlock unlimited' in "
            "/etc/security/limits.conf")


def transparent(host):
    text = host.word("/sys/kernel/mm/transparent_hugepage/enabled")
    if not text:
        return
    chosen = re.search(r"\[(\w+)\]", text)
    chosen = chosen.group(1) if chosen else text
    if chosen == "always":
        yield Finding(TOPIC, "transparent pages", ADVICE, "always",
                      "the kernel joins pages behind a running program's back, which stalls it",
                      "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled")
    else:
        yield Finding(TOPIC, "transparent pages", OK, chosen)


def swap(host):
    areas = [line.split()[0] for line in (host.text("/proc/swaps") or "").splitlines()[1:]
             if line.split()]
    if areas:
        yield Finding(TOPIC, "swap", ADVICE, "in use: " + ", ".join(areas),
                      "a page that was swapped out comes back milliseconds later",
                      "swapoff -a, and remove the line from /etc/fstab")
    elif host.exists("/proc/swaps"):
        yield Finding(TOPIC, "swap", OK, "none")


def balancing(host):
    if len(host.nodes()) > 1 and host.number("/proc/sys/kernel/numa_balancing", 0):
        yield Finding(TOPIC, "page migration", ADVICE, "the kernel moves pages between nodes",
                      "automatic NUMA balancing is on and unmaps pages to see who touches them",
                      "sysctl kernel.numa_balancing=0")
