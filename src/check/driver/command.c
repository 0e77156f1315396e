/* See command.h. Which options take a word of their own: gcc 12's manual, "Option Summary", and clang 19's --help. */
#include "check/driver/command.h"

#include <string.h>

/* Options whose value is the next word when nothing follows in their own. */
/* clang-format off */
static const char *const with_value[] = {"-o", "-I", "-D", "-U", "-L", "-l", "-T", "-u", "-z", "-e", "-B", "-A", "-x",
                                         "-MF", "-MT", "-MQ", "-MJ",
                                         "-include", "-imacros", "-isystem", "-iquote", "-idirafter", "-isysroot",
                                         "-iprefix", "-iwithprefix",
                                         "-imultilib", "-Xlinker", "-Xassembler", "-Xpreprocessor", "-Xclang",
                                         "-arch", "-target", "--sysroot",
                                         "--param", "-aux-info", "-dumpbase", "-dumpdir", "-soname", "-rpath",
                                         "-mllvm", "-framework",
                                         "-current_version", "-compatibility_version", "-install_name", "-undefined",
                                         NULL};
/* clang-format on */
/* What decides the meaning of a source and is spelled alike by gcc and clang; a value may follow in the same word or
 * the next. */
static const char *const kept_with_value[] = {"-I",       "-D",      "-U",         "-include",  "-imacros",
                                              "-isystem", "-iquote", "-idirafter", "-isysroot", "--sysroot",
                                              "-target",  "-x",      NULL};
/* clang-format off */
static const char *const kept[] = {"-ansi", "-nostdinc", "-nostdinc++", "-undef", "-pthread", "-m32", "-m64", "-mx32",
                                   "-fexceptions", "-fno-exceptions",
                                   "-frtti", "-fno-rtti", "-fshort-enums", "-fno-short-enums", "-fshort-wchar",
                                   "-fsigned-char", "-funsigned-char",
                                   "-fms-extensions", "-fgnu89-inline", "-fchar8_t", "-fno-char8_t", "-fwrapv",
                                   "-fblocks", NULL};
/* clang-format on */
static const char *const kept_starts[] = {"-std=",   "--std=",  "-stdlib=", "--sysroot=", "--target=",
                                          "-march=", "-msse",   "-mavx",    "-mfma",      "-mf16c",
                                          "-mbmi",   "-mlzcnt", "-mpopcnt", "-mpclmul",   "-maes",
                                          "-mmovbe", "-madx",   "-msha",    "-mcx16",     NULL};

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

/* The option of the list that the word begins with, a value glued behind it; the longest wins ("-isystem" before "-I").
 */
static const char *glued(const char *word, const char *const *list)
{
    const char *best = NULL;

    for (; *list != NULL; list++) {
        size_t length = strlen(*list);

        if (strncmp(word, *list, length) == 0 && word[length] != 0 && (best == NULL || length > strlen(best)))
            best = *list;
    }
    return best;
}

static const char *extension(const char *file)
{
    const char *slash = strrchr(file, '/'), *dot = strrchr(file, '.');

    return dot != NULL && (slash == NULL || dot > slash) ? dot + 1 : "";
}

bool rs_command_is_source(const char *file)
{
    static const char *const sources[] = {"c", "cc", "cpp", "cxx", "c++", "C", "CPP", "cp", "i", "ii", NULL};

    return is_one_of(extension(file), sources);
}

static bool is_object(const char *file)
{
    static const char *const objects[] = {"o", "lo", "obj", "a", "os", NULL};

    return is_one_of(extension(file), objects);
}

/* A definition or include path that would change what -O0 means, or that clang refuses at -O0. */
static bool is_unwanted_value(const char *option, const char *value)
{
    return (option[1] == 'D' || option[1] == 'U') && strncmp(value, "_FORTIFY_SOURCE", strlen("_FORTIFY_SOURCE")) == 0;
}

static void note_file(struct rs_command *to, const char *word, const char *language)
{
    bool named_source = language != NULL && (strcmp(language, "c") == 0 || strcmp(language, "c++") == 0);

    if (rs_command_is_source(word) || (named_source && !is_object(word)))
        *RS_PUSH(&to->sources) = word;
    else if (is_object(word))
        *RS_PUSH(&to->objects) = word;
}

static void note_mode(struct rs_command *to, const char *word, bool *objects_only, bool *shared)
{
    static const char *const nothing[] = {"-E",        "-M",           "-MM",          "-S",   "-fsyntax-only",
                                          "--version", "-dumpmachine", "-dumpversion", "-###", "--help",
                                          NULL};

    if (is_one_of(word, nothing) || strncmp(word, "-print-", 7) == 0 || strncmp(word, "--print-", 8) == 0)
        to->makes = RS_MAKES_NOTHING;
    *objects_only |= strcmp(word, "-c") == 0;
    *shared |= strcmp(word, "-shared") == 0 || strcmp(word, "-bundle") == 0 || strcmp(word, "-dynamiclib") == 0;
}

/* One option; answers how many words it took. */
static size_t note_option(struct rs_command *to, const char *const *words, size_t left, const char **language)
{
    const char *word = words[0], *keeps;

    if (strcmp(word, "-pthreads") == 0)
        word = "-pthread";
    if (is_one_of(word, kept) || glued(word, kept_starts) != NULL) {
        *RS_PUSH(&to->flags) = word;
        return 1;
    }
    if (is_one_of(word, with_value)) {
        if (left < 2)
            return 1;
        if (strcmp(word, "-o") == 0)
            to->output = words[1];
        if (strcmp(word, "-l") == 0)
            *RS_PUSH(&to->libraries) = words[1];
        if (strcmp(word, "-x") == 0)
            *language = words[1];
        if (is_one_of(word, kept_with_value) && !is_unwanted_value(word, words[1])) {
            *RS_PUSH(&to->flags) = word;
            *RS_PUSH(&to->flags) = words[1];
        }
        return 2;
    }
    if (strncmp(word, "-l", 2) == 0)
        *RS_PUSH(&to->libraries) = word + 2;
    keeps = glued(word, kept_with_value);
    if (keeps != NULL && !is_unwanted_value(keeps, word + strlen(keeps)))
        *RS_PUSH(&to->flags) = word;
    if (keeps != NULL && strcmp(keeps, "-x") == 0)
        *language = word + 2;
    if (strncmp(word, "-o", 2) == 0 && word[2] != 0 && strncmp(word, "-openmp", 7) != 0)
        to->output = word + 2;
    return 1;
}

bool rs_command_is_archiver(const char *name)
{
    size_t end = strlen(name);

    while (end > 0 && strchr("0123456789.", name[end - 1]) != NULL)
        end--;
    end -= end > 0 && end < strlen(name) && name[end - 1] == '-';
    return end >= 2 && strncmp(name + end - 2, "ar", 2) == 0 && (end == 2 || name[end - 3] == '-');
}

/* "ar rcs libx.a a.o b.o": what puts objects in or replaces them; the first name is the archive's. */
static void parse_archive(const char *const *words, size_t count, struct rs_command *to)
{
    const char *operation = count > 1 ? words[1] + (words[1][0] == '-') : "";

    to->makes = strpbrk(operation, "rq") != NULL && words[1][1] != '-' ? RS_MAKES_ARCHIVE : RS_MAKES_NOTHING;
    for (size_t i = 2; i < count && to->makes == RS_MAKES_ARCHIVE; i++) {
        if (words[i][0] == '-')
            continue;
        if (to->output == NULL)
            to->output = words[i];
        else if (is_object(words[i]))
            *RS_PUSH(&to->objects) = words[i];
    }
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

void rs_command_parse(const char *const *words, size_t count, struct rs_command *to)
{
    bool objects_only = false, shared = false;
    const char *language = NULL;

    *to = (struct rs_command){.makes = RS_MAKES_PROGRAM};
    if (count > 0 && rs_command_is_archiver(base_name(words[0]))) {
        parse_archive(words, count, to);
        return;
    }
    for (size_t i = 1; i < count;) {
        if (words[i][0] != '-' || words[i][1] == 0) {
            note_file(to, words[i++], language);
            continue;
        }
        note_mode(to, words[i], &objects_only, &shared);
        i += note_option(to, words + i, count - i, &language);
    }
    if (to->makes == RS_MAKES_PROGRAM && (objects_only || shared))
        to->makes = objects_only ? RS_MAKES_OBJECT : RS_MAKES_SHARED;
}

void rs_command_close(struct rs_command *command)
{
    RS_VEC_CLOSE(&command->sources);
    RS_VEC_CLOSE(&command->objects);
    RS_VEC_CLOSE(&command->libraries);
    RS_VEC_CLOSE(&command->flags);
}

const char *rs_command_include(const struct rs_words *flags, size_t *at)
{
    static const char *const options[] = {"-I", "-isystem", "-iquote", "-idirafter"};
    const char *word = flags->items[*at];

    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
        size_t length = strlen(options[i]);

        if (strncmp(word, options[i], length) != 0)
            continue;
        if (word[length] != 0)
            return word + length;
        return *at + 1 < flags->count ? flags->items[++*at] : NULL;
    }
    return NULL;
}

/* One word of a shell's line into *to, which moves behind its NUL; answers where the word ends. */
static const char *split_word(const char *line, char **to)
{
    char quote = 0, *out = *to;

    for (; *line != 0 && (quote != 0 || strchr(" \t\r\n", *line) == NULL); line++) {
        bool escapes =
            *line == '\\' && line[1] != 0 && (quote == 0 || (quote == '"' && strchr("\"\\$`", line[1]) != NULL));

        if (escapes)
            *out++ = *++line;
        else if (*line == quote)
            quote = 0;
        else if (quote == 0 && (*line == '\'' || *line == '"'))
            quote = *line;
        else
            *out++ = *line;
    }
    *out = 0;
    *to = out + 1;
    return line;
}

void rs_command_split(struct rs_arena *arena, const char *line, struct rs_words *words)
{
    char *room =
        rs_arena_alloc(arena, strlen(line) + 1); /* a word and its NUL are no longer than what they come from */

    for (line += strspn(line, " \t\r\n"); *line != 0; line += strspn(line, " \t\r\n")) {
        *RS_PUSH(words) = room;
        line = split_word(line, &room);
    }
}
