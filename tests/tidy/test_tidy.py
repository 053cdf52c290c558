#!/usr/bin/env python3
"""What tidy promises: a clean tree has no breach, and each rule, broken once, gives its sentence.

Every test makes a small tree that is clean and breaks exactly one thing in it, so a rule that can
no longer fail is noticed here.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import tidy  # noqa: E402  (beside this file)

CLEAN = {
    "README.md": "# Tree\n",
    "dataplane/base/README.md": "# base\n",
    "dataplane/base/base.h": "#ifndef DATAPLANE_BASE_BASE_H\n#endif\n",
    "dataplane/net/README.md": "# net\n",
    "dataplane/net/net.c": '#include "dataplane/base/base.h"\n#include <rte_mbuf.h>\n',
    "dataplane/wire/README.md": "# wire\n",
    "dataplane/wire/wire.c": '#include "dataplane/base/base.h"\n\nint wire_length(int x)\n{\n'
                             "    return x;\n}\n",
    "dataplane/wire/wire_print.c": "#include <stdio.h>\n",
    "tests/README.md": "# tests\n",
    "tests/wire/test_wire.c": '#include "dataplane/wire/wire.h"\n#include <stdio.h>\n',
    "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\nCompatible: all.\n\n### New\n\n- It runs.\n",
}


def lines_of(count):
    return "".join(f"int wire_{i};\n" for i in range(count))


def function_of(count):
    return "int wire_long(void)\n{\n" + "    wire();\n" * count + "}\n"


class Tidy(unittest.TestCase):
    def breaches(self, changed):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {**CLEAN, **changed}.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                if isinstance(text, bytes):
                    path.write_bytes(text)
                else:
                    path.write_text(text)
            return [f"{name}:{line}: {sentence}" for name, line, sentence in tidy.breaches(root)]

    def expect(self, name, text, *sentences):
        """The tree with this one file gives one breach per sentence, each holding its words."""
        found = self.breaches({name: text})
        self.assertEqual(len(found), len(sentences), found)
        for line, words in zip(found, sentences):
            self.assertTrue(line.startswith(name + ":"), line)
            self.assertIn(words, line)

    def test_a_clean_tree_has_no_breach(self):
        self.assertEqual(self.breaches({}), [])

    def test_a_layer_includes_only_the_layers_below_it(self):
        name = "dataplane/wire/up.c"
        self.expect(name, '#include "dataplane/net/net.h"\n', "may not include dataplane/net")
        self.expect(name, '#  include "dataplane/feed/feed.h"\n', "may not include dataplane/feed")
        self.expect(name, '#include "control/config/config.h"\n', "may not include control")
        self.expect(name, '#include "tests/support/spec.h"\n', "may not include tests")

    def test_control_knows_the_dataplane_by_its_stages_alone(self):
        readme = {"control/config/README.md": "# config\n"}
        allowed = {"control/config/a.c": '#include "dataplane/stage/stage.h"\n'}
        refused = {"control/config/a.c": '#include "dataplane/book/book.h"\n'}
        self.assertEqual(self.breaches({**readme, **allowed}), [])
        found = self.breaches({**readme, **refused})
        sentence = "control/config may not include dataplane/book"
        self.assertEqual(found, ["control/config/a.c:1: " + sentence])

    def test_a_folder_outside_the_layers_is_refused(self):
        found = self.breaches({"dataplane/new/new.c": "int new_x;\n",
                               "dataplane/new/README.md": "# new\n"})
        sentence = "file is in no layer of tests/tidy/tidy.py"
        self.assertEqual(found, ["dataplane/new/new.c:1: " + sentence])

    def test_dpdk_is_known_only_where_it_may_be(self):
        text = "#include <rte_ring.h>\n"
        self.expect("dataplane/wire/ring.c", text, "rte_ring.h")
        for allowed in ("dataplane/net/ring.c", "tests/queue/ring.c", "bench/x.c"):
            readme = allowed.split("/")[0] + "/README.md"
            self.assertEqual(self.breaches({allowed: text, readme: "# x\n"}), [], allowed)

    def test_cold_headers_are_for_files_named_cold(self):
        for header in ("stdio.h", "stdlib.h", "errno.h", "unistd.h", "pthread.h", "sys/mman.h"):
            self.expect("dataplane/wire/warm.c", f"#include <{header}>\n", header)
            cold = {"dataplane/wire/a_setup.c": f"#include <{header}>\n"}
            self.assertEqual(self.breaches(cold), [])

    def test_lengths_have_a_bound(self):
        name = "dataplane/wire/long.c"
        self.expect(name, "/* " + "x" * 97 + " */\n", "longer than 100 columns")
        self.expect(name, lines_of(501), "longer than 500 lines")
        self.expect(name, function_of(61), "longer than 60 lines")
        self.assertEqual(self.breaches({name: lines_of(500)}), [])
        self.assertEqual(self.breaches({name: function_of(60)}), [])

    def test_a_long_file_needs_a_reason_and_no_reason_reaches_the_hard_bound(self):
        name = "dataplane/wire/long.c"
        tidy.LONG_FILES[name] = "one table"
        try:
            self.assertEqual(self.breaches({name: lines_of(700)}), [])
            self.expect(name, lines_of(701), "longer than 500 lines")
        finally:
            del tidy.LONG_FILES[name]

    def test_a_table_may_be_wider_than_the_page(self):
        table = "/* clang-format off */\n#define T " + "x" * 120 + "\n/* clang-format on */\n"
        self.assertEqual(self.breaches({"dataplane/wire/t.c": table}), [])

    def test_functions_without_bounds_are_banned_in_code_not_in_prose(self):
        name = "dataplane/wire/copy.c"
        for call in ("strcpy", "strcat", "sprintf", "gets", "atoi", "alloca", "strtok"):
            self.expect(name, f"int wire_x(void)\n{{\n    {call}(a, b);\n}}\n", call)
        self.assertEqual(self.breaches({name: "/* never strcpy(a, b) */\n"}), [])
        self.assertEqual(self.breaches({name: "int wire_x = snprintf(a);\n"}), [])

    def test_marks_of_unfinished_work_are_banned_everywhere(self):
        for mark in ("TO" + "DO", "FIX" + "ME", "XX" + "X"):
            self.expect("dataplane/wire/mark.c", f"/* {mark}: later */\n", mark)
            self.expect("dataplane/wire/README.md", f"{mark}\n", mark)

    def test_function_names_say_what_is_done(self):
        name = "dataplane/wire/name.c"
        for word in ("get", "process", "handle", "manage", "helper", "impl"):
            self.expect(name, f"static int wire_{word}_message(int x)\n", f"'{word}'")
        self.assertEqual(self.breaches({name: "int wire_target(int x)\n"}), [])
        self.assertEqual(self.breaches({name: "    handle_of_theirs(x);\n"}), [])

    def test_a_guard_is_named_after_the_path(self):
        self.expect("dataplane/wire/g.h", "#ifndef G_H\n", "DATAPLANE_WIRE_G_H")
        guarded = "#ifndef DATAPLANE_WIRE_G_H\n#pragma once\n"
        self.expect("dataplane/wire/g.h", guarded, "#pragma once")

    def test_a_path_of_one_machine_is_refused(self):
        for path in ("/wo" + "rk/main", "/ho" + "me/ann/x", "/ro" + "ot/x"):
            self.expect("dataplane/wire/README.md", f"see {path}\n", "path of one machine")
        self.assertEqual(self.breaches({"dataplane/wire/README.md": "see dataplane/wo" + "rk/x\n"}), [])

    def test_every_folder_says_what_it_is(self):
        found = self.breaches({"apps/tool/main.c": "int main_x;\n"})
        self.assertEqual(found, ["apps/tool/README.md:1: is missing; every folder says what it is"])

    def test_the_top_level_is_fixed(self):
        self.expect("stray.txt", "x\n", "top level is fixed")

    def test_captures_and_large_files_are_refused(self):
        self.expect("tests/wire/a.pcap", b"x", "is a capture")
        self.expect("tests/wire/renamed", b"\xd4\xc3\xb2\xa1rest", "is a capture")
        self.expect("tests/wire/large.bin", b"x" * (256 * 1024 + 1), "may be tracked")

    def test_a_capture_among_fuzz_inputs_is_an_input(self):
        self.assertEqual(self.breaches({"tests/fuzz/corpus/capture/a": b"\xd4\xc3\xb2\xa1"}), [])

    def test_text_ends_in_a_line_feed_and_lines_in_no_white_space(self):
        self.expect("dataplane/wire/t.c", "int wire_x; \n", "white space")
        self.expect("dataplane/wire/t.c", "int wire_x;", "line feed")

    def test_the_changelog_has_its_form(self):
        head = "# Changelog\n\n## Unreleased\n\n"
        name = "CHANGELOG.md"
        self.expect(name, head + "### New\n\n- It runs.\n", "stays compatible")
        self.expect(name, head + "Compatible: all.\n\n### Commits\n", "heading should be")
        self.expect(name, head + "Compatible: all.\n\n- It runs.\n", "under no heading")
        self.expect(name, "# Changelog\n\n## Soon\n\nCompatible: all.\n", "release should be")
        self.expect(name, "# Changelog\n", "holds no release")
        self.expect(name, "# Changes\n\n## Unreleased\n\nCompatible: all.\n", "first line")

    def test_the_program_prints_one_line_a_breach_and_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "stray.c").write_text("int x;\n")
            ran = subprocess.run([sys.executable, tidy.__file__, folder], capture_output=True,
                                 text=True)
            self.assertEqual(ran.returncode, 1)
            self.assertRegex(ran.stdout, r"(?m)^stray\.c:1: \S")


if __name__ == "__main__":
    unittest.main()
