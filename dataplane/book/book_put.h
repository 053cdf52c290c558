#ifndef DATAPLANE_BOOK_BOOK_PUT_H
#define DATAPLANE_BOOK_BOOK_PUT_H

/* Taking commands into the book, inlined where they are made.
 *
 *     struct book_filling filling = book_fill(book);
 *     for each message {
 *         struct book_command *command = book_next(filling);   the place of the next command
 *         command->ref = ...;                                  every field
 *         filling = book_put(book, filling);
 *     }
 *     book_filled(filling);
 *
 * Fields are written one by one: a struct that is copied whole is gathered on the stack and read
 * back wider than it was written, which stalls for 4 ns (bench/bench_book).
 *
 * Hot. */

#include "dataplane/book/book_layout.h"

/* Makes a harmless command of one of an instrument that there is not, or of instrument 0, which is
 * none but may be named by a command that changes nothing. */
COLD void book_command_refuse(struct book_command *command);

/* The group that is being filled, and how far; held in registers by a loop that makes commands. */
struct book_filling {
    struct group *group;
    uint32_t count;
};

static inline struct book_filling book_fill(struct book *book)
{
    struct group *group = &book->group[book->filling % GROUPS];
    return (struct book_filling){.group = group, .count = group->count};
}

/* Before anyone else looks at the book: as many are filled as the loop says. */
static inline void book_filled(struct book_filling filling)
{
    filling.group->count = filling.count;
}

static inline struct book_command *book_next(struct book_filling filling)
{
    return &filling.group->command[filling.count];
}

/* Hands over the command at book_next, and returns how far it is now.  This is stage 1 of
 * book_hot.c: when it returns, the command's index line is on its way, and for an add its side's
 * line too. */
__attribute__((always_inline)) static inline struct book_filling book_put(
    struct book *book, struct book_filling filling)
{
    struct group *group = filling.group;
    uint32_t i = filling.count;
    struct book_command *command = &group->command[i];
    if (unlikely(command->instrument - 1u >= book->instruments - 1)) book_command_refuse(command);
    struct index_key key = index_key(book, command->ref);
    uint32_t op = command->op;
    group->key[i] = key;
    group->op[i] = (uint8_t)op;
    __builtin_prefetch(book->index + key.line, 1);
    /* A mask, not a choice: what comes next cannot be predicted. */
    uint32_t side = command->instrument * 2u + (command->side & 1u);
    __builtin_prefetch(&book->side[side & -(uint32_t)(op == BOOK_ADD)]);
    filling.count = i + 1;
    if (likely(i + 1 < GROUP_COMMANDS)) return filling;
    group->count = GROUP_COMMANDS;
    book->vectors->turn(book);
    return book_fill(book);
}

/* One command by itself. */
static inline void book_put_one(struct book *book, const struct book_command *command)
{
    struct book_filling filling = book_fill(book);
    *book_next(filling) = *command;
    book_filled(book_put(book, filling));
}

#endif
