#ifndef APPS_ORDER_SCRIPT_SCRIPT_PARTS_H
#define APPS_ORDER_SCRIPT_SCRIPT_PARTS_H

/* What the files that read lines share.  For this folder. */

#include "apps/order_script/order_script.h"

#define SCRIPT_GROUP_FIRST (MATCH_ACCOUNTS_MAX + 1u) /* numbers of named groups */

/* Names in a line to numbers; a new name gets a new number. */
struct script_order {
    order_id_t id;
    uint32_t entry; /* of owners, always */
};
struct script_order script_order(struct order_script *script, const char *expected);
struct script_order script_order_called(struct order_script *script, const char *name);
uint32_t script_account(struct order_script *script, struct order_sentence *sentence);
uint32_t script_account_named(struct order_script *script, const char *name,
                              struct order_sentence *sentence);
/* The account that a line did not name, but takes for granted. */
uint32_t script_account_called(struct order_script *script, const char *name,
                               struct order_sentence *sentence);
uint16_t script_asset(struct order_script *script);
uint64_t script_group(struct order_script *script);
uint16_t script_new_symbol(struct order_script *script);
uint16_t script_symbol(struct order_script *script); /* one that was listed */
/* The only instrument; the default one if there is none. */
uint16_t script_only_symbol(struct order_script *script, struct order_sentence *sentence);
/* The next word if it is the name of an instrument, else the only one. */
uint16_t script_symbol_or_only(struct order_script *script, struct order_sentence *sentence);

static inline const struct order_owner *script_owner(const struct order_script *script,
                                                     struct script_order order)
{
    return &script->owners[order.entry];
}

/* Remembers what is known of an order; a reject takes it back. */
void script_own(struct order_script *script, struct script_order order, struct order_owner owner);

/* Before a line is read; and after one that was not understood: it has not happened. */
void script_remember(struct order_script *script);
void script_forget(struct order_script *script);

/* Names the engine's next id as a leg of the order called so, and returns it. */
order_id_t script_name_leg(struct order_script *script, const char *order, enum order_leg leg,
                           struct order_owner owner);

/* The statements.  Each is called behind its first word. */
typedef void script_read_fn(struct order_script *script, struct order_sentence *sentence);
script_read_fn script_read_new; /* the name is the next word */
script_read_fn script_read_modify;
script_read_fn script_read_cancel;
script_read_fn script_read_close;
script_read_fn script_read_list;
script_read_fn script_read_remove;
script_read_fn script_read_phase;
script_read_fn script_read_mark;
script_read_fn script_read_account;
script_read_fn script_read_deposit;
script_read_fn script_read_withdraw;
script_read_fn script_read_time;
script_read_fn script_read_raw;
script_read_fn script_read_engine;

#endif
