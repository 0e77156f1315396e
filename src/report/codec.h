/* A report as bytes and back. One walk over the record's fields does both, so that what is written is what is
 * read.
 *
 * Numbers are little-endian groups of 7 bits, signed ones folded to unsigned, a text is its length plus one and
 * its bytes (0: NULL), a list is its length and its items. Fields come in the order of finding/finding.h; a
 * change of theirs is a new RS_KEPT_VERSION. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report.h"

enum { RS_KEPT_VERSION = 3 };

/* The bytes of `kept`, to be freed. */
uint8_t *rs_codec_write(const struct rs_kept *kept, size_t *size);
/* Fills a zeroed `kept` from bytes of any origin: every read is checked. False: they are no such report. */
bool rs_codec_read(struct rs_kept *kept, const uint8_t *bytes, size_t size);
