/* libFuzzer target of what a unit's bitcode depends on: any bytes are refused, or give a list that is written as it was read; any
 * bytes are a rule of make's. A damaged list fails its hash, so that the bytes are read a second time behind a right one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check/driver/depends.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_list(const char *text, size_t size)
{
    struct rs_arena arena = {0};
    struct rs_depends depends = {0};
    size_t length;
    char *again;

    if (rs_depends_read(&arena, text, size, &depends)) {
        again = rs_depends_text(&depends, &length);
        if (again == NULL || length != size || memcmp(again, text, size) != 0)
            abort();
        free(again);
    }
    rs_depends_close(&depends);
    rs_arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char head[] = "refsan depends 1 ";
    struct rs_arena arena = {0};
    struct rs_words files = {0};
    struct rs_key hash;
    char *text = rs_alloc(size + 1), *whole = rs_alloc(sizeof(head) + sizeof(hash.hex) + size);
    int length;

    memcpy(text, data, size);
    text[size] = 0;
    read_list(text, size);
    rs_cache_key_bytes(text, size, &hash);
    length = sprintf(whole, "%s%s\n", head, hash.hex);
    memcpy(whole + length, text, size);
    read_list(whole, (size_t)length + size);
    rs_depends_of_rule(&arena, text, &files);
    for (size_t i = 0; i < files.count; i++)
        if (files.items[i][0] == 0 || strlen(files.items[i]) > size)
            abort();
    RS_VEC_CLOSE(&files);
    rs_arena_close(&arena);
    free(whole);
    free(text);
    return 0;
}
