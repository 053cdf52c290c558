#include "dataplane/stage/match_stage_layout.h"

/* What a match stage does unasked: cancels one after the other, orders whose time ends, the time,
 * and the end, when the journal's disk has failed. */

#define SWEEP_TURN 64u /* cancels of sweeps in one turn */
#define DEAD_TURN  64u /* sessions that are dropped in one step, once the disk has failed */

/* Sweeps. */

void match_stage_sweep(struct match_stage *stage, uint32_t session)
{
    if (stage->sweeping[session]) return;
    stage->sweeping[session] = true;
    stage->sweep[stage->sweep_head++ & stage->sweep_mask] = session;
}

uint32_t match_stage_sweeps(struct match_stage *stage)
{
    uint32_t done = 0;
    while (done < SWEEP_TURN && stage->sweep_tail != stage->sweep_head &&
           match_stage_ready(stage)) {
        uint32_t session = stage->sweep[stage->sweep_tail & stage->sweep_mask];
        const struct match_note note = {.kind = MATCH_NOTE_NEXT, .session = session};
        const struct venue_note written = {.bytes = &note, .length = sizeof note};
        struct entry_out out;
        enum entry_verdict verdict = entry_next(stage->entry, session, stage->now, &out);
        if (verdict == ENTRY_WAIT) break;
        if (verdict != ENTRY_SUBMIT) {
            stage->sweeping[session] = false;
            stage->sweep_tail++;
            continue;
        }
        if (match_stage_decide(stage, verdict, &out, stage->now, &written, 0) != VENUE_OK)
            break; /* again in the next turn: a cancel passes where anything does */
        done++;
        (void)match_stage_answer(stage);
    }
    return done;
}

/* Time. */

/* Orders whose time has ended. */
static void timers_run(struct match_stage *stage, nanos_t time)
{
    while (entry_due(stage->entry) <= time && match_stage_ready(stage)) {
        const struct match_note note = {.kind = MATCH_NOTE_TICK};
        const struct venue_note written = {.bytes = &note, .length = sizeof note};
        struct entry_out out;
        if (entry_tick(stage->entry, time, &out) != ENTRY_SUBMIT) break;
        if (match_stage_decide(stage, ENTRY_SUBMIT, &out, time, &written, 0) != VENUE_OK) break;
        (void)match_stage_answer(stage);
    }
}

void match_stage_time(struct match_stage *stage)
{
    nanos_t time = stage->plan->now(stage->plan->clock);
    if (time < stage->now) return;
    timers_run(stage, time);
    bool due = match_due(venue_match(stage->venue)) <= time;
    if (!due || time - stage->now < MATCH_STAGE_TIME_NS || !match_stage_ready(stage)) return;
    const struct match_input input = {.kind = MATCH_TIME, .bytes = sizeof input, .time = time};
    (void)match_stage_submit(stage, &input, NULL, 0); /* refused: it is told again soon */
    (void)match_stage_answer(stage);
}

/* A failed disk. */

void match_stage_dead_step(struct match_stage *stage)
{
    for (uint32_t i = 0; i < DEAD_TURN && stage->dead_dropped < stage->plan->sessions; i++)
        match_stage_drop(stage, stage->dead_dropped++, 0);
}
