/* The host's reader against a writer that plays the runtime, well and ill: wrapped records, heads and tails that make no
 * sense, records cut off, the stray ring, slots used again. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trace/recording.h"

enum { RING = 1 << 20, TAKEN_MAX = 64 };

static struct {
    struct rs_recording *recording;
    struct rs_control *control; /* the runtime's view */
    struct rs_ring *ring;
    uint8_t *data, *stray;
    unsigned born;
    struct rs_slot taken[TAKEN_MAX]; /* head slots of the records that were read, the first of them */
    uint64_t last_word[TAKEN_MAX];
    unsigned slots[TAKEN_MAX];
    unsigned count;
    uint64_t stray_address[TAKEN_MAX];
    uint32_t stray_site[TAKEN_MAX];
    unsigned strays;
} t;

static void on_born(void *context, unsigned slot, const struct rs_process_slot *process)
{
    assert_ptr_equal(context, &t);
    assert_int_equal(process->pid, 4000 + (int)slot);
    t.born++;
}

static void on_record(const struct rs_slot *record, unsigned slots)
{
    if (t.count < TAKEN_MAX) {
        t.taken[t.count] = *record;
        t.slots[t.count] = slots;
        t.last_word[t.count] = record[slots - 1].a;
    }
    t.count++;
}

static size_t on_records(void *context, const struct rs_slot *slots, size_t count)
{
    size_t at = 0;

    assert_true(count > 0);
    while (at < count) {
        size_t size = slots[at].tag < RS_TAG ? 1 : RS_TAG_SLOTS(slots[at].tag);

        if (size == 0 || size > count - at)
            break;
        on_record(&slots[at], (unsigned)size);
        at += size;
    }
    assert_true(at > 0);
    return at;
}

static void on_stray(void *context, uint64_t address, uint32_t site)
{
    if (t.strays < TAKEN_MAX) {
        t.stray_address[t.strays] = address;
        t.stray_site[t.strays] = site;
    }
    t.strays++;
}

static void connect_process(unsigned slot)
{
    t.control->processes[slot].pid = 4000 + (int)slot;
    t.control->processes[slot].state = RS_SLOT_WAITING;
    rs_recording_admit(t.recording, on_born, &t);
    assert_int_equal(t.control->processes[slot].state, RS_SLOT_RUNNING);
    assert_int_equal(t.control->processes[slot].ring_size, RS_RING_HEADER + RING + RS_STRAY_BYTES);
    t.ring = mmap(NULL, t.control->processes[slot].ring_size, PROT_READ | PROT_WRITE, MAP_SHARED, t.control->processes[slot].ring_fd, 0);
    assert_ptr_not_equal(t.ring, MAP_FAILED);
    t.data = (uint8_t *)t.ring + RS_RING_HEADER;
    t.stray = t.data + RING;
}

static int set_up(void **state)
{
    const struct rs_recording_options options = {.ring_bytes = RING, .region_bytes = 1 << 30, .quarantine_bytes = 1 << 20, .flags = RS_CONTROL_STDLIB};
    struct rs_error err = {""};
    int pid, fd;
    unsigned long long cookie;

    memset(&t, 0, sizeof(t));
    t.recording = rs_recording_open(&options, &err);
    assert_non_null(t.recording);
    assert_int_equal(sscanf(rs_recording_address(t.recording), "%d:%d:%llu", &pid, &fd, &cookie), 3);
    assert_int_equal(pid, getpid());
    t.control = mmap(NULL, sizeof(*t.control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(t.control, MAP_FAILED);
    assert_int_equal(t.control->cookie, cookie);
    connect_process(0);
    return 0;
}

static int tear_down(void **state)
{
    munmap(t.ring, RS_RING_HEADER + RING + RS_STRAY_BYTES);
    munmap(t.control, sizeof(*t.control));
    rs_recording_close(t.recording);
    return 0;
}

/* Writes one slot at head + 16 * n, as the ring's arithmetic says. */
static void place(unsigned n, uint64_t a, uint32_t tag, uint32_t b)
{
    const struct rs_slot slot = {a, tag, b};

    memcpy(t.data + ((t.ring->head + 16ull * n) & (RING - 1)), &slot, sizeof(slot));
}

static void write_record(unsigned kind, unsigned slots, uint64_t a)
{
    place(0, a, RS_TAG_OF(kind, slots), 0);
    for (unsigned n = 1; n < slots; n++)
        place(n, a + n, 0, 0);
    t.ring->head += 16ull * slots;
}

static uint64_t read_all(void)
{
    uint64_t total = 0, now;

    while ((now = rs_recording_read(t.recording, 0, 4096, on_records, NULL)) > 0)
        total += now;
    return total;
}

static void test_control_and_ring(void **state)
{
    assert_int_equal(t.control->magic, RS_RECORDING_MAGIC);
    assert_int_equal(t.control->version, RS_RECORDING_VERSION);
    assert_int_equal(t.control->flags, RS_CONTROL_STDLIB);
    assert_int_equal(t.ring->magic, RS_RECORDING_MAGIC);
    assert_int_equal(t.ring->capacity, RING);
    assert_int_equal(t.born, 1);
    assert_int_equal(read_all(), 0);
    assert_true(rs_recording_bytes(t.recording) >= RING + sizeof(struct rs_control));
}

static void test_stores_and_records_in_order(void **state)
{
    place(0, 0x111, 42, 7);
    t.ring->head += 16;
    write_record(RS_REC_OBJECT, 2, 0x222);
    place(0, 0x333, 43, 8);
    t.ring->head += 16;
    assert_int_equal(read_all(), 64);
    assert_int_equal(t.count, 3);
    assert_int_equal(t.taken[0].a, 0x111);
    assert_int_equal(t.taken[0].tag, 42);
    assert_int_equal(t.slots[1], 2);
    assert_int_equal(t.last_word[1], 0x223);
    assert_int_equal(t.taken[2].b, 8);
    assert_int_equal(t.ring->tail, t.ring->head);
    assert_int_equal(read_all(), 0);
}

/* A record that lies across the ring's end, at every place where it can be cut. */
static void test_wrapped_records(void **state)
{
    enum { SLOTS = 9 };

    for (unsigned cut = 1; cut <= SLOTS; cut++) {
        t.ring->head = t.ring->tail = 5ull * RING - 16 * cut;
        t.count = 0;
        write_record(RS_REC_API_ENTER, SLOTS, 0x1000 * cut);
        place(0, 0x77, 1, 1);
        t.ring->head += 16;
        assert_int_equal(read_all(), 16 * (SLOTS + 1));
        assert_int_equal(t.count, 2);
        assert_int_equal(t.taken[0].a, 0x1000 * cut);
        assert_int_equal(t.last_word[0], 0x1000 * cut + SLOTS - 1);
        assert_int_equal(t.taken[1].a, 0x77);
    }
}

static void test_many_rounds(void **state)
{
    uint64_t written = 0;

    for (unsigned round = 0; round < 300; round++) {
        for (unsigned i = 0; i < 500; i++) {
            unsigned slots = 1 + (round * 31 + i * 7) % 60;

            if (t.ring->head + 16ull * slots - t.ring->tail > RING)
                break;
            write_record(RS_REC_OBJECT, slots, ++written);
        }
        t.count = 0;
        (void)read_all();
        assert_true(t.count > 0);
    }
    assert_int_equal(rs_recording_lost(t.recording, 0), 0);
    assert_int_equal(t.ring->tail, t.ring->head);
}

static void test_reads_no_more_than_asked(void **state)
{
    for (unsigned i = 0; i < 10; i++)
        write_record(RS_REC_OBJECT, 4, i + 1);
    assert_int_equal(rs_recording_read(t.recording, 0, 100, on_records, NULL), 128); /* the record in which 100 lies is whole */
    assert_int_equal(t.count, 2);
    assert_int_equal(t.ring->tail, 128);
}

static void test_waiting_writer_is_woken(void **state)
{
    write_record(RS_REC_OBJECT, 2, 1);
    t.ring->wanted = 1;
    (void)read_all();
    assert_int_equal(t.ring->wanted, 0);
}

/* Once a stream makes no sense it is given up with a count, whatever comes later. */
static void assert_broken(void)
{
    assert_int_equal(rs_recording_read(t.recording, 0, 1 << 20, on_records, NULL), 0);
    assert_int_equal(rs_recording_lost(t.recording, 0), 1);
    t.ring->head = t.ring->tail = 0;
    write_record(RS_REC_OBJECT, 2, 1);
    assert_int_equal(rs_recording_read(t.recording, 0, 1 << 20, on_records, NULL), 0);
    assert_int_equal(t.count, 0);
}

static void test_head_too_far(void **state)
{
    t.ring->head = RING + 16;
    assert_broken();
}

static void test_head_behind_the_tail(void **state)
{
    t.ring->tail = 64;
    t.ring->head = 32;
    assert_broken();
}

static void test_head_between_slots(void **state)
{
    t.ring->head = 24;
    assert_broken();
}

static void test_tail_between_slots(void **state)
{
    t.ring->tail = RING - 8;
    t.ring->head = RING + 16;
    assert_broken();
}

static void test_record_longer_than_what_is_there(void **state)
{
    place(0, 1, RS_TAG_OF(RS_REC_OBJECT, 3), 0);
    t.ring->head += 32;
    assert_broken();
}

static void test_record_of_no_slots(void **state)
{
    place(0, 1, RS_TAG_OF(RS_REC_OBJECT, 0), 0);
    t.ring->head += 32;
    assert_broken();
}

/* What was sound before the fault is read. */
static void test_sound_records_before_a_broken_one(void **state)
{
    write_record(RS_REC_OBJECT, 2, 0x55);
    place(0, 1, RS_TAG_OF(RS_REC_OBJECT, 0xffff), 0);
    t.ring->head += 16;
    assert_int_equal(read_all(), 32);
    assert_int_equal(t.count, 1);
    assert_int_equal(rs_recording_lost(t.recording, 0), 1);
}

static void test_lost_records_are_reported(void **state)
{
    t.ring->lost = 3;
    t.ring->stray_lost = 4;
    assert_int_equal(rs_recording_lost(t.recording, 0), 7);
}

static void write_stray(uint64_t address, uint32_t site)
{
    const struct rs_slot slot = {address, RS_TAG_OF(RS_REC_GIL, 1), site};

    memcpy(t.stray + (t.ring->stray_head & (RS_STRAY_BYTES - 1)), &slot, sizeof(slot));
    t.ring->stray_head += sizeof(slot);
}

static void test_stray_ring(void **state)
{
    t.ring->stray_head = t.ring->stray_tail = 3ull * RS_STRAY_BYTES - 16;
    write_stray(0x500, 9);
    write_stray(0x600, 10);
    rs_recording_read_stray(t.recording, 0, on_stray, NULL);
    assert_int_equal(t.strays, 2);
    assert_int_equal(t.stray_address[1], 0x600);
    assert_int_equal(t.stray_site[0], 9);
    rs_recording_read_stray(t.recording, 0, on_stray, NULL);
    assert_int_equal(t.strays, 2);
}

static void test_stray_ring_that_makes_no_sense(void **state)
{
    const uint64_t wrong[][2] = {{RS_STRAY_BYTES + 16, 0}, {16, 32}, {8, 0}, {RS_STRAY_BYTES + 8, RS_STRAY_BYTES - 8}};

    for (unsigned i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        t.ring->stray_head = wrong[i][0];
        t.ring->stray_tail = wrong[i][1];
        rs_recording_read_stray(t.recording, 0, on_stray, NULL);
    }
    assert_int_equal(t.strays, 0);
}

static void test_slots_without_a_process(void **state)
{
    assert_int_equal(rs_recording_read(t.recording, 5, 100, on_records, NULL), 0);
    rs_recording_read_stray(t.recording, 5, on_stray, NULL);
    assert_int_equal(rs_recording_lost(t.recording, 5), 0);
    assert_false(rs_recording_watch(t.recording, 5, 1));
    assert_null(rs_recording_request(t.recording, 5));
}

static void test_request_and_answer(void **state)
{
    struct rs_process_slot *shared = &t.control->processes[0];
    const struct rs_process_slot *request;
    char got[16] = "";

    memset(shared->path, 'p', sizeof(shared->path)); /* no end: the host's copy has one */
    memset(shared->offsets, 0xff, sizeof(shared->offsets));
    shared->base = 0x1234;
    assert_null(rs_recording_request(t.recording, 0));
    shared->request = RS_REQUEST_ASKED;
    request = rs_recording_request(t.recording, 0);
    assert_int_equal(request->base, 0x1234);
    assert_int_equal(strlen(request->path), RS_PATH_MAX - 1);
    assert_int_equal(request->offsets[15], 0);
    rs_recording_answer(t.recording, 0, "a plan", 6);
    assert_int_equal(shared->request, RS_REQUEST_ANSWERED);
    assert_int_equal(shared->answer_size, 6);
    assert_int_equal(pread(shared->answer_fd, got, sizeof(got), 0), 6);
    assert_string_equal(got, "a plan");
    rs_recording_answer(t.recording, 0, NULL, 0);
    assert_int_equal(shared->answer_fd, -1);
    assert_int_equal(shared->answer_size, 0);
}

static void test_arming(void **state)
{
    unsigned n = 0;

    rs_recording_arm(t.recording, 0, 0x12345);
    rs_recording_arm_function(t.recording, 0, 0x7f0000401230);
    assert_int_equal(t.ring->armed_sites[0x2345], 1);
    assert_int_equal(t.ring->armed_functions[(0x7f0000401230 >> 4) & 0x7fff], 1);
    while (rs_recording_watch(t.recording, 0, 0x1000 + n))
        n++;
    assert_int_equal(n, RS_WATCH_MAX);
    assert_int_equal(t.ring->watched, RS_WATCH_MAX);
    assert_int_equal(t.ring->watch[3], 0x1003);
}

/* A slot that was given back serves the next process, with an empty ring. */
static void test_slot_used_again(void **state)
{
    write_record(RS_REC_OBJECT, 2, 1);
    t.ring->watched = 7;
    (void)read_all();
    rs_recording_release(t.recording, 0);
    assert_int_equal(t.control->processes[0].state, RS_SLOT_FREE);
    munmap(t.ring, RS_RING_HEADER + RING + RS_STRAY_BYTES);
    connect_process(0);
    assert_int_equal(t.ring->head + t.ring->tail + t.ring->watched, 0);
    t.count = 0;
    write_record(RS_REC_OBJECT, 2, 9);
    assert_int_equal(read_all(), 32);
    assert_int_equal(t.taken[0].a, 9);
    assert_int_equal(t.born, 2);
}

static void test_end(void **state)
{
    assert_int_equal(t.control->ended, 0);
    rs_recording_end(t.recording);
    assert_int_equal(t.control->ended, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define RECORDING(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
        RECORDING(control_and_ring), RECORDING(stores_and_records_in_order), RECORDING(wrapped_records), RECORDING(many_rounds),
        RECORDING(reads_no_more_than_asked), RECORDING(waiting_writer_is_woken), RECORDING(head_too_far), RECORDING(head_behind_the_tail),
        RECORDING(head_between_slots), RECORDING(tail_between_slots), RECORDING(record_longer_than_what_is_there),
        RECORDING(record_of_no_slots), RECORDING(sound_records_before_a_broken_one), RECORDING(lost_records_are_reported),
        RECORDING(stray_ring), RECORDING(stray_ring_that_makes_no_sense), RECORDING(slots_without_a_process),
        RECORDING(request_and_answer), RECORDING(arming), RECORDING(slot_used_again), RECORDING(end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
