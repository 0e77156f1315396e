#include "plan/frames.h"

#include <string.h>

/* Pointer encodings (Linux Standard Base 5.0, "DWARF Exception Header Encoding"). */
enum {
    ENC_ABSPTR = 0x00,
    ENC_ULEB = 0x01,
    ENC_UDATA2 = 0x02,
    ENC_UDATA4 = 0x03,
    ENC_UDATA8 = 0x04,
    ENC_SLEB = 0x09,
    ENC_SDATA2 = 0x0a,
    ENC_SDATA4 = 0x0b,
    ENC_SDATA8 = 0x0c,
    ENC_FORM = 0x0f,
    ENC_BASE = 0x70,
    ENC_PCREL = 0x10,
    ENC_INDIRECT = 0x80,
    ENC_OMIT = 0xff,
};

/* Bytes [at, end) of the image; `bad` once something was read beyond the end. */
struct cursor {
    const struct rs_elf *elf;
    uint64_t at, end;
    bool bad;
};

static uint64_t take(struct cursor *cursor, unsigned size)
{
    uint64_t value = 0;
    const uint8_t *bytes =
        !cursor->bad && cursor->end - cursor->at >= size ? rs_elf_at(cursor->elf, cursor->at, size) : NULL;
    if (!bytes) {
        cursor->bad = true;
        return 0;
    }
    memcpy(&value, bytes, size);
    cursor->at += size;
    return value;
}

static uint64_t take_leb(struct cursor *cursor, bool negative_too)
{
    uint64_t value = 0;
    for (unsigned shift = 0; !cursor->bad; shift += 7) {
        uint64_t byte = take(cursor, 1);
        if (shift > 63) {
            cursor->bad = true;
            break;
        }
        value |= (byte & 0x7f) << shift;
        if (byte & 0x80)
            continue;
        if (negative_too && (byte & 0x40) && shift + 7 < 64)
            value |= ~(uint64_t)0 << (shift + 7);
        return value;
    }
    return 0;
}

static uint64_t take_form(struct cursor *cursor, uint8_t form)
{
    switch (form) {
    case ENC_ABSPTR:
    case ENC_UDATA8:
    case ENC_SDATA8:
        return take(cursor, 8);
    case ENC_ULEB:
        return take_leb(cursor, false);
    case ENC_SLEB:
        return take_leb(cursor, true);
    case ENC_UDATA2:
        return take(cursor, 2);
    case ENC_SDATA2:
        return (uint64_t)(int64_t)(int16_t)take(cursor, 2);
    case ENC_UDATA4:
        return take(cursor, 4);
    case ENC_SDATA4:
        return (uint64_t)(int64_t)(int32_t)take(cursor, 4);
    default:
        cursor->bad = true;
        return 0;
    }
}

/* An encoded pointer; 0 stays 0 ("none"). Only absolute and pc-relative ones are understood. */
static uint64_t take_pointer(struct cursor *cursor, uint8_t encoding)
{
    uint64_t here = cursor->at, value = take_form(cursor, encoding & ENC_FORM);
    uint8_t base = encoding & ENC_BASE;
    if (base != 0 && base != ENC_PCREL)
        cursor->bad = true;
    return value && base == ENC_PCREL ? here + value : value;
}

struct cie {
    uint64_t at; /* 0: none read yet */
    uint8_t code, lsda;
    bool augmented, known;
};

static struct cie read_cie(const struct rs_elf *elf, uint64_t at, uint64_t end)
{
    struct cie cie = {.at = at, .code = ENC_ABSPTR, .lsda = ENC_OMIT};
    struct cursor cursor = {.elf = elf, .at = at + 4, .end = end}; /* behind the id */
    uint64_t version = take(&cursor, 1);
    char letters[8] = {0};
    for (unsigned i = 0; i < sizeof letters; i++) {
        letters[i] = (char)take(&cursor, 1);
        if (!letters[i])
            break;
    }
    if (cursor.bad || (version != 1 && version != 3) || letters[sizeof letters - 1] ||
        (letters[0] && letters[0] != 'z'))
        return cie;
    take_leb(&cursor, false);
    take_leb(&cursor, true);
    if (version == 1)
        take(&cursor, 1);
    else
        take_leb(&cursor, false);
    cie.augmented = letters[0] == 'z';
    if (cie.augmented)
        take_leb(&cursor, false);
    for (const char *letter = letters + cie.augmented; *letter; letter++) {
        if (*letter == 'R')
            cie.code = (uint8_t)take(&cursor, 1);
        else if (*letter == 'L')
            cie.lsda = (uint8_t)take(&cursor, 1);
        else if (*letter == 'P')
            take_pointer(&cursor, (uint8_t)take(&cursor, 1));
        else if (*letter != 'S' && *letter != 'B')
            return cie;
    }
    cie.known = !cursor.bad;
    return cie;
}

/* An FDE whose CIE is known: its range, if that is code of this module. */
static void read_fde(const struct rs_elf *elf, const struct cie *cie, struct cursor cursor, struct rs_ranges *ranges)
{
    uint64_t start = take_pointer(&cursor, cie->code);
    uint64_t size = take_form(&cursor, cie->code & ENC_FORM);
    if (cursor.bad || !size || !rs_elf_is_code(elf, start) || size > rs_elf_left(elf, start))
        return;
    struct rs_range range = {.start = (uint32_t)start, .end = (uint32_t)(start + size)};
    if (cie->augmented) {
        uint64_t augmentation = take_leb(&cursor, false);
        if (augmentation > cursor.end - cursor.at)
            cursor.bad = true;
        else if (cie->lsda != ENC_OMIT) {
            uint64_t lsda = take_pointer(&cursor, cie->lsda);
            range.lsda_unreadable = cie->lsda & ENC_INDIRECT || lsda > UINT32_MAX;
            range.lsda = range.lsda_unreadable ? 0 : (uint32_t)lsda;
        }
    }
    range.lsda_unreadable |= cursor.bad;
    *RS_PUSH(&ranges->list) = range;
}

static int by_start(const void *a, const void *b)
{
    const struct rs_range *left = a, *right = b;
    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return (left->end > right->end) - (left->end < right->end);
}

static void drop_overlapping(struct rs_ranges *ranges, unsigned *overlapping)
{
    struct rs_range *all = ranges->list.items;
    size_t count = ranges->list.count, kept = 0;
    uint32_t reached = 0; /* end of what came before */
    for (size_t i = 0; i < count; i++) {
        bool same = i && all[i].start == all[i - 1].start && all[i].end == all[i - 1].end;
        bool before = all[i].start < reached,
             behind = i + 1 < count && all[i + 1].start < all[i].end &&
                      !(all[i + 1].start == all[i].start && all[i + 1].end == all[i].end);
        reached = all[i].end > reached ? all[i].end : reached;
        if (same)
            continue;
        if (before || behind)
            ++*overlapping;
        else
            all[kept++] = all[i];
    }
    ranges->list.count = kept;
}

bool rs_frames_read(const struct rs_elf *elf, struct rs_ranges *ranges, unsigned *overlapping)
{
    struct cie cie = {0};
    uint64_t at = elf->frames, limit = at + rs_elf_left(elf, at);
    while (limit - at >= 8) {
        struct cursor cursor = {.elf = elf, .at = at, .end = limit};
        uint64_t size = take(&cursor, 4);
        if (size == 0xffffffff)
            size = take(&cursor, 8);
        if (cursor.bad || size < 4 || size > limit - cursor.at)
            break; /* size 0 is the terminator */
        cursor.end = cursor.at + size;
        uint64_t field = cursor.at, back = take(&cursor, 4);
        at = cursor.end;
        if (!back)
            continue; /* a CIE: read when an FDE refers to it */
        if (back > field - elf->frames)
            break;
        uint64_t cie_at = field - back; /* of its length field */
        if (cie.at != cie_at + 4) {
            struct cursor head = {.elf = elf, .at = cie_at, .end = limit};
            uint64_t cie_size = take(&head, 4);
            cie = cie_size > limit - cie_at - 4 ? (struct cie){.at = cie_at + 4}
                                                : read_cie(elf, cie_at + 4, cie_at + 4 + cie_size);
        }
        if (cie.known)
            read_fde(elf, &cie, cursor, ranges);
    }
    if (ranges->list.count)
        qsort(ranges->list.items, ranges->list.count, sizeof *ranges->list.items, by_start);
    drop_overlapping(ranges, overlapping);
    return ranges->list.count > 0;
}

bool rs_frames_landing_pads(const struct rs_elf *elf, const struct rs_range *range, void (*pad)(void *ctx, uint32_t at),
                            void *ctx)
{
    if (range->lsda_unreadable)
        return false;
    if (!range->lsda)
        return true;
    struct cursor cursor = {.elf = elf, .at = range->lsda, .end = range->lsda + rs_elf_left(elf, range->lsda)};
    uint64_t start = range->start;
    uint8_t encoding = (uint8_t)take(&cursor, 1);
    if (encoding != ENC_OMIT)
        start = take_pointer(&cursor, encoding);
    if ((uint8_t)take(&cursor, 1) != ENC_OMIT)
        take_leb(&cursor, false);
    encoding = (uint8_t)take(&cursor, 1);
    uint64_t size = take_leb(&cursor, false);
    if (cursor.bad || size > cursor.end - cursor.at)
        return false;
    cursor.end = cursor.at + size;
    while (cursor.at < cursor.end) {
        take_form(&cursor, encoding & ENC_FORM);
        take_form(&cursor, encoding & ENC_FORM);
        uint64_t landing = take_form(&cursor, encoding & ENC_FORM);
        take_leb(&cursor, false);
        if (cursor.bad || (encoding & ENC_BASE))
            return false;
        if (!landing)
            continue;
        if (start + landing > UINT32_MAX)
            return false;
        pad(ctx, (uint32_t)(start + landing));
    }
    return true;
}
