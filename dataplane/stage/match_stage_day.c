#include "dataplane/stage/match_stage_layout.h"

#include <string.h>

#define CLOSE_TURN 64u /* instruments closed in one step */

/* System Events of ITCH: the messages and the system begin (O, S), the market opens (Q) and closes
 * (M), the system and the messages end (E, C). */
static const char codes_begin[] = "SQ";
static const char codes_end[] = "MEC";

void match_stage_due_say(struct match_stage *stage)
{
    struct match_due due = stage->due;
    stage->due.number = 0;
    for (const char *code = due.codes; *code; code++)
        match_stage_news(stage,
                         &(struct match_event){.kind = GATE_NEWS_SYSTEM,
                                               .reason = (uint8_t)*code,
                                               .id = stage->midnight,
                                               .number = due.time},
                         1);
    if (!due.ends) return;
    match_stage_news(stage, &(struct match_event){.kind = GATE_NEWS_END}, 1);
    stage->day = STAGE_DAY_OVER;
}

void match_stage_day_is(struct match_stage *stage, bool begins, uint64_t number, nanos_t time)
{
    stage->due = (struct match_due){
        .number = number, .time = time, .codes = begins ? codes_begin : codes_end, .ends = !begins};
    if (begins) stage->day = STAGE_DAY_OPEN;
}

enum venue_status match_stage_day_turns(struct match_stage *stage, bool begins, nanos_t time)
{
    const struct match_note note = {.kind = MATCH_NOTE_DAY, .begins = begins};
    const struct venue_note written = {.bytes = &note, .length = sizeof note};
    struct entry_out out;
    enum entry_verdict verdict = entry_day(stage->entry, begins, stage->midnight, time, &out);
    if (verdict == ENTRY_WAIT) return VENUE_BUSY;
    CHECK(verdict == ENTRY_ANSWER);
    enum venue_status status = match_stage_decide(stage, verdict, &out, time, &written, 0);
    if (status == VENUE_OK) match_stage_day_is(stage, begins, venue_sequence(stage->venue), time);
    return status;
}

void match_stage_end_day(struct match_stage *stage)
{
    atomic_store_explicit(&stage->end_asked, 1, memory_order_relaxed);
}

bool match_stage_ends_day(const struct match_stage *stage)
{
    return atomic_load_explicit(&stage->end_asked, memory_order_relaxed) != 0;
}

/* Closes some more instruments; false while there are others. */
static bool instruments_close(struct match_stage *stage, nanos_t time)
{
    const struct match *match = venue_match(stage->venue);
    for (uint32_t steps = 0; stage->closed < stage->plan->entry.instruments; stage->closed++) {
        enum match_phase phase = match_phase_of(match, (uint16_t)stage->closed);
        if (phase == MATCH_UNLISTED || phase == MATCH_CLOSED) continue;
        if (++steps > CLOSE_TURN) return false;
        const struct match_input input = {.kind = MATCH_PHASE,
                                          .bytes = sizeof input,
                                          .time = time,
                                          .instrument = (uint16_t)stage->closed,
                                          .type = MATCH_CLOSED};
        if (match_stage_submit(stage, &input, NULL, 0) != VENUE_OK) return false;
    }
    return true;
}

void match_stage_day_step(struct match_stage *stage)
{
    if (!atomic_load_explicit(&stage->end_asked, memory_order_relaxed)) return;
    if (stage->day != STAGE_DAY_OPEN || stage->due.number != 0) return;
    nanos_t time = stage->plan->now(stage->plan->clock);
    if (time < stage->now) time = stage->now;
    if (!instruments_close(stage, time)) return;
    (void)match_stage_day_turns(stage, false, time); /* refused: again at the next step */
}
