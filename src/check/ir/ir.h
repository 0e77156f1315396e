/* A unit's LLVM IR as the checks read it: functions with their places and roles, calls with their contracts, tables
 * that the interpreter reads (method tables, type slots, module slots), members of structures by offset.
 *
 * Promise: everything here is a fact of the bitcode; nothing is judged. Locals are SSA values already (sroa has run),
 * names and lines are the source's. Strings live until rs_ir_close. The only user of LLVM-C besides the rules that walk
 * a function's instructions. */
#pragma once
#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/Target.h>
#include <llvm/Config/llvm-config.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "base/vec.h"
#include "contract/contract.h"

struct rs_ir_place {
    const char *file; /* NULL: no debug location */
    int line;
};

/* What the interpreter calls a function as. */
struct rs_ir_role {
    const char *slot;                   /* name in contracts/slots.txt: "method.varargs", "tp_dealloc", "getset.get" */
    const struct rs_contract *contract; /* its row, or NULL */
    LLVMValueRef function;
    LLVMValueRef table;      /* the PyMethodDef array, type object, slot array ... that names it */
    const char *python_name; /* of a method or member: "append"; else NULL */
    int flags;               /* ml_flags of a method, else 0 */
    LLVMValueRef closure;    /* of a getter or setter: what it is passed behind the object and the value; else NULL */
};

/* A type: a static PyTypeObject, or a PyType_Slot array of a heap type. */
struct rs_ir_type {
    LLVMValueRef table;
    const char *name; /* of the global variable */
    bool heap;
};

/* What comes back from a function, on all of its ways: what its integer result lies between (not known where lowest >
 * highest), and whether an exception may be set that was not when it was entered. */
struct rs_ir_answers {
    int64_t lowest, highest;
    bool raises;
};

struct rs_ir_function {
    LLVMValueRef value;
    const char *symbol; /* linker's name */
    const char *name;   /* as people say it: "make_row", "Scorer::weight" */
    struct rs_ir_place place;
    bool library; /* defined in a header of Python's or of the system: not the module's own code */
    bool local;   /* no other unit can call it */
    bool cdef;    /* Cython's: takes borrowed arguments, returns a new reference if it returns an object */
    bool object;  /* its debug information says that it returns a Python object */
    const struct rs_ir_role *role; /* the first one, or NULL */
    /* What the GIL may be at its returns when it is entered with it [0], without it [1]: RS_GIL_* of rules/gil.h; 0: it
     * never returns. */
    uint8_t gil[2];
    bool needs_gil; /* entered without it, no way returns that has not touched what it guards */
    bool gil_read;
    struct rs_ir_answers answers;
};

/* Where the lines of a source begin, in bytes. */
struct rs_ir_lines {
    const char *path;
    RS_VEC(long) starts;
};

struct rs_ir {
    LLVMContextRef context;
    LLVMModuleRef module;
    LLVMTargetDataRef layout;
    unsigned python;  /* 0x030b is 3.11 */
    const char *stem; /* of the source file: "_speedups" */
    struct rs_arena arena;
    RS_VEC(struct rs_ir_function) functions; /* those with a body */
    RS_VEC(struct rs_ir_role) roles;
    RS_VEC(struct rs_ir_type) types;
    struct rs_map by_value;   /* LLVMValueRef of a function -> index + 1 */
    struct rs_map files;      /* LLVMMetadataRef of a DIFile -> path */
    struct rs_map readable;   /* function -> the name that rs_ir_readable gives */
    struct rs_map names;      /* value -> the variable that it was first stored to */
    struct rs_map contracts;  /* LLVMValueRef of a function -> index of its row + 2, 1 for none */
    struct rs_map structures; /* hash of a structure's name -> its debug information; read when first asked for */
    struct rs_map literals;   /* constant structure whose type has no name -> name */
    struct rs_map last_names; /* hash of a structure's name without its namespace and arguments -> whether any is */
    struct rs_map in_sight;   /* debug information of structures that an object or a variable leads to -> 1 */
    RS_VEC(LLVMValueRef) composites, variables; /* debug information of all structures, of the unit's variables */
    bool graph_read, sight_read;
    struct rs_ir_lines lines; /* of the source asked for last */
};

/* The text of the source line that an instruction comes from, for the caller to free; NULL: it cannot be read. */
char *rs_ir_source_line(struct rs_ir *ir, LLVMValueRef at);
/* NULL and err when the file cannot be read: it is missing, truncated or of a newer LLVM. */
struct rs_ir *rs_ir_open(const char *bitcode, unsigned python, bool verify, struct rs_error *err);
void rs_ir_close(struct rs_ir *ir);

/* The name that the C API's headers know a function by, though C++ mangles that of an inline one. */
const char *rs_ir_api_name(const struct rs_ir *ir, LLVMValueRef function);
/* As people say a function's name, of another unit's too: "Table::find" of _ZN5Table4findEPv. Lives as long as the IR.
 */
const char *rs_ir_readable(struct rs_ir *ir, LLVMValueRef function);
/* Whether the name (NULL: no) is that of a C++ function's static variable that is initialised behind a guard, once. */
bool rs_ir_is_guarded(const struct rs_ir *ir, const char *global);
/* NULL for declarations and for what is no function. */
struct rs_ir_function *rs_ir_function(const struct rs_ir *ir, LLVMValueRef value);
/* Where an instruction stands in the source. */
struct rs_ir_place rs_ir_place(struct rs_ir *ir, LLVMValueRef instruction);
/* The function that a call names, through casts and aliases, or NULL for an indirect call. */
LLVMValueRef rs_ir_callee(LLVMValueRef call);
/* The value behind casts. */
LLVMValueRef rs_ir_plain(LLVMValueRef value);
/* What an address is computed from: an argument, a variable, a loaded or returned pointer. */
LLVMValueRef rs_ir_root(LLVMValueRef pointer);
/* +1 where the instruction takes a reference by Py_INCREF or its kin, -1 where it gives one up by Py_DECREF or its kin,
 * else 0. *object, which is counted, is set where that is not 0. Py_NewRef is not of them, it has a result. */
int rs_ir_count(const struct rs_ir *ir, LLVMValueRef instruction, LLVMValueRef *object);
/* Whether a call goes to a function of the C library (the one that this program runs with), and to nothing that it is
 * given to call back: it leaves the error indicator as it is. (clib.c) */
bool rs_ir_calls_clib(LLVMValueRef call);
/* What a number is at least, by the way it is computed; false: not known. (least.c) */
bool rs_ir_least(LLVMValueRef value, int64_t *least);
/* Whether "a PREDICATE b" holds. (predicate.c) */
bool rs_ir_compares(LLVMIntPredicate predicate, int64_t a, int64_t b);
/* The predicate that "b PREDICATE a" needs to say the same. */
LLVMIntPredicate rs_ir_swapped(LLVMIntPredicate predicate);
/* The predicate of the opposite. */
LLVMIntPredicate rs_ir_negated(LLVMIntPredicate predicate);
/* What a switch compares with for its successor `k`, from 1 on (0 is the default). */
LLVMValueRef rs_ir_case_value(LLVMValueRef instruction, unsigned k);
/* The row of a declared or inline API function, or NULL; remembers what it found. A function that the unit itself
 * defines outside of Python's headers has none. */
const struct rs_contract *rs_ir_contract(struct rs_ir *ir, LLVMValueRef function);
/* The source's name of a local variable or argument that holds the value, or NULL. */
const char *rs_ir_variable(const struct rs_ir *ir, LLVMValueRef value);
/* The bytes of a constant C string, or NULL. Valid until rs_ir_close. */
const char *rs_ir_string(struct rs_ir *ir, LLVMValueRef value);
/* Whether the call of the row's function brings what the interpreter has at hand: it cannot fail. */
bool rs_ir_is_at_hand(struct rs_ir *ir, LLVMValueRef call, const struct rs_contract *row);
/* Whether a call of the row's function (NULL: no) fails, with an exception, where that argument is NULL. */
bool rs_ir_refuses_null(const struct rs_contract *row, unsigned index);

/* The name of the member at an offset of a named structure ("head" of "struct.Queue" + 16) from debug information;
 * NULL: unknown. */
const char *rs_ir_member(struct rs_ir *ir, const char *structure, uint64_t offset);
/* Whether the member at an offset of a named structure is declared as a pointer to a structure, and not to any object.
 */
bool rs_ir_points_to_structure(struct rs_ir *ir, const char *structure, uint64_t offset);
/* Whether Python code may come across members of the structure: it is an object's, or an object or a variable of the
 * unit leads to it by pointers whose types are known. True where debug information does not say. */
bool rs_ir_is_in_sight(struct rs_ir *ir, const char *structure);
/* "Queue" where a parameter is declared as `struct Queue *` or by a typedef of that; NULL: unknown, or any object. */
const char *rs_ir_parameter_structure(struct rs_ir *ir, LLVMValueRef function, unsigned index);
/* The name of the structure that a constant in a variable's initialiser is ("PyMethodDef"), or NULL; and its member by
 * position in the source (NULL: it has fewer), whatever stands between the members in the IR. */
const char *rs_ir_constant_stem(struct rs_ir *ir, LLVMValueRef value);
LLVMValueRef rs_ir_constant_member(LLVMValueRef value, unsigned index);
/* "Queue" of "struct.Queue", "struct.Queue.12" and "class.Queue". */
const char *rs_ir_struct_stem(struct rs_ir *ir, LLVMTypeRef type);

/* For ir/ itself. */

/* Operands of a node of debug information, by position (llvm/IR/DebugInfoMetadata.h); the caller frees `items`. From 21
 * on size and offset of a type are operands, too, in front of what its kind adds. */
#if LLVM_VERSION_MAJOR >= 21
enum { RS_IR_OP_BASE = 5 };
#else
enum { RS_IR_OP_BASE = 3 };
#endif
enum {
    RS_IR_OP_ELEMENTS = RS_IR_OP_BASE + 1,
    RS_IR_OP_TYPES = RS_IR_OP_BASE
}; /* of a structure; of a function's type */
struct rs_ir_operands {
    LLVMValueRef *items;
    int count;
};
struct rs_ir_operands rs_ir_operands(LLVMValueRef node);
/* LLVMMDStringMetadataKind for what is no node. */
LLVMMetadataKind rs_ir_metadata_kind(LLVMValueRef node);
/* The debug information of a structure by its name, or NULL. */
LLVMValueRef rs_ir_structure(struct rs_ir *ir, const char *name);
/* The node that defines what another one of the same name may only declare. */
LLVMValueRef rs_ir_structure_of(const struct rs_ir *ir, LLVMValueRef node);
bool rs_ir_returns_object(struct rs_ir *ir, LLVMValueRef function);
/* Arithmetic that repeats what was computed before gives way to the first result. */
void rs_ir_merge_repeated(LLVMValueRef function);
void rs_ir_read_literals(struct rs_ir *ir);
void rs_ir_read_tables(struct rs_ir *ir);
void rs_ir_read_names(struct rs_ir *ir);
const char *rs_ir_shown_name(struct rs_ir *ir, LLVMValueRef function, struct rs_ir_place *place);
