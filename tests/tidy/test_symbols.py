#!/usr/bin/env python3
"""That symbols.py finds what it is for: small folders with one breach each."""

import json
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True
import symbols  # noqa: E402

COMPILER = os.environ.get("CC", "cc").split()


def sentences(files):
    """What is found in a tree of these files, name to text."""
    with tempfile.TemporaryDirectory() as place:
        root = pathlib.Path(place).resolve()
        database = []
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            out = path.stem + ".o"
            words = COMPILER + ["-O2", "-flto", "-MD", "-MQ", out, "-MF", out + ".d", "-o", out,
                                "-c", str(path)]
            database.append({"directory": place, "file": str(path), "arguments": words})
        (root / "compile_commands.json").write_text(json.dumps(database))
        return list(symbols.breaches(root, root))


class Symbols(unittest.TestCase):
    def test_a_pure_file_is_not_complained_of(self):
        self.assertEqual(sentences({
            "dataplane/book/book.c": "#include <string.h>\n"
                                     "void level(int *); void check_failed(void);\n"
                                     "void book(void *m, unsigned long n)"
                                     "{ memset(m, 0, n); level(m); if (n == 7) check_failed(); }\n",
            "dataplane/book/level.c": "void level(int *m) { *m = 1; }\n",
            "dataplane/base/check.c": "#include <stdlib.h>\nvoid check_failed(void) { abort(); }\n",
        }), [])

    def test_the_clock_of_the_system_is_found(self):
        found = sentences({"dataplane/feed/feed.c":
                           "#include <time.h>\nlong now(void) { struct timespec t;"
                           " clock_gettime(CLOCK_REALTIME, &t); return t.tv_nsec; }\n"})
        self.assertEqual(found, ["dataplane/feed/feed.c: refers to clock_gettime, which is outside "
                                 "the seam"])

    def test_the_counter_of_the_processor_is_found_though_it_is_no_call(self):
        found = sentences({"dataplane/route/route.c":
                           "#include <x86intrin.h>\n"
                           "unsigned long long now(void) { return __rdtsc(); }\n"})
        self.assertEqual(found, ["dataplane/route/route.c: contains rdtsc, which reads the clock"])

    def test_memory_randomness_files_and_threads_are_found(self):
        for call in ("malloc(7)", "rand()", "open(0, 0)", "pthread_self()", "getenv(0)"):
            found = sentences({"dataplane/match/match.c":
                               "#include <fcntl.h>\n#include <pthread.h>\n#include <stdlib.h>\n"
                               f"long f(void) {{ return (long){call}; }}\n"})
            self.assertEqual(len(found), 1, call)
            self.assertIn(call.split("(")[0], found[0])

    def test_printing_is_for_print_files_only(self):
        text = "#include <stdio.h>\nvoid f(char *s, int n) { snprintf(s, 9, \"%d\", n); }\n"
        self.assertEqual(sentences({"dataplane/wire/wire_print.c": text}), [])
        self.assertEqual(len(sentences({"dataplane/wire/wire.c": text})), 1)

    def test_an_edge_file_may_do_anything_but_not_be_called_from_a_pure_one(self):
        edge = "#include <stdlib.h>\nvoid *arena_map(void) { return malloc(9); }\n"
        self.assertEqual(sentences({"dataplane/base/arena_setup.c": edge,
                                    "dataplane/base/clock.c": "int x;\n"}), [])
        found = sentences({"dataplane/base/arena_setup.c": edge,
                           "dataplane/book/book.c":
                           "void *arena_map(void);\nvoid *f(void) { return arena_map(); }\n"})
        self.assertEqual(found, ["dataplane/book/book.c: refers to arena_map, which is outside the "
                                 "seam"])

    def test_checking_nothing_is_a_breach(self):
        self.assertEqual(len(sentences({"apps/main.c": "int x;\n"})), 1)


if __name__ == "__main__":
    unittest.main()
