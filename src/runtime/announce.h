/* Tells the host which interpreter this process has, or why it runs unobserved: one sentence a process. */
#pragma once
#include "runtime/pyabi/pyabi.h"

void rt_announce_python(enum rt_python_verdict verdict);
/* The limit of the address space leaves no room for the object region. */
void rt_announce_no_room(void);
