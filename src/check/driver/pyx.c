/* See pyx.h. */
#include "check/driver/pyx.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/driver/cache.h"
#include "check/driver/command.h"
#include "check/driver/made.h"
#include "check/driver/run.h"
#include "check/pyx/pyx.h"

enum { SOURCE_MOST = 32 << 20, GENERATED_MOST = 128 << 20, ERRORS_SHOWN = 3, HEAD_MOST = 4096, SOURCES_MOST = 16 };

/* NULL-terminated words that run cython, or NULL: that of PATH, else a module of the Python at hand. */
static char **find_cython(struct rs_session *session)
{
    char **command = rs_arena_alloc(&session->arena, 12 * sizeof(*command));
    const char *pythons[] = {session->python.executable, rs_run_find(&session->arena, "python3", NULL)};

    command[0] = (char *)rs_run_find(&session->arena, "cython", NULL);
    if (command[0] == NULL)
        command[0] = (char *)rs_run_find(&session->arena, "cython3", NULL);
    if (command[0] != NULL)
        return command;
    for (size_t i = 0; i < 2; i++) {
        char *asks[] = {(char *)pythons[i], "-m", "cython", "--version", NULL};

        if (pythons[i] == NULL || rs_run_output(&session->arena, asks) == NULL)
            continue;
        command[0] = (char *)pythons[i];
        command[1] = "-m";
        command[2] = "cython";
        return command;
    }
    return NULL;
}

/* "# distutils: language = c++" among the comments at the file's head. */
static bool wants_cplus(const char *text)
{
    for (const char *line = text; *line == '#' || *line == '\n' || *line == '\r';
         line += strcspn(line, "\n"), line += *line == '\n') {
        char head[HEAD_MOST], language[8];

        snprintf(head, sizeof(head), "%.*s", (int)strcspn(line, "\n"), line);
        if (sscanf(head, "# distutils : language = %7s", language) == 1 ||
            sscanf(head, "# distutils: language = %7s", language) == 1 ||
            sscanf(head, "#distutils: language = %7s", language) == 1)
            return strcmp(language, "c++") == 0;
    }
    return false;
}

static bool rejected(const char *file, const char *log, struct rs_error *err)
{
    struct rs_error why;
    size_t size, shown = 0;
    char *text = rs_driver_read(log, SOURCE_MOST, &size, &why), *rest = NULL;

    rs_fail(err, "'%s': not analysed: cython rejects it", rs_driver_shown(file));
    for (char *line = text != NULL ? strtok_r(text, "\n", &rest) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        if (strstr(line, ".pyx:") != NULL && shown++ < ERRORS_SHOWN)
            fprintf(stderr, "    %s\n", line);
    free(text);
    return false;
}

/* Where the generated source goes: into the cache, where reports can point to it later on. */
static const char *place_for(struct rs_session *session, const char *file, const char *name, const char *extension)
{
    int stem = (int)(strlen(name) - strlen(".pyx"));
    const char *folder =
        session->cache_folder != NULL ? rs_arena_printf(&session->arena, "%s/generated", session->cache_folder) : NULL;

    if (folder == NULL || (mkdir(folder, 0700) != 0 && errno != EEXIST))
        return rs_arena_printf(&session->arena, "%s/%zu-%.*s.%s", session->work, session->sources.count, stem, name,
                               extension);
    return rs_arena_printf(&session->arena, "%s/%016llx-%.*s.%s", folder, (unsigned long long)rs_cache_hash(file), stem,
                           name, extension);
}

/* Whether this cython does not know the option that makes it say what it read: up to 0.29.24. */
static bool knows_no_rule(const char *log)
{
    struct rs_error err;
    size_t size;
    char *text = rs_driver_read(log, SOURCE_MOST, &size, &err);
    bool unknown = text != NULL && strstr(text, "Unknown compiler flag") != NULL;

    free(text);
    return unknown;
}

/* The recipe of what the words make in `folder`. None where they run a module of Python's: its version may change and
 * the program not. */
static void make_recipe(struct rs_session *session, char **words, const char *folder, const struct rs_words *flags,
                        const char *generated, struct rs_recipe *recipe)
{
    char *asks[] = {words[0], "--version", NULL};
    bool module = words[1] != NULL && strcmp(words[1], "-m") == 0;
    const char *version, *path = getenv("PYTHONPATH");

    *recipe = (struct rs_recipe){0};
    if (module || session->cache_folder == NULL)
        return;
    version = rs_run_output(&session->arena, asks);
    rs_made_of_words(session, words,
                     rs_arena_printf(&session->arena, "%s %s", version != NULL ? version : "",
                                     path != NULL ? path : ""),
                     folder, flags, rs_arena_printf(&session->arena, "%s.dep", generated), recipe);
}

/* Runs cython, where nothing fits that it made before; words have room for four more. */
static bool generate(struct rs_session *session, char **words, const char *file, const char *beside,
                     const char *generated, struct rs_error *err)
{
    const char *log = rs_arena_printf(&session->arena, "%s/cython.log", session->work),
               *here = rs_driver_here(&session->arena);
    const char *folders[] = {"-I", beside, "-I", here};
    struct rs_words flags = {folders, 4, 4};
    struct rs_recipe recipe;
    size_t count = 0;
    int status;

    while (words[count] != NULL)
        count++;
    make_recipe(session, words, here, &flags, generated, &recipe);
    if (rs_made_take(session, &recipe, generated))
        return true;
    words[count] = "-o";
    words[count + 1] = (char *)generated;
    words[count + 2] = recipe.entry != NULL ? "-M" : NULL;
    status = rs_run_to_end(words, NULL, log);
    if (status != 0 && recipe.entry != NULL && knows_no_rule(log)) {
        words[count + 2] = NULL;
        status = rs_run_to_end(words, NULL, log);
    }
    if (status == 0)
        rs_made_keep(session, &recipe, generated);
    if (recipe.rule != NULL)
        unlink(recipe.rule);
    return status == 0 || rejected(file, log, err);
}

bool rs_pyx_generate(struct rs_session *session, struct rs_source *source, struct rs_error *err)
{
    char **words = find_cython(session);
    const char *name = strrchr(source->file, '/') + 1,
               *beside = rs_arena_strndup(&session->arena, source->file, (size_t)(name - source->file)), *generated;
    size_t size, at = 0;
    char *text = rs_driver_read(source->file, SOURCE_MOST, &size, err);
    bool cplus = text != NULL && wants_cplus(text);

    free(text);
    if (text == NULL)
        return false;
    if (words == NULL)
        return rs_fail(err, "'%s' needs cython, which is not installed: pip install cython, or the package cython3",
                       rs_driver_shown(source->file));
    generated = place_for(session, source->file, name, cplus ? "cpp" : "c");
    while (words[at] != NULL)
        at++;
    if (cplus)
        words[at++] = "--cplus";
    words[at] = (char *)source->file;
    if (!generate(session, words, source->file, beside, generated, err))
        return false;
    source->input = generated;
    /* what the source includes lies beside it, not beside the generated C */
    *RS_PUSH(&source->flags) = "-iquote";
    *RS_PUSH(&source->flags) = beside;
    return true;
}

/* Where a source's declarations lie: beside it. */
struct beside {
    const char *path;
    struct rs_report *report;
};

static char *read_declarations(void *context, const char *module, size_t *size, const char **path)
{
    const struct beside *beside = context;
    const char *slash = strrchr(beside->path, '/');
    struct rs_error err;

    *path = rs_arena_printf(&beside->report->arena, "%.*s%s.pxd", slash != NULL ? (int)(slash + 1 - beside->path) : 0,
                            beside->path, module);
    return access(*path, R_OK) == 0 ? rs_driver_read(*path, SOURCE_MOST, size, &err) : NULL;
}

static void read_one(const struct rs_source *source, const char *path, struct rs_report *report)
{
    struct rs_error err;
    size_t size, length;
    char *text = rs_driver_read(path, SOURCE_MOST, &size, &err), *stem;
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    struct beside beside = {path, report};

    if (text == NULL)
        return;
    length = strcspn(name, ".");
    stem = rs_arena_strndup(&report->arena, name, length);
    rs_pyx_check(path, text, size, source->python, source->module != NULL ? source->module : stem,
                 &(struct rs_pyx_reader){read_declarations, &beside}, report);
    free(text);
}

/* The file that generated C calls by this name: looked for in the folder of the C file and in those above. */
static const char *resolve(struct rs_arena *arena, const char *generated, const char *name)
{
    char *folder = rs_arena_strdup(arena, generated);

    if (name[0] == '/')
        return access(name, R_OK) == 0 ? name : NULL;
    for (char *slash = strrchr(folder, '/'); slash != NULL; slash = strrchr(folder, '/')) {
        const char *path;

        *slash = 0;
        path = rs_arena_printf(arena, "%s/%s", folder, name);
        if (access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

static bool is_cython_name(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot != NULL && (strcmp(dot, ".pyx") == 0 || strcmp(dot, ".pxi") == 0);
}

/* What to do with a Cython source. */
typedef void visit_text(void *context, const char *path);

/* Each source that a comment before a statement names: slash, star, blank, "NAME":LINE. */
static void each_named(struct rs_arena *arena, const struct rs_source *source, const char *text, visit_text *visit,
                       void *context)
{
    static const char mark[] = "/* \"";
    const char *seen[SOURCES_MOST];
    size_t count = 0;

    for (const char *at = strstr(text, mark); at != NULL && count < SOURCES_MOST; at = strstr(at + 1, mark)) {
        const char *start = at + sizeof(mark) - 1, *name, *path;
        size_t length = strcspn(start, "\"\n"), i = 0;

        if (start[length] != '"' || start[length + 1] != ':' || length == 0 || length > HEAD_MOST)
            continue;
        while (i < count && (strlen(seen[i]) != length || strncmp(seen[i], start, length) != 0))
            i++;
        if (i < count)
            continue;
        name = seen[count++] = rs_arena_strndup(arena, start, length);
        path = is_cython_name(name) ? resolve(arena, source->file, name) : NULL;
        if (path != NULL)
            visit(context, path);
    }
}

static const char head[] = "/* Generated by Cython ";

const char *rs_pyx_generator(struct rs_arena *arena, const struct rs_source *source)
{
    const char *places[] = {source->input, source->file, source->copy};
    char line[64] = "";

    for (size_t i = 0; i < sizeof(places) / sizeof(*places) && strncmp(line, head, sizeof(head) - 1) != 0; i++) {
        FILE *file = places[i] == NULL ? NULL : fopen(rs_driver_join(arena, source->folder, places[i]), "re");

        if (file != NULL && fgets(line, sizeof(line), file) == NULL)
            line[0] = '\0';
        if (file != NULL)
            fclose(file);
    }
    if (strncmp(line, head, sizeof(head) - 1) != 0)
        return NULL;
    line[sizeof(head) - 1 + strcspn(line + sizeof(head) - 1, " *\n")] = '\0';
    return rs_arena_strdup(arena, line + strlen("/* Generated by "));
}

/* The Cython sources of a unit: the .pyx, or those that generated C names. */
static void each_text(struct rs_arena *arena, const struct rs_source *source, visit_text *visit, void *context)
{
    struct rs_error err;
    size_t size;
    char *text;

    if (is_cython_name(source->file)) {
        visit(context, source->file);
        return;
    }
    text = rs_command_is_source(source->file) ? rs_driver_read(source->file, GENERATED_MOST, &size, &err) : NULL;
    if (text != NULL && strncmp(text, head, sizeof(head) - 1) == 0)
        each_named(arena, source, text, visit, context);
    free(text);
}

struct reading {
    const struct rs_source *source;
    struct rs_report *report;
};

static void read_text(void *context, const char *path)
{
    const struct reading *reading = context;

    read_one(reading->source, path, reading->report);
}

void rs_pyx_read(struct rs_arena *arena, const struct rs_source *source, struct rs_report *report)
{
    each_text(arena, source, read_text, &(struct reading){source, report});
}

struct listing {
    struct rs_arena *arena;
    struct rs_words *files;
};

static void list_text(void *context, const char *path)
{
    struct listing *listing = context;
    const char *slash = strrchr(path, '/');
    glob_t beside;

    *RS_PUSH(listing->files) = path;
    if (glob(rs_arena_printf(listing->arena, "%.*s*.pxd", slash != NULL ? (int)(slash + 1 - path) : 0, path), 0, NULL,
             &beside) != 0)
        return;
    for (size_t i = 0; i < beside.gl_pathc; i++)
        *RS_PUSH(listing->files) = rs_arena_strdup(listing->arena, beside.gl_pathv[i]);
    globfree(&beside);
}

void rs_pyx_list(struct rs_arena *arena, const struct rs_source *source, struct rs_words *files)
{
    each_text(arena, source, list_text, &(struct listing){arena, files});
}
