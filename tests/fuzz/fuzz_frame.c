/* Any bytes: the payload frame_udp yields lies in the frame, checksums refuse what a plain sum
 * refuses and nothing else, and the datagram written again is read again. */

#include "dataplane/wire/frame.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Adds words as RFC 1071 says them. */
static uint32_t plain_add(uint32_t sum, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i += 2) {
        sum += (uint32_t)bytes[i] << 8 | (i + 1 < length ? bytes[i + 1] : 0);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

/* The status that frame_udp must give with all checks, if without them it gave *datagram. */
static enum frame_status plain_checks(const uint8_t *frame, const struct frame_datagram *datagram)
{
    const uint8_t *udp = datagram->payload - 8;
    const uint8_t *ip = frame + 14;
    while (ip[-2] != 0x08 || ip[-1] != 0x00) ip += 4; /* a VLAN tag */
    CHECK((uint32_t)(udp - ip) == (ip[0] & 15u) * 4u);
    if (plain_add(0, ip, (size_t)(udp - ip)) != 0xffff) return FRAME_IP_CHECKSUM;
    if (udp[6] == 0 && udp[7] == 0) return FRAME_OK;
    uint32_t udp_bytes = datagram->payload_bytes + 8;
    uint32_t sum = plain_add(17 + udp_bytes, ip + 12, 8);
    return plain_add(sum, udp, udp_bytes) == 0xffff ? FRAME_OK : FRAME_UDP_CHECKSUM;
}

static void write_and_read(const struct frame_datagram *datagram)
{
    struct frame_udp_head head = {
        .source_ip = datagram->source_ip,
        .destination_ip = datagram->destination_ip,
        .source_port = datagram->source_port,
        .destination_port = datagram->destination_port,
        .vlan_id = datagram->vlan_id % 4095,
        .ttl = 1,
    };
    uint32_t head_bytes = frame_udp_head_bytes(&head);
    uint8_t *frame = malloc(head_bytes + datagram->payload_bytes);
    memcpy(frame + head_bytes, datagram->payload, datagram->payload_bytes);
    uint32_t length = frame_udp_write(frame, &head, datagram->payload_bytes);
    struct frame_datagram again;
    CHECK(length == head_bytes + datagram->payload_bytes);
    CHECK(frame_udp(frame, length, FRAME_CHECK_ALL, &again) == FRAME_OK);
    CHECK(again.payload == frame + head_bytes);
    CHECK(again.payload_bytes == datagram->payload_bytes);
    CHECK(again.source_ip == datagram->source_ip);
    CHECK(again.destination_port == datagram->destination_port);
    CHECK(again.vlan_id == head.vlan_id);
    free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame_datagram datagram, checked;
    enum frame_status status = frame_udp(data, (uint32_t)size, FRAME_CHECK_NONE, &datagram);
    enum frame_status strict = frame_udp(data, (uint32_t)size, FRAME_CHECK_ALL, &checked);
    CHECK(frame_status_text(status));
    if (status != FRAME_OK) {
        CHECK(strict == status || strict == FRAME_IP_CHECKSUM);
        return 0;
    }
    CHECK(datagram.payload >= data + 42);
    CHECK(datagram.payload <= data + size);
    CHECK(datagram.payload_bytes <= (size_t)(data + size - datagram.payload));
    CHECK(strict == plain_checks(data, &datagram));
    if (datagram.payload_bytes <= FRAME_UDP_PAYLOAD_MAX) write_and_read(&datagram);
    return 0;
}
