/* Inputs named one by one, and compile databases. */
#include "check/driver/driver.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/driver/command.h"
#include "check/driver/pyx.h"

enum { DATABASE_MOST = 256 << 20, DEAD_TOLD = 5 };

static bool ends(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length > tail && strcmp(text + length - tail, end) == 0;
}

static bool copy_flags(struct rs_session *session, const char *folder, const struct rs_words *from,
                       struct rs_source *to)
{
    unsigned of_flags;

    for (size_t i = 0; i < from->count; i++)
        *RS_PUSH(&to->flags) = from->items[i];
    of_flags = rs_python_of_flags(&session->arena, folder, from);
    to->python = session->chosen == NULL && of_flags != 0 ? of_flags : session->python.version;
    rs_python_headers(session, folder, &to->flags);
    return true;
}

static bool add_file(struct rs_session *session, const char *here, const char *name, const struct rs_words *flags,
                     struct rs_error *err)
{
    const char *path = rs_driver_join(&session->arena, here, name);
    struct rs_source *source;
    struct rs_error why;
    struct stat status;

    if (stat(path, &status) != 0)
        return rs_fail(err, "'%s' is not there", name);
    if (S_ISDIR(status.st_mode))
        return rs_fail(err, "'%s' is a folder; expected a source, or -p for the folder of a compile_commands.json",
                       name);
    if (!rs_command_is_source(name) && !ends(name, ".bc") && !ends(name, ".ll") && !ends(name, ".pyx"))
        return rs_fail(
            err, "'%s': no C, C++ or Cython source (.c .cc .cpp .cxx .pyx) and no LLVM bitcode (.bc .ll) by its name",
            name);
    source = rs_driver_source(session, path);
    source->folder = here;
    source->input = name;
    copy_flags(session, here, flags, source);
    source->foreign = ends(name, ".bc") || ends(name, ".ll");
    /* clang makes bitcode of textual IR too, and says what is wrong with it */
    if (ends(name, ".bc"))
        source->bitcode = path;
    if (ends(name, ".pyx") && !rs_pyx_generate(session, source, &why)) {
        rs_driver_say("%s", why.text);
        source->lost = true;
        session->rejected++;
    }
    return true;
}

bool rs_inputs_files(struct rs_session *session, char **files, size_t count, char **flags, size_t flag_count,
                     struct rs_error *err)
{
    const char *here = rs_driver_here(&session->arena),
               **words = rs_arena_alloc(&session->arena, (flag_count + 1) * sizeof(*words));
    struct rs_command command;
    bool good = true;

    words[0] = "cc";
    for (size_t i = 0; i < flag_count; i++)
        words[i + 1] = flags[i];
    rs_command_parse(words, flag_count + 1, &command);
    for (size_t i = 0; i < count && good; i++)
        good = add_file(session, here, files[i], &command.flags, err);
    rs_command_close(&command);
    return good;
}

/* One entry of a database; false: it is malformed. */
static bool add_entry(struct rs_session *session, const json_t *entry, size_t *dead)
{
    const char *folder = json_string_value(json_object_get(entry, "directory")),
               *file = json_string_value(json_object_get(entry, "file")), *written;
    const char *line = json_string_value(json_object_get(entry, "command"));
    const json_t *arguments = json_object_get(entry, "arguments");
    struct rs_arena *arena = &session->arena;
    struct rs_words words = {0};
    struct rs_command command;
    struct rs_source *source;
    bool usable;

    if (folder == NULL || file == NULL || (line == NULL && !json_is_array(arguments)))
        return false;
    for (size_t i = 0; i < json_array_size(arguments); i++)
        if (json_is_string(json_array_get(arguments, i)))
            *RS_PUSH(&words) = rs_arena_strdup(arena, json_string_value(json_array_get(arguments, i)));
    if (words.count == 0 && line != NULL)
        rs_command_split(arena, line, &words);
    rs_command_parse(words.items, words.count, &command);
    usable = words.count > 0 && command.makes != RS_MAKES_NOTHING && rs_command_is_source(file);
    folder = rs_driver_join(arena, rs_driver_here(arena), rs_arena_strdup(arena, folder));
    written = rs_arena_strdup(arena, file);
    file = rs_driver_join(arena, folder, written);
    if (usable && (access(file, R_OK) != 0 || access(folder, X_OK) != 0)) {
        if (++*dead <= DEAD_TOLD)
            rs_driver_say("'%s': not analysed: the compile database names it and it is not there",
                          rs_driver_shown(access(file, R_OK) != 0 ? file : folder));
    } else if (usable) {
        source = rs_driver_source(session, file);
        source->folder = folder;
        source->input = written;
        copy_flags(session, folder, &command.flags, source);
    }
    rs_command_close(&command);
    RS_VEC_CLOSE(&words);
    return true;
}

bool rs_inputs_database_read(struct rs_session *session, const char *file, const char *bytes, size_t size,
                             struct rs_error *err)
{
    size_t dead = 0, malformed = 0;
    json_error_t why;
    json_t *root = json_loadb(bytes, size, 0, &why);

    if (root == NULL)
        return rs_fail(err, "'%s' is no JSON: line %d: %s", file, why.line, why.text);
    if (!json_is_array(root)) {
        json_decref(root);
        return rs_fail(err, "'%s' is no compile database: expected a list of {directory, file, command or arguments}",
                       file);
    }
    for (size_t i = 0; i < json_array_size(root); i++)
        malformed += !add_entry(session, json_array_get(root, i), &dead);
    json_decref(root);
    if (dead > DEAD_TOLD)
        rs_driver_say("'%s': %zu more sources that are not there", file, dead - DEAD_TOLD);
    if (malformed > 0)
        rs_driver_say("'%s': entries without directory, file, or command: %zu", file, malformed);
    session->rejected += dead;
    return session->sources.count > 0 || rs_fail(err, "'%s' names no C or C++ source that is there", file);
}

bool rs_inputs_database(struct rs_session *session, const char *path, struct rs_error *err)
{
    struct stat status;
    const char *file = stat(path, &status) == 0 && S_ISDIR(status.st_mode)
                           ? rs_driver_join(&session->arena, path, "compile_commands.json")
                           : path;
    size_t size;
    char *text = rs_driver_read(file, DATABASE_MOST, &size, err);
    bool good = text != NULL && rs_inputs_database_read(session, file, text, size, err);

    free(text);
    return good;
}
