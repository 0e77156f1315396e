/* Whether a program about to be started can take the runtime along (wire/target.h); one that cannot is told to the
 * host. Async-signal-safe; errno stays. */
#pragma once
#include "wire/target.h"

/* RS_TARGET_UNREADABLE where nothing is to be changed: no recording, no such file, the library cannot be read from
 * here. */
enum rs_target rt_target_judge(const char *path);
enum rs_target rt_target_judge_by_name(const char *file); /* looked up in PATH as execvp does */
enum rs_target rt_target_judge_open(int fd);
/* Tells the host of a program that goes unobserved. */
void rt_target_note(enum rs_target why, const char *name);
