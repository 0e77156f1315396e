/* Starts the program with the runtime preloaded and waits for its end. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "wire/target.h"

/* Before the recording is made: a limit of file sizes counts for shared memory, too, and its signal would end refsan.
 */
void rs_launch_prepare(void);
/* The first of the files (relative to the command's own folder; NULL ends the list) that can be read, or NULL. Valid
 * until the next call. */
const char *rs_launch_beside(const char *const *places);
/* The runtime library beside the command, or installed with it; NULL with a line if it is nowhere. */
const char *rs_launch_library(struct rs_error *err);
/* Whether the program can take the runtime along (scripts: their interpreter). */
enum rs_target rs_launch_judge(const char *program);
/* Why it cannot, as the end of a sentence about it: "is statically linked"; NULL where it can. */
const char *rs_launch_obstacle(enum rs_target target);
/* Starts argv; -1 with a line if it cannot be started (the reason of exec included). Without a recording (NULL) it is
 * started plain. Signals that a terminal sends to the whole group are left to the program; those sent to refsan alone
 * are passed on. */
pid_t rs_launch_start(char **argv, const char *library, const char *recording, struct rs_error *err);
/* Whether the program has ended; then *status as of waitpid. */
bool rs_launch_ended(pid_t pid, int *status);
