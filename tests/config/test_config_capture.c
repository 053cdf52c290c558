/* The section capture: how captures are played, what is captured and where to. */

#include "tests/config/config_script.h"

#define WIRES      "ports: [{name: a, kind: dpdk, device: x}, {name: b, kind: dpdk, device: y}]"
#define HEARS      "feed: {line_a: " LINE ", line_b: {port: b, group: 233.54.12.111, udp_port: 1}}"
#define WRITTEN(k) "capture: {folder: c, " k "}"

SPEC(without_the_section_captures_are_only_played)
{
    GIVEN(ROLES, CORES, WIRES, HEARS);
    ACCEPTED();
    const struct config_capture *capture = &config_script_config()->capture;
    EXPECT_TEXT(capture->folder, "");
    EXPECT(!capture->start);
    EXPECT_UINT(capture->ports.count, 0);
    EXPECT_UINT(capture->file_mib, 256);
    EXPECT_UINT(capture->files, 16);
    EXPECT_UINT(capture->ring_mib, 8);
    EXPECT_UINT(capture->snap_bytes, 9216);
}

SPEC(what_is_captured_is_what_the_file_says)
{
    GIVEN(ROLES, CORES, WIRES, HEARS,
          WRITTEN("start: true, ports: [{port: b}, {port: a}], file_mib: 1, files: 3, ring_mib: 2, "
                  "snap_bytes: 64"));
    ACCEPTED();
    const struct config_capture *capture = &config_script_config()->capture;
    EXPECT_TEXT(capture->folder, "c");
    EXPECT(capture->start);
    EXPECT_UINT(capture->ports.count, 2);
    EXPECT_UINT(capture->ports.at[0].port, 1);
    EXPECT_UINT(capture->ports.at[1].port, 0);
    EXPECT_UINT(capture->file_mib, 1);
    EXPECT_UINT(capture->files, 3);
    EXPECT_UINT(capture->ring_mib, 2);
    EXPECT_UINT(capture->snap_bytes, 64);
}

SPEC(numbers_have_bounds)
{
    GIVEN(ROLES, CORES, WIRES, HEARS, WRITTEN("file_mib: 0"));
    PROBLEMS("5:32: capture.file_mib is 0: the range is 1..1048576");
    GIVEN(ROLES, CORES, WIRES, HEARS, WRITTEN("files: 0"));
    PROBLEMS("5:29: capture.files is 0: the range is 1..100000");
    GIVEN(ROLES, CORES, WIRES, HEARS, WRITTEN("snap_bytes: 63"));
    PROBLEMS("5:34: capture.snap_bytes is 63: the range is 64..9216");
    GIVEN(ROLES, CORES, WIRES, HEARS, WRITTEN("ring_mib: 3"));
    PROBLEMS("5:32: capture.ring_mib is 3: it must be a power of two, such as 2 or 4");
}

SPEC(what_is_written_needs_a_folder)
{
    GIVEN(ROLES, CORES, WIRES, HEARS, "capture: {pace: 1x, start: true, snap_bytes: 64}");
    PROBLEMS("5:21: capture.start is for captures that are written, and capture.folder is missing: "
             "it says where",
             "5:34: capture.snap_bytes is for captures that are written, and capture.folder is "
             "missing: it says where");
}

SPEC(a_port_that_is_captured_is_there_once_and_carries_frames)
{
    GIVEN(ROLES, CORES, WIRES, HEARS, WRITTEN("ports: [{port: c}]"));
    PROBLEMS("5:37: capture.ports[0].port is \"c\", but there is no such port; ports: a, b");
    GIVEN(ROLES, CORES, WIRES, HEARS, WRITTEN("ports: [{port: a}, {port: a}]"));
    PROBLEMS("5:48: the port a is used twice, first in line 5");
    GIVEN(ROLES, CORES, PORTS, FEED, WRITTEN("ports: [{port: a}]"));
    PROBLEMS(
        "5:19: capture.folder is given, and no port is of kind dpdk or cable: there is nothing "
        "to capture",
        "5:37: capture.ports[0].port is \"a\", which is of kind capture: what it brings is in "
        "a file already");
}

#define SPECS(S)                                                                                   \
    S(without_the_section_captures_are_only_played)                                                \
    S(what_is_captured_is_what_the_file_says)                                                      \
    S(numbers_have_bounds)                                                                         \
    S(what_is_written_needs_a_folder)                                                              \
    S(a_port_that_is_captured_is_there_once_and_carries_frames)

SPEC_MAIN("config capture", SPECS, NULL, config_script_close)
