/* Format strings of PyArg_Parse*, Py_BuildValue and PyUnicode_FromFormat (Doc/c-api/arg.rst, unicode.rst). An unknown unit ends
 * the reading: what follows is not guessed. */
#include "runtime/api/words.h"

#include <dlfcn.h>

#include "runtime/arch.h"
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

void rt_formats_build(struct rt_words *words, const char *format, const struct rt_frame *frame, unsigned first)
{
    unsigned n = first, vectors = 0;

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
            rt_words_add(words, rt_words_argument(frame, n), n, *f == 'N' ? RS_WORD_STEAL : 0);
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
static bool printf_unit(struct rt_words *words, const char **format, const struct rt_frame *frame, unsigned *n)
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
        rt_words_add(words, rt_words_argument(frame, *n), *n, 0);
        (*n)++;
    } else if (*f == 'V') {
        rt_words_add(words, rt_words_argument(frame, *n), *n, 0);
        *n += 2;
    } else if (is_one_of(*f, "cdiuoxXpsl")) {
        (*n)++;
    } else {
        return false;
    }
    return true;
}

void rt_formats_printf(struct rt_words *words, const char *format, const struct rt_frame *frame, unsigned first)
{
    unsigned n = first;

    for (const char *f = format; f != NULL && *f != 0; f++) {
        if (*f != '%')
            continue;
        f++;
        if (!printf_unit(words, &f, frame, &n) || *f == 0)
            return;
    }
}

static uint64_t through(uint64_t pointer)
{
    return pointer != 0 ? *(const uint64_t *)pointer : 0;
}

static void parse_object(struct rt_words *words, const char **format, const struct rt_frame *frame, unsigned *n)
{
    char next = (*format)[1];

    if (next == '&') {
        uint64_t converter = rt_words_argument(frame, *n), address = rt_words_argument(frame, *n + 1);
        bool is_new = converter != 0 && (converter == new_converters[0] || converter == new_converters[1]);

        if (is_new) /* another's converter stores what it likes: no object is assumed */
            rt_words_add(words, through(address), *n + 1, RS_WORD_NEW);
        *n += 2;
        (*format)++;
        return;
    }
    if (next == '!') {
        (*n)++;
        (*format)++;
    }
    rt_words_add(words, through(rt_words_argument(frame, *n)), *n, 0);
    (*n)++;
}

void rt_formats_parse(struct rt_words *words, const char *format, const struct rt_frame *frame, unsigned first)
{
    unsigned n = first;

    for (const char *f = format; f != NULL && *f != 0 && *f != ':' && *f != ';'; f++) {
        if (is_one_of(*f, "()|$ \t"))
            continue;
        if (*f == 'O') {
            parse_object(words, &f, frame, &n);
        } else if (is_one_of(*f, "SUY")) {
            rt_words_add(words, through(rt_words_argument(frame, n)), n, 0);
            n++;
        } else if (*f == 'e' && (f[1] == 's' || f[1] == 't')) {
            n += f[2] == '#' ? 3 : 2;
            f += f[2] == '#' ? 2 : 1;
        } else if (is_one_of(*f, "szyuZw") && f[1] == '*') {
            uint64_t view = rt_words_argument(frame, n++);

            if (view != 0)
                rt_words_add(words, through(view + 8), n - 1, RS_WORD_NEW);
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
