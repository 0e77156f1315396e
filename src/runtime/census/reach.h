/* Uncollectable garbage: what nothing reaches and the collector still cannot free. Read-only; with the GIL; at exit. */
#pragma once

/* Looks at the touched objects whose type's tp_traverse belongs to an instrumented module: where a member that is an
 * object is not visited, nothing reaches the owner, and the member leads back to it, that is recorded
 * (RS_REC_UNVISITED). */
void rt_reach_cycles(void);
