/* Behind a Py_buffer that was filled: helpers that cannot fail though they are asked, an exception that nobody can have set,
 * a result kept in a variable whose address others know, and a view that the module fills by itself. */
#include "../module.h"
#include <arpa/inet.h>

static int
put_length(char *to, uint32_t length)
{
    length = htonl(length);
    memcpy(to, &length, sizeof(length));
    return 0;
}

static void
put_number(char *to, uint32_t number)
{
    number = htonl(number);
    memcpy(to, &number, sizeof(number));
}

static int
put_checked(char *to, Py_ssize_t length)
{
    if (length > 1000) {
        PyErr_SetString(PyExc_ValueError, "too long");
        return -1;
    }
    return put_length(to, (uint32_t)length);
}

static PyObject *
pack_length(PyObject *self, PyObject *object)
{
    char to[8];
    Py_buffer view;

    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (put_length(to, (uint32_t)view.len) == -1)
        return NULL; /* never */
    put_number(to + 4, (uint32_t)view.len);
    if (PyErr_Occurred())
        return NULL; /* never */
    PyBuffer_Release(&view);
    return PyBytes_FromStringAndSize(to, 8);
}

static PyObject *
pack_length_checked(PyObject *self, PyObject *object)
{
    char to[4];
    Py_buffer view;

    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (put_checked(to, view.len) == -1)
        return NULL; /* wrong */
    PyBuffer_Release(&view);
    return PyBytes_FromStringAndSize(to, 4);
}

static PyObject *
pack_after_question(PyObject *self, PyObject *object)
{
    char to[4];
    Py_buffer view;

    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    (void)put_checked(to, view.len);
    if (PyErr_Occurred())
        return NULL; /* wrong */
    PyBuffer_Release(&view);
    return PyBytes_FromStringAndSize(to, 4);
}

static int
is_text(PyObject *object, int *answer)
{
    *answer = PyUnicode_Check(object);
    return 0;
}

/* as generated code does: one variable for all answers */
static PyObject *
length_of_view(PyObject *self, PyObject *object)
{
    Py_buffer view;
    int answer;

    if (is_text(object, &answer) < 0 || answer)
        return PyErr_Format(PyExc_TypeError, "no text");
    answer = PyObject_GetBuffer(object, &view, PyBUF_SIMPLE);
    if (answer == -1)
        goto error;
    answer = (int)view.len;
    PyBuffer_Release(&view);
    return PyLong_FromLong(answer);
error:
    return NULL;
}

/* Views of text are the module's own: obj is the text. */
static int
view_of(PyObject *object, Py_buffer *view)
{
    if (!PyUnicode_Check(object))
        return PyObject_GetBuffer(object, view, PyBUF_SIMPLE);
    view->buf = (char *)PyUnicode_AsUTF8AndSize(object, &view->len);
    if (view->buf == NULL)
        return -1;
    view->obj = object;
    Py_INCREF(object);
    return 0;
}

static long
sum_of(Py_buffer *view)
{
    long sum = 0;

    for (Py_ssize_t i = 0; i < view->len; i++)
        sum += ((char *)view->buf)[i];
    PyBuffer_Release(view);
    return sum;
}

static PyObject *
sum(PyObject *self, PyObject *object)
{
    Py_buffer view;

    if (view_of(object, &view) < 0)
        return NULL;
    return PyLong_FromLong(sum_of(&view));
}

static PyObject *
sum_of_text(PyObject *self, PyObject *text)
{
    Py_buffer view;
    long sum = 0;

    view.buf = (char *)PyUnicode_AsUTF8AndSize(text, &view.len);
    if (view.buf == NULL)
        return NULL;
    Py_INCREF(text); /* wrong: for a view that nobody releases */
    view.obj = text;
    for (Py_ssize_t i = 0; i < view.len; i++)
        sum += ((char *)view.buf)[i];
    return PyLong_FromLong(sum);
}

/* many questions between the buffer and its release */
#define BIT(n) (length >> (n)) & 1 ? 'a' + (n) : (length >> (n)) & 2 ? 'A' + (n) : '-'

static PyObject *
bits(PyObject *self, PyObject *object)
{
    Py_ssize_t length;
    char text[12];
    Py_buffer view;

    view.buf = NULL;
    if (PyBytes_CheckExact(object))
        length = PyBytes_GET_SIZE(object);
    else if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    else
        length = view.len;
    text[0] = BIT(0), text[1] = BIT(1), text[2] = BIT(2), text[3] = BIT(3), text[4] = BIT(4), text[5] = BIT(5);
    text[6] = BIT(6), text[7] = BIT(7), text[8] = BIT(8), text[9] = BIT(9), text[10] = BIT(10), text[11] = BIT(11);
    if (view.buf != NULL)
        PyBuffer_Release(&view);
    return PyUnicode_FromStringAndSize(text, 12);
}

typedef struct {
    PyObject_HEAD
    PyObject *base;
    char *bytes;
} Raw;

static int
raw_init(Raw *self, PyObject *args, PyObject *kwds)
{
    PyObject *object;
    Py_buffer view;

    if (!PyArg_ParseTuple(args, "O", &object) || PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0)
        return -1;
    self->bytes = view.buf;
    Py_XSETREF(self->base, view.obj); /* the exporter's reference is the object's */
    return 0;
}

static void
raw_dealloc(Raw *self)
{
    Py_XDECREF(self->base);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

PyTypeObject Raw_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "filled.Raw", .tp_basicsize = sizeof(Raw), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = PyType_GenericNew, .tp_init = (initproc)raw_init, .tp_dealloc = (destructor)raw_dealloc,
};

/* None gives no buffer: what has given one is not None. */
static PyObject *
four_bytes(PyObject *self, PyObject *args)
{
    PyObject *data;
    Py_buffer view;

    if (!PyArg_ParseTuple(args, "O", &data) || PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (view.len != 4) {
        PyErr_SetString(PyExc_ValueError, "not four bytes");
        if (data != Py_None)
            PyBuffer_Release(&view);
        return NULL;
    }
    PyBuffer_Release(&view);
    return PyLong_FromLong(4);
}

static PyObject *
four_or_default(PyObject *self, PyObject *args)
{
    PyObject *data, *otherwise;
    Py_buffer view;

    if (!PyArg_ParseTuple(args, "OO", &data, &otherwise) || PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    if (view.len != 4) {
        PyErr_SetString(PyExc_ValueError, "not four bytes");
        if (otherwise != Py_None) /* wrong: that is another object */
            PyBuffer_Release(&view);
        return NULL;
    }
    PyBuffer_Release(&view);
    return PyLong_FromLong(4);
}

static PyMethodDef methods[] = {
    METHOD(four_bytes, METH_VARARGS), METHOD(four_or_default, METH_VARARGS),
    METHOD(pack_length, METH_O), METHOD(pack_length_checked, METH_O), METHOD(pack_after_question, METH_O), METHOD(length_of_view, METH_O), METHOD(sum, METH_O), METHOD(sum_of_text, METH_O), METHOD(bits, METH_O), {NULL},
};
MODULE(filled, methods)

/* refsan check
 * RS206 pack_length_checked / pack_length: PyObject_GetBuffer
 * RS206 pack_after_question / length_of_view: PyObject_GetBuffer
 * RS206 four_or_default / four_bytes: PyObject_GetBuffer
 * RS201 sum_of_text / sum: wrong: for a view
 */
