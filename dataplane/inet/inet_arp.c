#include "dataplane/inet/inet_layout.h"
#include "dataplane/wire/arp.h"

/* Neighbours (RFC 826).  An entry's life:
 *
 *     FREE ──wanted──► ASKING ──answer──► KNOWN ──(3/4 of reachable_ns) who needs it?
 *                        │  ▲               │     (7/8) needed: asked by unicast, each second
 *            3 requests  ▼  │ later         ▼     (8/8) no answer: FREE, or ASKING if kept
 *                      FAILED             FREE
 *
 * Storms and forgeries: nothing is learnt of an address that is not on our net or of a static one;
 * a stranger's entry is made only by a request to us, in the one set its address hashes to, and
 * the place taken is that of an entry nobody here has needed for the longest. */

static uint32_t set_of(const struct inet *inet, uint32_t ip)
{
    uint64_t mixed = (ip ^ inet->secret.key[0]) * 0x9e3779b97f4a7c15u;
    return (uint32_t)((unsigned __int128)(mixed ^ mixed << 32) * inet->sets >> 64);
}

struct neighbour *inet_neighbour_find(const struct inet *inet, uint32_t ip)
{
    for (uint32_t i = 0; i < inet->statics; i++)
        if (inet->fixed[i].ip == ip) return (struct neighbour *)(uintptr_t)&inet->fixed[i];
    struct neighbour *set = inet->learnt + (size_t)set_of(inet, ip) * NEIGHBOUR_WAYS;
    for (uint32_t way = 0; way < NEIGHBOUR_WAYS; way++)
        if (set[way].state != NEIGHBOUR_FREE && set[way].ip == ip) return &set[way];
    return NULL;
}

static bool is_static(const struct inet *inet, const struct neighbour *neighbour)
{
    return neighbour >= inet->fixed && neighbour < inet->fixed + INET_STATIC_MAX;
}

/* How little an entry is missed. */
static uint32_t worthlessness(const struct neighbour *neighbour)
{
    if (neighbour->state == NEIGHBOUR_FREE) return 5;
    if (neighbour->kept) return 0;
    if (neighbour->state == NEIGHBOUR_FAILED) return 4;
    if (neighbour->state == NEIGHBOUR_KNOWN && !neighbour->wanted) return 3;
    return neighbour->state == NEIGHBOUR_ASKING ? 2 : 1;
}

/* A new entry for ip, in the place that is missed least; NULL if all of its set are kept. */
static struct neighbour *neighbour_place(struct inet *inet, uint32_t ip)
{
    struct neighbour *set = inet->learnt + (size_t)set_of(inet, ip) * NEIGHBOUR_WAYS;
    struct neighbour *least = &set[0];
    for (uint32_t way = 1; way < NEIGHBOUR_WAYS; way++) {
        uint32_t worth = worthlessness(&set[way]), best = worthlessness(least);
        if (worth > best || (worth == best && set[way].confirmed < least->confirmed))
            least = &set[way];
    }
    if (least->kept && least->state != NEIGHBOUR_FREE) return NULL;
    if (least->state != NEIGHBOUR_FREE) {
        inet->counts.arp_evicted++;
        inet_waiting_drop(inet, least->ip);
        inet->routes++;
    }
    *least = (struct neighbour){.ip = ip};
    return least;
}

static void arp_send(struct inet *inet, uint32_t operation, const struct mac *to,
                     const struct neighbour *target)
{
    uint8_t *frame = inet_link_claim(inet, ETHERNET_BYTES + (uint32_t)sizeof(struct arp_packet));
    if (!frame) return;
    *(struct ethernet_header *)frame = (struct ethernet_header){
        .destination = *to,
        .source = inet->mac,
        .type = be16(ETHERNET_TYPE_ARP),
    };
    *(struct arp_packet *)(frame + ETHERNET_BYTES) = (struct arp_packet){
        .hardware = be16(ARP_HARDWARE_ETHERNET),
        .protocol = be16(ETHERNET_TYPE_IPV4),
        .hardware_bytes = u8(sizeof(struct mac)),
        .protocol_bytes = u8(sizeof(struct ip4)),
        .operation = be16((uint16_t)operation),
        .sender_mac = inet->mac,
        .sender_ip = ip4(inet->ip),
        .target_mac = operation == ARP_REPLY ? target->mac : (struct mac){{0}},
        .target_ip = ip4(target->ip),
    };
    inet_publish(inet);
    if (operation == ARP_REPLY) inet->counts.arp_reply_out++;
    else inet->counts.arp_request_out++;
}

static const struct mac everybody = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

static void ask(struct inet *inet, struct neighbour *neighbour, const struct mac *to, nanos_t now)
{
    neighbour->asked = now;
    neighbour->tries++;
    arp_send(inet, ARP_REQUEST, to, neighbour);
}

static void ask_anew(struct inet *inet, struct neighbour *neighbour, nanos_t now)
{
    neighbour->state = NEIGHBOUR_ASKING;
    neighbour->tries = 0;
    ask(inet, neighbour, &everybody, now);
    if (inet->neighbours_at > now + NEIGHBOUR_CHECK_NS)
        inet->neighbours_at = now + NEIGHBOUR_CHECK_NS;
}

struct neighbour *inet_neighbour(struct inet *inet, uint32_t ip, nanos_t now)
{
    struct neighbour *neighbour = inet_neighbour_find(inet, ip);
    if (!neighbour) {
        neighbour = neighbour_place(inet, ip);
        if (!neighbour) return NULL;
        ask_anew(inet, neighbour, now);
    }
    neighbour->wanted = true;
    if (neighbour->state == NEIGHBOUR_FAILED && now - neighbour->asked >= ARP_TRIES * ARP_RETRY_NS)
        ask_anew(inet, neighbour, now);
    return neighbour;
}

static void neighbour_confirm(struct inet *inet, struct neighbour *neighbour, const struct mac *mac,
                              nanos_t now)
{
    bool known = neighbour->state == NEIGHBOUR_KNOWN;
    if (known && !mac_same(&neighbour->mac, mac)) inet->counts.arp_moved++;
    if (!known) inet->counts.arp_learnt++;
    if (!known || !mac_same(&neighbour->mac, mac)) inet->routes++;
    neighbour->mac = *mac;
    neighbour->state = NEIGHBOUR_KNOWN;
    neighbour->confirmed = now;
    neighbour->tries = 0;
    neighbour->asked_around = false;
    if (inet->neighbours_at > now + NEIGHBOUR_CHECK_NS)
        inet->neighbours_at = now + NEIGHBOUR_CHECK_NS;
    if (!known) inet_waiting_send(inet, neighbour);
}

static bool arp_well_formed(const struct arp_packet *arp)
{
    if (be16_read(arp->hardware) != ARP_HARDWARE_ETHERNET) return false;
    if (be16_read(arp->protocol) != ETHERNET_TYPE_IPV4) return false;
    if (u8_read(arp->hardware_bytes) != 6 || u8_read(arp->protocol_bytes) != 4) return false;
    uint32_t operation = be16_read(arp->operation);
    if (operation != ARP_REQUEST && operation != ARP_REPLY) return false;
    static const struct mac nobody = {{0}};
    return !(arp->sender_mac.byte[0] & 1) && !mac_same(&arp->sender_mac, &nobody);
}

static void arp_answer(struct inet *inet, const struct arp_packet *arp, nanos_t now)
{
    if (!allowance_take(&inet->arp_replies, now)) {
        inet->counts.arp_limited++;
        return;
    }
    struct neighbour asker = {.ip = ip4_read(arp->sender_ip), .mac = arp->sender_mac};
    arp_send(inet, ARP_REPLY, &asker.mac, &asker);
}

enum inet_status inet_arp_receive(struct inet *inet, const uint8_t *bytes, uint32_t length,
                                  nanos_t now)
{
    const struct arp_packet *arp = (const struct arp_packet *)bytes;
    if (length < sizeof *arp || !arp_well_formed(arp)) return INET_BAD_ARP;
    uint32_t sender = ip4_read(arp->sender_ip), target = ip4_read(arp->target_ip);
    bool asks_us = target == inet->ip && be16_read(arp->operation) == ARP_REQUEST;
    if (sender == inet->ip) return INET_ARP_CONFLICT;
    if (sender == 0) { /* a probe (RFC 5227): our address is in use */
        if (!asks_us) return INET_ARP_OTHER;
        arp_answer(inet, arp, now);
        return INET_ARP;
    }
    if (!inet_unicast(inet, sender)) return INET_BAD_ARP;
    if (!inet_on_net(inet, sender)) return INET_ARP_STRANGER;

    struct neighbour *neighbour = inet_neighbour_find(inet, sender);
    if (neighbour && is_static(inet, neighbour)) {
        if (!mac_same(&neighbour->mac, &arp->sender_mac)) return INET_ARP_CONFLICT;
    } else {
        bool merged = neighbour != NULL;
        if (!merged && target == inet->ip) neighbour = neighbour_place(inet, sender);
        if (neighbour) neighbour_confirm(inet, neighbour, &arp->sender_mac, now);
        if (!merged && target != inet->ip) return INET_ARP_OTHER;
    }
    if (asks_us) arp_answer(inet, arp, now);
    return INET_ARP;
}

void inet_doubt(struct inet *inet, uint32_t ip, nanos_t now)
{
    struct neighbour *neighbour = inet_neighbour_find(inet, inet_next_hop(inet, ip));
    if (!neighbour || is_static(inet, neighbour) || neighbour->state != NEIGHBOUR_KNOWN) return;
    if (now - neighbour->asked < ARP_RETRY_NS) return;
    ask(inet, neighbour, &everybody, now);
}

/* Time. */

static void neighbour_forget(struct inet *inet, struct neighbour *neighbour)
{
    inet_waiting_drop(inet, neighbour->ip);
    *neighbour = (struct neighbour){0};
    inet->routes++;
}

static void asking_tick(struct inet *inet, struct neighbour *neighbour, nanos_t now)
{
    if (now - neighbour->asked < ARP_RETRY_NS) return;
    if (neighbour->tries < ARP_TRIES) {
        ask(inet, neighbour, &everybody, now);
        return;
    }
    neighbour->state = NEIGHBOUR_FAILED;
    inet_waiting_drop(inet, neighbour->ip);
}

static void failed_tick(struct inet *inet, struct neighbour *neighbour, nanos_t now)
{
    if (now - neighbour->asked < ARP_TRIES * ARP_RETRY_NS) return;
    if (neighbour->kept) ask_anew(inet, neighbour, now);
    else if (now - neighbour->asked >= 20 * ARP_RETRY_NS) neighbour_forget(inet, neighbour);
}

static void known_tick(struct inet *inet, struct neighbour *neighbour, nanos_t now)
{
    nanos_t age = now - neighbour->confirmed, limit = inet->reachable_ns;
    if (age < limit / 4 * 3) return;
    if (!neighbour->asked_around) {
        neighbour->asked_around = true;
        neighbour->wanted = false;
        inet->routes++;
        return;
    }
    if (age < limit / 8 * 7) return;
    if (age >= limit) {
        bool kept = neighbour->kept;
        inet->counts.arp_expired++;
        inet->routes++;
        if (kept) ask_anew(inet, neighbour, now);
        else neighbour_forget(inet, neighbour);
        return;
    }
    if ((neighbour->wanted || neighbour->kept) &&
        (neighbour->tries == 0 || now - neighbour->asked >= ARP_RETRY_NS)) {
        inet->counts.arp_refresh_out++;
        ask(inet, neighbour, &neighbour->mac, now);
    }
}

void inet_arp_tick(struct inet *inet, nanos_t now)
{
    if (!inet->announced) {
        inet->announced = true;
        arp_send(inet, ARP_REQUEST, &everybody, &(struct neighbour){.ip = inet->ip});
    }
    if (now < inet->neighbours_at) return;
    bool any = false;
    for (uint32_t i = 0; i < inet->sets * NEIGHBOUR_WAYS; i++) {
        struct neighbour *neighbour = &inet->learnt[i];
        if (neighbour->state == NEIGHBOUR_ASKING) asking_tick(inet, neighbour, now);
        else if (neighbour->state == NEIGHBOUR_FAILED) failed_tick(inet, neighbour, now);
        else if (neighbour->state == NEIGHBOUR_KNOWN) known_tick(inet, neighbour, now);
        any |= neighbour->state != NEIGHBOUR_FREE;
    }
    inet->neighbours_at = any ? now + NEIGHBOUR_CHECK_NS : UINT64_MAX;
}

void inet_prepare(struct inet *inet, uint32_t ip, nanos_t now)
{
    now = inet_moment(inet, now);
    uint32_t next_hop = inet_next_hop(inet, ip);
    if (next_hop == 0 || !inet_unicast(inet, next_hop)) return;
    struct neighbour *neighbour = inet_neighbour(inet, next_hop, now);
    if (neighbour && !is_static(inet, neighbour)) neighbour->kept = true;
}

bool inet_resolved(const struct inet *inet, uint32_t ip, struct mac *mac)
{
    uint32_t next_hop = inet_next_hop(inet, ip);
    const struct neighbour *neighbour = next_hop ? inet_neighbour_find(inet, next_hop) : NULL;
    if (!neighbour || neighbour->state != NEIGHBOUR_KNOWN) return false;
    *mac = neighbour->mac;
    return true;
}
