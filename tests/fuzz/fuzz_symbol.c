/* Feeds bytes to the symbolizer as a module, or as a Cython-generated source where they begin with a comment.
 * Any answer is right; a crash, an endless loop or a read out of bounds is not. libFuzzer's interface;
 * drive.c runs it without clang. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "symbol/internal.h"
#include "symbol/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 200 };

static void look_up(struct rs_symbols *symbols, const char *path, uint64_t offset)
{
    struct rs_frame frames[8];
    size_t count = rs_symbol_frames(symbols, path, NULL, offset, frames, 8);
    char name[128];

    if (count > 0 && rs_symbol_blame(frames, count) >= count)
        __builtin_trap();
    for (size_t i = 0; i < count; i++)
        if (frames[i].linkage != NULL && !rs_symbol_cython_name(frames[i].linkage, name, sizeof(name)) &&
            name[0] != '\0')
            __builtin_trap();
    rs_symbol_entry(symbols, path, NULL, offset, &frames[0]);
}

static void as_module(struct rs_symbols *symbols, const uint8_t *data, size_t size)
{
    char path[64];
    struct rs_module *module;
    int fd = memfd_create("module", MFD_CLOEXEC);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        return;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    rs_symbol_debug_directory(symbols, "/nonexistent");
    if (!rs_symbol_has_lines(symbols, path) && rs_symbol_problem(symbols, path) == NULL)
        __builtin_trap();
    module = rs_module_get(symbols, path, "00");
    module = rs_module_get(symbols, path, NULL);
    /* The code that the file says it has, or else the places where code usually is. */
    for (size_t i = 0; i < module->code.count && i < 64; i++)
        for (uint64_t step = 0; step < 256; step++)
            look_up(symbols, path,
                    module->code.items[i].lo +
                        (module->code.items[i].hi - module->code.items[i].lo) / 256 * step + step % 16);
    for (uint64_t offset = 0; offset < 0x4000; offset += 61)
        look_up(symbols, path, offset);
    close(fd);
}

static void as_source(struct rs_symbols *symbols, const uint8_t *data, size_t size)
{
    char path[64];
    const char *file;
    int line;
    FILE *out;

    snprintf(path, sizeof(path), "/tmp/refsan-fuzz-%d.c", (int)getpid());
    out = fopen(path, "wb");
    if (out == NULL)
        return;
    fwrite(data, 1, size, out);
    fclose(out);
    for (int i = 0; i < LINES; i++) {
        const char *name = rs_symbol_intern(symbols, path);

        if (rs_pyx_line(symbols, name, i, i % 2 == 0, &file, &line) && (strlen(file) == 0 || line <= 0))
            __builtin_trap();
        rs_source_line(symbols, name, i);
    }
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rs_symbols *symbols = rs_symbol_open();

    if (size > 1 && data[0] == '/' && data[1] == '*')
        as_source(symbols, data, size);
    else
        as_module(symbols, data, size);
    rs_symbol_close(symbols);
    return 0;
}
