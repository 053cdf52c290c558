#include "apps/pollux-generate/pack.h"

void pack_open(struct pack *pack, const struct pack_plan *plan, pack_emit_fn *emit, void *to)
{
    CHECK(plan->messages_max > 0);
    CHECK(plan->messages_max <= MOLDUDP64_COUNT_MAX);
    CHECK(plan->payload_max <= PACK_PAYLOAD_MAX);
    pack->plan = *plan;
    pack->emit = emit;
    pack->to = to;
    pack->sequence = 1;
    pack->first_ns = 0;
    pack->last_ns = 0;
    pack->emitted_ns = 0;
    pack->messages = 0;
    pack->bytes = PACK_HEADER_BYTES;
}

static void datagram_emit(struct pack *pack, uint32_t count, uint32_t bytes, nanos_t time_ns)
{
    *(struct moldudp64_header *)pack->payload = (struct moldudp64_header){
        .session = pack->plan.session,
        .sequence = be64(pack->sequence),
        .count = be16((uint16_t)count),
    };
    struct pack_datagram datagram = {
        .payload = pack->payload,
        .payload_bytes = bytes,
        .messages = count == MOLDUDP64_END_OF_SESSION ? 0 : count,
        .sequence = pack->sequence,
        .time_ns = time_ns,
    };
    pack->emitted_ns = time_ns;
    pack->emit(pack->to, &datagram);
}

static void open_emit(struct pack *pack)
{
    if (pack->messages == 0) return;
    datagram_emit(pack, pack->messages, pack->bytes, pack->last_ns);
    pack->sequence += pack->messages;
    pack->messages = 0;
    pack->bytes = PACK_HEADER_BYTES;
}

void pack_message(struct pack *pack, const uint8_t *message, uint32_t length, nanos_t time_ns)
{
    CHECK(length <= PACK_MESSAGE_MAX);
    bool belongs = time_ns - pack->first_ns <= pack->plan.gather_ns &&
                   pack->messages < pack->plan.messages_max &&
                   pack->bytes + 2 + length <= pack->plan.payload_max;
    if (!belongs) open_emit(pack);
    if (pack->messages == 0) {
        while (pack->emitted_ns && time_ns - pack->emitted_ns > PACK_HEARTBEAT_NS)
            datagram_emit(pack, MOLDUDP64_HEARTBEAT, PACK_HEADER_BYTES,
                          pack->emitted_ns + PACK_HEARTBEAT_NS);
        pack->first_ns = time_ns;
    }
    *(struct moldudp64_block *)&pack->payload[pack->bytes] =
        (struct moldudp64_block){.length = be16((uint16_t)length)};
    memcpy(&pack->payload[pack->bytes + 2], message, length);
    pack->bytes += 2 + length;
    pack->messages++;
    pack->last_ns = time_ns;
}

void pack_end(struct pack *pack)
{
    open_emit(pack);
    for (uint32_t i = 0; i < PACK_ENDS; i++)
        datagram_emit(pack, MOLDUDP64_END_OF_SESSION, PACK_HEADER_BYTES,
                      pack->emitted_ns + PACK_HEARTBEAT_NS);
}
