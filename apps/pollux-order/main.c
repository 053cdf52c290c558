/* pollux-order: trades with a venue over OUCH, by lines. */

#include "apps/pollux-order/load.h"
#include "apps/pollux-order/trade.h"

#include <stdio.h>

int main(int count, char **words)
{
    static struct order_options options;
    order_options_parse(count, words, &options);
    int status = options.rate ? load_run(&options) : trade_run(&options);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("pollux-order: standard output");
        return status ? status : 1;
    }
    return status;
}
