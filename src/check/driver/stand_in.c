/* In the place of a compiler: see record.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pages.h"
#include "check/driver/command.h"
#include "check/driver/made.h"
#include "check/driver/record.h"
#include "check/driver/run.h"

static pid_t compiler;

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

bool rs_record_is_stand_in(const char *program)
{
    return getenv("REFSAN_CHECK_RECORD") != NULL && strcmp(base_name(program), "refsan-check") != 0;
}

/* The real compiler sees a PATH without the recorder's folder, wherever a build has put others in front of that: a
 * compiler cache looks there for the next compiler. */
static void restore_environment(struct rs_arena *arena, const char *record)
{
    const char *path = getenv("PATH"), *ours = rs_arena_printf(arena, "%s/bin:", record),
               *at = path != NULL ? strstr(path, ours) : NULL;

    if (at != NULL && (at == path || at[-1] == ':'))
        setenv("PATH", rs_arena_printf(arena, "%.*s%s", (int)(at - path), path, at + strlen(ours)), 1);
    unsetenv("REFSAN_CHECK_RECORD");
    unsetenv("REFSAN_CHECK_CLANG");
    unsetenv("REFSAN_CHECK_PYTHON");
    unsetenv("REFSAN_CHECK_CACHE");
}

static void pass_on(int signal)
{
    if (compiler > 0)
        kill(compiler, signal);
}

/* Runs the real compiler as its own caller would have; answers its wait status. */
static int compile(const char *real, char **argv)
{
    static const int passed[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
    int status;

    compiler = fork();
    if (compiler == 0) {
        execv(real, argv);
        fprintf(stderr, "refsan: cannot start the compiler '%s': %s\n", real, strerror(errno));
        _exit(127);
    }
    for (size_t i = 0; compiler > 0 && i < sizeof(passed) / sizeof(*passed); i++)
        signal(passed[i], pass_on);
    while (compiler > 0 && waitpid(compiler, &status, 0) != compiler)
        if (errno != EINTR)
            break;
    return compiler > 0 ? status : 127 << 8;
}

static bool write_record(const char *path, const char *here, const char *const *words, size_t count)
{
    FILE *file = fopen(path, "we");
    bool good;

    if (file == NULL)
        return false;
    fprintf(file, "refsan record 1%c%s%c", 0, here, 0);
    for (size_t i = 0; i < count; i++)
        fwrite(words[i], 1, strlen(words[i]) + 1, file);
    good = !ferror(file);
    return fclose(file) == 0 && good;
}

/* The words with those of response files (@file) in their place. */
static void expand(struct rs_arena *arena, char **argv, struct rs_words *words)
{
    enum { RESPONSE_MOST = 16 << 20 };

    for (; *argv != NULL; argv++) {
        struct rs_error err;
        size_t size;
        char *text = (*argv)[0] == '@' ? rs_driver_read(*argv + 1, RESPONSE_MOST, &size, &err) : NULL;

        if (text != NULL)
            rs_command_split(arena, text, words);
        else
            *RS_PUSH(words) = *argv;
        free(text);
    }
}

static bool lower_one(struct rs_session *session, const char *here, const struct rs_words *flags, const char *file,
                      const char *bitcode, const char *errors)
{
    struct rs_recipe recipe;
    char **words;
    int status;

    rs_made_of_clang(session, here, flags, file, bitcode, &recipe);
    if (rs_made_take(session, &recipe, bitcode))
        return true;
    words = rs_lower_command(&session->arena, session->clang_path, flags, file, bitcode, recipe.rule);
    rs_pages_ask();
    status = rs_run_to_end(words, NULL, errors);
    rs_pages_restore();
    if (status != 0) {
        unlink(bitcode);
        return false;
    }
    rs_made_keep(session, &recipe, bitcode);
    return true;
}

static void lower(struct rs_session *session, const struct rs_command *command, const char *record, const char *here)
{
    for (size_t k = 0; k < command->sources.count; k++) {
        const char *bitcode = rs_arena_printf(&session->arena, "%s.%zu.bc", record, k),
                   *errors = rs_arena_printf(&session->arena, "%s.%zu.err", record, k);
        struct rs_words flags = {0};

        for (size_t i = 0; i < command->flags.count; i++)
            *RS_PUSH(&flags) = command->flags.items[i];
        rs_python_headers(session, here, &flags);
        if (lower_one(session, here, &flags, command->sources.items[k], bitcode, errors))
            rs_driver_copy(command->sources.items[k], rs_arena_printf(&session->arena, "%s.%zu.src", record, k));
        RS_VEC_CLOSE(&flags);
    }
}

/* What the recorder told its stand-ins, taken out of the environment. */
struct recorder {
    const char *folder, *clang, *python, *cache;
};

/* Bitcode and record of a command that did its work. Nothing that goes wrong here is the build's business. */
static void record(const struct recorder *recorder, const struct rs_words *words, const struct rs_command *command)
{
    struct rs_session session = {.clang_path = recorder->clang,
                                 .chosen = recorder->python,
                                 .cache_folder = recorder->cache};
    const char *here = rs_driver_here(&session.arena);
    char *path = rs_arena_printf(&session.arena, "%s/records/XXXXXX", recorder->folder);
    struct rs_error err;
    int fd = mkstemp(path);

    if (fd < 0)
        return;
    close(fd);
    signal(SIGXFSZ, SIG_IGN);
    if (session.chosen != NULL && !rs_python_find(&session, &err))
        session.chosen = NULL;
    if (session.clang_path != NULL && command->makes != RS_MAKES_PROGRAM && command->makes != RS_MAKES_ARCHIVE)
        lower(&session, command, path, here);
    write_record(path, here, words->items, words->count);
}

static const char *copy_of(struct rs_arena *arena, const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL ? rs_arena_strdup(arena, value) : NULL;
}

int rs_record_stand_in(char **argv)
{
    static char real[4096];
    struct rs_arena arena = {0};
    struct recorder recorder = {copy_of(&arena, "REFSAN_CHECK_RECORD"), copy_of(&arena, "REFSAN_CHECK_CLANG"),
                                copy_of(&arena, "REFSAN_CHECK_PYTHON"), copy_of(&arena, "REFSAN_CHECK_CACHE")};
    const char *name = base_name(argv[0]), *found;
    struct rs_words words = {0};
    struct rs_command command;
    int status;

    if (readlink(rs_arena_printf(&arena, "%s/real/%s", recorder.folder, name), real, sizeof(real) - 1) <= 0) {
        fprintf(stderr, "refsan: no compiler '%s' is known\n", name);
        return 127;
    }
    expand(&arena, argv, &words);
    rs_command_parse(words.items, words.count, &command);
    restore_environment(&arena, recorder.folder);
    found = rs_run_find(&arena, name, NULL);
    argv[0] = found != NULL && strcmp(found, real) == 0 ? (char *)name : real;
    if (command.makes == RS_MAKES_NOTHING || command.sources.count + command.objects.count == 0)
        execv(real, argv);
    status = compile(real, argv);
    if (status == 0)
        record(&recorder, &words, &command);
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        kill(getpid(), WTERMSIG(status));
    }
    return WEXITSTATUS(status);
}
