/* What differs between CPython versions, as one row of a table each, and the interpreter's functions that the runtime
 * calls.
 *
 * The rows hold facts of the headers (Include/cpython, Include/internal) of the named versions, measured with offsetof.
 * A version without a row is not guessed: the runtime stays out and says so. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rt_allocator;

struct rt_pyabi {
    uint16_t version; /* 0x030b */
    bool immortal;    /* counts with the sign bit of the low half set never change */
    bool thread_tls;  /* "current thread state" is the caller's own, NULL without the GIL (3.12+); else it is the
                         holder's */
    /* PyThreadState */
    uint16_t thread_id, interp, error,
        frame;             /* frame: a PyFrameObject * (to 3.10), _PyCFrame * (3.11, 3.12) or _PyInterpreterFrame * */
    uint16_t cframe_frame; /* in _PyCFrame; NO_CFRAME: `frame` is the frame itself */
    /* the frame */
    uint16_t frame_back, frame_code, frame_instr, frame_locals;
    uint8_t instr_kind;      /* enum rt_instr_kind */
    uint16_t frame_stacktop; /* 3.11: an int, -1 while the frame executes (it is cleared before it leaves the chain);
                                else 0 */
    uint16_t frame_owner;    /* offset of `owner`; value rt_owner_cstack: a shim frame without Python code; 0: none */
    uint8_t owner_cstack;
    /* PyCodeObject */
    uint16_t code_filename, code_name, code_firstline, code_lines, code_instructions, code_locals;
    /* PyASCIIObject, PyCompactUnicodeObject */
    uint16_t ascii_data, compact_data;
};
enum { NO_CFRAME = 0xffff };

/* PyTypeObject and its flags, the same from 3.8 to 3.14 (Include/cpython/object.h, Include/object.h). */
enum {
    TP_NAME = 24,
    TP_BASICSIZE = 32,
    TP_ITEMSIZE = 40,
    TP_DEALLOC = 48,
    TP_VECTORCALL_OFFSET = 56,
    TP_FLAGS = 168,
    TP_TRAVERSE = 184,
    TP_METHODS = 232,
    TP_MEMBERS = 240,
    TP_GETSET = 248,
    TP_BASE = 256,
    TP_DICTOFFSET = 288,
};
enum { FLAG_HEAPTYPE = 1 << 9, FLAG_READY = 1 << 12, FLAG_GC = 1 << 14, FLAG_TUPLE = 1 << 26 };
enum { OB_SIZE = 16 }; /* PyVarObject.ob_size */
enum {
    DICT_VALUES = 40
}; /* PyDictObject.ma_values: NULL unless the keys are shared (Include/cpython/dictobject.h, 3.8 to 3.14) */
#define FLAG_TYPE_SUBCLASS 0x80000000u
enum rt_instr_kind {
    RT_INSTR_BYTES,  /* an int: offset in bytes */
    RT_INSTR_WORDS,  /* an int: offset in 2-byte units */
    RT_INSTR_POINTER /* a pointer into the code object's instructions */
};

/* The interpreter in this process; version 0: none that refsan knows. */
struct rt_python {
    const struct rt_pyabi *abi;
    bool immortal;
    uint64_t type_type;    /* &PyType_Type */
    void *(*thread)(void); /* current PyThreadState */
    void *(*own_thread)(
        void); /* PyGILState_GetThisThreadState: the caller's even without the GIL; may be NULL, and may answer NULL */
    void *(*error)(void);                                                      /* PyErr_Occurred */
    int (*dict_next)(void *dict, int64_t *position, void **key, void **value); /* PyDict_Next */
    unsigned (*clear_type_cache)(void);                                        /* PyType_ClearCache; may be NULL */
    void (*get_allocator)(int domain, struct rt_allocator *);
    void (*set_allocator)(int domain, struct rt_allocator *);
    uint64_t list_type, tuple_type, dict_type, float_type, unicode_type, code_type, bytes_type, module_def_type;
    uint64_t text_lo, text_hi; /* of the image that holds the interpreter */
    uint64_t base;             /* load base of the image that holds the interpreter (0 for a non-PIE executable) */
    const char *path;
    bool is_executable;  /* static layout, not position-independent */
    const char *version; /* Py_GetVersion() */
};
extern struct rt_python rt_python;

enum rt_python_verdict {
    RT_PYTHON_NONE, /* no CPython in this process */
    RT_PYTHON_KNOWN,
    RT_PYTHON_UNKNOWN,  /* a version without a row */
    RT_PYTHON_THREADED, /* free-threaded build */
    RT_PYTHON_DEBUG,    /* debug build */
};
/* Looks for an interpreter among the loaded images and fills rt_python. */
enum rt_python_verdict rt_python_find(void);
/* 0x030b of rt_python.version, known or not; the first and the last version with a row. */
unsigned rt_python_minor(void);
void rt_python_known(unsigned *first, unsigned *last);

enum rt_gil_state {
    RT_GIL_NONE,
    RT_GIL_HELD,
    RT_GIL_OTHER /* a subinterpreter's (3.12+: it may have a GIL of its own): not covered */
};
/* What the calling thread holds. Reads and one call of the interpreter's look-up of the thread state, which uses no
 * vector register. */
enum rt_gil_state rt_python_gil(void);
/* Whether an exception is set in the calling thread (needs the GIL). */
bool rt_python_error_set(void);

/* Whether it is an exact str that the dict of interned strings knows. */
bool rt_python_interned(uint64_t object);

/* The characters of an exact str, as UTF-8; returns the length, 0 if it is no readable str. */
size_t rt_python_text(uint64_t str, char *to, size_t room);
