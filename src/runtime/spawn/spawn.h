/* Starting children: the exec family, posix_spawn, system and popen as the program calls them.
 *
 * Promise: the child is started exactly as the program asked; only where the runtime can be loaded into it does its
 * environment carry what makes it observable. A program that cannot take the runtime along is named in the recording
 * (struct rs_control, left_out). errno, signals and descriptors are those of the plain call. */
#pragma once
#include <stdbool.h>

/* Reads the environment and finds the functions behind; false: no recording, every call passes straight through. */
bool rt_spawn_open(void);
