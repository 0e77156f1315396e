/* See python.h. */
#include "runtime/stack/python.h"

#include "runtime/heap/object.h"
#include "runtime/log.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/sys/sys.h"

enum { DEEPEST = 64, LOCALS_MAX = 4096, FRAMES_MAX = 10000 };

static bool read_word(uint64_t from, uint64_t *to, bool safe)
{
    if (!safe) {
        *to = *(uint64_t *)from;
        return true;
    }
    return rt_sys_peek((void *)from, to, 8);
}

static uint64_t first_frame(uint8_t *thread, bool safe)
{
    const struct rt_pyabi *abi = rt_python.abi;
    uint64_t frame = 0;

    if (thread == NULL || !read_word((uint64_t)thread + abi->frame, &frame, safe))
        return 0;
    if (abi->cframe_frame == NO_CFRAME || frame == 0)
        return frame;
    return read_word(frame + abi->cframe_frame, &frame, safe) ? frame : 0;
}

/* Frames that only mark the way into C (owner FRAME_OWNED_BY_CSTACK) hold no Python code. */
static bool is_python(uint64_t frame)
{
    const struct rt_pyabi *abi = rt_python.abi;
    uint8_t owner;

    return abi->frame_owner == 0 ||
           (rt_sys_peek((void *)(frame + abi->frame_owner), &owner, 1) && owner != abi->owner_cstack);
}

static struct rt_place place_of(uint64_t frame, bool safe)
{
    const struct rt_pyabi *abi = rt_python.abi;
    struct rt_place place = {0, 0};
    uint64_t instr;

    if (!read_word(frame + abi->frame_code, &place.code, safe) || !read_word(frame + abi->frame_instr, &instr, safe))
        return (struct rt_place){0, 0};
    place.code &= ~3ull;
    if (abi->instr_kind == RT_INSTR_POINTER)
        instr -= place.code + abi->code_instructions;
    else
        instr = abi->instr_kind == RT_INSTR_WORDS ? (uint32_t)instr * 2u : (uint32_t)instr;
    place.instr = instr < 1u << 30 ? (uint32_t)instr : 0;
    return place;
}

static size_t bytes_of(uint64_t object, uint64_t *data)
{
    struct {
        uint64_t count, type;
        int64_t size;
    } head;

    if (object == 0 || !rt_sys_peek((void *)object, &head, sizeof(head)) || head.type != rt_python.bytes_type ||
        head.size < 0)
        return 0;
    *data = object + 32; /* PyBytesObject.ob_sval */
    return (size_t)head.size;
}

/* `crash`: in a signal handler, on whatever stack there is, perhaps without the GIL. */
static void record_code(uint64_t code, bool crash)
{
    static char texts[2][3000];
    const struct rt_pyabi *abi = rt_python.abi;
    uint8_t *side = rt_object_side(code);
    char *text = texts[crash];
    uint64_t word[3], lines = 0, counts[3];
    uint32_t first;
    size_t name, file, table;

    if (side != NULL && (*side & RT_SIDE_CODE))
        return;
    if (!rt_sys_peek((void *)(code + abi->code_filename), &word[0], 8) ||
        !rt_sys_peek((void *)(code + abi->code_name), &word[1], 8) ||
        !rt_sys_peek((void *)(code + abi->code_lines), &word[2], 8) ||
        !rt_sys_peek((void *)(code + abi->code_firstline), &first, 4))
        return;
    name = rt_python_text(word[1], text, 200);
    file = rt_python_text(word[0], text + name, 800);
    table = bytes_of(word[2], &lines);
    table = table < sizeof(texts[0]) - name - file ? table : sizeof(texts[0]) - name - file;
    if (table > 0 && !rt_sys_peek((void *)lines, text + name + file, table))
        table = 0;
    counts[0] = name;
    counts[1] = file;
    counts[2] = table;
    rt_log_text(RS_REC_CODE, code, first, counts, 3, text, name + file + table);
    if (side != NULL)
        *side |= RT_SIDE_CODE;
}

struct rt_place rt_stack_place(void)
{
    uint64_t frame = first_frame(rt_python.thread(), false);
    struct rt_place place = {0, 0};
    uint8_t *side;

    while (frame != 0 && rt_python.abi->frame_owner != 0 &&
           *(uint8_t *)(frame + rt_python.abi->frame_owner) == rt_python.abi->owner_cstack)
        frame = *(uint64_t *)(frame + rt_python.abi->frame_back);
    if (frame == 0)
        return place;
    place = place_of(frame, false);
    side = rt_object_side(place.code);
    if (place.code != 0 && (side == NULL || !(*side & RT_SIDE_CODE)))
        record_code(place.code, false);
    return place;
}

void rt_stack_record(void *thread)
{
    uint64_t frame = first_frame(thread, true);

    for (unsigned depth = 0; frame != 0 && depth < DEEPEST; depth++) {
        struct rt_place place = {0, 0};

        if (is_python(frame))
            place = place_of(frame, true);
        if (place.code != 0) {
            record_code(place.code, true);
            rt_log_put(RS_REC_PYFRAME, place.code, place.instr, NULL, 0);
        }
        if (!read_word(frame + rt_python.abi->frame_back, &frame, true))
            break;
    }
}

/* In 3.11 a frame that returns is cleared while it is still the current one: its locals are no owners any more. */
static bool is_going(uint64_t frame)
{
    return rt_python.abi->frame_stacktop != 0 && *(int32_t *)(frame + rt_python.abi->frame_stacktop) >= 0;
}

uint64_t rt_stack_innermost_holds(uint64_t object)
{
    const struct rt_pyabi *abi = rt_python.abi;
    uint64_t frame = first_frame(rt_python.thread(), false);
    struct rt_place place;
    uint32_t count;

    while (frame != 0 && abi->frame_owner != 0 && *(uint8_t *)(frame + abi->frame_owner) == abi->owner_cstack)
        frame = *(uint64_t *)(frame + abi->frame_back);
    if (frame == 0 || is_going(frame))
        return 0;
    place = place_of(frame, false);
    if (place.code == 0)
        return 0;
    count = *(uint32_t *)(place.code + abi->code_locals);
    for (uint32_t i = 0; i < count && i < LOCALS_MAX; i++)
        if (*(uint64_t *)(frame + abi->frame_locals + 8 * (uint64_t)i) == object)
            return place.code;
    return 0;
}

static bool frame_locals(uint64_t frame, bool (*visit)(uint64_t, uint64_t, void *), void *context)
{
    const struct rt_pyabi *abi = rt_python.abi;
    struct rt_place place = place_of(frame, true);
    uint32_t count;

    if (place.code == 0 || !rt_sys_peek((void *)(place.code + abi->code_locals), &count, 4) || count > LOCALS_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t object;

        if (rt_sys_peek((void *)(frame + abi->frame_locals + 8 * i), &object, 8) && object != 0 &&
            visit(object, place.code, context))
            return true;
    }
    return false;
}

bool rt_stack_locals(bool (*visit)(uint64_t object, uint64_t code, void *context), void *context)
{
    uint64_t frame = first_frame(rt_python.thread(), true);

    for (unsigned n = 0; frame != 0 && n < FRAMES_MAX; n++) {
        if (is_python(frame) && !(n == 0 && is_going(frame)) && frame_locals(frame, visit, context))
            return true;
        if (!read_word(frame + rt_python.abi->frame_back, &frame, true))
            break;
    }
    return false;
}
