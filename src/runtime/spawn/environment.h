/* What makes a program observable stands in its environment: the library in LD_PRELOAD, the recording in a variable of
 * its own. Both are taken out before the program looks, and put into a child's environment only.
 *
 * Promise: LD_PRELOAD is byte for byte what the user had. Nothing here allocates or takes a lock, and nothing but
 * rt_environment_open and rt_environment_hide changes memory of the program's: it runs in vfork children. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Notes both variables; false if there is no recording. */
bool rt_environment_open(void);
/* Takes them out of `environ`. */
void rt_environment_hide(void);

bool rt_environment_ready(void); /* whether there is something to give to children */
const char *rt_environment_library(void);
const char *rt_environment_recording(void); /* "pid:fd:cookie" */

/* Room that rt_environment_fill needs for a child's environment; 0 entries: too large, the child goes unobserved. */
struct rt_environment_room {
    size_t entries; /* of the list, its NULL included */
    size_t text;    /* bytes */
};
struct rt_environment_room rt_environment_measure(char *const *envp);
/* Fills `list` and `text` with the environment of a child that is to be observed. */
void rt_environment_fill(char *const *envp, char **list, char *text);
