/* API calls of a module through its GOT. */
#include "runtime/api/calls.h"

#include <dlfcn.h>

#include "contract/contract.h"
#include "runtime/api/filling.h"
#include "runtime/api/roles.h"
#include "runtime/api/words.h"
#include "runtime/arch.h"
#include "runtime/heap/object.h"
#include "runtime/log.h"
#include "runtime/modules.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/sys/sys.h"

enum { EXPORTED = 8192 };

/* Which functions bring tables of the module's own functions to the interpreter, and in which argument; TABLE_FILLED:
 * make containers that the module fills. */
enum table {
    TABLE_NONE,
    TABLE_DEFINITION,
    TABLE_TYPE_LATER,
    TABLE_METHOD,
    TABLE_METHODS,
    TABLE_GETSET,
    TABLE_CAPSULE,
    TABLE_FILLED,
    TABLE_ATTRIBUTE,
    TABLE_ATTRIBUTE_OBJECT,
    TABLE_POINTER,
    TABLE_IMPORT, /* what may fetch another library's table: looked at when it leaves */
};
/* clang-format off */
static const struct {
    const char *name;
    uint8_t table, argument;
} tables[] = {
    {"PyModule_Create2", TABLE_DEFINITION, 0},     {"PyModuleDef_Init", TABLE_DEFINITION, 0},
    {"PyModule_FromDefAndSpec2", TABLE_DEFINITION, 0}, {"PyType_Ready", TABLE_TYPE_LATER, 0},
    {"PyType_FromSpec", TABLE_TYPE_LATER, 255},    {"PyType_FromSpecWithBases", TABLE_TYPE_LATER, 255},
    {"PyType_FromModuleAndSpec", TABLE_TYPE_LATER, 255}, {"PyType_FromMetaclass", TABLE_TYPE_LATER, 255},
    {"PyStructSequence_NewType", TABLE_TYPE_LATER, 255}, {"PyCFunction_NewEx", TABLE_METHOD, 0},
    {"PyCFunction_New", TABLE_METHOD, 0},          {"PyCMethod_New", TABLE_METHOD, 0},
    {"PyDescr_NewMethod", TABLE_METHOD, 1},        {"PyDescr_NewClassMethod", TABLE_METHOD, 1},
    {"PyModule_AddFunctions", TABLE_METHODS, 1},   {"PyDescr_NewGetSet", TABLE_GETSET, 1},
    {"PyCapsule_New", TABLE_CAPSULE, 2},           {"PyObject_GetAttrString", TABLE_ATTRIBUTE, 1},
    {"PyObject_GetAttr", TABLE_ATTRIBUTE_OBJECT, 1}, {"PyCapsule_GetPointer", TABLE_POINTER, 0},
    {"PyCapsule_Import", TABLE_IMPORT, 0},
    {"PyTuple_New", TABLE_FILLED, 255},             {"PyList_New", TABLE_FILLED, 255},
    {"PyStructSequence_New", TABLE_FILLED, 255},
};
/* clang-format on */

static struct {
    uint64_t address;
    const struct rs_contract *contract;
} exported[EXPORTED];
static unsigned exported_count;

static unsigned exported_place(uint64_t address)
{
    unsigned i = (unsigned)(address * 0x9E3779B97F4A7C15u >> 40) & (EXPORTED - 1);

    while (exported[i].address != 0 && exported[i].address != address)
        i = (i + 1) & (EXPORTED - 1);
    return i;
}

static bool same_meaning(const struct rs_contract *a, const struct rs_contract *b)
{
    if (a->result != b->result || a->from != b->from || a->failure != b->failure || a->nargs != b->nargs)
        return false;
    for (unsigned i = 0; i < a->nargs; i++)
        if (a->args[i].kind != b->args[i].kind || a->args[i].when != b->args[i].when ||
            a->args[i].count != b->args[i].count)
            return false;
    return true;
}

void rt_call_export(uint64_t address, const struct rs_contract *row)
{
    unsigned place = exported_place(address);

    if (address == 0)
        return;
    if (exported[place].address != 0 && rs_contract_index(row) >= rs_contract_builtin()) {
        exported[place].contract = row; /* a user's table comes first */
    } else if (exported[place].address == 0) {
        if (exported_count == EXPORTED / 2)
            return;
        exported_count++;
        exported[place].address = address;
        exported[place].contract = row;
    } else if (exported[place].contract != NULL && !same_meaning(exported[place].contract, row)) {
        exported[place].contract = NULL;
    }
}

void rt_api_open(void)
{
    rt_words_open();
    rt_formats_open();
    rt_roles_open();
    for (unsigned i = 0; i < rs_contract_count(); i++) {
        const struct rs_contract *row = rs_contract_at(i);

        if ((row->flags & (RS_MACRO | RS_ENTRY)) || row->name[0] == 0 || (row->name[0] != 'P' && row->name[0] != '_'))
            continue;
        if (rs_contract_find(row->name, rt_python.abi->version) != row)
            continue;
        rt_call_export((uint64_t)dlsym(RTLD_DEFAULT, row->name), row);
    }
}

const struct rs_contract *rt_call_exported(uint64_t address)
{
    unsigned place = exported_place(address);

    return exported[place].address == address ? exported[place].contract : NULL;
}

void rt_api_import(uint64_t *words, uint32_t contract, uint64_t real, struct rt_module *module, const char *name)
{
    words[RT_IMPORT_REAL] = real;
    words[RT_IMPORT_CONTRACT] = contract == RS_IMPORT_UNKNOWN ? 0 : (uint64_t)rs_contract_at(contract);
    words[RT_IMPORT_MODULE] = (uint64_t)module;
    words[RT_IMPORT_TABLE] = 0;
    words[RT_IMPORT_USERS] = contract != RS_IMPORT_UNKNOWN && contract >= rs_contract_builtin();
    if (words[RT_IMPORT_USERS])
        rt_call_export(real, rs_contract_at(contract));
    for (unsigned i = 0; i < sizeof(tables) / sizeof(*tables); i++)
        if (rt_same(name, tables[i].name))
            words[RT_IMPORT_TABLE] = i + 1;
}

bool rt_call_gil(void)
{
    if (!rt_gil && rt_python_gil() == RT_GIL_HELD)
        rt_gil = 1;
    return rt_gil;
}

/* Begins a record of these words; NULL when logging has ended. */
static struct rs_slot *begin_words(unsigned kind, uint64_t a, uint32_t sp, uint64_t first, const struct rt_words *words,
                                   unsigned *slots)
{
    struct rs_slot *head;
    uint64_t *to;

    *slots = 1 + (words->count + 2) / 2;
    head = rt_log_begin(*slots);
    if (head == NULL)
        return NULL;
    to = (uint64_t *)(head + 1);
    *head = (struct rs_slot){a, RS_TAG_OF(kind, *slots), sp};
    to[0] = first;
    for (unsigned i = 0; i < words->count; i++)
        to[1 + i] = words->word[i];
    if (!(words->count & 1))
        to[1 + words->count] = 0;
    return head;
}

static void log_words(unsigned kind, uint64_t a, uint32_t sp, uint64_t first, const struct rt_words *words)
{
    unsigned slots;

    if (begin_words(kind, a, sp, first, words, &slots) != NULL)
        rt_log_commit(slots);
}

/* How a call is recorded. */
enum way {
    TWICE, /* when it begins and when it leaves */
    ONCE,  /* when it leaves: it takes nothing from the module, and nothing else can happen before */
    HELD,  /* as nothing else has happened before it leaves, once; else twice */
};

static enum way way_of(const struct rs_contract *contract, const struct rt_words *words)
{
    if (words->any & (RS_WORD_DEAD | RS_WORD_ZERO | RS_WORD_OLD | RS_WORD_STEAL))
        return TWICE;
    if (contract != NULL && rt_words_simple(contract))
        return ONCE;
    return rt_words_takes_nothing(contract) && rt_log_is_writer() ? HELD : TWICE;
}

/* A place at which the books saw a reference taken that nobody had: what is taken there now is looked after when it
 * dies. */
static void arm_stolen(const struct rs_contract *contract, const struct rt_words *words)
{
    for (unsigned i = 0; i < words->count; i++) {
        unsigned argument = RS_WORD_ARG(words->word[i]);

        if ((RS_WORD_FLAGS(words->word[i]) & RS_WORD_STEAL) ||
            (argument < contract->nargs && contract->args[argument].kind == RS_ARG_STEAL))
            rt_object_arm(RS_WORD_ADDRESS(words->word[i]));
    }
}

/* Keeps the words that say something: of a borrowed argument that lives there is nothing to be booked. */
static void keep_what_counts(struct rt_words *words, const struct rs_contract *contract)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < words->count; i++) {
        unsigned argument = RS_WORD_ARG(words->word[i]);

        if ((RS_WORD_FLAGS(words->word[i]) & (RS_WORD_DEAD | RS_WORD_ZERO | RS_WORD_OLD | RS_WORD_STEAL)) ||
            (argument < contract->nargs && contract->args[argument].kind == RS_ARG_STEAL))
            words->word[kept++] = words->word[i];
    }
    words->count = kept;
}

static void record_begin(struct rt_frame *frame, const struct rs_contract *contract, struct rt_words *words)
{
    unsigned slots;

    if (frame->state[2] == HELD)
        words->count = 0;
    else if (contract != NULL && !(contract->flags & RS_DEALLOCATES))
        keep_what_counts(words, contract);
    if (begin_words(RS_REC_API_ENTER, frame->return_address, (uint32_t)rt_frame_sp(frame), frame->state[1], words,
                    &slots) == NULL)
        return;
    if (frame->state[2] == HELD)
        rt_log_hold(slots, frame);
    else
        rt_log_commit(slots);
}

/* state[0]: the contract, 0: unknown; state[1]: contract index with the module's number, as recorded; state[2]: enum
 * way. */
uint64_t rt_call_book(struct rt_frame *frame, const struct rs_contract *contract, const struct rt_module *module)
{
    struct rt_words words;
    unsigned index = contract != NULL ? rs_contract_index(contract) : RS_IMPORT_UNKNOWN;

    rt_words_clear(&words);
    frame->state[0] = (uint64_t)contract;
    frame->state[1] = index | (uint64_t)module->number << 32;
    if (contract != NULL)
        rt_words_before(&words, contract, frame);
    if (rt_filling_count > 0)
        rt_filling_before_call(contract, &words, frame->return_address, rt_entry_depth());
    frame->state[2] = way_of(contract, &words);
    if (frame->state[2] != ONCE)
        record_begin(frame, contract, &words);
    if (contract != NULL && frame->state[2] == TWICE &&
        rt_hot.ring->armed_functions[((frame->return_address - 1) >> 4) & 0x7fff])
        arm_stolen(contract, &words);
    if (contract == NULL || (contract->flags & RS_VARIADIC) || contract->nargs > 6)
        return rt_words_on_stack(contract, frame);
    return RT_SHIM_CALL;
}

static void add_given(struct rt_words *words, const struct rs_contract *contract, const struct rt_frame *frame)
{
    if (contract != NULL)
        rt_words_after(words, contract, frame);
    else
        rt_words_add(words, frame->result, RS_ARG_RESULT, RS_WORD_UNKNOWN);
    rt_words_callers(words, frame);
}

void rt_call_settle(struct rt_frame *frame)
{
    const struct rs_contract *contract = (const struct rs_contract *)frame->state[0];
    struct rt_words words;

    if (rt_filling_count > 0)
        rt_filling_after_call(rt_entry_depth());
    rt_words_clear(&words);
    if (frame->state[2] == ONCE || (frame->state[2] == HELD && rt_log_take_back(frame))) {
        words.word[words.count++] = frame->result;
        add_given(&words, contract, frame);
        if (words.count > 1 || (contract != NULL && rt_words_failed(contract, frame->result)))
            log_words(RS_REC_API_CALL, frame->return_address, (uint32_t)rt_frame_sp(frame), frame->state[1], &words);
        return;
    }
    add_given(&words, contract, frame);
    log_words(RS_REC_API_LEAVE, frame->result, (uint32_t)rt_frame_sp(frame), frame->state[1], &words);
}

static void bring_table(unsigned index, const struct rt_frame *frame)
{
    uint64_t argument = rt_words_argument(frame, tables[index].argument);
    uint64_t owner = tables[index].argument == 1 ? frame->args[0] : 0;

    switch (tables[index].table) {
    case TABLE_DEFINITION:
        rt_roles_definition(argument);
        break;
    case TABLE_METHOD:
        rt_roles_method(argument, rt_object_type(owner) ? owner : 0);
        break;
    case TABLE_METHODS:
        rt_roles_methods(argument, 0);
        break;
    case TABLE_GETSET:
        rt_roles_getset(argument, owner);
        break;
    case TABLE_CAPSULE:
        rt_roles_function(argument, "capsule.destructor", 0, "capsule destructor");
        break;
    }
}

static uint64_t without_gil(struct rt_frame *frame, const struct rs_contract *contract)
{
    if (contract != NULL && (contract->flags & RS_GIL_ACQUIRE)) {
        frame->state[0] = 1;
        return RT_SHIM_CALL;
    }
    return RT_SHIM_PASS;
}

/* A library shipped with the module: what its functions do is in the family's own account already. */
static bool of_family(uint64_t target, const struct rt_module *module)
{
    const struct rt_module *other = rt_module_of(target);

    return other != NULL && other->family == module->family;
}

uint64_t rt_api_enter(struct rt_frame *frame)
{
    struct rs_import_desc *desc = frame->desc;
    const struct rs_contract *contract = (const struct rs_contract *)desc->runtime[RT_IMPORT_CONTRACT];

    frame->target = desc->runtime[RT_IMPORT_REAL];
    if (!rt_log_on())
        return RT_SHIM_PASS;
    if (!rt_call_gil())
        return without_gil(frame, contract);
    if (desc->runtime[RT_IMPORT_USERS] &&
        of_family(frame->target, (const struct rt_module *)desc->runtime[RT_IMPORT_MODULE]))
        return RT_SHIM_PASS;
    if (desc->runtime[RT_IMPORT_TABLE] != 0)
        bring_table((unsigned)desc->runtime[RT_IMPORT_TABLE] - 1, frame);
    if (contract != NULL && (contract->flags & RS_GIL_RELEASE)) {
        if (rt_filling_count > 0)
            rt_filling_without_gil();
        rt_gil = 0; /* the last word before another thread may write */
        return RT_SHIM_PASS;
    }
    return rt_call_book(frame, contract, (struct rt_module *)desc->runtime[RT_IMPORT_MODULE]);
}

static void bring_result(enum table table, const struct rt_frame *frame)
{
    if (table == TABLE_ATTRIBUTE || table == TABLE_ATTRIBUTE_OBJECT)
        rt_tables_attribute(frame->args[1], table == TABLE_ATTRIBUTE_OBJECT, frame->result);
    else if (table == TABLE_POINTER)
        rt_tables_pointer(frame->args[0], frame->result);
    else if (table == TABLE_IMPORT)
        rt_tables_import(frame->args[0], frame->result);
}

void rt_api_leave(struct rt_frame *frame)
{
    struct rs_import_desc *desc = frame->desc;
    uint64_t table = desc->runtime[RT_IMPORT_TABLE];

    if (frame->state[0] == 1) { /* the GIL was acquired: whatever it was before, it is held now */
        rt_gil = 1;
        rt_log_divert();
        return;
    }
    if (!rt_log_on())
        return;
    rt_gil = 1; /* the call may have gone through the eval loop, which has given the GIL back to us */
    if (table != 0 && tables[table - 1].table == TABLE_TYPE_LATER)
        rt_roles_type(tables[table - 1].argument == 255 ? frame->result : frame->args[tables[table - 1].argument]);
    else if (table != 0)
        bring_result(tables[table - 1].table, frame);
    rt_call_settle(frame);
    if (table != 0 && tables[table - 1].table == TABLE_FILLED)
        rt_filling_begin(frame->result, (const struct rt_module *)desc->runtime[RT_IMPORT_MODULE], rt_entry_depth());
}
