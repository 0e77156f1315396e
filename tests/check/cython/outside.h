#include <Python.h>

int outside_scan(const char *text, Py_ssize_t size);
int outside_report(int code);
int outside_report_held(int code);
