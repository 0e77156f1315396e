/* The file of kept books: a line of text that says what it is, the length and a checksum of what follows, the
 * report's bytes (codec.h). A file that lost its end, or a bit, is noticed before anything of it is believed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/codec.h"
#include "report/file.h"
#include "report/report.h"

static const char magic[] = "refsan books ";
enum { NUMBER_BYTES = 8, LINE_MAX_BYTES = 32, FILE_MOST = 1 << 30 };

/* FNV-1a. */
static uint64_t checksum(const uint8_t *bytes, size_t size)
{
    uint64_t sum = 0xcbf29ce484222325u;

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * 0x100000001b3u;
    return sum;
}

static void put_number(uint8_t *to, uint64_t value)
{
    for (int i = 0; i < NUMBER_BYTES; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get_number(const uint8_t *from)
{
    uint64_t value = 0;

    for (int i = 0; i < NUMBER_BYTES; i++)
        value |= (uint64_t)from[i] << 8 * i;
    return value;
}

static void keep_line(struct rs_kept *kept, const struct rs_place *place,
                      const char *(*line)(void *ctx, const char *file, int line), void *ctx)
{
    const char *file = place->pyx_file != NULL ? place->pyx_file : place->file;
    int number = place->pyx_file != NULL ? place->pyx_line : place->line;
    const char *text = file != NULL && number > 0 ? line(ctx, file, number) : NULL;

    if (text != NULL && rs_report_kept_line(kept, file, number) == NULL)
        *RS_PUSH(&kept->lines) = (struct rs_kept_line){file, text, number};
}

bool rs_report_keep(const struct rs_report *report, const char *(*line)(void *ctx, const char *file, int line),
                    void *ctx, const char *path, struct rs_error *err)
{
    struct rs_kept kept = {.report = *report};
    char head[LINE_MAX_BYTES];
    size_t size, used = (size_t)snprintf(head, sizeof(head), "%s%d\n", magic, RS_KEPT_VERSION);
    uint8_t *bytes, *whole;
    bool good;

    for (size_t i = 0; line != NULL && i < report->findings.count; i++) {
        keep_line(&kept, &report->findings.items[i].culprit, line, ctx);
        if (report->findings.items[i].has_belief)
            keep_line(&kept, &report->findings.items[i].belief, line, ctx);
    }
    for (size_t i = 0; line != NULL && i < report->crashes.count; i++) {
        if (report->crashes.items[i].has_place)
            keep_line(&kept, &report->crashes.items[i].place, line, ctx);
        if (report->crashes.items[i].has_call)
            keep_line(&kept, &report->crashes.items[i].call, line, ctx);
    }
    bytes = rs_codec_write(&kept, &size);
    whole = rs_alloc(used + 2 * NUMBER_BYTES + size);
    memcpy(whole, head, used);
    put_number(whole + used, size);
    put_number(whole + used + NUMBER_BYTES, checksum(bytes, size));
    memcpy(whole + used + 2 * NUMBER_BYTES, bytes, size);
    good = rs_file_write(path, whole, used + 2 * NUMBER_BYTES + size, err);
    free(whole);
    free(bytes);
    RS_VEC_CLOSE(&kept.lines);
    return good;
}

static uint8_t *read_whole(const char *path, size_t *size, struct rs_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    uint8_t *bytes = NULL;
    ssize_t part = 1;

    *size = 0;
    if (fd < 0 || fstat(fd, &st) != 0) {
        rs_fail(err, "cannot open '%s': %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode) || st.st_size > FILE_MOST) {
        rs_fail(err, "'%s' is not a file of refsan's books", path);
    } else {
        bytes = rs_alloc((size_t)st.st_size + 1);
        while (*size < (size_t)st.st_size && part > 0) {
            part = read(fd, bytes + *size, (size_t)st.st_size - *size);
            *size += part > 0 ? (size_t)part : 0;
        }
        if (part < 0) {
            rs_fail(err, "cannot read '%s': %s", path, strerror(errno));
            free(bytes);
            bytes = NULL;
        }
    }
    if (fd >= 0)
        close(fd);
    return bytes;
}

/* The bytes behind the first line and the version that it names; NULL with a line. */
static const uint8_t *read_first_line(const char *path, const uint8_t *bytes, size_t size, struct rs_error *err)
{
    size_t length = sizeof(magic) - 1, at = length;
    unsigned version = 0;

    if (size == 0 || memcmp(bytes, magic, size < length ? size : length) != 0) {
        rs_fail(err, "'%s' is not a file of refsan's books", path);
        return NULL;
    }
    while (at < size && at < length + 6 && bytes[at] >= '0' && bytes[at] <= '9')
        version = version * 10 + (unsigned)(bytes[at++] - '0');
    if (at >= size) {
        rs_fail(err, "'%s' is truncated", path);
        return NULL;
    }
    if (at == length || bytes[at] != '\n') {
        rs_fail(err, "'%s' is not a file of refsan's books", path);
        return NULL;
    }
    if (version != RS_KEPT_VERSION) {
        rs_fail(err, "'%s' was written by another refsan: version %u of the books, this one reads version %d", path,
                version, RS_KEPT_VERSION);
        return NULL;
    }
    return bytes + at + 1;
}

static bool parse(const char *path, const uint8_t *bytes, size_t size, struct rs_kept *kept, struct rs_error *err)
{
    const uint8_t *at = read_first_line(path, bytes, size, err);
    size_t left;

    if (at == NULL)
        return false;
    left = size - (size_t)(at - bytes);
    if (left < 2 * NUMBER_BYTES || left - 2 * NUMBER_BYTES < get_number(at))
        return rs_fail(err, "'%s' is truncated", path);
    left -= 2 * NUMBER_BYTES;
    if (left != get_number(at) || checksum(at + 2 * NUMBER_BYTES, left) != get_number(at + NUMBER_BYTES))
        return rs_fail(err, "'%s' is damaged: its checksum is not that of its bytes", path);
    if (!rs_codec_read(kept, at + 2 * NUMBER_BYTES, left))
        return rs_fail(err, "'%s' is damaged: its bytes make no report", path);
    return true;
}

bool rs_report_load(const char *path, struct rs_kept *kept, struct rs_error *err)
{
    size_t size;
    uint8_t *bytes = read_whole(path, &size, err);
    bool good = bytes != NULL && parse(path, bytes, size, kept, err);

    free(bytes);
    return good;
}

void rs_report_kept_close(struct rs_kept *kept)
{
    rs_report_close(&kept->report);
    RS_VEC_CLOSE(&kept->lines);
}

const char *rs_report_kept_line(void *ctx, const char *file, int line)
{
    const struct rs_kept *kept = ctx;

    for (size_t i = 0; i < kept->lines.count; i++)
        if (kept->lines.items[i].line == line && strcmp(kept->lines.items[i].file, file) == 0)
            return kept->lines.items[i].text;
    return NULL;
}
