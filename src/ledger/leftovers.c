/* What a tp_dealloc leaves behind: objects to which the dying body refers, of which the books say that the family owns
 * a reference, and whose account does not fall while the function runs. Where such a reference is found lost, that
 * function forgot it. */
#include "ledger/internal.h"

enum { PENDING_MAX = 4096 }; /* of functions that never came to their end */

void rs_books_on_body(struct rs_books *books, const struct rs_slot *record, unsigned slots)
{
    const uint64_t *words = (const uint64_t *)(record + 1);
    const struct rs_thread *thread = books->thread;
    const struct rs_call_frame *frame =
        thread != NULL && thread->frames.count > 0 ? &thread->frames.items[thread->frames.count - 1] : NULL;
    const struct rs_module *module;

    if (frame == NULL || frame->kind != RS_FRAME_ENTRY || frame->self != record->a || frame->blind ||
        frame->module >= books->modules.count)
        return;
    module = &books->modules.items[frame->module];
    if (books->leaving.count > PENDING_MAX)
        books->leaving.count = 0;
    for (unsigned i = 0; i < 2 * (slots - 1) && words[i] != 0; i++) {
        const struct rs_object *object = rs_books_object(books, RS_WORD_ADDRESS(words[i]));
        const struct rs_page *page = object != NULL && !object->dead ? rs_books_page_of(object, module->family) : NULL;

        if (page != NULL && page->lo > 0 && !page->unsure)
            *RS_PUSH(&books->leaving) =
                (struct rs_left){object->address, object->serial, object->type, frame->pc, frame->call, module->family};
    }
}

/* The serial counts within a type: at the same address another object may have the same one. */
static bool is_of(const struct rs_left *left, const struct rs_object *object)
{
    return left->serial == object->serial && left->type == object->type;
}

/* Whether the call, which is at its end, took nothing from the family's account of the object. */
static bool is_left(struct rs_books *books, const struct rs_left *left)
{
    const struct rs_object *object = rs_books_object(books, left->object);
    const struct rs_page *page =
        object != NULL && is_of(left, object) && !object->dead ? rs_books_page_of(object, left->family) : NULL;

    if (page == NULL)
        return false;
    for (unsigned i = 0; i < RS_NETS; i++)
        if (page->nets[i].call == left->call && page->nets[i].net != 0)
            return false;
    return true;
}

void rs_books_end_dealloc(struct rs_books *books, uint32_t call)
{
    size_t kept = 0;

    for (size_t i = 0; i < books->leaving.count; i++) {
        const struct rs_left left = books->leaving.items[i];

        if (left.call != call) {
            books->leaving.items[kept++] = left;
        } else if (is_left(books, &left)) {
            *RS_PUSH(&books->left) = left;
            *rs_map_at(&books->left_at, left.object) = books->left.count;
        }
    }
    books->leaving.count = kept;
}

const struct rs_left *rs_books_left(const struct rs_books *books, const struct rs_object *object)
{
    const uint64_t *place = rs_map_find(&books->left_at, object->address);
    const struct rs_left *left = place != NULL ? &books->left.items[*place - 1] : NULL;

    return left != NULL && is_of(left, object) ? left : NULL;
}
