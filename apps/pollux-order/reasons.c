#include "apps/pollux-order/reasons.h"

#include "dataplane/wire/ouch50.h"

#include <stdio.h>

struct row {
    char code;
    const char *words;
};

static const char *row_find(const struct row *rows, size_t count, char code)
{
    static _Thread_local char unknown[32];
    for (size_t i = 0; i < count; i++)
        if (rows[i].code == code) return rows[i].words;
    bool printable = code > ' ' && code <= '~';
    if (printable) snprintf(unknown, sizeof unknown, "reason %c", code);
    else snprintf(unknown, sizeof unknown, "reason 0x%02x", (unsigned)(unsigned char)code);
    return unknown;
}

/* OUCH 5.0 and 4.2, "Order Canceled Message". */
const char *reason_of_cancel(char reason)
{
    static const struct row rows[] = {
        {'U', "as asked"},
        {'I', "immediate or cancel"},
        {'T', "its time is over"},
        {'S', "by the venue's supervisors"},
        {'D', "a regulatory restriction"},
        {'Q', "it would have traded with your own order"},
        {'Z', "by the venue's system"},
        {'C', "the cross was canceled"},
        {'K', "outside of the market collar"},
        {'H', "halted"},
        {'X', "open protection"},
        {'E', "the market is closed"},
        {'F', "post-only, and it would have slid (NMS)"},
        {'G', "post-only, and it would have traded"},
        {'e', "direct listing: over the allowed shares"},
    };
    return row_find(rows, ARRAY_COUNT(rows), reason);
}

/* OUCH 4.2, "Rejected Message", with the codes of its pre-trade risk checks. */
static const char *reason_of_reject42(char reason)
{
    static const struct row rows[] = {
        {'T', "test mode"},
        {'H', "halted"},
        {'Z', "more shares than allowed"},
        {'S', "invalid symbol"},
        {'D', "invalid display"},
        {'C', "closed"},
        {'L', "firm not authorised"},
        {'M', "outside of the time for this clearing type"},
        {'R', "not allowed in this cross"},
        {'X', "invalid price"},
        {'N', "invalid minimum quantity"},
        {'O', "other"},
        {'W', "invalid midpoint post-only price"},
        {'o', "no reference price yet"},
        {'q', "midpoint peg in a crossed market"},
        {'u', "late limit-on-close, too aggressive"},
        {'a', "risk: everything is refused"},
        {'b', "risk: not easy to borrow"},
        {'c', "risk: restricted stock"},
        {'d', "risk: ISO not allowed"},
        {'e', "risk: odd lot not allowed"},
        {'f', "risk: midpoint not allowed"},
        {'g', "risk: pre-market not allowed"},
        {'h', "risk: post-market not allowed"},
        {'i', "risk: short sell not allowed"},
        {'j', "risk: on-open not allowed"},
        {'k', "risk: on-close not allowed"},
        {'l', "risk: two-sided quote not allowed"},
        {'m', "risk: too many shares"},
        {'n', "risk: too much money"},
    };
    return row_find(rows, ARRAY_COUNT(rows), reason);
}

const char *reason_of_reject(const struct port *port, const struct port_answer *answer)
{
    static _Thread_local char unknown[32];
    if (port->dialect == PORT_OUCH42) return reason_of_reject42(answer->reason);
    if (answer->code != 0 && answer->code < OUCH50_REJECT_END)
        return ouch50_reject_text(answer->code);
    snprintf(unknown, sizeof unknown, "reason 0x%04x", (unsigned)answer->code);
    return unknown;
}

const char *reason_of_liquidity(char reason)
{
    static const struct row rows[] = {
        {'A', "added liquidity"},
        {'R', "removed liquidity"},
        {'O', "opening cross"},
        {'C', "closing cross"},
        {'M', "opening or closing cross, imbalance only"},
        {'L', "closing cross, imbalance only"},
        {'H', "halt cross"},
        {'K', "halt cross"},
        {'i', "after-hours closing cross"},
        {'J', "added liquidity, not displayed"},
        {'W', "added liquidity, post-only"},
        {'u', "added liquidity, reserve"},
        {'k', "added liquidity at the midpoint"},
        {'m', "removed liquidity at the midpoint"},
        {'e', "retail, added liquidity"},
        {'d', "retail, removed liquidity"},
        {'7', "added liquidity, best price improved"},
        {'8', "added liquidity, best price of this market set"},
        {'0', "supplemental"},
    };
    return row_find(rows, ARRAY_COUNT(rows), reason);
}

const char *reason_of_break(char reason)
{
    static const struct row rows[] = {
        {'E', "erroneous"},
        {'C', "by consent"},
        {'S', "by the venue's supervisors"},
        {'X', "for an external reason"},
    };
    return row_find(rows, ARRAY_COUNT(rows), reason);
}

const char *reason_of_restatement(char reason)
{
    static const struct row rows[] = {
        {'R', "the part that is shown was refreshed"},
        {'P', "the price that is shown is another"},
    };
    return row_find(rows, ARRAY_COUNT(rows), reason);
}
