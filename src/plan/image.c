#include "plan/image.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/search.h"
#include "plan/dynamic.h"

enum { PAGE = 4096, MAX_SEGMENTS = 64, MAX_GAP = 64 << 20 };

const uint8_t *rs_elf_at(const struct rs_elf *elf, uint64_t at, uint64_t size)
{
    for (size_t i = 0; i < elf->segments.count; i++) {
        const struct rs_segment *segment = &elf->segments.items[i];
        if (at >= segment->lo && at < segment->file_hi)
            return size <= segment->file_hi - at ? elf->data + segment->offset + (at - segment->lo) : NULL;
    }
    return NULL;
}

uint64_t rs_elf_left(const struct rs_elf *elf, uint64_t at)
{
    for (size_t i = 0; i < elf->segments.count; i++) {
        const struct rs_segment *segment = &elf->segments.items[i];
        if (at >= segment->lo && at < segment->file_hi)
            return segment->file_hi - at;
    }
    return 0;
}

const char *rs_elf_string(const struct rs_elf *elf, uint64_t at)
{
    uint64_t left = rs_elf_left(elf, at);
    const uint8_t *text = left ? rs_elf_at(elf, at, left) : NULL;
    return text && memchr(text, 0, left) ? (const char *)text : NULL;
}

const struct rs_reloc *rs_elf_reloc(const struct rs_elf *elf, uint32_t at)
{
    size_t low = RS_SEARCH(elf->relocs.items, elf->relocs.count, at, at);

    return low < elf->relocs.count && elf->relocs.items[low].at == at ? &elf->relocs.items[low] : NULL;
}

bool rs_elf_is_code(const struct rs_elf *elf, uint64_t at)
{
    for (size_t i = 0; i < elf->segments.count; i++) {
        const struct rs_segment *segment = &elf->segments.items[i];
        if (segment->executable && at >= segment->lo && at < segment->file_hi)
            return true;
    }
    return false;
}

bool rs_elf_is_constant(const struct rs_elf *elf, uint64_t at)
{
    for (size_t i = 0; i < elf->segments.count; i++) {
        const struct rs_segment *segment = &elf->segments.items[i];
        if (at >= segment->lo && at < segment->hi)
            return !segment->writable || at < elf->writes_lo;
    }
    return false;
}

static bool read_header(struct rs_elf *elf, const char *name, Elf64_Ehdr *header, struct rs_error *err)
{
    if (elf->size < SELFMAG || memcmp(elf->data, ELFMAG, SELFMAG) != 0)
        return rs_fail(err, "'%s' is not an ELF file", name);
    if (elf->size < sizeof *header)
        return rs_fail(err, "'%s' is a truncated ELF file", name);
    memcpy(header, elf->data, sizeof *header);
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
        return rs_fail(err, "'%s' is not a 64-bit little-endian ELF file", name);
    if (header->e_machine != EM_X86_64)
        return rs_fail(err, "'%s' is for ELF machine %u, not for x86-64 (62)", name, header->e_machine);
    elf->fixed = header->e_type == ET_EXEC;
    if (header->e_type != ET_DYN && !(elf->fixed && elf->programs_too))
        return rs_fail(err, "'%s' is of ELF type %u, not a shared object (3)", name, header->e_type);
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > MAX_SEGMENTS || header->e_phoff > elf->size ||
        header->e_phnum * sizeof(Elf64_Phdr) > elf->size - header->e_phoff)
        return rs_fail(err, "'%s' is a truncated ELF file", name);
    return true;
}

static bool add_segment(struct rs_elf *elf, const Elf64_Phdr *header, const char *name, struct rs_error *err)
{
    if (header->p_offset > elf->size || header->p_filesz > elf->size - header->p_offset)
        return rs_fail(err, "'%s' is a truncated ELF file", name);
    if (header->p_filesz > header->p_memsz || header->p_vaddr > INT32_MAX ||
        header->p_memsz > INT32_MAX - header->p_vaddr)
        return rs_fail(err, "'%s' has a segment (at 0x%llx) of a wrong size or beyond 2 GB", name,
                       (unsigned long long)header->p_vaddr);
    *RS_PUSH(&elf->segments) = (struct rs_segment){
        .lo = (uint32_t)header->p_vaddr,
        .file_hi = (uint32_t)(header->p_vaddr + header->p_filesz),
        .hi = (uint32_t)(header->p_vaddr + header->p_memsz),
        .offset = header->p_offset,
        .executable = header->p_flags & PF_X,
        .writable = header->p_flags & PF_W,
    };
    return true;
}

static void find_ranges(struct rs_elf *elf)
{
    for (size_t i = 0; i < elf->segments.count; i++) {
        const struct rs_segment *segment = &elf->segments.items[i];
        if (segment->hi > elf->image_hi)
            elf->image_hi = segment->hi;
        if (segment->executable && (!elf->text_hi || segment->lo < elf->text_lo))
            elf->text_lo = segment->lo;
        if (segment->executable && segment->file_hi > elf->text_hi)
            elf->text_hi = segment->file_hi;
        if (segment->writable && (!elf->writes_hi || segment->lo < elf->writes_lo))
            elf->writes_lo = segment->lo;
        if (segment->writable && segment->hi > elf->writes_hi)
            elf->writes_hi = segment->hi;
    }
}

/* The loader makes whole pages of PT_GNU_RELRO read-only after relocation. */
static void cut_relro(struct rs_elf *elf, const Elf64_Phdr *header)
{
    uint64_t end = (header->p_vaddr + header->p_memsz) & ~(uint64_t)(PAGE - 1);
    if (header->p_memsz <= elf->image_hi && header->p_vaddr <= elf->writes_lo && end > elf->writes_lo &&
        end <= elf->writes_hi)
        elf->writes_lo = (uint32_t)end;
}

static void read_notes(struct rs_elf *elf, const Elf64_Phdr *header)
{
    uint64_t left = header->p_filesz, at = header->p_vaddr;
    while (left >= sizeof(Elf64_Nhdr)) {
        Elf64_Nhdr note;
        const uint8_t *bytes = rs_elf_at(elf, at, left);
        if (!bytes)
            return;
        memcpy(&note, bytes, sizeof note);
        uint64_t name = (note.n_namesz + 3ull) & ~3ull, desc = (note.n_descsz + 3ull) & ~3ull;
        uint64_t size = sizeof note + name + desc;
        if (size > left)
            return;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(bytes + sizeof note, "GNU", 4) == 0 &&
            note.n_descsz <= sizeof elf->build_id) {
            elf->build_id_size = (uint8_t)note.n_descsz;
            memcpy(elf->build_id, bytes + sizeof note + name, note.n_descsz);
        }
        left -= size, at += size;
    }
}

/* .eh_frame_hdr: version 1, encodings of the pointer, the count and the table, then the pointer to .eh_frame
 * (Linux Standard Base 5.0, "Exception Frames"). Linkers write it relative to itself in 4 bytes (0x1b). */
static void read_frame_header(struct rs_elf *elf, const Elf64_Phdr *header)
{
    const uint8_t *bytes = rs_elf_at(elf, header->p_vaddr, 8);
    int32_t distance;
    if (!bytes || bytes[0] != 1 || bytes[1] != 0x1b)
        return;
    memcpy(&distance, bytes + 4, sizeof distance);
    int64_t frames = (int64_t)header->p_vaddr + 4 + distance;
    if (frames > 0 && rs_elf_at(elf, (uint64_t)frames, 4))
        elf->frames = (uint32_t)frames;
}

static bool read_segments(struct rs_elf *elf, const char *name, struct rs_error *err)
{
    Elf64_Ehdr header;
    Elf64_Phdr segments[MAX_SEGMENTS], dynamic = {0};
    if (!read_header(elf, name, &header, err))
        return false;
    memcpy(segments, elf->data + header.e_phoff, header.e_phnum * sizeof *segments);
    for (unsigned i = 0; i < header.e_phnum; i++)
        if (segments[i].p_type == PT_LOAD && !add_segment(elf, &segments[i], name, err))
            return false;
    find_ranges(elf);
    if (elf->text_hi <= elf->text_lo)
        return rs_fail(err, "'%s' has no executable segment", name);
    if (elf->text_hi - elf->text_lo > elf->size + MAX_GAP) /* a bitmap is made of it */
        return rs_fail(err, "'%s' has executable segments too far apart", name);
    for (unsigned i = 0; i < header.e_phnum; i++) {
        if (segments[i].p_type == PT_DYNAMIC)
            dynamic = segments[i];
        else if (segments[i].p_type == PT_GNU_RELRO)
            cut_relro(elf, &segments[i]);
        else if (segments[i].p_type == PT_NOTE)
            read_notes(elf, &segments[i]);
        else if (segments[i].p_type == PT_GNU_EH_FRAME)
            read_frame_header(elf, &segments[i]);
    }
    if (!elf->frames)
        return rs_fail(err, "'%s' has no .eh_frame: its functions cannot be told apart", name);
    if (!dynamic.p_type)
        return rs_fail(err, "'%s' has no dynamic section (statically linked)", name);
    return rs_dynamic_read(elf, dynamic.p_vaddr, dynamic.p_filesz, name, err);
}

bool rs_elf_read(struct rs_elf *elf, const uint8_t *data, size_t size, const char *name, struct rs_error *err)
{
    elf->data = data, elf->size = size;
    if (read_segments(elf, name, err))
        return true;
    rs_elf_close(elf);
    return false;
}

bool rs_elf_open(struct rs_elf *elf, const char *path, struct rs_error *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0)
        return rs_fail(err, "cannot open '%s': %s", path, strerror(errno));
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(file);
        return rs_fail(err, "'%s' is not a regular file", path);
    }
    void *data = status.st_size ? mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
    int cause = errno;
    close(file);
    if (data == MAP_FAILED)
        return status.st_size ? rs_fail(err, "cannot read '%s': %s", path, strerror(cause))
                              : rs_fail(err, "'%s' is empty", path);
    if (!rs_elf_read(elf, data, (size_t)status.st_size, path, err)) {
        munmap(data, (size_t)status.st_size);
        return false;
    }
    elf->mapped = true;
    return true;
}

void rs_elf_close(struct rs_elf *elf)
{
    if (elf->mapped)
        munmap((void *)elf->data, elf->size);
    RS_VEC_CLOSE(&elf->segments);
    RS_VEC_CLOSE(&elf->relocs);
    RS_VEC_CLOSE(&elf->symbols);
    *elf = (struct rs_elf){0};
}
