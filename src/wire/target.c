/* See target.h. */
#include "wire/target.h"

#include <elf.h>
#include <stdbool.h>

enum { SEGMENTS_MAX = 64, INTERPRETER_MAX = 256 };

static bool ends_with(const char *text, size_t length, const char *end)
{
    size_t n = 0;

    while (end[n] != 0)
        n++;
    if (n > length)
        return false;
    for (size_t i = 0; i < n; i++)
        if (text[length - n + i] != end[i])
            return false;
    return true;
}

/* The loader's name tells the C library: glibc's is ld-linux-x86-64.so.2 wherever it lies. */
static enum rs_target judge_loader(rs_target_read *read, void *context, const Elf64_Phdr *segment)
{
    char name[INTERPRETER_MAX];
    size_t size = segment->p_filesz < sizeof(name) ? segment->p_filesz : sizeof(name), length = 0;

    if (read(context, name, size, segment->p_offset) != (long)size)
        return RS_TARGET_UNREADABLE;
    while (length < size && name[length] != 0)
        length++;
    return ends_with(name, length, "/ld-linux-x86-64.so.2") ? RS_TARGET_FITS : RS_TARGET_OTHER_LIBC;
}

static enum rs_target judge_elf(rs_target_read *read, void *context, const Elf64_Ehdr *header)
{
    if (header->e_ident[EI_CLASS] == ELFCLASS32)
        return RS_TARGET_32_BIT;
    if (header->e_machine != EM_X86_64 || header->e_phentsize != sizeof(Elf64_Phdr))
        return RS_TARGET_MACHINE;
    for (unsigned i = 0; i < header->e_phnum && i < SEGMENTS_MAX; i++) {
        Elf64_Phdr segment;

        if (read(context, &segment, sizeof(segment), header->e_phoff + i * sizeof(segment)) != sizeof(segment))
            return RS_TARGET_UNREADABLE;
        if (segment.p_type == PT_INTERP)
            return judge_loader(read, context, &segment);
    }
    return RS_TARGET_STATIC;
}

static enum rs_target judge_script(const char *line, size_t size, char *script)
{
    size_t at = 2, length = 0;

    while (at < size && (line[at] == ' ' || line[at] == '\t'))
        at++;
    while (at < size && line[at] != ' ' && line[at] != '\t' && line[at] != '\n' && line[at] != 0)
        script[length++] = line[at++];
    script[length] = 0;
    return length > 0 && at < size ? RS_TARGET_SCRIPT : RS_TARGET_UNREADABLE;
}

enum rs_target rs_target_of(rs_target_read *read, void *context, char *script)
{
    union {
        Elf64_Ehdr elf;
        char line[RS_TARGET_LINE];
    } head;
    long size = read(context, &head, sizeof(head), 0);

    if (size < 2)
        return RS_TARGET_UNREADABLE;
    if (head.line[0] == '#' && head.line[1] == '!')
        return judge_script(head.line, (size_t)size, script);
    if (size < (long)sizeof(head.elf) || head.line[0] != ELFMAG0 || head.line[1] != ELFMAG1 ||
        head.line[2] != ELFMAG2 || head.line[3] != ELFMAG3)
        return RS_TARGET_TEXT;
    return judge_elf(read, context, &head.elf);
}
