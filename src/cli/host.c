/* See host.h. */
#include "cli/host.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/loser.h"
#include "cli/stack.h"
#include "contract/contract.h"
#include "wire/plan.h"

enum { READ_AT_ONCE = 4 << 20, LOOK_MS = 100, MAPS_MAX = 1 << 20, ROUNDS_MAX = 16 };

const char *rs_host_stem(const char *path, char *to, size_t room)
{
    const char *name = strrchr(path, '/');
    size_t length;

    name = name != NULL ? name + 1 : path;
    length = strcspn(name, ".");
    snprintf(to, room, "%.*s", (int)length, name);
    return to;
}

static bool matches(const struct rs_strings *patterns, const char *path)
{
    char stem[256];

    rs_host_stem(path, stem, sizeof(stem));
    for (size_t i = 0; i < patterns->count; i++) {
        const char *pattern = patterns->items[i], *last = strrchr(pattern, '.');

        if (fnmatch(pattern, stem, 0) == 0 || fnmatch(pattern, path, 0) == 0 ||
            (last != NULL && strcmp(last + 1, stem) == 0))
            return true;
    }
    return false;
}

/* Whether the file mentions the C-API at all: libc and its like are not worth decoding. */
static bool mentions_python(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    bool found = false;
    void *map;

    if (fd < 0)
        return false;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 64) {
        map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (map != MAP_FAILED) {
            found = memmem(map, (size_t)status.st_size, "PyErr_", 6) != NULL ||
                    memmem(map, (size_t)status.st_size, "_Py_Dealloc", 11) != NULL ||
                    memmem(map, (size_t)status.st_size, "PyInit_", 7) != NULL ||
                    memmem(map, (size_t)status.st_size, "_Py_DecRef", 10) != NULL;
            munmap(map, (size_t)status.st_size);
        }
    }
    close(fd);
    return found;
}

static bool has_init_file(const char *folder)
{
    char path[RS_PATH_MAX + 16];

    snprintf(path, sizeof(path), "%s/__init__.py", folder);
    return access(path, R_OK) == 0;
}

/* Modules shipped together: the topmost package folder that holds the file; a module outside any package is a family of
 * its own. Helper libraries beside a package ("NAME.libs") belong to it. */
static uint32_t family_of(struct rs_host *host, const char *path)
{
    char key[RS_PATH_MAX], top[RS_PATH_MAX];
    char *slash;

    snprintf(key, sizeof(key), "%s", path);
    snprintf(top, sizeof(top), "%s", path);
    while ((slash = strrchr(key, '/')) != NULL && slash != key) {
        *slash = 0;
        if (!has_init_file(key))
            break;
        snprintf(top, sizeof(top), "%s", key);
    }
    if (strcmp(top, path) == 0 && (slash = strstr(top, ".libs/")) != NULL)
        *slash = 0;
    for (size_t i = 0; i < host->families.count; i++)
        if (strcmp(host->families.items[i], top) == 0)
            return (uint32_t)i + 1;
    *RS_PUSH(&host->families) = rs_strdup(top);
    return (uint32_t)host->families.count;
}

/* Who asks for the thread state may move exceptions in and out of it by hand. */
static void note_raw_exceptions(struct rs_host *host, const struct rs_image *image)
{
    const struct rs_plan_import *import;

    while (host->raw_exceptions.count <= image->family)
        *RS_PUSH(&host->raw_exceptions) = false;
    for (unsigned i = 0; image->analysis != NULL && (import = rs_plan_import(image->analysis, i)) != NULL; i++)
        if (strstr(import->name, "PyThreadState_") != NULL && strstr(import->name, "Get") != NULL)
            host->raw_exceptions.items[image->family] = true;
}

struct rs_image *rs_host_image(struct rs_host *host, const char *path)
{
    struct rs_image *image;
    struct rs_error err = {""};

    for (size_t i = 0; i < host->images.count; i++)
        if (strcmp(host->images.items[i]->path, path) == 0)
            return host->images.items[i];
    image = rs_alloc(sizeof(*image));
    *RS_PUSH(&host->images) = image;
    image->path = rs_strdup(path);
    if (!mentions_python(path))
        return image;
    if (strstr(path, "/lib-dynload/") != NULL && !host->stdlib && !matches(host->only, path)) {
        host->skipped_stdlib++;
        return image;
    }
    if ((host->only->count > 0 && !matches(host->only, path)) || matches(host->skip, path))
        return image;
    image->wanted = true;
    image->family = family_of(host, path);
    image->analysis = rs_plan_analyse(path, &err);
    note_raw_exceptions(host, image);
    if (image->analysis == NULL)
        image->refused = rs_strdup(err.text);
    return image;
}

struct picking {
    struct rs_host *host;
    const struct rs_analysis *analysis;
    unsigned python;
};

/* Whether the module calls what it imports by that name: data (Py_None, PyExc_*) is only read. */
static bool is_called(const struct rs_analysis *analysis, const char *name)
{
    const struct rs_plan_import *import;

    for (unsigned i = 0; (import = rs_plan_import(analysis, i)) != NULL; i++)
        if (strcmp(import->name, name) == 0)
            return import->called || import->lazy;
    return false;
}

static void note_unknown(struct rs_host *host, const char *name)
{
    for (size_t i = 0; i < host->unknown.count; i++)
        if (strcmp(host->unknown.items[i], name) == 0)
            return;
    *RS_PUSH(&host->unknown) = rs_strdup(name);
}

static bool pick(void *context, const char *name, struct rs_plan_choice *choice)
{
    const struct picking *picking = context;
    const struct rs_contract *row = rs_contract_find(name, picking->python);

    if (row == NULL && !is_called(picking->analysis, name))
        return false;
    if (row == NULL) {
        note_unknown(picking->host, name);
        choice->contract = RS_IMPORT_UNKNOWN;
        choice->identity = false;
        return true;
    }
    choice->contract = rs_contract_index(row);
    choice->identity = (row->flags & RS_IDENTITY) != 0;
    return rs_contract_matters(row);
}

static void number_sites(struct rs_host *host, const struct rs_image *image, uint64_t base)
{
    const struct rs_analysis *analysis = image->analysis;
    const struct rs_site *site;

    for (unsigned i = 0; (site = rs_plan_unpatched(analysis, i)) != NULL; i++)
        *rs_map_at(&host->blind, base + site->function) = 1;
    for (unsigned i = 0; (site = rs_plan_site(analysis, i)) != NULL; i++) {
        *rs_map_at(&host->site_at, base + site->at) = host->sites.count + 1;
        *RS_PUSH(&host->sites) =
            (struct rs_site_fact){.pc = base + site->at,
                                  .delta = site->form == RS_SITE_ADD ? site->delta : 0,
                                  .family = image->family,
                                  .blind = rs_map_find(&host->blind, base + site->function) != NULL,
                                  .fixed = (site->mark & RS_MARK_GLOBAL) != 0};
    }
}

static bool is_blind(void *context, uint64_t function)
{
    const struct rs_host *host = context;

    return rs_map_find(&host->blind, function) != NULL;
}

static bool has_raw_exceptions(void *context, uint32_t family)
{
    const struct rs_host *host = context;

    return family < host->raw_exceptions.count && host->raw_exceptions.items[family];
}

static void answer_module(struct rs_process *process, const struct rs_process_slot *request)
{
    struct rs_host *host = process->host;
    struct rs_image *image = rs_host_image(host, request->path);
    struct picking picking = {host, image->analysis, process->books->python};
    struct rs_plan_target target = {
        request->base, request->area, request->area_size, (uint32_t)host->sites.count, image->family, pick, &picking};
    struct rs_error err;
    void *blob = NULL;
    size_t size = 0;

    if (image->analysis != NULL && rs_plan_emit(image->analysis, &target, &blob, &size, &err) &&
        ((const struct rs_plan_header *)blob)->status == RS_PLAN_READY)
        number_sites(host, image, request->base);
    rs_recording_answer(host->recording, process->slot, blob, size);
    free(blob);
}

static bool nothing(void *context, const char *name, struct rs_plan_choice *choice)
{
    return false;
}

/* The interpreter's own functions: only their entries. */
static struct rs_analysis *analyse_entries(struct rs_process *process, const struct rs_process_slot *request)
{
    struct rs_host *host = process->host;
    struct rs_entries *entries;
    struct rs_error err;
    unsigned count = 0;

    for (size_t i = 0; i < host->entries.count; i++) {
        entries = &host->entries.items[i];
        if (strcmp(entries->path, request->path) == 0 &&
            memcmp(entries->offsets, request->offsets, sizeof(entries->offsets)) == 0)
            return entries->analysis;
    }
    while (count < 15 && request->offsets[count] != 0)
        count++;
    entries = RS_PUSH(&host->entries);
    entries->path = rs_strdup(request->path);
    memcpy(entries->offsets, request->offsets, sizeof(entries->offsets));
    entries->analysis = rs_plan_analyse_entries(request->path, request->offsets, count, &err);
    if (entries->analysis == NULL)
        *RS_PUSH(&process->books->limits) = (struct rs_limit){rs_arena_strdup(&process->books->arena, err.text), 1};
    return entries->analysis;
}

static void answer_entries(struct rs_process *process, const struct rs_process_slot *request)
{
    struct rs_host *host = process->host;
    struct rs_plan_target target = {request->base, request->area, request->area_size, (uint32_t)host->sites.count, 0,
                                    nothing,       NULL};
    struct rs_analysis *analysis = analyse_entries(process, request);
    struct rs_error err;
    void *blob = NULL;
    size_t size = 0;

    if (analysis != NULL && !rs_plan_emit(analysis, &target, &blob, &size, &err))
        *RS_PUSH(&process->books->limits) = (struct rs_limit){rs_arena_strdup(&process->books->arena, err.text), 1};
    rs_recording_answer(host->recording, process->slot, blob, size);
    free(blob);
}

static void arm(void *context, const struct rs_event *event, uint64_t object)
{
    struct rs_process *process = context;
    uint64_t *site = rs_map_find(&process->host->site_at, event->pc);

    if (event->kind == RS_EVENT_RETURN)
        rs_recording_arm_function(process->host->recording, process->slot, event->function);
    if (event->kind == RS_EVENT_STEAL) /* by its place in the function */
        rs_recording_arm_function(process->host->recording, process->slot, event->pc);
    rs_recording_suspect(process->host->recording, process->slot, object);
    if (site != NULL)
        rs_recording_arm(process->host->recording, process->slot, (uint32_t)*site - 1);
}

static void watch(void *context, uint64_t object)
{
    struct rs_process *process = context;

    rs_recording_watch(process->host->recording, process->slot, object);
}

static void count_store(struct rs_host *host, const struct rs_slot *record)
{
    uint64_t *counts;
    int delta;

    if (record->tag >= host->sites.count)
        return;
    delta = host->sites.items[record->tag].delta;
    if (delta == 0)
        delta = (int16_t)((record->a >> 48) - (record->b & 0xffff));
    counts = rs_map_at(&host->site_counts, (uint64_t)record->tag + 1);
    *counts += delta > 0 ? (uint64_t)delta << 32 : (uint64_t)-delta;
}

static size_t on_records(void *context, const struct rs_slot *slots, size_t count)
{
    struct rs_process *process = context;
    size_t taken = rs_ledger_records(process->books, slots, count);

    for (size_t at = 0; process->host->count_sites && at < taken;
         at += slots[at].tag < RS_TAG ? 1 : RS_TAG_SLOTS(slots[at].tag))
        if (slots[at].tag < RS_TAG)
            count_store(process->host, &slots[at]);
    return taken;
}

static void on_stray(void *context, uint64_t address, uint32_t site)
{
    struct rs_process *process = context;

    rs_ledger_stray(process->books, address, site);
}

static uint64_t read_process(struct rs_process *process, uint64_t bytes)
{
    struct rs_recording *recording = process->host->recording;
    uint64_t read = rs_recording_read(recording, process->slot, bytes, on_records, process);

    rs_recording_read_stray(recording, process->slot, on_stray, process);
    return read;
}

static void copy_map(struct rs_map *to, const struct rs_map *from)
{
    for (size_t i = 0; i < from->room; i++)
        if (from->places[i].key != 0)
            *rs_map_at(to, from->places[i].key) = from->places[i].value;
}

/* A forked child has its parent's interpreter, code objects and functions, of which its own recording says nothing
 * again. All books are closed together, so that what they share lives long enough. */
static void inherit(struct rs_process *child, int parent_pid)
{
    struct rs_books *books = child->books, *theirs;
    struct rs_process *parent = NULL;

    for (size_t i = child->host->processes.count; i-- > 0 && parent == NULL;)
        if (child->host->processes.items[i]->pid == parent_pid)
            parent = child->host->processes.items[i];
    if (parent == NULL)
        return;
    for (unsigned i = 0; i < ROUNDS_MAX && !parent->over && read_process(parent, READ_AT_ONCE) > 0; i++)
        ; /* what it had recorded by the fork */
    theirs = parent->books;
    books->python = theirs->python;
    books->is_executable = theirs->is_executable;
    books->python_text = theirs->python_text;
    for (size_t i = 0; i < theirs->codes.count; i++)
        *RS_PUSH(&books->codes) = theirs->codes.items[i];
    copy_map(&books->code_at, &theirs->code_at);
    copy_map(&books->roles, &theirs->roles);
    child->maps = parent->maps != NULL ? rs_strdup(parent->maps) : NULL;
}

static void born(void *context, unsigned slot, const struct rs_process_slot *slot_now)
{
    struct rs_host *host = context;
    struct rs_process *process = rs_alloc(sizeof(*process));

    process->slot = slot;
    process->pid = slot_now->pid;
    process->host = host;
    process->books = rs_ledger_open(slot_now->pid, slot_now->birth == RS_BORN_FORK);
    process->books->sites = &host->sites;
    process->books->host = host;
    process->books->arm = arm;
    process->books->arm_context = process;
    process->books->watch = watch;
    process->books->blind = is_blind;
    process->books->raw_exceptions = has_raw_exceptions;
    process->books->loser = rs_cli_loser;
    process->books->item_store = rs_cli_item_store;
    process->books->original = rs_cli_original;
    if (slot_now->birth == RS_BORN_FORK)
        inherit(process, slot_now->parent);
    *RS_PUSH(&host->processes) = process;
}

const struct rs_process *rs_host_process_of(const struct rs_host *host, const struct rs_books *books)
{
    for (size_t i = 0; i < host->processes.count; i++)
        if (host->processes.items[i]->books == books)
            return host->processes.items[i];
    return NULL;
}

static void note_maps(struct rs_process *process)
{
    char path[64], *text = rs_alloc(MAPS_MAX + 1);
    size_t size = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/maps", process->pid);
    file = fopen(path, "re");
    if (file != NULL) {
        size = fread(text, 1, MAPS_MAX, file);
        fclose(file);
    }
    text[size] = 0;
    free(process->maps);
    process->maps = size > 0 ? rs_strdup(text) : NULL;
    free(text);
}

static bool serve_request(struct rs_process *process)
{
    const struct rs_process_slot *request = rs_recording_request(process->host->recording, process->slot);

    if (request == NULL)
        return false;
    note_maps(process);
    while (read_process(process, READ_AT_ONCE) > 0)
        ; /* what was recorded before: the Python's version above all */
    if (request->request_kind == RS_REQUEST_MODULE)
        answer_module(process, request);
    else
        answer_entries(process, request);
    return true;
}

/* Reads what is left and gives the ring back. */
static void finish(struct rs_process *process)
{
    struct rs_recording *recording = process->host->recording;
    uint64_t lost;

    while (read_process(process, READ_AT_ONCE) > 0)
        ;
    lost = rs_recording_lost(recording, process->slot);
    if (lost > 0)
        *RS_PUSH(&process->books->limits) = (struct rs_limit){"events lost (the recording was full, or broken)", lost};
    rs_recording_release(recording, process->slot);
    process->over = true;
}

/* A process that is no more, or that has become another program (whose slot came later). */
static bool is_gone(const struct rs_host *host, size_t number)
{
    const struct rs_process *process = host->processes.items[number];

    for (size_t i = number + 1; i < host->processes.count; i++)
        if (host->processes.items[i]->pid == process->pid)
            return true;
    return kill(process->pid, 0) != 0 && errno == ESRCH;
}

static void look_for_ends(struct rs_host *host)
{
    struct timespec now;
    uint64_t now_ms;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    if (now_ms - host->looked_at_ms < LOOK_MS)
        return;
    host->looked_at_ms = now_ms;
    for (size_t i = 0; i < host->processes.count; i++)
        if (!host->processes.items[i]->over && is_gone(host, i))
            finish(host->processes.items[i]);
}

bool rs_host_serve(struct rs_host *host)
{
    size_t before = host->processes.count;
    bool busy;

    rs_recording_admit(host->recording, born, host);
    busy = host->processes.count != before;
    for (size_t i = 0; i < host->processes.count; i++) {
        struct rs_process *process = host->processes.items[i];

        if (process->over)
            continue;
        busy |= serve_request(process);
        busy |= read_process(process, READ_AT_ONCE) > 0;
    }
    look_for_ends(host);
    return busy;
}

void rs_host_drain(struct rs_host *host)
{
    for (size_t i = 0; i < host->processes.count; i++)
        if (!host->processes.items[i]->over)
            finish(host->processes.items[i]);
}

void rs_host_close(struct rs_host *host)
{
    for (size_t i = 0; i < host->processes.count; i++) {
        rs_ledger_close(host->processes.items[i]->books);
        free(host->processes.items[i]->maps);
        free(host->processes.items[i]);
    }
    for (size_t i = 0; i < host->images.count; i++) {
        struct rs_image *image = host->images.items[i];

        if (image->analysis != NULL)
            rs_plan_close(image->analysis);
        free((char *)image->refused);
        free(image->path);
        free(image);
    }
    for (size_t i = 0; i < host->entries.count; i++) {
        rs_plan_close(host->entries.items[i].analysis);
        free(host->entries.items[i].path);
    }
    for (size_t i = 0; i < host->families.count; i++)
        free((char *)host->families.items[i]);
    for (size_t i = 0; i < host->unknown.count; i++)
        free((char *)host->unknown.items[i]);
    RS_VEC_CLOSE(&host->entries);
    RS_VEC_CLOSE(&host->processes);
    RS_VEC_CLOSE(&host->images);
    RS_VEC_CLOSE(&host->families);
    RS_VEC_CLOSE(&host->unknown);
    RS_VEC_CLOSE(&host->sites);
    rs_map_close(&host->site_at);
    rs_map_close(&host->site_counts);
    rs_map_close(&host->blind);
    rs_map_close(&host->item_stores);
    RS_VEC_CLOSE(&host->raw_exceptions);
}
