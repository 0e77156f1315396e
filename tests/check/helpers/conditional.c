/* A helper that releases an object only where it is no borrowed one: what decides is known to the two helpers alone. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    int folds;
} Table;

typedef struct {
    PyObject *word;
    char owned;
} Input;

static PyObject *
identity_of(Table *table, PyObject *key)
{
    return table->folds && !PyUnicode_CheckExact(key) ? PyObject_Str(key) : key;
}

static void
drop_identity(Table *table, PyObject *key, PyObject *identity)
{
    if (table->folds && !PyUnicode_CheckExact(key))
        Py_DECREF(identity);
}

static int
read_input(PyObject *arg, Input *input)
{
    if (PyUnicode_CheckExact(arg)) {
        input->word = arg;
        input->owned = 0;
        return 0;
    }
    input->word = PyObject_Str(arg);
    input->owned = 1;
    return input->word == NULL ? -1 : 0;
}

static void
drop_input(Input *input)
{
    if (input->owned)
        Py_XDECREF(input->word);
}

/* What the other one holds is this one's from now on. */
static void
move_input(Input *to, Input *from)
{
    to->word = from->word;
    to->owned = from->owned;
}

static PyObject *
hash_kept(Table *table, PyObject *key)
{
    PyObject *identity = PyObject_Str(key);
    Py_hash_t hash;

    if (identity == NULL)
        return NULL;
    hash = PyObject_Hash(identity);
    if (hash == -1)
        return NULL;
    Py_DECREF(identity);
    return PyLong_FromSsize_t(hash);
}

static PyObject *
hash(Table *table, PyObject *key)
{
    PyObject *identity = identity_of(table, key);
    Py_hash_t hash;

    if (identity == NULL)
        return NULL;
    hash = PyObject_Hash(identity);
    drop_identity(table, key, identity);
    if (hash == -1)
        return NULL;
    return PyLong_FromSsize_t(hash);
}

static PyObject *
length(PyObject *self, PyObject *arg)
{
    Input input, read;
    Py_ssize_t length;

    if (read_input(arg, &read) < 0)
        return NULL;
    move_input(&input, &read);
    length = PyObject_Length(input.word);
    drop_input(&input);
    return length < 0 ? NULL : PyLong_FromSsize_t(length);
}

static PyMethodDef methods[] = {METHOD(hash_kept, METH_O), METHOD(hash, METH_O), METHOD(length, METH_O), {NULL}};
MODULE(conditional, methods)

/* refsan check
 * RS202 hash_kept / hash: PyObject_Str(key)
 * RS202 hash_kept / length: PyObject_Str(key)
 */
