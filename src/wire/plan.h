/* A patch plan: what the host found in a module's file and what the runtime writes into the loaded module.
 *
 * The host decodes, decides and emits (src/plan, src/arch); the runtime only compares and copies, so that no ELF file
 * is parsed and no instruction decoded inside the user's process. A plan blob is position-dependent: it was emitted for
 * one load base and one area (a reservation of the runtime's within 2 GB of the module). All offsets named `at` are
 * relative to the load base, those named `*_off` to the start of the area. Blob layout: header, then the arrays in the
 * order of the header's counts (patches, entries, calls, imports, rows), then `code_size` bytes of code; every array
 * starts at a multiple of 8. */
#pragma once
#include <stdint.h>

#define RS_PLAN_MAGIC 0x6e616c5066527372u
enum { RS_PLAN_VERSION = 2, RS_PATCH_MAX = 40 };

/* Where the area's data part starts: data_off (page-aligned). First come the hook slots, filled by the runtime before
 * any patch is written; then `entries` struct rs_entry_desc, `calls` struct rs_call_desc, `imports` struct
 * rs_import_desc (each 64 bytes), in this order. */
enum rs_hook_slot {
    RS_HOOK_ADD,   /* in-place add: rax object address, ecx delta, edx site */
    RS_HOOK_SET,   /* mov of a register: rax object address, ecx new low 32 bits of the count, edx site */
    RS_HOOK_ENTRY, /* r11 struct rs_entry_desc *; registers and stack as at the function's entry; jumped to */
    RS_HOOK_CALL,  /* r11 target, r10 struct rs_call_desc *, return address pushed, registers as at the call; jumped to
                    */
    RS_HOOK_API,   /* r11 struct rs_import_desc *; registers and stack as at the callee's entry; jumped to */
    RS_HOOK_SLOTS = 8
};
/* The two store hooks are called with the red zone skipped and rax, rcx, rdx and (where they are live) the flags saved
 * by the trampoline; they preserve every other register and the vector state. They run before the store. */

struct rs_plan_header {
    uint64_t magic;
    uint32_t version;
    uint32_t status;    /* enum rs_plan_status */
    char text[232];     /* one line why, when status is not RS_PLAN_READY */
    uint64_t area_size; /* code and data; with RS_PLAN_AREA_TOO_SMALL what is needed */
    uint32_t family;    /* modules shipped together have the same; decided by the host */
    uint32_t sites;     /* refcount candidates found */
    uint32_t sites_patched;
    uint32_t sites_unpatched;
    uint32_t functions_skipped; /* could not be decoded: left alone */
    uint32_t patches, entries, calls, imports;
    uint32_t code_size, data_off, data_size;
    uint32_t first_site; /* sites are numbered first_site .. first_site + sites_patched - 1 over the whole recording */
    uint32_t text_lo, text_hi;     /* executable range, base-relative */
    uint32_t writes_lo, writes_hi; /* data segments (writable when loaded), base-relative: .data .. .bss end */
    uint32_t rows;
};

enum rs_plan_status { RS_PLAN_READY, RS_PLAN_AREA_TOO_SMALL, RS_PLAN_REFUSED, RS_PLAN_SKIPPED };

/* Bytes to write at `at`, if the bytes there still are `was` (else this patch is left out and counted). */
struct rs_patch {
    uint32_t at;
    uint8_t length, kind; /* kind: enum rs_patch_kind */
    uint8_t pad[2];
    uint8_t was[RS_PATCH_MAX], now[RS_PATCH_MAX];
};
enum rs_patch_kind { RS_PATCH_STORE, RS_PATCH_ENTRY, RS_PATCH_CALL, RS_PATCH_RETARGET };

/* A function whose entry is patched. The desc is in the area's data part. */
struct rs_entry {
    uint32_t at;            /* the function */
    uint32_t displaced_off; /* its displaced prologue, which continues in the function */
    uint32_t desc_off;
};
struct rs_entry_desc {
    uint64_t displaced;  /* absolute; filled by the host */
    uint64_t function;   /* absolute; filled by the host */
    uint64_t runtime[6]; /* the runtime's own; zero at first: "no role known, straight to displaced" */
};

/* An indirect call or tail jump. */
struct rs_call {
    uint32_t at;        /* the call instruction */
    uint32_t return_at; /* the instruction behind it; 0 for a tail jump */
    uint32_t desc_off;
};
struct rs_call_desc {
    uint64_t site;       /* absolute address of the call instruction; filled by the host */
    uint64_t runtime[7]; /* the runtime's own */
};

/* An imported function with a contract that matters, and its slot in the module's GOT. */
struct rs_import {
    uint32_t slot_at;   /* the GOT slot (8 bytes) */
    uint32_t thunk_off; /* code in the area: sets r11, jumps to RS_HOOK_API */
    uint32_t desc_off;
    uint32_t contract; /* rs_contract_index, or RS_IMPORT_UNKNOWN */
    uint8_t lazy;      /* JUMP_SLOT: the slot may still point to the PLT; resolve by name */
    uint8_t keep_slot; /* identity: leave the slot, the calls were retargeted to the private slot in the desc */
    uint8_t pad[6];
    char name[64];
};
enum { RS_IMPORT_UNKNOWN = 0xffffffff };

/* A row of a user's table (contract/load.h) that an import of this plan has: struct rs_contract without its texts. */
struct rs_plan_row {
    uint32_t index; /* rs_contract_index */
    uint32_t flags;
    uint8_t result, from, nargs;
    int8_t failure;
    struct {
        uint8_t kind, when, count, nullable;
    } args[24]; /* RS_ARGUMENTS_MAX */
};
struct rs_import_desc {
    uint64_t thunk;      /* absolute; filled by the host: also the private slot that retargeted calls read */
    uint64_t runtime[7]; /* the runtime's own */
};
