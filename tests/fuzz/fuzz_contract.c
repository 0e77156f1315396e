/* Feeds bytes to the reader of a user's contract tables. It loads or says one line; a crash, an endless loop or a read out of bounds is
 * neither. libFuzzer's interface; drive_symbol.c runs it without clang. */
#include <stdint.h>
#include <string.h>

#include "contract/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rs_error err = {""};

    if (!rs_contract_check_text("fuzz.txt", (const char *)data, size, &err) && (err.text[0] == 0 || strchr(err.text, '\n') != NULL))
        __builtin_trap();
    return 0;
}
