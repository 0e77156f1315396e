/* Promise: one string comparison per look-up, no allocation: runtime and host link the same constant data.
 * The only state are the rows of a user's table, set once. Refuses to guess: a name that is not in the table,
 * or not in that version, is not covered. */
#include "contract/contract.h"

#include <stddef.h>
#include <string.h>

#include "contract/table.inc"

static const struct rs_contract *users;
static unsigned user_count;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* FNV-1a; the twin of name_hash in tools/contracts_emit.py. */
static uint32_t name_hash(const char *name)
{
    uint32_t h = 0x811c9dc5u;
    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 0x01000193u;
    return h;
}

/* The lowbias32 finaliser; the twin of mix in tools/contracts_emit.py. */
static uint32_t mix(uint32_t h, uint32_t seed)
{
    uint32_t x = h + seed * 0x9e3779b9u;
    x = (x ^ x >> 16) * 0x7feb352du;
    x = (x ^ x >> 15) * 0x846ca68bu;
    return x ^ x >> 16;
}

void rs_contract_extend(const struct rs_contract *more, unsigned count)
{
    users = more;
    user_count = count;
}

unsigned rs_contract_builtin(void)
{
    return COUNT(rows);
}

static bool holds(const struct rs_contract *row, unsigned version)
{
    return row->since <= version && (row->until == 0 || version <= row->until);
}

/* The first of the user's rows with that name, or NULL. */
static const struct rs_contract *users_first(const char *name)
{
    unsigned low = 0, high = user_count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (strcmp(users[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < user_count && strcmp(users[low].name, name) == 0 ? &users[low] : NULL;
}

bool rs_contract_is_users(const char *name)
{
    return user_count > 0 && users_first(name) != NULL;
}

static const struct rs_contract *find_users(const char *name, unsigned version)
{
    const struct rs_contract *row = user_count > 0 ? users_first(name) : NULL;
    for (; row != NULL && row < users + user_count && strcmp(row->name, name) == 0; row++)
        if (holds(row, version))
            return row;
    return NULL;
}

/* The row of that name and version; rows of one name stand together, each with a version range of its own. */
static const struct rs_contract *find(const char *name, unsigned version, bool slot)
{
    uint32_t h = name_hash(name);
    const struct rs_contract *row = &rows[slots[mix(h, displacements[h % COUNT(displacements)]) % COUNT(slots)]];
    const struct rs_contract *end = rows + COUNT(rows);
    for (; row < end && strcmp(row->name, name) == 0; row++) {
        if (holds(row, version) && slot == ((row->flags & RS_SLOT) != 0))
            return row;
    }
    return NULL;
}

const struct rs_contract *rs_contract_find(const char *name, unsigned version)
{
    const struct rs_contract *row = find_users(name, version);
    return row != NULL ? row : find(name, version, false);
}

const struct rs_contract *rs_contract_slot(const char *name, unsigned version)
{
    return find(name, version, true);
}

bool rs_contract_released(const struct rs_contract *row, unsigned release)
{
    if (release == 0)
        return row->library_since == 0 && row->library_until == 0;
    return row->library_since <= release && (row->library_until == 0 || release <= row->library_until);
}

const struct rs_contract *rs_contract_entry(const char *table, unsigned entry, unsigned version, unsigned release)
{
    for (const struct rs_contract *row = rows; row < rows + COUNT(rows); row++) {
        if ((row->flags & RS_ENTRY) && row->entry == entry && holds(row, version) &&
            rs_contract_released(row, release) && strcmp(row->table, table) == 0)
            return row;
    }
    return NULL;
}

unsigned rs_contract_index(const struct rs_contract *row)
{
    return row >= users && row < users + user_count ? COUNT(rows) + (unsigned)(row - users) : (unsigned)(row - rows);
}

const struct rs_contract *rs_contract_at(unsigned index)
{
    if (index < COUNT(rows))
        return &rows[index];
    return index - COUNT(rows) < user_count ? &users[index - COUNT(rows)] : NULL;
}

uint32_t rs_contract_fingerprint(void)
{
    return FINGERPRINT;
}

unsigned rs_contract_count(void)
{
    return COUNT(rows) + user_count;
}

/* A class alone is passed so often, and so seldom wrongly, that it does not make a call worth seeing; a
 * printf format prints its objects, which the interpreter touches itself. */
static bool argument_matters(const struct rs_argument *arg)
{
    return arg->kind != RS_ARG_VALUE && arg->kind != RS_ARG_TYPE;
}

static bool counts(const struct rs_argument *argument)
{
    return argument->kind == RS_ARG_ACQUIRE || argument->kind == RS_ARG_STEAL;
}

bool rs_contract_needs_gil(const struct rs_contract *row)
{
    const uint32_t free = RS_NO_GIL | RS_GIL_RELEASE | RS_GIL_ACQUIRE | RS_NO_RETURN,
                   touching = RS_MAY_RUN | RS_MAY_RELEASE | RS_SETS_ERROR;

    if (row->flags & free)
        return false;
    return row->result == RS_RESULT_NEW || row->flags & touching || row->failure == RS_ALWAYS_FAILS ||
           strncmp(row->name, "PyErr_", 6) == 0 || (row->nargs == 1 && counts(&row->args[0]));
}

bool rs_contract_matters(const struct rs_contract *row)
{
    const uint32_t effects = RS_GIL_RELEASE | RS_GIL_ACQUIRE | RS_INITIALISES | RS_DEALLOCATES | RS_CAPSULE;
    if (row->flags & RS_UNSEEN)
        return false;
    if (row->flags & effects || row->result != RS_RESULT_VALUE ||
        (row->flags & (RS_ALLOCATES | RS_NO_GIL)) == RS_ALLOCATES)
        return true;
    for (unsigned i = 0; i < row->nargs; i++)
        if (argument_matters(&row->args[i]))
            return true;
    return false;
}
