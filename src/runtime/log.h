/* The log: facts into the shared recording, in the order in which they happened.
 *
 * Called with the GIL (one writer at a time) but for rt_log_stray. Never blocks for longer than RT_LOG_PATIENCE_MS:
 * when the host is gone or too slow, logging ends for good and the program runs on. Nothing here allocates. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/recording.h"

enum { RT_LOG_PATIENCE_MS = 20000 };

/* What the store hooks read; offsets are known to arch/x86_64/shim.S. */
struct rt_hot {
    uint64_t region, region_size; /* the object region; size 0: no region */
    uint8_t *side;                /* one mark a granule of 16 bytes */
    struct rs_ring *ring;
    uint8_t *data; /* the ring's data, mapped twice in a row */
    uint64_t mask;
    uint64_t *statics;   /* 4096 places: a known static object, or address + 1: known to be none */
    uint64_t writer;     /* the thread whose record was the last, 0: none yet */
    bool on;             /* facts are recorded */
    unsigned held;       /* slots of the record that is held back, 0: none */
    uint64_t held_limit; /* the ring's limit meanwhile */
    const void *holder;
};
extern struct rt_hot rt_hot;

/* Whether this thread holds the GIL as far as the hooks know; kept by the entry, API and store hooks. */
extern __thread uint8_t rt_gil __attribute__((tls_model("initial-exec")));

extern __thread uint64_t rt_log_thread
    __attribute__((tls_model("initial-exec"))); /* this one's number, 0: not asked for yet */

/* Whether facts are recorded at all. */
static inline bool rt_log_on(void)
{
    return rt_hot.on;
}
/* Ends logging: the host is gone, or a fork has not connected yet. */
void rt_log_stop(void);
/* Connects this process: claims a slot of the control file and waits for its ring. `birth`: enum rs_birth. False if
 * there is no host, it has ended, or it has no slot left; then nothing is logged. */
bool rt_log_connect(unsigned birth, int parent, uint64_t parent_head);
struct rs_control *rt_log_control(void);
/* Asks the host for something (slot fields filled by `fill`) and waits for the answer. */
struct rs_process_slot *rt_log_request(void (*fill)(struct rs_process_slot *, void *), void *context);
void rt_log_request_done(void);

/* A record of `slots` slots to be filled in place, then committed; NULL when logging has ended. */
struct rs_slot *rt_log_begin_slow(unsigned slots);
static inline struct rs_slot *rt_log_begin(unsigned slots)
{
    struct rs_ring *ring = rt_hot.ring; /* a limit of 0 when nothing is recorded */

    if (rt_log_thread == rt_hot.writer && ring->head + 16 * (uint64_t)slots <= ring->limit)
        return (struct rs_slot *)(rt_hot.data + (ring->head & rt_hot.mask));
    return rt_log_begin_slow(slots);
}
static inline void rt_log_commit(unsigned slots)
{
    __atomic_store_n(&rt_hot.ring->head, rt_hot.ring->head + 16 * (uint64_t)slots, __ATOMIC_RELEASE);
}
/* Instead of rt_log_commit: the record is held back until the next one is begun, by whomever, or taken back. For what
 * only matters if something else happens before it is over. `holder` tells it from others. Only where rt_log_is_writer.
 */
static inline void rt_log_hold(unsigned slots, const void *holder)
{
    rt_hot.held = slots;
    rt_hot.holder = holder;
    rt_hot.held_limit = rt_hot.ring->limit;
    rt_hot.ring->limit = 0; /* leads everybody through rt_log_begin_slow */
}
/* Takes the held record back; false if it has been written, or is another's. */
static inline bool rt_log_take_back(const void *holder)
{
    if (rt_hot.held == 0 || rt_hot.holder != holder)
        return false;
    rt_hot.held = 0;
    rt_hot.ring->limit = rt_hot.held_limit;
    return true;
}
/* Whether the last record was this thread's, so that it need not be named again. */
static inline bool rt_log_is_writer(void)
{
    return rt_log_thread == rt_hot.writer && rt_log_thread != 0;
}
/* The next record is this thread's and the last one was another's: leads the store hooks, which do not look, through
 * the slow path. */
static inline void rt_log_divert(void)
{
    if (rt_hot.held == 0 && !rt_log_is_writer())
        rt_hot.ring->limit = 0;
}
/* One whole record of 1 + words/2 slots. */
void rt_log_put(unsigned kind, uint64_t a, uint32_t b, const uint64_t *words, unsigned count);
/* A record whose last part is text (at most 4,000 bytes are kept); `words` as before, the length is added as a word. */
void rt_log_text(unsigned kind, uint64_t a, uint32_t b, const uint64_t *words, unsigned count, const void *text,
                 size_t length);
/* What is not covered, for the summary. */
void rt_log_limit(uint64_t number, const char *what);
/* Whether the recording is this process's: not in the child of a vfork, which has its parent's memory. */
bool rt_log_is_own(void);
/* A thread without the GIL has last facts to write: until it gives the log back, all others wait that want to write. */
void rt_log_seize(void);
void rt_log_give_back(void);
/* From a thread without the GIL: a store. */
void rt_log_stray(uint64_t address, uint32_t site);
/* Waits until the host has read everything so far, for at most that long. */
void rt_log_drain(unsigned milliseconds);
/* Waits until the host has booked everything so far, so that what it suspects is known before the program goes on: for
 * at most 20 ms, and in all for about a second. */
void rt_log_confer(void);
uint64_t rt_log_head(void);
/* Inside the slow path of a store hook: room for the next records, or logging ended. */
bool rt_log_make_room(uint64_t bytes);
