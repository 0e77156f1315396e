/* A hash map from a non-zero 64-bit key to a 64-bit value (open addressing, linear probing). Host only. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rs_map_place {
    uint64_t key, value; /* side by side: a look-up waits for memory once; key 0: free */
};

struct rs_map {
    struct rs_map_place *places; /* room of them */
    size_t count, room;          /* room: 0 or a power of two */
};

/* Where the search for a key begins. Only with room > 0. */
static inline size_t rs_map_home(const struct rs_map *map, uint64_t key)
{
    return (size_t)((key * 0x9E3779B97F4A7C15u) >> 20) & (map->room - 1);
}

/* The value's place, or NULL where the key is absent; valid until the next insertion or removal. */
static inline uint64_t *rs_map_find(const struct rs_map *map, uint64_t key)
{
    size_t i;

    if (map->count == 0 || key == 0) /* 0 would find a free place */
        return NULL;
    i = rs_map_home(map, key);
    while (map->places[i].key != key && map->places[i].key != 0)
        i = (i + 1) & (map->room - 1);
    return map->places[i].key == key ? &map->places[i].value : NULL;
}

/* The value's place, made with value 0 where the key was absent. */
uint64_t *rs_map_at(struct rs_map *map, uint64_t key);
/* Whether the key was there. */
bool rs_map_remove(struct rs_map *map, uint64_t key);
void rs_map_close(struct rs_map *map);
