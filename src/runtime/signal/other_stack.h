/* A stack for signal handlers in the main thread: where the program's own is used up, no handler could run on it. */
#pragma once

/* Sets one unless the thread has one. The program is not to see it: its later calls of sigaltstack (interposed) are
 * told that there is none, and what they set takes its place. */
void rt_other_stack_open(void);
