/* Many names for None, each with a reference of its own, as generated code begins. */
#include "../module.h"

static PyObject *
parts_borrowed(PyObject *self, PyObject *arg)
{
    PyObject *scheme = Py_None, *host = Py_None, *port = Py_None, *path = Py_None, *query = Py_None, *fragment = Py_None, *user = Py_None, *secret = Py_None, *part, *result = NULL;
    int have;

    Py_INCREF(scheme);
    Py_INCREF(host);
    Py_INCREF(port);
    Py_INCREF(path);
    Py_INCREF(query);
    Py_INCREF(fragment);
    Py_INCREF(user);
    have = PyObject_IsTrue(arg);
    if (have < 0)
        goto done;
    if (have) {
        part = PyObject_GetAttrString(arg, "scheme");
        if (part == NULL)
            goto done;
        Py_SETREF(scheme, part);
        part = PyObject_GetAttrString(arg, "host");
        if (part == NULL)
            goto done;
        Py_SETREF(host, part);
        part = PyObject_GetAttrString(arg, "port");
        if (part == NULL)
            goto done;
        Py_SETREF(port, part);
        part = PyObject_GetAttrString(arg, "path");
        if (part == NULL)
            goto done;
        Py_SETREF(path, part);
        part = PyObject_GetAttrString(arg, "query");
        if (part == NULL)
            goto done;
        Py_SETREF(query, part);
        part = PyObject_GetAttrString(arg, "fragment");
        if (part == NULL)
            goto done;
        Py_SETREF(fragment, part);
        part = PyObject_GetAttrString(arg, "user");
        if (part == NULL)
            goto done;
        Py_SETREF(user, part);
        part = PyObject_GetAttrString(arg, "secret");
        if (part == NULL)
            goto done;
        Py_SETREF(secret, part);
    }
    result = PyTuple_Pack(8, scheme, host, port, path, query, fragment, user, secret);
done:
    Py_DECREF(scheme);
    Py_DECREF(host);
    Py_DECREF(port);
    Py_DECREF(path);
    Py_DECREF(query);
    Py_DECREF(fragment);
    Py_DECREF(user);
    Py_DECREF(secret);
    return result;
}

static PyObject *
parts(PyObject *self, PyObject *arg)
{
    PyObject *scheme = Py_None, *host = Py_None, *port = Py_None, *path = Py_None, *query = Py_None, *fragment = Py_None, *user = Py_None, *secret = Py_None, *part, *result = NULL;
    int have;

    Py_INCREF(scheme);
    Py_INCREF(host);
    Py_INCREF(port);
    Py_INCREF(path);
    Py_INCREF(query);
    Py_INCREF(fragment);
    Py_INCREF(user);
    Py_INCREF(secret);
    have = PyObject_IsTrue(arg);
    if (have < 0)
        goto done;
    if (have) {
        part = PyObject_GetAttrString(arg, "scheme");
        if (part == NULL)
            goto done;
        Py_SETREF(scheme, part);
        part = PyObject_GetAttrString(arg, "host");
        if (part == NULL)
            goto done;
        Py_SETREF(host, part);
        part = PyObject_GetAttrString(arg, "port");
        if (part == NULL)
            goto done;
        Py_SETREF(port, part);
        part = PyObject_GetAttrString(arg, "path");
        if (part == NULL)
            goto done;
        Py_SETREF(path, part);
        part = PyObject_GetAttrString(arg, "query");
        if (part == NULL)
            goto done;
        Py_SETREF(query, part);
        part = PyObject_GetAttrString(arg, "fragment");
        if (part == NULL)
            goto done;
        Py_SETREF(fragment, part);
        part = PyObject_GetAttrString(arg, "user");
        if (part == NULL)
            goto done;
        Py_SETREF(user, part);
        part = PyObject_GetAttrString(arg, "secret");
        if (part == NULL)
            goto done;
        Py_SETREF(secret, part);
    }
    result = PyTuple_Pack(8, scheme, host, port, path, query, fragment, user, secret);
done:
    Py_DECREF(scheme);
    Py_DECREF(host);
    Py_DECREF(port);
    Py_DECREF(path);
    Py_DECREF(query);
    Py_DECREF(fragment);
    Py_DECREF(user);
    Py_DECREF(secret);
    return result;
}

static PyMethodDef methods[] = {METHOD(parts_borrowed, METH_O), METHOD(parts, METH_O), {NULL}};
MODULE(nones, methods)

/* refsan check
 * RS101 parts_borrowed / parts [..3.11]: Py_DECREF(secret) || Py_SETREF(secret, part)
 */
