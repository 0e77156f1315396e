/* The look-up: every row is found by its name in each of its versions and nowhere else; the facts that the
 * books stand on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contract/contract.h"

static const struct rs_contract *slot_or_row(const struct rs_contract *row, unsigned version)
{
    if (row->flags & RS_ENTRY)
        return rs_contract_entry(row->table, row->entry, version,
                                 row->library_since != 0 ? row->library_since : row->library_until);
    return row->flags & RS_SLOT ? rs_contract_slot(row->name, version) : rs_contract_find(row->name, version);
}

static void every_row_is_found(void **state)
{
    assert_true(rs_contract_count() > 300);
    for (unsigned i = 0; i < rs_contract_count(); i++) {
        const struct rs_contract *row = rs_contract_at(i);
        assert_int_equal(rs_contract_index(row), i);
        for (unsigned v = 0x0307; v <= 0x0310; v++) {
            bool there = row->since <= v && (row->until == 0 || v <= row->until);
            if (there)
                assert_ptr_equal(slot_or_row(row, v), row);
            else
                assert_ptr_not_equal(slot_or_row(row, v), row);
        }
    }
    assert_null(rs_contract_at(rs_contract_count()));
}

static void rows_are_well_formed(void **state)
{
    for (unsigned i = 0; i < rs_contract_count(); i++) {
        const struct rs_contract *row = rs_contract_at(i);
        bool origin = row->result == RS_RESULT_BORROWED || row->result == RS_RESULT_ARGUMENT;
        assert_true(origin ? row->from >= 1 && row->from <= row->nargs : row->from == 0);
        for (unsigned a = 0; a < row->nargs; a++) {
            const struct rs_argument *arg = &row->args[a];
            assert_true(arg->count <= row->nargs);
            assert_true(arg->kind != RS_ARG_OBJECTS || arg->count != 0);
            assert_true(strcmp(arg->name, "...") != 0 || (row->flags & RS_VARIADIC && a + 1u == row->nargs));
        }
    }
}

static void unknown_names_are_not_covered(void **state)
{
    assert_null(rs_contract_find("PyList_GetItemm", 0x030b));
    assert_null(rs_contract_find("", 0x030b));
    assert_null(rs_contract_find("tp_alloc", 0x030b));
    assert_null(rs_contract_slot("PyList_GetItem", 0x030b));
    assert_null(rs_contract_find("PyDict_GetItemRef", 0x030c));
    assert_non_null(rs_contract_find("PyDict_GetItemRef", 0x030d));
}

static const struct rs_argument *argument(const char *name, unsigned version, unsigned position)
{
    const struct rs_contract *row = rs_contract_find(name, version);
    assert_non_null(row);
    assert_in_range(position, 1, row->nargs);
    return &row->args[position - 1];
}

static void steals_and_outs(void **state)
{
    assert_int_equal(argument("PyList_SetItem", 0x030b, 3)->kind, RS_ARG_STEAL);
    assert_int_equal(argument("PyList_SetItem", 0x030b, 3)->when, RS_ALWAYS);
    assert_int_equal(argument("PyModule_AddObject", 0x030b, 3)->kind, RS_ARG_STEAL);
    assert_int_equal(argument("PyModule_AddObject", 0x030b, 3)->when, RS_ON_SUCCESS);
    assert_int_equal(argument("PyDict_SetItem", 0x030b, 3)->kind, RS_ARG_OBJECT);
    assert_int_equal(argument("PyErr_Fetch", 0x030b, 1)->kind, RS_ARG_OUT);
    assert_int_equal(argument("PyDict_Next", 0x030b, 3)->kind, RS_ARG_OUT_BORROWED);
    assert_int_equal(argument("PyUnicode_AppendAndDel", 0x030b, 1)->kind, RS_ARG_INOUT);
    assert_int_equal(argument("PyUnicode_AppendAndDel", 0x030b, 2)->kind, RS_ARG_STEAL);
    assert_int_equal(argument("PyObject_GetBuffer", 0x030b, 2)->kind, RS_ARG_BUFFER_OUT);
    assert_int_equal(argument("PyBuffer_Release", 0x030b, 1)->kind, RS_ARG_BUFFER_DROP);
    assert_int_equal(argument("PyTuple_Pack", 0x030b, 2)->kind, RS_ARG_VARARGS_N);
    assert_int_equal(argument("PyTuple_Pack", 0x030b, 2)->count, 1);
    assert_int_equal(argument("Py_IncRef", 0x030b, 1)->kind, RS_ARG_ACQUIRE);
}

static void results_and_effects(void **state)
{
    const struct rs_contract *row = rs_contract_find("PyList_GetItem", 0x030b);
    assert_int_equal(row->result, RS_RESULT_BORROWED);
    assert_int_equal(row->from, 1);
    assert_string_equal(row->replacement, "PyList_GetItemRef");
    assert_string_equal(row->header, "listobject");
    row = rs_contract_find("PyObject_Init", 0x030b);
    assert_int_equal(row->result, RS_RESULT_ARGUMENT);
    assert_true(row->flags & RS_INITIALISES);
    assert_true(rs_contract_find("_Py_Dealloc", 0x030b)->flags & RS_DEALLOCATES);
    assert_true(rs_contract_find("PyEval_SaveThread", 0x030b)->flags & RS_GIL_RELEASE);
    assert_true(rs_contract_find("PyGILState_Ensure", 0x030b)->flags & RS_GIL_ACQUIRE);
    assert_int_equal(rs_contract_find("PyErr_NoMemory", 0x030b)->failure, RS_ALWAYS_FAILS);
    assert_true(rs_contract_find("Py_BuildValue", 0x030b)->flags & RS_VARIADIC);
}

static void slots(void **state)
{
    const struct rs_contract *row = rs_contract_slot("tp_iternext", 0x030b);
    assert_int_equal(row->result, RS_RESULT_NEW);
    assert_true(row->flags & RS_MISS_IS_NULL);
    assert_int_equal(rs_contract_slot("vectorcall", 0x030b)->args[1].count, 3);
    assert_int_equal(rs_contract_slot("init", 0x030b)->result, RS_RESULT_UNKNOWN);
    assert_null(rs_contract_slot("am_send", 0x0309));
}

static void what_matters(void **state)
{
    static const char *const unseen[] = {"PyErr_Occurred",         "PyErr_SetString", "PyErr_Clear",
                                         "PyErr_ExceptionMatches", "PyMem_RawMalloc", "PyType_IsSubtype"};
    static const char *const seen[] = {
        "PyList_New",       "PyObject_IsTrue",   "PyErr_Fetch",   "PyErr_SetObject",  "Py_BuildValue",
        "PyArg_ParseTuple", "PyEval_SaveThread", "PyObject_Free", "PyModuleDef_Init", "PyBuffer_Release",
        "PyObject_Init",    "PyType_FromSpec",   "PyErr_Format",  "PyMem_Malloc"};
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
        assert_false(rs_contract_matters(rs_contract_find(unseen[i], 0x030b)));
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        assert_true(rs_contract_matters(rs_contract_find(seen[i], 0x030b)));
}

static void entries_of_tables(void **state)
{
    const struct rs_contract *row = rs_contract_entry("numpy._ARRAY_API", 94, 0x030b, 0);
    assert_non_null(row);
    assert_string_equal(row->name, "PyArray_NewFromDescr");
    assert_string_equal(row->library, "numpy");
    assert_int_equal(row->args[1].kind, RS_ARG_STEAL);
    /* place 65 became another function in 2.0 */
    assert_string_equal(rs_contract_entry("numpy._ARRAY_API", 65, 0x030b, 0x0118)->name,
                        "PyArray_ScalarFromObject");
    assert_string_equal(rs_contract_entry("numpy._ARRAY_API", 65, 0x030b, 0x0200)->name, "PyArray_Pack");
    assert_null(rs_contract_entry("numpy._ARRAY_API", 65, 0x030b, 0));
    assert_null(rs_contract_entry("numpy._ARRAY_API", 2, 0x030b, 0x0200));
    assert_string_equal(rs_contract_entry("datetime.datetime_CAPI", 6, 0x0308, 0)->name,
                        "PyDateTime_CAPI.Date_FromDate");
    assert_null(rs_contract_entry("nobody's", 6, 0x0308, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found),
        cmocka_unit_test(rows_are_well_formed),
        cmocka_unit_test(unknown_names_are_not_covered),
        cmocka_unit_test(steals_and_outs),
        cmocka_unit_test(results_and_effects),
        cmocka_unit_test(slots),
        cmocka_unit_test(what_matters),
        cmocka_unit_test(entries_of_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
