/* See target.h. */
#include "runtime/spawn/target.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runtime/spawn/environment.h"
#include "runtime/sys/sys.h"
#include "wire/recording.h"

enum { SCRIPTS_MAX = 4, NAME_MAX_BYTES = 4096 }; /* Linux follows as many interpreters of interpreters */

static long read_file(void *context, void *to, size_t size, uint64_t offset)
{
    return rt_sys_read_at(*(int *)context, to, size, offset);
}

static enum rs_target judge_file(int fd, char *script)
{
    enum rs_target target = rs_target_of(read_file, &fd, script);
    unsigned mode, owner;

    if (target == RS_TARGET_FITS && rt_sys_owner(fd, &mode, &owner) && (mode & (S_ISUID | S_ISGID)) &&
        owner != rt_sys_user())
        return RS_TARGET_SETUID;
    return target;
}

static bool library_is_there(void)
{
    int fd = rt_sys_open_read(rt_environment_library());

    if (fd >= 0)
        rt_sys_close(fd);
    return fd >= 0;
}

/* The program itself, or the interpreter of a script of a script ... */
static enum rs_target follow(int fd)
{
    char script[RS_TARGET_LINE];
    enum rs_target target = judge_file(fd, script);

    for (unsigned i = 0; target == RS_TARGET_SCRIPT && i < SCRIPTS_MAX; i++) {
        int next = rt_sys_open_read(script);

        if (next < 0)
            return RS_TARGET_UNREADABLE;
        target = judge_file(next, script);
        rt_sys_close(next);
    }
    return target;
}

static enum rs_target judge(int fd, const char *name)
{
    enum rs_target target = follow(fd);

    if (target == RS_TARGET_FITS && !library_is_there())
        return RS_TARGET_UNREADABLE;
    if (target >= RS_TARGET_STATIC)
        rt_target_note(target, name);
    return target;
}

enum rs_target rt_target_judge(const char *path)
{
    enum rs_target target;
    int fd;

    if (!rt_environment_ready() || path == NULL || (fd = rt_sys_open_read(path)) < 0)
        return RS_TARGET_UNREADABLE;
    target = judge(fd, path);
    rt_sys_close(fd);
    return target;
}

enum rs_target rt_target_judge_open(int fd)
{
    return rt_environment_ready() ? judge(fd, "(an open file)") : RS_TARGET_UNREADABLE;
}

/* One name of PATH and the file's, joined; NULL if it is too long. */
static const char *join(char *to, const char *folder, size_t length, const char *file)
{
    size_t name = rt_length(file);

    if (length + 1 + name >= NAME_MAX_BYTES)
        return NULL;
    rt_copy(to, folder, length);
    if (length > 0)
        to[length++] = '/';
    rt_copy(to + length, file, name + 1);
    return to;
}

enum rs_target rt_target_judge_by_name(const char *file)
{
    const char *list = getenv("PATH");
    enum rs_target target = RS_TARGET_UNREADABLE;
    char path[NAME_MAX_BYTES];
    bool has_slash = false;

    if (!rt_environment_ready() || file == NULL || file[0] == 0)
        return RS_TARGET_UNREADABLE;
    for (const char *c = file; *c != 0; c++)
        has_slash |= *c == '/';
    if (has_slash) {
        target = rt_target_judge(file);
    } else {
        for (const char *at = list != NULL ? list : "/bin:/usr/bin";; at++) {
            const char *end = at;

            while (*end != 0 && *end != ':')
                end++;
            if (join(path, at, (size_t)(end - at), file) != NULL && rt_sys_may_execute(path)) {
                target = rt_target_judge(path);
                break;
            }
            at = end;
            if (*at == 0)
                break;
        }
    }
    return target == RS_TARGET_TEXT ? rt_target_judge("/bin/sh")
                                    : target; /* execvp hands what has no "#!" to the shell */
}

/* ---------------------------------------------------------------- what goes unobserved */

static uint64_t number(const char **text)
{
    uint64_t n = 0;

    while (**text >= '0' && **text <= '9')
        n = n * 10 + (uint64_t)(*(*text)++ - '0');
    if (**text == ':')
        (*text)++;
    return n;
}

/* The control file of the recording, mapped for this one note: a process without a Python has no other use for it. */
static struct rs_control *map_control(void)
{
    const char *where = rt_environment_recording();
    uint64_t host = number(&where), fd = number(&where), cookie = number(&where);
    struct rs_control *control = rt_sys_map_of((int)host, (int)fd, NULL, sizeof(*control), 0, true);

    if (control != NULL && (control->magic != RS_RECORDING_MAGIC || control->version != RS_RECORDING_VERSION ||
                            control->cookie != cookie)) {
        rt_sys_unmap(control, sizeof(*control));
        control = NULL;
    }
    return control;
}

static void put(struct rs_left_out *place, enum rs_target why, const char *name)
{
    size_t n = 0;

    while (name[n] != 0 && n < sizeof(place->name) - 1) {
        place->name[n] = name[n];
        n++;
    }
    place->name[n] = 0;
    __atomic_store_n(&place->why, (uint32_t)why, __ATOMIC_RELEASE);
}

static bool is_there(struct rs_left_out *place, enum rs_target why, const char *name)
{
    if (__atomic_load_n(&place->why, __ATOMIC_ACQUIRE) != (uint32_t)why)
        return false;
    for (size_t i = 0; i < sizeof(place->name) - 1; i++) {
        if (place->name[i] != name[i])
            return false;
        if (name[i] == 0)
            break;
    }
    return true;
}

void rt_target_note(enum rs_target why, const char *name)
{
    struct rs_control *control = map_control();
    uint32_t place;

    if (control == NULL)
        return;
    for (place = 0; place < RS_LEFT_OUT_MAX; place++)
        if (is_there(&control->left_out[place], why, name))
            break;
    if (place == RS_LEFT_OUT_MAX) {
        place = __atomic_fetch_add(&control->left_out_count, 1, __ATOMIC_SEQ_CST);
        if (place < RS_LEFT_OUT_MAX)
            put(&control->left_out[place], why, name);
    }
    rt_sys_unmap(control, sizeof(*control));
}
