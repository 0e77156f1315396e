/* Fatal signals: the last facts, then the program's own handler or death, with the status it would have had. */
#pragma once

/* Installs handlers for SIGSEGV, SIGBUS, SIGABRT, SIGFPE and SIGILL below whatever the program installs: its later calls of
 * sigaction and signal (interposed) are remembered and obeyed after the facts are recorded. */
void rt_fatal_open(void);
