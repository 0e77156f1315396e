#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fixture_open(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    const char *fixtures = getenv("SYMBOL_FIXTURES");

    assert_non_null(fixture);
    assert_non_null(fixtures);
    strcpy(fixture->folder, "/tmp/refsan-symbol-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    fixture_run(fixture, "cp -r '%s'/* .", fixtures);
    fixture->symbols = rs_symbol_open();
    *state = fixture;
    return 0;
}

int fixture_close(void **state)
{
    struct fixture *fixture = *state;

    rs_symbol_close(fixture->symbols);
    fixture_run(fixture, "rm -rf '%s'", fixture->folder);
    free(fixture);
    return 0;
}

void fixture_run(const struct fixture *fixture, const char *format, ...)
{
    char command[1024], whole[1200];
    va_list ap;

    va_start(ap, format);
    vsnprintf(command, sizeof(command), format, ap);
    va_end(ap);
    snprintf(whole, sizeof(whole), "cd '%s' && %s", fixture->folder, command);
    if (system(whole) != 0)
        fail_msg("failed: %s", whole);
}

bool fixture_has(const char *command)
{
    char whole[256];

    snprintf(whole, sizeof(whole), "command -v %s >/dev/null 2>&1", command);
    return system(whole) == 0;
}

const char *fixture_path(struct fixture *fixture, const char *name)
{
    snprintf(fixture->path, sizeof(fixture->path), "%s/%s", fixture->folder, name);
    return fixture->path;
}

/* The value and the size that nm prints for the symbol. */
static void ask_nm(const struct fixture *fixture, const char *file, const char *symbol, uint64_t *value,
                   uint64_t *size)
{
    char command[512], line[1024], name[512];
    unsigned long address, length;
    bool found = false;
    FILE *pipe;

    snprintf(command, sizeof(command), "nm -P '%s/%s'", fixture->folder, file);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    while (fgets(line, sizeof(line), pipe) != NULL) {
        char type;

        length = 0;
        if (sscanf(line, "%511s %c %lx %lx", name, &type, &address, &length) < 3 || strcmp(name, symbol) != 0)
            continue;
        *value = address;
        *size = length;
        found = true;
    }
    pclose(pipe);
    if (!found)
        fail_msg("%s has no symbol %s", file, symbol);
}

uint64_t fixture_address(const struct fixture *fixture, const char *file, const char *symbol)
{
    uint64_t value, size;

    ask_nm(fixture, file, symbol, &value, &size);
    return value;
}

uint64_t fixture_size(const struct fixture *fixture, const char *file, const char *symbol)
{
    uint64_t value, size;

    ask_nm(fixture, file, symbol, &value, &size);
    return size;
}

int fixture_line(const struct fixture *fixture, const char *file, const char *text)
{
    char path[256], line[1024];
    int number = 0, found = 0;
    FILE *source;

    snprintf(path, sizeof(path), "%s/%s", fixture->folder, file);
    source = fopen(path, "r");
    assert_non_null(source);
    while (fgets(line, sizeof(line), source) != NULL) {
        number++;
        if (strstr(line, text) == NULL)
            continue;
        if (found != 0)
            fail_msg("%s: \"%s\" is in lines %d and %d", file, text, found, number);
        found = number;
    }
    fclose(source);
    if (found == 0)
        fail_msg("%s has no line with \"%s\"", file, text);
    return found;
}

bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length >= tail && strcmp(text + length - tail, end) == 0;
}

void assert_frame(const struct rs_frame *frame, const char *function, const char *file, int line)
{
    if (function != NULL) {
        assert_non_null(frame->function);
        assert_string_equal(frame->function, function);
    }
    if (file != NULL) {
        assert_non_null(frame->file);
        if (!ends_with(frame->file, file))
            fail_msg("%s does not end with %s", frame->file, file);
    }
    if (line != 0)
        assert_int_equal(frame->line, line);
}
