/* See made.h. */
#include "check/driver/made.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/driver/cache.h"
#include "check/driver/depends.h"

enum { LIST_MOST = 64 << 20 };

/* What changes what a source means to clang: "Environment" of its manual, and where its libraries are. */
static const char *const environment[] = {
    "CPATH",           "C_INCLUDE_PATH",       "CPLUS_INCLUDE_PATH", "COMPILER_PATH",
    "GCC_EXEC_PREFIX", "CCC_OVERRIDE_OPTIONS", "SOURCE_DATE_EPOCH",  "LD_LIBRARY_PATH"};

static void write_name(char *const *words, const char *version, const char *folder, FILE *to)
{
    char real[PATH_MAX];
    struct stat status = {0};

    if (realpath(words[0], real) == NULL || stat(real, &status) != 0)
        snprintf(real, sizeof(real), "%s", words[0]);
    fprintf(to, "%u %s %llu %llu %lld.%ld%c%s%c%s%c", rs_lower_llvm(), real, (unsigned long long)status.st_ino,
            (unsigned long long)status.st_size, (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec, 0, version, 0,
            folder, 0);
    for (size_t i = 0; words[i] != NULL; i++)
        fprintf(to, "%s%c", words[i], 0);
    for (size_t i = 0; i < sizeof(environment) / sizeof(*environment); i++) {
        const char *value = getenv(environment[i]);

        fprintf(to, "%s%c", value != NULL ? value : "", 0);
    }
}

void rs_made_of_words(struct rs_session *session, char *const *words, const char *version, const char *folder,
                      const struct rs_words *flags, const char *rule, struct rs_recipe *recipe)
{
    char *text = NULL;
    size_t size;
    FILE *to = session->cache_folder != NULL ? open_memstream(&text, &size) : NULL;
    struct rs_key name;

    *recipe = (struct rs_recipe){.folder = folder, .flags = flags};
    if (to == NULL)
        return;
    write_name(words, version, folder, to);
    if (fclose(to) == 0) {
        rs_cache_key_bytes(text, size, &name);
        recipe->entry = rs_arena_printf(&session->arena, "%s/made/%s", session->cache_folder, name.hex);
        recipe->rule = rule;
    }
    free(text);
    clock_gettime(CLOCK_REALTIME_COARSE, &recipe->begun);
}

void rs_made_of_clang(struct rs_session *session, const char *folder, const struct rs_words *flags, const char *file,
                      const char *bitcode, struct rs_recipe *recipe)
{
    rs_made_of_words(session, rs_lower_command(&session->arena, session->clang_path, flags, file, "", ""), "", folder,
                     flags, rs_arena_printf(&session->arena, "%s.d", bitcode), recipe);
    recipe->file = file;
}

static const char *part(struct rs_session *session, const struct rs_recipe *recipe, const char *ending)
{
    return rs_arena_printf(&session->arena, "%s.%s", recipe->entry, ending);
}

static bool is(const char *path, const struct rs_key *hash)
{
    struct rs_key now;

    return rs_cache_key_file(path, &now) && strcmp(now.hex, hash->hex) == 0;
}

bool rs_made_take(struct rs_session *session, const struct rs_recipe *recipe, const char *product)
{
    const char *list = recipe->entry != NULL ? part(session, recipe, "list") : NULL,
               *kept = recipe->entry != NULL ? part(session, recipe, "made") : NULL;
    struct rs_depends depends = {0};
    struct rs_error err;
    size_t size;
    char *text = list != NULL && access(list, R_OK) == 0 ? rs_driver_read(list, LIST_MOST, &size, &err) : NULL;
    bool good = text != NULL && rs_depends_read(&session->arena, text, size, &depends) && rs_depends_hold(&depends);

    free(text);
    if (good && !is(product, &depends.made)) {
        good = rs_driver_copy(kept, product) && is(product, &depends.made);
        if (!good)
            unlink(product);
    }
    rs_depends_close(&depends);
    return good && rs_cache_has(kept) && rs_cache_has(list);
}

/* Puts the bytes there in one step. */
static bool put(struct rs_session *session, const char *path, const char *bytes, size_t size)
{
    const char *temporary = rs_arena_printf(&session->arena, "%s.%ld", path, (long)getpid());
    FILE *file = fopen(temporary, "wxe");
    bool good = file != NULL && fwrite(bytes, 1, size, file) == size;

    if (file == NULL)
        return false;
    good = fclose(file) == 0 && good && rename(temporary, path) == 0;
    if (!good)
        unlink(temporary);
    return good;
}

static bool put_copy(struct rs_session *session, const char *from, const char *path)
{
    const char *temporary = rs_arena_printf(&session->arena, "%s.%ld", path, (long)getpid());
    bool good = rs_driver_copy(from, temporary) && rename(temporary, path) == 0;

    if (!good)
        unlink(temporary);
    return good;
}

/* What the rule names, the source first, without what lies in the session's own folder (headers.h). */
static void read_rule(struct rs_session *session, const struct rs_recipe *recipe, const char *rule,
                      struct rs_words *files)
{
    size_t length = session->work != NULL ? strlen(session->work) : 0;
    struct rs_words named = {0};

    if (recipe->file != NULL)
        *RS_PUSH(files) = recipe->file;
    rs_depends_of_rule(&session->arena, rule, &named);
    for (size_t i = 0; i < named.count; i++) {
        const char *file = named.items[i];
        bool own = length > 0 && strncmp(file, session->work, length) == 0 && file[length] == '/';

        if (!own && (recipe->file == NULL || strcmp(file, recipe->file) != 0))
            *RS_PUSH(files) = file;
    }
    RS_VEC_CLOSE(&named);
}

void rs_made_keep(struct rs_session *session, const struct rs_recipe *recipe, const char *product)
{
    struct rs_depends depends = {0};
    struct rs_words files = {0};
    struct rs_error err;
    size_t size;
    char *rule = recipe->entry != NULL ? rs_driver_read(recipe->rule, LIST_MOST, &size, &err) : NULL, *text = NULL;

    if (rule == NULL)
        return;
    read_rule(session, recipe, rule, &files);
    free(rule);
    mkdir(rs_arena_printf(&session->arena, "%s/made", session->cache_folder), 0700);
    /* the list is last: before it is there, that of an older state does not fit the bytes */
    if (rs_depends_note(&session->arena, recipe->folder, recipe->flags, &files, recipe->begun, &depends) &&
        rs_cache_key_file(product, &depends.made) && put_copy(session, product, part(session, recipe, "made")) &&
        (text = rs_depends_text(&depends, &size)) != NULL)
        put(session, part(session, recipe, "list"), text, size);
    free(text);
    RS_VEC_CLOSE(&files);
    rs_depends_close(&depends);
}
