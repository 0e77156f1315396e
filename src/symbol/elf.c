/* Opening ELF files and finding the separate debug file that goes with one. Reads with pread, never maps: a
 * module that is rebuilt while refsan looks at it must not end refsan by SIGBUS. What a header claims is
 * checked before it is believed. */
#include "symbol/internal.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    INFLATE_MOST = 1100, /* zlib gains at most 1032:1; a section that claims more is damaged */
    PATH_ROOM = 4096
};

/* libelf reads no section beyond the file's end, but it allocates what a compression header claims. */
static bool claims_are_credible(Elf *elf)
{
    Elf_Scn *section = NULL;

    while ((section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        GElf_Chdr packed;

        if (gelf_getshdr(section, &header) == NULL)
            return false;
        if ((header.sh_flags & SHF_COMPRESSED) == 0 || header.sh_type == SHT_NOBITS)
            continue;
        if (gelf_getchdr(section, &packed) == NULL || packed.ch_size / INFLATE_MOST > header.sh_size)
            return false;
    }
    return true;
}

static bool check_image(struct rs_image *image, const char *path, struct rs_error *err)
{
    GElf_Ehdr header;

    if (elf_kind(image->elf) != ELF_K_ELF || gelf_getehdr(image->elf, &header) == NULL)
        return rs_fail(err, "%s is no ELF file", path);
    if (header.e_type != ET_DYN && header.e_type != ET_EXEC)
        return rs_fail(err, "%s is neither a shared object nor an executable (ELF type %u)", path, header.e_type);
    if (!claims_are_credible(image->elf))
        return rs_fail(err, "%s is truncated or damaged: a section header is wrong", path);
    return true;
}

bool rs_image_open(struct rs_image *image, const char *path, struct rs_error *err)
{
    struct stat status;

    elf_version(EV_CURRENT);
    image->elf = NULL;
    image->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (image->fd < 0)
        return rs_fail(err, "cannot open %s: %s", path, strerror(errno));
    if (fstat(image->fd, &status) != 0 || !S_ISREG(status.st_mode))
        rs_fail(err, "%s is no regular file", path);
    else if ((image->elf = elf_begin(image->fd, ELF_C_READ, NULL)) == NULL)
        rs_fail(err, "cannot read %s: %s", path, elf_errmsg(-1));
    else if (check_image(image, path, err))
        return true;
    rs_image_close(image);
    return false;
}

void rs_image_close(struct rs_image *image)
{
    if (image->elf != NULL)
        elf_end(image->elf);
    if (image->fd >= 0)
        close(image->fd);
    image->elf = NULL;
    image->fd = -1;
}

void rs_image_settle(struct rs_image *image)
{
    if (image->elf != NULL)
        elf_cntl(image->elf, ELF_C_FDDONE);
    if (image->fd >= 0)
        close(image->fd);
    image->fd = -1;
}

bool rs_image_build_id(const struct rs_image *image, char hex[2 * RS_BUILD_ID_MAX + 1])
{
    const void *bytes = NULL;
    ssize_t count = dwelf_elf_gnu_build_id(image->elf, &bytes);

    hex[0] = '\0';
    if (count <= 0 || count > RS_BUILD_ID_MAX)
        return false;
    for (ssize_t i = 0; i < count; i++)
        snprintf(hex + 2 * i, 3, "%02x", ((const unsigned char *)bytes)[i]);
    return true;
}

Elf_Scn *rs_image_section(const struct rs_image *image, uint32_t type, const char *name, GElf_Shdr *header)
{
    Elf_Scn *section = NULL;
    size_t names;

    if (image->elf == NULL || elf_getshdrstrndx(image->elf, &names) != 0)
        return NULL;
    while ((section = elf_nextscn(image->elf, section)) != NULL) {
        const char *found;

        if (gelf_getshdr(section, header) == NULL || (type != 0 && header->sh_type != type))
            continue;
        found = elf_strptr(image->elf, names, header->sh_name);
        if (name == NULL || (found != NULL && strcmp(found, name) == 0))
            return section;
    }
    return NULL;
}

void rs_image_pad_strings(const struct rs_image *image, struct rs_arena *arena)
{
    static const char *const names[] = {".debug_str", ".debug_line_str", ".zdebug_str", ".zdebug_line_str"};
    GElf_Shdr header;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        Elf_Scn *section = rs_image_section(image, 0, names[i], &header);
        Elf_Data *data;

        if (section == NULL || header.sh_type == SHT_NOBITS)
            continue;
        if ((header.sh_flags & SHF_COMPRESSED) != 0)
            elf_compress(section, 0, 0);
        else if (names[i][1] == 'z')
            elf_compress_gnu(section, 0, 0);
        data = elf_getdata(section, NULL);
        if (data != NULL && data->d_buf != NULL)
            data->d_buf = rs_arena_strndup(arena, data->d_buf, data->d_size);
    }
}

/* The checksum of .gnu_debuglink: CRC-32 as in ISO 3309. 0 also when the file cannot be read. */
static uint32_t checksum(int fd)
{
    unsigned char buffer[16384];
    uint32_t table[256], crc = 0xffffffff;
    off_t at = 0;
    ssize_t got;

    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = (table[i] >> 1) ^ ((table[i] & 1) != 0 ? 0xedb88320u : 0);
    }
    while ((got = pread(fd, buffer, sizeof(buffer), at)) > 0) {
        for (ssize_t i = 0; i < got; i++)
            crc = table[(crc ^ buffer[i]) & 0xff] ^ (crc >> 8);
        at += got;
    }
    return got < 0 ? 0 : ~crc;
}

/* Opens a candidate; it must have the build-id where there is one, else the checksum of the link. */
static bool try_debug(const char *path, const char *build_id, const uint32_t *crc, struct rs_image *debug)
{
    char own[2 * RS_BUILD_ID_MAX + 1];

    if (!rs_image_open(debug, path, NULL))
        return false;
    if (rs_image_build_id(debug, own) && build_id != NULL ? strcmp(own, build_id) == 0
                                                          : crc != NULL && checksum(debug->fd) == *crc)
        return true;
    rs_image_close(debug);
    return false;
}

static bool by_link(const char *directory, const char *path, const char *build_id, const struct rs_image *main,
                    struct rs_image *debug)
{
    static const char *const shapes[] = {"%.*s%s", "%.*s.debug/%s"};
    char candidate[PATH_ROOM];
    GElf_Word crc = 0;
    const char *name = dwelf_elf_gnu_debuglink(main->elf, &crc);
    const char *slash = strrchr(path, '/');
    int folder = slash == NULL ? 0 : (int)(slash + 1 - path);
    int length;

    if (name == NULL || name[0] == '\0' || strchr(name, '/') != NULL)
        return false;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        length = snprintf(candidate, sizeof(candidate), shapes[i], folder, path, name);
        /* A module may link to a file of its own name, elsewhere. */
        if (length < PATH_ROOM && strcmp(candidate, path) != 0 && try_debug(candidate, build_id, &crc, debug))
            return true;
    }
    length = snprintf(candidate, sizeof(candidate), "%s/%.*s%s", directory, folder, path, name);
    return length < PATH_ROOM && try_debug(candidate, build_id, &crc, debug);
}

bool rs_image_find_debug(const char *directory, const char *path, const char *build_id, const struct rs_image *main,
                         struct rs_image *debug)
{
    char candidate[PATH_ROOM];

    if (build_id != NULL && strlen(build_id) > 2) {
        int length =
            snprintf(candidate, sizeof(candidate), "%s/.build-id/%.2s/%s.debug", directory, build_id, build_id + 2);

        if (length < PATH_ROOM && strchr(build_id, '/') == NULL && try_debug(candidate, build_id, NULL, debug))
            return true;
    }
    return main != NULL && by_link(directory, path, build_id, main, debug);
}
