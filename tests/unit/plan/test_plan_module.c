/* Whole modules: imports and their identity, names from tables, exceptions through patched frames, refusals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"

void *Py_FakeIdentity(void *object);
void *Py_FakeOther(void *object);
int Py_FakeData;

void *Py_FakeIdentity(void *object)
{
    return object;
}

void *Py_FakeOther(void *object)
{
    return object;
}

static const char imports_source[] =
    "void *Py_FakeIdentity(void *); void *Py_FakeOther(void *); extern int Py_FakeData;\n"
    "void *call_both(void *o) { return Py_FakeOther(Py_FakeIdentity(o)); }\n"
    "void *tail(void *o) { return Py_FakeIdentity(o); }\n"
    "int same(void *(*f)(void *)) { return f == Py_FakeIdentity; }\n"
    "int data(void) { return Py_FakeData; }\n";

static bool identity(const char *name)
{
    return strcmp(name, "Py_FakeIdentity") == 0;
}

static const struct rs_import *import_named(const struct fixture *fixture, const char *name, bool lazy)
{
    for (uint32_t i = 0; i < fixture->plan->imports; i++)
        if (strcmp(fixture_imports(fixture)[i].name, name) == 0 && fixture_imports(fixture)[i].lazy == lazy)
            return &fixture_imports(fixture)[i];
    return NULL;
}

static uint64_t calls_of(const struct fixture *fixture, const char *name)
{
    uint64_t calls = 0;
    for (uint32_t i = 0; i < fixture->plan->imports; i++)
        if (strcmp(fixture_imports(fixture)[i].name, name) == 0)
            calls += fixture_count(fixture, fixture_imports(fixture)[i].desc_off, RS_HOOK_API);
    return calls;
}

static void run_imports(const char *flags, bool keeps)
{
    struct fixture fixture;
    int object;
    fixture_build(&fixture, "c", imports_source, flags);
    fixture_load(&fixture);
    fixture_patch(&fixture, identity);
    void *(*both)(void *) = (void *(*)(void *))fixture_symbol(&fixture, "call_both");
    void *(*tail)(void *) = (void *(*)(void *))fixture_symbol(&fixture, "tail");
    int (*same)(void *(*)(void *)) = (int (*)(void *(*)(void *)))fixture_symbol(&fixture, "same");
    assert_ptr_equal(both(&object), &object);
    assert_ptr_equal(tail(&object), &object);
    assert_int_equal(calls_of(&fixture, "Py_FakeIdentity"), 2);
    assert_int_equal(calls_of(&fixture, "Py_FakeOther"), 1);
    assert_int_equal(same(Py_FakeIdentity), 1); /* the address that the module sees is still the true one */
    const struct rs_import *kept = import_named(&fixture, "Py_FakeIdentity", false);
    assert_int_equal(kept && kept->keep_slot, keeps);
    fixture_close(&fixture);
}

static void imports(void **state)
{
    run_imports("-O2 -w", true);          /* called through .plt.got, or the PLT, and compared */
    run_imports("-O2 -w -fno-plt", true); /* call [rip + slot] */
    run_imports("-O2 -w -fno-plt -Wl,-z,now", true);
    run_imports("-O2 -w -fcf-protection=full -Wl,-z,ibtplt", true);
}

static bool pick_nothing_known(void *ctx, const char *name, struct rs_plan_choice *choice)
{
    choice->contract = RS_IMPORT_UNKNOWN;
    return true;
}

static void data_is_no_function(void **state)
{
    struct fixture fixture;
    struct rs_error err;
    struct rs_plan_target target = {
        .base = 0x10000000, .area = 0x20000000, .area_size = 1 << 20, .pick = pick_nothing_known};
    fixture_build(&fixture, "c", imports_source, "-O2 -w -fno-plt");
    fixture.analysis = rs_plan_analyse(fixture.path, &err);
    assert_true(rs_plan_emit(fixture.analysis, &target, (void **)&fixture.blob, &fixture.blob_size, &err));
    fixture.plan = (const struct rs_plan_header *)fixture.blob;
    assert_int_equal(fixture.plan->imports, 2);
    assert_null(import_named(&fixture, "Py_FakeData", false));
    assert_int_equal(import_named(&fixture, "Py_FakeOther", false)->contract, RS_IMPORT_UNKNOWN);
    fixture_close(&fixture);
}

static void an_area_out_of_reach_is_refused(void **state)
{
    struct fixture fixture;
    struct rs_error err;
    void *blob = NULL;
    size_t size;
    struct rs_plan_target target = {
        .base = 0x10000000, .area = 0x300000000, .area_size = 1 << 20, .pick = pick_nothing_known};
    fixture_build(&fixture, "c", imports_source, "-O2 -w");
    fixture.analysis = rs_plan_analyse(fixture.path, &err);
    assert_false(rs_plan_emit(fixture.analysis, &target, &blob, &size, &err));
    assert_string_equal(err.text, "the area at 0x300000000 is not within 2 GB of the module at 0x10000000");
    assert_null(blob);
    fixture_close(&fixture);
    blob = rs_plan_refusal(RS_PLAN_SKIPPED, "because", &size);
    const struct rs_plan_header *header = blob;
    assert_int_equal(size, sizeof *header);
    assert_int_equal(header->status, RS_PLAN_SKIPPED);
    assert_string_equal(header->text, "because");
    free(blob);
}

static const char tables_source[] =
    "#include <stddef.h>\n"
    "static void *update(void *s, void *a) { return s; }\n"
    "static void *helper(void *s, void *a) { return a; }\n"
    "static void *get_x(void *s, void *c) { return c; }\n"
    "static int set_x(void *s, void *v, void *c) { return 1; }\n"
    "static void dealloc(void *s) { *(int *)s = 0; }\n"
    "static void *add(void *a, void *b) { return *(void **)a; }\n"
    "struct method { const char *name; void *code; int flags; const char *doc; };\n"
    "struct getset { const char *name; void *get, *set; const char *doc; void *closure; };\n"
    "static struct method methods[] = {{\"update\", update, 1, \"doc\"}, {NULL}};\n"
    "struct method module_methods[] = {{\"helper\", helper, 8, NULL}, {NULL}};\n"
    "static struct getset getset[] = {{\"x\", get_x, set_x, NULL, NULL}, {NULL}};\n"
    "static void *number[36] = {add};\n"
    "struct type { size_t refcnt; void *type; size_t size; const char *name; size_t basic, item; void "
    "*dealloc; size_t more[5]; void *number; size_t rest[16];\n"
    "  void *methods; void *members; void *getset; };\n"
    "struct type Table = {1, NULL, 0, \"package.Table\", 24, 0, dealloc, {0}, number, {0}, methods, NULL, "
    "getset};\n"
    "struct slot { int id; void *code; }; struct spec { const char *name; int basic, item; unsigned flags; "
    "struct slot *slots; };\n"
    "static void *iter(void *s) { return s + 1; }\n"
    "static struct slot slots[] = {{62, iter}, {0, NULL}};\n"
    "struct spec spec = {\"package.Row\", 24, 0, 0, slots};\n"
    "void *PyInit_table(void) { return &Table; }\n";

static void names_come_from_tables(void **state)
{
    static const char *const expected[] = {"update",     "helper", "x",       "x",
                                           "tp_dealloc", "nb_add", "tp_iter", "PyInit_table"};
    static const char *const owners[] = {"Table", NULL, "Table", "Table", "Table", "Table", "Row", NULL};
    static const uint8_t kinds[] = {RS_METHOD_FUNCTION, RS_METHOD_FUNCTION, RS_METHOD_GETTER,
                                    RS_METHOD_SETTER,   RS_METHOD_SLOT,     RS_METHOD_SLOT,
                                    RS_METHOD_SLOT,     RS_METHOD_INIT};
    struct fixture fixture;
    struct rs_error err;
    fixture_build(&fixture, "c", tables_source, "-O2 -w -s");
    fixture.analysis = rs_plan_analyse(fixture.path, &err);
    assert_non_null(fixture.analysis);
    unsigned count = 0;
    for (const struct rs_method *method; (method = rs_plan_method(fixture.analysis, count)) != NULL;
         count++) {
        bool found = false;
        for (unsigned i = 0; i < sizeof kinds; i++)
            found |= kinds[i] == method->kind && strcmp(expected[i], method->name) == 0 &&
                     (owners[i] ? method->owner && strcmp(owners[i], method->owner) == 0 : !method->owner);
        if (!found)
            fail_msg("%s.%s, kind %u", method->owner ? method->owner : "", method->name, method->kind);
        assert_int_equal(rs_plan_method_at(fixture.analysis, method->code)->code, method->code);
    }
    assert_int_equal(count, sizeof kinds);
    assert_int_equal(rs_plan_figures(fixture.analysis)->entries, sizeof kinds);
    fixture_close(&fixture);
}

static const char exceptions_source[] =
    "extern \"C\" void *Py_FakeIdentity(void *);\n"
    "struct object { long count; };\n"
    "struct guard { object *o; guard(object *p) : o(p) { o->count++; } ~guard() { o->count--; } };\n"
    "static long __attribute__((noinline)) deep(object *o, long n, long (*f)(object *, long)) {\n"
    "  guard g(o); if (n == 0) throw 42L; Py_FakeIdentity(o); return f(o, n - 1) + 1; }\n"
    "extern \"C\" long recurse(object *o, long n) { guard g(o); return deep(o, n, recurse); }\n"
    "extern \"C\" { long (*table[])(object *, long) = {recurse}; }\n"
    "extern \"C\" long caught(object *o, long n) { try { return table[0](o, n); } catch (long v) { guard "
    "g(o); return v; } }\n";

static unsigned seen;

static void on_store(uint64_t address, uint32_t value, uint32_t site, bool set)
{
    seen++;
}

static void exceptions_pass_patched_frames(void **state)
{
    static const char *const flags[] = {"-O2 -w -Wl,--no-as-needed -lstdc++",
                                        "-O3 -w -fno-plt -Wl,--no-as-needed -lstdc++",
                                        "-O2 -w -fcf-protection=full -Wl,--no-as-needed -lstdc++"};
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
        struct fixture fixture;
        long object = 1;
        char command[128];
        snprintf(command, sizeof command, "%s", flags[i]);
        fixture_build(&fixture, "c++", exceptions_source, command);
        fixture_load(&fixture);
        fixture_patch(&fixture, NULL);
        long (*caught)(long *, long) = (long (*)(long *, long))fixture_symbol(&fixture, "caught");
        fixture_on_store = on_store;
        seen = 0;
        for (unsigned n = 0; n < 1000; n++)
            assert_int_equal(caught(&object, n % 12), 42);
        assert_int_equal(object, 1);
        /* n + 1 rounds of two guards and the catcher's, each once up and once down; the mean n is 5.492 */
        unsigned expected = 0;
        for (unsigned n = 0; n < 1000; n++)
            expected += 2 * (2 * (n % 12 + 1));
        assert_true(seen >= expected && seen <= expected + 2000);
        assert_int_equal(fixture.plan->sites_unpatched, 0);
        fixture_close(&fixture);
    }
}

static void expect_refused(const char *path, const char *reason)
{
    struct rs_error err;
    char expected[256];
    assert_null(rs_plan_analyse(path, &err));
    snprintf(expected, sizeof expected, "'%s' %s", path, reason);
    assert_string_equal(err.text, expected);
}

static void change_byte(const char *path, long at, int byte)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, at, SEEK_SET);
    fputc(byte, file);
    fclose(file);
}

static void refusals(void **state)
{
    struct fixture fixture;
    struct rs_error err;
    char other[128];
    expect_refused("/etc/passwd", "is not an ELF file");
    expect_refused("/tmp", "is not a regular file");
    assert_null(rs_plan_analyse("/no/such.so", &err));
    assert_string_equal(err.text, "cannot open '/no/such.so': No such file or directory");

    fixture_build(&fixture, "c", imports_source, "-O2 -w");
    change_byte(fixture.path, 4, 1);
    expect_refused(fixture.path, "is not a 64-bit little-endian ELF file");
    change_byte(fixture.path, 4, 2);
    change_byte(fixture.path, 18, 183);
    expect_refused(fixture.path, "is for ELF machine 183, not for x86-64 (62)");
    change_byte(fixture.path, 18, 62);
    change_byte(fixture.path, 16, 2);
    expect_refused(fixture.path, "is of ELF type 2, not a shared object (3)");
    change_byte(fixture.path, 16, 3);
    snprintf(other, sizeof other, "%s.cpython-313t-x86_64-linux-gnu.so", fixture.path);
    assert_int_equal(rename(fixture.path, other), 0);
    expect_refused(other,
                   "is built for the free-threaded interpreter, whose reference counts refsan cannot follow");
    assert_int_equal(rename(other, fixture.path), 0);
    assert_int_equal(truncate(fixture.path, 1000), 0);
    expect_refused(fixture.path, "is a truncated ELF file");
    fixture_close(&fixture);

    fixture_build(&fixture, "assembler", ".globl f\nf: movabs $f, %rax\nret\n.section .note.GNU-stack\n",
                  "-nostdlib -Wl,-z,notext -Wl,-w");
    expect_refused(fixture.path, "has no .eh_frame: its functions cannot be told apart");
    fixture_close(&fixture);
    fixture_build(&fixture, "assembler", ".globl f\nf: .cfi_startproc\nmovabs $f, %rax\nret\n.cfi_endproc\n",
                  "-nostdlib -Wl,-z,notext -Wl,-w");
    expect_refused(fixture.path, "has code that the loader changes (DT_TEXTREL)");
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(imports),
        cmocka_unit_test(data_is_no_function),
        cmocka_unit_test(an_area_out_of_reach_is_refused),
        cmocka_unit_test(names_come_from_tables),
        cmocka_unit_test(exceptions_pass_patched_frames),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
