/* refsan-check's driver: from what the user named to one report.
 *
 *     inputs (files, compile database, recorded build, package) -> sources -> clang -> bitcode -> pass 1 and 2 in
 * worker processes (check/unit.h) -> one report, kept as books for `refsan check` to render
 *
 * Promise: a source that is missing, that clang rejects or that ends its worker costs itself alone, is said in one line
 * and counted. Nothing of the user's is changed; what is written lies in the session's own folder or in the user's
 * cache. Refuses: to judge (the analysis does) and to render (`refsan check` does). Strings live as long as the
 * session. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/vec.h"
#include "finding/finding.h"

struct rs_words {
    const char **items;
    size_t count, room;
};

/* One translation unit on its way. */
struct rs_source {
    const char *file;       /* absolute, as reports call it */
    const char *moved_from; /* what the bitcode calls it where that is gone since the build; else NULL */
    const char *copy;       /* what the compiler read, kept by the recorder; NULL: nothing kept */
    const char *input;      /* what clang reads, from its folder */
    const char *folder;     /* where its compiler runs */
    const char *object;     /* what the build's compiler made of it, absolute; NULL unknown */
    const char *module;     /* the extension's name; NULL: the analysis names it after the file */
    struct rs_words flags;  /* clang's */
    const char *bitcode;    /* absolute; NULL: to be made */
    const char *errors;     /* what clang said, a file; NULL: nothing yet */
    unsigned python;        /* whose rows: 0x030b is 3.11 */
    uint32_t group;         /* units of one extension have the same */
    bool is_module;         /* defines a PyInit_ function: an extension's own unit */
    bool foreign;           /* the bitcode is not that of a clang that refsan has started, or was IR before */
    bool lost;              /* said and counted; no further step looks at it */
};

struct rs_python {
    unsigned version;       /* 0: none found */
    const char *executable; /* NULL: none found */
    const char *include[2]; /* folders of its headers, NULL where there is none more */
};

struct rs_session {
    struct rs_arena arena;
    const char *work;       /* a folder of this session alone; its owner removes it */
    const char *clang;      /* --clang's word, or NULL */
    const char *clang_path; /* absolute; NULL: not looked for yet */
    bool clang_known;       /* its version is one that can be read */
    const char *chosen;     /* --python's word, or NULL */
    struct rs_python python;
    RS_VEC(const char *) contracts; /* --contracts' files */
    unsigned jobs;
    bool cache;
    const char *cache_folder; /* NULL: none */
    RS_VEC(struct rs_source) sources;
    struct rs_report report;
    size_t crashed, rejected, reused;
};

/* One line on standard error, "refsan: ...". */
void rs_driver_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The path as people shall read it: relative to the working directory where it lies below. Valid as long as the path.
 */
const char *rs_driver_shown(const char *path);
/* A new source, zeroed but for the file; valid until the next call. */
struct rs_source *rs_driver_source(struct rs_session *session, const char *file);
/* "/a/b" of "b" in "/a"; the path itself when it is absolute. Neither is looked at on disk. */
const char *rs_driver_join(struct rs_arena *arena, const char *folder, const char *path);
/* The working directory. */
const char *rs_driver_here(struct rs_arena *arena);
/* A file's bytes with a NUL behind them, of at most `most` bytes, to be freed; NULL with a line. A FIFO or a device is
 * no file. */
char *rs_driver_read(const char *path, size_t most, size_t *size, struct rs_error *err);
/* Whether `to` now is a copy of the regular file `from`, of at most 128 MB; it is removed where that goes wrong. */
bool rs_driver_copy(const char *from, const char *to);

/* Inputs: each adds sources, and answers false with err where there is no point in going on. */
bool rs_inputs_files(struct rs_session *session, char **files, size_t count, char **flags, size_t flag_count,
                     struct rs_error *err);
bool rs_inputs_database(struct rs_session *session, const char *path, struct rs_error *err);
/* The same of a database's bytes, which came from `file`. */
bool rs_inputs_database_read(struct rs_session *session, const char *file, const char *bytes, size_t size,
                             struct rs_error *err);
/* Runs the command under the recorder; *status is its wait status. */
bool rs_inputs_build(struct rs_session *session, char **command, int *status, struct rs_error *err);
bool rs_inputs_package(struct rs_session *session, const char *requirement, struct rs_error *err);

/* The Python whose headers and rows hold: that of --python, else `python3`. False with err when --python's is not
 * there. */
bool rs_python_find(struct rs_session *session, struct rs_error *err);
/* The version of the Python whose headers the flags name; 0 if they name none. */
unsigned rs_python_of_flags(struct rs_arena *arena, const char *folder, const struct rs_words *flags);
/* The flags with the session's headers: appended; with --python also in the place of another Python's. */
void rs_python_headers(struct rs_session *session, const char *folder, struct rs_words *flags);

/* After a build: a source that is gone is called by the equal file below `root`, the user's own folder, else by a copy
 * in the cache; the .pyx files that the copy names are looked for below `root`, too. */
void rs_moved_find(struct rs_session *session, const char *root);
/* The finding's places in such a source, by its name of today. */
void rs_moved_apply(const struct rs_source *source, struct rs_finding *finding);

/* Takes the bitcode of unchanged sources from the cache, and makes that of the others, several at a time. Sources that
 * clang rejects are told, counted and lost. */
bool rs_lower_all(struct rs_session *session, struct rs_error *err);
/* Finds the clang: the session's, else the newest of clang-16 .. clang-22 that is not newer than the LLVM linked. */
bool rs_lower_find_clang(struct rs_session *session, struct rs_error *err);
/* NULL-terminated: the command that makes `bitcode` of `file`, and says in `rule` (NULL: nowhere) what it read. */
char **rs_lower_command(struct rs_arena *arena, const char *clang, const struct rs_words *flags, const char *file,
                        const char *bitcode, const char *rule);
/* The major version of the LLVM that reads bitcode. */
unsigned rs_lower_llvm(void);

/* Runs both passes over all sources, fills session->report (not finished). */
void rs_passes_run(struct rs_session *session);

/* Whether the process was started in the place of a compiler; then rs_record_stand_in runs that and answers its status.
 */
bool rs_record_is_stand_in(const char *program);
int rs_record_stand_in(char **argv);
