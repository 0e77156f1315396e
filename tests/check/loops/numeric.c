/* Loops in which nothing happens to references: what comes before and behind them is judged all the same, and what they
 * compute is one number, however often it is asked for. */
#include "../module.h"

struct walk {
    Py_ssize_t at, done, all, index[8], shape[8], stride[8];
    int dims, empty, odd;
    const double *place;
};

static void
start(struct walk *walk, Py_buffer *view)
{
    walk->dims = view->ndim;
    walk->at = walk->done = walk->empty = walk->odd = 0;
    walk->all = view->len / 8;
    walk->place = view->buf;
}

#define NEXT(walk)                                                                                                     \
    for ((walk).at = (walk).dims - 1; (walk).at > -1; (walk).at--) {                                                   \
        if ((walk).index[(walk).at] < (walk).shape[(walk).at] - 1) {                                                   \
            (walk).place += (walk).stride[(walk).at];                                                                  \
            (walk).index[(walk).at]++;                                                                                 \
            break;                                                                                                     \
        }                                                                                                              \
        (walk).place -= (walk).index[(walk).at] * (walk).stride[(walk).at];                                            \
        (walk).index[(walk).at] = 0;                                                                                   \
    }                                                                                                                  \
    (walk).done++

#define SUM(walk, sum, count, bad, low, high)                                                                          \
    while ((walk).done < (walk).all) {                                                                                 \
        for (long i = 0; i < (walk).shape[0]; i++) {                                                                   \
            double value = (walk).place[i];                                                                            \
            if (value == value) {                                                                                      \
                sum += value;                                                                                          \
                count++;                                                                                               \
                low = value < low ? value : low;                                                                       \
                high = value > high ? value : high;                                                                    \
            } else if (bad == 0) {                                                                                     \
                bad = 1;                                                                                               \
            } else if (bad == 1 && (walk).dims > 2) {                                                                  \
                bad = 2;                                                                                               \
            }                                                                                                          \
        }                                                                                                              \
        if (count > 100)                                                                                               \
            (walk).odd = 1;                                                                                            \
        NEXT(walk);                                                                                                    \
    }

static PyObject *
mean(PyObject *self, PyObject *args)
{
    Py_buffer view;
    struct walk walk = {0};
    double sum = 0, low = 0, high = 0;
    long count = 0;
    int bad = 0;
    PyObject *result, *item;

    if (!PyArg_ParseTuple(args, "y*", &view))
        return NULL;
    result = PyList_New(0);
    if (result == NULL) {
        PyBuffer_Release(&view);
        return NULL;
    }
    start(&walk, &view);
    SUM(walk, sum, count, bad, low, high)
    PyBuffer_Release(&view);
    if (bad > 1) {
        PyErr_SetString(PyExc_ValueError, "not a number");
        return NULL;
    }
    item = PyFloat_FromDouble(sum / (double)count);
    if (item == NULL || PyList_Append(result, item) < 0)
        Py_CLEAR(result);
    Py_XDECREF(item);
    return result;
}

static PyObject *
mean_or_none(PyObject *self, PyObject *args)
{
    Py_buffer view;
    struct walk walk = {0};
    double sum = 0, low = 0, high = 0;
    long count = 0;
    int bad = 0;
    PyObject *result, *item;

    if (!PyArg_ParseTuple(args, "y*", &view))
        return NULL;
    result = PyList_New(0);
    if (result == NULL) {
        PyBuffer_Release(&view);
        return NULL;
    }
    start(&walk, &view);
    SUM(walk, sum, count, bad, low, high)
    PyBuffer_Release(&view);
    if (bad > 1) {
        PyErr_SetString(PyExc_ValueError, "not a number");
        Py_DECREF(result);
        return NULL;
    }
    item = PyFloat_FromDouble(sum / (double)count);
    if (item == NULL || PyList_Append(result, item) < 0)
        Py_CLEAR(result);
    Py_XDECREF(item);
    return result;
}

/* What a loop has found out is asked twice. */
static PyObject *
quoted(PyObject *self, PyObject *arg)
{
    Py_ssize_t length, i;
    const char *text = PyUnicode_AsUTF8AndSize(arg, &length);
    PyObject *mark = NULL, *result;
    int found = 0;

    if (text == NULL)
        return NULL;
    for (i = 0; i < length; i++)
        if (text[i] == '"') {
            found = 1;
            break;
        }
    if (found && (mark = PyLong_FromSsize_t(i + 1000)) == NULL)
        return NULL;
    result = PyUnicode_FromFormat("%d", found);
    if (i < 10 && found)
        Py_DECREF(mark);
    return result;
}

static PyObject *
quoted_at(PyObject *self, PyObject *arg)
{
    Py_ssize_t length, i;
    const char *text = PyUnicode_AsUTF8AndSize(arg, &length);
    PyObject *mark = NULL, *result;
    int found = 0;

    if (text == NULL)
        return NULL;
    for (i = 0; i < length; i++)
        if (text[i] == '"') {
            found = 1;
            break;
        }
    if (found && (mark = PyLong_FromSsize_t(i + 1000)) == NULL)
        return NULL;
    result = PyUnicode_FromFormat("%d", found);
    if (found)
        Py_DECREF(mark);
    return result;
}

/* ... in memory. */
static PyObject *
oddly(PyObject *self, PyObject *args)
{
    Py_buffer view;
    struct walk walk = {0};
    PyObject *note = NULL;

    if (!PyArg_ParseTuple(args, "y*", &view))
        return NULL;
    start(&walk, &view);
    for (walk.at = 0; walk.at < walk.all; walk.at++)
        if (walk.place[walk.at] < 0)
            walk.odd = 1;
    PyBuffer_Release(&view);
    if (walk.odd && (note = PyUnicode_FromString("odd one")) == NULL)
        return NULL;
    if (!walk.odd)
        Py_XDECREF(note);
    Py_RETURN_NONE;
}

static PyObject *
oddly_noted(PyObject *self, PyObject *args)
{
    Py_buffer view;
    struct walk walk = {0};
    PyObject *note = NULL;

    if (!PyArg_ParseTuple(args, "y*", &view))
        return NULL;
    start(&walk, &view);
    for (walk.at = 0; walk.at < walk.all; walk.at++)
        if (walk.place[walk.at] < 0)
            walk.odd = 1;
    PyBuffer_Release(&view);
    if (walk.odd && (note = PyUnicode_FromString("odd one")) == NULL)
        return NULL;
    if (walk.odd)
        Py_DECREF(note);
    Py_RETURN_NONE;
}

/* What is used in such a loop has to be alive. */
static PyObject *
checksum(PyObject *self, PyObject *arg)
{
    PyObject *bytes = PyUnicode_AsUTF8String(arg);
    unsigned long sum = 0;
    const char *text;

    if (bytes == NULL)
        return NULL;
    text = PyBytes_AS_STRING(bytes);
    Py_DECREF(bytes);
    while (*text != '\0')
        sum += (unsigned char)*text++;
    return PyLong_FromUnsignedLong(sum);
}

static PyObject *
checksum_first(PyObject *self, PyObject *arg)
{
    PyObject *bytes = PyUnicode_AsUTF8String(arg);
    unsigned long sum = 0;
    const char *text;

    if (bytes == NULL)
        return NULL;
    text = PyBytes_AS_STRING(bytes);
    while (*text != '\0')
        sum += (unsigned char)*text++;
    Py_DECREF(bytes);
    return PyLong_FromUnsignedLong(sum);
}

/* A number of the loop that only computes, made by a function of the unit. */
static int
weigh(int c)
{
    return c == 'a' ? 1 : c < 'a' ? 2 : 4;
}

static PyObject *
weight(PyObject *self, PyObject *arg)
{
    Py_ssize_t length, i;
    const char *text = PyUnicode_AsUTF8AndSize(arg, &length);
    int sums[4] = {0};
    PyObject *first;

    if (text == NULL)
        return NULL;
    first = PyLong_FromSsize_t(length + 1000);
    if (first == NULL)
        return NULL;
    for (i = 0; i < length; i++) {
        sums[0] += weigh(text[i]);
        if (sums[0] > 9)
            sums[1] = weigh(text[i]) & sums[2]++;
    }
    if (sums[1] > sums[2])
        return PyErr_Format(PyExc_ValueError, "heavy");
    return first;
}

static PyObject *
weight_of_all(PyObject *self, PyObject *arg)
{
    Py_ssize_t length, i;
    const char *text = PyUnicode_AsUTF8AndSize(arg, &length);
    int sums[4] = {0};
    PyObject *first;

    if (text == NULL)
        return NULL;
    first = PyLong_FromSsize_t(length + 1000);
    if (first == NULL)
        return NULL;
    for (i = 0; i < length; i++) {
        sums[0] += weigh(text[i]);
        if (sums[0] > 9)
            sums[1] = weigh(text[i]) & sums[2]++;
    }
    if (sums[1] > sums[2]) {
        Py_DECREF(first);
        return PyErr_Format(PyExc_ValueError, "heavy");
    }
    return first;
}

/* A helper that converts does not only compute: it may fail. */
static long
number_at(PyObject *tuple, Py_ssize_t i)
{
    return PyLong_AsLong(PyTuple_GET_ITEM(tuple, i));
}

static PyObject *
total(PyObject *self, PyObject *args)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args), i;
    long sum = 0;

    for (i = 0; i < count; i++)
        sum += number_at(args, i);
    return PyLong_FromLong(sum);
}

static PyObject *
total_of_numbers(PyObject *self, PyObject *args)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args), i;
    long sum = 0;

    for (i = 0; i < count; i++)
        sum += number_at(args, i);
    return PyErr_Occurred() ? NULL : PyLong_FromLong(sum);
}

static PyMethodDef methods[] = {
    {"mean", mean, METH_VARARGS, NULL},
    {"mean_or_none", mean_or_none, METH_VARARGS, NULL},
    {"quoted", quoted, METH_O, NULL},
    {"quoted_at", quoted_at, METH_O, NULL},
    {"oddly", oddly, METH_VARARGS, NULL},
    {"oddly_noted", oddly_noted, METH_VARARGS, NULL},
    {"checksum", checksum, METH_O, NULL},
    {"checksum_first", checksum_first, METH_O, NULL},
    {"weight", weight, METH_O, NULL},
    {"weight_of_all", weight_of_all, METH_O, NULL},
    {"total", total, METH_VARARGS, NULL},
    {"total_of_numbers", total_of_numbers, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

MODULE(numeric, methods)

/* refsan check
 * RS202 mean / mean_or_none: result = PyList_New(0)
 * RS201 quoted / quoted_at: mark = PyLong_FromSsize_t(i + 1000)
 * RS201 oddly / oddly_noted: note = PyUnicode_FromString("odd one")
 * RS105 checksum / checksum_first: Py_DECREF(bytes) || while (*text
 * RS302 total / total_of_numbers: sum += number_at(args, i) || return PyLong_FromLong(sum)
 * RS202 weight / weight_of_all: first = PyLong_FromSsize_t(length + 1000)
 */
