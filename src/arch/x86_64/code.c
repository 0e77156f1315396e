#include "arch/x86_64/code.h"

#include <string.h>

void rs_code_put(struct rs_code *code, const void *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        *RS_PUSH(&code->bytes) = ((const uint8_t *)bytes)[i];
}

void rs_code_put8(struct rs_code *code, uint8_t byte)
{
    *RS_PUSH(&code->bytes) = byte;
}

void rs_code_put32(struct rs_code *code, uint32_t word)
{
    rs_code_put(code, &word, sizeof word);
}

uint32_t rs_code_here(const struct rs_code *code)
{
    return (uint32_t)code->bytes.count;
}

void rs_code_fixup(struct rs_code *code, enum rs_fix_kind kind, uint32_t value, unsigned behind)
{
    *RS_PUSH(&code->fixes) = (struct rs_fix){rs_code_here(code), value, kind, (uint8_t)behind};
    rs_code_put32(code, 0);
}

void rs_code_link(struct rs_code *code, uint32_t field, uint32_t to)
{
    uint32_t distance = to - (field + 4);
    memcpy(code->bytes.items + field, &distance, sizeof distance);
}

void rs_code_close(struct rs_code *code)
{
    RS_VEC_CLOSE(&code->bytes);
    RS_VEC_CLOSE(&code->fixes);
}

static uint64_t destination(const struct rs_fix *fix, const struct rs_layout *layout)
{
    switch ((enum rs_fix_kind)fix->kind) {
    case RS_FIX_HOOK:
        return layout->area + layout->hook_off + 8 * (uint64_t)fix->value;
    case RS_FIX_ENTRY:
        return layout->area + layout->entry_off + 64 * (uint64_t)fix->value;
    case RS_FIX_CALL:
        return layout->area + layout->call_off + 64 * (uint64_t)fix->value;
    case RS_FIX_IMPORT:
        return layout->area + layout->import_off + 64 * (uint64_t)fix->value;
    default:
        return layout->base + fix->value;
    }
}

bool rs_code_fix(uint8_t *copy, const struct rs_fix *fix, const struct rs_layout *layout, uint32_t shift)
{
    if (fix->kind == RS_FIX_DONE)
        return true;
    uint64_t to = destination(fix, layout);
    uint32_t field;
    switch ((enum rs_fix_kind)fix->kind) {
    case RS_FIX_LOW:
        field = (uint32_t)to;
        break;
    case RS_FIX_HIGH:
        field = (uint32_t)(to >> 32);
        break;
    case RS_FIX_SITE:
        field = layout->first_site + fix->value;
        break;
    default: {
        int64_t distance = (int64_t)(to - (layout->area + shift + fix->at + 4 + fix->behind));
        if (distance != (int32_t)distance)
            return false;
        field = (uint32_t)distance;
    }
    }
    memcpy(copy + fix->at, &field, sizeof field);
    return true;
}
