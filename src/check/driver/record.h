/* The recorder: stands in for the compilers of a build and notes what they made of what.
 *
 * A folder at the front of PATH holds links to refsan-check under the compilers' names; CC and CXX name them too. Each
 * runs the real compiler first, whose output, status and signals are the build's; then, while sources and headers are
 * still there, it lets clang make bitcode of the same sources, and leaves a record:
 *
 *     "refsan record 1", folder, words of the command; each with a NUL behind it
 *
 * with the bitcode of its k-th source in "<record>.k.bc", or what clang said in "<record>.k.err", and with the source
 * itself in
 * "<record>.k.src", because builds work in folders that they remove. */
#pragma once
#include <stdbool.h>

#include "check/driver/driver.h"

/* Makes the folders and sets the environment that the build inherits. */
bool rs_record_begin(struct rs_session *session, struct rs_error *err);
/* Takes this environment back. */
void rs_record_end(void);
/* Adds the sources of all records to the session, in groups by the shared objects they were linked into. */
void rs_record_read(struct rs_session *session);
/* One record's bytes. False: they are none. Strings are those of `bytes`, which has a NUL behind it. */
bool rs_record_parse(const char *bytes, size_t size, const char **folder, struct rs_words *words);
