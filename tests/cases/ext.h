/* What every case's module has in common. EXT_MODULE(methods) defines a single-phase module `ext`; EXT_ADD_TYPE adds a
 * type to it. A line with the comment "culprit" or "belief" is one that a right report names. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define EXT_MODULE(methods, ...)                                                                            \
    static struct PyModuleDef ext_definition = {                                                            \
        PyModuleDef_HEAD_INIT, .m_name = "ext", .m_size = -1, .m_methods = methods};                        \
    PyMODINIT_FUNC PyInit_ext(void)                                                                         \
    {                                                                                                       \
        PyObject *module = PyModule_Create(&ext_definition);                                                \
        if (module == NULL)                                                                                 \
            return NULL;                                                                                    \
        __VA_ARGS__                                                                                         \
        return module;                                                                                      \
    }

#define EXT_ADD_TYPE(name, type)                                                                            \
    if (PyType_Ready(&type) < 0)                                                                            \
        return NULL;                                                                                        \
    Py_INCREF(&type);                                                                                       \
    if (PyModule_AddObject(module, name, (PyObject *)&type) < 0)                                            \
        return NULL;
