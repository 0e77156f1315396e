/* See record.h. */
#include "check/driver/record.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/driver/command.h"
#include "check/driver/run.h"

enum { RECORD_MOST = 64 << 20, NO_GROUP = 0, PROGRAM_GROUP = UINT32_MAX };

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* "gcc", "x86_64-linux-gnu-g++-12", "clang", "cc": names under which builds know a compiler. */
static bool is_compiler_name(const char *name)
{
    static const char *const names[] = {"gcc", "g++", "cc", "c++", "clang", "clang++"};
    size_t length = strlen(name), end = length;

    while (end > 0 && strchr("0123456789.", name[end - 1]) != NULL)
        end--;
    end = end < length && end > 0 && name[end - 1] == '-' ? end - 1 : length;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        size_t size = strlen(names[i]);

        if (end >= size && strncmp(name + end - size, names[i], size) == 0 &&
            (end == size || name[end - size - 1] == '-'))
            return true;
    }
    return false;
}

/* One stand-in: bin/NAME is refsan-check, real/NAME the compiler. What is there stays. */
static void stand_in(struct rs_session *session, const char *self, const char *name, const char *real)
{
    const char *link = rs_arena_printf(&session->arena, "%s/real/%s", session->work, name);

    if (symlink(real, link) == 0 &&
        symlink(self, rs_arena_printf(&session->arena, "%s/bin/%s", session->work, name)) != 0)
        unlink(link);
}

/* Stand-ins for all compilers and archivers of PATH. */
static void stand_in_for_path(struct rs_session *session, const char *self)
{
    const char *list = getenv("PATH");

    for (const char *p = list != NULL ? list : ""; *p != 0; p += strcspn(p, ":"), p += *p == ':') {
        const char *folder = rs_arena_strndup(&session->arena, p, strcspn(p, ":"));
        DIR *entries = folder[0] == '/' ? opendir(folder) : NULL;
        struct dirent *entry;

        while (entries != NULL && (entry = readdir(entries)) != NULL) {
            bool wanted = is_compiler_name(entry->d_name) || rs_command_is_archiver(entry->d_name);
            const char *path = wanted ? rs_driver_join(&session->arena, folder, entry->d_name) : NULL;

            if (path != NULL && rs_run_find(&session->arena, path, NULL) != NULL)
                stand_in(session, self, entry->d_name, path);
        }
        if (entries != NULL)
            closedir(entries);
    }
}

/* CC or CXX that names a compiler by its path, with a stand-in in its place; its other words stay. Names without a path
 * are found through PATH, and an unset variable stays unset: the build shall print what it prints without a recorder.
 */
static void stand_in_for_variable(struct rs_session *session, const char *self, const char *variable)
{
    const char *value = getenv(variable), *real, *rest;
    size_t length;

    if (value == NULL)
        return;
    value += strspn(value, " ");
    length = strcspn(value, " ");
    rest = value + length;
    value = rs_arena_strndup(&session->arena, value, length);
    real = rs_run_find(&session->arena, value, NULL);
    if (real == NULL || strchr(value, '/') == NULL)
        return;
    unlink(rs_arena_printf(&session->arena, "%s/real/%s", session->work, base_name(value)));
    unlink(rs_arena_printf(&session->arena, "%s/bin/%s", session->work, base_name(value)));
    stand_in(session, self, base_name(value), rs_driver_join(&session->arena, rs_driver_here(&session->arena), real));
    setenv(variable, rs_arena_printf(&session->arena, "%s/bin/%s%s", session->work, base_name(value), rest), 1);
}

static const char *const variables[] = {"PATH", "CC", "CXX"};
static char *had[3];

bool rs_record_begin(struct rs_session *session, struct rs_error *err)
{
    static const char *const folders[] = {"bin", "real", "records"};
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (!rs_lower_find_clang(session, err))
        return false;
    if (length <= 0)
        return rs_fail(err, "refsan-check does not find itself: %s", strerror(errno));
    self[length] = 0;
    for (size_t i = 0; i < 3; i++)
        if (mkdir(rs_arena_printf(&session->arena, "%s/%s", session->work, folders[i]), 0700) != 0)
            return rs_fail(err, "cannot make a folder in '%s': %s", session->work, strerror(errno));
    for (size_t i = 0; i < 3; i++)
        had[i] = getenv(variables[i]) != NULL ? rs_strdup(getenv(variables[i])) : NULL;
    stand_in_for_path(session, self);
    stand_in_for_variable(session, self, "CC");
    stand_in_for_variable(session, self, "CXX");
    setenv("PATH",
           rs_arena_printf(&session->arena, "%s/bin:%s", session->work, had[0] != NULL ? had[0] : "/usr/bin:/bin"), 1);
    setenv("REFSAN_CHECK_RECORD", session->work, 1);
    setenv("REFSAN_CHECK_CLANG", session->clang_path, 1);
    if (session->chosen != NULL)
        setenv("REFSAN_CHECK_PYTHON", session->chosen, 1);
    if (session->cache_folder != NULL)
        setenv("REFSAN_CHECK_CACHE", session->cache_folder, 1);
    return true;
}

void rs_record_end(void)
{
    static const char *const ours[] = {"REFSAN_CHECK_RECORD", "REFSAN_CHECK_CLANG", "REFSAN_CHECK_PYTHON",
                                       "REFSAN_CHECK_CACHE"};

    for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
        unsetenv(ours[i]);
    for (size_t i = 0; i < 3; i++) {
        if (had[i] != NULL)
            setenv(variables[i], had[i], 1);
        else
            unsetenv(variables[i]);
        free(had[i]);
        had[i] = NULL;
    }
}

bool rs_record_parse(const char *bytes, size_t size, const char **folder, struct rs_words *words)
{
    static const char mark[] = "refsan record 1";
    const char *end = bytes + size, *at = bytes + sizeof(mark);

    if (size <= sizeof(mark) || memcmp(bytes, mark, sizeof(mark)) != 0 || end[-1] != 0)
        return false;
    *folder = at;
    for (at += strlen(at) + 1; at < end; at += strlen(at) + 1)
        *RS_PUSH(words) = at;
    return words->count > 0;
}

/* One command of the build. */
struct record {
    const char *path, *folder;
    struct rs_command command;
};

struct records {
    RS_VEC(struct record) list;
};

/* The absolute path without "." and ".." parts, as text: objects may be gone by now. */
static const char *plain(struct rs_session *session, const char *folder, const char *path)
{
    const char *from = rs_driver_join(&session->arena, folder, path);
    char *to = rs_arena_alloc(&session->arena, strlen(from) + 2), *out = to;

    while (*from != 0) {
        size_t length;

        from += strspn(from, "/");
        length = strcspn(from, "/");
        if (length == 2 && from[0] == '.' && from[1] == '.') {
            while (out > to && *--out != '/')
                ;
        } else if (length > 0 && !(length == 1 && from[0] == '.')) {
            *out++ = '/';
            memcpy(out, from, length);
            out += length;
        }
        from += length;
    }
    *out = 0;
    return to;
}

/* "dir/x.o" of "dir/x.c", where no -o names it: the compiler writes into its own folder. */
static const char *usual_object(struct rs_session *session, const char *source)
{
    const char *name = base_name(source), *dot = strrchr(name, '.');

    return rs_arena_printf(&session->arena, "%.*s.o", (int)(dot != NULL ? (size_t)(dot - name) : strlen(name)), name);
}

static void add_sources(struct rs_session *session, const struct record *record, uint32_t group, const char *module)
{
    const struct rs_command *command = &record->command;

    for (size_t k = 0; k < command->sources.count; k++) {
        const char *file = command->sources.items[k],
                   *object = command->output != NULL ? command->output : usual_object(session, file);
        struct rs_source *source = rs_driver_source(session, rs_driver_join(&session->arena, record->folder, file));
        unsigned version =
            session->chosen == NULL ? rs_python_of_flags(&session->arena, record->folder, &command->flags) : 0;

        source->folder = record->folder;
        source->object = command->makes == RS_MAKES_OBJECT ? plain(session, record->folder, object) : NULL;
        source->module = module;
        source->group = group;
        source->python = version != 0 ? version : session->python.version;
        source->bitcode = rs_arena_printf(&session->arena, "%s.%zu.bc", record->path, k);
        source->errors = rs_arena_printf(&session->arena, "%s.%zu.err", record->path, k);
        source->copy = rs_arena_printf(&session->arena, "%s.%zu.src", record->path, k);
    }
}

/* A source whose object it is goes into this group. */
static void claim_object(struct rs_session *session, const char *object, uint32_t group, const char *module)
{
    for (size_t i = 0; i < session->sources.count; i++) {
        struct rs_source *source = &session->sources.items[i];

        if (source->object == NULL || strcmp(source->object, object) != 0)
            continue;
        if (source->group == NO_GROUP || (source->group == PROGRAM_GROUP && group != PROGRAM_GROUP)) {
            source->group = group;
            source->module = module;
        }
    }
}

/* Whether the record made the archive that a link calls so: by its path, or (NULL) as -lNAME. */
static bool made_archive(struct rs_session *session, const struct record *made, const char *path, const char *library)
{
    const char *output = made->command.makes == RS_MAKES_ARCHIVE && made->command.output != NULL
                             ? plain(session, made->folder, made->command.output)
                             : NULL;

    if (output == NULL)
        return false;
    return path != NULL ? strcmp(output, path) == 0
                        : strcmp(base_name(output), rs_arena_printf(&session->arena, "lib%s.a", library)) == 0;
}

static void claim_archive(struct rs_session *session, const struct records *records, const char *path,
                          const char *library, uint32_t group, const char *module)
{
    for (size_t i = 0; i < records->list.count; i++) {
        const struct record *made = &records->list.items[i];

        for (size_t k = 0; made_archive(session, made, path, library) && k < made->command.objects.count; k++)
            claim_object(session, plain(session, made->folder, made->command.objects.items[k]), group, module);
    }
}

/* Who made what goes into this group: objects that the command names, and those of the archives that it links. */
static void claim(struct rs_session *session, const struct records *records, const struct record *record,
                  uint32_t group, const char *module)
{
    for (size_t k = 0; k < record->command.objects.count; k++) {
        const char *object = plain(session, record->folder, record->command.objects.items[k]);

        claim_object(session, object, group, module);
        claim_archive(session, records, object, NULL, group, module);
    }
    for (size_t k = 0; k < record->command.libraries.count; k++)
        claim_archive(session, records, NULL, record->command.libraries.items[k], group, module);
}

static const char *module_of(struct rs_session *session, const struct record *record)
{
    size_t length;
    const char *stem;

    if (record->command.output == NULL)
        return NULL;
    stem = rs_module_stem(record->command.output, &length);
    return rs_arena_strndup(&session->arena, stem, length);
}

static void read_one(struct rs_session *session, const char *path, struct records *records)
{
    struct rs_words words = {0};
    struct rs_error err;
    struct record record = {.path = path};
    size_t size;
    char *bytes = rs_driver_read(path, RECORD_MOST, &size, &err);

    /* the bytes stay: sources point into them */
    if (bytes == NULL || !rs_record_parse(bytes, size, &record.folder, &words)) {
        free(bytes);
        RS_VEC_CLOSE(&words);
        return;
    }
    rs_command_parse(words.items, words.count, &record.command);
    *RS_PUSH(&records->list) = record;
    RS_VEC_CLOSE(&words);
}

static int by_file(const void *a, const void *b)
{
    const struct rs_source *x = a, *y = b;
    int order = strcmp(x->file, y->file);

    return order != 0 ? order : strcmp(x->object ? x->object : "", y->object ? y->object : "");
}

/* What only programs are made of is no extension. */
static void leave_programs_out(struct rs_session *session)
{
    size_t kept = 0;

    for (size_t i = 0; i < session->sources.count; i++)
        if (session->sources.items[i].group != PROGRAM_GROUP)
            session->sources.items[kept++] = session->sources.items[i];
    session->sources.count = kept;
}

static void read_folder(struct rs_session *session, struct records *records)
{
    const char *folder = rs_arena_printf(&session->arena, "%s/records", session->work);
    DIR *entries = opendir(folder);
    struct dirent *entry;

    while (entries != NULL && (entry = readdir(entries)) != NULL)
        if (strchr(entry->d_name, '.') == NULL)
            read_one(session, rs_driver_join(&session->arena, folder, entry->d_name), records);
    if (entries != NULL)
        closedir(entries);
}

void rs_record_read(struct rs_session *session)
{
    struct records records = {0};
    uint32_t group = NO_GROUP;

    read_folder(session, &records);
    for (size_t i = 0; i < records.list.count; i++)
        if (records.list.items[i].command.makes == RS_MAKES_OBJECT)
            add_sources(session, &records.list.items[i], NO_GROUP, NULL);
    for (size_t i = 0; i < records.list.count; i++) {
        const struct record *record = &records.list.items[i];

        if (record->command.makes == RS_MAKES_SHARED) {
            const char *module = module_of(session, record);

            add_sources(session, record, ++group, module);
            claim(session, &records, record, group, module);
        } else if (record->command.makes == RS_MAKES_PROGRAM) {
            claim(session, &records, record, PROGRAM_GROUP, NULL);
        }
    }
    for (size_t i = 0; i < records.list.count; i++)
        rs_command_close(&records.list.items[i].command);
    RS_VEC_CLOSE(&records.list);
    leave_programs_out(session);
    qsort(session->sources.items, session->sources.count, sizeof(*session->sources.items), by_file);
}
