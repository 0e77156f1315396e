#include "base/map.h"

#include <stdlib.h>

#include "base/arena.h"

static size_t home(const struct rs_map *map, uint64_t key)
{
    return (size_t)((key * 0x9E3779B97F4A7C15u) >> 20) & (map->room - 1);
}

static size_t place(const struct rs_map *map, uint64_t key)
{
    size_t i = home(map, key);

    while (map->keys[i] != 0 && map->keys[i] != key)
        i = (i + 1) & (map->room - 1);
    return i;
}

uint64_t *rs_map_find(const struct rs_map *map, uint64_t key)
{
    size_t i;

    if (map->count == 0 || key == 0) /* 0 would find a free place */
        return NULL;
    i = place(map, key);
    return map->keys[i] == key ? &map->values[i] : NULL;
}

static void grow(struct rs_map *map)
{
    struct rs_map bigger = {.room = map->room ? 2 * map->room : 64};

    bigger.keys = rs_alloc(bigger.room * sizeof(uint64_t));
    bigger.values = rs_alloc(bigger.room * sizeof(uint64_t));
    for (size_t i = 0; i < map->room; i++) {
        if (map->keys[i] != 0) {
            size_t to = place(&bigger, map->keys[i]);

            bigger.keys[to] = map->keys[i];
            bigger.values[to] = map->values[i];
        }
    }
    bigger.count = map->count;
    free(map->keys);
    free(map->values);
    *map = bigger;
}

uint64_t *rs_map_at(struct rs_map *map, uint64_t key)
{
    size_t i;

    if (4 * (map->count + 1) > 3 * map->room)
        grow(map);
    i = place(map, key);
    if (map->keys[i] == 0) {
        map->keys[i] = key;
        map->values[i] = 0;
        map->count++;
    }
    return &map->values[i];
}

bool rs_map_remove(struct rs_map *map, uint64_t key)
{
    size_t gap, i;

    if (map->count == 0 || key == 0)
        return false;
    gap = place(map, key);
    if (map->keys[gap] != key)
        return false;
    for (i = (gap + 1) & (map->room - 1); map->keys[i] != 0; i = (i + 1) & (map->room - 1)) {
        size_t h = home(map, map->keys[i]);

        if (((i - h) & (map->room - 1)) >= ((i - gap) & (map->room - 1))) {
            map->keys[gap] = map->keys[i];
            map->values[gap] = map->values[i];
            gap = i;
        }
    }
    map->keys[gap] = 0;
    map->count--;
    return true;
}

void rs_map_close(struct rs_map *map)
{
    free(map->keys);
    free(map->values);
    *map = (struct rs_map){0};
}
