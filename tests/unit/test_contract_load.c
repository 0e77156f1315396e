/* The reader of a user's tables: it agrees with tools/contracts.py about every row of contracts/ and every
 * wrong file of tests/bad/contracts, and lays its rows over the built-in ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract/contract.h"
#include "contract/load.h"

static const char *root;

static const struct rs_contract *builtin(const struct rs_contract *row)
{
    for (unsigned i = 0; i < rs_contract_builtin(); i++) {
        const struct rs_contract *other = rs_contract_at(i);

        if (strcmp(other->name, row->name) == 0 && other->since == row->since &&
            other->library_since == row->library_since && !(other->flags & RS_SLOT))
            return other;
    }
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* What differs, or NULL. A twin may be filled in by the generator, a mark by the measurement. */
static const char *difference(const struct rs_contract *a, const struct rs_contract *b)
{
    if (a->until != b->until || a->result != b->result || a->from != b->from || a->nargs != b->nargs ||
        a->failure != b->failure || a->types != b->types)
        return "range, result or number of arguments";
    if ((a->flags | RS_MEASURED) != (b->flags | RS_MEASURED))
        return "flags";
    for (unsigned i = 0; i < a->nargs; i++)
        if (strcmp(a->args[i].name, b->args[i].name) != 0 || a->args[i].kind != b->args[i].kind ||
            a->args[i].when != b->args[i].when || a->args[i].count != b->args[i].count ||
            a->args[i].nullable != b->args[i].nullable || a->args[i].given != b->args[i].given ||
            a->args[i].within != b->args[i].within || a->args[i].types != b->args[i].types)
            return "an argument";
    if (!same_text(a->note, b->note) || !same_text(a->replacement, b->replacement) ||
        !same_text(a->header, b->header) || !same_text(a->library, b->library))
        return "a text";
    if (!same_text(a->table, b->table) || a->entry != b->entry || a->library_since != b->library_since ||
        a->library_until != b->library_until)
        return "the place or the releases";
    return NULL;
}

static char *read_all(const char *path, size_t *size)
{
    FILE *in = fopen(path, "r");
    char *text = calloc(1, 1 << 20);

    assert_non_null(in);
    *size = fread(text, 1, (1 << 20) - 1, in);
    fclose(in);
    return text;
}

static void agrees_about_every_row(void **state)
{
    char path[1024], *paths[1] = {path};
    DIR *folder;
    unsigned rows = 0;

    snprintf(path, sizeof(path), "%s/contracts", root);
    folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        size_t length = strlen(entry->d_name);
        struct rs_error err = {""};

        if (length < 4 || strcmp(entry->d_name + length - 4, ".txt") != 0 ||
            strcmp(entry->d_name, "slots.txt") == 0)
            continue;
        snprintf(path, sizeof(path), "%s/contracts/%s", root, entry->d_name);
        rs_contract_extend(NULL, 0);
        if (!rs_contract_load((const char *const *)paths, 1, &err))
            fail_msg("%s", err.text);
        for (unsigned i = rs_contract_builtin(); i < rs_contract_count(); i++, rows++) {
            const struct rs_contract *row = rs_contract_at(i), *other = builtin(row);
            const char *what = other != NULL ? difference(row, other) : "no such row";

            if (what != NULL)
                fail_msg("%s: %s: %s", entry->d_name, row->name, what);
        }
    }
    closedir(folder);
    rs_contract_extend(NULL, 0);
    assert_true(rows > 2400);
}

/* Errors that only the built-in table can have (it is sorted, knows all names, and holds slots), and what is
 * said of prefixes. */
static const char *const others[] = {"unsorted.txt",       "not-a-function.txt", "not-a-macro.txt",
                                     "range-too-long.txt", "slot-elsewhere.txt", "slots-function.txt",
                                     "use-unknown.txt",    "bad-prefix.txt",     NULL};

static bool is_other(const char *name)
{
    for (unsigned i = 0; others[i] != NULL; i++)
        if (strcmp(name, others[i]) == 0)
            return true;
    return false;
}

static void refuses_alike(void **state)
{
    char path[1024];
    DIR *folder;
    unsigned cases = 0;

    snprintf(path, sizeof(path), "%s/tests/bad/contracts", root);
    folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct rs_error err = {""};
        char *text, *expect, word[64], rest[200], start[160];
        unsigned line;
        size_t size;
        bool good;

        if (entry->d_name[0] == '.' || is_other(entry->d_name))
            continue;
        snprintf(path, sizeof(path), "%s/tests/bad/contracts/%s", root, entry->d_name);
        text = read_all(path, &size);
        good = rs_contract_check_text("listobject.txt", text, size, &err);
        expect = strstr(text, "# expect: ");
        if (expect == NULL) {
            assert_true(good);
        } else {
            assert_int_equal(sscanf(expect, "# expect: %u %63s %199[^\n]", &line, word, rest), 3);
            snprintf(start, sizeof(start), "listobject.txt:%u: \"%s\": ", line, word);
            if (good || strncmp(err.text, start, strlen(start)) != 0 || strstr(err.text, rest) == NULL)
                fail_msg("%s: \"%s\", expected %s%s", entry->d_name, good ? "it loads" : err.text, start,
                         rest);
        }
        cases++;
        free(text);
    }
    closedir(folder);
    assert_true(cases > 30);
}

static bool loads(const char *text, const char *says)
{
    struct rs_error err = {""};
    bool good = rs_contract_check_text("mine.txt", text, strlen(text), &err);

    if (says == NULL)
        return good;
    if (good || strstr(err.text, says) == NULL)
        print_error("%s\n", good ? "it loads" : err.text);
    return !good && strstr(err.text, says) != NULL;
}

static void says_what_is_wrong(void **state)
{
    char bytes[] = "a\0b";
    struct rs_error err = {""};

    assert_true(loads("", NULL));
    assert_true(loads("# nothing\n\n", NULL));
    assert_true(loads("keep_push(steal item) -> value/-1\r\n", NULL));
    assert_true(loads("zeta() -> void\nalpha() -> void\n", NULL)); /* not sorted: nobody minds */
    assert_true(loads("PyLst_Append(object list) -> void\n",
                      "mine.txt:1: \"PyLst_Append\": a name that exists in a known CPython"));
    assert_true(loads("library mine\nPyMine_Append(object list) -> void\n", NULL));
    assert_true(loads("slot tp_mine(object self) -> void\n", "slots are CPython's own"));
    assert_true(loads("keep(stael item) -> void\n", "nearest is \"steal\""));
    assert_true(loads("keep(object a1, object a2, object a3, object a4, object a5, object a6, object a7, "
                      "object a8, object a9, object b1, object b2, "
                      "object b3, object b4, object b5, object b6, object b7, object b8, object b9, object "
                      "c1, object c2, object c3, object c4, object c5, object c6, object c7) -> void\n",
                      "at most 24 arguments"));
    assert_true(loads("keep() -> void 3.7..\n", "mine.txt:1: \"3.7\": a version from 3.8 to 3.15"));
    assert_true(loads("keep() -> void 3.12..3.9\n", "ends before it starts"));
    assert_true(
        loads("keep() -> void\n# twice\nkeep() -> void 3.9..\n",
              "mine.txt:3: \"keep\": a second row for the same versions; the first is at mine.txt:1"));
    assert_true(loads("(", "a row was expected"));
    assert_true(loads("-> void", "a row was expected"));
    assert_false(rs_contract_check_text("mine.txt", bytes, 3, &err));
    assert_non_null(strstr(err.text, "zero byte"));
}

static void lies_over_the_table(void **state)
{
    char path[] = "/tmp/test_contract_load.XXXXXX";
    const char *paths[] = {path};
    const struct rs_contract *row;
    struct rs_error err = {""};
    FILE *out = fdopen(mkstemp(path), "w");

    assert_non_null(out);
    fputs("keep_push(steal-on-success item) -> value/-1 error\n    note: Taken on "
          "success.\nPyList_Append(steal list, object item) -> value/-1 error 3.11..3.11\n",
          out);
    fclose(out);
    rs_contract_extend(NULL, 0);
    assert_false(rs_contract_is_users("keep_push"));
    assert_true(rs_contract_load(paths, 1, &err));
    remove(path);
    assert_int_equal(rs_contract_count(), rs_contract_builtin() + 2);
    row = rs_contract_find("keep_push", 0x030c);
    assert_non_null(row);
    assert_string_equal(row->note, "Taken on success.");
    assert_true(row->args[0].kind == RS_ARG_STEAL && row->args[0].when == RS_ON_SUCCESS &&
                row->failure == -1);
    assert_true(rs_contract_index(row) >= rs_contract_builtin());
    assert_ptr_equal(rs_contract_at(rs_contract_index(row)), row);
    assert_true(rs_contract_is_users("keep_push") && !rs_contract_is_users("PyList_GetItem"));
    assert_int_equal(rs_contract_find("PyList_Append", 0x030b)->args[0].kind, RS_ARG_STEAL);
    assert_int_equal(rs_contract_find("PyList_Append", 0x030c)->args[0].kind, RS_ARG_OBJECT);
    assert_non_null(rs_contract_find("PyList_GetItem", 0x030b));
    paths[0] = "/nowhere/mine.txt";
    assert_false(rs_contract_load(paths, 1, &err));
    assert_string_equal(err.text, "cannot read '/nowhere/mine.txt': No such file or directory");
    assert_int_equal(rs_contract_count(), rs_contract_builtin() + 2);
    rs_contract_extend(NULL, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_about_every_row),
        cmocka_unit_test(refuses_alike),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(lies_over_the_table),
    };

    root = argc > 1 ? argv[1] : ".";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
