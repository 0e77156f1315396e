/* base/pages: what the environment says of large pages, asked for and taken back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/pages.h"

static void comes_and_goes(void **state)
{
    unsetenv("GLIBC_TUNABLES");
    rs_pages_ask();
    assert_string_equal(getenv("GLIBC_TUNABLES"), "::glibc.malloc.hugetlb=1");
    rs_pages_ask();
    assert_string_equal(getenv("GLIBC_TUNABLES"), "::glibc.malloc.hugetlb=1");
    rs_pages_restore();
    assert_null(getenv("GLIBC_TUNABLES"));
    rs_pages_restore();
    assert_null(getenv("GLIBC_TUNABLES"));
}

static void keeps_what_the_user_says(void **state)
{
    setenv("GLIBC_TUNABLES", "glibc.malloc.perturb=3", 1);
    rs_pages_ask();
    assert_string_equal(getenv("GLIBC_TUNABLES"), "glibc.malloc.perturb=3::glibc.malloc.hugetlb=1");
    rs_pages_restore();
    assert_string_equal(getenv("GLIBC_TUNABLES"), "glibc.malloc.perturb=3");
}

static void leaves_the_users_pages_alone(void **state)
{
    setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1", 1);
    rs_pages_ask();
    rs_pages_restore();
    assert_string_equal(getenv("GLIBC_TUNABLES"), "glibc.malloc.hugetlb=1");
    setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=2:glibc.malloc.perturb=3", 1);
    rs_pages_ask();
    assert_string_equal(getenv("GLIBC_TUNABLES"), "glibc.malloc.hugetlb=2:glibc.malloc.perturb=3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(comes_and_goes), cmocka_unit_test(keeps_what_the_user_says),
                                       cmocka_unit_test(leaves_the_users_pages_alone)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
