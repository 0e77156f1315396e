#include "runtime/log.h"

#include <stdlib.h>

#include "contract/contract.h"
#include "runtime/sys/sys.h"

__thread uint8_t rt_gil __attribute__((tls_model("initial-exec")));

static struct rs_control *control;
static struct rs_process_slot *slot;
static struct rs_ring nowhere; /* limit 0: every record takes the slow path, which finds logging off */
struct rt_hot rt_hot = {.ring = &nowhere};
static uint8_t *stray_data;
__thread uint64_t rt_log_thread __attribute__((tls_model("initial-exec")));
static uint32_t request_lock;
static uint32_t seized; /* a futex: the thread that has the log for itself, 0: none */

enum {
    MARGIN = 64 * 1024,
    FINE = 1 << 20,
    FINE_STEP = 4096,
    COARSE_STEP = 64 * 1024,
    DRAIN_STEP_MS = 5,
    CONFER_MS = 20,
    CONFER_WAITS = 200,
    SETTLE_MS = 1
}; /* MARGIN: the longest record fits behind the limit */

void rt_log_stop(void)
{
    rt_hot.on = false;
    rt_hot.held = 0;
    rt_hot.ring = &nowhere;
}

struct rs_control *rt_log_control(void)
{
    return control;
}

uint64_t rt_log_head(void)
{
    return rt_hot.ring->head;
}

static uint64_t parse_number(const char **text, char end)
{
    uint64_t n = 0;

    while (**text >= '0' && **text <= '9')
        n = n * 10 + (uint64_t)(*(*text)++ - '0');
    if (end != 0 && **text == end)
        (*text)++;
    return n;
}

static bool open_control(void)
{
    const char *where = getenv(RS_RECORDING_VARIABLE);
    uint64_t host, fd, cookie;

    if (control != NULL)
        return true;
    if (where == NULL)
        return false;
    host = parse_number(&where, ':');
    fd = parse_number(&where, ':');
    cookie = parse_number(&where, 0);
    if (host == 0 || *where != 0)
        return false;
    control = rt_sys_map_of((int)host, (int)fd, NULL, sizeof(*control), 0, true);
    if (control == NULL)
        return false;
    if (control->magic != RS_RECORDING_MAGIC || control->version != RS_RECORDING_VERSION || control->cookie != cookie) {
        rt_sys_unmap(control, sizeof(*control));
        control = NULL;
        return false;
    }
    if (control->table != rs_contract_fingerprint()) {
        __atomic_add_fetch(&control->strangers, 1, __ATOMIC_RELAXED);
        rt_sys_unmap(control, sizeof(*control));
        control = NULL;
        return false;
    }
    return true;
}

static bool host_gone(void)
{
    return control->ended || !rt_sys_alive(control->host);
}

static void ring_bell(void)
{
    __atomic_add_fetch(&control->bell, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&control->asleep, __ATOMIC_SEQ_CST))
        rt_sys_futex_wake(&control->bell);
}

/* Waits until *word is no longer `value`; false when the host is gone or the patience is over. */
static bool wait_while(uint32_t *word, uint32_t value, unsigned milliseconds)
{
    for (unsigned waited = 0; waited < milliseconds; waited += 50) {
        if (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value)
            return true;
        rt_sys_futex_wait(word, value, 50);
        if (host_gone())
            break;
    }
    return __atomic_load_n(word, __ATOMIC_ACQUIRE) != value;
}

static struct rs_process_slot *claim(void)
{
    for (unsigned i = 0; i < RS_PROCESSES; i++) {
        uint32_t free = RS_SLOT_FREE;

        if (__atomic_compare_exchange_n(&control->processes[i].state, &free, RS_SLOT_CLAIMED, false, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            return &control->processes[i];
    }
    return NULL;
}

/* The data pages stand twice in a row, so that no record has to be split. */
static bool map_ring(const struct rs_process_slot *s)
{
    size_t data = s->ring_size - RS_RING_HEADER - RS_STRAY_BYTES;
    uint8_t *at = rt_sys_reserve(NULL, RS_RING_HEADER + 2 * data);
    struct rs_ring *ring;

    if (at == NULL)
        return false;
    ring = rt_sys_map_of(control->host, s->ring_fd, at, RS_RING_HEADER, 0, true);
    if (ring == NULL || ring->magic != RS_RECORDING_MAGIC || ring->capacity != data ||
        rt_sys_map_of(control->host, s->ring_fd, at + RS_RING_HEADER, data, RS_RING_HEADER, true) == NULL ||
        rt_sys_map_of(control->host, s->ring_fd, at + RS_RING_HEADER + data, data, RS_RING_HEADER, true) == NULL) {
        rt_sys_unmap(at, RS_RING_HEADER + 2 * data);
        return false;
    }
    stray_data = rt_sys_map_of(control->host, s->ring_fd, NULL, RS_STRAY_BYTES, RS_RING_HEADER + data, true);
    if (stray_data == NULL)
        return false;
    rt_hot.data = at + RS_RING_HEADER;
    rt_hot.mask = data - 1;
    rt_hot.ring = ring;
    return true;
}

bool rt_log_connect(unsigned birth, int parent, uint64_t parent_head)
{
    rt_log_stop();
    request_lock = 0;
    seized = 0;
    rt_hot.writer = 0;
    rt_log_thread = 0;
    if (!open_control() || host_gone() || (slot = claim()) == NULL)
        return false;
    slot->pid = rt_sys_pid();
    slot->parent = parent;
    slot->birth = birth;
    slot->parent_head = parent_head;
    slot->request = RS_REQUEST_NONE;
    __atomic_store_n(&slot->state, RS_SLOT_WAITING, __ATOMIC_SEQ_CST);
    ring_bell();
    if (!wait_while(&slot->state, RS_SLOT_WAITING, RT_LOG_PATIENCE_MS) || slot->state != RS_SLOT_RUNNING ||
        !map_ring(slot))
        return false;
    rt_hot.on = true;
    return true;
}

struct rs_process_slot *rt_log_request(void (*fill)(struct rs_process_slot *, void *), void *context)
{
    if (!rt_hot.on)
        return NULL;
    while (__atomic_exchange_n(&request_lock, 1, __ATOMIC_ACQUIRE) != 0)
        rt_sys_futex_wait(&request_lock, 1, 10);
    fill(slot, context);
    slot->answer_fd = -1;
    __atomic_store_n(&slot->request, RS_REQUEST_ASKED, __ATOMIC_SEQ_CST);
    ring_bell();
    if (wait_while(&slot->request, RS_REQUEST_ASKED, RT_LOG_PATIENCE_MS) && slot->request == RS_REQUEST_ANSWERED)
        return slot;
    rt_log_request_done();
    return NULL;
}

void rt_log_request_done(void)
{
    slot->request = RS_REQUEST_NONE;
    __atomic_store_n(&request_lock, 0, __ATOMIC_RELEASE);
    rt_sys_futex_wake(&request_lock);
}

bool rt_log_make_room(uint64_t bytes)
{
    struct rs_ring *ring = rt_hot.ring;
    unsigned waited = 0;

    if (!rt_hot.on)
        return false;
    for (;;) {
        uint64_t tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
        uint64_t limit = tail + ring->capacity - MARGIN;

        if (ring->head + bytes <= limit) {
            /* in steps, so that the host hears of the first suspect soon and is woken long before the ring is full */
            uint64_t step = ring->head + bytes + (ring->head < FINE ? FINE_STEP : COARSE_STEP);

            ring->limit = seized != 0 ? 0 : step < limit ? step : limit;
            ring_bell();
            return true;
        }
        ring->wanted = 1;
        ring_bell();
        if (__atomic_load_n(&ring->tail, __ATOMIC_SEQ_CST) == tail)
            rt_sys_futex_wait(&ring->wanted, 1, 20);
        waited += 20;
        if (host_gone() || waited > RT_LOG_PATIENCE_MS) {
            ring->lost++;
            rt_log_stop();
            return false;
        }
    }
}

static struct rs_slot *at_head(unsigned slots)
{
    struct rs_ring *ring = rt_hot.ring;

    if (ring->head + 16 * (uint64_t)slots > ring->limit && !rt_log_make_room(16 * (uint64_t)slots))
        return NULL;
    return (struct rs_slot *)(rt_hot.data + (ring->head & rt_hot.mask));
}

static void write_held(void)
{
    unsigned slots = rt_hot.held;

    rt_hot.held = 0;
    rt_hot.ring->limit = rt_hot.held_limit;
    rt_log_commit(slots);
}

struct rs_slot *rt_log_begin_slow(unsigned slots)
{
    if (!rt_hot.on)
        return NULL;
    if (rt_hot.held != 0)
        write_held();
    if (rt_log_thread == 0)
        rt_log_thread = rt_sys_thread();
    for (uint32_t by; (by = __atomic_load_n(&seized, __ATOMIC_SEQ_CST)) != 0 && by != rt_log_thread;)
        rt_sys_futex_wait(&seized, by, 10);
    if (rt_hot.writer != rt_log_thread) {
        struct rs_slot *mark = at_head(1);

        if (mark == NULL)
            return NULL;
        rt_hot.writer = rt_log_thread;
        *mark = (struct rs_slot){rt_log_thread, RS_TAG_OF(RS_REC_THREAD, 1), 0};
        rt_log_commit(1);
    }
    return at_head(slots);
}

void rt_log_put(unsigned kind, uint64_t a, uint32_t b, const uint64_t *words, unsigned count)
{
    unsigned slots = 1 + (count + 1) / 2;
    struct rs_slot *head = rt_log_begin(slots);
    uint64_t *to;

    if (head == NULL)
        return;
    *head = (struct rs_slot){a, RS_TAG_OF(kind, slots), b};
    to = (uint64_t *)(head + 1);
    for (unsigned i = 0; i < count; i++)
        to[i] = words[i];
    if (count & 1)
        to[count] = 0;
    rt_log_commit(slots);
}

void rt_log_text(unsigned kind, uint64_t a, uint32_t b, const uint64_t *words, unsigned count, const void *text,
                 size_t length)
{
    unsigned slots, fixed = count + 1;
    struct rs_slot *head;
    uint64_t *to;

    length = length < 4000 ? length : 4000;
    slots = 1 + (unsigned)((fixed * 8 + length + 15) / 16);
    head = rt_log_begin(slots);
    if (head == NULL)
        return;
    *head = (struct rs_slot){a, RS_TAG_OF(kind, slots), b};
    to = (uint64_t *)(head + 1);
    rt_fill(to, 0, 16 * (size_t)(slots - 1));
    for (unsigned i = 0; i < count; i++)
        to[i] = words[i];
    to[count] = length;
    rt_copy(to + fixed, text, length);
    rt_log_commit(slots);
}

bool rt_log_is_own(void)
{
    return rt_hot.on && slot->pid == rt_sys_pid();
}

void rt_log_seize(void)
{
    uint32_t nobody = 0;

    __atomic_store_n(&seized, (uint32_t)rt_sys_thread(), __ATOMIC_SEQ_CST);
    __atomic_store_n(&rt_hot.ring->limit, 0, __ATOMIC_SEQ_CST); /* everybody's next record takes the slow way */
    rt_sys_futex_wait(&nobody, 0, SETTLE_MS);                   /* a record that was begun is ended */
}

void rt_log_give_back(void)
{
    __atomic_store_n(&seized, 0, __ATOMIC_SEQ_CST);
    rt_sys_futex_wake(&seized);
}

void rt_log_limit(uint64_t number, const char *what)
{
    rt_log_text(RS_REC_LIMIT, number, 0, NULL, 0, what, rt_length(what));
}

void rt_log_stray(uint64_t address, uint32_t site)
{
    struct rs_ring *ring = rt_hot.ring;
    struct rs_slot *stray;

    if (!rt_hot.on)
        return;
    while (__atomic_exchange_n(&ring->stray_lock, 1, __ATOMIC_ACQUIRE) != 0)
        rt_pause();
    if (ring->stray_head - ring->stray_tail + 16 > RS_STRAY_BYTES) {
        ring->stray_lost++;
    } else {
        stray = (struct rs_slot *)(stray_data + (ring->stray_head & (RS_STRAY_BYTES - 1)));
        *stray = (struct rs_slot){address, RS_TAG_OF(RS_REC_GIL, 1), site};
        __atomic_store_n(&ring->stray_head, ring->stray_head + 16, __ATOMIC_RELEASE);
    }
    __atomic_store_n(&ring->stray_lock, 0, __ATOMIC_RELEASE);
}

/* How often it had to wait. */
static unsigned drain(unsigned milliseconds)
{
    struct rs_ring *ring = rt_hot.ring;
    unsigned waits = 0;

    for (; rt_hot.on && DRAIN_STEP_MS * waits < milliseconds; waits++) {
        uint32_t wanted = 1;

        if (__atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) >= ring->head)
            break;
        ring->wanted = wanted;
        ring_bell();
        if (__atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) >= ring->head)
            break;
        rt_sys_futex_wait(&ring->wanted, wanted, DRAIN_STEP_MS);
        if (host_gone())
            break;
    }
    return waits;
}

void rt_log_drain(unsigned milliseconds)
{
    drain(milliseconds);
}

void rt_log_confer(void)
{
    static unsigned patience = CONFER_WAITS;
    unsigned waits = patience > 0 ? drain(CONFER_MS) : 0;

    /* the first wait is what an answer takes; more of them mean that the host has no time */
    if (waits > 1)
        patience -= waits < patience ? waits : patience;
}
