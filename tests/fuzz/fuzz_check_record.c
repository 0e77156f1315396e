/* libFuzzer target of a build's record: any bytes are refused, or give words that make a command. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check/driver/command.h"
#include "check/driver/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rs_arena arena = {0};
    char *bytes = rs_alloc(size + 1);
    struct rs_words words = {0}, split = {0};
    struct rs_command command;
    const char *folder;

    memcpy(bytes, data, size);
    if (rs_record_parse(bytes, size, &folder, &words)) {
        rs_command_parse(words.items, words.count, &command);
        if (command.sources.count + command.objects.count > words.count || strlen(folder) > size)
            abort();
        rs_command_close(&command);
    }
    rs_command_split(&arena, bytes, &split);
    rs_command_parse(split.items, split.count, &command);
    rs_command_close(&command);
    RS_VEC_CLOSE(&words);
    RS_VEC_CLOSE(&split);
    rs_arena_close(&arena);
    free(bytes);
    return 0;
}
