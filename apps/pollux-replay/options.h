#ifndef APPS_POLLUX_REPLAY_OPTIONS_H
#define APPS_POLLUX_REPLAY_OPTIONS_H

/* What pollux-replay was asked to do. */

#include "dataplane/launch/launch.h"
#include "dataplane/strategy/delegate.h"

#define REPLAY_BOOKS_MAX    256u
#define REPLAY_SETTINGS_MAX 64u

struct replay_book_wish {
    char symbol[9];
    uint64_t after; /* message number; 0: at the end */
};

struct replay_options {
    const char *file[RECORDING_FILES_MAX];
    uint32_t files;
    enum capture_framing framing;
    uint32_t speed; /* 0: as fast as possible */
    enum launch_layout layout;
    bool cores_given;
    uint16_t core[LAUNCH_LCORES_MAX];
    uint32_t cores;
    bool spin;
    enum arena_pages pages;
    bool checksums;
    bool json;
    bool bbo;
    uint32_t depth; /* levels a side in tables */
    uint32_t orders;
    uint32_t levels;
    uint32_t instruments;
    uint64_t gap_wait_us;
    uint32_t gap_packets;
    uint32_t store_datagrams;
    struct replay_book_wish book[REPLAY_BOOKS_MAX];
    uint32_t books;
    const char *strategy; /* NULL: none is tried, and no market enacted; "none": only enacted */
    const char *config;
    const char *reports;
    uint64_t latency_ns;
    uint64_t housekeeping_us;
    struct delegate_parameter setting[REPLAY_SETTINGS_MAX];
    uint32_t settings;
};

/* Reads the command line; ends the program with a message and status 2 if it is wrong, and after
 * --help and --version. */
void replay_options_parse(int count, char **words, struct replay_options *options);

#endif
