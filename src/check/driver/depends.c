/* See depends.h. The text: "refsan depends 1 HASH" of all that follows, "made HASH", and a line a file or folder. */
#include "check/driver/depends.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/map.h"
#include "check/driver/command.h"

enum { HASH = 32 };
static const char head[] = "refsan depends 1 ", made[] = "made ", of_file[] = "file ", of_folder[] = "folder ";

/* A file's hash, for the next unit that read it too. */
struct known {
    struct stat status;
    struct rs_key hash;
};
static RS_VEC(struct known) known;
static struct rs_map known_by_path;

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool hash_file(const char *path, struct stat *status, struct rs_key *hash)
{
    uint64_t *place = rs_map_at(&known_by_path, rs_cache_hash(path) | 1);

    if (stat(path, status) != 0)
        return false;
    if (*place != 0 && is_same(&known.items[*place - 1].status, status)) {
        *hash = known.items[*place - 1].hash;
        return true;
    }
    if (!rs_cache_key_file(path, hash))
        return false;
    *RS_PUSH(&known) = (struct known){*status, *hash};
    *place = known.count;
    return true;
}

/* Whether a file of that name may be meant by an #include: objects and editors' copies come and go beside sources. */
static bool may_be_header(const char *name)
{
    static const char *const endings[] = {"h",   "hh",  "hpp", "hxx", "h++", "H",   "inc", "inl",
                                          "ipp", "tcc", "tpp", "def", "pxd", "pxi", NULL};
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot != NULL && endings[i] != NULL; i++)
        if (strcmp(dot + 1, endings[i]) == 0)
            return true;
    return dot == NULL;
}

/* Of the names in a folder, in whatever order it lists them; of none where there is no folder. */
static void hash_folder(const char *path, struct rs_key *hash)
{
    DIR *entries = opendir(path);
    struct dirent *entry;
    uint64_t sums[2] = {0, 0};

    while (entries != NULL && (entry = readdir(entries)) != NULL)
        if (entry->d_name[0] != '.' && may_be_header(entry->d_name)) {
            sums[0] += rs_cache_hash(entry->d_name);
            sums[1]++;
        }
    if (entries != NULL)
        closedir(entries);
    rs_cache_key_bytes(sums, sizeof(sums), hash);
}

void rs_depends_of_rule(struct rs_arena *arena, const char *rule, struct rs_words *files)
{
    char *room = rs_arena_alloc(arena, strlen(rule) + 1);
    const char *at = strchr(rule, ':');

    for (at = at != NULL ? at + 1 : ""; *at != 0;) {
        const char *word = room;

        if (strchr(" \t\r\n", *at) != NULL || (*at == '\\' && at[1] == '\n')) {
            at++;
            continue;
        }
        for (; *at != 0 && strchr(" \t\r\n", *at) == NULL && !(*at == '\\' && at[1] == '\n'); at++) {
            /* a blank and '#' have a backslash, a dollar another one */
            if ((*at == '\\' && (at[1] == ' ' || at[1] == '#')) || (*at == '$' && at[1] == '$'))
                at++;
            *room++ = *at;
        }
        *room++ = 0;
        *RS_PUSH(files) = word;
    }
}

static bool is_later(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec >= b.tv_nsec;
}

static void add_once(struct rs_words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->items[i], word) == 0)
            return;
    *RS_PUSH(words) = word;
}

/* What lies between the include folder and a file's name ("", "numpy", "cpython"), or NULL where the file is elsewhere.
 */
static const char *part_below(struct rs_arena *arena, const char *include, const char *file)
{
    size_t length = strlen(include);
    const char *rest, *slash;

    while (length > 1 && include[length - 1] == '/')
        length--;
    if (strncmp(file, include, length) != 0 || file[length] != '/')
        return NULL;
    rest = file + length + strspn(file + length, "/");
    slash = strrchr(rest, '/');
    return slash != NULL ? rs_arena_strndup(arena, rest, (size_t)(slash - rest)) : "";
}

/* The folders in which a header could hide another one: each include folder, and below each what holds a header below
 * any; and the source's own. */
static void find_folders(struct rs_arena *arena, const char *folder, const struct rs_words *flags,
                         const struct rs_words *files, struct rs_words *to)
{
    struct rs_words includes = {0}, parts = {0};
    const char *source = files->count > 0 ? rs_driver_join(arena, folder, files->items[0]) : folder,
               *slash = strrchr(source, '/');

    for (size_t i = 0; i < flags->count; i++) {
        const char *include = rs_command_include(flags, &i);

        if (include != NULL)
            add_once(&includes, rs_driver_join(arena, folder, include));
    }
    add_once(&parts, "");
    for (size_t i = 0; i < files->count; i++)
        for (size_t k = 0; k < includes.count; k++) {
            const char *part = part_below(arena, includes.items[k], rs_driver_join(arena, folder, files->items[i]));

            if (part != NULL)
                add_once(&parts, part);
        }
    add_once(to, slash != NULL ? rs_arena_strndup(arena, source, (size_t)(slash + 1 - source)) : "/");
    for (size_t i = 0; i < includes.count; i++)
        for (size_t k = 0; k < parts.count; k++)
            add_once(to, parts.items[k][0] != 0 ? rs_driver_join(arena, includes.items[i], parts.items[k])
                                                : includes.items[i]);
    RS_VEC_CLOSE(&includes);
    RS_VEC_CLOSE(&parts);
}

bool rs_depends_note(struct rs_arena *arena, const char *folder, const struct rs_words *flags,
                     const struct rs_words *files, struct timespec begun, struct rs_depends *to)
{
    struct rs_words folders = {0};
    bool good = files->count > 0;

    for (size_t i = 0; good && i < files->count; i++) {
        struct rs_depend depend = {.path = rs_driver_join(arena, folder, files->items[i])};
        struct stat status;

        good = strchr(depend.path, '\n') == NULL && hash_file(depend.path, &status, &depend.hash) &&
               !is_later(status.st_mtim, begun) && !is_later(status.st_ctim, begun);
        *RS_PUSH(&to->list) = depend;
    }
    if (good)
        find_folders(arena, folder, flags, files, &folders);
    for (size_t i = 0; i < folders.count; i++) {
        struct rs_depend depend = {.path = folders.items[i], .folder = true};

        good &= strchr(depend.path, '\n') == NULL;
        hash_folder(depend.path, &depend.hash);
        *RS_PUSH(&to->list) = depend;
    }
    RS_VEC_CLOSE(&folders);
    return good;
}

static bool holds(const struct rs_depend *depend)
{
    struct stat status;
    struct rs_key hash;

    if (depend->folder)
        hash_folder(depend->path, &hash);
    else if (!hash_file(depend->path, &status, &hash))
        return false;
    return strcmp(hash.hex, depend->hash.hex) == 0;
}

bool rs_depends_hold(const struct rs_depends *depends)
{
    for (size_t i = 0; i < depends->list.count; i++)
        if (!holds(&depends->list.items[i]))
            return false;
    return depends->list.count > 0;
}

char *rs_depends_text(const struct rs_depends *depends, size_t *size)
{
    struct rs_key hash;
    char *body = NULL, *text = NULL;
    size_t length;
    FILE *file = open_memstream(&body, &length);

    if (file == NULL)
        return NULL;
    fprintf(file, "%s%s\n", made, depends->made.hex);
    for (size_t i = 0; i < depends->list.count; i++)
        fprintf(file, "%s%s %s\n", depends->list.items[i].folder ? of_folder : of_file, depends->list.items[i].hash.hex,
                depends->list.items[i].path);
    if (fclose(file) == 0) {
        rs_cache_key_bytes(body, length, &hash);
        text = rs_alloc(sizeof(head) + HASH + 1 + length);
        *size = (size_t)sprintf(text, "%s%s\n", head, hash.hex);
        memcpy(text + *size, body, length);
        *size += length;
    }
    free(body);
    return text;
}

/* "WORD HASH REST": takes the word and the hash off the line. */
static bool take(const char **line, const char *word, struct rs_key *hash)
{
    size_t length = strlen(word);

    if (strncmp(*line, word, length) != 0 || strspn(*line + length, "0123456789abcdef") != HASH)
        return false;
    memcpy(hash->hex, *line + length, HASH);
    hash->hex[HASH] = 0;
    *line += length + HASH;
    return true;
}

static bool read_line(const char *line, struct rs_depend *to)
{
    to->folder = strncmp(line, of_folder, sizeof(of_folder) - 1) == 0;
    if (!take(&line, to->folder ? of_folder : of_file, &to->hash) || line[0] != ' ' || line[1] != '/')
        return false;
    to->path = line + 1;
    return true;
}

bool rs_depends_read(struct rs_arena *arena, const char *text, size_t size, struct rs_depends *to)
{
    const size_t body = sizeof(head) - 1 + HASH + 1;
    struct rs_key hash, is;
    char *copy, *rest = NULL;
    const char *line;

    if (size <= body || text[size - 1] != '\n' || memchr(text, 0, size) != NULL)
        return false;
    copy = rs_arena_strndup(arena, text, size);
    rs_cache_key_bytes(copy + body, size - body, &is);
    line = strtok_r(copy, "\n", &rest);
    if (line == NULL || !take(&line, head, &hash) || *line != 0 || strcmp(hash.hex, is.hex) != 0)
        return false;
    line = strtok_r(NULL, "\n", &rest);
    if (line == NULL || !take(&line, made, &to->made) || *line != 0)
        return false;
    while ((line = strtok_r(NULL, "\n", &rest)) != NULL)
        if (!read_line(line, RS_PUSH(&to->list)))
            return false;
    return true;
}

void rs_depends_close(struct rs_depends *depends)
{
    RS_VEC_CLOSE(&depends->list);
}
