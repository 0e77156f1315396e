/* See lines.h. Formats: Objects/lnotab_notes.txt (3.8 to 3.10), Objects/locations.md (3.11 and later). */
#include "trace/lines.h"

#include <stdbool.h>

/* 3.8, 3.9: pairs of unsigned byte increment, signed line increment. */
static int from_lnotab(const uint8_t *table, size_t size, int line, uint32_t instr)
{
    uint32_t at = 0;

    for (size_t i = 0; i + 1 < size; i += 2) {
        at += table[i];
        if (at > instr)
            break;
        line += (int8_t)table[i + 1];
    }
    return line;
}

/* 3.10: pairs of unsigned byte length, signed line increment that applies to that range; -128: no line. */
static int from_pairs(const uint8_t *table, size_t size, int first, uint32_t instr)
{
    uint32_t end = 0;
    int line = first, last = first;

    for (size_t i = 0; i + 1 < size; i += 2) {
        int8_t step = (int8_t)table[i + 1];

        end += table[i];
        if (step != -128) {
            line += step;
            last = line;
        }
        if (instr < end)
            return step == -128 ? last : line;
    }
    return last;
}

static bool read_varint(const uint8_t *table, size_t size, size_t *i, uint32_t *value)
{
    unsigned shift = 0;

    *value = 0;
    while (*i < size && shift < 30) {
        uint8_t byte = table[(*i)++];

        *value |= (uint32_t)(byte & 63) << shift;
        shift += 6;
        if (!(byte & 64))
            return true;
    }
    return false;
}

/* 3.11 and later: entries that begin with a byte of the top bit set: code (4 bits), length - 1 in code units (3 bits).
 */
static int from_locations(const uint8_t *table, size_t size, int first, uint32_t instr)
{
    uint32_t at = 0, value;
    int line = first;
    size_t i = 0;

    while (i < size && (table[i] & 0x80)) {
        unsigned code = (table[i] >> 3) & 15, length = (table[i] & 7) + 1u;
        bool has_line = code != 15;

        i++;
        if (code == 13 || code == 14) { /* no columns; long form: both begin with a signed line step */
            if (!read_varint(table, size, &i, &value))
                break;
            line += value & 1 ? -(int)(value >> 1) : (int)(value >> 1);
        } else if (code >= 10 && code <= 12) {
            line += (int)code - 10;
        }
        at += 2 * length;
        if (instr < at && has_line)
            return line;
        while (i < size && !(table[i] & 0x80))
            i++;
    }
    return line;
}

int rs_trace_line(unsigned python, const uint8_t *table, size_t size, uint32_t first_line, uint32_t instr)
{
    if (size == 0)
        return (int)first_line;
    if (python >= 0x030b)
        return from_locations(table, size, (int)first_line, instr);
    if (python == 0x030a)
        return from_pairs(table, size, (int)first_line, instr);
    return from_lnotab(table, size, (int)first_line, instr);
}
