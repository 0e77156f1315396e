/* See words.h. */
#include "runtime/api/words.h"

#include "contract/contract.h"
#include "runtime/arch.h"
#include "runtime/heap/object.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/sys/sys.h"
#include "wire/recording.h"

enum {
    CONTRACTS = 4096,
    ARRAY_MAX = 32,
    VARARGS_MAX = 48,
    MEMBERS_MAX = 128,
    BODY_MAX = 8192,
    BASES_MAX = 32,
    T_OBJECT = 6,
    T_OBJECT_EX = 16, /* PyMemberDef.type */
};

/* What is looked at at every call, by the contract's index. */
struct digest {
    uint8_t plain;      /* of the first six arguments those that are objects */
    bool before, after; /* other kinds that matter before the call, after it */
    bool simple, takes_nothing;
};
static struct digest digests[CONTRACTS];

static struct digest digest_of(const struct rs_contract *contract)
{
    struct digest d = {.simple = (contract->flags & (RS_MAY_RUN | RS_MAY_RELEASE | RS_DEALLOCATES)) == 0,
                       .takes_nothing = (contract->flags & RS_DEALLOCATES) == 0};

    for (unsigned i = 0; i < contract->nargs; i++) {
        switch (contract->args[i].kind) {
        case RS_ARG_STEAL:
            d.simple = d.takes_nothing = false;
            /* fall through */
        case RS_ARG_OBJECT:
        case RS_ARG_TYPE:
            if (i < 6)
                d.plain |= (uint8_t)(1u << i);
            else
                d.before = true;
            break;
        case RS_ARG_INOUT:
            d.before = d.after = true;
            break;
        case RS_ARG_OUT:
        case RS_ARG_OUT_BORROWED:
        case RS_ARG_BUFFER_OUT:
        case RS_ARG_ACQUIRE:
        case RS_ARG_PARSE:
            d.after = true;
            break;
        case RS_ARG_VALUE:
        case RS_ARG_CALLBACK:
        case RS_ARG_TABLE:
            break;
        default:
            d.before = true;
        }
    }
    return d;
}

static const struct rs_contract *rows;

void rt_words_open(void)
{
    rows = rs_contract_at(0);
    for (unsigned i = 0; i < rs_contract_count() && i < CONTRACTS; i++)
        digests[i] = digest_of(&rows[i]);
}

static inline const struct digest *digest(const struct rs_contract *contract)
{
    static const struct digest all = {.before = true, .after = true};
    size_t index = (size_t)(contract - rows);

    return index < CONTRACTS ? &digests[index] : &all;
}

bool rt_words_simple(const struct rs_contract *contract)
{
    return digest(contract)->simple;
}

bool rt_words_takes_nothing(const struct rs_contract *contract)
{
    return contract == NULL || digest(contract)->takes_nothing;
}

void rt_words_memory(struct rt_words *words, uint64_t block, uint64_t fresh)
{
    if (words->count == RT_WORDS || !rt_object_claim(block))
        return;
    words->word[words->count++] = block | (uint64_t)RS_ARG_MEMORY << 48;
    words->fresh = fresh;
}

uint64_t rt_words_argument(const struct rt_frame *frame, unsigned n)
{
    return n < 6 ? frame->args[n] : frame->stack[n - 6];
}

/* What follows the fixed arguments, in words; a format has no more arguments than characters, a conversion of printf's
 * three. */
static uint64_t variadic_words(const struct rs_contract *contract, const struct rt_frame *frame)
{
    uint64_t count = 0;

    for (unsigned i = 0; i < contract->nargs; i++) {
        const char *format = (const char *)rt_words_argument(frame, i);

        switch (contract->args[i].kind) {
        case RS_ARG_VARARGS:
            while (rt_words_argument(frame, i + (unsigned)count) != 0)
                count++;
            return count + 1;
        case RS_ARG_VARARGS_N:
            return rt_words_argument(frame, contract->args[i].count - 1u);
        case RS_ARG_BUILD:
        case RS_ARG_PARSE:
            return format != NULL ? rt_length(format) : 0;
        case RS_ARG_PRINTF:
            for (const char *f = format; f != NULL && *f != 0; f++)
                count += *f == '%' ? 3 : 0;
            return count;
        }
    }
    return 0;
}

unsigned rt_words_on_stack(const struct rs_contract *contract, const struct rt_frame *frame)
{
    uint64_t words = RT_STACK_WORDS;

    if (contract != NULL && (contract->flags & RS_VARIADIC)) {
        words = contract->nargs + variadic_words(contract, frame); /* some of which are in registers */
        words = words > RT_STACK_WORDS ? words : RT_STACK_WORDS;
    }
    return (unsigned)(words + 1) & ~1u;
}

static uint64_t through(uint64_t pointer)
{
    return pointer != 0 ? *(const uint64_t *)pointer : 0;
}

static void others_before(struct rt_words *words, const struct rs_contract *contract, const struct rt_frame *frame)
{
    for (unsigned i = 0; i < contract->nargs; i++) {
        const struct rs_argument *argument = &contract->args[i];
        uint64_t value = rt_words_argument(frame, i), count;

        switch (argument->kind) {
        case RS_ARG_OBJECT:
        case RS_ARG_STEAL:
        case RS_ARG_TYPE:
            rt_words_add(words, value, i, 0);
            break;
        case RS_ARG_INOUT:
            rt_words_add(words, through(value), i, RS_WORD_OLD);
            break;
        case RS_ARG_BUFFER_DROP:
            if (value != 0)
                rt_words_add(words, through(value + 8), i, RS_WORD_OLD); /* Py_buffer.obj */
            break;
        case RS_ARG_OBJECTS:
            count = argument->count != 0 ? rt_words_argument(frame, argument->count - 1u) : 0;
            count &= ~(1ull << 63); /* PY_VECTORCALL_ARGUMENTS_OFFSET */
            for (uint64_t k = 0; value != 0 && k < count && k < ARRAY_MAX; k++)
                rt_words_add(words, *(const uint64_t *)(value + 8 * k), i, 0);
            break;
        case RS_ARG_VARARGS:
            for (unsigned k = i; k < i + VARARGS_MAX && rt_words_argument(frame, k) != 0; k++)
                rt_words_add(words, rt_words_argument(frame, k), i, 0);
            break;
        case RS_ARG_VARARGS_N:
            count = rt_words_argument(frame, argument->count - 1u);
            for (uint64_t k = 0; k < count && k < VARARGS_MAX; k++)
                rt_words_add(words, rt_words_argument(frame, i + (unsigned)k), i, 0);
            break;
        case RS_ARG_BUILD:
            rt_formats_build(words, (const char *)value, contract, frame);
            break;
        case RS_ARG_PRINTF:
            rt_formats_printf(words, (const char *)value, contract, frame);
            break;
        }
    }
}

void rt_words_before(struct rt_words *words, const struct rs_contract *contract, const struct rt_frame *frame)
{
    const struct digest *d = digest(contract);

    if (d->before) {
        others_before(words, contract, frame);
        return;
    }
    for (unsigned left = d->plain; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctz(left);

        rt_words_add(words, frame->args[i], i, 0);
    }
}

bool rt_words_failed(const struct rs_contract *contract, uint64_t result)
{
    if (contract->result != RS_RESULT_VALUE)
        return result == 0;
    return contract->failure != RS_NEVER_FAILS && (int32_t)result == contract->failure;
}

static bool happened(const struct rs_argument *argument, bool failure)
{
    return argument->when == RS_ALWAYS || (argument->when == RS_ON_FAILURE) == failure;
}

void rt_words_after(struct rt_words *words, const struct rs_contract *contract, const struct rt_frame *frame)
{
    bool failure = rt_words_failed(contract, frame->result);

    if (contract->result != RS_RESULT_VALUE && frame->result != 0)
        rt_words_add(words, frame->result, RS_ARG_RESULT,
                     contract->result == RS_RESULT_NEW || (contract->flags & RS_INITIALISES) ? RS_WORD_NEW
                     : contract->result == RS_RESULT_UNKNOWN                                 ? RS_WORD_UNKNOWN
                                                                                             : 0);
    if (contract->flags & RS_ALLOCATES)
        rt_words_memory(words, frame->result, RT_FRESH_RESULT);
    for (unsigned i = 0; digest(contract)->after && i < contract->nargs; i++) {
        uint64_t value = rt_words_argument(frame, i);

        switch (contract->args[i].kind) {
        case RS_ARG_OUT:
            if (!(failure && contract->args[i].when == RS_ON_SUCCESS)) {
                rt_words_add(words, through(value), i, RS_WORD_NEW);
                words->fresh = value;
            }
            break;
        case RS_ARG_OUT_BORROWED:
            if (!failure)
                rt_words_add(words, through(value), i, 0);
            break;
        case RS_ARG_INOUT:
            rt_words_add(words, through(value), i, RS_WORD_NEW);
            break;
        case RS_ARG_BUFFER_OUT:
            if (!failure && value != 0) {
                rt_words_add(words, through(value + 8), i, RS_WORD_NEW);
                words->fresh = value;
            }
            break;
        case RS_ARG_ACQUIRE:
            if (happened(&contract->args[i], failure))
                rt_words_add(words, value, i, RS_WORD_NEW);
            break;
        case RS_ARG_PARSE:
            if (!failure)
                rt_formats_parse(words, (const char *)value, contract, frame);
            break;
        }
    }
}

void rt_words_body(struct rt_words *words, uint64_t self)
{
    uint64_t end = rt_object_end(self);

    if (end > self + 8 * BODY_MAX)
        end = self + 8 * BODY_MAX;
    for (uint64_t at = self + 16; at + 8 <= end && words->count < RT_WORDS; at += 8) {
        uint64_t word = *(const uint64_t *)at, offset = word - rt_hot.region;

        if (offset < rt_hot.region_size && (word & 15) == 0 && word != self &&
            (rt_hot.side[offset >> 4] & RT_SIDE_OBJECT))
            words->word[words->count++] = word;
    }
}

void rt_words_members(struct rt_words *words, uint64_t self)
{
    uint64_t type = rt_object_type_of(self);

    for (unsigned depth = 0; type != 0 && depth < BASES_MAX && rt_object_type(type); depth++) {
        const struct {
            const char *name;
            int32_t type, pad;
            int64_t offset;
            uint64_t flags, doc;
        } *member = *(void **)(type + TP_MEMBERS);
        int64_t dict = *(int64_t *)(type + TP_DICTOFFSET);

        if (dict >= 16 && dict < 4096)
            rt_words_add(words, *(uint64_t *)(self + (uint64_t)dict), 0, RS_WORD_UNKNOWN);
        for (unsigned i = 0; member != NULL && member[i].name != NULL && i < MEMBERS_MAX; i++)
            if ((member[i].type == T_OBJECT || member[i].type == T_OBJECT_EX) && member[i].offset >= 16)
                rt_words_add(words, *(uint64_t *)(self + (uint64_t)member[i].offset), 0, RS_WORD_UNKNOWN);
        type = *(uint64_t *)(type + TP_BASE);
    }
}
