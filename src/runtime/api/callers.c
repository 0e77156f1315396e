/* Who in the module called the function that called the API.
 *
 * No unwinding: the stack is looked through for return addresses behind direct calls, and what is found may be a stale
 * one. The host has the module's file and believes only those that fit together. What was found is remembered by place
 * and depth: while the words there are the same, the way to the place is. */
#include "runtime/api/calls.h"
#include "runtime/api/words.h"
#include "runtime/arch.h"
#include "runtime/modules.h"
#include "wire/recording.h"

enum {
    LOOK = 96,
    LOOK_FOR_VARIABLE = 512,
    CALLERS = 2,
    CALL_LENGTH = 5,
    CALL_OPCODE = 0xe8,
    FUNCTION_MAX = 1 << 20,
    WAYS = 1024
};

/* By which way a place was reached that far above the entry's frame: where on the stack its return addresses stood. */
struct way {
    uint64_t place, height;
    unsigned count;
    unsigned offset[CALLERS]; /* in words above the stack pointer */
    uint64_t caller[CALLERS];
};
static struct way ways[WAYS]; /* with the GIL */

/* Whether the word, which lies in the module's code, is a return address behind a direct call of a function that begins
 * before `inside`. */
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

/* Looks for the way of a call at `place`, in the words from `at` up to `end`. */
static void look(struct way *way, const uint64_t *at, const uint64_t *end, const struct rt_module *module,
                 uint64_t place)
{
    uint64_t first = module->text_lo + CALL_LENGTH, size = module->text_hi - first, inside = place;

    way->count = 0;
    for (const uint64_t *word = at; word < end && way->count < CALLERS; word++) {
        if (*word - first >= size || !is_call(*word, module, inside))
            continue;
        inside = *word;
        way->offset[way->count] = (unsigned)(word - at);
        way->caller[way->count++] = inside;
    }
}

static bool is_same(const struct way *way, const uint64_t *at)
{
    for (unsigned i = 0; i < way->count; i++)
        if (at[way->offset[i]] != way->caller[i])
            return false;
    return true;
}

void rt_words_callers(struct rt_words *words, const struct rt_frame *frame)
{
    const uint64_t *at = frame->stack, *top = (const uint64_t *)rt_entry_stack(), *end = at + LOOK;
    uint64_t place = frame->return_address, height = (uint64_t)(top - at);
    struct way *way = &ways[(place ^ height << 4) % WAYS], other;
    const struct rt_module *module;
    bool by_variable = words->fresh != RT_FRESH_RESULT;

    if (words->fresh == 0 || top < at)
        return;
    if (by_variable) {
        end = (const uint64_t *)words->fresh;
        if (end < at || end >= at + LOOK_FOR_VARIABLE)
            return;
        way = &other; /* as far as the variable only */
    }
    if (by_variable || way->place != place || way->height != height || !is_same(way, at)) {
        if ((module = rt_module_of(place)) == NULL)
            return;
        look(way, at, top < end ? top : end, module, place);
        way->place = place;
        way->height = height;
    }
    for (unsigned i = 0; i < way->count; i++)
        put(words, way->caller[i], by_variable ? RS_WORD_NEW : 0);
}
