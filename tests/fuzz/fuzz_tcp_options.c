/* Any bytes as the options of a SYN and of a segment on an open connection, and any frame as a
 * frame: options are read within the header, and what they agree on is within its limits. */

#include "tests/inet/rig.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t received(void *context, uint32_t connection, const uint8_t *bytes, uint32_t length)
{
    (void)context;
    (void)connection;
    (void)bytes;
    return length;
}

static const struct tcp_calls calls = {.received = received};
static struct rig rig;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rig_open(&rig, (struct inet_limits){
                       .tcp = {.connections = 2,
                               .listeners = 1,
                               .send_bytes = 4096,
                               .receive_bytes = 1u << 17},
                   });
    CHECK(tcp_listen(rig.tcp, 80, &calls));
    struct rig_segment syn = {
        .from_ip = RIG_PEER,
        .to_ip = RIG_HOST,
        .from_port = 4000,
        .to_port = 80,
        .flags = 2,
        .window = 1000,
    };
    syn.option_bytes = size < 40 ? (uint32_t)size : 40;
    memcpy(syn.option, data, syn.option_bytes);
    (void)rig_segment_send(&rig, &syn);
    inet_verify(rig.inet);
    for (uint32_t i = 0; i < 2; i++) {
        if (tcp_state(rig.tcp, i) == TCP_CLOSED) continue;
        struct tcp_view view;
        struct rig_segment answer;
        tcp_look(rig.tcp, i, &view);
        CHECK(view.segment_bytes >= 52);
        CHECK(view.segment_bytes <= 1460);
        const struct rig_frame *frame = rig_next(&rig);
        CHECK(frame && rig_segment_read(frame, &answer));
        struct rig_segment third = syn;
        third.flags = 16;
        third.sequence = 1;
        third.ack = answer.sequence + 1;
        (void)rig_segment_send(&rig, &third);
        inet_verify(rig.inet);
    }
    if (size >= 14 && size <= RIG_FRAME_BYTES)
        (void)inet_receive(rig.inet, data, (uint32_t)size, INET_CHECKED_IP | INET_CHECKED_L4,
                           rig.now);
    inet_verify(rig.inet);
    rig_close(&rig);
    return 0;
}
