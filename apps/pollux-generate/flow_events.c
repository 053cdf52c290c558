#include "apps/pollux-generate/flow_state.h"

/* Messages that change no book: the opening of the day, prints, imbalances, participants,
 * pauses. */

#define PAUSE_ONE_IN 1024u /* of the rest */

/* Symbols.  Of 128 in a row 1 has two letters, 32 three, 16 five, the others four.  Within a length
 * the n-th name is n times a number without a common divisor with 26, modulo all names of that
 * length: none comes twice, and neighbours look different. */
static struct text8 symbol_name(uint32_t stock)
{
    static const uint32_t names[6] = {1, 26, 676, 17576, 456976, 11881376};
    uint32_t within = stock % 128;
    uint32_t block = stock / 128;
    uint32_t length = 4;
    uint32_t n = block * 79 + (within - 49);
    if (within < 1) {
        length = 2;
        n = block;
    } else if (within < 33) {
        length = 3;
        n = block * 32 + (within - 1);
    } else if (within < 49) {
        length = 5;
        n = block * 16 + (within - 33);
    }
    uint32_t code = (uint32_t)((uint64_t)(n + 7) * 7368787 % names[length]);
    struct text8 symbol = {"        "};
    for (uint32_t i = 0; i < length; i++, code /= 26) symbol.byte[i] = (char)('A' + code % 26);
    return symbol;
}

void flow_name_stocks(struct flow *flow)
{
    for (uint32_t i = 0; i < flow->plan.symbols; i++) {
        struct flow_stock *stock = &flow->book.stock[i];
        stock->symbol = symbol_name(i);
        /* 5 to 640 dollars, each doubling as likely as another. */
        uint32_t ticks = 500u << flow_dice_below(&flow->dice, 7);
        ticks += flow_dice_below(&flow->dice, ticks);
        stock->fair_half_ticks = 2 * ticks + 1;
    }
}

static uint32_t system_event(const struct flow *flow, char event, uint8_t *message)
{
    *(struct itch_system_event *)message = (struct itch_system_event){
        FLOW_HEADER(flow, 0, 'S'),
        .event = text1(event),
    };
    return sizeof(struct itch_system_event);
}

static uint32_t directory(const struct flow *flow, const struct flow_stock *stock, uint8_t *message)
{
    static const char markets[8] = {'Q', 'Q', 'G', 'S', 'N', 'P', 'A', 'Z'};
    uint32_t pick = flow->stock & 7;
    bool etp = markets[pick] == 'P';
    *(struct itch_stock_directory *)message = (struct itch_stock_directory){
        FLOW_HEADER(flow, flow_locate(flow), 'R'),
        .stock = stock->symbol,
        .market_category = text1(markets[pick]),
        .financial_status = text1(pick < 4 ? 'N' : ' '),
        .round_lot_shares = be32(100),
        .round_lots_only = text1('N'),
        .issue_classification = text1(etp ? 'Q' : 'C'),
        .issue_sub_type = {{etp ? 'E' : 'Z', ' '}},
        .authenticity = text1('P'),
        .short_sale_threshold = text1('N'),
        .ipo = text1('N'),
        .luld_tier = text1(pick < 2 ? '1' : '2'),
        .etp = text1(etp ? 'Y' : 'N'),
        .etp_leverage = be32(etp ? 1 : 0),
        .inverse = text1('N'),
    };
    return sizeof(struct itch_stock_directory);
}

static uint32_t trading_action(const struct flow *flow, const struct flow_stock *stock, char state,
                               uint8_t *message)
{
    struct itch_trading_action action = {
        FLOW_HEADER(flow, flow_locate(flow), 'H'),
        .stock = stock->symbol,
        .state = text1(state),
        .reserved = text1(' '),
        .reason = {{' ', ' ', ' ', ' '}},
    };
    if (state != 'T') memcpy(action.reason.byte, "LUDP", sizeof action.reason.byte);
    memcpy(message, &action, sizeof action);
    return sizeof action;
}

uint32_t flow_make_start(struct flow *flow, uint64_t index, uint8_t *message)
{
    uint32_t symbols = flow->plan.symbols;
    if (index == 0) return system_event(flow, 'O', message);
    if (index == flow->start - 2) return system_event(flow, 'S', message);
    if (index == flow->start - 1) return system_event(flow, 'Q', message);
    flow->stock = (uint32_t)((index - 1) % symbols);
    const struct flow_stock *stock = flow_current(flow);
    if (index <= symbols) return directory(flow, stock, message);
    return trading_action(flow, stock, 'T', message);
}

static struct be32 worth(const struct flow_stock *stock, uint32_t percent)
{
    return be32(stock->fair_half_ticks / 2 * percent / 100 * FLOW_TICK_E4);
}

static uint32_t collar(const struct flow *flow, const struct flow_stock *stock, uint8_t *message)
{
    *(struct itch_luld_collar *)message = (struct itch_luld_collar){
        FLOW_HEADER(flow, flow_locate(flow), 'J'), .stock = stock->symbol,
        .reference_price_e4 = worth(stock, 100),   .upper_price_e4 = worth(stock, 105),
        .lower_price_e4 = worth(stock, 95),        .extension = be32(0),
    };
    return sizeof(struct itch_luld_collar);
}

static uint32_t cross(struct flow *flow, const struct flow_stock *stock, uint8_t *message)
{
    *(struct itch_cross_trade *)message = (struct itch_cross_trade){
        FLOW_HEADER(flow, flow_locate(flow), 'Q'),
        .shares = be64(0),
        .stock = stock->symbol,
        .price_e4 = worth(stock, 100),
        .match_number = be64(++flow->match),
        .cross_type = text1('H'),
    };
    return sizeof(struct itch_cross_trade);
}

/* A pause: H 'P', collar, H 'Q', cross without volume, H 'T'.  No order moves meanwhile. */
uint32_t flow_make_pause(struct flow *flow, uint8_t *message)
{
    struct flow_stock *stock = flow_current(flow);
    switch (stock->halt_step++) {
    case 0: return trading_action(flow, stock, 'P', message);
    case 1: return collar(flow, stock, message);
    case 2: return trading_action(flow, stock, 'Q', message);
    case 3: return cross(flow, stock, message);
    }
    stock->halt_step = 0;
    return trading_action(flow, stock, 'T', message);
}

static uint32_t trade(struct flow *flow, const struct flow_stock *stock, uint8_t *message)
{
    flow->last_print = ++flow->match;
    flow->last_print_locate = flow_locate(flow);
    *(struct itch_trade *)message = (struct itch_trade){
        FLOW_HEADER(flow, flow_locate(flow), 'P'),
        .order_ref = be64(0),
        .side = text1('B'),
        .shares = be32(flow_shares(flow)),
        .stock = stock->symbol,
        .price_e4 = be32(stock->fair_half_ticks * (FLOW_TICK_E4 / 2)),
        .match_number = be64(flow->match),
    };
    return sizeof(struct itch_trade);
}

static uint32_t imbalance(struct flow *flow, const struct flow_stock *stock, uint8_t *message)
{
    static const char directions[4] = {'B', 'S', 'N', 'O'};
    uint64_t roll = flow_dice_roll(&flow->dice);
    uint32_t pick = roll & 3;
    *(struct itch_imbalance *)message = (struct itch_imbalance){
        FLOW_HEADER(flow, flow_locate(flow), 'I'),
        .paired_shares = be64(100 * (roll >> 8 & 0xffff)),
        .imbalance_shares = be64(pick < 2 ? 100 * (roll >> 24 & 0xffff) + 100 : 0),
        .direction = text1(directions[pick]),
        .stock = stock->symbol,
        .far_price_e4 = worth(stock, 100),
        .near_price_e4 = worth(stock, 100),
        .reference_price_e4 = worth(stock, 100),
        .cross_type = text1('C'),
        .price_variation = text1('L'),
    };
    return sizeof(struct itch_imbalance);
}

static uint32_t participant(struct flow *flow, const struct flow_stock *stock, uint8_t *message)
{
    uint64_t roll = flow_dice_roll(&flow->dice);
    *(struct itch_participant_position *)message = (struct itch_participant_position){
        FLOW_HEADER(flow, flow_locate(flow), 'L'),
        .mpid = {{'M', 'K', 'R', (char)('A' + (roll >> 8) % 26)}},
        .stock = stock->symbol,
        .primary_maker = text1(roll & 1 ? 'Y' : 'N'),
        .maker_mode = text1('N'),
        .state = text1(roll & 14 ? 'A' : 'W'),
    };
    return sizeof(struct itch_participant_position);
}

static uint32_t reg_sho(struct flow *flow, const struct flow_stock *stock, uint8_t *message)
{
    *(struct itch_reg_sho *)message = (struct itch_reg_sho){
        FLOW_HEADER(flow, flow_locate(flow), 'Y'),
        .stock = stock->symbol,
        .action = text1((char)('0' + flow_dice_below(&flow->dice, 3))),
    };
    return sizeof(struct itch_reg_sho);
}

static uint32_t retail_interest(struct flow *flow, const struct flow_stock *stock, uint8_t *message)
{
    static const char interests[4] = {'B', 'S', 'A', 'N'};
    *(struct itch_retail_interest *)message = (struct itch_retail_interest){
        FLOW_HEADER(flow, flow_locate(flow), 'N'),
        .stock = stock->symbol,
        .interest = text1(interests[flow_dice_roll(&flow->dice) & 3]),
    };
    return sizeof(struct itch_retail_interest);
}

static uint32_t broken_trade(struct flow *flow, uint8_t *message)
{
    *(struct itch_broken_trade *)message = (struct itch_broken_trade){
        FLOW_HEADER(flow, flow->last_print_locate, 'B'),
        .match_number = be64(flow->last_print),
    };
    flow->last_print = 0;
    return sizeof(struct itch_broken_trade);
}

uint32_t flow_make_rest(struct flow *flow, uint8_t *message)
{
    const struct flow_stock *stock = flow_current(flow);
    if (flow_dice_below(&flow->dice, PAUSE_ONE_IN) == 0) return flow_make_pause(flow, message);
    uint32_t roll = flow_dice_below(&flow->dice, 100);
    if (roll < 15) return imbalance(flow, stock, message);
    if (roll < 25) return participant(flow, stock, message);
    if (roll < 30) return reg_sho(flow, stock, message);
    if (roll < 35) return retail_interest(flow, stock, message);
    if (roll < 36 && flow->last_print) return broken_trade(flow, message);
    return trade(flow, stock, message);
}
