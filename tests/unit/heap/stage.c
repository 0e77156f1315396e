/* See stage.h. */
#include "stage.h"

#include <stdlib.h>
#include <string.h>

struct rt_hot rt_hot;
struct rt_python rt_python;
struct stage_log stage_log;
struct stage_foreign stage_foreign;
struct rt_allocator stage_now[3];

struct stage_type stage_metatype = {.count = 1, .type = (uint64_t)&stage_metatype, .name = "type", .basic = 400, .flags = FLAG_READY | FLAG_GC | 1u << 31};
struct stage_type stage_plain = {.count = 1, .type = (uint64_t)&stage_metatype, .name = "plain", .basic = 24, .flags = FLAG_READY};
struct stage_type stage_collected = {.count = 1, .type = (uint64_t)&stage_metatype, .name = "collected", .basic = 40, .flags = FLAG_READY | FLAG_GC};
struct stage_type stage_unready = {.count = 1, .type = (uint64_t)&stage_metatype, .name = "unready", .basic = 24};

static void keep(unsigned kind, uint64_t a, uint32_t b, const uint64_t *words, unsigned count)
{
    struct stage_record *to = &stage_log.last[kind];

    assert_true(kind < RS_RECORDS);
    stage_log.count++;
    stage_log.kinds[kind]++;
    *to = (struct stage_record){.kind = kind, .a = a, .b = b};
    for (unsigned i = 0; i < count && i < 2; i++)
        to->words[i] = words[i];
}

void rt_log_put(unsigned kind, uint64_t a, uint32_t b, const uint64_t *words, unsigned count)
{
    keep(kind, a, b, words, count);
}

void rt_log_text(unsigned kind, uint64_t a, uint32_t b, const uint64_t *words, unsigned count, const void *text, size_t length)
{
    keep(kind, a, b, words, count);
}

static void *foreign_malloc(void *context, size_t size)
{
    stage_foreign.mallocs++;
    return malloc(size + 1);
}

static void *foreign_calloc(void *context, size_t count, size_t size)
{
    stage_foreign.mallocs++;
    return calloc(count + 1, size + 1);
}

static void *foreign_realloc(void *context, void *block, size_t size)
{
    stage_foreign.reallocs++;
    return realloc(block, size + 1);
}

static void foreign_free(void *context, void *block)
{
    stage_foreign.frees++;
    free(block);
}

static void get_allocator(int domain, struct rt_allocator *to)
{
    *to = stage_now[domain];
}

static void set_allocator(int domain, struct rt_allocator *from)
{
    stage_now[domain] = *from;
}

void stage_open(unsigned version, uint64_t quarantine)
{
    static struct rt_pyabi abi;
    const struct rt_allocator foreign = {NULL, foreign_malloc, foreign_calloc, foreign_realloc, foreign_free};

    abi.version = (uint16_t)version;
    rt_python.abi = &abi;
    rt_python.immortal = version >= 0x030c;
    rt_python.type_type = (uint64_t)&stage_metatype;
    rt_python.get_allocator = get_allocator;
    rt_python.set_allocator = set_allocator;
    for (unsigned i = 0; i < 3; i++)
        stage_now[i] = foreign;
    rt_object_open();
    assert_true(rt_region_open(REGION, quarantine, true));
    rt_object_images();
    rt_region_install();
}

void *object_malloc(size_t size)
{
    return stage_now[2].malloc(stage_now[2].context, size);
}

void object_free(void *block)
{
    stage_now[2].free(stage_now[2].context, block);
}

void *mem_malloc(size_t size)
{
    return stage_now[1].malloc(stage_now[1].context, size);
}

void mem_free(void *block)
{
    stage_now[1].free(stage_now[1].context, block);
}

uint64_t stage_object(const struct stage_type *type, size_t size, size_t head)
{
    uint64_t *object = (uint64_t *)((char *)object_malloc(size) + head);

    object[0] = 1;
    object[1] = (uint64_t)type;
    return (uint64_t)object;
}

/* SplitMix64. */
uint64_t stage_draw(uint64_t below)
{
    static uint64_t state = 5;
    uint64_t z = (state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % below;
}
