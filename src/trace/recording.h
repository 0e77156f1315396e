/* The host's side of the shared recording: makes it, hands out rings, answers requests, reads what was written.
 *
 * The program is untrusted: every number that a runtime wrote is checked before it is used, and a recording that makes
 * no sense ends that process's stream with a count, never the host. Single-threaded. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "wire/recording.h"

struct rs_recording;

struct rs_recording_options {
    uint64_t ring_bytes; /* wanted data bytes of a ring; less where the system has less */
    uint64_t region_bytes, quarantine_bytes;
    uint32_t flags; /* enum rs_control_flags */
    uint32_t table; /* fingerprint of the contract table that the reader of the records has */
};

/* The control file. NULL with a line if shared memory cannot be had. */
struct rs_recording *rs_recording_open(const struct rs_recording_options *options, struct rs_error *err);
void rs_recording_close(struct rs_recording *recording);
/* The value of RS_RECORDING_VARIABLE for the program; lives as long as the recording. */
const char *rs_recording_address(const struct rs_recording *recording);
/* From now on no runtime logs any more. */
void rs_recording_end(struct rs_recording *recording);
/* Sleeps until a runtime rings, for at most that long. */
void rs_recording_wait(struct rs_recording *recording, unsigned milliseconds);

/* Gives each newly connected process its ring. `born` is called once for each, with the slot's number. */
void rs_recording_admit(struct rs_recording *recording,
                        void (*born)(void *context, unsigned slot, const struct rs_process_slot *process),
                        void *context);

/* An open request, or NULL; the pointer's fields were copied, `path` ends with a NUL. */
const struct rs_process_slot *rs_recording_request(struct rs_recording *recording, unsigned slot);
/* Answers it with a blob (size 0: nothing). */
void rs_recording_answer(struct rs_recording *recording, unsigned slot, const void *blob, size_t size);

/* Feeds about `bytes` bytes of the process's ring, as copies that the program cannot change: `take` gets an array of
 * slots that begins with a record and returns how many slots the whole records at its front have. Returns how many
 * bytes were read. */
uint64_t rs_recording_read(struct rs_recording *recording, unsigned slot, uint64_t bytes,
                           size_t (*take)(void *context, const struct rs_slot *slots, size_t count), void *context);
/* The same of the stray ring: (address, site) pairs. */
void rs_recording_read_stray(struct rs_recording *recording, unsigned slot,
                             void (*stray)(void *context, uint64_t address, uint32_t site), void *context);
uint64_t rs_recording_lost(const struct rs_recording *recording, unsigned slot);
/* Arms a site (law 5): what it touches from now on is watched when it dies. */
void rs_recording_arm(struct rs_recording *recording, unsigned slot, uint32_t site);
void rs_recording_arm_function(struct rs_recording *recording, unsigned slot, uint64_t function);
/* Tells the runtime that the balance of an object has just fallen below 0: it is looked after when it dies, or at once
 * if it has. */
void rs_recording_suspect(struct rs_recording *recording, unsigned slot, uint64_t object);
/* Asks for a first quiet point of an object that never dies; false if there is no place left. */
bool rs_recording_watch(struct rs_recording *recording, unsigned slot, uint64_t object);
/* The n-th program that was started and left out: its name (254 bytes) and enum rs_target; false behind the last. */
bool rs_recording_left_out(const struct rs_recording *recording, unsigned n, uint32_t *why, char *name);
/* Programs left out beyond those that could be noted. */
unsigned rs_recording_left_out_more(const struct rs_recording *recording);
/* Processes whose runtime is of another build than this program: they ran unobserved. */
unsigned rs_recording_strangers(const struct rs_recording *recording);
/* Processes that got no ring, with errno of the last reason. */
unsigned rs_recording_refused(const struct rs_recording *recording, int *reason);
/* Whether there were RS_PROCESSES at a time: a further one found no slot, and nobody knows of it. */
bool rs_recording_crowded(const struct rs_recording *recording);
/* Gives back what belongs to a process that is gone and wholly read; its slot may be another's from now on. */
void rs_recording_release(struct rs_recording *recording, unsigned slot);
uint64_t rs_recording_bytes(const struct rs_recording *recording); /* shared memory in use, the most so far */
