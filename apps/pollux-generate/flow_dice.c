#include "apps/pollux-generate/flow_dice.h"

/* Vose's construction with two lists threaded through faces[].other: faces lighter than the average
 * are topped up by one heavier face each, which then may become lighter itself.  A weight is
 * compared after multiplying by count, so nothing is rounded until the final division. */

#define LIST_END UINT32_MAX

struct lists {
    uint32_t light;
    uint32_t heavy;
};

static void list_push(struct flow_dice_face *faces, uint32_t *list, uint32_t face)
{
    faces[face].other = *list;
    *list = face;
}

static uint32_t list_pop(const struct flow_dice_face *faces, uint32_t *list)
{
    uint32_t face = *list;
    *list = faces[face].other;
    return face;
}

void flow_dice_load(struct flow_dice_face *faces, uint64_t *weights, uint32_t count)
{
    CHECK(count > 0);
    CHECK(count <= FLOW_DICE_FACES_MAX);
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++) total += weights[i];
    CHECK(total > 0);
    CHECK(total < 1ull << 48);

    struct lists lists = {LIST_END, LIST_END};
    for (uint32_t i = count; i-- > 0;) {
        weights[i] *= count;
        list_push(faces, weights[i] < total ? &lists.light : &lists.heavy, i);
    }
    while (lists.light != LIST_END && lists.heavy != LIST_END) {
        uint32_t light = list_pop(faces, &lists.light);
        uint32_t heavy = list_pop(faces, &lists.heavy);
        faces[light].own = (uint32_t)(((unsigned __int128)weights[light] << 32) / total);
        faces[light].other = heavy;
        weights[heavy] -= total - weights[light];
        list_push(faces, weights[heavy] < total ? &lists.light : &lists.heavy, heavy);
    }
    /* What is left is exactly average: both choices are the face itself. */
    for (uint32_t *list = &lists.heavy;; list = &lists.light) {
        while (*list != LIST_END) {
            uint32_t face = list_pop(faces, list);
            faces[face] = (struct flow_dice_face){.own = UINT32_MAX, .other = face};
        }
        if (list == &lists.light) break;
    }
}
