#include "base/map.h"

#include <stdlib.h>

#include "base/arena.h"

static size_t place(const struct rs_map *map, uint64_t key)
{
    size_t i = rs_map_home(map, key);

    while (map->places[i].key != 0 && map->places[i].key != key)
        i = (i + 1) & (map->room - 1);
    return i;
}

static void grow(struct rs_map *map)
{
    struct rs_map bigger = {.room = map->room ? 2 * map->room : 64, .count = map->count};

    bigger.places = rs_alloc(bigger.room * sizeof(*bigger.places));
    for (size_t i = 0; i < map->room; i++)
        if (map->places[i].key != 0)
            bigger.places[place(&bigger, map->places[i].key)] = map->places[i];
    free(map->places);
    *map = bigger;
}

uint64_t *rs_map_at(struct rs_map *map, uint64_t key)
{
    size_t i;

    if (4 * (map->count + 1) > 3 * map->room)
        grow(map);
    i = place(map, key);
    if (map->places[i].key == 0) {
        map->places[i] = (struct rs_map_place){key, 0};
        map->count++;
    }
    return &map->places[i].value;
}

bool rs_map_remove(struct rs_map *map, uint64_t key)
{
    size_t gap, i;

    if (map->count == 0 || key == 0)
        return false;
    gap = place(map, key);
    if (map->places[gap].key != key)
        return false;
    for (i = (gap + 1) & (map->room - 1); map->places[i].key != 0; i = (i + 1) & (map->room - 1)) {
        size_t h = rs_map_home(map, map->places[i].key);

        if (((i - h) & (map->room - 1)) >= ((i - gap) & (map->room - 1))) {
            map->places[gap] = map->places[i];
            gap = i;
        }
    }
    map->places[gap].key = 0;
    map->count--;
    return true;
}

void rs_map_close(struct rs_map *map)
{
    free(map->places);
    *map = (struct rs_map){0};
}
