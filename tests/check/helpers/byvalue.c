/* Structures that are returned by value hold what was made for them. */
#include "../module.h"

typedef struct {
    PyObject *object;
    Py_hash_t hash;
} hashed;

static hashed
hash_text(PyObject *object)
{
    hashed result = {PyObject_Str(object), -1};

    if (result.object == NULL)
        return result;
    result.hash = PyObject_Hash(result.object);
    if (result.hash == -1)
        Py_CLEAR(result.object);
    return result;
}

static hashed
hash_text_lost(PyObject *object)
{
    PyObject *text = PyObject_Str(object);
    hashed result = {object, -1};

    if (text != NULL)
        result.hash = PyObject_Hash(text);
    return result;
}

static PyObject *
hash_of(PyObject *self, PyObject *object)
{
    hashed result = hash_text(object);

    if (result.object == NULL)
        return NULL;
    Py_DECREF(result.object);
    return PyLong_FromSsize_t(result.hash + hash_text_lost(object).hash);
}

static PyMethodDef methods[] = {METHOD(hash_of, METH_O), {NULL}};
MODULE(byvalue, methods)

/* refsan check
 * RS201 hash_text_lost / hash_text: PyObject_Str
 */
