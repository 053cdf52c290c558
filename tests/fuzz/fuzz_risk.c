/* Any bytes: records of changes, orders, fills and answers, each as its struct is in memory.  What
 * passes is never more than what was asked, nothing passes while the box is halted, bounds and
 * states stay in their ranges, and every sum is what it is added up from. */

#include "tests/risk/risk_rig.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rig rig;

struct bytes {
    const uint8_t *at;
    size_t left;
};

/* The next bytes as a struct; zeroes where they end. */
static void take(struct bytes *bytes, void *value, size_t size)
{
    size_t length = size < bytes->left ? size : bytes->left;
    memset(value, 0, size);
    memcpy(value, bytes->at, length);
    bytes->at += length;
    bytes->left -= length;
}

static void order_step(struct bytes *bytes)
{
    struct risk_order order;
    take(bytes, &order, sizeof order);
    enum risk_verdict verdict = rig_check(&rig, order);
    CHECK(verdict < RISK_VERDICT_COUNT);
    if (verdict != RISK_PASS) {
        char text[256];
        CHECK(rig.refusal.verdict == verdict);
        CHECK(risk_refusal_print(text, sizeof text, &rig.refusal) > 0);
        return;
    }
    CHECK(risk_state(rig.risk, RISK_BOX, 0) != RISK_HALTED);
    CHECK(rig.pass.qty == order.qty);
    CHECK(rig.pass.price == order.price);
    uint32_t slot = risk_take(rig.risk, &rig.pass);
    CHECK(slot < rig_limits.orders);
    CHECK(risk_open(rig.risk, slot) > 0);
}

static void record_step(struct bytes *bytes, bool drafted)
{
    struct risk_record record;
    take(bytes, &record, sizeof record);
    if (drafted) risk_control_draft(rig.risk, &record, 1);
    enum risk_control control = risk_control_check(rig.risk, &record, 1);
    enum risk_control applied = risk_control_apply(rig.risk, &record);
    CHECK(applied < RISK_CONTROL_COUNT);
    if (control == RISK_CONTROL_OK) CHECK(applied == RISK_CONTROL_OK);
    for (int scope = RISK_BOX; scope <= RISK_SYMBOL; scope++)
        CHECK(risk_state(rig.risk, (enum risk_scope)scope, 0) < RISK_STATE_COUNT);
    for (int limit = 1; limit <= RISK_LIMIT_COUNT; limit++) {
        int64_t bound =
            risk_bound(rig.risk, (enum risk_verdict)limit, &(struct risk_subject){0, 0, 0});
        CHECK(bound >= 0);
        CHECK(bound <= risk_limit((enum risk_verdict)limit)->most);
    }
}

static void answer_step(struct bytes *bytes)
{
    uint8_t which[2];
    take(bytes, which, sizeof which);
    uint32_t slot = which[0] % rig_limits.orders;
    if (risk_open(rig.risk, slot) == 0) return;
    if (which[1] % 2) {
        risk_cancel(rig.risk, slot, rig.now);
    } else {
        risk_done(rig.risk, slot);
        CHECK(risk_open(rig.risk, slot) == 0);
    }
}

static void adopt(const struct risk_order *order)
{
    uint32_t slot = risk_adopt(rig.risk, order);
    if (slot != RISK_NONE) CHECK(risk_open(rig.risk, slot) == order->qty);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, size};
    rig_open(&rig);
    for (uint32_t steps = 0; bytes.left > 0 && steps < 200; steps++) {
        uint8_t kind;
        take(&bytes, &kind, sizeof kind);
        struct risk_execution fill;
        struct risk_order order;
        struct {
            int64_t value;
            uint8_t strategy, symbol;
        } told;
        switch (kind % 8) {
        case 0:
        case 1: order_step(&bytes); break;
        case 2: record_step(&bytes, true); break;
        case 3: record_step(&bytes, false); break;
        case 4:
            take(&bytes, &fill, sizeof fill);
            CHECK(risk_fill(rig.risk, &fill, rig.now) < RISK_FILL_COUNT);
            break;
        case 5: answer_step(&bytes); break;
        case 6:
            take(&bytes, &told, sizeof told);
            risk_reference(rig.risk, told.symbol % 4, told.value, rig.now);
            risk_mark(rig.risk, told.symbol % 4, told.value, rig.now);
            risk_position(rig.risk, told.strategy % 3, told.symbol % 4, told.value);
            break;
        case 7:
            take(&bytes, &order, sizeof order);
            adopt(&order);
            break;
        }
        rig.now += kind;
    }
    rig_close(&rig);
    return 0;
}
