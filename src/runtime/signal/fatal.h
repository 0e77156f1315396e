/* Fatal signals: the last facts, then the program's own handler or death, with the status it would have had. */
#pragma once
#include <stdbool.h>

/* Installs handlers for SIGSEGV, SIGBUS, SIGABRT, SIGFPE and SIGILL below whatever the program installs: its later
 * calls of sigaction and signal (interposed) are remembered and obeyed after the facts are recorded. */
void rt_fatal_open(void);

/* Calls work(context); a fault in it (another object's tp_traverse met something that was no object) ends the work, not
 * the program. False if it was ended. One thread at a time: with the GIL. */
bool rt_fatal_try(void (*work)(void *context), void *context);
