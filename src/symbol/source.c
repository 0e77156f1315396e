#include "symbol/source.h"

#include "symbol/internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILE_MOST = 32 * 1024 * 1024,
    LINE_MOST = 500,
    TEXTS_KEPT = 16 /* a report's excerpts come from few files at a time */
};

/* One file as read, with the starts of its lines; the one used last is the first of the list. */
struct rs_text {
    struct rs_text *next;
    const char *file; /* interned */
    char *bytes;      /* followed by a NUL; NULL if the file cannot be read */
    size_t size;
    RS_VEC(size_t) starts;
};

static void free_text(struct rs_text *text)
{
    RS_VEC_CLOSE(&text->starts);
    free(text->bytes);
    free(text);
}

/* Never waits: a FIFO or a device in the place of a source is not read. */
static char *read_file(const char *file, size_t most, size_t *size)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    char *bytes = NULL;
    size_t done = 0;

    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (uint64_t)status.st_size <= most) {
        ssize_t got = 1;

        bytes = rs_alloc((size_t)status.st_size + 1);
        while (done < (size_t)status.st_size && (got = read(fd, bytes + done, (size_t)status.st_size - done)) > 0)
            done += (size_t)got;
        bytes[done] = '\0';
    }
    if (fd >= 0)
        close(fd);
    *size = done;
    return bytes;
}

/* Drops what was used longest ago. */
static void trim(struct rs_symbols *symbols)
{
    struct rs_text **link = &symbols->texts;

    for (int i = 0; i < TEXTS_KEPT && *link != NULL; i++)
        link = &(*link)->next;
    while (*link != NULL) {
        struct rs_text *old = *link;

        *link = old->next;
        free_text(old);
    }
}

static struct rs_text *get_text(struct rs_symbols *symbols, const char *file)
{
    struct rs_text **link = &symbols->texts, *text;

    file = rs_symbol_intern(symbols, file);
    while (*link != NULL && (*link)->file != file)
        link = &(*link)->next;
    text = *link;
    if (text != NULL) {
        *link = text->next;
    } else {
        text = rs_alloc(sizeof(*text));
        text->file = file;
        text->bytes = read_file(file, FILE_MOST, &text->size);
        for (size_t at = 0; text->bytes != NULL && at < text->size;) {
            const char *end = memchr(text->bytes + at, '\n', text->size - at);

            *RS_PUSH(&text->starts) = at;
            at = end == NULL ? text->size : (size_t)(end - text->bytes) + 1;
        }
    }
    text->next = symbols->texts;
    symbols->texts = text;
    trim(symbols);
    return text;
}

const char *rs_source_text(struct rs_symbols *symbols, const char *file, size_t most, size_t *size)
{
    struct rs_text *text = get_text(symbols, file);

    *size = text->size;
    return text->bytes != NULL && text->size <= most ? text->bytes : NULL;
}

/* A copy for the eye: no newline, no control characters but the tab, cut between characters. */
static const char *clean_line(struct rs_symbols *symbols, const char *start, size_t length)
{
    char line[LINE_MOST + 1];

    if (length > LINE_MOST) {
        length = LINE_MOST;
        while (length > 0 && ((unsigned char)start[length] & 0xc0) == 0x80)
            length--;
    }
    for (size_t i = 0; i < length; i++)
        line[i] = ((unsigned char)start[i] < ' ' && start[i] != '\t') || start[i] == 0x7f ? ' ' : start[i];
    while (length > 0 && line[length - 1] == ' ')
        length--;
    line[length] = '\0';
    return rs_symbol_intern(symbols, line);
}

const char *rs_source_line(struct rs_symbols *symbols, const char *file, int line)
{
    const struct rs_text *text;
    size_t start, end;

    if (file == NULL || line <= 0)
        return NULL;
    text = get_text(symbols, file);
    if (text->bytes == NULL || (size_t)line > text->starts.count)
        return NULL;
    start = text->starts.items[line - 1];
    end = (size_t)line < text->starts.count ? text->starts.items[line] : text->size;
    return clean_line(symbols, text->bytes + start, end - start);
}

void rs_source_close(struct rs_symbols *symbols)
{
    while (symbols->texts != NULL) {
        struct rs_text *next = symbols->texts->next;

        free_text(symbols->texts);
        symbols->texts = next;
    }
}
