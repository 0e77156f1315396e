/* sys.getallocatedblocks(): leak tests compare its answers, and pymalloc does not know of the blocks that refsan hands
 * out.
 *
 * Its entry in the method table of sys is led through here, which adds `live()`; called once, before the interpreter
 * has made its sys module. False if the entry is not found: then the answers stay pymalloc's. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

bool rt_blocks_answer(int64_t (*live)(void));
