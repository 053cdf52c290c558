#!/usr/bin/env python3
"""Writes a header and all of ours that it includes into one file, for use outside the tree.

    one_header.py ROOT HEADER VERSION OUTPUT

The comment at the head of HEADER comes first, then every header once, where it is first needed.
C++ may include the result.
"""

import pathlib
import re
import sys

# Only what these include is needed outside; their own text is macros and checks of ours.
SKIPPED = {"dataplane/base/base.h"}

INCLUDE = re.compile(r'^#include ([<"])([^>"]+)[>"]$')

HEAD = """#ifndef POLLUX_DELEGATE_H
#define POLLUX_DELEGATE_H

/* Pollux {version}: what a strategy outside the tree needs.  Written by the build, from
 * {header} and what it includes. */

{comment}

{system}

#ifdef __cplusplus
extern "C" {{
#endif
"""

TAIL = """
#ifdef __cplusplus
}
#endif

#endif
"""


def inside(path):
    """What stands between a header's include guards."""
    text = path.read_text(encoding="utf-8")
    found = re.fullmatch(r"#ifndef (\w+)\n#define \1\n\n(.*)\n#endif\n", text, flags=re.S)
    if not found:
        sys.exit(f"{path}: its include guard is not the whole of it")
    return found.group(2)


def gather(root, name, seen, system):
    """The lines of a header behind those of the headers it includes, and system's names noted."""
    if name in seen:
        return []
    seen.add(name)
    before, own = [], []
    for line in inside(root / name).split("\n"):
        found = INCLUDE.match(line)
        if not found:
            own.append(line)
        elif found.group(1) == "<":
            system.add(found.group(2))
        else:
            before += gather(root, found.group(2), seen, system)
    return before if name in SKIPPED else before + ["", f"/* From {name}. */", ""] + own


def main():
    root, header, version, output = sys.argv[1:]
    system = set()
    text = "\n".join(gather(pathlib.Path(root), header, set(), system))
    comment = re.match(r"/\*.*?\*/", inside(pathlib.Path(root) / header), flags=re.S).group(0)
    text = text.replace(comment, "", 1)
    head = HEAD.format(version=version, header=header, comment=comment,
                       system="\n".join(f"#include <{name}>" for name in sorted(system)))
    whole = re.sub(r"\n{3,}", "\n\n", head + text + TAIL)
    pathlib.Path(output).write_text(whole, encoding="utf-8")


if __name__ == "__main__":
    main()
