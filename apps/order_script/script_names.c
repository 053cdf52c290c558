#include "apps/order_script/script_parts.h"

#include <stdio.h>
#include <string.h>

/* From the names of a line to numbers, and from the numbers of an event to names.
 *
 * owners[i] belongs to orders.entries[i].  @7 is the number 7; of an order it gets an entry as any
 * other name does, so that its owner is known. */

static const char *const leg_words[] = {"", "take", "stop", "or", "then", "then2"};

/* An entry for name, new if there is none: next is the number it gets then. */
static uint32_t entry_of(struct order_script *script, struct order_names *names, const char *name,
                         uint64_t next)
{
    uint32_t entry = names_find(names, name);
    bool unknown = entry == ORDER_NAME_NONE && name[0] != '@' && names != &script->symbols;
    if (unknown && script->numbers_only) {
        words_problem(&script->words,
                      "names are not kept here: say a number, as in @7, not '%.40s'", name);
        return ORDER_NAME_NONE;
    }
    if (entry == ORDER_NAME_NONE) entry = names_add(names, name, next);
    if (entry == ORDER_NAME_NONE)
        words_problem(&script->words, "more than %u names: '%.40s' is one too many", names->max,
                      name);
    return entry;
}

struct script_order script_order_called(struct order_script *script, const char *name)
{
    struct script_order none = {.entry = script->orders.max};
    struct order_words *words = &script->words;
    if (words->wrong) return none;
    uint32_t entry = names_find(&script->orders, name);
    if (entry == ORDER_NAME_NONE && name[0] == '@') {
        order_id_t id = words_numbered(words, name, UINT64_MAX);
        if (words->wrong) return none;
        entry = names_numbered(&script->orders, id);
        if (entry == ORDER_NAME_NONE) entry = entry_of(script, &script->orders, name, id);
    } else if (entry == ORDER_NAME_NONE) {
        while (names_numbered(&script->orders, script->order_next) != ORDER_NAME_NONE)
            script->order_next++;
        entry = entry_of(script, &script->orders, name, script->order_next);
    }
    if (entry == ORDER_NAME_NONE) return none;
    return (struct script_order){script->orders.entries[entry].number, entry};
}

struct script_order script_order(struct order_script *script, const char *expected)
{
    return script_order_called(script, words_name(&script->words, expected));
}

uint32_t script_account_called(struct order_script *script, const char *name,
                               struct order_sentence *sentence)
{
    if (script->words.wrong) return 0;
    if (name[0] == '@') return (uint32_t)words_numbered(&script->words, name, UINT32_MAX);
    uint32_t entry = entry_of(script, &script->accounts, name, script->accounts.count);
    sentence->uses_account = true;
    return entry == ORDER_NAME_NONE ? 0 : (uint32_t)script->accounts.entries[entry].number;
}

uint32_t script_account_named(struct order_script *script, const char *name,
                              struct order_sentence *sentence)
{
    uint32_t account = script_account_called(script, name, sentence);
    if (!script->words.wrong && name[0] != '@') script->named[account] = true;
    return account;
}

uint32_t script_account(struct order_script *script, struct order_sentence *sentence)
{
    return script_account_named(script, words_name(&script->words, "an account"), sentence);
}

uint16_t script_asset(struct order_script *script)
{
    const char *name = words_name(&script->words, "an asset");
    if (script->words.wrong) return 0;
    if (name[0] == '@') return (uint16_t)words_numbered(&script->words, name, UINT16_MAX);
    uint32_t entry = entry_of(script, &script->assets, name, script->assets.count);
    return entry == ORDER_NAME_NONE ? 0 : (uint16_t)script->assets.entries[entry].number;
}

uint64_t script_group(struct order_script *script)
{
    const char *name = words_name(&script->words, "a group");
    if (script->words.wrong) return 0;
    if (name[0] == '@') return words_numbered(&script->words, name, UINT64_MAX);
    uint32_t entry = entry_of(script, &script->groups, name,
                              SCRIPT_GROUP_FIRST + (uint64_t)script->groups.count);
    return entry == ORDER_NAME_NONE ? 0 : script->groups.entries[entry].number;
}

uint16_t script_new_symbol(struct order_script *script)
{
    const char *name = words_name(&script->words, "the name of an instrument");
    if (script->words.wrong) return 0;
    size_t longest = sizeof((struct match_listing *)0)->symbol;
    if (strlen(name) > longest)
        words_problem(&script->words, "'%.40s' has more than %zu characters", name, longest);
    if (name[0] == '@') return (uint16_t)words_numbered(&script->words, name, UINT16_MAX);
    if (name[0] >= '0' && name[0] <= '9')
        words_problem(&script->words, "the name of an instrument begins with a letter: '%.40s'",
                      name);
    if (script->words.wrong) return 0;
    uint16_t next = 0;
    while (names_numbered(&script->symbols, next) != ORDER_NAME_NONE && next < UINT16_MAX) next++;
    uint32_t entry = entry_of(script, &script->symbols, name, next);
    return entry == ORDER_NAME_NONE ? 0 : (uint16_t)script->symbols.entries[entry].number;
}

void order_script_know(struct order_script *script, const char *symbol, uint16_t instrument)
{
    char name[ORDER_NAME_BYTES] = "";
    struct order_words words;
    snprintf(name, sizeof name, "%.16s", symbol);
    words_read(&words, name, strlen(name));
    words_name(&words, "a symbol");
    words_end(&words);
    bool letter = name[0] != '@' && (name[0] < '0' || name[0] > '9');
    if (words.wrong || !letter || names_find(&script->symbols, name) != ORDER_NAME_NONE)
        snprintf(name, sizeof name, "@%u", instrument);
    names_add(&script->symbols, name, instrument);
}

uint16_t script_symbol(struct order_script *script)
{
    const char *name = words_name(&script->words, "the name of an instrument");
    if (script->words.wrong) return 0;
    if (name[0] == '@') return (uint16_t)words_numbered(&script->words, name, UINT16_MAX);
    uint32_t entry = names_find(&script->symbols, name);
    if (entry == ORDER_NAME_NONE) {
        words_problem(&script->words, "no instrument is called '%.40s': list it first", name);
        return 0;
    }
    return (uint16_t)script->symbols.entries[entry].number;
}

uint16_t script_only_symbol(struct order_script *script, struct order_sentence *sentence)
{
    if (script->words.wrong) return 0;
    if (script->symbols.count > 1)
        words_problem(&script->words, "%u instruments are listed: say which one is meant",
                      script->symbols.count);
    else if (script->symbols.count == 0) sentence->lists_default = true;
    return script->symbols.count == 1 ? (uint16_t)script->symbols.entries[0].number : 0;
}

uint16_t script_symbol_or_only(struct order_script *script, struct order_sentence *sentence)
{
    const char *word = words_look(&script->words);
    if (word && (word[0] == '@' || names_find(&script->symbols, word) != ORDER_NAME_NONE))
        return script_symbol(script);
    return script_only_symbol(script, sentence);
}

order_id_t script_name_leg(struct order_script *script, const char *order, enum order_leg leg,
                           struct order_owner owner)
{
    char name[ORDER_NAME_BYTES];
    if (script->words.wrong) return 0;
    order_id_t id = script->leg_next++;
    if (script->before.legs > script->orders.count) script->before.legs = script->orders.count;
    int length = snprintf(name, sizeof name, "%s.%s", order, leg_words[leg]);
    if (length >= (int)sizeof name) return id; /* a leg of a leg of ... stays a number */
    uint32_t entry = names_add(&script->orders, name, id);
    if (entry != ORDER_NAME_NONE) script->owners[entry] = owner;
    return id;
}

void script_own(struct order_script *script, struct script_order order, struct order_owner owner)
{
    uint32_t last = script->before.owners;
    if (script->words.wrong) return;
    if (last == ORDER_UNDO_MAX) {
        words_problem(&script->words, "the line names too many orders");
        return;
    }
    script->before.owner[last].entry = order.entry;
    script->before.owner[last].owner = script->owners[order.entry];
    script->before.owners++;
    script->owners[order.entry] = owner;
}

/* The order of the line has not happened: owners and ids of legs are as before, its name stays. */
static void take_back(struct order_script *script)
{
    while (script->before.owners > 0) {
        script->before.owners--;
        script->owners[script->before.owner[script->before.owners].entry] =
            script->before.owner[script->before.owners].owner;
    }
    names_forget(&script->orders, script->before.legs);
    script->leg_next = script->before.leg_next;
    script->before.id = 0;
}

/* The tables of names, in the order of before.counts. */
static struct order_names *table_of(struct order_script *script, uint32_t kind)
{
    struct order_names *const tables[] = {&script->orders, &script->accounts, &script->assets,
                                          &script->symbols, &script->groups};
    return tables[kind];
}

void script_remember(struct order_script *script)
{
    script->before.legs = UINT32_MAX;
    script->before.leg_next = script->leg_next;
    script->before.owners = 0;
    script->before.id = 0;
    script->before.began = false;
    for (uint32_t i = 0; i < ARRAY_COUNT(script->before.counts); i++)
        script->before.counts[i] = table_of(script, i)->count;
}

void script_forget(struct order_script *script)
{
    take_back(script);
    for (uint32_t i = script->before.counts[1]; i < script->accounts.count; i++)
        script->named[i] = false;
    for (uint32_t i = 0; i < ARRAY_COUNT(script->before.counts); i++)
        names_forget(table_of(script, i), script->before.counts[i]);
}

/* A leg comes to be: under the id that was foreseen, or under another. */
static void leg_came(struct order_script *script, const struct match_event *event)
{
    uint32_t parent = names_numbered(&script->orders, event->other);
    uint32_t leg = names_numbered(&script->orders, event->id);
    if (parent == ORDER_NAME_NONE) return;
    if (leg != ORDER_NAME_NONE && script->owners[leg].parent == event->other) return;
    struct order_owner *owner = &script->owners[parent];
    uint32_t at = event->kind == MATCH_WAITS && owner->leg[1] != ORDER_LEG_NONE;
    if (owner->leg[at] == ORDER_LEG_NONE) return;
    order_id_t next = script->leg_next;
    script->leg_next = event->id;
    script_name_leg(script, script->orders.entries[parent].text, (enum order_leg)owner->leg[at],
                    (struct order_owner){
                        .parent = event->other, .account = event->account, .side = event->side});
    owner->leg_id[at] = event->id;
    script->leg_next = next;
}

/* An order has a new id: its legs are those of the new one. */
static void parent_renamed(struct order_script *script, const struct match_event *event)
{
    uint32_t entry = names_numbered(&script->orders, event->id);
    for (uint32_t i = 0; entry != ORDER_NAME_NONE && i < 2; i++) {
        order_id_t id = script->owners[entry].leg_id[i];
        uint32_t leg = id ? names_numbered(&script->orders, id) : ORDER_NAME_NONE;
        if (leg != ORDER_NAME_NONE) script->owners[leg].parent = event->id;
    }
}

/* The order of the line was refused, or, a market order that met nobody, ended before its legs got
 * ids. */
static bool came_to_nothing(const struct order_script *script, const struct match_event *event)
{
    if (event->id == 0 || event->id != script->before.id) return false;
    if (event->kind == MATCH_REJECTED) return true;
    return event->kind == MATCH_CANCELED && event->reason == MATCH_NO_LIQUIDITY &&
           event->price == 0 && !script->before.began;
}

void order_script_saw(struct order_script *script, const struct match_event *event)
{
    if (came_to_nothing(script, event)) take_back(script);
    else if (event->kind == MATCH_REJECTED && script->before.lists) script_forget(script);
    else if (event->kind == MATCH_TRADED || event->kind == MATCH_CANCELED)
        script->before.began = true;
    if (event->kind == MATCH_REPLACED && event->id != event->other) parent_renamed(script, event);
    if (event->id <= MATCH_ID_MAX) return;
    if (event->id >= script->leg_next) script->leg_next = event->id + 1;
    if (event->kind == MATCH_RESTED || event->kind == MATCH_WAITS) leg_came(script, event);
}

bool order_script_number(const struct order_names *names, const char *text, uint64_t *number)
{
    uint32_t entry = names_find(names, text);
    if (entry == ORDER_NAME_NONE) return false;
    *number = names->entries[entry].number;
    return true;
}

/* Numbers to names. */

static void name_print(struct text *out, const struct order_names *names, uint64_t number)
{
    uint32_t entry = names_numbered(names, number);
    if (entry != ORDER_NAME_NONE) {
        text_append(out, names->entries[entry].text);
        return;
    }
    text_append_char(out, '@');
    text_uint(out, number);
}

static void order_print(const void *context, struct text *out, order_id_t id)
{
    name_print(out, &((const struct order_script *)context)->orders, id);
}

static void account_print(const void *context, struct text *out, uint32_t account)
{
    name_print(out, &((const struct order_script *)context)->accounts, account);
}

static void asset_print(const void *context, struct text *out, uint16_t asset)
{
    name_print(out, &((const struct order_script *)context)->assets, asset);
}

static void symbol_print(const void *context, struct text *out, uint16_t instrument)
{
    name_print(out, &((const struct order_script *)context)->symbols, instrument);
}

static void group_print(const void *context, struct text *out, uint64_t group)
{
    const struct order_script *script = context;
    name_print(out, group < SCRIPT_GROUP_FIRST ? &script->accounts : &script->groups, group);
}

struct match_names order_script_names(const struct order_script *script)
{
    return (struct match_names){
        .order = order_print,
        .account = account_print,
        .instrument = symbol_print,
        .asset = asset_print,
        .group = group_print,
        .context = script,
    };
}
