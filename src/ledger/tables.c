/* Modules, types, roles, code objects, the fault: records that only have to be remembered. Texts are checked for their
 * bounds. */
#include "ledger/internal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "contract/contract.h"

enum {
    BETWEEN = 16
}; /* records that may come before a signal is handed on: another thread's mark, what was found in the heap */

/* The text of a record whose fixed part has `fixed` words before the length; NULL if it does not fit. */
static const char *text_of(const struct rs_slot *record, unsigned slots, unsigned fixed, size_t *length)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    size_t room = 16 * (size_t)(slots - 1);

    if (8 * (size_t)(fixed + 1) > room)
        return NULL;
    *length = words[fixed];
    return *length <= room - 8 * (size_t)(fixed + 1) ? (const char *)(words + fixed + 1) : NULL;
}

void rs_books_on_module(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const struct rs_module_record *r = (const struct rs_module_record *)record;

    if (16 * (size_t)slots < sizeof(*r) + r->length)
        return;
    *RS_PUSH(&books->modules) = (struct rs_module){
        .base = r->head.a,
        .number = r->head.b,
        .text_lo = r->text_lo,
        .text_hi = r->text_hi,
        .writes_lo = r->writes_lo,
        .writes_hi = r->writes_hi,
        .area_lo = r->area_lo,
        .area_hi = r->area_hi,
        .family = RS_WHAT_FAMILY(r->family),
        .first_site = r->first_site,
        .sites = r->sites,
        .sites_found = r->sites_found,
        .functions_skipped = r->functions_skipped,
        .patches_refused = r->patches_refused,
        .path = rs_arena_strndup(&books->arena, (const char *)(r + 1), r->length),
    };
}

void rs_books_on_type(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    uint64_t *place = rs_map_at(&books->types, record->a);
    struct rs_type *type = rs_arena_alloc(&books->arena, sizeof(*type));
    size_t length;
    const char *name = text_of(record, slots, 2, &length);

    type->address = record->a;
    type->flags = record->b;
    type->name = name != NULL && length > 0 ? rs_arena_strndup(&books->arena, name, length) : "object";
    *place = (uint64_t)type;
}

void rs_books_on_role(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    uint64_t *place = rs_map_at(&books->roles, record->a);
    struct rs_role *role;
    size_t length;
    const char *name = text_of(record, slots, 2, &length);

    if (*place != 0 || name == NULL)
        return;
    role = rs_arena_alloc(&books->arena, sizeof(*role));
    role->contract = record->b < rs_contract_count() ? rs_contract_at(record->b) : NULL;
    role->owner = words[0];
    role->name = rs_arena_strndup(&books->arena, name, length);
    *place = (uint64_t)role;
}

void rs_books_on_code(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    size_t length;
    const char *text = text_of(record, slots, 3, &length);
    struct rs_code code = {.firstline = record->b};

    if (text == NULL || words[0] > length || words[1] > length || words[2] > length ||
        words[0] + words[1] + words[2] > length)
        return;
    code.name = rs_arena_strndup(&books->arena, text, words[0]);
    code.file = rs_arena_strndup(&books->arena, text + words[0], words[1]);
    code.table_size = words[2];
    code.table =
        (const uint8_t *)memcpy(rs_arena_alloc(&books->arena, words[2] + 1), text + words[0] + words[1], words[2]);
    *RS_PUSH(&books->codes) = code;
    *rs_map_at(&books->code_at, record->a) = books->codes.count;
}

void rs_books_on_python(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    size_t length;
    const char *text = text_of(record, slots, 0, &length);

    books->python = (unsigned)record->a;
    books->is_executable = record->b != 0;
    books->python_text = text != NULL ? rs_arena_strndup(&books->arena, text, length) : "";
}

void rs_books_on_limit(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    size_t length;
    const char *text = text_of(record, slots, 0, &length);

    if (text != NULL)
        rs_books_limit(books, rs_arena_strndup(&books->arena, text, length), record->a);
}

/* The interpreter ends the program when the count of one of its own static objects falls to 0 ("deallocating None"):
 * one whose count was at its end when it was last seen, and of which a family certainly gave up too much. */
static struct rs_object *starved(const struct rs_books *books)
{
    for (size_t i = 0; i < books->objects.room; i++) {
        struct rs_object *object = (struct rs_object *)books->objects.places[i].value;

        if (books->objects.places[i].key == 0 || object->size != 0 || object->before_fork ||
            (object->count != 0 && object->count != 1))
            continue;
        for (const struct rs_page *a = object->accounts; a != NULL; a = a->next)
            if (a->hi < 0 && !a->unsure)
                return object;
    }
    return NULL;
}

/* Whether a module's own code died of the object: its family has had to do with it, and it was dead before the call in
 * progress began, so that this call has fetched a pointer to it from somewhere. */
static bool is_own_use(const struct rs_books *books, const struct rs_object *object, struct rs_booking *booking)
{
    uint64_t index = books->fault.module - 1;
    bool memory = books->fault.head.b == SIGSEGV || books->fault.head.b == SIGBUS;

    if (!memory || index >= books->modules.count || booking->call == 0 || !(object->dead || object->shut))
        return false;
    booking->family = books->modules.items[index].family;
    return rs_books_page_of(object, booking->family) != NULL && object->killer_call != booking->call &&
           !rs_books_in_this_dealloc(books, object->address);
}

/* The program's own handler hands the signal on (faulthandler raises it again when it has spoken): what happened is
 * known already. */
static bool is_handed_on(const struct rs_books *books, const struct rs_fault_record *now)
{
    const struct rs_fault_record *before = &books->fault;

    return books->has_fault && before->fate == RS_FATE_HANDLER && before->head.b == now->head.b &&
           before->thread == now->thread && now->code <= 0 && now->sender == books->pid &&
           books->seq <= books->after_fault + BETWEEN;
}

/* What the function in progress on that thread got NULL from last. */
static void note_null(const struct rs_books *books, struct rs_fact *fact)
{
    const uint64_t *place = rs_map_find(&books->threads, books->fault.thread | 1ull << 63);
    const struct rs_thread *thread = place != NULL ? (const struct rs_thread *)*place : NULL;
    struct rs_booking booking = {.kind = RS_EVENT_BORROW, .count = -1};

    if (thread == NULL || thread->frames.count == 0 || thread->null.contract == NULL ||
        thread->null.call != thread->frames.items[thread->frames.count - 1].call)
        return;
    booking.pc = thread->null.pc;
    booking.contract = thread->null.contract;
    booking.context = thread->null.context;
    booking.call = thread->null.call;
    fact->cause = rs_store_event(books, &booking);
    fact->has_cause = true;
}

static struct rs_fact *fault_fact(struct rs_books *books)
{
    struct rs_object *object = books->fault.object != 0 ? rs_books_object(books, books->fault.object) : NULL;
    struct rs_booking booking = rs_books_booking(books, RS_EVENT_TOUCH, books->fault.pc, 0);
    struct rs_fact *fact;
    struct rs_event event;

    if (object == NULL && books->fault.head.b == SIGABRT)
        object = starved(books);
    if (object == NULL || !is_own_use(books, object, &booking))
        return rs_books_fact(books, RS_FACT_FAULT, object, NULL);
    event = rs_store_event(books, &booking);
    if (rs_ledger_module_of(books, event.pc) == NULL) { /* in a trampoline */
        uint64_t original = books->original != NULL ? books->original(books->host, books, event.pc) : 0;

        event.is_entry = original == 0;
        event.pc = original != 0 ? original : event.function;
    }
    fact = rs_books_fact(books, RS_FACT_FAULT, object, &event);
    fact->own_use = true;
    return fact;
}

void rs_books_on_fault(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const struct rs_fault_record *now = (const struct rs_fault_record *)record;
    struct rs_fact *fact;

    if (16 * (size_t)slots < sizeof(books->fault))
        return;
    if (is_handed_on(books, now)) {
        books->fault.fate = now->fate;
        books->passing = true;
        return;
    }
    memcpy(&books->fault, record, sizeof(books->fault));
    books->has_fault = true;
    books->passing = false;
    books->stack_size = 0;
    books->python_stack.count = 0;
    fact = fault_fact(books);
    note_null(books, fact);
    books->fault_fact = (uint64_t)(fact - books->facts.items) + 1;
    books->after_fault = books->seq + 1;
}

/* A record that belongs to the latest fault; whether it is of interest. */
static bool is_of_fault(struct rs_books *books)
{
    books->after_fault = books->seq + 1;
    return books->has_fault && !books->passing;
}

void rs_books_on_stack(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    size_t length;
    const char *bytes = text_of(record, slots, 0, &length);

    if (!is_of_fault(books) || bytes == NULL || length > sizeof(books->stack) - books->stack_size)
        return;
    if (books->stack_size == 0)
        books->stack_at = record->a;
    if (books->stack_at + books->stack_size != record->a)
        return;
    memcpy(books->stack + books->stack_size, bytes, length);
    books->stack_size += length;
}

void rs_books_on_frame(struct rs_books *books, const struct rs_slot *record)
{
    uint64_t *code = rs_map_find(&books->code_at, record->a);

    if (!is_of_fault(books) || code == NULL)
        return;
    *RS_PUSH(&books->python_stack) = *code - 1;
    *RS_PUSH(&books->python_stack) = record->b;
}
