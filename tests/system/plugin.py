#!/usr/bin/env python3
"""A strategy outside the tree: what is installed is enough to build one, and it loads and decides.

    plugin.py PLUGIN_RUNNER POLLUXD BUILD_DIRECTORY

Pollux is installed to an empty folder; the example is built from there, by each compiler there is.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from replay_support import SECONDS, Skip, equal, require, run_specs, spec

STRICT = "-Wall -Wextra -Wconversion -Wshadow -pedantic -Werror"
C_COMPILERS, CXX_COMPILERS = ("gcc", "clang"), ("g++", "clang++")
BUILD = pathlib.Path(sys.argv.pop())

# 1e-8 in ticks of 0.01: bid, shown, ask, shown; position; the order's state, price, leaves.
MOMENTS = """1001 50 1002 80 0    0 0 0
1001 50 1002 80 0    1 999 100
1003 50 1004 80 0    2 999 100
1003 50 1004 80 250  2 1001 100
"""
SAID = ["buy 100 at 999 as 0 of 7, post only", "nothing", "buy 100 at 1001 as 0 of 7, post only",
        "stop 0", "orders_said 2", "stops_said 1", "refused 0", "unloaded"]
PARAMETERS = ["side=buy", "size=100", "distance=2", "position_max=250"]


def there(names):
    found = [name for name in names if shutil.which(name)]
    if not found or not shutil.which("pkg-config") or not shutil.which("make"):
        raise Skip(f"none of {', '.join(names)}, or no pkg-config, or no make")
    return found


def ran(words, status=0, **how):
    done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, **how)
    require(done.returncode == status, f"{' '.join(map(str, words))}: status {done.returncode}: "
                                       f"{done.stdout[-800:]}{done.stderr[-800:]}")
    return done


def installed(bench):
    """The folder that stands for /, once; and the environment in which pkg-config looks there."""
    top = bench.directory / "installed"
    if not top.exists():
        ran(["meson", "install", "-C", BUILD, "--no-rebuild", "--tags", "devel", "--destdir", top])
    found = list(top.rglob("pollux.pc"))
    equal(len(found), 1, "files named pollux.pc")
    return top, {**os.environ, "PKG_CONFIG_LIBDIR": str(found[0].parent),
                 "PKG_CONFIG_PATH": "", "PKG_CONFIG_SYSROOT_DIR": str(top)}


def config(bench, *words):
    return ran(["pkg-config", *words, "pollux"], env=installed(bench)[1]).stdout.strip()


def example(bench, name):
    """A fresh copy of the installed example."""
    source = list(installed(bench)[0].rglob("example-strategy"))
    equal(len(source), 1, "folders named example-strategy")
    return pathlib.Path(shutil.copytree(source[0], bench.directory / name))


def decided(bench, file, *words, status=0):
    return ran([bench.program["plugin_runner"], file, "pegger", *words], status, input=MOMENTS)


@spec
def one_header_is_installed_and_a_file_for_pkg_config(bench):
    top, _ = installed(bench)
    headers = [path.relative_to(top).as_posix() for path in top.rglob("*.h")]
    equal([name.split("include/")[-1] for name in headers], ["pollux/delegate.h"], "headers")
    text = next(top.rglob("delegate.h")).read_text(encoding="utf-8")
    require('#include "' not in text, "the header includes a file that is not installed")
    equal(config(bench, "--variable=abi"),
          re.search(r"^#define DELEGATE_ABI +(\d+)u", text, flags=re.M).group(1), "abi")
    require(config(bench, "--variable=plugindir").endswith("/pollux/strategies"), "plugindir")
    equal(config(bench, "--libs"), "", "what a plug-in links")


@spec
def the_header_is_C11_C17_and_Cplusplus17_by_itself(bench):
    flags = config(bench, "--cflags").split() + STRICT.split()
    text = "#include <pollux/delegate.h>\nint unused(void);\nint unused(void) { return 0; }\n"
    for names, suffix, standards in ((C_COMPILERS, "c", ("c11", "c17")),
                                     (CXX_COMPILERS, "cpp", ("c++17", "c++20"))):
        source = bench.directory / f"alone.{suffix}"
        source.write_text(text)
        for compiler in there(names):
            for standard in standards:
                ran([compiler, f"-std={standard}", *flags, "-c", source, "-o", os.devnull])


@spec
def the_example_builds_outside_the_tree_passes_its_tests_loads_decides_and_leaves(bench):
    for compiler in there(C_COMPILERS):
        folder, env = example(bench, f"example-{compiler}"), installed(bench)[1]
        make = ["make", "-C", folder, f"CC={compiler}", f"CFLAGS=-O2 {STRICT}"]
        equal("pegger is as it should be" in ran([*make, "check"], env=env).stdout, True, "check")
        ran(make, env=env)
        done = decided(bench, folder / "pegger.so", *PARAMETERS)
        equal(done.stdout.splitlines(), [f"{folder}/pegger.so: pegger, 1 delegates", *SAID],
              f"what {compiler}'s says")


@spec
def one_line_of_cc_is_enough(bench):
    folder = example(bench, "by-hand")
    compiler = there(("cc", *C_COMPILERS))[0]
    ran([compiler, "-shared", "-fPIC", *config(bench, "--cflags").split(), "pegger.c", "-o",
         "my.so"], cwd=folder)
    equal(decided(bench, folder / "my.so", *PARAMETERS).stdout.splitlines()[1:], SAID, "it says")


@spec
def make_install_puts_it_where_plug_ins_are_looked_for(bench):
    there(C_COMPILERS)
    folder, (top, env) = example(bench, "to-install"), installed(bench)
    ran(["make", "-C", folder, "install", f"CC={there(C_COMPILERS)[0]}"], env=env)
    file = pathlib.Path(config(bench, "--variable=plugindir")) / "pegger.so"
    require(file.exists(), f"{file} is not there")
    equal(decided(bench, file, *PARAMETERS).stdout.splitlines()[-1], "unloaded", "the end")


@spec
def a_strategy_in_Cplusplus_loads_and_leaves(bench):
    folder = bench.directory / "cplusplus"
    folder.mkdir()
    (folder / "my.cpp").write_text("""#include <pollux/delegate.h>
static size_t footprint(const delegate_parameters *) { return CACHE_LINE; }
static void *build(void *memory, const delegate_parameters *) { return memory; }
static void decide(void *, const composite *shown, delegate_output *output)
{
    delegate_intent intent{};
    intent.price = shown->market->ask;
    intent.qty = QTY_ONE;
    intent.side = SIDE_SELL;
    delegate_say(output, &intent);
}
static const delegate_kind kind = {"pegger", "sells one at the ask", nullptr, footprint, nullptr,
                                   build, decide, nullptr, nullptr, nullptr, nullptr};
static const delegate_kind *const kinds[] = {&kind};
const delegate_plugin pollux_plugin = {DELEGATE_ABI, sizeof kind, 1, kinds};
""")
    for compiler in there(CXX_COMPILERS):
        file = folder / f"{compiler}.so"
        ran([compiler, "-std=c++17", *STRICT.split(), "-shared", "-fPIC", "-fvisibility=hidden",
             *config(bench, "--cflags").split(), folder / "my.cpp", "-o", file])
        lines = decided(bench, file).stdout.splitlines()[1:]
        equal(lines, ["sell 1 at 1002 as 0 of 0"] * 2 + ["sell 1 at 1004 as 0 of 0"] * 2 +
              ["unloaded"], f"what {compiler}'s says")


@spec
def wrong_parameters_and_wrong_files_are_sentences(bench):
    folder = example(bench, "refused")
    ran([there(C_COMPILERS)[0], "-shared", "-fPIC", *config(bench, "--cflags").split(), "pegger.c",
         "-o", "my.so"], cwd=folder)
    done = decided(bench, folder / "my.so", "side=buy", "size=many", status=1)
    equal(done.stderr, "plugin_runner: size is many, expected is a whole number from 1 to "
                       "1000000000\n", "said")
    done = decided(bench, folder / "pegger.c", status=1)
    require("cannot be opened" in done.stderr and "pegger.c" in done.stderr, done.stderr)


@spec
def the_appliance_exports_nothing_that_a_plug_in_could_call(bench):
    if not shutil.which("nm"):
        raise Skip("no nm")
    # Variables of libraries that it refers to have a copy in it, and are B; argp_ are the C
    # library's too, which asks the program for them.
    lines = ran(["nm", "-D", "--defined-only", bench.program["polluxd"]]).stdout.splitlines()
    ours = [line for line in lines if line.split()[-2] != "B" and
            not line.split()[-1].startswith(("_", "argp_"))]
    equal(ours, [], "symbols")


if __name__ == "__main__":
    run_specs(sys.argv[1:])
