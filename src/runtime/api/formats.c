/* Format strings of PyArg_Parse*, Py_BuildValue and PyUnicode_FromFormat (Doc/c-api/arg.rst, unicode.rst). An unknown
 * unit ends the reading: what follows is not guessed. */
#include "runtime/api/words.h"

#include <dlfcn.h>

#include "contract/contract.h"
#include "runtime/arch.h"
#include "runtime/heap/object.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/sys/sys.h"
#include "wire/recording.h"

/* O& converters of the API that store a new reference. */
static uint64_t new_converters[4];

void rt_formats_open(void)
{
    new_converters[0] = (uint64_t)dlsym(RTLD_DEFAULT, "PyUnicode_FSConverter");
    new_converters[1] = (uint64_t)dlsym(RTLD_DEFAULT, "PyUnicode_FSDecoder");
}

static bool is_one_of(char c, const char *set)
{
    while (*set != 0 && *set != c)
        set++;
    return *set != 0;
}

/* va_list of the System V ABI, AMD64 supplement, 3.5.7. What the API gets it copies (va_copy), so that it is the same
 * afterwards. */
struct va {
    uint32_t integers, vectors; /* bytes of the saved registers that are taken; there are 48 of integer registers, 128
                                   of vector ones */
    const uint64_t *stack, *saved;
};
enum { SAVED_INTEGERS = 48, SAVED_VECTOR = 16 };

/* What a format speaks of begins at argument `first` of the call, or is in a va_list that stands there. */
struct arguments {
    const struct rt_frame *frame;
    const struct va *list; /* NULL: arguments of the call itself */
    unsigned first;
};

static struct arguments arguments_of(const struct rs_contract *contract, const struct rt_frame *frame)
{
    unsigned last = contract->nargs - 1u;
    bool variadic = contract->flags & RS_VARIADIC;

    return (struct arguments){frame, variadic ? NULL : (const struct va *)rt_words_argument(frame, last), last};
}

static uint64_t argument(const struct arguments *from, unsigned n)
{
    const struct va *list = from->list;
    unsigned in_registers;

    if (list == NULL)
        return rt_words_argument(from->frame, n);
    n -= from->first;
    in_registers = list->integers < SAVED_INTEGERS ? (SAVED_INTEGERS - list->integers) / 8 : 0;
    return n < in_registers ? list->saved[list->integers / 8 + n] : list->stack[n - in_registers];
}

/* How many doubles came before: of a call's own arguments none does. */
static unsigned vectors_taken(const struct arguments *from)
{
    return from->list != NULL ? (from->list->vectors - SAVED_INTEGERS) / SAVED_VECTOR : 0;
}

void rt_formats_build(struct rt_words *words, const char *format, const struct rs_contract *contract,
                      const struct rt_frame *frame)
{
    const struct arguments from = arguments_of(contract, frame);
    unsigned n = from.first, vectors = vectors_taken(&from);

    for (const char *f = format; f != NULL && *f != 0; f++) {
        if (is_one_of(*f, "(){}[],: \t"))
            continue;
        if (is_one_of(*f, "df")) {
            if (++vectors > 8)
                n++; /* on the stack, in line with the others */
        } else if (*f == 'O' && f[1] == '&') {
            n += 2;
            f++;
        } else if (is_one_of(*f, "OSN")) {
            rt_words_add(words, argument(&from, n), n, *f == 'N' ? RS_WORD_STEAL : 0);
            n++;
        } else if (is_one_of(*f, "szyuU")) {
            n += f[1] == '#' ? 2 : 1;
            f += f[1] == '#';
        } else if (is_one_of(*f, "bBhHiIlkLKncCDp")) {
            n++;
        } else {
            return;
        }
    }
}

/* One conversion of PyUnicode_FromFormat behind its '%'; *n walks the arguments. False: unknown. */
static bool printf_unit(struct rt_words *words, const char **format, const struct arguments *from, unsigned *n)
{
    const char *f = *format;

    while (is_one_of(*f, "-0#+ 123456789.ljzth*")) {
        if (*f == '*')
            (*n)++;
        f++;
    }
    *format = f;
    if (*f == '%')
        return true;
    if (is_one_of(*f, "RSAUTN")) {
        rt_words_add(words, argument(from, *n), *n, 0);
        (*n)++;
    } else if (*f == 'V') {
        rt_words_add(words, argument(from, *n), *n, 0);
        *n += 2;
    } else if (is_one_of(*f, "cdiuoxXpsl")) {
        (*n)++;
    } else {
        return false;
    }
    return true;
}

void rt_formats_printf(struct rt_words *words, const char *format, const struct rs_contract *contract,
                       const struct rt_frame *frame)
{
    const struct arguments from = arguments_of(contract, frame);
    unsigned n = from.first;

    for (const char *f = format; f != NULL && *f != 0; f++) {
        if (*f != '%')
            continue;
        f++;
        if (!printf_unit(words, &f, &from, &n) || *f == 0)
            return;
    }
}

/* Which of the optional units behind '|' were filled: of those that were not, neither the variable nor even its address
 * need be anything (a format may speak of more than its caller passes along). */
struct units {
    uint64_t positional; /* how many there were */
    unsigned index;      /* of the unit that is being read */
    bool optional, keywords, nested;
};
enum filled { NOT_FILLED, PERHAPS_FILLED, FILLED };

static struct units units_of(const struct rs_contract *contract, const struct rt_frame *frame)
{
    uint64_t args = frame->args[0];
    struct units units = {.keywords =
                              contract->nargs > 1 && contract->args[1].kind == RS_ARG_OBJECT && frame->args[1] != 0};

    if (rt_object_peek(args) == RT_OBJECT_LIVE && (*(uint32_t *)(rt_object_type_of(args) + TP_FLAGS) & FLAG_TUPLE))
        units.positional = *(const uint64_t *)(args + OB_SIZE);
    else
        units.nested = true; /* PyArg_Parse: its only argument fills the units */
    return units;
}

static enum filled is_filled(const struct units *units)
{
    if (!units->optional || units->index < units->positional)
        return FILLED;
    return units->nested || units->keywords ? PERHAPS_FILLED : NOT_FILLED;
}

static uint64_t through(uint64_t pointer, enum filled filled)
{
    uint64_t word = 0;

    if (pointer == 0 || filled == NOT_FILLED)
        return 0;
    if (filled == FILLED)
        return *(const uint64_t *)pointer;
    return rt_sys_peek((const void *)pointer, &word, 8) ? word : 0;
}

/* A variable that a unit fills with a new reference. */
static void add_new(struct rt_words *words, uint64_t pointer, uint64_t variable, unsigned n, enum filled filled)
{
    rt_words_add(words, through(pointer, filled), n, filled == FILLED ? RS_WORD_NEW : RS_WORD_UNKNOWN);
    if (filled == FILLED)
        words->fresh = variable;
}

static void parse_object(struct rt_words *words, const char **format, const struct arguments *from, unsigned *n,
                         enum filled filled)
{
    char next = (*format)[1];

    if (next == '&') {
        uint64_t converter = argument(from, *n), address = argument(from, *n + 1);
        bool is_new = converter != 0 && (converter == new_converters[0] || converter == new_converters[1]);

        if (is_new) /* another's converter stores what it likes: no object is assumed */
            add_new(words, address, address, *n + 1, filled);
        *n += 2;
        (*format)++;
        return;
    }
    if (next == '!') {
        (*n)++;
        (*format)++;
    }
    rt_words_add(words, through(argument(from, *n), filled), *n, 0);
    (*n)++;
}

void rt_formats_parse(struct rt_words *words, const char *format, const struct rs_contract *contract,
                      const struct rt_frame *frame)
{
    const struct arguments from = arguments_of(contract, frame);
    struct units units = units_of(contract, frame);
    unsigned n = from.first;

    for (const char *f = format; f != NULL && *f != 0 && *f != ':' && *f != ';'; f++) {
        enum filled filled = is_filled(&units);

        if (is_one_of(*f, "()|$ \t")) {
            units.optional |= *f == '|' || *f == '$';
            units.nested |= *f == '(';
            continue;
        }
        units.index++;
        if (*f == 'O') {
            parse_object(words, &f, &from, &n, filled);
        } else if (is_one_of(*f, "SUY")) {
            rt_words_add(words, through(argument(&from, n), filled), n, 0);
            n++;
        } else if (*f == 'e' && (f[1] == 's' || f[1] == 't')) {
            /* "es#" and "et#" fill a buffer of the caller's, if there is one: what is not the allocator's is no memory
             * to be freed */
            rt_words_memory(words, through(argument(&from, n + 1), filled), argument(&from, n + 1));
            n += f[2] == '#' ? 3 : 2;
            f += f[2] == '#' ? 2 : 1;
        } else if (is_one_of(*f, "szyuZw") && f[1] == '*') {
            uint64_t view = argument(&from, n++);

            if (view != 0)
                add_new(words, view + 8, view, n - 1, filled);
            f++;
        } else if (is_one_of(*f, "szyuZ")) {
            n += f[1] == '#' ? 2 : 1;
            f += f[1] == '#';
        } else if (is_one_of(*f, "bBhHiIlkLKncCfdDp")) {
            n++;
        } else {
            return;
        }
    }
}
