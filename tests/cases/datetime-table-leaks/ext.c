#include "../ext.h"

#include <datetime.h>

/* The first days of the months of a year, made by functions of datetime's capsule. */
static PyObject *days(PyObject *module, PyObject *arg)
{
    long year = PyLong_AsLong(arg);
    PyObject *list, *day;

    if (year == -1 && PyErr_Occurred())
        return NULL;
    list = PyList_New(0);
    for (int month = 1; list != NULL && month <= 12; month++) {
        day = PyDate_FromDate((int)year, month, 1); /* culprit */
        if (day == NULL || PyList_Append(list, day) < 0) { /* belief */
            Py_XDECREF(day);
            Py_CLEAR(list);
            break;
        }
#ifdef FIXED
        Py_DECREF(day);
#endif
    }
    return list;
}

static PyMethodDef methods[] = {{"days", days, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, PyDateTime_IMPORT;)
