/* The host's half of a run: follows the processes of one recording, plans their modules, keeps their books.
 *
 * It never stops the program: a request is answered with "nothing" when it cannot be served. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/vec.h"
#include "cli/cli.h"
#include "ledger/ledger.h"
#include "plan/plan.h"
#include "trace/recording.h"

struct rs_image {
    char *path;
    struct rs_analysis *analysis; /* NULL: refused or not ours */
    const char *refused;          /* why, or NULL */
    bool wanted;                  /* an extension module that the options let through */
    uint32_t family;
};

struct rs_process {
    unsigned slot; /* meaningless once it is over */
    int pid;
    bool over; /* gone and wholly read; only its books are left */
    struct rs_books *books;
    struct rs_host *host;
    char *maps; /* /proc/PID/maps at its latest request: where the files are, when it is no more; or NULL */
};

/* The interpreter's own functions that were asked for, kept for the next process with the same interpreter. */
struct rs_entries {
    char *path;
    uint32_t offsets[16];
    struct rs_analysis *analysis; /* NULL: refused */
};

struct rs_host {
    struct rs_recording *recording;
    const struct rs_strings *only, *skip;
    bool stdlib;
    RS_VEC(struct rs_image *) images;
    RS_VEC(struct rs_entries) entries;
    RS_VEC(struct rs_process *) processes;
    struct rs_sites sites; /* numbered over the whole recording */
    RS_VEC(const char *) families;
    RS_VEC(const char *) unknown; /* imported names without a contract row */
    struct rs_map site_at;        /* pc -> site + 1, for arming */
    struct rs_map item_stores;    /* rs_cli_item_store: what was found, + 1 */
    struct rs_map blind;          /* functions with stores that no patch fits: start address -> 1 */
    RS_VEC(bool) raw_exceptions;  /* by family */
    struct rs_map site_counts;    /* --dump-sites: site -> inc << 32 | dec */
    bool count_sites;
    uint64_t skipped_stdlib;
    uint64_t looked_at_ms; /* when it was last looked which processes are gone */
    uint64_t stack_depth;
};

/* One round: admits processes, answers requests, reads rings. Whether anything was there to do. */
bool rs_host_serve(struct rs_host *host);
/* What is left in the rings after the program's end. */
void rs_host_drain(struct rs_host *host);
void rs_host_close(struct rs_host *host);

/* The process whose books these are, or NULL. */
const struct rs_process *rs_host_process_of(const struct rs_host *host, const struct rs_books *books);
/* The image of that path, analysed at first use. */
struct rs_image *rs_host_image(struct rs_host *host, const char *path);
/* "_multidict" of /x/_multidict.cpython-311-x86_64-linux-gnu.so */
const char *rs_host_stem(const char *path, char *to, size_t room);
