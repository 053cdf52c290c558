#include "apps/pollux-generate/options_given.h"
#include "apps/pollux-generate/options_values.h"
#include "dataplane/launch/eal.h"
#include "dataplane/wire/ipv4.h"

#include <string.h>
#include <sys/stat.h>

/* Multicast as Nasdaq's own lines have it, from addresses that are nobody's. */
#define GROUP_A  0xe9360c6fu /* 233.54.12.111 */
#define GROUP_B  0xe931c46fu /* 233.49.196.111 */
#define SOURCE_A 0x0a010001u /* 10.1.0.1 */
#define SOURCE_B 0x0a020001u
#define PORT     26477
#define TTL      16

#define GATHER_NS   2000u
#define PAYLOAD_MAX 1400u
#define WINDOW      8u
#define DELAY_B_NS  3000u

void options_defaults(struct options *options)
{
    *options = (struct options){
        .preset = "one",
        .pack = {.session = {"POLLUXDAY1"},
                 .gather_ns = GATHER_NS,
                 .messages_max = MOLDUDP64_COUNT_MAX,
                 .payload_max = PAYLOAD_MAX},
    };
    for (uint32_t i = 0; i < 2; i++) {
        options->line[i] = (struct line_plan){
            .window = WINDOW,
            .delay_ns = i == 0 ? 0 : DELAY_B_NS,
            .head = {.source_mac = {{0x02, 0, 0, 0, 0, (uint8_t)(0x0a + i)}},
                     .source_ip = i == 0 ? SOURCE_A : SOURCE_B,
                     .destination_ip = i == 0 ? GROUP_A : GROUP_B,
                     .source_port = PORT,
                     .destination_port = PORT,
                     .ttl = TTL},
        };
    }
}

static void problem(struct given *given, const char *sentence)
{
    text_format(&given->problems, "%s\n", sentence);
    given->problem_count++;
}

static void settle_flow(struct given *given)
{
    struct options *options = given->options;
    const struct flow_preset *preset = flow_preset_find(options->preset);
    if (!preset) {
        text_format(&given->problems, "--preset: one, hot or market, not '%s'\n", options->preset);
        given->problem_count++;
        preset = flow_preset_find("one"); /* so that what else is wrong is also said */
    }
    struct flow_plan *plan = &options->flow;
    *plan = given->has_messages ? flow_plan_scaled(&preset->plan, given->messages) : preset->plan;
    if (given->has_symbols) plan->symbols = (uint32_t)given->symbols;
    if (given->has_live) plan->live = given->live;
    if (given->has_seed) plan->seed = given->seed;
    if (given->mix && !options_mix(given->mix, plan->mix)) {
        text_format(
            &given->problems,
            "--mix: percent by type, such as A=45,D=37,U=8,E=6,X=3, and no more than 100 in "
            "all, not '%s'\n",
            given->mix);
        given->problem_count++;
        return;
    }
    if (given->refs && strcmp(given->refs, "sparse") == 0) plan->refs = FLOW_REFS_SPARSE;
    else if (given->refs && strcmp(given->refs, "dense") != 0) {
        text_format(&given->problems, "--refs: one of dense, sparse, not '%s'\n", given->refs);
        given->problem_count++;
    }
    given->problem_count += flow_plan_problems(plan, &given->problems);
}

static bool same_file(const char *one, const char *other)
{
    struct stat first, second;
    if (!one || !other) return false;
    if (strcmp(one, other) == 0) return true;
    if (stat(one, &first) != 0 || stat(other, &second) != 0) return false;
    return S_ISREG(first.st_mode) && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

static void settle_files(struct given *given)
{
    const struct options *options = given->options;
    const char *const files[] = {options->out, options->line_file[0], options->line_file[1],
                                 options->report};
    for (uint32_t i = 0; i < ARRAY_COUNT(files); i++) {
        if (same_file(files[i], options->from)) problem(given, "--from: would be overwritten");
        for (uint32_t other = 0; other < i; other++)
            if (files[i] && same_file(files[i], files[other]) && strcmp(files[i], "/dev/null") != 0)
                problem(given, "two outputs have the same file");
    }
}

static void settle_places(struct given *given)
{
    const struct options *options = given->options;
    bool lines = options->line_file[0] || options->line_file[1] || options->device;
    if (!options->out && !lines)
        problem(given, "nothing is to be written: give --out, --line-a and --line-b, or --device");
    if (options->format == OPTIONS_ITCH && !options->out)
        problem(given, "--format itch: is the format of --out, which is not given");
    if (options->out && options->format == OPTIONS_PCAP &&
        (options->line_file[0] || options->device))
        problem(given, "--out: is line A, as --line-a and --device are: give one of them");
    if (options->device && (options->line_file[0] || options->line_file[1]))
        problem(given, "--device: takes both lines: --line-a and --line-b cannot be given with it");
    if (options->format == OPTIONS_ITCH && !lines && given->has_impairment)
        problem(given, "--format itch: has no datagrams that could be lost, doubled or late");
}

static void settle_sources(struct given *given)
{
    const struct options *options = given->options;
    if (options->rate && !options->device)
        problem(given, "--rate: is for --device, which is not given");
    if (options->device && !eal_has_dpdk()) problem(given, "--device: this build is without DPDK");
    if (options->from && options->shaped)
        problem(given,
                "--from: takes a capture; --preset, --symbols, --messages, --live, --mix and "
                "--refs shape a flow");
    if (options->framing != CAPTURE_FRAMING_CONTENT && !options->from)
        problem(given, "--framing: is of the file of --from, which is not given");
    for (uint32_t i = 0; i < 2; i++)
        if (!ipv4_multicast(options->line[i].head.destination_ip))
            problem(given, i == 0 ? "--group-a: is not a multicast address (224.0.0.0 and above)"
                                  : "--group-b: is not a multicast address (224.0.0.0 and above)");
}

void options_settle(struct given *given)
{
    struct options *options = given->options;
    if (!options->from) settle_flow(given);
    settle_places(given);
    settle_sources(given);
    settle_files(given);
    /* Lines of their own dice, which are also not those of the flow. */
    uint64_t seed = given->has_seed ? given->seed : 1;
    for (uint32_t i = 0; i < 2; i++) options->line[i].seed = flow_dice_mix(seed) + i + 1;
}
