/* See headers.h. */
#include "check/driver/headers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "base/pages.h"
#include "check/driver/cache.h"
#include "check/driver/pool.h"
#include "check/driver/preamble.h"

enum { FEWEST = 3, READ_MOST = 64 << 10, SECONDS_MOST = 600 };

/* A source on the way to its headers. */
struct user {
    struct rs_headers *headers;
    const char *kind; /* "c-header", "c++-header"; NULL: takes part in nothing */
    uint64_t flags;   /* hash of all that decides besides the text */
    struct rs_preambles preambles;
    const struct rs_preamble *chosen; /* NULL: none */
};

/* What one precompiled header is made by. */
struct making {
    const char *folder, *file;
    char **command;
    uint64_t key;
};

/* Whether a word among the flags puts text before the source or says what language it is. */
static bool is_in_the_way(const char *word)
{
    return strncmp(word, "-include", 8) == 0 || strncmp(word, "-imacros", 8) == 0 || strncmp(word, "-x", 2) == 0 ||
           strncmp(word, "-Xclang", 7) == 0;
}

/* The kind of header that a source with such a name begins with; NULL: not known. */
static const char *kind_of(const struct rs_source *source)
{
    static const char *const endings[] = {"cc", "cpp", "cxx", "c++", "C", NULL};
    const char *dot = strrchr(source->input, '.');

    for (size_t i = 0; i < source->flags.count; i++)
        if (is_in_the_way(source->flags.items[i]))
            return NULL;
    if (dot != NULL && strcmp(dot, ".c") == 0)
        return "c-header";
    for (size_t i = 0; dot != NULL && endings[i] != NULL; i++)
        if (strcmp(dot + 1, endings[i]) == 0)
            return "c++-header";
    return NULL;
}

static uint64_t flags_of(struct rs_arena *arena, const struct rs_source *source, const char *kind)
{
    const char *all = rs_arena_printf(arena, "%s %s", kind, source->folder != NULL ? source->folder : "");

    for (size_t i = 0; i < source->flags.count; i++)
        all = rs_arena_printf(arena, "%s\n%s", all, source->flags.items[i]);
    return rs_cache_hash(all);
}

/* The key of a beginning: the same for those who can share it. */
static uint64_t key_of(const struct user *user, const struct rs_preamble *preamble)
{
    uint64_t parts[2] = {user->flags, rs_cache_hash(preamble->text)};
    struct rs_key key;

    rs_cache_key_bytes(parts, sizeof(parts), &key);
    return rs_cache_hash(key.hex) | 1;
}

static void read_user(struct rs_session *session, struct user *user)
{
    const struct rs_source *source = user->headers->source;
    const char *path = rs_driver_join(&session->arena, source->folder != NULL ? source->folder : ".", source->input),
               *slash = strrchr(path, '/');
    struct stat status;
    FILE *file;
    char *bytes;

    user->kind = kind_of(source);
    if (user->kind == NULL || stat(path, &status) != 0 || !S_ISREG(status.st_mode) ||
        (file = fopen(path, "re")) == NULL)
        return;
    bytes = rs_alloc(READ_MOST);
    user->flags = flags_of(&session->arena, source, user->kind);
    rs_preamble_read(&session->arena, bytes, fread(bytes, 1, READ_MOST, file),
                     slash != NULL ? rs_arena_strndup(&session->arena, path, (size_t)(slash - path)) : ".",
                     &user->preambles);
    fclose(file);
    free(bytes);
}

/* The beginning that a source shares with most: a longer one only where at least half of them come along. C is read so
 * fast that only Python's headers are worth it. */
static void choose(struct user *user, const struct rs_map *users)
{
    uint64_t most = 0;

    for (size_t i = 0; i < user->preambles.list.count; i++) {
        const struct rs_preamble *preamble = &user->preambles.list.items[i];
        uint64_t count = *rs_map_find(users, key_of(user, preamble));

        if (strcmp(user->kind, "c-header") == 0 && strstr(preamble->text, "Python.h") == NULL)
            continue;
        if (count < FEWEST || count * 2 < most)
            break;
        most = most > 0 ? most : count;
        user->chosen = preamble;
    }
}

static int become_clang(void *context)
{
    const struct making *making = context;

    if (making->folder != NULL && chdir(making->folder) != 0)
        return 1;
    rs_pages_ask();
    execv(making->command[0], making->command);
    return 1;
}

static bool write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    bool good = file != NULL && fputs(text, file) >= 0;

    return file != NULL && fclose(file) == 0 && good;
}

/* How a user's headers are made; they are called by the number. */
static void plan_making(struct rs_session *session, const struct user *user, size_t number, struct making *making)
{
    const struct rs_source *source = user->headers->source;
    const char *text = rs_arena_printf(&session->arena, "%s/headers-%zu.h", session->work, number);
    struct rs_words flags = {0};

    *making = (struct making){.folder = source->folder,
                              .file = rs_arena_printf(&session->arena, "%s/headers-%zu.pch", session->work, number),
                              .key = key_of(user, user->chosen)};
    for (size_t i = 0; i < source->flags.count; i++)
        *RS_PUSH(&flags) = source->flags.items[i];
    if (strcmp(user->kind, "c++-header") == 0)
        *RS_PUSH(&flags) = "-fpch-instantiate-templates";
    *RS_PUSH(&flags) = "-x";
    *RS_PUSH(&flags) = user->kind;
    if (write_text(text, user->chosen->text))
        making->command = rs_lower_command(&session->arena, session->clang_path, &flags, text, making->file, NULL);
    RS_VEC_CLOSE(&flags);
}

/* Makes what the users have chosen, once each, and tells them where it is. */
static void make(struct rs_session *session, struct user *users, size_t count, const struct rs_map *choices)
{
    struct rs_pool_limits limits = {.at_once = session->jobs, .seconds = SECONDS_MOST};
    struct making *makings = rs_alloc(count * sizeof(*makings));
    struct rs_job *jobs = rs_alloc(count * sizeof(*jobs));
    struct rs_map numbers = {0};
    size_t planned = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t key = users[i].chosen != NULL ? key_of(&users[i], users[i].chosen) : 0;

        if (key == 0 || *rs_map_find(choices, key) < FEWEST || *rs_map_at(&numbers, key) != 0)
            continue;
        plan_making(session, &users[i], planned, &makings[planned]);
        jobs[planned] = (struct rs_job){.run = become_clang, .context = &makings[planned]};
        if (makings[planned].command != NULL)
            *rs_map_at(&numbers, key) = ++planned;
    }
    rs_pool_run(jobs, planned, &limits, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        uint64_t *number = users[i].chosen != NULL ? rs_map_find(&numbers, key_of(&users[i], users[i].chosen)) : NULL;

        if (number == NULL || *number == 0 || jobs[*number - 1].end != RS_JOB_EXITED || jobs[*number - 1].status != 0)
            continue;
        users[i].headers->file = makings[*number - 1].file;
        users[i].headers->length = users[i].chosen->length;
    }
    rs_map_close(&numbers);
    free(jobs);
    free(makings);
}

void rs_headers_share(struct rs_session *session, struct rs_headers *list, size_t count)
{
    struct user *users = rs_alloc((count + 1) * sizeof(*users));
    struct rs_map shared = {0}, choices = {0};

    for (size_t i = 0; i < count; i++) {
        users[i] = (struct user){.headers = &list[i]};
        list[i].file = NULL;
        if (count >= FEWEST)
            read_user(session, &users[i]);
        for (size_t k = 0; k < users[i].preambles.list.count; k++)
            ++*rs_map_at(&shared, key_of(&users[i], &users[i].preambles.list.items[k]));
    }
    for (size_t i = 0; i < count; i++) {
        choose(&users[i], &shared);
        if (users[i].chosen != NULL)
            ++*rs_map_at(&choices, key_of(&users[i], users[i].chosen));
    }
    if (choices.count > 0)
        make(session, users, count, &choices);
    for (size_t i = 0; i < count; i++)
        rs_preambles_close(&users[i].preambles);
    rs_map_close(&shared);
    rs_map_close(&choices);
    free(users);
}

char **rs_headers_command(struct rs_arena *arena, char *const *plain, const struct rs_headers *headers)
{
    size_t count = 0;
    char **command;

    while (plain[count] != NULL)
        count++;
    command = rs_arena_alloc(arena, (count + 5) * sizeof(*command));
    memcpy(command, plain, count * sizeof(*command));
    command[count++] = "-include-pch";
    command[count++] = (char *)headers->file;
    command[count++] = "-Xclang";
    command[count++] = rs_arena_printf(arena, "-preamble-bytes=%zu,1", headers->length);
    command[count] = NULL;
    return command;
}
