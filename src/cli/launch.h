/* Starts the program with the runtime preloaded and waits for its end. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* The runtime library beside the command, or installed with it; NULL with a line if it is nowhere. */
const char *rs_launch_library(struct rs_error *err);
/* Starts argv; -1 with a line if it cannot be started (the reason of exec included). Signals that a terminal sends to the
 * whole group are left to the program; those sent to refsan alone are passed on. */
pid_t rs_launch_start(char **argv, const char *library, const char *recording, struct rs_error *err);
/* Whether the program has ended; then *status as of waitpid. */
bool rs_launch_ended(pid_t pid, int *status);
/* A line why the preloaded library cannot work in this program (statically linked, 32-bit, setuid), or NULL. */
const char *rs_launch_obstacle(const char *program);
