/* See announce.h. */
#include "runtime/announce.h"

#include <sys/auxv.h>

#include "runtime/log.h"
#include "runtime/sys/sys.h"

static struct {
    char text[1200];
    size_t used;
} sentence;

static void say(const char *text)
{
    for (; *text != 0 && sentence.used + 1 < sizeof(sentence.text); text++)
        sentence.text[sentence.used++] = *text;
}

static void say_number(unsigned number)
{
    char digit[2] = {(char)('0' + number % 10), 0};

    if (number >= 10)
        say_number(number / 10);
    say(digit);
}

static void say_minor(unsigned version)
{
    say_number(version >> 8);
    say(".");
    say_number(version & 0xff);
}

static void say_executable(void)
{
    const char *name = (const char *)getauxval(AT_EXECFN); /* as it was started */

    say(name != NULL ? name : rt_python.path);
}

static void tell(void)
{
    rt_log_limit(0, sentence.text);
}

void rt_announce_python(enum rt_python_verdict verdict)
{
    unsigned first, last;

    rt_log_text(RS_REC_PYTHON, rt_python.abi != NULL ? rt_python.abi->version : 0, rt_python.is_executable, NULL, 0,
                rt_python.version, rt_length(rt_python.version));
    if (verdict == RT_PYTHON_KNOWN)
        return;
    say(verdict == RT_PYTHON_DEBUG      ? "a debug build of "
        : verdict == RT_PYTHON_THREADED ? "a free-threaded build of "
                                        : "");
    say("CPython ");
    say_minor(rt_python_minor());
    if (verdict == RT_PYTHON_UNKNOWN) {
        say(" (");
        say_executable();
        say("): ");
    }
    if (verdict != RT_PYTHON_UNKNOWN) {
        say("; it runs unobserved");
    } else if (rt_python.abi == NULL) {
        rt_python_known(&first, &last);
        say("refsan knows ");
        say_minor(first);
        say(" to ");
        say_minor(last);
    } else {
        say("functions that refsan needs cannot be found; it runs unobserved");
    }
    tell();
}

void rt_announce_no_room(void)
{
    say("'");
    say_executable();
    say("' has too little address space for refsan's tables (a limit, ulimit -v?); it runs unobserved");
    tell();
}
