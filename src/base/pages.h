/* Large pages for the heap of a program that is started next: a compiler and a checker that fill 100 MB spend a tenth
 * of their time on the faults of small ones. What glibc (from 2.35 on) is asked stands in the environment, in
 * GLIBC_TUNABLES; another C library does not look there, and a kernel without large pages for those who ask gives small
 * ones. */
#pragma once

/* Asks for them in the environment of this process, behind what its user says there. Whoever says something of them
 * already is left alone. */
void rs_pages_ask(void);
/* The environment as it was before rs_pages_ask, in this process or in the one that has started it. */
void rs_pages_restore(void);
