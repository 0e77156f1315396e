/* See roles.h. Offsets: PyTypeObject, PyNumberMethods and alike are the same from 3.8 to 3.14
 * (Include/cpython/object.h). */
#include "runtime/api/roles.h"

#include "contract/contract.h"
#include "runtime/heap/object.h"
#include "runtime/log.h"
#include "runtime/modules.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/sys/sys.h"

enum { METHODS_MAX = 4096, BASES_MAX = 32 };
enum {
    METH_VARARGS = 1,
    METH_KEYWORDS = 2,
    METH_NOARGS = 4,
    METH_O = 8,
    METH_CLASS = 16,
    METH_STATIC = 32,
    METH_COEXIST = 64,
    METH_FASTCALL = 128,
    METH_METHOD = 512,
    METH_ALL = 1023,
};

struct slot {
    const char *name;
    uint16_t table; /* offset of the sub-table's pointer in the type, 0: in the type itself */
    uint16_t offset;
    const struct rs_contract *contract;
};

/* clang-format off */
static struct slot slots[] = {
    {"tp_dealloc", 0, 48}, {"tp_repr", 0, 88}, {"tp_hash", 0, 120}, {"tp_call", 0, 128}, {"tp_str", 0, 136},
    {"tp_getattr", 0, 64}, {"tp_setattr", 0, 72}, {"tp_getattro", 0, 144}, {"tp_setattro", 0, 152}, {"tp_traverse", 0,
        184},
    {"tp_clear", 0, 192}, {"tp_richcompare", 0, 200}, {"tp_iter", 0, 216}, {"tp_iternext", 0, 224}, {"tp_descr_get",
        0, 272},
    {"tp_descr_set", 0, 280}, {"tp_init", 0, 296}, {"tp_alloc", 0, 304}, {"tp_new", 0, 312}, {"tp_free", 0, 320},
    {"tp_del", 0, 376}, {"tp_finalize", 0, 392}, {"tp_vectorcall", 0, 400},
    {"am_await", 80, 0}, {"am_aiter", 80, 8}, {"am_anext", 80, 16}, {"am_send", 80, 24},
    {"nb_add", 96, 0}, {"nb_subtract", 96, 8}, {"nb_multiply", 96, 16}, {"nb_remainder", 96, 24}, {"nb_divmod", 96, 32},
    {"nb_power", 96, 40}, {"nb_negative", 96, 48}, {"nb_positive", 96, 56}, {"nb_absolute", 96, 64}, {"nb_bool", 96,
        72},
    {"nb_invert", 96, 80}, {"nb_lshift", 96, 88}, {"nb_rshift", 96, 96}, {"nb_and", 96, 104}, {"nb_xor", 96, 112},
    {"nb_or", 96, 120}, {"nb_int", 96, 128}, {"nb_float", 96, 144}, {"nb_inplace_add", 96, 152},
    {"nb_inplace_subtract", 96, 160}, {"nb_inplace_multiply", 96, 168}, {"nb_inplace_remainder", 96, 176},
    {"nb_inplace_power", 96, 184}, {"nb_inplace_lshift", 96, 192}, {"nb_inplace_rshift", 96, 200}, {"nb_inplace_and",
        96, 208},
    {"nb_inplace_xor", 96, 216}, {"nb_inplace_or", 96, 224}, {"nb_floor_divide", 96, 232}, {"nb_true_divide", 96, 240},
    {"nb_inplace_floor_divide", 96, 248}, {"nb_inplace_true_divide", 96, 256}, {"nb_index", 96, 264},
    {"nb_matrix_multiply", 96, 272}, {"nb_inplace_matrix_multiply", 96, 280},
    {"sq_length", 104, 0}, {"sq_concat", 104, 8}, {"sq_repeat", 104, 16}, {"sq_item", 104, 24}, {"sq_ass_item", 104,
        40},
    {"sq_contains", 104, 56}, {"sq_inplace_concat", 104, 64}, {"sq_inplace_repeat", 104, 72},
    {"mp_length", 112, 0}, {"mp_subscript", 112, 8}, {"mp_ass_subscript", 112, 16},
    {"bf_getbuffer", 160, 0}, {"bf_releasebuffer", 160, 8},
};
/* clang-format on */
enum { SLOTS = sizeof(slots) / sizeof(*slots) };

static const struct rs_contract *vectorcall, *traverse;
const struct rs_contract *rt_roles_dealloc, *rt_roles_clear, *rt_roles_init_function;

void rt_roles_open(void)
{
    for (unsigned i = 0; i < SLOTS; i++)
        slots[i].contract = rs_contract_slot(slots[i].name, rt_python.abi->version);
    vectorcall = rs_contract_slot("vectorcall", rt_python.abi->version);
    rt_roles_dealloc = rs_contract_slot("tp_dealloc", rt_python.abi->version);
    traverse = rs_contract_slot("tp_traverse", rt_python.abi->version);
    rt_roles_clear = rs_contract_slot("tp_clear", rt_python.abi->version);
    rt_roles_init_function = rs_contract_slot("init", rt_python.abi->version);
}

void rt_roles_function(uint64_t function, const char *slot, uint64_t owner, const char *name)
{
    const struct rs_contract *contract = rs_contract_slot(slot, rt_python.abi->version);
    struct rs_entry_desc *desc = function != 0 ? rt_module_entry(function) : NULL;
    uint64_t words[2] = {owner, 0};

    if (desc == NULL || desc->runtime[RT_ENTRY_ROLE] != 0)
        return;
    if (contract == NULL) {
        rt_log_limit(1, "functions called by the interpreter in a role without a contract row");
        return;
    }
    if (owner != 0)
        rt_object_see(owner);
    desc->runtime[RT_ENTRY_OWNER] = owner;
    /* the collector calls traverse functions by the million, and no reference changes hands there: named, not booked */
    desc->runtime[RT_ENTRY_ROLE] = contract == traverse ? 0 : (uint64_t)contract;
    words[1] = rs_contract_index(contract);
    rt_log_text(RS_REC_ROLE, function, rs_contract_index(contract), words, 2, name, rt_length(name));
}

static const char *role_of_flags(uint32_t flags)
{
    switch (flags & ~(uint32_t)(METH_CLASS | METH_STATIC | METH_COEXIST)) {
    case METH_NOARGS:
        return "method.noargs";
    case METH_O:
        return "method.o";
    case METH_VARARGS:
        return "method.varargs";
    case METH_VARARGS | METH_KEYWORDS:
    case METH_KEYWORDS:
        return "method.keywords";
    case METH_FASTCALL:
        return "method.fastcall";
    case METH_FASTCALL | METH_KEYWORDS:
        return "method.fastcall_keywords";
    case METH_METHOD | METH_FASTCALL | METH_KEYWORDS:
        return "method.method";
    }
    return NULL;
}

struct method_def {
    const char *name;
    uint64_t function;
    uint32_t flags, pad;
    const char *doc;
};

static void name_of(uint64_t owner, const char *last, char *to, size_t room)
{
    size_t used = 0;

    if (owner != 0 && rt_object_type(owner))
        used = rt_sys_peek_text(*(const char **)(owner + TP_NAME), to, room / 2);
    for (size_t i = used; i > 0; i--) {
        if (to[i - 1] == '.') { /* the class without its module */
            rt_copy(to, to + i, used - i);
            used -= i;
            break;
        }
    }
    if (used > 0)
        to[used++] = '.';
    used += rt_sys_peek_text(last, to + used, room - used - 1);
    to[used] = 0;
}

void rt_roles_method(uint64_t at, uint64_t owner)
{
    struct method_def def;
    const char *role;
    char name[256];

    if (!rt_sys_peek((void *)at, &def, sizeof(def)) || def.name == NULL || (role = role_of_flags(def.flags)) == NULL ||
        rt_module_entry(def.function) == NULL)
        return;
    name_of(owner, def.name, name, sizeof(name));
    rt_roles_function(def.function, role, owner, name);
}

void rt_roles_methods(uint64_t table, uint64_t owner)
{
    for (unsigned i = 0; table != 0 && i < METHODS_MAX; i++) {
        struct method_def def;

        if (!rt_sys_peek((void *)(table + i * sizeof(def)), &def, sizeof(def)) || def.name == NULL)
            return;
        rt_roles_method(table + i * sizeof(def), owner);
    }
}

void rt_roles_getset(uint64_t at, uint64_t owner)
{
    struct {
        const char *name;
        uint64_t get, set;
    } def;
    char name[256];

    if (!rt_sys_peek((void *)at, &def, sizeof(def)) || def.name == NULL)
        return;
    name_of(owner, def.name, name, sizeof(name));
    rt_roles_function(def.get, "getset.get", owner, name);
    rt_roles_function(def.set, "getset.set", owner, name);
}

static uint64_t slot_word(uint64_t type, const struct slot *slot)
{
    uint64_t table = type;

    if (slot->table != 0) {
        table = *(uint64_t *)(type + slot->table);
        if (table == 0)
            return 0;
    }
    return *(uint64_t *)(table + slot->offset);
}

void rt_roles_type(uint64_t type)
{
    uint64_t getset;
    char name[256];

    if (!rt_object_type(type))
        return;
    for (unsigned i = 0; i < SLOTS; i++) {
        uint64_t function = slot_word(type, &slots[i]);

        if (function == 0 || rt_module_entry(function) == NULL)
            continue;
        name_of(type, slots[i].name, name, sizeof(name));
        rt_roles_function(function, slots[i].name, type, name);
    }
    rt_roles_methods(*(uint64_t *)(type + TP_METHODS), type);
    getset = *(uint64_t *)(type + TP_GETSET);
    for (unsigned i = 0; getset != 0 && i < METHODS_MAX; i++) {
        uint64_t first = 0;

        if (!rt_sys_peek((void *)(getset + 40 * (uint64_t)i), &first, 8) || first == 0)
            break;
        rt_roles_getset(getset + 40 * (uint64_t)i, type);
    }
}

void rt_roles_definition(uint64_t at)
{
    struct {
        uint64_t base[5];
        const char *name, *doc;
        int64_t size;
        uint64_t methods, slots, traverse, clear, free;
    } def;
    uint64_t pair[2];
    char name[128];

    if (!rt_sys_peek((void *)at, &def, sizeof(def)))
        return;
    rt_roles_methods(def.methods, 0);
    for (unsigned i = 0; def.slots != 0 && i < 64; i++) {
        if (!rt_sys_peek((void *)(def.slots + 16 * (uint64_t)i), pair, 16) || (uint32_t)pair[0] == 0)
            break;
        name_of(0, def.name, name, sizeof(name));
        if ((uint32_t)pair[0] == 1 || (uint32_t)pair[0] == 2) /* Py_mod_create, Py_mod_exec */
            rt_roles_function(pair[1], (uint32_t)pair[0] == 1 ? "mod.create" : "mod.exec", 0, name);
    }
    rt_roles_function(def.traverse, "m_traverse", 0, "m_traverse");
    rt_roles_function(def.clear, "m_clear", 0, "m_clear");
    rt_roles_function(def.free, "m_free", 0, "m_free");
}

/* Cython and others keep method definitions that no table names: find {string, function entry, flags, doc} in the data.
 */
void rt_roles_module(struct rt_module *module)
{
    uint64_t hi = module->writes_hi & ~7ull;

    for (uint64_t at = (module->writes_lo + 7) & ~7ull; at + sizeof(struct method_def) <= hi; at += 8) {
        const struct method_def *def = (const struct method_def *)at;
        char first;

        if (def->function - module->text_lo >= module->text_hi - module->text_lo || def->pad != 0 ||
            def->flags > METH_ALL || role_of_flags(def->flags) == NULL || def->name == NULL ||
            rt_module_entry(def->function) == NULL)
            continue;
        if (!rt_sys_peek(def->name, &first, 1) ||
            !((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z') || first == '_'))
            continue;
        rt_roles_method(at, 0);
    }
}

void rt_roles_init(uint64_t function, const char *name)
{
    rt_roles_function(function, "init", 0, name);
}

static const struct rs_contract *slot_in_type(uint64_t type, uint64_t target)
{
    for (unsigned depth = 0; type != 0 && depth < BASES_MAX && rt_object_type(type); depth++) {
        for (unsigned i = 0; i < SLOTS; i++)
            if (slot_word(type, &slots[i]) == target)
                return slots[i].contract;
        type = *(uint64_t *)(type + TP_BASE);
    }
    return NULL;
}

const struct rs_contract *rt_roles_slot_of(uint64_t target, uint64_t arg0)
{
    const struct rs_contract *found;
    uint64_t type;
    int64_t offset;

    if (rt_object_peek(arg0) != RT_OBJECT_LIVE)
        return NULL;
    type = rt_object_type_of(arg0);
    found = slot_in_type(type, target);
    if (found != NULL)
        return found;
    offset = *(int64_t *)(type + TP_VECTORCALL_OFFSET);
    if (offset > 0 && offset < 4096 && *(uint64_t *)(arg0 + (uint64_t)offset) == target)
        return vectorcall;
    return rt_object_type(arg0) ? slot_in_type(arg0, target) : NULL;
}
