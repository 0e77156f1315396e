/* What was found out about a unit, for the next time: files in the user's cache folder ($XDG_CACHE_HOME/refsan/check),
 * named by a hash of everything that the answer depends on: this program's own bytes (analysis and contract table) and
 * the user's tables, the unit's bitcode, the Python version, what the other units' summaries say.
 *
 * Promise: a folder that others may write to is not used; what is read from it passes the same checks as any file;
 * entries that nobody asked for in a month go, and what tools made beyond 1 GB, first what nobody asked for longest. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "check/driver/driver.h"

struct rs_key {
    char hex[33];
};

/* Opens the session's cache folder where the session wants one and there can be one; a line says when it is not safe.
 */
void rs_cache_open(struct rs_session *session);
/* The key of a unit's bitcode. False: it cannot be read. */
bool rs_cache_key(struct rs_session *session, const struct rs_source *source, struct rs_key *key);
/* A key that depends on another one and on files, in their order. */
bool rs_cache_key_more(const struct rs_key *key, const char *const *files, size_t count, struct rs_key *to);
/* Of a file's bytes. False: it is no regular file that can be read. */
bool rs_cache_key_file(const char *path, struct rs_key *key);
void rs_cache_key_bytes(const void *bytes, size_t size, struct rs_key *key);
/* Where an entry lies: in the cache, or in the session's folder where there is none. `what`: "summaries", "report". */
const char *rs_cache_path(struct rs_session *session, const struct rs_key *key, const char *what);
/* The same in the session's folder, whatever the cache. */
const char *rs_cache_path_here(struct rs_session *session, const struct rs_key *key, const char *what);
/* The file of summaries of library functions (check/unit.h) that units of one generator's have in common, and one
 * Python version: "Cython 3.1.2". NULL where there is no cache. */
const char *rs_cache_library(struct rs_session *session, unsigned python, const char *generator);
/* Of a text, for names of files. */
uint64_t rs_cache_hash(const char *text);
/* Whether the file is there; it counts as asked for. */
bool rs_cache_has(const char *path);
