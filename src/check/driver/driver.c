/* See driver.h: what all parts of the driver need. */
#include "check/driver/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPIED_MOST = 128 << 20 };

void rs_driver_say(const char *format, ...)
{
    va_list ap;

    fputs("refsan: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
}

struct rs_source *rs_driver_source(struct rs_session *session, const char *file)
{
    struct rs_source *source = RS_PUSH(&session->sources);

    *source = (struct rs_source){.file = file};
    return source;
}

const char *rs_driver_here(struct rs_arena *arena)
{
    char here[PATH_MAX];

    return getcwd(here, sizeof(here)) != NULL ? rs_arena_strdup(arena, here) : "/";
}

const char *rs_driver_shown(const char *path)
{
    char here[PATH_MAX];
    size_t length = getcwd(here, sizeof(here)) != NULL ? strlen(here) : 0;

    return length > 1 && strncmp(path, here, length) == 0 && path[length] == '/' && path[length + 1] != 0
               ? path + length + 1
               : path;
}

const char *rs_driver_join(struct rs_arena *arena, const char *folder, const char *path)
{
    while (path[0] == '.' && path[1] == '/')
        path += 2 + strspn(path + 2, "/");
    if (path[0] == '/' || folder == NULL)
        return path;
    return rs_arena_printf(arena, "%s%s%s", folder, folder[0] != 0 && folder[strlen(folder) - 1] == '/' ? "" : "/",
                           path);
}

static char *read_open(int fd, size_t most, size_t *size, const char *path, struct rs_error *err)
{
    struct stat status;
    char *bytes;
    ssize_t got = 1;

    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        rs_fail(err, "'%s' is no regular file", path);
        return NULL;
    }
    if ((uint64_t)status.st_size > most) {
        rs_fail(err, "'%s' is larger than the %zu MB that are read", path, most >> 20);
        return NULL;
    }
    bytes = rs_alloc((size_t)status.st_size + 1);
    while (*size < (size_t)status.st_size && (got = read(fd, bytes + *size, (size_t)status.st_size - *size)) > 0)
        *size += (size_t)got;
    if (got >= 0)
        return bytes;
    rs_fail(err, "cannot read '%s': %s", path, strerror(errno));
    free(bytes);
    return NULL;
}

char *rs_driver_read(const char *path, size_t most, size_t *size, struct rs_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *bytes;

    *size = 0;
    if (fd < 0) {
        rs_fail(err, "cannot open '%s': %s", path, strerror(errno));
        return NULL;
    }
    bytes = read_open(fd, most, size, path, err);
    close(fd);
    return bytes;
}

bool rs_driver_copy(const char *from, const char *to)
{
    struct rs_error err;
    size_t size;
    char *bytes = rs_driver_read(from, COPIED_MOST, &size, &err);
    FILE *file = bytes != NULL ? fopen(to, "we") : NULL;
    bool good = file != NULL && fwrite(bytes, 1, size, file) == size;

    if (file != NULL && (fclose(file) != 0 || !good))
        good = false;
    if (file != NULL && !good)
        unlink(to);
    free(bytes);
    return good;
}
