/* See file.h. */
#include "report/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "report/report.h"

static bool write_all(int fd, const char *bytes, size_t left)
{
    while (left > 0) {
        ssize_t done = write(fd, bytes, left);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        bytes += done;
        left -= (size_t)done;
    }
    return true;
}

static bool cannot_write(struct rs_error *err, const char *path)
{
    if (strcmp(path, "-") == 0)
        return rs_fail(err, "cannot write the report to standard output: %s", strerror(errno));
    return rs_fail(err, "cannot write the report '%s': %s", path, strerror(errno));
}

static bool is_folder(struct rs_error *err, const char *path)
{
    return rs_fail(err, "cannot write the report '%s': it is a folder; expected the name of a file", path);
}

/* Then the descriptor is closed; false leaves errno. A full disk may show at close only. */
static bool write_and_close(int fd, const void *bytes, size_t size)
{
    bool good = write_all(fd, bytes, size);
    int why = errno;

    if (close(fd) != 0 && good)
        return false;
    errno = why;
    return good;
}

static bool write_directly(const char *path, const void *bytes, size_t size, struct rs_error *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    return (fd >= 0 && write_and_close(fd, bytes, size)) || cannot_write(err, path);
}

/* A new file in the folder of `path`, its name in *temporary (to be freed). The name is short: one made from
 * the report's could be too long where the report's is not. */
static int create_beside(const char *path, char **temporary)
{
    enum { TRIES = 100 };
    const char *slash = strrchr(path, '/');
    int folder = slash != NULL ? (int)(slash + 1 - path) : 0;
    int fd = -1;

    *temporary = rs_alloc((size_t)folder + 64);
    for (int i = 0; i < TRIES; i++) {
        sprintf(*temporary, "%.*s.refsan-%ld-%d.tmp", folder, path, (long)getpid(), i);
        fd = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

static bool write_beside(const char *path, const void *bytes, size_t size, struct rs_error *err)
{
    char *temporary;
    int fd = create_beside(path, &temporary);
    bool good = false;

    if (fd >= 0) {
        good = write_and_close(fd, bytes, size) && rename(temporary, path) == 0;
        if (!good) {
            int why = errno;

            unlink(temporary);
            errno = why;
        }
    }
    free(temporary);
    return good || cannot_write(err, path);
}

bool rs_file_write(const char *path, const void *bytes, size_t size, struct rs_error *err)
{
    struct stat st;
    char *real;
    bool good;

    if (strcmp(path, "-") == 0) {
        fflush(stdout);
        return write_all(STDOUT_FILENO, bytes, size) || cannot_write(err, path);
    }
    if (stat(path, &st) != 0)
        return write_beside(path, bytes, size, err);
    if (S_ISDIR(st.st_mode))
        return is_folder(err, path);
    if (!S_ISREG(st.st_mode))
        return write_directly(path, bytes, size, err);
    /* Renaming over a symbolic link would replace the link, not the file. */
    real = realpath(path, NULL);
    good = write_beside(real != NULL ? real : path, bytes, size, err);
    free(real);
    return good;
}

/* What write_beside will do, undone. */
static bool try_beside(const char *path, struct rs_error *err)
{
    char *temporary;
    int fd = create_beside(path, &temporary), why = errno;

    if (fd >= 0) {
        close(fd);
        unlink(temporary);
    }
    free(temporary);
    errno = why;
    return fd >= 0 || cannot_write(err, path);
}

bool rs_report_writable(const char *path, struct rs_error *err)
{
    struct stat st;
    char *real;
    bool good;

    if (strcmp(path, "-") == 0)
        return true;
    if (stat(path, &st) != 0)
        return try_beside(path, err);
    if (S_ISDIR(st.st_mode))
        return is_folder(err, path);
    if (!S_ISREG(st.st_mode))
        return access(path, W_OK) == 0 || cannot_write(err, path);
    real = realpath(path, NULL);
    good = try_beside(real != NULL ? real : path, err);
    free(real);
    return good;
}
