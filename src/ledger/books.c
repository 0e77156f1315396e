/* The books of a process as a whole: opened, closed, and what is looked up in them. */
#include "ledger/internal.h"

#include <stdlib.h>

static bool holds(const struct rs_module *module, uint64_t pc)
{
    return pc - module->text_lo < module->text_hi - module->text_lo;
}

const struct rs_module *rs_ledger_module_of(const struct rs_books *books, uint64_t pc)
{
    for (size_t i = 0; i < books->modules.count; i++)
        if (holds(&books->modules.items[i], pc))
            return &books->modules.items[i];
    return NULL;
}

const struct rs_role *rs_ledger_role(const struct rs_books *books, uint64_t function)
{
    uint64_t *place = rs_map_find(&books->roles, function);

    return place != NULL ? (const struct rs_role *)*place : NULL;
}

const struct rs_type *rs_ledger_type(const struct rs_books *books, uint64_t type)
{
    uint64_t *place = rs_map_find(&books->types, type);

    return place != NULL ? (const struct rs_type *)*place : NULL;
}

struct rs_books *rs_ledger_open(int pid, bool forked)
{
    struct rs_books *books = rs_alloc(sizeof(*books));

    books->pid = pid;
    books->forked = forked;
    rs_store_open(books);
    return books;
}

void rs_ledger_close(struct rs_books *books)
{
    for (size_t i = 0; i < books->threads.room; i++)
        if (books->threads.places[i].key != 0)
            RS_VEC_CLOSE(&((struct rs_thread *)books->threads.places[i].value)->frames);
    rs_map_close(&books->threads);
    rs_map_close(&books->objects);
    rs_map_close(&books->blocks);
    rs_map_close(&books->types);
    rs_map_close(&books->roles);
    rs_map_close(&books->code_at);
    rs_map_close(&books->fact_at);
    rs_map_close(&books->deficit_at);
    rs_map_close(&books->left_at);
    RS_VEC_CLOSE(&books->leaving);
    RS_VEC_CLOSE(&books->left);
    RS_VEC_CLOSE(&books->modules);
    RS_VEC_CLOSE(&books->codes);
    RS_VEC_CLOSE(&books->limits);
    RS_VEC_CLOSE(&books->facts);
    RS_VEC_CLOSE(&books->python_stack);
    rs_store_close(books);
    rs_arena_close(&books->arena);
    free(books);
}

const struct rs_module *rs_ledger_module_of_area(const struct rs_books *books, uint64_t pc)
{
    for (size_t i = 0; i < books->modules.count; i++)
        if (pc - books->modules.items[i].area_lo < books->modules.items[i].area_hi - books->modules.items[i].area_lo)
            return &books->modules.items[i];
    return NULL;
}

const struct rs_module *rs_books_module_of(struct rs_books *books, uint64_t pc)
{
    const struct rs_module *module = &books->modules.items[books->latest_module];

    if (books->latest_module < books->modules.count && holds(module, pc))
        return module;
    module = rs_ledger_module_of(books, pc);
    if (module != NULL)
        books->latest_module = (size_t)(module - books->modules.items);
    return module;
}

struct rs_object *rs_books_inherited(struct rs_books *books, uint64_t address)
{
    struct rs_object *object = rs_books_reborn(books, address, 0, 0);

    object->before_fork = true;
    return object;
}
