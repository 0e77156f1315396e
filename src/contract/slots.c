#include "contract/slots.h"

#include <stddef.h>

#define NAMES(...)                                                                                                     \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__, NULL                                                                                              \
    }
/* clang-format off */
const struct rs_slot_suite rs_slot_suites[] = {
    {"_typeobject", 24, NAMES(
        "", "", "", "", "tp_dealloc", "", "tp_getattr", "tp_setattr", "", "tp_repr", "", "", "", "tp_hash",
        "tp_call", "tp_str", "tp_getattro", "tp_setattro", "", "", "", "tp_traverse", "tp_clear",
        "tp_richcompare", "", "tp_iter", "tp_iternext", "", "", "", "", "", "tp_descr_get", "tp_descr_set", "",
        "tp_init", "tp_alloc", "tp_new", "tp_free", "tp_is_gc", "", "", "", "", "", "tp_del", "", "tp_finalize",
        "tp_vectorcall")},
    {"PyNumberMethods", 8, NAMES(
        "nb_add", "nb_subtract", "nb_multiply", "nb_remainder", "nb_divmod", "nb_power", "nb_negative",
        "nb_positive", "nb_absolute", "nb_bool", "nb_invert", "nb_lshift", "nb_rshift", "nb_and", "nb_xor",
        "nb_or", "nb_int", "", "nb_float", "nb_inplace_add", "nb_inplace_subtract", "nb_inplace_multiply",
        "nb_inplace_remainder", "nb_inplace_power", "nb_inplace_lshift", "nb_inplace_rshift", "nb_inplace_and",
        "nb_inplace_xor", "nb_inplace_or", "nb_floor_divide", "nb_true_divide", "nb_inplace_floor_divide",
        "nb_inplace_true_divide", "nb_index", "nb_matrix_multiply", "nb_inplace_matrix_multiply")},
    {"PySequenceMethods", 8, NAMES(
        "sq_length", "sq_concat", "sq_repeat", "sq_item", "", "sq_ass_item", "", "sq_contains",
        "sq_inplace_concat", "sq_inplace_repeat")},
    {"PyMappingMethods", 8, NAMES(
        "mp_length", "mp_subscript", "mp_ass_subscript")},
    {"PyAsyncMethods", 8, NAMES(
        "am_await", "am_aiter", "am_anext", "am_send")},
    {"PyBufferProcs", 8, NAMES(
        "bf_getbuffer", "bf_releasebuffer")},
    {"PyModuleDef", 40, NAMES(
        "", "", "", "", "", "", "m_traverse", "m_clear", "m_free")},
    {"PyGetSetDef", 8, NAMES(
        "", "getset.get", "getset.set")},
    {NULL, 0, NULL},
};
/* clang-format on */

const char *rs_slot_by_id(uint64_t id)
{
    static const char *const names[] = {
        NULL,
        "bf_getbuffer",
        "bf_releasebuffer",
        "mp_ass_subscript",
        "mp_length",
        "mp_subscript",
        "nb_absolute",
        "nb_add",
        "nb_and",
        "nb_bool",
        "nb_divmod",
        "nb_float",
        "nb_floor_divide",
        "nb_index",
        "nb_inplace_add",
        "nb_inplace_and",
        "nb_inplace_floor_divide",
        "nb_inplace_lshift",
        "nb_inplace_multiply",
        "nb_inplace_or",
        "nb_inplace_power",
        "nb_inplace_remainder",
        "nb_inplace_rshift",
        "nb_inplace_subtract",
        "nb_inplace_true_divide",
        "nb_inplace_xor",
        "nb_int",
        "nb_invert",
        "nb_lshift",
        "nb_multiply",
        "nb_negative",
        "nb_or",
        "nb_positive",
        "nb_power",
        "nb_remainder",
        "nb_rshift",
        "nb_subtract",
        "nb_true_divide",
        "nb_xor",
        "sq_ass_item",
        "sq_concat",
        "sq_contains",
        "sq_inplace_concat",
        "sq_inplace_repeat",
        "sq_item",
        "sq_length",
        "sq_repeat",
        "tp_alloc",
        "tp_base",
        "tp_bases",
        "tp_call",
        "tp_clear",
        "tp_dealloc",
        "tp_del",
        "tp_descr_get",
        "tp_descr_set",
        "tp_doc",
        "tp_getattr",
        "tp_getattro",
        "tp_hash",
        "tp_init",
        "tp_is_gc",
        "tp_iter",
        "tp_iternext",
        "tp_methods",
        "tp_new",
        "tp_repr",
        "tp_richcompare",
        "tp_setattr",
        "tp_setattro",
        "tp_str",
        "tp_traverse",
        "tp_members",
        "tp_getset",
        "tp_free",
        "nb_matrix_multiply",
        "nb_inplace_matrix_multiply",
        "am_await",
        "am_aiter",
        "am_anext",
        "tp_finalize",
        "am_send",
    };
    return id < sizeof names / sizeof *names ? names[id] : NULL;
}
