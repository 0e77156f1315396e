/* A module's file, read with bounds: segments, relocations, symbols, build-id. Addresses are relative to the
 * load base.
 *
 * Every byte of the file is untrusted. It reads program headers and the dynamic section, never section
 * headers, so that what the loader ignores cannot mislead it. It refuses what refsan cannot patch, with one
 * line why. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/map.h"
#include "base/vec.h"

struct rs_segment {
    uint32_t lo, file_hi, hi; /* [lo, file_hi) comes from the file, [file_hi, hi) is zero */
    uint64_t offset;
    bool executable, writable;
};

enum rs_reloc_kind {
    RS_RELOC_RELATIVE, /* the word at `at` will point to base + value */
    RS_RELOC_OWN,      /* the same, through a symbol that the module defines itself */
    RS_RELOC_SLOT,     /* GLOB_DAT: address of undefined symbol `name` */
    RS_RELOC_LAZY,     /* JUMP_SLOT of undefined symbol `name` */
    RS_RELOC_WORD,     /* a pointer to undefined symbol `name` in data */
};

struct rs_reloc {
    uint32_t at, value;
    const char *name; /* in the file; NULL where there is none */
    uint8_t kind;     /* enum rs_reloc_kind */
    bool call_only;   /* RS_RELOC_OWN through JUMP_SLOT: nobody takes the address */
};

struct rs_symbol {
    const char *name;
    uint32_t at, size;
    bool function;
};

struct rs_elf {
    const uint8_t *data;
    size_t size;
    bool mapped;
    bool programs_too; /* set by the caller: programs linked to a fixed address (ET_EXEC) are accepted */
    bool fixed;        /* it is one: its code holds absolute addresses, of which relocations say nothing */
    RS_VEC(struct rs_segment) segments;
    RS_VEC(struct rs_reloc) relocs;   /* ascending by `at` */
    RS_VEC(struct rs_symbol) symbols; /* dynamic symbols that the module defines */
    uint32_t text_lo, text_hi;        /* executable range */
    uint32_t writes_lo, writes_hi;    /* writable once loaded */
    uint32_t image_hi;
    uint32_t frames; /* .eh_frame, 0 if there is none */
    uint8_t build_id[32];
    uint8_t build_id_size;
};

/* `elf` is zero but for programs_too. False with one line why it cannot be planned; nothing to close then.
 * Strings live until rs_elf_close. */
bool rs_elf_open(struct rs_elf *elf, const char *path, struct rs_error *err);
/* The same of bytes in memory, which must outlive it; `name` is for the error. */
bool rs_elf_read(struct rs_elf *elf, const uint8_t *data, size_t size, const char *name, struct rs_error *err);
void rs_elf_close(struct rs_elf *elf);

/* `size` bytes of the file that will lie at `at`, or NULL. */
const uint8_t *rs_elf_at(const struct rs_elf *elf, uint64_t at, uint64_t size);
/* How many bytes of the file lie at `at` and behind it in the same segment. */
uint64_t rs_elf_left(const struct rs_elf *elf, uint64_t at);
/* A terminated string at `at`, or NULL. */
const char *rs_elf_string(const struct rs_elf *elf, uint64_t at);
/* The relocation of the word at `at`, or NULL. */
const struct rs_reloc *rs_elf_reloc(const struct rs_elf *elf, uint32_t at);
bool rs_elf_is_code(const struct rs_elf *elf, uint64_t at);
/* Whether `at` is not writable once loaded. Old linkers put constants and code into one segment. */
bool rs_elf_is_constant(const struct rs_elf *elf, uint64_t at);
