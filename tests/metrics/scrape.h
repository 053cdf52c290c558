#ifndef TESTS_METRICS_SCRAPE_H
#define TESTS_METRICS_SCRAPE_H

/* A reader of Prometheus's text format, written from its page and not from exposition.c: strict,
 * and only for tests.  It keeps samples in the order they came. */

#include <stdbool.h>
#include <stdint.h>

#define SCRAPE_SAMPLES_MAX 8192u
#define SCRAPE_LABELS_MAX  6u

struct scrape_sample {
    char name[128];
    char family[128];
    uint32_t labels;
    struct {
        char name[64];
        char value[128];
    } label[SCRAPE_LABELS_MAX];
    double value;
};

struct scrape {
    uint32_t samples;
    struct scrape_sample sample[SCRAPE_SAMPLES_MAX];
    uint32_t families;
    struct {
        char name[128];
        char type[16];
    } family[2048];
    char problem[256]; /* the first breach of the format, with its line; empty: none */
};

/* False: scrape->problem says why. */
bool scrape_read(struct scrape *scrape, const char *text);

/* The sum of all samples of the name; with that value of the label, if it is not NULL.  -1: there
 * is none. */
double scrape_sum(const struct scrape *scrape, const char *name, const char *label,
                  const char *value);
const char *scrape_type(const struct scrape *scrape, const char *family); /* or NULL */

#endif
