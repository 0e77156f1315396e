/* From records to bookings: the table of the law (docs/internals/books.md), one function a kind of record. */
#include "ledger/internal.h"

#include <stdlib.h>
#include <string.h>

#include "contract/contract.h"

enum { POISON = 0x2DDDDDDD, ODD_DELTA = 64, IMMORTAL_BIT = 31 };

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

/* The module function in progress, 0: none. */
static uint64_t function_of(const struct rs_books *books, const struct rs_booking *booking)
{
    return books->store->contexts.items[booking->context].function;
}

/* ---------------------------------------------------------------- stores */

static __attribute__((noinline, cold)) struct rs_fact *touch(struct rs_books *books, struct rs_object *object,
                                                             const struct rs_booking *booking, enum rs_fact_kind kind)
{
    const struct rs_page *page = rs_books_page_of(object, booking->family);
    struct rs_event event = rs_store_event(books, booking);

    event.balance = page != NULL ? (int32_t)page->hi : 0;
    return rs_books_fact(books, kind, object, &event);
}

/* Static data whose next word happens to be the address of a type looks like an object (Cython's counter of a free
 * list): what only stores to a fixed address have shown so far is booked when it has been passed to somebody. Types are
 * told by their own type. */
static bool is_counter(const struct rs_books *books, struct rs_object *object, const struct rs_site_fact *site)
{
    if (!site->fixed || object->size != 0 || object->passed || rs_ledger_type(books, object->address) != NULL)
        return false;
    object->doubtful = true;
    return true;
}

static __attribute__((noinline)) void on_store(struct rs_books *books, const struct rs_slot *record)
{
    uint64_t address = RS_WORD_ADDRESS(record->a);
    uint32_t before = record->b;
    const struct rs_site_fact *site;
    struct rs_object *object;
    struct rs_booking booking;
    int delta;

    books->events++;
    if (books->sites == NULL || record->tag >= books->sites->count)
        return;
    site = &books->sites->items[record->tag];
    delta = site->delta != 0 ? site->delta : (int16_t)((record->a >> 48) - (before & 0xffff));
    if (delta == 0)
        return;
    if (books->python >= 0x030c && before >> IMMORTAL_BIT) {
        object = rs_books_object(books, address);
        if (object != NULL)
            object->immortal = true;
        return;
    }
    object = rs_books_object_at(books, address);
    if ((object->immortal && !object->dead) || is_counter(books, object, site))
        return;
    booking = rs_books_booking(books, delta > 0 ? RS_EVENT_ACQUIRE : RS_EVENT_RELEASE, site->pc, delta);
    booking.family = site->family;
    booking.blind |= site->blind;
    booking.count = (int64_t)before + delta;
    if (before == POISON || object->dead) {
        booking.kind = RS_EVENT_TOUCH;
        booking.count = -1; /* poison, no count */
        touch(books, object, &booking, RS_FACT_TOUCH);
        return;
    }
    if (delta > ODD_DELTA || delta < -ODD_DELTA) { /* no reference counting: an initialisation by hand */
        rs_books_page(books, object, site->family)->unsure = true;
        return;
    }
    if (rs_books_in_this_dealloc(
            books, address)) { /* it may be revived: its count was set to 1 by a store that says nothing */
        if (delta < 0)
            rs_books_page(books, object, site->family)->hi -= delta;
    } else if (before == 0 && (object->shut || object->accounts != NULL)) {
        touch(books, object, &booking, RS_FACT_ZERO);
    }
    booking.place = rs_store_site(books->store, record->tag, &booking);
    rs_books_book(books, object, &booking);
}

void rs_ledger_stray(struct rs_books *books, uint64_t address, uint32_t number)
{
    struct rs_object *object = rs_books_object(books, address);
    struct rs_event event = {.seq = books->seq, .count = -1, .code = RS_NO_CODE, .times = 1, .kind = RS_EVENT_TOUCH};

    books->events++;
    if (books->sites == NULL || number >= books->sites->count)
        return;
    event.pc = books->sites->items[number].pc;
    event.delta = books->sites->items[number].delta;
    event.family = books->sites->items[number].family;
    rs_books_fact(books, RS_FACT_GIL, object, &event);
}

/* ---------------------------------------------------------------- calls */

/* Freed, or taken apart and in a free list: its tp_dealloc was seen, its count is 0, and no dealloc is in progress that
 * could still have to do with it. */
static bool is_gone(const struct rs_books *books, const struct rs_object *object, uint64_t word)
{
    unsigned flags = (unsigned)RS_WORD_FLAGS(word);

    return (flags & RS_WORD_DEAD) || ((flags & RS_WORD_ZERO) && object->shut && !rs_books_in_dealloc(books));
}

/* Changes the booking: what depends on the word is not to be relied on afterwards. */
static void book_word(struct rs_books *books, uint64_t word, struct rs_booking *booking)
{
    struct rs_object *object = rs_books_object_at(books, RS_WORD_ADDRESS(word));

    if (is_gone(books, object, word)) {
        /* by a call's result, or as an argument of the entry that this record is */
        bool handed_in = booking->kind == RS_EVENT_BORROW || booking->kind == RS_EVENT_ACQUIRE ||
                         (booking->kind == RS_EVENT_ARGUMENT && booking->call == (uint32_t)books->seq);

        booking->kind = RS_EVENT_TOUCH;
        booking->delta = 0;
        touch(books, object, booking, RS_FACT_TOUCH)->from_result = handed_in;
        return;
    }
    if (RS_WORD_FLAGS(word) & RS_WORD_IMMORTAL) {
        object->immortal = true;
        return;
    }
    object->passed = true;
    if (object->doubtful)
        rs_books_page(books, object, booking->family)->unsure = true;
    booking->count = RS_WORD_FLAGS(word) & RS_WORD_ONE ? 1 : RS_WORD_FLAGS(word) & RS_WORD_ZERO ? 0 : -1;
    booking->place = rs_store_place(books->store, booking);
    rs_books_book(books, object, booking);
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

/* Where the module calls from. A return address outside of it means that the interpreter called a function which the
 * module gave it (a converter of PyArg_Parse): the call in progress is the place; or a tail call: the function in
 * progress is. */
static void place_call(struct rs_books *books, uint64_t return_address, struct rs_booking *booking)
{
    const struct rs_thread *thread = books->thread;
    const struct rs_call_frame *top = thread->frames.count > 0 ? &thread->frames.items[thread->frames.count - 1] : NULL;

    if (rs_books_module_of(books, return_address) != NULL) {
        booking->pc = return_address - 1;
    } else if (top != NULL && top->kind == RS_FRAME_CALL) {
        booking->pc = top->pc;
    } else {
        booking->is_entry = true;
        booking->pc = function_of(books, booking);
    }
}

/* Through a function of another library a reference may have passed from or to that library's own modules, whose code
 * the call has run: what they did with it is in their accounts, what the call did is not. */
static void widen_others(struct rs_books *books, const struct rs_contract *contract, uint64_t word, uint32_t family,
                         int to_them)
{
    struct rs_object *object;

    if (contract == NULL || !((contract->flags & RS_ENTRY) || rs_contract_index(contract) >= rs_contract_builtin()))
        return;
    object = rs_books_object_at(books, RS_WORD_ADDRESS(word));
    for (struct rs_page *page = object->accounts; page != NULL; page = page->next)
        if (page->family != family)
            *(to_them > 0 ? &page->hi : &page->lo) += to_them;
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
static void on_enter(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    uint32_t index = (uint32_t)words[0], module = (uint32_t)(words[0] >> 32);
    const struct rs_contract *contract = index < rs_contract_count() ? rs_contract_at(index) : NULL;
    struct rs_booking booking;
    struct rs_call_frame *frame;
    uint64_t self = 0;

    rs_books_unwind(books, record->b);
    booking = rs_books_booking(books, RS_EVENT_ARGUMENT, record->a, 0);
    place_call(books, record->a, &booking);
    booking.contract = contract;
    booking.family = family_of(books, module);
    frame = rs_books_push(books, RS_FRAME_CALL, record->b);
    frame->pc = booking.pc;
    frame->contract = contract;
    frame->module = module;
    for (unsigned i = 1; i < 2 * (slots - 1) && words[i] != 0 && contract != NULL; i++) {
        int delta;
        enum rs_event_kind kind = before_call(contract, words[i], &delta);

        if (contract->flags & RS_DEALLOCATES)
            self = RS_WORD_ADDRESS(words[i]);
        if (delta == 0 && !is_touch(books, contract, words[i]))
            continue; /* a borrowed argument changes nothing */
        booking.kind = (uint8_t)kind;
        booking.delta = delta;
        note_stolen(frame, words[i]);
        if (delta < 0)
            widen_others(books, contract, words[i], booking.family, +1);
        book_word(books, words[i], &booking);
    }
    rs_books_set_self(frame, self); /* looked at while the words are booked */
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
        struct rs_booking booking;

        if (a == NULL || a->kind != RS_ARG_STEAL || a->when == RS_ALWAYS || (a->when == RS_ON_FAILURE) == failed)
            continue;
        if (RS_WORD_FLAGS(frame->stolen[i]) & (RS_WORD_IMMORTAL | RS_WORD_DEAD))
            continue; /* the steal was not booked either */
        booking = rs_books_booking(books, RS_EVENT_ACQUIRE, frame->pc, +1);
        booking.contract = frame->contract;
        booking.family = family_of(books, frame->module);
        book_word(books, RS_WORD_ADDRESS(frame->stolen[i]), &booking);
    }
}

static void after_call(struct rs_books *books, uint64_t word, struct rs_booking *booking)
{
    struct rs_object *object = rs_books_object_at(books, RS_WORD_ADDRESS(word));
    unsigned flags = (unsigned)RS_WORD_FLAGS(word);

    if (flags & RS_WORD_UNKNOWN) {
        rs_books_page(books, object, booking->family)->hi++;
        return;
    }
    if ((flags & RS_WORD_NEW) && (flags & RS_WORD_ONE)) {
        /* count 1 on a new result: nobody else has it; whatever was booked before belongs to an earlier life */
        if (object->accounts != NULL)
            object = rs_books_reborn(books, object->address, object->type, object->size);
        object->dead = object->shut = false;
        booking->kind = RS_EVENT_CREATE;
    } else {
        booking->kind = flags & RS_WORD_NEW ? RS_EVENT_ACQUIRE : RS_EVENT_BORROW;
    }
    booking->delta = flags & RS_WORD_NEW ? 1 : 0;
    if (booking->delta > 0)
        widen_others(books, booking->contract, word, booking->family, -1);
    book_word(books, word, booking);
}

/* The exception that the function in progress may return with. */
static void note_failed(struct rs_books *books, const struct rs_call_frame *call)
{
    struct rs_thread *thread = books->thread;
    struct rs_call_frame *entry =
        thread->frames.count > 0 && call->entry != 0 ? &thread->frames.items[call->entry - 1] : NULL;

    if (entry == NULL)
        return;
    entry->failed_pc = call->pc;
    entry->failed_contract = call->contract;
}

/* What the module may read through next. */
static void note_null(struct rs_books *books, const struct rs_call_frame *call)
{
    struct rs_thread *thread = books->thread;

    thread->null.pc = call->pc;
    thread->null.contract = call->contract;
    thread->null.context = call->context;
    thread->null.call = call->call;
}

/* The words that are no objects but say by whom the function was called. */
static uint32_t callers_of(struct rs_books *books, const uint64_t *words, unsigned first, unsigned count)
{
    struct rs_callers callers = {0};
    unsigned found = 0;

    for (unsigned i = first; i < count && words[i] != 0 && found < RS_CALLERS; i++) {
        if (RS_WORD_ARG(words[i]) != RS_ARG_CALLER)
            continue;
        callers.at[found++] = RS_WORD_ADDRESS(words[i]);
        callers.by_variable = RS_WORD_FLAGS(words[i]) & RS_WORD_NEW;
    }
    return found > 0 ? rs_store_callers(books->store, &callers) : 0;
}

/* The program got memory of the Python allocator, which is no object yet. */
static void note_block(struct rs_books *books, uint64_t address, const struct rs_booking *booking)
{
    uint64_t *place = rs_map_at(&books->blocks, address);

    if (*place == 0)
        *place = (uint64_t)rs_arena_alloc(&books->arena, sizeof(struct rs_event));
    *(struct rs_event *)*place = rs_store_event(books, booking);
}

/* The frame is popped. */
static void end_call(struct rs_books *books, const struct rs_call_frame *frame, uint64_t result, const uint64_t *words,
                     unsigned first, unsigned count)
{
    struct rs_booking booking;

    if (frame->contract != NULL) {
        bool failure = call_failed(frame->contract, result);

        settle(books, frame, failure);
        if (failure && (frame->contract->flags & RS_SETS_ERROR))
            note_failed(books, frame);
        if (result == 0 && (frame->contract->result != RS_RESULT_VALUE || (frame->contract->flags & RS_ALLOCATES)))
            note_null(books, frame);
    }
    if (first >= count || words[first] == 0)
        return;
    booking = rs_books_booking(books, RS_EVENT_BORROW, frame->pc, 0);
    booking.contract = frame->contract;
    booking.family = family_of(books, frame->module);
    booking.is_entry = frame->pc == function_of(books, &booking) && frame->pc != 0;
    booking.callers = callers_of(books, words, first, count);
    for (unsigned i = first; i < count && words[i] != 0; i++) {
        if (RS_WORD_ARG(words[i]) == RS_ARG_MEMORY)
            note_block(books, RS_WORD_ADDRESS(words[i]), &booking);
        else if (RS_WORD_ARG(words[i]) != RS_ARG_CALLER)
            after_call(books, words[i], &booking);
    }
}

static void on_leave(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const struct rs_call_frame *frame = rs_books_pop(books, RS_FRAME_CALL, record->b);

    if (frame != NULL)
        end_call(books, frame, record->a, (const uint64_t *)(record + 1), 1, 2 * (slots - 1));
}

/* A call that takes nothing and in which nothing else happens. */
static void on_call(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    uint32_t index = (uint32_t)words[0];
    const struct rs_thread *thread = books->thread;
    struct rs_call_frame frame = {.kind = RS_FRAME_CALL, .sp = record->b, .module = (uint32_t)(words[0] >> 32)};
    struct rs_booking booking;

    rs_books_unwind(books, record->b);
    booking = rs_books_booking(books, RS_EVENT_BORROW, record->a, 0);
    place_call(books, record->a, &booking);
    frame.pc = booking.pc;
    frame.context = booking.context;
    frame.call = booking.call;
    frame.entry = thread->frames.count > 0 ? thread->frames.items[thread->frames.count - 1].entry : 0;
    frame.contract = index < rs_contract_count() ? rs_contract_at(index) : NULL;
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

/* Whether another family made the object (types shared between modules, as Cython's are): what this family's tp_dealloc
 * gives up there was acquired in the other's account. */
static bool is_foreign(struct rs_books *books, uint64_t self, const struct rs_module *module)
{
    const struct rs_object *object = rs_books_object(books, self);

    for (const struct rs_page *a = object != NULL ? object->accounts : NULL; a != NULL && module != NULL; a = a->next)
        if (a->family != module->family && a->acquired > 0)
            return true;
    return false;
}

/* Whether a tp_dealloc of the object is in progress; the family's own call of _Py_Dealloc is none yet. */
static bool has_entered_dealloc(const struct rs_books *books, uint64_t object)
{
    const struct rs_thread *thread = books->thread;

    for (size_t i = rs_books_in_dealloc(books) ? thread->frames.count : 0; i > 0; i--)
        if (thread->frames.items[i - 1].kind == RS_FRAME_ENTRY && thread->frames.items[i - 1].self == object)
            return true;
    return false;
}

/* Whether the role is one of initialisation, or the entry happens during one. */
static bool is_init(const struct rs_books *books, const struct rs_contract *role, const struct rs_call_frame *frame)
{
    return frame->init || (role != NULL && (role == books->init || role == books->exec || role == books->create));
}

static void push_entry(struct rs_books *books, const struct rs_slot *record, const struct rs_contract *role,
                       const struct rs_module *module)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    const uint64_t *code = rs_map_find(&books->code_at, words[1]);
    struct rs_call_frame *frame = rs_books_push(books, RS_FRAME_ENTRY, record->b);
    struct rs_context context = {.function = record->a,
                                 .code = code != NULL ? (uint32_t)*code - 1 : RS_NO_CODE,
                                 .instr = (uint32_t)(words[0] >> 32)};

    context.init = is_init(books, role, frame);
    frame->pc = record->a;
    frame->contract = role;
    frame->init = context.init;
    frame->module = module != NULL ? (uint32_t)(module - books->modules.items) : UINT32_MAX;
    frame->blind = books->blind != NULL && books->blind(books->host, record->a);
    frame->context = rs_store_context(books->store, &context);
    frame->call = (uint32_t)books->seq;
    frame->entry = (uint32_t)books->thread->frames.count;
}

static void on_entry(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    unsigned count = 2 * (slots - 1);
    uint32_t index = (uint32_t)words[0];
    const struct rs_contract *role = index < rs_contract_count() ? rs_contract_at(index) : NULL;
    const struct rs_module *module = rs_books_module_of(books, record->a);
    uint32_t family = module != NULL ? module->family : 0;
    struct rs_booking booking;
    bool again; /* a base class's tp_dealloc, called by the derived one */

    books->events++;
    rs_books_unwind(books, record->b);
    if (books->dealloc == NULL)
        learn_roles(books);
    again = count > 2 && role == books->dealloc && has_entered_dealloc(books, RS_WORD_ADDRESS(words[2]));
    push_entry(books, record, role, module);
    if (count > 2 && words[2] != 0 && (role == books->dealloc || role == books->clear)) {
        struct rs_call_frame *frame = &books->thread->frames.items[books->thread->frames.count - 1];

        rs_books_set_self(frame, role == books->dealloc ? RS_WORD_ADDRESS(words[2]) : 0);
        frame->blind |= is_foreign(books, RS_WORD_ADDRESS(words[2]), module);
    }
    booking = rs_books_booking(books, RS_EVENT_ARGUMENT, record->a, 0);
    booking.is_entry = true;
    booking.contract = role;
    booking.family = family;
    for (unsigned i = 2; i < count && words[i] != 0; i++) {
        bool type = RS_WORD_ARG(words[i]) == RS_ARG_SELF_TYPE;

        if (RS_WORD_FLAGS(words[i]) &
            RS_WORD_UNKNOWN) { /* the interpreter may have stored it there, with a reference */
            rs_books_page(books, rs_books_object_at(books, RS_WORD_ADDRESS(words[i])), family)->hi++;
            continue;
        }
        if (type && again)
            continue;
        booking.delta = type ? 1 : 0;
        booking.kind = type ? RS_EVENT_ACQUIRE : RS_EVENT_ARGUMENT;
        book_word(books, words[i], &booking);
    }
}

static void check_error(struct rs_books *books, const struct rs_call_frame *frame, unsigned flags,
                        const struct rs_booking *exit)
{
    const struct rs_contract *role = frame->contract;
    bool null = flags & RS_EXIT_RESULT_NULL, set = flags & RS_EXIT_ERROR_SET;
    struct rs_event event;
    struct rs_fact *fact;

    if (role == NULL || !(role->flags & RS_SETS_ERROR) || (flags & RS_EXIT_ERROR_BEFORE) || null == set)
        return;
    if (null && !set && (role->flags & RS_MISS_IS_NULL))
        return;
    event = rs_store_event(books, exit);
    fact = rs_books_fact(books, RS_FACT_ERROR, NULL, &event);
    fact->exit_flags = flags;
    if (frame->failed_pc != 0) { /* it set the exception, or failed without one and was taken for having set it */
        fact->cause = event;
        fact->cause.pc = frame->failed_pc;
        fact->cause.is_entry = frame->failed_pc == frame->pc;
        fact->cause.contract = frame->failed_contract;
        fact->cause.kind = RS_EVENT_BORROW;
        fact->has_cause = true;
    }
}

static void on_exit_record(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    unsigned count = 2 * (slots - 1);
    const struct rs_call_frame *frame = rs_books_pop(books, RS_FRAME_ENTRY, record->b);
    struct rs_booking booking = {.count = -1}, exit;

    if (frame == NULL)
        return;
    booking.pc = frame->pc;
    booking.contract = frame->contract;
    booking.family = family_of(books, frame->module);
    booking.context = frame->context;
    booking.call = frame->call;
    booking.is_entry = true;
    booking.blind = frame->blind;
    exit = booking;
    for (unsigned i = 1; i < count && words[i] != 0; i++)
        if (RS_WORD_FLAGS(words[i]) & RS_WORD_NEW) {
            booking.kind = RS_EVENT_RETURN;
            booking.delta = -1;
            book_word(books, words[i], &booking);
        }
    if (frame->self != 0)
        rs_books_end_dealloc(books, frame->call);
    check_error(books, frame, (unsigned)(words[0] >> 32), &exit);
}

/* Where an item was put into the tuple, between the call that made it and `to`. */
static uint64_t item_store(struct rs_books *books, uint64_t tuple, uint32_t family, uint64_t to, unsigned item)
{
    const struct rs_object *object = books->item_store != NULL ? rs_books_object(books, tuple) : NULL;
    const struct rs_page *page = object != NULL ? rs_books_page_of(object, family) : NULL;

    if (page == NULL || page->open_count == 0)
        return 0;
    return books->item_store(books->host, books, books->store->places.items[page->open.place].pc + 1, to, item);
}

/* References that plain stores handed over to a container. */
static void on_moved(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    bool list = words[0] >> 32 & 1, at_exit = words[0] >> 33 & 1;
    struct rs_booking booking = rs_books_booking(books, RS_EVENT_STEAL, 0, -1);

    if (books->moved[list] == NULL)
        books->moved[list] = rs_contract_find(list ? "PyList_SET_ITEM" : "PyTuple_SET_ITEM", books->python);
    booking.pc = at_exit || record->a == 0 ? function_of(books, &booking) : record->a - 1;
    booking.is_entry = booking.pc == function_of(books, &booking);
    booking.contract = books->moved[list];
    booking.family = family_of(books, (uint32_t)words[0]);
    for (unsigned i = 2; i < 2 * (slots - 1) && words[i] != 0; i++) {
        struct rs_booking moved = booking;
        uint64_t store =
            list ? 0 : item_store(books, words[1], booking.family, at_exit ? 0 : record->a, RS_WORD_ARG(words[i]));

        if (store != 0) {
            moved.pc = store;
            moved.is_entry = false;
        }
        if (RS_WORD_FLAGS(words[i]) & RS_WORD_UNKNOWN)
            rs_books_page(books, rs_books_object_at(books, RS_WORD_ADDRESS(words[i])), booking.family)->hi++;
        else
            book_word(books, words[i], &moved);
    }
}

/* How many slots a kind has at least: what its function reads without looking. */
static const uint8_t least[RS_RECORDS] = {
    [RS_REC_MODULE] = sizeof(struct rs_module_record) / 16,
    [RS_REC_TYPE] = 3,
    [RS_REC_OBJECT] = 2,
    [RS_REC_API_ENTER] = 2,
    [RS_REC_API_CALL] = 2,
    [RS_REC_API_LEAVE] = 2,
    [RS_REC_ENTRY] = 2,
    [RS_REC_EXIT] = 2,
    [RS_REC_ROLE] = 3,
    [RS_REC_CODE] = 3,
    [RS_REC_LIVE] = 2,
    [RS_REC_WITNESS] = 2,
    [RS_REC_TRAVERSE] = 3,
    [RS_REC_LIMIT] = 2,
    [RS_REC_PYTHON] = 2,
    [RS_REC_STACK] = 2,
    [RS_REC_UNVISITED] = 2,
    [RS_REC_BASE] = 2,
    [RS_REC_BLOCK] = 2,
    [RS_REC_MOVED] = 2,
    [RS_REC_BODY] = 2,
};

/* Whether `a` is the address of what the record describes. */
static bool stands_somewhere(unsigned kind)
{
    return kind == RS_REC_TYPE || kind == RS_REC_OBJECT || kind == RS_REC_ROLE || kind == RS_REC_CODE;
}

/* All but a store. */
static void on_record(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    unsigned kind = RS_TAG_KIND(record->tag);

    if (kind >= RS_RECORDS || slots < least[kind] || slots < 1 || (record->a == 0 && stands_somewhere(kind))) {
        rs_books_limit(books, "records that make no sense (refsan bug, or a broken recording)", 1);
        return;
    }
    if (books->thread == NULL)
        on_thread(books, 0);
    switch (kind) {
    case RS_REC_THREAD:
        on_thread(books, record->a);
        break;
    case RS_REC_MODULE:
        rs_books_on_module(books, record, slots);
        break;
    case RS_REC_TYPE:
        rs_books_on_type(books, record, slots);
        break;
    case RS_REC_OBJECT:
        rs_books_on_object(books, record);
        break;
    case RS_REC_FREE:
        rs_books_on_free(books, record->a);
        break;
    case RS_REC_DEATH:
        rs_books_on_death(books, record->a);
        break;
    case RS_REC_API_ENTER:
        on_enter(books, record, slots);
        break;
    case RS_REC_API_CALL:
        on_call(books, record, slots);
        break;
    case RS_REC_API_LEAVE:
        on_leave(books, record, slots);
        break;
    case RS_REC_ENTRY:
        on_entry(books, record, slots);
        break;
    case RS_REC_EXIT:
        on_exit_record(books, record, slots);
        break;
    case RS_REC_ROLE:
        rs_books_on_role(books, record, slots);
        break;
    case RS_REC_CODE:
        rs_books_on_code(books, record, slots);
        break;
    case RS_REC_BASE:
        rs_books_on_base(books, record);
        break;
    case RS_REC_UNVISITED:
        rs_books_on_unvisited(books, record);
        break;
    case RS_REC_LIVE:
        rs_books_on_live(books, record);
        break;
    case RS_REC_POISON:
        rs_books_on_poison(books, record);
        break;
    case RS_REC_WITNESS:
        rs_books_on_witness(books, record, slots);
        break;
    case RS_REC_BLOCK:
        rs_books_on_lost_block(books, record);
        break;
    case RS_REC_TRAVERSE:
        rs_books_on_traverse(books, record);
        break;
    case RS_REC_FAULT:
        rs_books_on_fault(books, record, slots);
        break;
    case RS_REC_PYFRAME:
        rs_books_on_frame(books, record);
        break;
    case RS_REC_STACK:
        rs_books_on_stack(books, record, slots);
        break;
    case RS_REC_PYTHON:
        rs_books_on_python(books, record, slots);
        break;
    case RS_REC_MOVED:
        on_moved(books, record, slots);
        break;
    case RS_REC_BODY:
        rs_books_on_body(books, record, slots);
        break;
    case RS_REC_LIMIT:
        rs_books_on_limit(books, record, slots);
        break;
    case RS_REC_FINALIZE:
        books->finalized = true;
        break;
    case RS_REC_CENSUS:
        books->census_done |= record->a == 0;
        break;
    }
}

void rs_ledger_record(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    books->seq++;
    if (record->tag < RS_TAG)
        on_store(books, record);
    else
        on_record(books, record, slots);
}

size_t rs_ledger_records(struct rs_books *books, const struct rs_slot *slots, size_t count)
{
    struct rs_foresight f = {0};
    size_t at = 0, window = 0;

    rs_books_look_ahead(books, &f, slots, count);
    while (at < count) {
        size_t size;

        if (at >= window) {
            window = f.upto;
            rs_books_look_ahead(books, &f, slots, count);
        }
        if (slots[at].tag < RS_TAG) {
            books->seq++;
            on_store(books, slots + at++);
            continue;
        }
        size = RS_TAG_SLOTS(slots[at].tag);
        if (size == 0 || size > count - at)
            break;
        books->seq++;
        on_record(books, slots + at, (unsigned)size);
        at += size;
    }
    return at;
}
