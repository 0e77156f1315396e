/* Who in the module called the function that called the API.
 *
 * No unwinding: the stack is looked through for return addresses behind direct calls, and what is found may be a stale one. The
 * host has the module's file and believes only those that fit together. */
#include "runtime/api/calls.h"
#include "runtime/api/words.h"
#include "runtime/arch.h"
#include "runtime/modules.h"
#include "wire/recording.h"

enum { LOOK = 96, LOOK_FOR_VARIABLE = 512, CALLERS = 2, CALL_LENGTH = 5, CALL_OPCODE = 0xe8, FUNCTION_MAX = 1 << 20 };

/* Whether the word, which lies in the module's code, is a return address behind a direct call of a function that begins before `inside`. */
static bool is_call(uint64_t word, const struct rt_module *module, uint64_t inside)
{
    uint64_t target;

    if (*(const uint8_t *)(word - CALL_LENGTH) != CALL_OPCODE)
        return false;
    target = word + (uint64_t)(int64_t)*(const int32_t *)(word - 4);
    if (target - module->text_lo >= module->text_hi - module->text_lo)
        return true; /* led past the hook of an entry */
    return target < inside && inside - target < FUNCTION_MAX;
}

static void put(struct rt_words *words, uint64_t caller, unsigned flags)
{
    if (words->count < RT_WORDS)
        words->word[words->count++] = caller | (uint64_t)RS_ARG_CALLER << 48 | (uint64_t)flags << 56;
}

void rt_words_callers(struct rt_words *words, const struct rt_frame *frame)
{
    const uint64_t *at = frame->stack, *end = at + LOOK, *variable = (const uint64_t *)words->fresh;
    const uint64_t *top = (const uint64_t *)rt_entry_stack();
    const struct rt_module *module = words->fresh != 0 ? rt_module_of(frame->return_address) : NULL;
    uint64_t inside = frame->return_address, first, size;
    unsigned found = 0;

    if (module == NULL || top < at)
        return;
    first = module->text_lo + CALL_LENGTH;
    size = module->text_hi - first;
    if (words->fresh != RT_FRESH_RESULT) {
        if (variable < at || variable >= at + LOOK_FOR_VARIABLE)
            return;
        end = variable;
    }
    end = top < end ? top : end;
    for (; at < end && found < CALLERS; at++) {
        if (*at - first >= size || !is_call(*at, module, inside))
            continue;
        inside = *at;
        put(words, *at, words->fresh == RT_FRESH_RESULT ? 0 : RS_WORD_NEW);
        found++;
    }
}
