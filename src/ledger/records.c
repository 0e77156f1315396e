/* From records to bookings: the table of the law (docs/internals/books.md), one function a kind of record. */
#include "ledger/internal.h"

#include <stdlib.h>
#include <string.h>

#include "contract/contract.h"

enum { POISON = 0x2DDDDDDD, ODD_DELTA = 64, IMMORTAL_BIT = 31 };

/* ---------------------------------------------------------------- look-ups */

const struct rs_module *rs_ledger_module_of(const struct rs_books *books, uint64_t pc)
{
    for (size_t i = 0; i < books->modules.count; i++)
        if (pc - books->modules.items[i].text_lo < books->modules.items[i].text_hi - books->modules.items[i].text_lo)
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
    return books;
}

void rs_ledger_close(struct rs_books *books)
{
    for (size_t i = 0; i < books->threads.room; i++)
        if (books->threads.keys[i] != 0)
            RS_VEC_CLOSE(&((struct rs_thread *)books->threads.values[i])->frames);
    rs_map_close(&books->threads);
    rs_map_close(&books->objects);
    rs_map_close(&books->blocks);
    rs_map_close(&books->types);
    rs_map_close(&books->roles);
    rs_map_close(&books->code_at);
    rs_map_close(&books->fact_at);
    rs_map_close(&books->deficit_at);
    RS_VEC_CLOSE(&books->modules);
    RS_VEC_CLOSE(&books->codes);
    RS_VEC_CLOSE(&books->limits);
    RS_VEC_CLOSE(&books->facts);
    RS_VEC_CLOSE(&books->python_stack);
    rs_arena_close(&books->arena);
    free(books);
}

/* The object of a word, made known if the recording never introduced it (a forked child's inheritance). */
struct rs_object *rs_books_object_at(struct rs_books *books, uint64_t address)
{
    struct rs_object *object = rs_books_object(books, address);

    if (object == NULL) {
        object = rs_books_reborn(books, address, 0, 0);
        object->before_fork = true;
    }
    return object;
}

/* ---------------------------------------------------------------- threads and frames */

static void on_thread(struct rs_books *books, uint64_t id)
{
    uint64_t *place = rs_map_at(&books->threads, id | 1ull << 63);

    if (*place == 0) {
        struct rs_thread *thread = rs_arena_alloc(&books->arena, sizeof(*thread));

        thread->id = id;
        *place = (uint64_t)thread;
    }
    books->thread = (struct rs_thread *)*place;
}

static void doubt(struct rs_books *books, const struct rs_call_frame *frame)
{
    for (unsigned i = 0; i < frame->stolen_count; i++) {
        struct rs_object *object = rs_books_object(books, RS_WORD_ADDRESS(frame->stolen[i]));

        for (struct rs_account *a = object != NULL ? object->accounts : NULL; a != NULL; a = a->next)
            a->unsure = true;
    }
}

/* Frames deeper than `sp` that never left: an exception or longjmp passed them. A stack elsewhere (a greenlet's) is not deeper. */
static void unwind(struct rs_books *books, uint32_t sp)
{
    struct rs_thread *thread = books->thread;

    while (thread->frames.count > 0) {
        const struct rs_call_frame *top = &thread->frames.items[thread->frames.count - 1];

        if ((int32_t)(top->sp - sp) >= 0)
            return;
        doubt(books, top);
        thread->frames.count--;
    }
}

/* Pops down to the frame of this kind and stack pointer; NULL if it is not there. */
static bool pop(struct rs_books *books, enum rs_frame_kind kind, uint32_t sp, struct rs_call_frame *frame)
{
    struct rs_thread *thread = books->thread;

    for (size_t i = thread->frames.count; i > 0; i--) {
        if (thread->frames.items[i - 1].sp != sp || thread->frames.items[i - 1].kind != kind)
            continue;
        *frame = thread->frames.items[i - 1];
        for (size_t k = i; k < thread->frames.count; k++)
            doubt(books, &thread->frames.items[k]);
        thread->frames.count = i - 1;
        return true;
    }
    return false;
}

/* ---------------------------------------------------------------- stores */

static struct rs_fact *touch(struct rs_books *books, struct rs_object *object, struct rs_event *event, enum rs_fact_kind kind)
{
    struct rs_account *account = rs_ledger_account(object, event->family);

    event->balance = account != NULL ? (int32_t)account->hi : 0;
    return rs_books_fact(books, kind, object, event);
}

/* Static data whose next word happens to be the address of a type looks like an object (Cython's counter of a free list): what only
 * stores to a fixed address have shown so far is booked when it has been passed to somebody. Types are told by their own type. */
static bool is_counter(const struct rs_books *books, struct rs_object *object, const struct rs_site_fact *site)
{
    if (!site->fixed || object->size != 0 || object->passed || rs_ledger_type(books, object->address) != NULL)
        return false;
    object->doubtful = true;
    return true;
}

static void on_store(struct rs_books *books, const struct rs_slot *record)
{
    uint64_t address = RS_WORD_ADDRESS(record->a);
    uint32_t before = record->b;
    struct rs_site_fact site;
    struct rs_object *object;
    struct rs_event event;
    const struct rs_module *module;
    int delta;

    books->events++;
    if (books->site == NULL || !books->site(books->site_context, record->tag, &site))
        return;
    delta = site.delta != 0 ? site.delta : (int16_t)((record->a >> 48) - (before & 0xffff));
    if (delta == 0)
        return;
    if (books->python >= 0x030c && before >> IMMORTAL_BIT) {
        object = rs_books_object(books, address);
        if (object != NULL)
            object->immortal = true;
        return;
    }
    object = rs_books_object_at(books, address);
    if (object->immortal && !object->dead)
        return;
    if (is_counter(books, object, &site))
        return;
    event = rs_books_event(books, delta > 0 ? RS_EVENT_ACQUIRE : RS_EVENT_RELEASE, site.pc, delta);
    module = rs_ledger_module_of(books, site.pc);
    event.family = module != NULL ? module->family : 0;
    event.count = (int64_t)before + delta;
    event.blind |= site.blind;
    if (before == POISON || object->dead) {
        event.kind = RS_EVENT_TOUCH;
        event.count = -1; /* poison, no count */
        touch(books, object, &event, RS_FACT_TOUCH);
        return;
    }
    if (delta > ODD_DELTA || delta < -ODD_DELTA) { /* no reference counting: an initialisation by hand */
        rs_books_account(books, object, event.family)->unsure = true;
        return;
    }
    if (rs_books_in_dealloc(books, address)) { /* it may be revived: its count was set to 1 by a store that says nothing */
        if (delta < 0)
            rs_books_account(books, object, event.family)->hi -= delta;
    } else if (before == 0 && (object->shut || object->accounts != NULL)) {
        touch(books, object, &event, RS_FACT_ZERO);
    }
    rs_books_book(books, object, &event);
}

void rs_ledger_stray(struct rs_books *books, uint64_t address, uint32_t number)
{
    struct rs_object *object = rs_books_object(books, address);
    struct rs_event event = {.seq = books->seq, .count = -1, .code = RS_NO_CODE, .times = 1, .kind = RS_EVENT_TOUCH};
    const struct rs_module *module;
    struct rs_site_fact site;

    books->events++;
    if (books->site == NULL || !books->site(books->site_context, number, &site))
        return;
    event.pc = site.pc;
    event.delta = site.delta;
    module = rs_ledger_module_of(books, site.pc);
    event.family = module != NULL ? module->family : 0;
    rs_books_fact(books, RS_FACT_GIL, object, &event);
}

/* ---------------------------------------------------------------- calls */

static bool in_any_dealloc(const struct rs_books *books)
{
    const struct rs_thread *thread = books->thread;

    for (size_t i = thread != NULL ? thread->frames.count : 0; i > 0; i--)
        if (thread->frames.items[i - 1].self != 0)
            return true;
    return false;
}

/* Freed, or taken apart and in a free list: its tp_dealloc was seen, its count is 0, and no dealloc is in progress that could
 * still have to do with it. */
static bool is_gone(const struct rs_books *books, const struct rs_object *object, uint64_t word)
{
    unsigned flags = (unsigned)RS_WORD_FLAGS(word);

    return (flags & RS_WORD_DEAD) || ((flags & RS_WORD_ZERO) && object->shut && !in_any_dealloc(books));
}

static void book_word(struct rs_books *books, uint64_t word, struct rs_event event, uint32_t family)
{
    struct rs_object *object = rs_books_object_at(books, RS_WORD_ADDRESS(word));

    event.family = family;
    if (is_gone(books, object, word)) {
        /* by a call's result, or as an argument of the entry that this record is */
        bool handed_in = event.kind == RS_EVENT_BORROW || event.kind == RS_EVENT_ACQUIRE || (event.kind == RS_EVENT_ARGUMENT && event.call == event.seq);

        event.kind = RS_EVENT_TOUCH;
        event.delta = 0;
        touch(books, object, &event, RS_FACT_TOUCH)->from_result = handed_in;
        return;
    }
    if (RS_WORD_FLAGS(word) & RS_WORD_IMMORTAL) {
        object->immortal = true;
        return;
    }
    object->passed = true;
    if (object->doubtful)
        rs_books_account(books, object, family)->unsure = true;
    event.count = RS_WORD_FLAGS(word) & RS_WORD_ONE ? 1 : RS_WORD_FLAGS(word) & RS_WORD_ZERO ? 0 : -1;
    rs_books_book(books, object, &event);
}

static uint32_t family_of(const struct rs_books *books, uint32_t module)
{
    return module < books->modules.count ? books->modules.items[module].family : 0;
}

/* What the contract and the word's flags say happens to the caller's reference when the call begins. */
static enum rs_event_kind before_call(const struct rs_contract *contract, uint64_t word, int *delta)
{
    unsigned argument = RS_WORD_ARG(word);
    const struct rs_argument *a = argument < contract->nargs ? &contract->args[argument] : NULL;

    *delta = 0;
    if (RS_WORD_FLAGS(word) & RS_WORD_OLD) {
        *delta = -1;
        return RS_EVENT_RELEASE;
    }
    if ((RS_WORD_FLAGS(word) & RS_WORD_STEAL) || (a != NULL && a->kind == RS_ARG_STEAL)) {
        *delta = -1;
        return RS_EVENT_STEAL;
    }
    return RS_EVENT_ARGUMENT;
}

static void note_stolen(struct rs_call_frame *frame, uint64_t word)
{
    if (frame->stolen_count < RS_STOLEN_MAX)
        frame->stolen[frame->stolen_count++] = word;
}

/* Where the module calls from. A return address outside of it means that the interpreter called a function which the module
 * gave it (a converter of PyArg_Parse): the call in progress is the place; or a tail call: the function in progress is. */
static uint64_t place_of_call(const struct rs_books *books, uint64_t return_address, const struct rs_event *event, bool *is_entry)
{
    const struct rs_thread *thread = books->thread;
    const struct rs_call_frame *top = thread->frames.count > 0 ? &thread->frames.items[thread->frames.count - 1] : NULL;

    *is_entry = false;
    if (rs_ledger_module_of(books, return_address) != NULL)
        return return_address - 1;
    if (top != NULL && top->kind == RS_FRAME_CALL)
        return top->pc;
    *is_entry = true;
    return event->function;
}

/* Through another library's table a reference may have passed from or to that library's own modules, whose code the call
 * has run: what they did with it is in their accounts, what the call did is not. */
static void widen_others(struct rs_books *books, const struct rs_contract *contract, uint64_t word, uint32_t family, int to_them)
{
    struct rs_object *object;

    if (contract == NULL || !(contract->flags & RS_ENTRY))
        return;
    object = rs_books_object_at(books, RS_WORD_ADDRESS(word));
    for (struct rs_account *account = object->accounts; account != NULL; account = account->next)
        if (account->family != family)
            *(to_them > 0 ? &account->hi : &account->lo) += to_them;
}

/* Whether a borrowed argument is one that may not be used any more. */
static bool is_touch(struct rs_books *books, const struct rs_contract *contract, uint64_t word)
{
    if (RS_WORD_FLAGS(word) & RS_WORD_DEAD)
        return true;
    return (RS_WORD_FLAGS(word) & RS_WORD_ZERO) && !(contract->flags & RS_DEALLOCATES) &&
           is_gone(books, rs_books_object_at(books, RS_WORD_ADDRESS(word)), word);
}

/* Books what a call takes from the module, and pushes its frame. */
static void begin_call(struct rs_books *books, const struct rs_slot *record, const uint64_t *words, unsigned first, unsigned count)
{
    uint32_t index = (uint32_t)words[0], module = (uint32_t)(words[0] >> 32);
    const struct rs_contract *contract = index < rs_contract_count() ? rs_contract_at(index) : NULL;
    struct rs_call_frame *frame;
    struct rs_event event;
    uint64_t self = 0;

    unwind(books, record->b);
    event = rs_books_event(books, RS_EVENT_ARGUMENT, record->a, 0);
    event.pc = place_of_call(books, record->a, &event, &event.is_entry);
    event.contract = contract;
    frame = RS_PUSH(&books->thread->frames);
    frame->kind = RS_FRAME_CALL;
    frame->sp = record->b;
    frame->pc = event.pc;
    frame->contract = contract;
    frame->module = module;
    frame->seq = books->seq;
    frame->stolen_count = 0;
    frame->self = 0; /* looked at while the words are booked */
    for (unsigned i = first; i < count && words[i] != 0 && contract != NULL; i++) {
        int delta;
        enum rs_event_kind kind = before_call(contract, words[i], &delta);

        if (contract->flags & RS_DEALLOCATES)
            self = RS_WORD_ADDRESS(words[i]);
        if (delta == 0 && !is_touch(books, contract, words[i]))
            continue; /* a borrowed argument changes nothing */
        event.kind = (uint8_t)kind;
        event.delta = delta;
        note_stolen(frame, words[i]);
        if (delta < 0)
            widen_others(books, contract, words[i], family_of(books, module), +1);
        book_word(books, words[i], event, family_of(books, module));
    }
    frame->self = self;
}

static void on_enter(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    begin_call(books, record, (const uint64_t *)(record + 1), 1, 2 * (slots - 1));
}

static bool call_failed(const struct rs_contract *contract, uint64_t result)
{
    if (contract->result != RS_RESULT_VALUE)
        return result == 0;
    return contract->failure != RS_NEVER_FAILS && (int32_t)result == contract->failure;
}

/* Steals that did not happen are taken back. */
static void settle(struct rs_books *books, const struct rs_call_frame *frame, bool failed)
{
    for (unsigned i = 0; i < frame->stolen_count; i++) {
        unsigned argument = RS_WORD_ARG(frame->stolen[i]);
        const struct rs_argument *a = argument < frame->contract->nargs ? &frame->contract->args[argument] : NULL;
        struct rs_event event;

        if (a == NULL || a->kind != RS_ARG_STEAL || a->when == RS_ALWAYS || (a->when == RS_ON_FAILURE) == failed)
            continue;
        if (RS_WORD_FLAGS(frame->stolen[i]) & (RS_WORD_IMMORTAL | RS_WORD_DEAD))
            continue; /* the steal was not booked either */
        event = rs_books_event(books, RS_EVENT_ACQUIRE, frame->pc, +1);
        event.contract = frame->contract;
        book_word(books, RS_WORD_ADDRESS(frame->stolen[i]), event, family_of(books, frame->module));
    }
}

static void after_call(struct rs_books *books, const struct rs_call_frame *frame, uint64_t word, struct rs_event event)
{
    uint32_t family = family_of(books, frame->module);
    struct rs_object *object = rs_books_object_at(books, RS_WORD_ADDRESS(word));
    unsigned flags = (unsigned)RS_WORD_FLAGS(word);

    if (flags & RS_WORD_UNKNOWN) {
        struct rs_account *account = rs_books_account(books, object, family);

        account->hi++;
        return;
    }
    if ((flags & RS_WORD_NEW) && (flags & RS_WORD_ONE)) {
        /* count 1 on a new result: nobody else has it; whatever was booked before belongs to an earlier life */
        if (object->accounts != NULL)
            object = rs_books_reborn(books, object->address, object->type, object->size);
        object->dead = object->shut = false;
        event.kind = RS_EVENT_CREATE;
    } else {
        event.kind = flags & RS_WORD_NEW ? RS_EVENT_ACQUIRE : RS_EVENT_BORROW;
    }
    event.delta = flags & RS_WORD_NEW ? 1 : 0;
    if (event.delta > 0)
        widen_others(books, frame->contract, word, family, -1);
    book_word(books, word, event, family);
}

/* The exception that the function in progress may return with. */
static void note_failed(struct rs_books *books, const struct rs_call_frame *call)
{
    for (size_t i = books->thread->frames.count; i > 0; i--) {
        struct rs_call_frame *frame = &books->thread->frames.items[i - 1];

        if (frame->kind == RS_FRAME_ENTRY) {
            frame->failed_pc = call->pc;
            frame->failed_contract = call->contract;
            return;
        }
    }
}

/* The words that are no objects but say by whom the function was called. */
static void note_callers(struct rs_event *event, const uint64_t *words, unsigned first, unsigned count)
{
    unsigned found = 0;

    for (unsigned i = first; i < count && words[i] != 0 && found < RS_CALLERS; i++) {
        if (RS_WORD_ARG(words[i]) != RS_ARG_CALLER)
            continue;
        event->callers[found++] = RS_WORD_ADDRESS(words[i]);
        event->by_variable = RS_WORD_FLAGS(words[i]) & RS_WORD_NEW;
    }
}

/* The program got memory of the Python allocator, which is no object yet. */
static void note_block(struct rs_books *books, uint64_t address, const struct rs_event *event)
{
    uint64_t *place = rs_map_at(&books->blocks, address);

    if (*place == 0)
        *place = (uint64_t)rs_arena_alloc(&books->arena, sizeof(*event));
    *(struct rs_event *)*place = *event;
}

static void end_call(struct rs_books *books, const struct rs_call_frame *frame, uint64_t result, const uint64_t *words, unsigned first, unsigned count)
{
    struct rs_event event;

    if (frame->contract != NULL) {
        bool failure = call_failed(frame->contract, result);

        settle(books, frame, failure);
        if (failure && (frame->contract->flags & RS_SETS_ERROR))
            note_failed(books, frame);
    }
    if (first >= count || words[first] == 0)
        return;
    event = rs_books_event(books, RS_EVENT_BORROW, frame->pc, 0);
    event.contract = frame->contract;
    event.is_entry = frame->pc == event.function && frame->pc != 0;
    note_callers(&event, words, first, count);
    for (unsigned i = first; i < count && words[i] != 0; i++) {
        if (RS_WORD_ARG(words[i]) == RS_ARG_MEMORY)
            note_block(books, RS_WORD_ADDRESS(words[i]), &event);
        else if (RS_WORD_ARG(words[i]) != RS_ARG_CALLER)
            after_call(books, frame, words[i], event);
    }
}

static void on_leave(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    struct rs_call_frame frame;

    if (pop(books, RS_FRAME_CALL, record->b, &frame))
        end_call(books, &frame, record->a, (const uint64_t *)(record + 1), 1, 2 * (slots - 1));
}

static void on_call(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    struct rs_call_frame frame;

    begin_call(books, record, words, 0, 0);
    frame = books->thread->frames.items[--books->thread->frames.count];
    end_call(books, &frame, words[1], words, 2, 2 * (slots - 1));
}

/* ---------------------------------------------------------------- entries and exits */

static void learn_roles(struct rs_books *books)
{
    books->dealloc = rs_contract_slot("tp_dealloc", books->python);
    books->clear = rs_contract_slot("tp_clear", books->python);
    books->init = rs_contract_slot("init", books->python);
    books->exec = rs_contract_slot("mod.exec", books->python);
    books->create = rs_contract_slot("mod.create", books->python);
}

/* Whether another family made the object (types shared between modules, as Cython's are): what this family's tp_dealloc gives
 * up there was acquired in the other's account. */
static bool is_foreign(struct rs_books *books, uint64_t self, const struct rs_module *module)
{
    const struct rs_object *object = rs_books_object(books, self);

    for (const struct rs_account *a = object != NULL ? object->accounts : NULL; a != NULL && module != NULL; a = a->next)
        if (a->family != module->family && a->acquired > 0)
            return true;
    return false;
}

/* Whether a tp_dealloc of the object is in progress; the family's own call of _Py_Dealloc is none yet. */
static bool has_entered_dealloc(const struct rs_books *books, uint64_t object)
{
    const struct rs_thread *thread = books->thread;

    for (size_t i = thread->frames.count; i > 0; i--)
        if (thread->frames.items[i - 1].kind == RS_FRAME_ENTRY && thread->frames.items[i - 1].self == object)
            return true;
    return false;
}

static void on_entry(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    unsigned count = 2 * (slots - 1);
    uint32_t index = (uint32_t)words[0];
    const struct rs_contract *role = index < rs_contract_count() ? rs_contract_at(index) : NULL;
    const struct rs_module *module = rs_ledger_module_of(books, record->a);
    uint64_t *code = rs_map_find(&books->code_at, words[1]);
    struct rs_call_frame *frame;
    struct rs_event event;
    bool init, again; /* again: a base class's tp_dealloc, called by the derived one */

    books->events++;
    unwind(books, record->b);
    if (books->dealloc == NULL)
        learn_roles(books);
    init = role != NULL && (role == books->init || role == books->exec || role == books->create);
    init = init || rs_books_event(books, RS_EVENT_ARGUMENT, 0, 0).init;
    frame = RS_PUSH(&books->thread->frames);
    memset(frame, 0, sizeof(*frame));
    frame->kind = RS_FRAME_ENTRY;
    frame->sp = record->b;
    frame->function = record->a;
    frame->contract = role;
    frame->seq = books->seq;
    frame->code = code != NULL ? (uint32_t)*code - 1 : RS_NO_CODE;
    frame->instr = (uint32_t)(words[0] >> 32);
    frame->module = module != NULL ? (uint32_t)(module - books->modules.items) : UINT32_MAX;
    frame->init = init;
    frame->blind = books->blind != NULL && books->blind(books->site_context, record->a);
    again = count > 2 && role == books->dealloc && has_entered_dealloc(books, RS_WORD_ADDRESS(words[2]));
    if (count > 2 && words[2] != 0 && (role == books->dealloc || role == books->clear)) {
        frame->self = role == books->dealloc ? RS_WORD_ADDRESS(words[2]) : 0;
        frame->foreign = is_foreign(books, RS_WORD_ADDRESS(words[2]), module);
    }
    event = rs_books_event(books, RS_EVENT_ARGUMENT, record->a, 0);
    event.is_entry = true;
    event.contract = role;
    for (unsigned i = 2; i < count && words[i] != 0; i++) {
        bool type = RS_WORD_ARG(words[i]) == RS_ARG_SELF_TYPE;

        if (RS_WORD_FLAGS(words[i]) & RS_WORD_UNKNOWN) { /* the interpreter may have stored it there, with a reference */
            rs_books_account(books, rs_books_object_at(books, RS_WORD_ADDRESS(words[i])), module != NULL ? module->family : 0)->hi++;
            continue;
        }
        if (type && again)
            continue;
        event.delta = type ? 1 : 0;
        event.kind = type ? RS_EVENT_ACQUIRE : RS_EVENT_ARGUMENT;
        book_word(books, words[i], event, module != NULL ? module->family : 0);
    }
}

static void check_error(struct rs_books *books, const struct rs_call_frame *frame, unsigned flags, const struct rs_event *event)
{
    const struct rs_contract *role = frame->contract;
    bool null = flags & RS_EXIT_RESULT_NULL, set = flags & RS_EXIT_ERROR_SET;
    struct rs_fact *fact;

    if (role == NULL || !(role->flags & RS_SETS_ERROR) || (flags & RS_EXIT_ERROR_BEFORE) || null == set)
        return;
    if (null && !set && (role->flags & RS_MISS_IS_NULL))
        return;
    fact = rs_books_fact(books, RS_FACT_ERROR, NULL, event);
    fact->exit_flags = flags;
    if (frame->failed_pc != 0) { /* it set the exception, or failed without one and was taken for having set it */
        fact->cause = *event;
        fact->cause.pc = frame->failed_pc;
        fact->cause.is_entry = frame->failed_pc == frame->function;
        fact->cause.contract = frame->failed_contract;
        fact->cause.kind = RS_EVENT_BORROW;
        fact->has_cause = true;
    }
}

static void on_exit_record(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    unsigned count = 2 * (slots - 1);
    struct rs_call_frame frame;
    struct rs_event event;

    if (books->thread->frames.count == 0)
        return;
    event = rs_books_event(books, RS_EVENT_RETURN, 0, -1);
    if (!pop(books, RS_FRAME_ENTRY, record->b, &frame))
        return;
    event.pc = event.function = frame.function;
    event.call = frame.seq;
    event.code = frame.code;
    event.instr = frame.instr;
    event.init = frame.init;
    event.is_entry = true;
    event.contract = frame.contract;
    for (unsigned i = 1; i < count && words[i] != 0; i++)
        if (RS_WORD_FLAGS(words[i]) & RS_WORD_NEW)
            book_word(books, words[i], event, family_of(books, frame.module));
    check_error(books, &frame, (unsigned)(words[0] >> 32), &event);
}

/* References that plain stores handed over to a container. */
static void on_moved(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    bool list = words[0] >> 32 & 1, at_exit = words[0] >> 33 & 1;
    const struct rs_contract *contract = rs_contract_find(list ? "PyList_SET_ITEM" : "PyTuple_SET_ITEM", books->python);
    struct rs_event event = rs_books_event(books, RS_EVENT_STEAL, 0, -1);

    event.pc = at_exit || record->a == 0 ? event.function : record->a - 1;
    event.is_entry = event.pc == event.function;
    event.contract = contract;
    for (unsigned i = 2; i < 2 * (slots - 1) && words[i] != 0; i++) {
        struct rs_object *object = rs_books_object_at(books, RS_WORD_ADDRESS(words[i]));

        event.family = family_of(books, (uint32_t)words[0]);
        event.count = -1;
        if (RS_WORD_FLAGS(words[i]) & RS_WORD_UNKNOWN)
            rs_books_account(books, object, event.family)->hi++;
        else if (!(RS_WORD_FLAGS(words[i]) & RS_WORD_IMMORTAL))
            rs_books_book(books, object, &event);
    }
}

/* How many slots a kind has at least: what its function reads without looking. */
static const uint8_t least[RS_RECORDS] = {
    [RS_REC_MODULE] = sizeof(struct rs_module_record) / 16, [RS_REC_TYPE] = 3, [RS_REC_OBJECT] = 2, [RS_REC_API_ENTER] = 2, [RS_REC_API_CALL] = 2,
    [RS_REC_API_LEAVE] = 2, [RS_REC_ENTRY] = 2, [RS_REC_EXIT] = 2, [RS_REC_ROLE] = 3, [RS_REC_CODE] = 3, [RS_REC_LIVE] = 2,
    [RS_REC_WITNESS] = 2, [RS_REC_TRAVERSE] = 3, [RS_REC_LIMIT] = 2, [RS_REC_PYTHON] = 2, [RS_REC_STACK] = 2, [RS_REC_UNVISITED] = 2,
    [RS_REC_BASE] = 2, [RS_REC_BLOCK] = 2, [RS_REC_MOVED] = 2,
};

/* Whether `a` is the address of what the record describes. */
static bool stands_somewhere(unsigned kind)
{
    return kind == RS_REC_TYPE || kind == RS_REC_OBJECT || kind == RS_REC_ROLE || kind == RS_REC_CODE;
}

void rs_ledger_record(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    unsigned kind = RS_TAG_KIND(record->tag);

    books->seq++;
    if (record->tag < RS_TAG) {
        on_store(books, record);
        return;
    }
    if (kind >= RS_RECORDS || slots < least[kind] || slots < 1 || (record->a == 0 && stands_somewhere(kind))) {
        rs_books_limit(books, "records that make no sense (refsan bug, or a broken recording)", 1);
        return;
    }
    if (books->thread == NULL)
        on_thread(books, 0);
    switch (kind) {
    case RS_REC_THREAD: on_thread(books, record->a); break;
    case RS_REC_MODULE: rs_books_on_module(books, record, slots); break;
    case RS_REC_TYPE: rs_books_on_type(books, record, slots); break;
    case RS_REC_OBJECT: rs_books_on_object(books, record); break;
    case RS_REC_FREE: rs_books_on_free(books, record->a); break;
    case RS_REC_DEATH: rs_books_on_death(books, record->a); break;
    case RS_REC_API_ENTER: on_enter(books, record, slots); break;
    case RS_REC_API_CALL: on_call(books, record, slots); break;
    case RS_REC_API_LEAVE: on_leave(books, record, slots); break;
    case RS_REC_ENTRY: on_entry(books, record, slots); break;
    case RS_REC_EXIT: on_exit_record(books, record, slots); break;
    case RS_REC_ROLE: rs_books_on_role(books, record, slots); break;
    case RS_REC_CODE: rs_books_on_code(books, record, slots); break;
    case RS_REC_BASE: rs_books_on_base(books, record); break;
    case RS_REC_UNVISITED: rs_books_on_unvisited(books, record); break;
    case RS_REC_LIVE: rs_books_on_live(books, record); break;
    case RS_REC_POISON: rs_books_on_poison(books, record); break;
    case RS_REC_WITNESS: rs_books_on_witness(books, record, slots); break;
    case RS_REC_BLOCK: rs_books_on_lost_block(books, record); break;
    case RS_REC_TRAVERSE: rs_books_on_traverse(books, record); break;
    case RS_REC_FAULT: rs_books_on_fault(books, record, slots); break;
    case RS_REC_PYFRAME: rs_books_on_frame(books, record); break;
    case RS_REC_STACK: rs_books_on_stack(books, record, slots); break;
    case RS_REC_PYTHON: rs_books_on_python(books, record, slots); break;
    case RS_REC_MOVED: on_moved(books, record, slots); break;
    case RS_REC_LIMIT: rs_books_on_limit(books, record, slots); break;
    case RS_REC_FINALIZE: books->finalized = true; break;
    case RS_REC_CENSUS: books->census_done |= record->a == 0; break;
    }
}
