/* What a C-API function does to references, looked up by name and Python version.
 *
 * The rows are written in contracts/ (docs/internals/contracts.md is the grammar) and turned into table.inc by
 * tools/contracts.py; the table is constant data, shared by the runtime, the host and `refsan check`, so that an
 * index means the same row everywhere in one build. A function without a row is "not covered", never neutral. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum rs_result_kind {
    RS_RESULT_VALUE,    /* no object: integer, size, pointer to C data, void */
    RS_RESULT_NEW,      /* a new reference, or NULL */
    RS_RESULT_BORROWED, /* borrowed from argument `from` (1-based), or NULL */
    RS_RESULT_FOREVER,  /* borrowed from something that lives as long as the interpreter or thread */
    RS_RESULT_ARGUMENT, /* argument `from` itself: no change of ownership */
    RS_RESULT_UNKNOWN,  /* an object pointer may or may not be a new reference */
};

enum rs_argument_kind {
    RS_ARG_VALUE,        /* no object */
    RS_ARG_OBJECT,       /* an object that the callee borrows for the time of the call */
    RS_ARG_STEAL,        /* its reference passes to the callee; when: `when` */
    RS_ARG_OUT,          /* PyObject **: filled with a new reference */
    RS_ARG_OUT_BORROWED, /* PyObject **: filled with a borrowed reference */
    RS_ARG_INOUT,        /* PyObject **: the old value's reference is given up, a new one is stored (NULL on failure) */
    RS_ARG_BUFFER_OUT,   /* Py_buffer *: view->obj is filled with a new reference */
    RS_ARG_BUFFER_DROP,  /* Py_buffer *: the reference in view->obj is given up */
    RS_ARG_OBJECTS,      /* PyObject *const *: an array of borrowed objects; its length is argument `count` without
                            PY_VECTORCALL_ARGUMENTS_OFFSET; the values of a kwnames argument follow behind */
    RS_ARG_VARARGS,      /* ...: borrowed objects up to a NULL */
    RS_ARG_VARARGS_N,    /* ...: as many borrowed objects as argument `count` says */
    RS_ARG_BUILD,        /* const char *: a Py_BuildValue format; its objects follow in the last argument, "..." or
                            "va" (a va_list) */
    RS_ARG_PARSE,        /* const char *: a PyArg_Parse format; the addresses follow in ... or a va_list */
    RS_ARG_PRINTF,       /* const char *: a PyUnicode_FromFormat format; %R %S %A %U %V %T take objects */
    RS_ARG_TYPE,         /* a class, or what stands for one (exception type, tuple of them): borrowed like an object;
                            named apart because it may be static */
    RS_ARG_CALLBACK,     /* a C function of the caller's that the interpreter will call */
    RS_ARG_TABLE,        /* PyModuleDef *, PyMethodDef *, PyType_Spec *, PyGetSetDef *, the type of PyType_Ready: names
                            C functions */
    RS_ARG_ACQUIRE,      /* the caller owns one reference more afterwards (Py_IncRef) */
};

enum rs_when { RS_ALWAYS, RS_ON_SUCCESS, RS_ON_FAILURE };

enum rs_contract_flags {
    RS_MAY_RUN = 1 << 0,      /* may run Python code, and so almost anything */
    RS_MAY_RELEASE = 1 << 1,  /* may give up references that a container held */
    RS_SETS_ERROR = 1 << 2,   /* failure (NULL or `failure`) comes with an exception set */
    RS_MISS_IS_NULL = 1 << 3, /* NULL (or the value `failure`) without an exception is an ordinary answer */
    RS_NO_RETURN = 1 << 4,
    RS_GIL_RELEASE = 1 << 5,  /* returns without the GIL (PyEval_SaveThread) */
    RS_GIL_ACQUIRE = 1 << 6,  /* returns with the GIL (PyEval_RestoreThread, PyGILState_Ensure) */
    RS_NO_GIL = 1 << 7,       /* may be called without the GIL */
    RS_VARIADIC = 1 << 8,     /* ... : stack words have to be carried along */
    RS_IDENTITY = 1 << 9,     /* its address is compared or stored in slots: never replace a data slot that holds it */
    RS_MACRO = 1 << 10,       /* inline function or macro without a symbol: for the static half only */
    RS_MEASURED = 1 << 11,    /* confirmed by the harness of tools/ */
    RS_ALLOCATES = 1 << 12,   /* result is raw memory (PyObject_Malloc and alike) */
    RS_INITIALISES = 1 << 13, /* PyObject_Init, PyObject_InitVar: the memory passed becomes an object, count 1 */
    RS_DEALLOCATES = 1 << 14, /* _Py_Dealloc, PyObject_Free, PyObject_GC_Del: the memory passed ceases to be one */
    RS_SLOT = 1 << 15,        /* a type slot, method convention or callback: rs_contract_slot finds it */
    RS_UNSEEN = 1 << 16,  /* frequent and harmless: the runtime leaves it alone although an exception type comes out */
    RS_ENTRY = 1 << 17,   /* an entry of a table of functions that a capsule hands out: `table`, `entry` */
    RS_CAPSULE = 1 << 18, /* the result may be such a table */
    RS_NEEDS = 1 << 19,   /* fails only where an argument is not what `given`, `within` and `types` ask of it */
    RS_MAKES_EXACTLY = 1 << 20, /* the result is of one of the types `types`, not of a class derived from it */
};

/* Types of Python's own no two of which a class can have as bases together: sets of them. True and False are no int
 * here. */
enum rs_contract_types {
    RS_TYPE_BOOL = 1 << 0,
    RS_TYPE_INT = 1 << 1,
    RS_TYPE_FLOAT = 1 << 2,
    RS_TYPE_COMPLEX = 1 << 3,
    RS_TYPE_STR = 1 << 4,
    RS_TYPE_BYTES = 1 << 5,
    RS_TYPE_BYTEARRAY = 1 << 6,
    RS_TYPE_TUPLE = 1 << 7,
    RS_TYPE_LIST = 1 << 8,
    RS_TYPE_DICT = 1 << 9,
    RS_TYPE_SET = 1 << 10,
    RS_TYPE_FROZENSET = 1 << 11,
    RS_TYPE_TYPE = 1 << 12,
    RS_TYPE_EXCEPTION = 1 << 13, /* BaseException */
    RS_TYPE_MODULE = 1 << 14,
    RS_TYPE_CAPSULE = 1 << 15,
    RS_TYPE_SLICE = 1 << 16,
    RS_TYPE_MEMORYVIEW = 1 << 17,
    RS_TYPE_FUNCTION = 1 << 18,
    RS_TYPE_METHOD = 1 << 19,
    RS_TYPE_CODE = 1 << 20,
};

struct rs_argument {
    const char *name; /* as in CPython's documentation, "..." for varargs */
    uint8_t kind;     /* enum rs_argument_kind */
    uint8_t when;     /* enum rs_when, for RS_ARG_STEAL and RS_ARG_ACQUIRE; for the out kinds: RS_ALWAYS is written in
                         any case, NULL where there is nothing, RS_ON_SUCCESS may be left untouched on failure; for
                         RS_ARG_BUILD: RS_ON_SUCCESS says that failure may leave the objects of "N" untaken */
    uint8_t count;    /* 1-based argument, for RS_ARG_OBJECTS and RS_ARG_VARARGS_N */
    uint8_t nullable; /* NULL is allowed */
    /* With RS_NEEDS, the call fails only where one of these does not hold of an argument: */
    uint8_t given;  /* it is not NULL */
    uint8_t within; /* an index from 0 to the length of argument `within` (1-based) less one */
    uint32_t types; /* it is of one of these, or of a class derived from one (enum rs_contract_types); 0: of any */
};

struct rs_contract {
    const char *name;
    const char *header;      /* the contract file, e.g. "listobject" */
    const char *replacement; /* the modern way, or NULL */
    const char *twin;        /* the macro of this function or the function of this macro, or NULL */
    const char *note;        /* one sentence about what usually goes wrong, or NULL */
    uint16_t since, until;   /* first and last version, 0x0308 .. ; until 0 = still there */
    uint8_t result;          /* enum rs_result_kind */
    uint8_t from;            /* see the result kinds */
    uint8_t nargs;           /* arguments, "..." included */
    int8_t failure;          /* what a result is on failure: -1, -2, or 0 (NULL for pointers); RS_NEVER_FAILS;
                                RS_ALWAYS_FAILS: NULL every time (PyErr_NoMemory) */
    uint32_t flags;          /* enum rs_contract_flags */
    const struct rs_argument *args;
    const char *library;                   /* whose function it is; NULL: CPython's */
    const char *table;                     /* RS_ENTRY: "numpy._ARRAY_API", "datetime.datetime_CAPI" */
    uint16_t entry;                        /* its place there, counted in pointers */
    uint16_t library_since, library_until; /* releases of the library, 0x0118 is 1.24; 0: no limit known */
    uint32_t types;                        /* what the result is, or its class is derived from (enum
                                              rs_contract_types); 0: not known */
};

enum { RS_NEVER_FAILS = 127, RS_ALWAYS_FAILS = 126 };

enum { RS_ARGUMENTS_MAX = 24, RS_USER_ROWS = 1024 };

/* Rows of a user's own libraries, sorted by name, to be found before the built-in ones; they stay in use until the end.
 * Their index follows the built-in rows'. Before the first look-up (the host), or as they arrive (the runtime). */
void rs_contract_extend(const struct rs_contract *more, unsigned count);
/* How many rows are built in: a row of that index or a higher one is a user's. */
unsigned rs_contract_builtin(void);
/* Whether a user's table has that name, in any version. */
bool rs_contract_is_users(const char *name);

/* The row of `name` for Python `version` (0x030b is 3.11), or NULL: not covered. */
const struct rs_contract *rs_contract_find(const char *name, unsigned version);

/* Stable within one build: rs_contract_at(rs_contract_index(row)) == row; rows lie side by side, the first at
 * rs_contract_at(0). */
unsigned rs_contract_index(const struct rs_contract *row);
const struct rs_contract *rs_contract_at(unsigned index);
unsigned rs_contract_count(void);
/* Names the built-in table: two programs with the same one mean the same row by an index. */
uint32_t rs_contract_fingerprint(void);

/* The row of place `entry` in `table`, for Python `version` and a release of the library (0: any), or NULL. */
const struct rs_contract *rs_contract_entry(const char *table, unsigned entry, unsigned version, unsigned release);
/* Whether the row holds in that release of its library (0: not known, the row holds where it names no limit). */
bool rs_contract_released(const struct rs_contract *row, unsigned release);

/* Whether a call touches objects' counts, the error indicator or Python's memory, which the GIL guards. Reading a size
 * or another member does not: it is done on purpose, and no count changes. */
bool rs_contract_needs_gil(const struct rs_contract *row);
/* Whether a call of it can change or reveal who owns an object, or memory of the Python allocator: false for rows that
 * the runtime need not see (no object in or out, no GIL effect, no table of functions). */
bool rs_contract_matters(const struct rs_contract *row);

/* Contract of a type slot by its name ("tp_alloc", "nb_add", "sq_item", "bf_getbuffer", "getset.get", "method.noargs",
 * "mod.exec", ...): rows of kind slot in contracts/slots.txt; NULL if there is none. The arguments are those of the C
 * signature; RS_RESULT_NEW means that the function hands a new reference to its caller. */
const struct rs_contract *rs_contract_slot(const char *name, unsigned version);
