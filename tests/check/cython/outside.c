/* What outside.pyx calls: no module of its own. */
#include "outside.h"

int
outside_scan(const char *text, Py_ssize_t size)
{
    return size > 0 && text[0] == '[' ? 0 : -1;
}

int
outside_report(int code)
{
    PyErr_Format(PyExc_ValueError, "code %d", code);
    return code;
}

int
outside_report_held(int code)
{
    PyGILState_STATE found = PyGILState_Ensure();

    PyErr_Format(PyExc_ValueError, "code %d", code);
    PyGILState_Release(found);
    return code;
}

/* refsan check
 */
