#include "dataplane/inet/inet_layout.h"
#include "dataplane/wire/checksum.h"
#include "dataplane/wire/igmp.h"

/* Memberships (RFC 2236, RFC 3376).  Version 3 is spoken until a version 2 query is heard, then
 * version 2 for V2_QUERIER_NS after the last one.
 *
 *     join   ──► state-change report now and once more (robustness), 0 to 1 s apart (v2: 10 s)
 *     query  ──► report after a random part of the answer time; a shorter wait is kept
 *     leave  ──► state-change reports the same way (v2: one leave message), then forgotten
 *
 * A membership is a group with a source, or with any (0). */

#define V3_REPEAT_NS  NANOS_SECOND
#define V2_REPEAT_NS  (10 * NANOS_SECOND)
#define V2_QUERIER_NS (260 * NANOS_SECOND) /* 2 * 125 s + 10 s (RFC 3376, 8.12) */
#define TENTH_NS      (100 * NANOS_MILLI)
#define V1_ANSWER     100u /* tenths; a version 1 query does not say (RFC 2236, 4) */
#define OPTION_BYTES  4u

static struct membership *member_find(const struct inet *inet, uint32_t group, uint32_t source)
{
    for (uint32_t i = 0; i < inet->groups; i++)
        if (inet->member[i].group == group && inet->member[i].source == source)
            return &inet->member[i];
    return NULL;
}

bool inet_joined(const struct inet *inet, uint32_t group, uint32_t source)
{
    for (uint32_t i = 0; i < inet->groups; i++) {
        const struct membership *member = &inet->member[i];
        if (member->group != group || member->leaving) continue;
        if (member->source == 0 || member->source == source) return true;
    }
    return false;
}

static bool speaks_v2(const struct inet *inet, nanos_t now)
{
    return now < inet->v2_until;
}

static void due_by(struct inet *inet, nanos_t when)
{
    if (when < inet->groups_at) inet->groups_at = when;
}

/* Room for a message of bytes to group, IPv4 header and router alert written. */
static uint8_t *igmp_claim(struct inet *inet, uint32_t to, uint32_t bytes, nanos_t now)
{
    uint8_t *frame = inet_claim(inet, to, ETHERNET_BYTES + IPV4_BYTES + OPTION_BYTES + bytes, now);
    if (!frame) return NULL;
    ipv4_write(inet, (struct ipv4_header *)(frame + ETHERNET_BYTES),
               &(struct ipv4_to){
                   .ip = to, .protocol = IPV4_PROTOCOL_IGMP, .ttl = 1, .option = IGMP_ROUTER_ALERT},
               bytes);
    return frame + ETHERNET_BYTES + IPV4_BYTES + OPTION_BYTES;
}

static void v2_send(struct inet *inet, uint8_t type, uint32_t group, nanos_t now)
{
    uint32_t to = type == IGMP_V2_LEAVE ? IGMP_ALL_ROUTERS : group;
    struct igmp_message *message =
        (struct igmp_message *)igmp_claim(inet, to, sizeof *message, now);
    if (!message) return;
    *message = (struct igmp_message){.type = u8(type), .group = ip4(group)};
    message->checksum = checksum_field(checksum_add(0, (const uint8_t *)message, sizeof *message));
    inet_publish(inet);
    if (type == IGMP_V2_LEAVE) inet->counts.igmp_leave_out++;
    else inet->counts.igmp_report_out++;
}

static void v3_send(struct inet *inet, const struct membership *member, uint8_t type, nanos_t now)
{
    bool sourced = member->source != 0;
    uint32_t bytes = (uint32_t)(sizeof(struct igmp_report) + sizeof(struct igmp_record)) +
                     (sourced ? (uint32_t)sizeof(struct ip4) : 0);
    struct igmp_report *report =
        (struct igmp_report *)igmp_claim(inet, IGMP_V3_ROUTERS, bytes, now);
    if (!report) return;
    *report = (struct igmp_report){.type = u8(IGMP_V3_REPORT), .records = be16(1)};
    struct igmp_record *record = (struct igmp_record *)(report + 1);
    *record = (struct igmp_record){
        .type = u8(type), .sources = be16(sourced), .group = ip4(member->group)};
    if (sourced) *(struct ip4 *)(record + 1) = ip4(member->source);
    report->checksum = checksum_field(checksum_add(0, (const uint8_t *)report, bytes));
    inet_publish(inet);
    inet->counts.igmp_report_out++;
}

static void change_report(struct inet *inet, struct membership *member, nanos_t now)
{
    bool v2 = speaks_v2(inet, now);
    if (v2 && member->leaving) {
        if (member->last) v2_send(inet, IGMP_V2_LEAVE, member->group, now);
        member->changes = 1; /* said once (RFC 2236, 3) */
    } else if (v2) {
        v2_send(inet, IGMP_V2_REPORT, member->group, now);
    } else if (member->source) {
        v3_send(inet, member, member->leaving ? IGMP_BLOCK_OLD_SOURCES : IGMP_ALLOW_NEW_SOURCES,
                now);
    } else {
        v3_send(inet, member, member->leaving ? IGMP_CHANGE_TO_INCLUDE : IGMP_CHANGE_TO_EXCLUDE,
                now);
    }
    if (!member->leaving) member->last = true;
    member->changes--;
    if (member->changes > 0) {
        member->change_at = now + 1 + secret_draw(&inet->secret, v2 ? V2_REPEAT_NS : V3_REPEAT_NS);
        due_by(inet, member->change_at);
    } else if (member->leaving) {
        *member = (struct membership){0};
    }
}

static void answer_report(struct inet *inet, struct membership *member, nanos_t now)
{
    member->answer_at = 0;
    if (speaks_v2(inet, now)) v2_send(inet, IGMP_V2_REPORT, member->group, now);
    else v3_send(inet, member, member->source ? IGMP_MODE_IS_INCLUDE : IGMP_MODE_IS_EXCLUDE, now);
    member->last = true;
}

bool inet_join(struct inet *inet, uint32_t group, uint32_t source, nanos_t now)
{
    now = inet_moment(inet, now);
    if (!ipv4_multicast(group) || group == IGMP_ALL_SYSTEMS) return false;
    if (source && !inet_unicast(inet, source)) return false;
    struct membership *member = member_find(inet, group, source);
    if (!member) member = member_find(inet, 0, 0);
    if (!member) return false;
    if (member->group && !member->leaving) {
        member->joins++;
        return true;
    }
    *member = (struct membership){
        .group = group, .source = source, .joins = 1, .changes = inet->robustness};
    change_report(inet, member, now);
    return true;
}

void inet_leave(struct inet *inet, uint32_t group, uint32_t source, nanos_t now)
{
    now = inet_moment(inet, now);
    struct membership *member = group ? member_find(inet, group, source) : NULL;
    if (!member || member->leaving || --member->joins > 0) return;
    member->leaving = true;
    member->answer_at = 0;
    member->changes = inet->robustness;
    change_report(inet, member, now);
}

/* Receiving. */

static uint32_t answer_tenths(uint32_t code, bool v3)
{
    if (!v3) return code ? code : V1_ANSWER;
    return code < 128 ? code : ((code & 0xf) | 0x10) << ((code >> 4 & 7) + 3);
}

static enum inet_status query_take(struct inet *inet, const struct inet_packet *packet)
{
    const struct igmp_message *query = (const struct igmp_message *)packet->payload;
    uint32_t group = ip4_read(query->group), code = u8_read(query->max_time);
    bool v3 = packet->payload_bytes >= sizeof *query + sizeof(struct igmp_query_tail);
    if (packet->payload_bytes != sizeof *query && !v3) return INET_BAD_IGMP;
    if (v3) {
        const struct igmp_query_tail *tail = (const struct igmp_query_tail *)(query + 1);
        uint32_t robustness = u8_read(tail->flags) & IGMP_QRV_MASK;
        if (robustness) inet->robustness = robustness;
    } else {
        inet->v2_until = packet->now + V2_QUERIER_NS;
    }
    nanos_t within = answer_tenths(code, v3) * TENTH_NS;
    bool ours = group == 0;
    for (uint32_t i = 0; i < inet->groups; i++) {
        struct membership *member = &inet->member[i];
        if (member->group == 0 || member->leaving || (group && member->group != group)) continue;
        ours = true;
        nanos_t at = packet->now + 1 + secret_draw(&inet->secret, within ? within : 1);
        if (member->answer_at == 0 || at < member->answer_at) member->answer_at = at;
        due_by(inet, member->answer_at);
    }
    return ours ? INET_IGMP : INET_IGMP_IGNORED;
}

/* Another host has told the router already (RFC 2236, 3); in version 3 every host speaks. */
static enum inet_status report_take(struct inet *inet, const struct inet_packet *packet)
{
    const struct igmp_message *report = (const struct igmp_message *)packet->payload;
    bool ours = false;
    for (uint32_t i = 0; i < inet->groups; i++) {
        struct membership *member = &inet->member[i];
        if (member->group == 0 || member->leaving) continue;
        if (member->group != ip4_read(report->group)) continue;
        ours = true;
        if (!speaks_v2(inet, packet->now)) continue;
        if (member->answer_at || member->changes) inet->counts.igmp_suppressed++;
        member->answer_at = 0;
        member->changes = 0;
        member->last = false;
    }
    return ours ? INET_IGMP : INET_IGMP_IGNORED;
}

enum inet_status inet_igmp_receive(struct inet *inet, const struct inet_packet *packet)
{
    if (packet->payload_bytes < sizeof(struct igmp_message)) return INET_BAD_IGMP;
    if (checksum_fold(checksum_add(0, packet->payload, packet->payload_bytes)) != 0xffff)
        return INET_IGMP_CHECKSUM;
    if (u8_read(packet->ip->ttl) != 1) return INET_BAD_IGMP;
    switch (packet->payload[0]) {
    case IGMP_QUERY: return query_take(inet, packet);
    case IGMP_V1_REPORT:
    case IGMP_V2_REPORT: return report_take(inet, packet);
    default: return INET_IGMP_IGNORED;
    }
}

void inet_igmp_tick(struct inet *inet, nanos_t now)
{
    inet->groups_at = UINT64_MAX;
    for (uint32_t i = 0; i < inet->groups; i++) {
        struct membership *member = &inet->member[i];
        if (member->group == 0) continue;
        if (member->answer_at && now >= member->answer_at) answer_report(inet, member, now);
        if (member->changes && now >= member->change_at) change_report(inet, member, now);
        if (member->answer_at) due_by(inet, member->answer_at);
        if (member->changes) due_by(inet, member->change_at);
    }
}
