#include <Python.h>

PyThreadState *leave_python(void);
void come_back(PyThreadState *saved);
int device_state(void);
void note_failure(int code);
void note_failure_held(int code);
void keep_row(PyObject *row);
void keep_row_if(PyObject *row, int may);
