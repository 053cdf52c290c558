#include "dataplane/risk/risk_image.h"

#include "dataplane/risk/risk_layout.h"

/* Without orders and marks gross, value and working are nothing, and a symbol's sums those of its
 * holdings: none of them is kept. */

nanos_t risk_image_time(const struct risk *risk)
{
    return risk->now;
}

uint64_t risk_image_moves(const struct risk *risk)
{
    return risk->moment;
}

void risk_image_box(const struct risk *risk, struct risk_image_box *image)
{
    *image = (struct risk_image_box){.cash = risk_image_wide(risk->box.cash),
                                     .now = risk->now,
                                     .moves = risk->moment,
                                     .lost = risk->lost};
}

void risk_image_strategy(const struct risk *risk, uint32_t strategy,
                         struct risk_image_strategy *image)
{
    CHECK(strategy < risk->limits.strategies);
    const struct risk_strategy *at = &risk->strategy[strategy];
    *image = (struct risk_image_strategy){.cash = risk_image_wide(at->cash),
                                          .traded = risk_image_wide(at->traded)};
}

void risk_image_holding(const struct risk *risk, uint32_t strategy, uint32_t symbol,
                        struct risk_image_holding *image)
{
    CHECK(strategy < risk->limits.strategies);
    CHECK(symbol < risk->limits.symbols);
    const struct risk_position *holding = risk_holding_at(risk, strategy, symbol);
    *image = (struct risk_image_holding){.position = holding->position,
                                         .unpriced = holding->unpriced,
                                         .known = holding->known,
                                         .lost = holding->lost};
}

void risk_image_box_load(struct risk *risk, const struct risk_image_box *image)
{
    risk->box.cash = risk_image_int_of(&image->cash);
    risk->now = image->now;
    risk->moment = image->moves;
    risk->lost = image->lost != 0;
}

void risk_image_strategy_load(struct risk *risk, uint32_t strategy,
                              const struct risk_image_strategy *image)
{
    CHECK(strategy < risk->limits.strategies);
    struct risk_strategy *at = &risk->strategy[strategy];
    at->cash = risk_image_int_of(&image->cash);
    at->traded = risk_image_int_of(&image->traded);
}

bool risk_image_holding_sound(const struct risk_image_holding *image)
{
    return image->position >= -RISK_POSITION_MAX && image->position <= RISK_POSITION_MAX &&
           image->known <= 1 && image->lost <= 1 && !(image->known && image->lost);
}

void risk_image_holding_load(struct risk *risk, uint32_t strategy, uint32_t symbol,
                             const struct risk_image_holding *image)
{
    CHECK(strategy < risk->limits.strategies);
    CHECK(symbol < risk->limits.symbols);
    CHECK(risk_image_holding_sound(image));
    struct risk_position *holding = risk_holding_at(risk, strategy, symbol);
    CHECK(holding->reach == 0);
    risk_shift(risk, strategy, symbol, &(struct risk_shift){.position = image->position});
    holding->unpriced = image->unpriced;
    holding->known = image->known;
    holding->lost = image->lost;
    risk->symbol[symbol].lost += image->lost;
}
