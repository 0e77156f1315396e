/* Which programs can take the runtime along, on files made of bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "wire/target.h"

static uint8_t file[1024];
static size_t file_size;

static long read_file(void *context, void *to, size_t size, uint64_t offset)
{
    if (offset >= file_size)
        return 0;
    size = size < file_size - offset ? size : file_size - offset;
    memcpy(to, file + offset, size);
    return (long)size;
}

static char script[RS_TARGET_LINE];

static enum rs_target judge(void)
{
    memset(script, '?', sizeof(script));
    return rs_target_of(read_file, NULL, script);
}

static void put_program(const char *loader)
{
    Elf64_Ehdr header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64}, .e_machine = EM_X86_64,
                         .e_phoff = sizeof(header), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2};
    Elf64_Phdr segments[2] = {{.p_type = PT_LOAD}, {.p_type = loader != NULL ? PT_INTERP : PT_NOTE, .p_offset = 512}};

    memset(file, 0, sizeof(file));
    file_size = sizeof(file);
    if (loader != NULL) {
        segments[1].p_filesz = strlen(loader) + 1;
        strcpy((char *)file + 512, loader);
    }
    memcpy(file, &header, sizeof(header));
    memcpy(file + sizeof(header), segments, sizeof(segments));
}

static void put_text(const char *text)
{
    file_size = strlen(text);
    memcpy(file, text, file_size);
}

static void test_programs(void **state)
{
    put_program("/lib64/ld-linux-x86-64.so.2");
    assert_int_equal(judge(), RS_TARGET_FITS);
    put_program("/nix/store/x-glibc-2.38/lib/ld-linux-x86-64.so.2");
    assert_int_equal(judge(), RS_TARGET_FITS);
    put_program("/lib/ld-musl-x86_64.so.1");
    assert_int_equal(judge(), RS_TARGET_OTHER_LIBC);
    put_program("ld-linux-x86-64.so.2.other");
    assert_int_equal(judge(), RS_TARGET_OTHER_LIBC);
    put_program(NULL);
    assert_int_equal(judge(), RS_TARGET_STATIC);
    file[EI_CLASS] = ELFCLASS32;
    assert_int_equal(judge(), RS_TARGET_32_BIT);
    put_program(NULL);
    ((Elf64_Ehdr *)file)->e_machine = EM_AARCH64;
    assert_int_equal(judge(), RS_TARGET_MACHINE);
}

static void test_scripts(void **state)
{
    put_text("#!/usr/bin/env python3\nprint()\n");
    assert_int_equal(judge(), RS_TARGET_SCRIPT);
    assert_string_equal(script, "/usr/bin/env");
    put_text("#! \t/bin/sh\n");
    assert_int_equal(judge(), RS_TARGET_SCRIPT);
    assert_string_equal(script, "/bin/sh");
    put_text("echo hello\n");
    assert_int_equal(judge(), RS_TARGET_TEXT);
}

/* A line that ends nowhere may name another file than its beginning does. */
static void test_what_makes_no_sense(void **state)
{
    put_text("#!");
    assert_int_equal(judge(), RS_TARGET_UNREADABLE);
    put_text("#!/bin/sh");
    assert_int_equal(judge(), RS_TARGET_UNREADABLE);
    put_text("x");
    assert_int_equal(judge(), RS_TARGET_UNREADABLE);
    file_size = 400;
    memset(file, 'a', 400);
    memcpy(file, "#!/", 3);
    assert_int_equal(judge(), RS_TARGET_UNREADABLE);
    put_program("/lib64/ld-linux-x86-64.so.2");
    file_size = 512; /* the loader's name is not there */
    assert_int_equal(judge(), RS_TARGET_UNREADABLE);
    put_program("/lib64/ld-linux-x86-64.so.2");
    ((Elf64_Ehdr *)file)->e_phoff = UINT64_MAX - 8;
    assert_int_equal(judge(), RS_TARGET_UNREADABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_programs), cmocka_unit_test(test_scripts), cmocka_unit_test(test_what_makes_no_sense)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
