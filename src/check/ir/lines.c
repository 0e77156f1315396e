/* Lines of the sources that a unit was made of, by number. */
#include <stdio.h>
#include <string.h>

#include "check/ir/ir.h"

/* Where the lines of the file begin; the file asked for last is kept. */
static const struct rs_ir_lines *lines_of(struct rs_ir *ir, const char *path, FILE *file)
{
    char *line = NULL;
    size_t room = 0;

    if (ir->lines.path != NULL && strcmp(ir->lines.path, path) == 0)
        return &ir->lines;
    ir->lines.path = path;
    ir->lines.starts.count = 0;
    do
        *RS_PUSH(&ir->lines.starts) = ftell(file);
    while (getline(&line, &room, file) >= 0);
    free(line);
    return &ir->lines;
}

char *rs_ir_source_line(struct rs_ir *ir, LLVMValueRef at)
{
    struct rs_ir_place place = at == NULL ? (struct rs_ir_place){0} : rs_ir_place(ir, at);
    FILE *file = place.file == NULL ? NULL : fopen(place.file, "re");
    const struct rs_ir_lines *lines = file == NULL ? NULL : lines_of(ir, place.file, file);
    char *line = NULL;
    size_t room = 0;
    bool there = lines != NULL && place.line > 0 && (size_t)place.line <= lines->starts.count &&
                 fseek(file, lines->starts.items[place.line - 1], SEEK_SET) == 0 && getline(&line, &room, file) >= 0;

    if (file != NULL)
        fclose(file);
    if (there)
        return line;
    free(line);
    return NULL;
}
