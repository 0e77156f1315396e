/* Sources that a build made or copied and threw away again (pip's and others' temporary folders): where a report can
 * point to them after all. */
#include "check/driver/driver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/driver/cache.h"

enum { SOURCE_MOST = 128 << 20, NAME_MOST = 4096 };

/* The file below `root` whose path has the longest end in common with `path`, or NULL. */
static const char *below(struct rs_session *session, const char *root, const char *path)
{
    for (const char *tail = path + strspn(path, "/"); tail != NULL && *tail != 0; tail = strchr(tail, '/')) {
        const char *found;

        tail += strspn(tail, "/");
        found = rs_driver_join(&session->arena, root, tail);
        if (access(found, R_OK) == 0)
            return found;
    }
    return NULL;
}

/* The file below `root` that generated C of the path `generated` calls `name`: Cython's names begin in the folder of
 * that C or in one above it. NULL: none. */
static const char *named(struct rs_session *session, const char *root, const char *generated, const char *name)
{
    char *folder = rs_arena_strdup(&session->arena, generated);

    for (char *slash = strrchr(folder, '/'); slash != NULL; slash = strrchr(folder, '/')) {
        const char *found;

        *slash = 0;
        found = below(session, root, rs_arena_printf(&session->arena, "%s/%s", folder, name));
        if (found != NULL)
            return found;
    }
    return NULL;
}

static bool is_same(const char *path, const char *text, size_t size)
{
    struct rs_error err;
    size_t other;
    char *bytes = rs_driver_read(path, SOURCE_MOST, &other, &err);
    bool same = bytes != NULL && other == size && memcmp(bytes, text, size) == 0;

    free(bytes);
    return same;
}

/* Writes generated C with the sources that its comments name, slash, star, blank, "NAME":LINE, called by where they are
 * now, of the file `file`. */
static void write_renamed(struct rs_session *session, const char *root, const char *file, const char *text, FILE *to)
{
    static const char mark[] = "/* \"";
    const char *known = NULL, *now = NULL, *at;

    while ((at = strstr(text, mark)) != NULL) {
        const char *start = at + sizeof(mark) - 1, *name;
        size_t length = strcspn(start, "\"\n");

        fwrite(text, 1, (size_t)(start - text), to);
        text = start;
        if (start[0] == '/' || length == 0 || length > NAME_MOST || start[length] != '"' || start[length + 1] != ':')
            continue;
        name = rs_arena_strndup(&session->arena, start, length);
        if (known == NULL || strcmp(known, name) != 0) {
            known = name;
            now = named(session, root, file, name);
        }
        if (now != NULL) {
            fputs(now, to);
            text = start + length;
        }
    }
    fputs(text, to);
}

/* Keeps the text in the cache; its path, or NULL. */
static const char *keep(struct rs_session *session, const char *root, const char *file, const char *text)
{
    const char *slash = strrchr(file, '/'), *folder, *path;
    FILE *to;
    bool good;

    folder = rs_arena_printf(&session->arena, "%s/generated",
                             session->cache_folder != NULL ? session->cache_folder : session->work);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return NULL;
    path = rs_arena_printf(&session->arena, "%s/%016llx-%s", folder, (unsigned long long)rs_cache_hash(text),
                           slash != NULL ? slash + 1 : file);
    to = fopen(path, "we");
    if (to == NULL)
        return NULL;
    write_renamed(session, root, file, text, to);
    good = !ferror(to);
    return fclose(to) == 0 && good ? path : NULL;
}

void rs_moved_find(struct rs_session *session, const char *root)
{
    for (size_t i = 0; i < session->sources.count; i++) {
        struct rs_source *source = &session->sources.items[i];
        struct rs_error err;
        size_t size;
        const char *now;
        char *text = source->copy != NULL && access(source->file, F_OK) != 0
                         ? rs_driver_read(source->copy, SOURCE_MOST, &size, &err)
                         : NULL;

        if (text == NULL)
            continue;
        now = below(session, root, source->file);
        if (now == NULL || !is_same(now, text, size))
            now = keep(session, root, source->file, text);
        if (now != NULL) {
            source->moved_from = source->file;
            source->file = now;
        }
        free(text);
    }
}

static void follow(const struct rs_source *source, struct rs_place *place)
{
    if (place->file != NULL && strcmp(place->file, source->moved_from) == 0)
        place->file = source->file;
}

void rs_moved_apply(const struct rs_source *source, struct rs_finding *finding)
{
    if (source->moved_from == NULL)
        return;
    follow(source, &finding->culprit);
    follow(source, &finding->belief);
    for (size_t i = 0; i < finding->path.count; i++)
        if (finding->path.items[i].file != NULL && strcmp(finding->path.items[i].file, source->moved_from) == 0)
            finding->path.items[i].file = source->file;
}
