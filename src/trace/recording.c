/* See recording.h. */
#include "trace/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"

enum { RING_LEAST = 1 << 20, SPARE_MAX = 8 };

struct stream {
    int fd;
    uint8_t *map; /* header, data, stray */
    uint64_t data_bytes, size;
    bool broken;
    int answer_fd;
    struct rs_process_slot request;
};

/* A ring without a process. New memory has to be zeroed by the kernel, which takes longer than a short child lives. */
struct spare {
    int fd;
    uint8_t *map;
    uint64_t data_bytes, size;
};

struct rs_recording {
    struct rs_control *control;
    int fd;
    char address[96];
    struct rs_recording_options options;
    struct stream streams[RS_PROCESSES];
    struct spare spares[SPARE_MAX];
    unsigned spare_count;
    uint64_t bytes, most_bytes;
    bool crowded;
    unsigned refused;
    int refused_why;
};

static void futex_wake(uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, 1 << 30, NULL, NULL, 0);
}

/* Anonymous shared memory that is really there: a page that cannot be had later would be SIGBUS in the program. */
static int make_file(const char *name, uint64_t size)
{
    int fd = memfd_create(name, MFD_CLOEXEC);

    if (fd >= 0 && (ftruncate(fd, (off_t)size) != 0 || fallocate(fd, 0, 0, (off_t)size) != 0)) {
        int reason = errno;

        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

struct rs_recording *rs_recording_open(const struct rs_recording_options *options, struct rs_error *err)
{
    struct rs_recording *recording = rs_alloc(sizeof(*recording));
    struct rs_control *control;

    recording->options = *options;
    recording->fd = make_file("refsan-control", sizeof(*control));
    control = recording->fd >= 0 ? mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, recording->fd, 0)
                                 : MAP_FAILED;
    if (control == MAP_FAILED) {
        rs_fail(err, "no shared memory for the recording (%s)", strerror(errno));
        free(recording);
        return NULL;
    }
    recording->control = control;
    recording->bytes = recording->most_bytes = sizeof(*control);
    for (unsigned i = 0; i < RS_PROCESSES; i++)
        recording->streams[i].fd = recording->streams[i].answer_fd = -1;
    control->magic = RS_RECORDING_MAGIC;
    control->version = RS_RECORDING_VERSION;
    control->table = options->table;
    control->host = getpid();
    control->region_bytes = options->region_bytes;
    control->quarantine_bytes = options->quarantine_bytes;
    control->flags = options->flags;
    if (getrandom(&control->cookie, sizeof(control->cookie), 0) != sizeof(control->cookie))
        control->cookie = (uint64_t)time(NULL);
    control->cookie >>= 1;
    snprintf(recording->address, sizeof(recording->address), "%d:%d:%llu", getpid(), recording->fd,
             (unsigned long long)control->cookie);
    return recording;
}

static void close_stream(struct stream *s)
{
    if (s->map != NULL)
        munmap(s->map, s->size);
    if (s->fd >= 0)
        close(s->fd);
    if (s->answer_fd >= 0)
        close(s->answer_fd);
    *s = (struct stream){.fd = -1, .answer_fd = -1};
}

void rs_recording_close(struct rs_recording *recording)
{
    rs_recording_end(recording);
    for (unsigned i = 0; i < RS_PROCESSES; i++)
        close_stream(&recording->streams[i]);
    for (unsigned i = 0; i < recording->spare_count; i++) {
        munmap(recording->spares[i].map, recording->spares[i].size);
        close(recording->spares[i].fd);
    }
    munmap(recording->control, sizeof(*recording->control));
    close(recording->fd);
    free(recording);
}

const char *rs_recording_address(const struct rs_recording *recording)
{
    return recording->address;
}

void rs_recording_end(struct rs_recording *recording)
{
    __atomic_store_n(&recording->control->ended, 1, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < RS_PROCESSES; i++)
        if (recording->streams[i].map != NULL)
            futex_wake(&((struct rs_ring *)recording->streams[i].map)->wanted);
}

void rs_recording_wait(struct rs_recording *recording, unsigned milliseconds)
{
    static uint32_t heard;
    struct timespec limit = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
    uint32_t now = __atomic_load_n(&recording->control->bell, __ATOMIC_ACQUIRE);

    __atomic_store_n(&recording->control->asleep, 1, __ATOMIC_SEQ_CST);
    if (now == heard)
        syscall(SYS_futex, &recording->control->bell, FUTEX_WAIT, now, &limit, NULL, 0);
    __atomic_store_n(&recording->control->asleep, 0, __ATOMIC_SEQ_CST);
    heard = __atomic_load_n(&recording->control->bell, __ATOMIC_ACQUIRE);
}

static bool make_map(struct rs_recording *recording, struct stream *s)
{
    for (uint64_t data = recording->options.ring_bytes; data >= RING_LEAST; data /= 4) {
        s->size = RS_RING_HEADER + data + RS_STRAY_BYTES;
        s->data_bytes = data;
        s->fd = make_file("refsan-ring", s->size);
        if (s->fd >= 0)
            break;
    }
    if (s->fd < 0)
        return false;
    s->map = mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
    if (s->map == MAP_FAILED) {
        s->map = NULL;
        return false;
    }
    recording->bytes += s->size;
    if (recording->bytes > recording->most_bytes)
        recording->most_bytes = recording->bytes;
    return true;
}

static bool make_ring(struct rs_recording *recording, struct stream *s)
{
    struct rs_ring *ring;

    if (recording->spare_count > 0) {
        struct spare *spare = &recording->spares[--recording->spare_count];

        s->fd = spare->fd;
        s->map = spare->map;
        s->data_bytes = spare->data_bytes;
        s->size = spare->size;
        memset(s->map, 0, RS_RING_HEADER);
    } else if (!make_map(recording, s)) {
        return false;
    }
    ring = (struct rs_ring *)s->map;
    ring->magic = RS_RECORDING_MAGIC;
    ring->capacity = s->data_bytes;
    return true;
}

void rs_recording_admit(struct rs_recording *recording,
                        void (*born)(void *context, unsigned slot, const struct rs_process_slot *process),
                        void *context)
{
    unsigned taken = 0;

    for (unsigned i = 0; i < RS_PROCESSES; i++) {
        struct rs_process_slot *slot = &recording->control->processes[i];
        struct stream *s = &recording->streams[i];
        uint32_t state = __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);

        taken += state != RS_SLOT_FREE;
        if (state != RS_SLOT_WAITING)
            continue;
        if (s->fd < 0 && make_ring(recording, s)) {
            slot->ring_fd = s->fd;
            slot->ring_size = s->size;
            s->request = *slot;
            born(context, i, &s->request);
            __atomic_store_n(&slot->state, RS_SLOT_RUNNING, __ATOMIC_SEQ_CST);
        } else {
            recording->refused++;
            recording->refused_why = errno;
            __atomic_store_n(&slot->state, RS_SLOT_REFUSED, __ATOMIC_SEQ_CST);
        }
        futex_wake(&slot->state);
    }
    recording->crowded |= taken == RS_PROCESSES;
}

const struct rs_process_slot *rs_recording_request(struct rs_recording *recording, unsigned slot)
{
    struct rs_process_slot *shared = &recording->control->processes[slot];
    struct stream *s = &recording->streams[slot];

    if (__atomic_load_n(&shared->request, __ATOMIC_ACQUIRE) != RS_REQUEST_ASKED)
        return NULL;
    s->request = *shared;
    s->request.path[RS_PATH_MAX - 1] = 0;
    s->request.offsets[15] = 0;
    return &s->request;
}

void rs_recording_answer(struct rs_recording *recording, unsigned slot, const void *blob, size_t size)
{
    struct rs_process_slot *shared = &recording->control->processes[slot];
    struct stream *s = &recording->streams[slot];

    if (s->answer_fd >= 0)
        close(s->answer_fd); /* the runtime has mapped it by now, or never will */
    s->answer_fd = size > 0 ? make_file("refsan-plan", size) : -1;
    if (s->answer_fd >= 0 && pwrite(s->answer_fd, blob, size, 0) != (ssize_t)size) {
        close(s->answer_fd);
        s->answer_fd = -1;
    }
    shared->answer_fd = s->answer_fd;
    shared->answer_size = s->answer_fd >= 0 ? size : 0;
    __atomic_store_n(&shared->request, RS_REQUEST_ANSWERED, __ATOMIC_SEQ_CST);
    futex_wake(&shared->request);
}

enum {
    AT_ONCE = 32 * 1024,
    RECORD_MAX = 0xffff * sizeof(struct rs_slot)
}; /* AT_ONCE: what stays in the nearest cache */

/* Copies what begins at `from`, and wraps at the ring's end. */
static void copy_out(const struct stream *s, uint64_t from, void *to, uint64_t size)
{
    uint64_t at = from & (s->data_bytes - 1), part = size < s->data_bytes - at ? size : s->data_bytes - at;

    memcpy(to, s->map + RS_RING_HEADER + at, part);
    memcpy((char *)to + part, s->map + RS_RING_HEADER, size - part);
}

/* The size of the record at `at`; 0: it makes no sense. */
static uint64_t size_of(const struct rs_slot *at, uint64_t available)
{
    uint64_t size = sizeof(*at) * (uint64_t)(at->tag < RS_TAG ? 1 : RS_TAG_SLOTS(at->tag));

    return size <= available ? size : 0;
}

/* Feeds whole records from `tail` on, at least one; returns their bytes, 0 if the first makes no sense. */
static uint64_t feed(const struct stream *s, uint64_t tail, uint64_t available, uint64_t wanted,
                     size_t (*take)(void *context, const struct rs_slot *slots, size_t count), void *context)
{
    static struct rs_slot copy[RECORD_MAX / sizeof(struct rs_slot)];
    uint64_t chunk = wanted < AT_ONCE ? (wanted + sizeof(*copy) - 1) & ~(sizeof(*copy) - 1) : AT_ONCE, first;

    chunk = chunk < available ? chunk : available;
    copy_out(s, tail, copy, chunk);
    first = size_of(copy, available);
    if (first > chunk) { /* what was copied first may be different by now */
        copy_out(s, tail + chunk, (char *)copy + chunk, first - chunk);
        chunk = first;
    }
    return first == 0 ? 0 : sizeof(*copy) * (uint64_t)take(context, copy, chunk / sizeof(*copy));
}

uint64_t rs_recording_read(struct rs_recording *recording, unsigned slot, uint64_t bytes,
                           size_t (*take)(void *context, const struct rs_slot *slots, size_t count), void *context)
{
    struct stream *s = &recording->streams[slot];
    struct rs_ring *ring = (struct rs_ring *)s->map;
    uint64_t head, tail, start;

    if (ring == NULL || s->broken)
        return 0;
    head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
    start = tail = ring->tail;
    if (head - tail > s->data_bytes || ((head | tail) & 15) != 0) {
        s->broken = true;
        return 0;
    }
    while (tail < head && tail - start < bytes && !s->broken) {
        uint64_t size = feed(s, tail, head - tail, bytes - (tail - start), take, context);

        s->broken = size == 0;
        tail += size;
        __atomic_store_n(&ring->tail, tail, __ATOMIC_RELEASE);
    }
    if (__atomic_exchange_n(&ring->wanted, 0, __ATOMIC_SEQ_CST) != 0)
        futex_wake(&ring->wanted);
    return tail - start;
}

void rs_recording_read_stray(struct rs_recording *recording, unsigned slot,
                             void (*stray)(void *context, uint64_t address, uint32_t site), void *context)
{
    struct stream *s = &recording->streams[slot];
    struct rs_ring *ring = (struct rs_ring *)s->map;
    uint64_t head, tail;

    if (ring == NULL)
        return;
    head = __atomic_load_n(&ring->stray_head, __ATOMIC_ACQUIRE);
    tail = ring->stray_tail;
    if (head - tail > RS_STRAY_BYTES || ((head | tail) & 15) != 0)
        return;
    for (; tail < head; tail += sizeof(struct rs_slot)) {
        const struct rs_slot *at =
            (const struct rs_slot *)(s->map + RS_RING_HEADER + s->data_bytes + (tail & (RS_STRAY_BYTES - 1)));

        stray(context, at->a, at->b);
        __atomic_store_n(&ring->stray_tail, tail + sizeof(*at), __ATOMIC_RELEASE);
    }
}

uint64_t rs_recording_lost(const struct rs_recording *recording, unsigned slot)
{
    const struct stream *s = &recording->streams[slot];
    const struct rs_ring *ring = (const struct rs_ring *)s->map;

    return ring != NULL ? ring->lost + ring->stray_lost + s->broken : 0;
}

void rs_recording_arm(struct rs_recording *recording, unsigned slot, uint32_t site)
{
    struct stream *s = &recording->streams[slot];

    if (s->map != NULL)
        ((struct rs_ring *)s->map)->armed_sites[site & 0xffff] = 1;
}

void rs_recording_arm_function(struct rs_recording *recording, unsigned slot, uint64_t function)
{
    struct stream *s = &recording->streams[slot];

    if (s->map != NULL)
        ((struct rs_ring *)s->map)->armed_functions[(function >> 4) & 0x7fff] = 1;
}

void rs_recording_suspect(struct rs_recording *recording, unsigned slot, uint64_t object)
{
    struct rs_ring *ring = (struct rs_ring *)recording->streams[slot].map;

    if (ring == NULL)
        return;
    ring->suspect[ring->suspects % RS_SUSPECTS] = object;
    __atomic_store_n(&ring->suspects, ring->suspects + 1, __ATOMIC_RELEASE);
}

bool rs_recording_watch(struct rs_recording *recording, unsigned slot, uint64_t object)
{
    struct rs_ring *ring = (struct rs_ring *)recording->streams[slot].map;

    if (ring == NULL || ring->watched >= RS_WATCH_MAX)
        return false;
    ring->watch[ring->watched] = object;
    __atomic_store_n(&ring->watched, ring->watched + 1, __ATOMIC_RELEASE);
    return true;
}

bool rs_recording_left_out(const struct rs_recording *recording, unsigned n, uint32_t *why, char *name)
{
    const struct rs_left_out *place = &recording->control->left_out[n < RS_LEFT_OUT_MAX ? n : 0];

    if (n >= RS_LEFT_OUT_MAX || (*why = __atomic_load_n(&place->why, __ATOMIC_ACQUIRE)) == 0)
        return false;
    memcpy(name, place->name, sizeof(place->name));
    name[sizeof(place->name) - 1] = 0;
    return true;
}

unsigned rs_recording_left_out_more(const struct rs_recording *recording)
{
    unsigned claimed = recording->control->left_out_count;

    return claimed > RS_LEFT_OUT_MAX ? claimed - RS_LEFT_OUT_MAX : 0;
}

unsigned rs_recording_strangers(const struct rs_recording *recording)
{
    return recording->control->strangers;
}

unsigned rs_recording_refused(const struct rs_recording *recording, int *reason)
{
    *reason = recording->refused_why;
    return recording->refused;
}

bool rs_recording_crowded(const struct rs_recording *recording)
{
    return recording->crowded;
}

void rs_recording_release(struct rs_recording *recording, unsigned slot)
{
    struct stream *s = &recording->streams[slot];

    if (recording->spare_count < SPARE_MAX) {
        recording->spares[recording->spare_count++] = (struct spare){s->fd, s->map, s->data_bytes, s->size};
        s->fd = -1;
        s->map = NULL;
    } else {
        recording->bytes -= s->size;
    }
    close_stream(s);
    __atomic_store_n(&recording->control->processes[slot].state, RS_SLOT_FREE, __ATOMIC_SEQ_CST);
}

uint64_t rs_recording_bytes(const struct rs_recording *recording)
{
    return recording->most_bytes;
}
