#include "apps/order_script/script_parts.h"

#include <stdio.h>
#include <string.h>

/* Lines about orders: new ones, changes, cancels, closes. */

/* What is read of an order beside its input: which legs it has, and what they are called. */
struct legs {
    enum order_leg name[2];
};

struct how {
    price_t price;
    price_t trigger;
    enum match_type type;
};

/* "at 100.00", "at market", "stop 98.00 at 97.50", "trailing 0.50"; of type NONE if it is none. */
static struct how how_read(struct order_words *words)
{
    struct how how = {.type = MATCH_TYPE_NONE};
    if (words_take(words, "at")) {
        how.type = words_take(words, "market") ? MATCH_MARKET : MATCH_LIMIT;
        if (how.type == MATCH_LIMIT) how.price = words_decimal(words, "a price or 'market'");
    } else if (words_take(words, "stop")) {
        how.type = MATCH_STOP;
        how.trigger = words_decimal(words, "a price that triggers the stop");
        if (words_take(words, "at")) {
            how.type = MATCH_STOP_LIMIT;
            how.price = words_decimal(words, "a price");
        }
    } else if (words_take(words, "trailing")) {
        how.type = MATCH_TRAILING_STOP;
        how.trigger = words_decimal(words, "a distance");
    }
    return how;
}

static struct match_leg leg_of(struct how how, enum side side)
{
    return (struct match_leg){
        .price = how.price,
        .trigger = how.trigger,
        .type = (uint8_t)how.type,
        .side = (uint8_t)side,
    };
}

static void leg_put(struct order_script *script, struct order_sentence *sentence, uint32_t at,
                    struct match_leg leg)
{
    struct match_leg *place = &sentence->more.terms.legs[at];
    if (place->type != MATCH_TYPE_NONE)
        words_problem(&script->words, "an order has one leg of a kind, and two at most");
    *place = leg;
    sentence->input.bytes = sizeof sentence->input + sizeof sentence->more.terms;
}

static void link_put(struct order_script *script, struct order_sentence *sentence,
                     enum match_link link)
{
    struct match_terms *terms = &sentence->more.terms;
    if (terms->link != MATCH_ALONE && terms->link != link)
        words_problem(&script->words, "an order is one of a pair or has legs, not both");
    terms->link = (uint8_t)link;
}

/* "take 103", "stop-loss 98 at 97", "trailing-loss 2": which leg it is, or 2 for none of them. */
static uint32_t bracket_read(struct order_words *words, struct how *how)
{
    if (words_take(words, "take")) {
        *how = (struct how){.type = MATCH_LIMIT};
        how->price = words_decimal(words, "the price of the take profit");
        return 0;
    }
    if (words_take(words, "stop-loss")) {
        *how = (struct how){.type = MATCH_STOP};
        how->trigger = words_decimal(words, "the price that triggers the stop loss");
        if (words_take(words, "at")) {
            how->type = MATCH_STOP_LIMIT;
            how->price = words_decimal(words, "a price");
        }
        return 1;
    }
    if (!words_take(words, "trailing-loss")) return 2;
    *how = (struct how){.type = MATCH_TRAILING_STOP};
    how->trigger = words_decimal(words, "a distance");
    return 1;
}

static const enum order_leg bracket_names[] = {ORDER_LEG_TAKE, ORDER_LEG_STOP};

/* "or stop 101", "then sells at 101"; false if it is none of them. */
static bool linked_read(struct order_script *script, struct order_sentence *sentence,
                        struct legs *legs)
{
    struct order_words *words = &script->words;
    bool pair = words_take(words, "or");
    if (!pair && !words_take(words, "then")) return false;
    uint32_t at = !pair && sentence->more.terms.legs[0].type != MATCH_TYPE_NONE;
    static const char *const sides[] = {"buys", "sells"};
    uint32_t side = words_which(words, sides, ARRAY_COUNT(sides));
    if (side == UINT32_MAX && !pair) words_expected(words, "'buys' or 'sells' behind 'then'");
    if (side == UINT32_MAX) side = sentence->input.side;
    struct how how = how_read(words);
    if (how.type == MATCH_TYPE_NONE) words_expected(words, "'at', 'stop' or 'trailing'");
    leg_put(script, sentence, at, leg_of(how, (enum side)side));
    link_put(script, sentence, pair ? MATCH_PAIR : MATCH_LEGS);
    legs->name[at] = pair ? ORDER_LEG_OR : at ? ORDER_LEG_THEN2 : ORDER_LEG_THEN;
    return true;
}

/* "ioc", "post-only", "self-trade oldest", "showing 10", "tracked"; false if it is none of them. */
static bool term_read(struct order_script *script, struct order_sentence *sentence)
{
    static const char *const tifs[] = {"gtc", "day", "ioc", "fok"};
    static const char *const modes[] = {"newest", "oldest", "both", "decrement"};
    struct order_words *words = &script->words;
    struct match_input *input = &sentence->input;
    uint32_t tif = words_which(words, tifs, ARRAY_COUNT(tifs));
    if (tif != UINT32_MAX) {
        input->tif = (uint8_t)tif;
    } else if (words_take(words, "post-only")) {
        input->flags |= MATCH_POST_ONLY;
    } else if (words_take(words, "tracked")) {
        input->flags |= MATCH_TRACK;
    } else if (words_take(words, "self-trade")) {
        uint32_t mode = words_which(words, modes, ARRAY_COUNT(modes));
        if (mode == UINT32_MAX) words_expected(words, "'newest', 'oldest', 'both' or 'decrement'");
        input->self_trade = (uint8_t)(mode & 3);
    } else if (words_take(words, "showing")) {
        sentence->more.terms.display = words_decimal(words, "the quantity that is shown");
        input->bytes = sizeof *input + sizeof sentence->more.terms;
    } else {
        return false;
    }
    return true;
}

/* What follows the price of a new order, to the end of the line. */
static void terms_read(struct order_script *script, struct order_sentence *sentence,
                       struct legs *legs, const char **account)
{
    struct order_words *words = &script->words;
    struct how how;
    uint32_t leg;
    bool symbol = false;
    while (words_look(words)) {
        if (words_take(words, "by")) {
            *account = words_name(words, "an account");
        } else if (words_take(words, "of")) {
            sentence->input.instrument = script_symbol(script);
            symbol = true;
        } else if ((leg = bracket_read(words, &how)) < 2) {
            leg_put(script, sentence, leg,
                    leg_of(how, side_opposite((enum side)sentence->input.side)));
            legs->name[leg] = bracket_names[leg];
            link_put(script, sentence, MATCH_LEGS);
            sentence->input.flags |= MATCH_TRACK;
        } else if (!linked_read(script, sentence, legs) && !term_read(script, sentence)) {
            words_expected(words, "'by', 'of' or a term such as 'ioc', 'post-only', 'showing'");
        }
    }
    if (!symbol) sentence->input.instrument = script_only_symbol(script, sentence);
}

/* Remembers whose order it is, and gives names to its legs. */
static void order_remember(struct order_script *script, const struct order_sentence *sentence,
                           const char *name, struct script_order order, const struct legs *legs)
{
    if (script->words.wrong) return;
    struct order_owner owner = {.account = sentence->input.account, .side = sentence->input.side};
    for (uint32_t i = 0; i < 2; i++) {
        if (!legs->name[i]) continue;
        owner.leg[i] = (uint8_t)legs->name[i];
        owner.leg_id[i] = script_name_leg(script, name, legs->name[i],
                                          (struct order_owner){
                                              .parent = order.id,
                                              .account = owner.account,
                                              .side = sentence->more.terms.legs[i].side,
                                          });
    }
    script_own(script, order, owner);
}

void script_read_new(struct order_script *script, struct order_sentence *sentence)
{
    struct order_words *words = &script->words;
    struct match_input *input = &sentence->input;
    struct legs legs = {.name = {ORDER_LEG_NONE}};
    const char *name = words_name(words, "the name of an order"), *account = NULL;
    input->kind = MATCH_NEW;
    input->side = words_take(words, "sells") ? SIDE_SELL : SIDE_BUY;
    words_take(words, "buys");
    if (strcmp(name, "all") == 0 || strcmp(name, "position") == 0)
        words_problem(words, "no order may be called '%s'", name);
    input->qty = words_decimal(words, "a quantity");
    struct how how = how_read(words);
    if (how.type == MATCH_TYPE_NONE) words_expected(words, "'at', 'stop' or 'trailing'");
    input->type = (uint8_t)how.type;
    input->price = how.price;
    sentence->more.terms.trigger = how.trigger;
    if (how.type >= MATCH_STOP) input->bytes = sizeof *input + sizeof sentence->more.terms;
    terms_read(script, sentence, &legs, &account);
    if (account) input->account = script_account_named(script, account, sentence);
    else input->account = script_account_called(script, name, sentence);
    struct script_order order = script_order_called(script, name);
    input->id = order.id;
    order_remember(script, sentence, name, order, &legs);
}

/* The account of a line about an order: the one that follows "by", else the order's own. */
static void owner_put(struct order_script *script, struct order_sentence *sentence,
                      const char *account, const struct order_owner *owner)
{
    if (account[0]) sentence->input.account = script_account_named(script, account, sentence);
    else sentence->input.account = owner->account;
    /* An account was made when its order was entered; one that is only named may be new. */
    sentence->uses_account = true;
}

/* "no take", "no stop-loss"; false if it is neither. */
static bool clear_read(struct order_script *script, struct order_sentence *sentence)
{
    static const char *const legs[] = {"take", "stop-loss"};
    struct order_words *words = &script->words;
    if (!words_take(words, "no")) return false;
    uint32_t leg = words_which(words, legs, ARRAY_COUNT(legs));
    if (leg == UINT32_MAX) words_expected(words, "'take' or 'stop-loss' behind 'no'");
    sentence->input.flags |= leg == 0 ? MATCH_CLEAR_TAKE_PROFIT : MATCH_CLEAR_STOP_LOSS;
    return true;
}

/* What a leg is to be: one that is there gets new prices, one that is not is added. */
static bool leg_change_read(struct order_script *script, struct order_sentence *sentence,
                            struct legs *legs, const struct order_owner *owner)
{
    struct how how;
    uint32_t leg = bracket_read(&script->words, &how);
    if (leg == 2) return false;
    bool added = owner->leg[leg] == ORDER_LEG_NONE;
    enum side side = side_opposite((enum side)owner->side);
    if (!added) how.type = MATCH_TYPE_NONE;
    leg_put(script, sentence, leg, leg_of(how, added ? side : SIDE_BUY));
    if (added) legs->name[leg] = bracket_names[leg];
    return true;
}

static void change_read(struct order_script *script, struct order_sentence *sentence,
                        struct legs *legs, struct script_order order)
{
    const struct order_owner *owner = script_owner(script, order);
    struct order_words *words = &script->words;
    struct match_input *input = &sentence->input;
    if (words_take(words, "to")) {
        input->qty = words_decimal(words, "a quantity");
    } else if (words_take(words, "at")) {
        input->price = words_decimal(words, "a price");
    } else if (words_take(words, "stop")) {
        sentence->more.terms.trigger = words_decimal(words, "a price that triggers the stop");
        input->bytes = sizeof *input + sizeof sentence->more.terms;
    } else if (words_take(words, "trailing")) {
        sentence->more.terms.trigger = words_decimal(words, "a distance");
        input->bytes = sizeof *input + sizeof sentence->more.terms;
    } else if (words_take(words, "as")) {
        struct script_order next = script_order(script, "a new name of the order");
        input->other = next.id;
        script_own(script, next, *owner);
    } else if (!clear_read(script, sentence) && !leg_change_read(script, sentence, legs, owner) &&
               !term_read(script, sentence)) {
        words_expected(words, "'to', 'at', 'stop', 'as', 'take', 'stop-loss', 'no' or 'by'");
    }
}

/* Legs that a change adds get the engine's next ids; those it clears are no more. */
static void legs_change(struct order_script *script, const char *name, struct script_order order,
                        const struct order_sentence *sentence, const struct legs *legs)
{
    struct order_owner owner = *script_owner(script, order);
    for (uint32_t i = 0; i < 2; i++) {
        if (!legs->name[i] || owner.leg[i]) continue;
        owner.leg[i] = (uint8_t)legs->name[i];
        owner.leg_id[i] = script_name_leg(script, name, legs->name[i],
                                          (struct order_owner){
                                              .parent = order.id,
                                              .account = owner.account,
                                              .side = owner.side ^ 1,
                                          });
    }
    if (sentence->input.flags & MATCH_CLEAR_TAKE_PROFIT) owner.leg[0] = ORDER_LEG_NONE;
    if (sentence->input.flags & MATCH_CLEAR_STOP_LOSS) owner.leg[1] = ORDER_LEG_NONE;
    script_own(script, order, owner);
}

void script_read_modify(struct order_script *script, struct order_sentence *sentence)
{
    struct order_words *words = &script->words;
    struct legs legs = {.name = {ORDER_LEG_NONE}};
    const char *account = "", *name = words_name(words, "the name of an order");
    struct script_order order = script_order_called(script, name);
    sentence->input.kind = MATCH_MODIFY;
    sentence->input.id = order.id;
    if (!words_look(words))
        words_expected(words, "what is to change: 'to', 'at', 'stop', 'as' ...");
    while (words_look(words)) {
        if (words_take(words, "by")) account = words_name(words, "an account");
        else change_read(script, sentence, &legs, order);
    }
    owner_put(script, sentence, account, script_owner(script, order));
    legs_change(script, name, order, sentence, &legs);
}

void script_read_cancel(struct order_script *script, struct order_sentence *sentence)
{
    struct order_words *words = &script->words;
    struct match_input *input = &sentence->input;
    const char *account = "";
    if (words_take(words, "all")) {
        input->kind = MATCH_CANCEL_ALL;
        input->instrument = MATCH_INSTRUMENT_ALL;
        if (!words_take(words, "by")) words_expected(words, "'by' and an account");
        input->account = script_account(script, sentence);
        if (words_take(words, "of")) input->instrument = script_symbol(script);
        return;
    }
    struct script_order order = script_order(script, "the name of an order, or 'all'");
    input->kind = MATCH_CANCEL;
    input->id = order.id;
    if (words_take(words, "by")) account = words_name(words, "an account");
    owner_put(script, sentence, account, script_owner(script, order));
}

/* The closing order of name: one called name.close if nothing else is said. */
static order_id_t closing_order(struct order_script *script, const char *name, const char *as,
                                uint32_t account)
{
    char usual[2 * ORDER_NAME_BYTES];
    snprintf(usual, sizeof usual, "%s.close", name);
    if (!as[0] && strlen(usual) >= ORDER_NAME_BYTES)
        words_problem(&script->words,
                      "the name is long: say 'as' and a name for the closing order");
    struct script_order order = script_order_called(script, as[0] ? as : usual);
    struct order_owner owner = {.account = account};
    script_own(script, order, owner);
    return order.id;
}

void script_read_close(struct order_script *script, struct order_sentence *sentence)
{
    struct order_words *words = &script->words;
    struct match_input *input = &sentence->input;
    const char *account = "", *as = "", *name = "";
    struct script_order order = {.entry = script->orders.max};
    bool position = words_take(words, "position"), symbol = false;
    if (!position) {
        name = words_name(words, "the name of an order, or 'position'");
        order = script_order_called(script, name);
    }
    input->kind = MATCH_CLOSE;
    input->other = order.id;
    if (words_number_follows(words)) input->qty = words_decimal(words, "a quantity");
    while (words_look(words)) {
        if (words_take(words, "by")) {
            account = words_name(words, "an account");
        } else if (words_take(words, "as")) {
            as = words_name(words, "a name for the closing order");
        } else if (position && words_take(words, "of")) {
            input->instrument = script_symbol(script);
            symbol = true;
        } else {
            words_expected(words, "a quantity, 'by', 'as' or the end of the line");
        }
    }
    if (position && !account[0]) words_expected(words, "'by' and whose position it is");
    if (position && !symbol) input->instrument = script_only_symbol(script, sentence);
    owner_put(script, sentence, account, script_owner(script, order));
    input->id = closing_order(script, position ? account : name, as, input->account);
}
