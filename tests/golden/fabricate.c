#include "fabricate.h"

#include <string.h>

#define LOOKUP "/home/ann/src/lookup/case.c"

static void program(struct rs_report *report)
{
    report->tool_mode = "run";
    *RS_PUSH(&report->command) = "python3";
    *RS_PUSH(&report->command) = "trigger.py";
    report->python.version = "3.11.2";
    report->python.executable = "/usr/bin/python3.11";
    report->python.layout = "static";
    report->has_status = true;
    report->stats.events = 1204331;
    report->stats.objects = 5120;
    report->stats.peak_bytes = 41943040;
    report->stats.seconds = 1.8;
    report->stats.processes = 1;
}

static void module(struct rs_report *report, const char *name, uint64_t sites, uint64_t patched)
{
    struct rs_module_info *info = RS_PUSH(&report->modules);

    *info = (struct rs_module_info){.name = name,
                                    .build_id = "5f1c",
                                    .abi = "3.8-3.11",
                                    .debug_info = true,
                                    .sites = sites,
                                    .patched = patched,
                                    .unpatched = sites - patched};
    info->path = rs_arena_printf(&report->arena, "/home/ann/lib/%s.so", name);
    report->stats.sites_found += sites;
    report->stats.sites_patched += patched;
    report->unpatched_sites += sites - patched;
}

static void gap(struct rs_report *report, const char *what, uint64_t count)
{
    *RS_PUSH(&report->uncovered) = (struct rs_uncovered){what, count};
}

static struct rs_place place(const char *function, const char *file, int line, const char *address)
{
    return (struct rs_place){
        .module = "lookup", .function = function, .file = file, .line = line, .address = address};
}

static void python(struct rs_finding *finding, const char *function, const char *file, int line)
{
    *RS_PUSH(&finding->python) = (struct rs_line){"python", function, file, line, NULL};
}

/* The last step's fields that not every step has are set by the caller. */
static struct rs_step *step(struct rs_finding *finding, uint64_t seq, enum rs_step_kind kind, int delta,
                            int64_t refcount, int64_t balance)
{
    struct rs_step *row = RS_PUSH(&finding->history);

    *row = (struct rs_step){
        .seq = seq, .kind = kind, .delta = delta, .refcount = refcount, .balance = balance, .times = 1};
    row->place = finding->culprit;
    return row;
}

static void call(struct rs_step *row, const char *api, struct rs_place at)
{
    row->api = api;
    row->place = at;
}

static struct rs_crash *died(struct rs_report *report, const char *signal, enum rs_crash_cause cause)
{
    struct rs_crash *crash = rs_report_crash(report);

    crash->signal = signal;
    crash->cause = cause;
    crash->message = "it died";
    return crash;
}

static void none(struct rs_report *report)
{
    program(report);
    module(report, "lookup", 42, 42);
}

static void not_covered(struct rs_report *report)
{
    program(report);
    module(report, "lookup", 415, 412);
    module(report, "other", 3, 3);
    *RS_PUSH(&report->unknown_calls) = "PyFoo_Bar";
    gap(report, "calls of PyFoo_Bar (no contract row)", 12);
    gap(report, "sites that no patch fits", 3);
    gap(report, "lookup/helper.so: free-threaded build, left alone", 0);
}

static struct rs_finding *borrowed_return(struct rs_report *report)
{
    struct rs_finding *finding = rs_report_add(report, RS_RULE_RS102);

    finding->confidence = RS_PROVEN;
    finding->message = "table_get returned a borrowed reference to a str as if it were new";
    finding->proof = "the object was freed while the dict of a live lookup.Table still pointed to it";
    finding->fix = "return Py_NewRef(value) in line 58 of case.c, or call PyDict_GetItemRef (3.13)";
    finding->count = 400;
    finding->culprit = place("table_get", LOOKUP, 58, "lookup.so+0x11f0");
    finding->has_belief = true;
    finding->belief = place("table_get", LOOKUP, 47, "lookup.so+0x11a4");
    finding->belief.api = "PyDict_GetItemWithError";
    finding->object.type = "str";
    finding->object.name = "str#1234";
    finding->object.address = 0x7f61c02a7e40;
    finding->object.refcount = 0;
    python(finding, "main", "/home/ann/src/lookup/trigger.py", 8);
    python(finding, "<module>", "/home/ann/src/lookup/trigger.py", 12);
    return finding;
}

/* Programs and processes that ran without refsan: a line each. */
static void unobserved(struct rs_report *report)
{
    none(report);
    gap(report, "'./old-tool' is a 32-bit program; it runs unobserved", 1);
    report->uncovered.items[report->uncovered.count - 1].unobserved = true;
    gap(report, "a debug build of CPython 3.11; it runs unobserved", 3);
    report->uncovered.items[report->uncovered.count - 1].unobserved = true;
    gap(report, "sites that no patch fits", 3);
}

static void deficit(struct rs_report *report)
{
    struct rs_finding *finding;
    struct rs_place put = place("table_put", LOOKUP, 36, "lookup.so+0x1130");

    program(report);
    module(report, "lookup", 42, 42);
    finding = borrowed_return(report);
    call(step(finding, 101, RS_STEP_ARGUMENT, 0, 2, 0), "PyArg_ParseTuple", put);
    step(finding, 130, RS_STEP_ACQUIRE, 1, 4, 1)->place = put;
    finding->history.items[1].paired_with = 131;
    step(finding, 131, RS_STEP_RELEASE, -1, 3, 0)->place = put;
    finding->history.items[2].paired_with = 130;
    call(step(finding, 204, RS_STEP_BORROW, 0, 3, 0), "PyDict_GetItemWithError", finding->belief);
    step(finding, 207, RS_STEP_RETURN, -1, 3, -1)->times = 3;
    step(finding, 219, RS_STEP_FREE, 0, 0, -3)->place = place(NULL, NULL, 0, "python3.11+0x1bb2a0");
}

static void surplus(struct rs_report *report)
{
    struct rs_finding *finding;

    program(report);
    module(report, "pathlen", 18, 18);
    finding = rs_report_add(report, RS_RULE_RS202);
    finding->confidence = RS_PROVEN;
    finding->message = "path_length never gave back the bytes that PyUnicode_EncodeFSDefault returned when "
                       "the path is empty";
    finding->proof = "no memory that is still reachable points to 1,000 such objects at exit";
    finding->fix = "call Py_DECREF(encoded) before the return in line 31 of pathlen.c";
    finding->count = 1000;
    finding->culprit =
        (struct rs_place){"pathlen", "path_length", "/home/ann/src/pathlen.c", 31, "pathlen.so+0x1204"};
    finding->has_belief = true;
    finding->belief =
        (struct rs_place){"pathlen", "path_length", "/home/ann/src/pathlen.c", 22, "pathlen.so+0x11c8"};
    finding->belief.api = "PyUnicode_EncodeFSDefault";
    finding->object.type = "bytes";
    finding->object.name = "bytes#88";
    finding->object.refcount = 1;
    finding->checkpoint = "exit";
    python(finding, "scan", "/home/ann/src/scan.py", 17);
    *RS_PUSH(&finding->alloc) =
        (struct rs_line){"c", "path_length", "/home/ann/src/pathlen.c", 22, "pathlen"};
    *RS_PUSH(&finding->alloc) = (struct rs_line){"python", "scan", "/home/ann/src/scan.py", 17, NULL};
    call(step(finding, 5001, RS_STEP_CREATE, 1, 1, 1), "PyUnicode_EncodeFSDefault", finding->belief);
}

static void protocol(struct rs_report *report)
{
    struct rs_finding *finding;

    program(report);
    module(report, "quiet", 7, 7);
    finding = rs_report_add(report, RS_RULE_RS302);
    finding->confidence = RS_PROVEN;
    finding->message = "quiet_find returned NULL without an exception set";
    finding->proof = "the error indicator was empty when it returned NULL";
    finding->fix = "set an exception before the return in line 40 of quiet.c, or return Py_None";
    finding->culprit =
        (struct rs_place){"quiet", "quiet_find", "/home/ann/src/quiet.c", 40, "quiet.so+0x1190"};
    python(finding, "<module>", "/home/ann/src/trigger.py", 3);
}

static struct rs_finding *kept_item(struct rs_report *report)
{
    struct rs_finding *finding = rs_report_add(report, RS_RULE_RS103);

    finding->message = "pool_init keeps a borrowed reference to a list item in a static variable";
    finding->fix = "take an own reference: first = Py_NewRef(first) in line 19 of pool.c";
    finding->count = 2;
    finding->culprit = (struct rs_place){"pool", "pool_init", "/home/ann/src/pool.c", 19, "pool.so+0x1154"};
    finding->has_belief = true;
    finding->belief = (struct rs_place){"pool", "pool_init", "/home/ann/src/pool.c", 18, "pool.so+0x1148"};
    finding->belief.api = "PyList_GetItem";
    finding->object.type = "tuple";
    finding->object.name = "tuple#7";
    python(finding, "<module>", "/home/ann/src/trigger.py", 3);
    step(finding, 77, RS_STEP_ACQUIRE, 1, 2, 1);
    return finding;
}

static void suspect(struct rs_report *report)
{
    program(report);
    module(report, "pool", 11, 11);
    kept_item(report);
}

static void crash_stacks(struct rs_finding *finding)
{
    *RS_PUSH(&finding->use) = (struct rs_line){"c", "visit_decref", NULL, 0, "python3.11"};
    *RS_PUSH(&finding->use) = (struct rs_line){"c", "subtract_refs", NULL, 0, "python3.11"};
    *RS_PUSH(&finding->use) = (struct rs_line){"c", "gc_collect_main", NULL, 0, "python3.11"};
    *RS_PUSH(&finding->use) = (struct rs_line){"c", "gc_collect", NULL, 0, "python3.11"};
    *RS_PUSH(&finding->use) = (struct rs_line){"python", "main", "/home/ann/src/lookup/trigger.py", 21, NULL};
    *RS_PUSH(&finding->freed) = (struct rs_line){"c", "table_drop", LOOKUP, 71, "lookup"};
    *RS_PUSH(&finding->freed) =
        (struct rs_line){"python", "main", "/home/ann/src/lookup/trigger.py", 19, NULL};
    *RS_PUSH(&finding->alloc) =
        (struct rs_line){"python", "main", "/home/ann/src/lookup/trigger.py", 5, NULL};
}

static void crash(struct rs_report *report)
{
    struct rs_finding *finding;
    struct rs_place again = place("table_drop", LOOKUP, 72, "lookup.so+0x1260");

    program(report);
    report->has_status = false;
    report->signal = "SIGSEGV";
    module(report, "lookup", 42, 42);
    finding = rs_report_add(report, RS_RULE_RS101);
    finding->confidence = RS_PROVEN;
    finding->message = "table_drop gave up a reference to a list that it never owned";
    finding->proof = "the program touched the list after it had been freed, and was ended by SIGSEGV; the "
                     "list was freed while a "
                     "tuple that is still alive pointed to it, so that the collector met it on its way";
    finding->fix = "remove the Py_DECREF in line 71 of case.c";
    finding->culprit = place("table_drop", LOOKUP, 71, "lookup.so+0x1251");
    finding->has_victim = true;
    finding->victim = (struct rs_place){
        .module = "python3.11", .function = "gc_collect_main", .address = "python3.11+0x1bb2a0"};
    finding->object.type = "list";
    finding->object.name = "list#18233";
    finding->object.address = 0x7f61c02a7e40;
    finding->object.refcount = 0;
    finding->process = 4711;
    python(finding, "main", "/home/ann/src/lookup/trigger.py", 21);
    crash_stacks(finding);
    for (uint64_t i = 0; i < 12; i++) {
        step(finding, 300 + 2 * i, RS_STEP_BORROW, 0, 3, 0)->api = "PyTuple_GetItem";
        step(finding, 301 + 2 * i, RS_STEP_ARGUMENT, 0, 3, 0)->place = again;
    }
    step(finding, 340, RS_STEP_RELEASE, -1, 0, -1);
    step(finding, 341, RS_STEP_FREE, 0, 0, -1);
    call(step(finding, 390, RS_STEP_TOUCH, 0, -1, -1), NULL, finding->victim);
    finding->fatal = true;
    died(report, "SIGSEGV", RS_CRASH_DEAD_OBJECT)->process = 4711;
}

/* Nobody is to blame as far as can be seen, and there is more to tell than has room. */
static void crash_dead(struct rs_report *report)
{
    struct rs_finding lookup = {.culprit = place("table_put", LOOKUP, 40, "lookup.so+0x1170")};
    struct rs_crash *crash;

    program(report);
    report->has_status = false;
    report->signal = "SIGSEGV";
    report->stats.processes = 3;
    module(report, "lookup", 42, 42);
    for (int i = 0; i < 2; i++) {
        crash = died(report, "SIGSEGV", RS_CRASH_DEAD_OBJECT);
        crash->process = 4711 + i;
        crash->has_address = true;
        crash->address = 0x100000a81238;
        crash->access = "read";
        crash->message = "list#7 had died when it was used (an address was used that came out of it); what the observed modules took and gave of it is even";
        crash->advice = "somebody kept a pointer to it without owning a reference: look at walk: walk.c:9, and at modules that were not observed";
        crash->has_place = true;
        crash->place = (struct rs_place){.module = "walk", .function = "walk", .file = "/home/ann/src/walk.c", .line = 9};
        crash->object.type = "list";
        crash->object.name = "list#7";
        crash->object.address = 0x7f61c02a7e40;
        crash->object.found_in = "address";
        crash->object.even = true;
        crash->has_made = crash->has_released = true;
        crash->made = lookup.culprit;
        crash->made.api = "PyList_New";
        crash->released = place("table_drop", LOOKUP, 71, "lookup.so+0x1251");
        for (int n = 0; n < 14; n++)
            *RS_PUSH(&crash->native) = (struct rs_line){"c", n == 0 ? "walk" : "_PyEval_EvalFrameDefault", NULL, 0, n == 0 ? "walk" : "python3.11"};
        for (int n = 0; n < 5; n++)
            *RS_PUSH(&crash->python) = (struct rs_line){"python", "main", "/home/ann/src/lookup/trigger.py", 21 + n, NULL};
    }
    for (uint64_t n = 0; n < 20; n++)
        step(&lookup, 300 + n, n == 0 ? RS_STEP_CREATE : RS_STEP_BORROW, n == 0, 1, 1);
    step(&lookup, 340, RS_STEP_RELEASE, -1, 0, 0);
    memcpy(&report->crashes.items[0].history, &lookup.history, sizeof(lookup.history));
}

static void cpp(struct rs_report *report)
{
    static const char name[] =
        "score::detail::Registry<std::__cxx11::basic_string<char, std::char_traits<char>, "
        "std::allocator<char> >, score::Handle<_object*> >::insert_or_assign(std::__cxx11::"
        "basic_string<char, std::char_traits<char>, std::allocator<char> > const&, _object*)";
    struct rs_finding *finding;

    program(report);
    module(report, "cpp_score", 64, 64);
    finding = rs_report_add(report, RS_RULE_RS103);
    finding->confidence = RS_PROVEN;
    finding->message = rs_arena_printf(&report->arena, "%s keeps a borrowed reference to a float", name);
    finding->proof =
        "the float died while the registry still pointed to it, and was then passed to PyFloat_AsDouble";
    finding->fix = "store Handle<_object*>::borrow(value) in line 88 of score.cpp";
    finding->culprit =
        (struct rs_place){"cpp_score", name, "/home/ann/projects/scoring/extension/src/detail/score.cpp", 88,
                          "cpp_score.cpython-311-x86_64-linux-gnu.so+0x4a10"};
    finding->object.type = "float";
    finding->object.name = "float#3";
    python(finding, "add", "/home/ann/projects/scoring/tests/test_score.py", 140);
    step(finding, 12, RS_STEP_ARGUMENT, 0, 1, 0);
    finding->test = "tests/test_score.py::test_add";
}

static void cython(struct rs_report *report)
{
    struct rs_finding *finding;

    program(report);
    module(report, "cy_chunks", 210, 208);
    finding = rs_report_add(report, RS_RULE_RS201);
    finding->confidence = RS_PROVEN;
    finding->message =
        "cy_chunks.Chunks.next_chunk never gave back the bytes that PyBytes_FromStringAndSize returned";
    finding->proof = "500 such objects are held by nothing at exit";
    finding->fix = "cast with <bytes> only a borrowed reference; declare the function as returning object in "
                   "line 9 of cy_chunks.pyx";
    finding->count = 500;
    finding->culprit = (struct rs_place){"cy_chunks",
                                         "__pyx_f_9cy_chunks_6Chunks_next_chunk",
                                         "/home/ann/src/cy_chunks.c",
                                         2214,
                                         "cy_chunks.so+0x3b10",
                                         "/home/ann/src/cy_chunks.pyx",
                                         31,
                                         NULL};
    finding->has_belief = true;
    finding->belief = finding->culprit;
    finding->belief.line = 2210;
    finding->belief.api = "PyBytes_FromStringAndSize";
    finding->object.type = "bytes";
    finding->object.name = "bytes#501";
    finding->object.refcount = 1;
    *RS_PUSH(&finding->alloc) = (struct rs_line){"cython", "cy_chunks.Chunks.next_chunk",
                                                 "/home/ann/src/cy_chunks.pyx", 31, "cy_chunks"};
    call(step(finding, 900, RS_STEP_CREATE, 1, 1, 1), "PyBytes_FromStringAndSize", finding->belief);
    step(finding, 901, RS_STEP_ACQUIRE, 1, 2, 2)->paired_with = 902;
    step(finding, 902, RS_STEP_RETURN, -1, 2, 1)->paired_with = 901;
}

static void latent(struct rs_report *report)
{
    struct rs_finding *finding;

    program(report);
    report->python.version = "3.13.0";
    report->python.layout = "shared";
    module(report, "lookup", 42, 42);
    finding = rs_report_add(report, RS_RULE_RS102);
    finding->confidence = RS_PROVEN;
    finding->severity = RS_WARNING;
    finding->latent = true;
    finding->message = "table_flag returned a borrowed reference to True: harmless on 3.12 and newer, where "
                       "True is immortal, "
                       "but a crash on 3.11 and older";
    finding->proof = "the family returned 60 references to True and acquired none";
    finding->fix = "return Py_NewRef(Py_True) in line 90 of case.c";
    finding->count = 60;
    finding->culprit = place("table_flag", LOOKUP, 90, "lookup.so+0x12d0");
    finding->object.type = "bool";
    finding->object.name = "True";
    finding->object.refcount = 4294967295;
    step(finding, 60, RS_STEP_RETURN, -1, 4294967295, -1)->times = 60;
}

/* A stripped module: nothing but the method table names the place. And what came from the program is hostile.
 */
static void hostile(struct rs_report *report)
{
    struct rs_finding *finding;

    program(report);
    module(report, "b\xffroken", 5, 0);
    report->modules.items[0].debug_info = false;
    finding = rs_report_add(report, RS_RULE_RS401);
    finding->confidence = RS_PROVEN;
    finding->message = "Evil\x1b[2J.update wrote to a freed \xe2\x80\xaeobject\xc3(";
    finding->fix = "tab\there";
    finding->culprit = (struct rs_place){.module = "b\xffroken",
                                         .function = "Evil\x1b[2J.update (method table) + 0x1a3",
                                         .address = "b\xffroken.so+0x4a10"};
    finding->object.type = "\xed\xa0\x80\xf8\xc0\x80";
    python(finding, NULL, "/home/ann/\xc3\xa4\xf0\x9f\x98\x80.py", 1);
}

static void mixed(struct rs_report *report)
{
    struct rs_finding *finding;

    program(report);
    module(report, "lookup", 42, 42);
    module(report, "pool", 11, 11);
    report->stats.processes = 3;
    report->suppressed = 4;
    report->unpatched_sites = 2;
    report->dropped_events = 1;
    kept_item(report);
    borrowed_return(report)->process = 99;
    borrowed_return(report)->process = 98;
    finding = borrowed_return(report);
    finding->culprit = place("table_pop", LOOKUP, 66, "lookup.so+0x1230");
    finding->message = "table_pop returned a borrowed reference to a str as if it were new";
}

static void crash_null(struct rs_report *report)
{
    struct rs_crash *crash;

    mixed(report);
    report->has_status = false;
    report->signal = "SIGSEGV";
    crash = died(report, "SIGSEGV", RS_CRASH_NULL);
    crash->process = 4711;
    crash->has_address = true;
    crash->address = 8;
    crash->access = "read";
    crash->message = "a NULL pointer was read (offset 8: ob_type of a missing object) after PyDict_GetItem had returned NULL";
    crash->advice = "check what PyDict_GetItem returns at table_get: case.c:47: NULL is its answer for what is not there";
    crash->has_place = crash->has_call = true;
    crash->place = place("table_get", LOOKUP, 58, NULL);
    crash->call = place("table_get", LOOKUP, 47, "lookup.so+0x11a0");
    crash->call.api = "PyDict_GetItem";
    *RS_PUSH(&crash->native) = (struct rs_line){"c", "table_get", LOOKUP, 58, "lookup"};
    *RS_PUSH(&crash->python) = (struct rs_line){"python", "main", "/home/ann/src/lookup/trigger.py", 21, NULL};
}

static void check(struct rs_report *report)
{
    static const char *const notes[] = {"PyList_New returns a new reference, list", "PyLong_FromLong fails",
                                        "returns NULL; list is still owned"};
    struct rs_finding *finding;

    report->tool_mode = "check";
    *RS_PUSH(&report->command) = "case.c";
    report->functions = 130;
    report->analysed = 120;
    report->cut_paths = 1;
    report->stats.seconds = 75;
    finding = rs_report_add(report, RS_RULE_RS202);
    finding->message = "rows never gives back the list on an error path";
    finding->fix = "call Py_DECREF(list) before the return in line 14";
    finding->confirmation = "confirmed";
    finding->verified_fix = "Py_DECREF(list) in line 14";
    finding->culprit = (struct rs_place){.function = "rows", .file = "/home/ann/src/case.c", .line = 14};
    finding->confidence = RS_PROVEN;
    for (int i = 0; i < 3; i++)
        *RS_PUSH(&finding->path) = (struct rs_note){"/home/ann/src/case.c", 10 + 2 * i, notes[i]};
}

/* Everything at once, and much of it: what gives way to the 25 lines? */
static void crowded(struct rs_report *report)
{
    struct rs_finding *finding;

    crash(report);
    report->stats.processes = 2;
    finding = &report->findings.items[0];
    finding->has_belief = true;
    finding->belief = place("table_get", LOOKUP, 47, "lookup.so+0x11a4");
    finding->belief.api = "PyDict_GetItemWithError";
    finding->fix = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor "
                   "incididunt ut labore et "
                   "dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris "
                   "nisi ut aliquip "
                   "ex ea commodo consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse "
                   "cillum dolore "
                   "eu fugiat nulla pariatur. Excepteur sint occaecat cupidatat non proident.";
    finding->proof = finding->fix;
    finding->verified_fix = finding->fix;
    finding->test =
        "tests/"
        "test_everything.py::TestEverything::test_all_of_it_at_once_with_a_very_long_name[parameter-one]";
    finding->checkpoint = "end of test";
    for (int i = 0; i < 30; i++)
        python(finding, "again", "/home/ann/src/lookup/trigger.py", 30 + i);
    for (int i = 0; i < 5; i++)
        *RS_PUSH(&finding->path) = (struct rs_note){LOOKUP, 60 + i, "a step"};
}

static const struct {
    const char *name;
    void (*fill)(struct rs_report *report);
} reports[] = {
    {"none", none},         {"not-covered", not_covered}, {"deficit", deficit}, {"surplus", surplus},
    {"protocol", protocol}, {"suspect", suspect},         {"crash", crash},     {"cpp", cpp},
    {"cython", cython},     {"latent", latent},           {"hostile", hostile}, {"mixed", mixed},
    {"check", check},       {"crowded", crowded},         {"unobserved", unobserved},
    {"crash-dead", crash_dead}, {"crash-null", crash_null}};

const char *fabricate_name(size_t index)
{
    return index < sizeof(reports) / sizeof(reports[0]) ? reports[index].name : NULL;
}

bool fabricate(struct rs_report *report, const char *name)
{
    for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
        if (strcmp(reports[i].name, name) != 0)
            continue;
        reports[i].fill(report);
        rs_report_finish(report);
        return true;
    }
    return false;
}

const char *fabricate_line(void *ctx, const char *file, int line)
{
    static const struct {
        const char *file;
        int line;
        const char *text;
    } sources[] = {
        {LOOKUP, 47, "    PyObject *value = PyDict_GetItemWithError(self->rows, key);\n"},
        {LOOKUP, 58, "    return value;\n"},
        {LOOKUP, 71,
         "\tPy_DECREF(PyTuple_GET_ITEM(self->slots, i)); /* the slot is given back to the pool of free slots "
         "here */\r\n"},
        {"/home/ann/src/pathlen.c", 22, "    encoded = PyUnicode_EncodeFSDefault(path);\n"},
        {"/home/ann/src/pathlen.c", 31, "        return NULL;\n"},
        {"/home/ann/src/cy_chunks.pyx", 31,
         "        return <bytes>PyBytes_FromStringAndSize(self.data, n)\n"},
        {"/home/ann/src/case.c", 14, "        return NULL;"},
    };

    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        if (sources[i].line == line && strcmp(sources[i].file, file) == 0)
            return sources[i].text;
    }
    return NULL;
}
