#ifndef CONTROL_REDIS_REDIS_LAYOUT_H
#define CONTROL_REDIS_REDIS_LAYOUT_H

/* Private to control/redis: what the service holds. */

#include "control/config/config.h"
#include "control/redis/redis.h"
#include "control/redis/redis_judge.h"
#include "control/redis/redis_lane.h"
#include "control/redis/redis_link.h"
#include "control/redis/redis_outbox.h"
#include "control/redis/redis_say.h"
#include "control/redis/redis_tick.h"
#include "control/redis/redis_words.h"
#include "dataplane/stage/engine_stage.h"
#include "dataplane/stage/venue_tally.h"

#define REDIS_TICKETS     ENGINE_INTAKE_SLOTS /* intents that the engine has and has not answered */
#define REDIS_ACKS        4096u               /* entries of one stream that are not acknowledged */
#define REDIS_READ_MOST   256u                /* entries of one stream in one reply */
#define REDIS_ENTRY_MOST  (1u + REDIS_BATCH_MAX) /* tickets of one message: a switch, its intents */
#define REDIS_BLOCK_MS    "500"                  /* a read waits so long for an entry */
#define REDIS_PUSHED_MOST 1024u                  /* updates under way */
#define REDIS_PUSHED_ONCE 64u                    /* more, and keys, without asking for room again */
#define REDIS_SENTENCES   512u
#define REDIS_WORDS_MAX   (8u + 3 * CONFIG_STRATEGIES_MAX)
#define REDIS_KEY_BYTES   (2 * CONFIG_REDIS_NAME_MAX + CONFIG_NAME_MAX + 32u)

/* Of the replies that may be awaited on the connection of push, what must arrive leaves so many to
 * updates and keys: what was taken out of a lane is not there any more if it cannot be said. */
#define REDIS_PUSH_KEPT (REDIS_PUSHED_MOST + REDIS_PUSHED_ONCE)
static_assert(REDIS_PUSH_KEPT < REDIS_ASKED_MAX, "answers have the others");

static_assert(REDIS_ENTRY_MOST * CONFIG_STRATEGIES_MAX <= REDIS_TICKETS,
              "an entry of every stream finds room");

/* What the engine will answer. */
struct redis_ticket {
    uint32_t strategy;
    uint32_t kind; /* enum engine_intake_kind */
    uint64_t sequence;
    struct gateway_place place; /* 0, 0: it came by a channel */
    bool intent;                /* it is answered */
    uint32_t at;                /* of a batch: which of its intents, */
    uint32_t of;                /* of how many; 0: it is no batch's */
    char id[REDIS_ID_MAX + 1];
};

struct redis_ack {
    uint64_t record;
    struct gateway_place place;
};

/* A strategy outside. */
struct redis_desk {
    uint32_t strategy;
    char stream[REDIS_KEY_BYTES]; /* of intents; the channel has the same name */
    char answers[REDIS_KEY_BYTES];
    uint64_t known;             /* the newest sequence that was heard before the start */
    struct gateway_place place; /* what was pushed to the engine up to here */
    double heard_at;            /* redis_seconds */
    bool on;
    bool known_told;
    bool too_large;        /* the entry behind place is: it is passed over */
    struct redis_ack *ack; /* REDIS_ACKS of them */
    uint32_t ack_first;
    uint32_t ack_count;
};

/* What an account has traded of an instrument. */
struct redis_account {
    struct venue_account is;
    struct venue_total told; /* by changes */
    bool known;
};

struct redis {
    struct redis_plan plan;
    const struct config_redis *config;
    struct redis_rules rules;
    struct redis_key key;
    char password[128];
    struct redis_counts counts;
    struct redis_desk *desk;
    uint32_t desks;
    struct redis_ticket *ticket; /* REDIS_TICKETS */
    uint64_t tickets;            /* given */
    uint64_t answered;
    char
        batch[REDIS_BATCH_SAY_BYTES]; /* the answer to the batch whose intents are being answered */
    struct text batch_text;
    struct redis_tick tick;
    double second_at;
    double stepped_at;
    bool deaf;

    /* Streams. */
    struct redis_link read;
    uint32_t settling;  /* desks whose group is not at its place */
    bool reading;       /* a read is under way */
    uint32_t alone;     /* so many reads are of one entry of one stream; 0: of all of them, */
    uint32_t alone_at;  /* the next of this desk; */
    uint32_t alone_dry; /* so many in a row had none */

    struct redis_link listen;

    /* What is told. */
    struct redis_link push;
    struct redis_outbox outbox;
    struct redis_lane fast, slow, balance;
    struct redis_lane account_fast, account_slow; /* orders of accounts */
    struct redis_lane accounts;                   /* pairs whose change waits */
    struct redis_account *account; /* by pair, VENUE_TALLY_PAIRS_MAX of them; NULL: no venue */
    uint32_t pairs;                /* that are known are below it */
    uint32_t keys_told;            /* to this server, of these */
    uint8_t *feed_own;             /* by instrument of the feed: whether the venue lists it */
    uint32_t pushed;               /* under way */
    uint64_t report;               /* the newest number */
    char state[16];                /* as it was told */
    bool state_told;
    struct redis_position position[REDIS_POSITIONS_KNOWN]; /* as they were told */
    char kill[REDIS_KEY_BYTES], state_key[REDIS_KEY_BYTES], positions_key[REDIS_KEY_BYTES],
        dead[REDIS_KEY_BYTES];
    char kept[16];
};

/* redis.c */

int64_t redis_now_ms(void);
void redis_sentence(struct redis *redis, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
uint32_t redis_tickets_left(const struct redis *redis);
/* Judges a message, and passes it on or refuses it.  False: the ring is full, nothing was done. */
bool redis_hear(struct redis *redis, struct redis_desk *desk, struct redis_received *received,
                const struct gateway_place *place);
/* An entry that cannot be read is refused.  False: the ring is full, nothing was done. */
bool redis_pass_over(struct redis *redis, struct redis_desk *desk,
                     const struct gateway_place *place);
void redis_halt(struct redis *redis, const char *by, const char *why, size_t length);

/* How each connection reaches the server; what is to be called is its own. */
struct redis_link_plan redis_server_plan(struct redis *redis);

/* redis_intake.c: streams. */

void redis_intake_new(struct redis *redis);
void redis_intake_more(struct redis *redis); /* the next read, if it may be */

/* redis_listen.c: channels. */

void redis_listen_new(struct redis *redis);

/* redis_answer.c: what the engine said. */

void redis_answers_take(struct redis *redis);
void redis_reports_take(struct redis *redis);
void redis_acks_send(struct redis *redis);
/* To the desk's stream of answers, and to the channel id if it has one. */
void redis_answer_send(struct redis *redis, const struct redis_desk *desk, const char *json,
                       const char *id);
void redis_dead_send(struct redis *redis, const struct redis_desk *desk, const char *reason,
                     const char *sentence, const char *message, size_t length,
                     const struct gateway_place *place);
void redis_known_tell(struct redis *redis, struct redis_desk *desk);

/* redis_account.c: accounts of a venue in this process. */

void redis_accounts_new(struct redis *redis);
void redis_accounts_free(struct redis *redis);
void redis_accounts_take(struct redis *redis);  /* what has changed, into their lane */
void redis_accounts_again(struct redis *redis); /* the server may be another one: all keys */
void redis_accounts_send(struct redis *redis, nanos_t now);
bool redis_accounts_told(const struct redis *redis);
/* Whether the venue lists the feed's instrument: its own trades are then the price. */
bool redis_price_own(struct redis *redis, uint32_t instrument, const char *symbol);
void redis_prices_send(struct redis *redis);

/* redis_account_order.c: orders of these accounts. */

void redis_account_orders_new(struct redis *redis);
void redis_account_orders_free(struct redis *redis);
void redis_account_orders_take(struct redis *redis); /* what was reported, into both lanes */
void redis_account_orders_send(struct redis *redis, nanos_t now);
bool redis_account_orders_told(const struct redis *redis);

/* redis_push.c: the way to the server. */

/* There is room for what one update sends at most, so that nothing is taken out of a lane and
 * lost. */
bool redis_push_room(const struct redis *redis);
void redis_push_say(struct redis *redis, uint32_t words, const char *const *word);
void redis_push_publish(struct redis *redis, const char *channel, const char *json);
/* symbol, not the one in price. */
void redis_price_send(struct redis *redis, const char *symbol, const struct engine_price *price);

void redis_push_new(struct redis *redis);
void redis_push_step(struct redis *redis); /* what may leave leaves */
void redis_push_fast(struct redis *redis); /* of the fast lane */
void redis_push_second(struct redis *redis);
void redis_outbox_say(struct redis *redis, uint32_t words, const char *const *word,
                      const size_t *length);

#endif
