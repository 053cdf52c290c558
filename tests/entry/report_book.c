#include "tests/entry/report_book.h"

uint64_t report_digest(uint64_t digest, const struct entry_report *report)
{
    const uint8_t *bytes = (const uint8_t *)report;
    for (size_t i = 0; i < sizeof *report; i++) digest = (digest ^ bytes[i]) * 0x100000001b3u;
    return digest;
}

static void wrong(struct report_book *book, bool is, const char *what)
{
    if (is && !book->wrong) book->wrong = what;
}

static uint32_t session_of(order_id_t id)
{
    return (uint32_t)(id >> 32 & 0x7fffff) - 1;
}

static struct booked *booked_of(struct report_book *book, order_id_t id)
{
    uint32_t session = session_of(id), number = (uint32_t)id;
    bool known = session < REPORT_BOOK_SESSIONS && number < REPORT_BOOK_NUMBERS;
    wrong(book, !known, "an order is of no session, or its number is too large");
    return &book->booked[known ? session : 0][known ? number : 0];
}

static void reject(struct report_book *book, const struct entry_report *report)
{
    struct booked *is = booked_of(book, report->order);
    bool numbered = (uint32_t)report->order != 0; /* a token that is not remembered has none */
    wrong(book, is->known, "an order that was known is rejected");
    wrong(book, report->leaves != 0 || report->executed != 0, "a rejected order has something");
    wrong(book, (report->cause != 0) == (report->reason != 0), "it is rejected for no reason");
    is->known = is->rejected = numbered;
}

/* The order before it was reported of. */
static struct booked begun(struct report_book *book, const struct entry_report *report)
{
    if (report->kind == ENTRY_REPORT_ACCEPTED) return (struct booked){.open = report->qty};
    struct booked *old = booked_of(book, report->replaces);
    struct booked is = {.executed = old->executed, .open = report->qty - old->executed};
    wrong(book, old->open == 0, "what is replaced was not open");
    old->open = 0;
    return is;
}

static void happen(struct report_book *book, const struct entry_report *report, struct booked *is)
{
    switch ((enum entry_report_kind)report->kind) {
    case ENTRY_REPORT_ACCEPTED:
    case ENTRY_REPORT_REPLACED: *is = begun(book, report); break;
    case ENTRY_REPORT_EXECUTED:
        is->executed += report->qty;
        is->open -= report->qty;
        *(report->side == SIDE_BUY ? &book->bought : &book->sold) += report->qty;
        break;
    case ENTRY_REPORT_CANCELED:
        wrong(book, is->open != report->qty, "something is left of a canceled order");
        is->open = 0;
        break;
    case ENTRY_REPORT_REDUCED: is->open -= report->qty; break;
    case ENTRY_REPORT_MODIFIED: is->open = report->qty - is->executed; break;
    case ENTRY_REPORT_REJECTED:
    case ENTRY_REPORT_COUNT: break;
    }
}

void report_book_add(struct report_book *book, const struct entry_report *report)
{
    bool begins = report->kind == ENTRY_REPORT_ACCEPTED || report->kind == ENTRY_REPORT_REPLACED;
    book->kinds[report->kind]++;
    book->digest = report_digest(book->digest, report);
    wrong(book, report->number != ++book->number, "numbers do not rise by one");
    if (report->kind == ENTRY_REPORT_REJECTED) {
        reject(book, report);
        return;
    }
    struct booked *is = booked_of(book, report->order);
    wrong(book, is->known == begins, begins ? "a known order begins" : "an order is not known");
    wrong(book, is->rejected, "a rejected order lives");
    happen(book, report, is);
    wrong(book, is->executed != report->executed, "executed does not add up");
    wrong(book, is->open != report->leaves || is->open < 0, "what is left does not add up");
    wrong(book, report->account != book->accounts[session_of(report->order)],
          "it is of another account");
    is->known = true;
    is->account = report->account;
    is->id = report->order;
    if (report->kind != ENTRY_REPORT_EXECUTED) is->limit = report->price;
}

const char *report_book_differs(const struct report_book *book, const struct match *match)
{
    uint64_t open = 0;
    for (uint32_t i = 0; i < REPORT_BOOK_SESSIONS; i++) {
        for (uint32_t number = 0; number < REPORT_BOOK_NUMBERS; number++) {
            const struct booked *booked = &book->booked[i][number];
            struct match_order order;
            if (booked->open == 0) continue;
            if (!match_order_of(match, booked->id, &order)) return "an order does not live";
            if (order.open != booked->open) return "something else of an order is open";
            if (order.account != booked->account) return "an order is another account's";
            if (order.price != booked->limit) return "an order has another limit";
            open++;
        }
    }
    if (book->bought != book->sold) return "what was bought is not what was sold";
    return open == match_orders(match) ? book->wrong : "the engine has other orders";
}
