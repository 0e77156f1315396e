/* What gil_units.c calls: no module of its own. */
#include "gil_helper.h"

static PyObject *kept_row;

PyThreadState *
leave_python(void)
{
    return PyEval_SaveThread();
}

void
come_back(PyThreadState *saved)
{
    PyEval_RestoreThread(saved);
}

int
device_state(void)
{
    return 0;
}

void
note_failure(int code)
{
    if (code < 0)
        PyErr_SetString(PyExc_OSError, "lost");
    else
        PyErr_Format(PyExc_OSError, "state %d", code);
}

void
note_failure_held(int code)
{
    PyGILState_STATE found = PyGILState_Ensure();

    PyErr_Format(PyExc_OSError, "state %d", code);
    PyGILState_Release(found);
}

static void
set_row(PyObject *row)
{
    Py_INCREF(row);
    Py_XSETREF(kept_row, row);
}

void
keep_row(PyObject *row)
{
    set_row(row);
}

void
keep_row_if(PyObject *row, int may)
{
    if (may)
        set_row(row);
}

/* refsan check
 */
