#ifndef TESTS_INET_FRAMES_H
#define TESTS_INET_FRAMES_H

/* Frames in and out of a host as hexadecimal digits, for the specs that write bytes by hand. */

#include "tests/inet/rig.h"
#include "tests/support/spec.h"
#include "tests/wire/hex.h"

static struct rig rig;

static inline void open_with(struct inet_limits limits)
{
    if (limits.waiting == 0) limits.waiting = 2;
    if (limits.ports == 0) limits.ports = 4;
    limits.groups = 4;
    rig_open(&rig, limits);
}

static inline void open_plain(void)
{
    open_with((struct inet_limits){0});
}

static inline enum inet_status give(const char *hex)
{
    uint8_t frame[512];
    uint32_t bytes = (uint32_t)hex_bytes(frame, sizeof frame, hex);
    enum inet_status status = inet_receive(rig.inet, frame, bytes, INET_CHECKED_NONE, rig.now);
    inet_verify(rig.inet);
    return status;
}

static inline void expect_frame(int line, const char *hex)
{
    uint8_t want[512];
    uint32_t bytes = (uint32_t)hex_bytes(want, sizeof want, hex);
    const struct rig_frame *frame = rig_next(&rig);
    spec_expect(__FILE__, line, frame != NULL, "nothing was sent");
    if (!frame) return;
    spec_expect(__FILE__, line, frame->bytes == bytes, "%u bytes were sent", frame->bytes);
    for (uint32_t i = 0; i < bytes && i < frame->bytes; i++)
        if (frame->at[i] != want[i]) {
            spec_expect(__FILE__, line, false, "byte %u is %02x", i, frame->at[i]);
            return;
        }
}
#define EXPECT_FRAME(hex) expect_frame(__LINE__, hex)
#define EXPECT_SILENCE()  EXPECT(rig_next(&rig) == NULL)

/* Frames, by their layers. */
#define TO_US    "020000000001 020000000002 "
#define ALL      "ffffffffffff 020000000002 "
#define ARP_ASKS "0806 0001 0800 06 04 0001 "
#define ARP_SAYS "0806 0001 0800 06 04 0002 "
#define PEER_IS  "020000000002 0a000002 "
#define HOST_IS  "020000000001 0a000001 "
#define NOBODY   "000000000000 "
#define HOST_IP  "0a000001 "
#define PEER_IP  "0a000002 "

#endif
