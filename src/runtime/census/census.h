/* Looking at memory as a whole: who holds what. Read-only; with the GIL; at exit, at quiet points, at a suspect's
 * death.
 *
 * Words are compared exactly with object addresses. What is freed or in quarantine is skipped; pages that were never
 * touched are skipped, too. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Counts, for every live object that a watched module touched, the words in memory that point at it (RS_REC_LIVE),
 * between two RS_REC_CENSUS records; and of the memory that modules asked for what no word points at or into
 * (RS_REC_BLOCK). */
void rt_census_holders(void);
/* The first of two quiet points for objects that never die: count and words (RS_REC_BASE). */
void rt_census_base(const uint64_t *objects, unsigned count);
/* Whether a local variable of a live Python frame, or a live tracked object by its tp_traverse, still refers to the
 * object; recorded (RS_REC_WITNESS) if so. */
bool rt_census_witness(uint64_t object);
/* Of the armed objects that are alive: where more references are visited by tp_traverse than the object's count says,
 * somebody gave up too much (RS_REC_WITNESS, kind 3). At a quiet point: no object is being made or taken apart. */
void rt_census_suspects(void);
/* Live objects whose tp_traverse visits a member that is dead (RS_REC_WITNESS, kind 2). At a quiet point. */
void rt_census_dangling(void);
/* The collector is about to clear an object: if a live frame still holds it, a tp_traverse visits what is not owned
 * (RS_REC_TRAVERSE names the owner that visits it). */
void rt_census_cleared(uint64_t object);
