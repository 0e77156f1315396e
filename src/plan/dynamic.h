/* The dynamic section: relocations and symbols. Part of image.h's reader. */
#pragma once
#include "plan/image.h"

/* Fills relocs and symbols of `elf`, whose segments are known. False for what must not be patched (TEXTREL).
 */
bool rs_dynamic_read(struct rs_elf *elf, uint64_t at, uint64_t size, const char *name, struct rs_error *err);
