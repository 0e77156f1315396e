/* The seed of the summaries' mutations is one that the reader accepts: of another format each mutation would end at its first line. */
#include <stdio.h>

#include "check/flow/flow.h"
#include "check/unit.h"

int main(int argc, char **argv)
{
    struct rs_summaries *set = rs_summaries_open();
    struct rs_error err = {.text = "no seed is named"};
    bool good = argc == 2 && rs_summaries_append(set, argv[1], &err) && rs_share_find(set, "take_row") != NULL && rs_share_find(set, "fill") != NULL;

    if (!good)
        printf("%s\n", err.text);
    rs_summaries_close(set);
    return good ? 0 : 1;
}
