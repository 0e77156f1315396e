/* The calls and entries in progress on the current thread, a stack of frames. */
#include "ledger/internal.h"

/* Whether the steals of a call that never returned have happened is not known. */
static void doubt(struct rs_books *books, const struct rs_call_frame *frame)
{
    for (unsigned i = 0; i < frame->stolen_count; i++) {
        struct rs_object *object = rs_books_object(books, RS_WORD_ADDRESS(frame->stolen[i]));

        for (struct rs_page *a = object != NULL ? object->accounts : NULL; a != NULL; a = a->next)
            a->unsure = true;
    }
}

void rs_books_unwind(struct rs_books *books, uint32_t sp)
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

struct rs_call_frame *rs_books_push(struct rs_books *books, enum rs_frame_kind kind, uint32_t sp)
{
    size_t count = books->thread->frames.count;
    static const struct rs_call_frame bottom;
    struct rs_call_frame *frame = RS_PUSH(&books->thread->frames);
    const struct rs_call_frame *below = count > 0 ? frame - 1 : &bottom;

    frame->sp = sp;
    frame->kind = (uint8_t)kind;
    frame->stolen_count = 0;
    frame->init = below->init;
    frame->blind = below->blind;
    frame->module = 0;
    frame->context = below->context;
    frame->call = below->call;
    frame->entry = below->entry;
    frame->deallocs = below->deallocs;
    frame->pc = frame->self = frame->failed_pc = 0;
    frame->contract = frame->failed_contract = NULL;
    return frame;
}

const struct rs_call_frame *rs_books_pop(struct rs_books *books, enum rs_frame_kind kind, uint32_t sp)
{
    struct rs_thread *thread = books->thread;

    for (size_t i = thread->frames.count; i > 0; i--) {
        if (thread->frames.items[i - 1].sp != sp || thread->frames.items[i - 1].kind != kind)
            continue;
        for (size_t k = i; k < thread->frames.count; k++)
            doubt(books, &thread->frames.items[k]);
        thread->frames.count = i - 1;
        return &thread->frames.items[i - 1];
    }
    return NULL;
}
