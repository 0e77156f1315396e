/* See pyabi.h. */
#include "runtime/pyabi/pyabi.h"

#include <dlfcn.h>
#include <link.h>

#include "runtime/arch.h"
#include "runtime/sys/sys.h"

struct rt_python rt_python;
static char own_path[1024];

/* clang-format off */
static const struct rt_pyabi rows[] = {
    /* version, immortal, tls, thread_id, interp, error, frame, cframe_frame, back, code, instr, locals, kind,
        stacktop, owner, cstack, filename, name, firstline,
     * lines, instructions, locals, ascii, compact */
    {0x0308, false, false, 176, 16, 88, 24, NO_CFRAME, 24, 32, 104, 360, RT_INSTR_BYTES, 0, 0, 0, 104, 112, 40, 120,
        0, 28, 48, 72},
    {0x0309, false, false, 176, 16, 88, 24, NO_CFRAME, 24, 32, 104, 360, RT_INSTR_BYTES, 0, 0, 0, 104, 112, 40, 120,
        0, 28, 48, 72},
    {0x030a, false, false, 176, 16, 88, 24, NO_CFRAME, 24, 32, 96, 352, RT_INSTR_WORDS, 0, 0, 0, 104, 112, 40, 120, 0,
        28, 48, 72},
    {0x030b, false, false, 152, 16, 96, 56, 8, 48, 32, 56, 72, RT_INSTR_POINTER, 64, 69, 255, 112, 128, 72, 136, 184,
        76, 48, 72},
    {0x030c, true, true, 136, 16, 96, 56, 0, 8, 0, 56, 72, RT_INSTR_POINTER, 0, 70, 3, 112, 128, 68, 136, 192, 72, 40,
        56},
    {0x030d, true, true, 152, 16, 112, 72, NO_CFRAME, 8, 0, 56, 72, RT_INSTR_POINTER, 0, 70, 3, 112, 128, 68, 136,
        200, 72, 40, 56},
};
/* clang-format on */

static unsigned parse_version(const char *text)
{
    unsigned part[2] = {0, 0};

    for (unsigned i = 0; i < 2; i++) {
        while (*text >= '0' && *text <= '9')
            part[i] = part[i] * 10 + (unsigned)(*text++ - '0');
        if (*text == '.')
            text++;
    }
    return part[0] << 8 | part[1];
}

unsigned rt_python_minor(void)
{
    return parse_version(rt_python.version);
}

void rt_python_known(unsigned *first, unsigned *last)
{
    *first = rows[0].version;
    *last = rows[sizeof(rows) / sizeof(*rows) - 1].version;
}

static uint64_t symbol(const char *name)
{
    return (uint64_t)dlsym(RTLD_DEFAULT, name);
}

static int find_text(struct dl_phdr_info *info, size_t size, void *context)
{
    uint64_t within = *(uint64_t *)context;

    for (int i = 0; i < info->dlpi_phnum; i++) {
        uint64_t lo = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

        if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X) &&
            within - lo < info->dlpi_phdr[i].p_memsz) {
            rt_python.text_lo = lo;
            rt_python.text_hi = lo + info->dlpi_phdr[i].p_memsz;
            return 1;
        }
    }
    return 0;
}

enum rt_python_verdict rt_python_find(void)
{
    const char *(*get_version)(void) = (const char *(*)(void))symbol("Py_GetVersion");
    uint64_t inside;
    unsigned version;
    Dl_info info;

    if (get_version == NULL || dladdr((void *)symbol("Py_GetVersion"), &info) == 0)
        return RT_PYTHON_NONE;
    rt_python.version = get_version();
    /* dladdr answers the first byte's address; an executable that is not position-independent has load base 0 */
    rt_python.is_executable = ((const ElfW(Ehdr) *)info.dli_fbase)->e_type == ET_EXEC;
    rt_python.base = rt_python.is_executable ? 0 : (uint64_t)info.dli_fbase;
    rt_python.path = info.dli_fname;
    if (info.dli_fname[0] != '/') {
        long length = rt_sys_read_link("/proc/self/exe", own_path, sizeof(own_path) - 1);

        own_path[length > 0 ? length : 0] = 0;
        rt_python.path = own_path;
    }
    if (rt_contains(rt_python.version, "free-threading"))
        return RT_PYTHON_THREADED;
    if (symbol("_Py_NegativeRefcount") != 0 || symbol("_Py_RefTotal") != 0 || symbol("_Py_GetRefTotal") != 0 ||
        symbol("_Py_DumpReferences") != 0)
        return RT_PYTHON_DEBUG;
    version = parse_version(rt_python.version);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (rows[i].version == version)
            rt_python.abi = &rows[i];
    if (rt_python.abi == NULL)
        return RT_PYTHON_UNKNOWN;
    rt_python.immortal = rt_python.abi->immortal;
    inside = symbol("Py_GetVersion");
    dl_iterate_phdr(find_text, &inside);
    rt_python.thread = (void *(*)(void))symbol("_PyThreadState_UncheckedGet");
    if (rt_python.thread == NULL)
        rt_python.thread = (void *(*)(void))symbol("PyThreadState_GetUnchecked");
    rt_python.own_thread = (void *(*)(void))symbol("PyGILState_GetThisThreadState");
    rt_python.error = (void *(*)(void))symbol("PyErr_Occurred");
    rt_python.dict_next = (int (*)(void *, int64_t *, void **, void **))symbol("PyDict_Next");
    rt_python.clear_type_cache = (unsigned (*)(void))symbol("PyType_ClearCache");
    rt_python.get_allocator = (void (*)(int, struct rt_allocator *))symbol("PyMem_GetAllocator");
    rt_python.set_allocator = (void (*)(int, struct rt_allocator *))symbol("PyMem_SetAllocator");
    rt_python.type_type = symbol("PyType_Type");
    rt_python.list_type = symbol("PyList_Type");
    rt_python.tuple_type = symbol("PyTuple_Type");
    rt_python.dict_type = symbol("PyDict_Type");
    rt_python.float_type = symbol("PyFloat_Type");
    rt_python.unicode_type = symbol("PyUnicode_Type");
    rt_python.bytes_type = symbol("PyBytes_Type");
    rt_python.code_type = symbol("PyCode_Type");
    rt_python.module_def_type = symbol("PyModuleDef_Type");
    if (rt_python.thread == NULL || rt_python.error == NULL || rt_python.dict_next == NULL ||
        rt_python.get_allocator == NULL || rt_python.set_allocator == NULL || rt_python.type_type == 0)
        return RT_PYTHON_UNKNOWN;
    return RT_PYTHON_KNOWN;
}

enum rt_gil_state rt_python_gil(void)
{
    static uint64_t main_interpreter; /* the first that was seen */
    uint8_t *thread = rt_python.thread();
    uint64_t word;

    if (thread == NULL)
        return RT_GIL_NONE;
    if (!rt_python.abi->thread_tls) /* the thread state is the holder's, and may go away under us */
        return rt_sys_peek(thread + rt_python.abi->thread_id, &word, 8) && word == rt_arch_thread_self() ? RT_GIL_HELD
                                                                                                         : RT_GIL_NONE;
    word = *(uint64_t *)(thread + rt_python.abi->interp);
    if (main_interpreter == 0)
        main_interpreter = word;
    return word == main_interpreter ? RT_GIL_HELD : RT_GIL_OTHER;
}

bool rt_python_error_set(void)
{
    uint8_t *thread = rt_python.thread();

    return thread != NULL && *(void **)(thread + rt_python.abi->error) != NULL;
}

static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xc0 | c >> 6);
        to[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | ((c >> 6) & 63));
        to[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | ((c >> 12) & 63));
    to[2] = (char)(0x80 | ((c >> 6) & 63));
    to[3] = (char)(0x80 | (c & 63));
    return 4;
}

/* How each str begins; state: interned 2 bits, kind 3, compact 1, ascii 1 (Include/cpython/unicodeobject.h, 3.8
 * to 3.13). */
struct text_head {
    uint64_t count, type;
    int64_t length, hash;
    uint32_t state;
};

bool rt_python_interned(uint64_t object)
{
    struct text_head head;

    return rt_sys_peek((void *)object, &head, sizeof(head)) && head.type == rt_python.unicode_type &&
           (head.state & 3) != 0;
}

size_t rt_python_text(uint64_t str, char *to, size_t room)
{
    struct text_head head;
    size_t used = 0;
    unsigned kind;
    uint64_t data;

    if (str == 0 || !rt_sys_peek((void *)str, &head, sizeof(head)) || head.type != rt_python.unicode_type)
        return 0;
    kind = (head.state >> 2) & 7;
    if (!((head.state >> 5) & 1) || (kind != 1 && kind != 2 && kind != 4))
        return 0;
    data = str + ((head.state >> 6) & 1 ? rt_python.abi->ascii_data : rt_python.abi->compact_data);
    for (int64_t i = 0; i < head.length && used + 4 < room; i++) {
        uint32_t c = 0;

        if (!rt_sys_peek((void *)(data + (uint64_t)i * kind), &c, kind))
            break;
        used += put_utf8(to + used, c);
    }
    return used;
}
