/* A union whose one member gives way to another: what the first one owned is released before the second is copied over it. */
#include "../module.h"

typedef struct {
    void *(*take)(size_t size);
    void (*give)(void *memory);
} Allocator;

typedef struct {
    PyObject_HEAD
    int owns;
    union {
        struct {
            const char *text;
            PyObject *parent;
        } view;
        struct {
            char *text;
            Allocator allocator;
        } own;
    } data;
} Piece;

extern PyTypeObject Piece_Type;

static int
make_own(Piece *piece, const Allocator *allocator)
{
    char *text = allocator->take(1);

    if (text == NULL)
        return -1;
    Py_XDECREF(piece->data.view.parent);
    piece->owns = 1;
    piece->data.own.text = text;
    piece->data.own.allocator = *allocator;
    return 0;
}

int
to_own(PyObject *object, const Allocator *allocator)
{
    Piece *piece = (Piece *)object;
    PyObject *parent = piece->data.view.parent;

    if (parent != NULL && PyObject_TypeCheck(parent, &Piece_Type) && ((Piece *)parent)->owns)
        return 0;
    return make_own(piece, allocator);
}

/* what the view owned is lost */
static PyObject *
share(PyObject *object, PyObject *parent)
{
    Py_INCREF(parent);
    ((Piece *)object)->data.view.parent = parent;
    Py_RETURN_NONE;
}

static void
piece_dealloc(PyObject *object)
{
    if (!((Piece *)object)->owns)
        Py_XDECREF(((Piece *)object)->data.view.parent);
    Py_TYPE(object)->tp_free(object);
}

static PyMethodDef piece_methods[] = {METHOD(share, METH_O), {NULL}};
PyTypeObject Piece_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "overlaid.Piece",
                           .tp_basicsize = sizeof(Piece),
                           .tp_dealloc = piece_dealloc,
                           .tp_methods = piece_methods};

/* refsan check
 * RS201 share / to_own: view.parent = parent
 */
