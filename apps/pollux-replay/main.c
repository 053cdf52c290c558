/* pollux-replay: plays a recorded feed through the stages of polluxd. */

#include "apps/pollux-replay/replay.h"
#include "apps/sentences.h"

#include <stdio.h>

static struct replay replay; /* large: books asked for, problems, the launch itself */

int main(int count, char **words)
{
    replay_options_parse(count, words, &replay.options);
    int status = replay_play(&replay);
    bool played = replay.launch.lcores > 0;
    if (played && replay.options.json) replay_print_json(&replay);
    else if (played) replay_print(&replay);
    sentences_print("pollux-replay", &replay.problems);
    if (played) launch_free(&replay.launch);
    recording_close(&replay.recording);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("pollux-replay: standard output");
        return 1;
    }
    return status;
}
