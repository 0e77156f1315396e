/* A hash map from a non-zero 64-bit key to a 64-bit value (open addressing, linear probing). Host only. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rs_map {
    uint64_t *keys, *values; /* room entries each; key 0 is a free place */
    size_t count, room;
};

/* The value's place, or NULL where the key is absent; valid until the next insertion or removal. */
uint64_t *rs_map_find(const struct rs_map *map, uint64_t key);
/* The value's place, made with value 0 where the key was absent. */
uint64_t *rs_map_at(struct rs_map *map, uint64_t key);
/* Whether the key was there. */
bool rs_map_remove(struct rs_map *map, uint64_t key);
void rs_map_close(struct rs_map *map);
