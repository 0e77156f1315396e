/* Shared by the files of the room. */
#pragma once
#include "verdict/verdict.h"

enum { RS_STACK_MAX = 24 }; /* frames of either kind that are told */

struct judge {
    const struct rs_books *books;
    const struct rs_names *names;
    struct rs_report *report;
};

/* Names the place of an event; `api` is the call, where it is one. */
void rs_judge_event(const struct judge *j, const struct rs_event *event, struct rs_place *place);
/* Fills object and history of a zeroed finding, whose lists become the caller's. Whether no account of it is certainly
 * below 0. */
bool rs_judge_story(const struct judge *j, const struct rs_fact *fact, struct rs_finding *f);
/* The native and the Python frames at the fault, innermost first; how many. */
size_t rs_judge_native(const struct judge *j, struct rs_line lines[RS_STACK_MAX]);
size_t rs_judge_python(const struct judge *j, struct rs_line lines[RS_STACK_MAX]);
/* Message and advice of a crash of which all else is filled. */
void rs_crash_words(const struct judge *j, struct rs_crash *crash);
