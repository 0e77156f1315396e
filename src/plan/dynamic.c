#include "plan/dynamic.h"

#include <elf.h>
#include <string.h>

#ifndef DT_RELR
enum { DT_RELRSZ = 35, DT_RELR = 36 };
#endif

enum { MAX_SYMBOLS = 1 << 22 };

struct dynamic {
    uint64_t symbols, strings, strings_size, hash, gnu_hash;
    uint64_t rela, rela_size, plt, plt_size, relr, relr_size;
    bool text_relocations, plt_is_rel;
};

static void take_tag(struct dynamic *dynamic, const Elf64_Dyn *tag)
{
    uint64_t value = tag->d_un.d_val;
    switch (tag->d_tag) {
    case DT_SYMTAB:
        dynamic->symbols = value;
        break;
    case DT_STRTAB:
        dynamic->strings = value;
        break;
    case DT_STRSZ:
        dynamic->strings_size = value;
        break;
    case DT_HASH:
        dynamic->hash = value;
        break;
    case DT_GNU_HASH:
        dynamic->gnu_hash = value;
        break;
    case DT_RELA:
        dynamic->rela = value;
        break;
    case DT_RELASZ:
        dynamic->rela_size = value;
        break;
    case DT_JMPREL:
        dynamic->plt = value;
        break;
    case DT_PLTRELSZ:
        dynamic->plt_size = value;
        break;
    case DT_PLTREL:
        dynamic->plt_is_rel = value != DT_RELA;
        break;
    case DT_RELR:
        dynamic->relr = value;
        break;
    case DT_RELRSZ:
        dynamic->relr_size = value;
        break;
    case DT_TEXTREL:
        dynamic->text_relocations = true;
        break;
    case DT_FLAGS:
        dynamic->text_relocations |= (value & DF_TEXTREL) != 0;
        break;
    default:
        break;
    }
}

static bool read_symbol(const struct rs_elf *elf, const struct dynamic *dynamic, uint64_t index, Elf64_Sym *symbol,
                        const char **name)
{
    const uint8_t *bytes =
        index < MAX_SYMBOLS ? rs_elf_at(elf, dynamic->symbols + index * sizeof *symbol, sizeof *symbol) : NULL;
    if (!bytes)
        return false;
    memcpy(symbol, bytes, sizeof *symbol);
    *name = symbol->st_name < dynamic->strings_size ? rs_elf_string(elf, dynamic->strings + symbol->st_name) : NULL;
    return *name != NULL;
}

static void add_symbolic(struct rs_elf *elf, const struct dynamic *dynamic, const Elf64_Rela *rela,
                         uint8_t undefined_kind)
{
    Elf64_Sym symbol;
    const char *name;
    if (!read_symbol(elf, dynamic, ELF64_R_SYM(rela->r_info), &symbol, &name))
        return;
    struct rs_reloc reloc = {.at = (uint32_t)rela->r_offset, .name = name, .kind = undefined_kind};
    if (symbol.st_shndx != SHN_UNDEF) {
        uint64_t value = symbol.st_value + (undefined_kind == RS_RELOC_WORD ? (uint64_t)rela->r_addend : 0);
        if (value >= elf->image_hi)
            return;
        reloc.kind = RS_RELOC_OWN;
        reloc.call_only = undefined_kind == RS_RELOC_LAZY;
        reloc.value = (uint32_t)value;
    }
    *RS_PUSH(&elf->relocs) = reloc;
}

static void add_relocation(struct rs_elf *elf, const struct dynamic *dynamic, const Elf64_Rela *rela)
{
    if (rela->r_offset >= elf->image_hi)
        return;
    switch (ELF64_R_TYPE(rela->r_info)) {
    case R_X86_64_RELATIVE:
        if ((uint64_t)rela->r_addend < elf->image_hi)
            *RS_PUSH(&elf->relocs) = (struct rs_reloc){.at = (uint32_t)rela->r_offset,
                                                       .value = (uint32_t)rela->r_addend,
                                                       .kind = RS_RELOC_RELATIVE};
        break;
    case R_X86_64_GLOB_DAT:
        add_symbolic(elf, dynamic, rela, RS_RELOC_SLOT);
        break;
    case R_X86_64_JUMP_SLOT:
        add_symbolic(elf, dynamic, rela, RS_RELOC_LAZY);
        break;
    case R_X86_64_64:
        add_symbolic(elf, dynamic, rela, RS_RELOC_WORD);
        break;
    default:
        break;
    }
}

static void read_relocations(struct rs_elf *elf, const struct dynamic *dynamic, uint64_t at, uint64_t size)
{
    const uint8_t *bytes = rs_elf_at(elf, at, size);
    if (!bytes)
        return;
    for (uint64_t i = 0; i + sizeof(Elf64_Rela) <= size; i += sizeof(Elf64_Rela)) {
        Elf64_Rela rela;
        memcpy(&rela, bytes + i, sizeof rela);
        add_relocation(elf, dynamic, &rela);
    }
}

static void add_relr_word(struct rs_elf *elf, uint64_t at)
{
    uint64_t value;
    const uint8_t *bytes = rs_elf_at(elf, at, sizeof value);
    if (!bytes)
        return;
    memcpy(&value, bytes, sizeof value);
    if (value < elf->image_hi)
        *RS_PUSH(&elf->relocs) =
            (struct rs_reloc){.at = (uint32_t)at, .value = (uint32_t)value, .kind = RS_RELOC_RELATIVE};
}

/* An even word is an address; an odd one a bitmap of the 63 words behind (generic ABI, SHT_RELR). */
static void read_relr(struct rs_elf *elf, const struct dynamic *dynamic)
{
    const uint8_t *bytes = rs_elf_at(elf, dynamic->relr, dynamic->relr_size);
    uint64_t next = 0;
    for (uint64_t i = 0; bytes && i + 8 <= dynamic->relr_size; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        if (!(word & 1)) {
            add_relr_word(elf, word);
            next = word + 8;
            continue;
        }
        for (unsigned bit = 1; bit < 64; bit++)
            if (word >> bit & 1)
                add_relr_word(elf, next + 8 * (bit - 1));
        next += 8 * 63;
    }
}

static uint32_t word_at(const struct rs_elf *elf, uint64_t at, bool *ok)
{
    uint32_t word = 0;
    const uint8_t *bytes = rs_elf_at(elf, at, sizeof word);
    if (bytes)
        memcpy(&word, bytes, sizeof word);
    else
        *ok = false;
    return word;
}

/* The dynamic symbol table says nowhere how long it is: the hash tables do. */
static uint64_t count_symbols(const struct rs_elf *elf, const struct dynamic *dynamic)
{
    bool ok = true;
    if (dynamic->hash) {
        uint32_t chains = word_at(elf, dynamic->hash + 4, &ok);
        return ok ? chains : 0;
    }
    if (!dynamic->gnu_hash)
        return 0;
    uint64_t buckets = word_at(elf, dynamic->gnu_hash, &ok), first = word_at(elf, dynamic->gnu_hash + 4, &ok);
    uint64_t bloom = word_at(elf, dynamic->gnu_hash + 8, &ok), last = 0;
    uint64_t table = dynamic->gnu_hash + 16 + 8 * bloom, chain = table + 4 * buckets;
    for (uint64_t i = 0; ok && i < buckets; i++) {
        uint32_t bucket = word_at(elf, table + 4 * i, &ok);
        last = bucket > last ? bucket : last;
    }
    if (!ok || last < first)
        return 0;
    while (!(word_at(elf, chain + 4 * (last - first), &ok) & 1) && ok)
        last++;
    return ok ? last + 1 : 0;
}

static void read_symbols(struct rs_elf *elf, const struct dynamic *dynamic)
{
    uint64_t count = count_symbols(elf, dynamic);
    for (uint64_t i = 1; i < count; i++) {
        Elf64_Sym symbol;
        const char *name;
        if (!read_symbol(elf, dynamic, i, &symbol, &name)) {
            if (i >= MAX_SYMBOLS || !rs_elf_at(elf, dynamic->symbols + i * sizeof symbol, sizeof symbol))
                return;
            continue;
        }
        if (symbol.st_shndx == SHN_UNDEF || symbol.st_value >= elf->image_hi)
            continue;
        *RS_PUSH(&elf->symbols) = (struct rs_symbol){name, (uint32_t)symbol.st_value, (uint32_t)symbol.st_size,
                                                     ELF64_ST_TYPE(symbol.st_info) == STT_FUNC};
    }
}

static int by_place(const void *a, const void *b)
{
    const struct rs_reloc *left = a, *right = b;
    return (left->at > right->at) - (left->at < right->at);
}

bool rs_dynamic_read(struct rs_elf *elf, uint64_t at, uint64_t size, const char *name, struct rs_error *err)
{
    struct dynamic dynamic = {0};
    const uint8_t *bytes = rs_elf_at(elf, at, size);
    if (!bytes)
        return rs_fail(err, "'%s' has no readable dynamic section", name);
    for (uint64_t i = 0; i + sizeof(Elf64_Dyn) <= size; i += sizeof(Elf64_Dyn)) {
        Elf64_Dyn tag;
        memcpy(&tag, bytes + i, sizeof tag);
        if (tag.d_tag == DT_NULL)
            break;
        take_tag(&dynamic, &tag);
    }
    if (dynamic.text_relocations)
        return rs_fail(err, "'%s' has code that the loader changes (DT_TEXTREL)", name);
    read_relocations(elf, &dynamic, dynamic.rela, dynamic.rela_size);
    if (!dynamic.plt_is_rel)
        read_relocations(elf, &dynamic, dynamic.plt, dynamic.plt_size);
    read_relr(elf, &dynamic);
    if (elf->relocs.count)
        qsort(elf->relocs.items, elf->relocs.count, sizeof *elf->relocs.items, by_place);
    read_symbols(elf, &dynamic);
    return true;
}
