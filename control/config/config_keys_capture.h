#ifndef CONTROL_CONFIG_CONFIG_KEYS_CAPTURE_H
#define CONTROL_CONFIG_CONFIG_KEYS_CAPTURE_H

/* The keys of captures: how they are played, and how they are written.  A part of config_keys.h,
 * which says what a row is. */

/* Bounds of other modules; tests/config/test_config_limits.c asserts that they agree. */
#define CONFIG_SNAP_BYTES_MIN 64   /* NET_TAP_SNAP_MIN */
#define CONFIG_SNAP_BYTES_MAX 9216 /* NET_FRAME_BYTES_MAX */

/* Bounds of our own. */
#define CONFIG_CAPTURE_MIB_MAX   1048576
#define CONFIG_CAPTURE_FILES_MAX 100000
#define CONFIG_CAPTURE_RING_MAX  1024

/* clang-format off */

#define CONFIG_CAPTURED(K, S)                                                          \
    K(S, PORT,    port, NULL, 1, CONFIG_NAME_MAX, none, RESTART,                       \
      "A port of kind dpdk or cable.")

#define CONFIG_CAPTURE(K, S)                                                           \
    K(S, PACE,    pace, "1x", 1, CONFIG_PACE_MAX, none, RESTART,                       \
      "How fast captures are played, as a multiple of their own clock.")               \
    K(S, PATH,    folder, "", 1, CONFIG_PATH_MAX, none, RESTART,                       \
      "Where captures of what the ports see and send are written, as pcapng; without it, none can be started.") \
    K(S, SWITCH,  start, "false", 0, 0, none, RESTART,                                 \
      "Whether a capture starts when the appliance does.")                             \
    K(S, LIST,    ports, "", 0, CONFIG_PORTS_MAX, config_captured, RESTART,            \
      "The ports that are captured; without any, all of kind dpdk and cable.")         \
    K(S, WHOLE,   file_mib, "256", 1, CONFIG_CAPTURE_MIB_MAX, none, RESTART,           \
      "Mebibytes of one file; then the next one is begun.")                            \
    K(S, WHOLE,   files, "16", 1, CONFIG_CAPTURE_FILES_MAX, none, RESTART,             \
      "How many files stay in the folder; the oldest ones are removed, those of earlier captures too.") \
    K(S, POWER,   ring_mib, "8", 1, CONFIG_CAPTURE_RING_MAX, none, RESTART,            \
      "Mebibytes of memory for frames that wait for the disk, for each port and direction while a capture runs; what does not fit is dropped from the capture and counted.") \
    K(S, WHOLE,   snap_bytes, "9216", CONFIG_SNAP_BYTES_MIN, CONFIG_SNAP_BYTES_MAX, none, RESTART, \
      "How many bytes of a frame are kept.")

#define CONFIG_CAPTURE_SECTIONS(X)                                                     \
    X(config_captured, CONFIG_CAPTURED, "a port of capture.ports")                     \
    X(config_capture,  CONFIG_CAPTURE,  "capture")

/* clang-format on */

#endif
