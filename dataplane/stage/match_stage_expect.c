#include "dataplane/stage/match_stage_layout.h"

#include <string.h>

/* Looking ahead: what requests that wait will need of the port and of the engine is on its way from
 * memory before the first of them is taken. */

static void messages_expect(const struct match_stage *stage, const struct entry_waiting *waiting,
                            uint32_t count)
{
    struct match_input guesses[ENTRY_EXPECT_MAX];
    const struct match_input *inputs[ENTRY_EXPECT_MAX];
    for (uint32_t i = 0; i < count; i++) inputs[i] = &guesses[i];
    uint32_t guessed = entry_expect(stage->entry, waiting, count, guesses);
    match_expect_all(venue_match(stage->venue), inputs, guessed);
}

NOINLINE uint32_t match_stage_expect(const struct match_stage *stage, const struct spsc *requests)
{
    struct entry_waiting waiting[ENTRY_EXPECT_MAX];
    uint32_t known = spsc_known(requests, ENTRY_EXPECT_MAX), messages = 0;
    for (uint32_t i = 0; i < known; i++) {
        const struct gate_slot *slot = spsc_front_at(requests, i);
        if (slot->kind != GATE_MESSAGE) continue;
        waiting[messages++] = (struct entry_waiting){
            .message = slot->message, .session = slot->session, .bytes = slot->bytes};
    }
    messages_expect(stage, waiting, messages);
    return known;
}

/* At recovery: the inputs themselves are known, too, and the venue lets the engine see them. */
void match_stage_expect_notes(void *context, const struct venue_note *notes, uint32_t count)
{
    const struct match_stage *stage = context;
    struct entry_waiting waiting[ENTRY_EXPECT_MAX];
    struct match_input guesses[ENTRY_EXPECT_MAX];
    uint32_t messages = 0;
    if (!match_stage_looks(stage)) return;
    for (uint32_t i = 0; i < count && messages < ENTRY_EXPECT_MAX; i++) {
        struct match_note head;
        if (notes[i].length < sizeof head) continue;
        memcpy(&head, notes[i].bytes, sizeof head);
        if (head.kind != MATCH_NOTE_REQUEST) continue;
        waiting[messages++] = (struct entry_waiting){
            .message = (const uint8_t *)notes[i].bytes + sizeof head,
            .session = head.session,
            .bytes = notes[i].length - (uint32_t)sizeof head,
        };
    }
    (void)entry_expect(stage->entry, waiting, messages, guesses);
}
