/* A scan goes from the place asked for to the end, then from the beginning to where it began, so
 * that one that is cut short has got on. */

#include "dataplane/stage/window.h"

/* The asker's from here on. */
static void window_show(struct window *window, uint64_t places, bool ended)
{
    struct window_said *said = &window->said;
    uint64_t begun = window->ask.after < places ? window->ask.after : places;
    said->ended = ended;
    if (said->rows < window->ask.limit) { /* no row is missing before where it has come to */
        uint64_t at = begun + window->looked;
        said->next = at < places ? at : 0;
    } else if (window->behind == 0 && begun + window->looked >= places) {
        said->next = 0;
    }
    window->looked = window->behind = 0;
    atomic_store_explicit(&window->state, WINDOW_SHOWN, memory_order_release);
}

/* True if a row was copied. */
static bool place_look(struct window *window, uint64_t place, bool behind, window_look_fn *look,
                       void *context)
{
    struct window_said *said = &window->said;
    bool room = behind && said->rows < window->ask.limit;
    void *row = room ? window->row + (size_t)said->rows * window->row_bytes : NULL;
    if (!look(context, place, &window->ask, row)) return false;
    said->matched++;
    if (!room) {
        window->behind += behind;
        return false;
    }
    said->rows++;
    said->next = place + 1;
    return true;
}

void window_turn(struct window *window, uint64_t places, window_look_fn *look, void *context)
{
    if (!window_wanted(window)) return;
    if (window->looked == 0) window->said = (struct window_said){.rows = 0};
    window->said.turns++;
    uint64_t begun = window->ask.after < places ? window->ask.after : places;
    uint32_t copied = 0;
    for (uint32_t i = 0; i < WINDOW_LOOKS && copied < WINDOW_COPIES && window->looked < places;
         i++, window->looked++) {
        uint64_t place = begun + window->looked;
        bool behind = place < places;
        copied += place_look(window, behind ? place : place - places, behind, look, context);
    }
    bool ended = window->looked >= places;
    if (ended || window->said.turns == WINDOW_TURNS) window_show(window, places, ended);
}
