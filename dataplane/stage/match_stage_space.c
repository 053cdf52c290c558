#include "dataplane/stage/match_stage_layout.h"

#include <string.h>

/* While the journal has no space, what only says no is written down for each session so often, and
 * then the session that goes on asking is let go: nobody uses up what the others may be told. */

/* Of the record of a refusal, at most. */
#define REFUSAL_BYTES (sizeof(struct journal_head) + sizeof(struct match_input) + MATCH_NOTE_MAX)

COLD bool match_stage_refusal_fits(const struct match_stage *stage, uint32_t session)
{
    uint64_t all = venue_refusing_bytes(stage->venue) / REFUSAL_BYTES;
    uint64_t each = all / stage->plan->sessions;
    return stage->refusals[session] < (each > 0 ? each : 1);
}

void match_stage_space_look(struct match_stage *stage)
{
    bool scarce = venue_scarce(stage->venue);
    if (unlikely(stage->scarce && !scarce))
        memset(stage->refusals, 0, stage->plan->sessions * sizeof *stage->refusals);
    stage->scarce = scarce;
}
