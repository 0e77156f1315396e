/* See environment.h. */
#include "runtime/spawn/environment.h"

#include <dlfcn.h>
#include <unistd.h>

#include "runtime/sys/sys.h"
#include "wire/recording.h"

#define PRELOAD   "LD_PRELOAD="
#define RECORDING RS_RECORDING_VARIABLE "="

enum { ENTRIES_MAX = 8192, LIBRARY_MAX = 4096 }; /* a longer list would not fit on a small thread's stack */

static char recording[sizeof(RECORDING) + 120]; /* the whole entry */
static char library[LIBRARY_MAX];
static bool ready;

static size_t begins_with(const char *text, const char *begin)
{
    size_t n = 0;

    while (begin[n] != 0 && text[n] == begin[n])
        n++;
    return begin[n] == 0 ? n : 0;
}

static bool keep(char *to, size_t room, const char *text)
{
    size_t length = rt_length(text);

    if (length >= room)
        return false;
    rt_copy(to, text, length + 1);
    return true;
}

bool rt_environment_open(void)
{
    Dl_info info;

    for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
        if (begins_with(*entry, RECORDING))
            ready = keep(recording, sizeof(recording), *entry);
    if (ready && (dladdr((void *)rt_environment_open, &info) == 0 || info.dli_fname == NULL ||
                  !keep(library, sizeof(library), info.dli_fname)))
        library[0] = 0;
    return ready;
}

bool rt_environment_ready(void)
{
    return ready && library[0] == '/';
}

const char *rt_environment_library(void)
{
    return library;
}

const char *rt_environment_recording(void)
{
    return recording + sizeof(RECORDING) - 1;
}

static bool separates(char c)
{
    return c == ':' || c == ' ' || c == 0;
}

/* Where the library stands in the list, NULL if it does not. */
static const char *find_library(const char *list)
{
    for (const char *at = list; *at != 0; at++) {
        size_t length = begins_with(at, library);

        if (length > 0 && separates(at[length]) && (at == list || separates(at[-1])))
            return at;
    }
    return NULL;
}

/* "LD_PRELOAD=library:what the user had": what the user had, as an entry of its own. NULL: nothing is left. */
static char *without_library(char *entry)
{
    const char *list = entry + sizeof(PRELOAD) - 1, *at = find_library(list), *behind;
    size_t before;
    char *mine;

    if (at == NULL)
        return entry;
    behind = at + rt_length(library);
    before = (size_t)(at - entry);
    if (*behind == 0 && at == list)
        return NULL; /* with a colon behind it the user had an empty variable */
    mine = rt_sys_pages(before + rt_length(behind) + 1);
    if (mine == NULL)
        return entry;
    if (*behind != 0)
        behind++;
    else
        before--; /* the last of several: the separator before it goes, too */
    rt_copy(mine, entry, before);
    rt_copy(mine + before, behind, rt_length(behind) + 1);
    return mine;
}

void rt_environment_hide(void)
{
    char **to = environ;

    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        char *kept = *entry;

        if (begins_with(kept, RECORDING))
            kept = NULL;
        else if (begins_with(kept, PRELOAD))
            kept = without_library(kept);
        if (kept != NULL)
            *to++ = kept;
    }
    if (to != NULL)
        *to = NULL;
}

struct rt_environment_room rt_environment_measure(char *const *envp)
{
    struct rt_environment_room room = {.entries = 3, .text = sizeof(PRELOAD) + rt_length(library)};
    unsigned lists = 0;

    for (; envp != NULL && *envp != NULL; envp++) {
        size_t head = begins_with(*envp, PRELOAD);

        if (head > 0) {
            room.text += 1 + rt_length(*envp + head);
            lists++;
        }
        room.entries++;
    }
    /* several lists: which one counts differs between loaders, and they could not be put back as they were */
    return lists <= 1 && room.entries <= ENTRIES_MAX && room.text <= 4 * LIBRARY_MAX ? room
                                                                                     : (struct rt_environment_room){0};
}

/* "LD_PRELOAD=library", or with ":what the user had" behind it, be it empty. */
static void join(char *text, const char *theirs)
{
    size_t at = sizeof(PRELOAD) - 1, length = rt_length(library);

    rt_copy(text, PRELOAD, at);
    rt_copy(text + at, library, length + 1);
    at += length;
    if (theirs == NULL)
        return;
    text[at++] = ':';
    rt_copy(text + at, theirs, rt_length(theirs) + 1);
}

void rt_environment_fill(char *const *envp, char **list, char *text)
{
    bool joined = false;
    size_t n = 0;

    for (; envp != NULL && *envp != NULL; envp++) {
        size_t head = begins_with(*envp, PRELOAD);

        if (begins_with(*envp, RECORDING))
            continue;
        if (head > 0) {
            join(text, *envp + head);
            joined = true;
        }
        list[n++] = head > 0 ? text : *envp;
    }
    if (!joined) {
        join(text, NULL);
        list[n++] = text;
    }
    list[n++] = recording;
    list[n] = NULL;
}
