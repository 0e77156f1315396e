/* See cache.h. */
#include "check/driver/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <xxhash.h>

enum { DAYS_KEPT = 30, DAY = 24 * 60 * 60, OPEN_AT_ONCE = 16, MADE_MOST = 1 << 30 };

static XXH128_hash_t of_program; /* of refsan-check's own bytes and the user's tables of contracts */

static void hex(XXH128_hash_t hash, struct rs_key *key)
{
    snprintf(key->hex, sizeof(key->hex), "%016llx%016llx", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
}

/* Adds a file's bytes and their number. */
static bool add_file(XXH3_state_t *state, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    void *bytes = MAP_FAILED;
    uint64_t size = 0;
    bool good = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);

    if (good && status.st_size > 0) {
        size = (uint64_t)status.st_size;
        bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
        good = bytes != MAP_FAILED;
    }
    if (good && size > 0) {
        XXH3_128bits_update(state, bytes, size);
        munmap(bytes, size);
    }
    XXH3_128bits_update(state, &size, sizeof(size));
    if (fd >= 0)
        close(fd);
    return good;
}

static bool hash_files(const void *head, size_t size, const char *const *files, size_t count, XXH128_hash_t *to)
{
    XXH3_state_t *state = XXH3_createState();
    bool good = state != NULL && XXH3_128bits_reset(state) == XXH_OK;

    if (good)
        XXH3_128bits_update(state, head, size);
    for (size_t i = 0; good && i < count; i++)
        good = add_file(state, files[i]);
    if (good)
        *to = XXH3_128bits_digest(state);
    XXH3_freeState(state);
    return good;
}

/* Makes every folder of the path that is missing, for the user alone. */
static bool make_folders(const char *path)
{
    char copy[4096];

    if ((size_t)snprintf(copy, sizeof(copy), "%s", path) >= sizeof(copy))
        return false;
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(copy, 0700) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return mkdir(copy, 0700) == 0 || errno == EEXIST;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    remove(path);
    return 0;
}

/* Removes what was last used before `oldest` from a folder of our own: files, and folders with all that is in them. */
static void drop_old(const char *folder, bool folders, time_t oldest)
{
    DIR *entries = opendir(folder);
    struct dirent *entry;
    struct stat status;
    char path[4096];

    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.' || lstat(path, &status) != 0 || status.st_mtime >= oldest)
            continue;
        if (folders && S_ISDIR(status.st_mode))
            nftw(path, remove_entry, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS);
        else if (S_ISREG(status.st_mode))
            unlink(path);
    }
    if (entries != NULL)
        closedir(entries);
}

struct entry {
    char name[64];
    struct stat status;
};

/* The latest use first. */
static int by_use(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    return (x->status.st_mtime < y->status.st_mtime) - (x->status.st_mtime > y->status.st_mtime);
}

/* Removes files of the folder, beginning with what was not used for longest, until `most` bytes are left. */
static void drop_beyond(const char *folder, uint64_t most)
{
    RS_VEC(struct entry) list = {0};
    DIR *entries = opendir(folder);
    struct dirent *entry;
    uint64_t size = 0;

    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        struct entry *one = RS_PUSH(&list);

        snprintf(one->name, sizeof(one->name), "%.63s", entry->d_name);
        if (fstatat(dirfd(entries), one->name, &one->status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(one->status.st_mode))
            list.count--;
    }
    if (list.count > 0)
        qsort(list.items, list.count, sizeof(*list.items), by_use);
    for (size_t i = 0; i < list.count; i++) {
        size += (uint64_t)list.items[i].status.st_size;
        if (size > most)
            unlinkat(dirfd(entries), list.items[i].name, 0);
    }
    if (entries != NULL)
        closedir(entries);
    RS_VEC_CLOSE(&list);
}

void rs_cache_open(struct rs_session *session)
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME"), *folder, *self = "/proc/self/exe";
    time_t oldest = time(NULL) - DAYS_KEPT * (time_t)DAY;
    struct stat status;

    if (!session->cache)
        return;
    if (base == NULL || base[0] != '/')
        base = home != NULL && home[0] == '/' ? rs_arena_printf(&session->arena, "%s/.cache", home) : NULL;
    folder = base != NULL ? rs_arena_printf(&session->arena, "%s/refsan/check", base) : NULL;
    /* a home that cannot be written to is nothing to speak of */
    if (folder == NULL || !make_folders(folder) || stat(folder, &status) != 0 ||
        !hash_files("", 0, &self, 1, &of_program) ||
        !hash_files(&of_program, sizeof(of_program), session->contracts.items, session->contracts.count, &of_program))
        return;
    if (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        rs_driver_say("nothing is kept for the next time: others may write to '%s'", folder);
        return;
    }
    drop_old(folder, false, oldest);
    drop_old(rs_arena_printf(&session->arena, "%s/generated", folder), false, oldest);
    drop_old(rs_arena_printf(&session->arena, "%s/packages", folder), true, oldest);
    drop_old(rs_arena_printf(&session->arena, "%s/library", folder), false, oldest);
    drop_old(rs_arena_printf(&session->arena, "%s/made", folder), false, oldest);
    drop_beyond(rs_arena_printf(&session->arena, "%s/made", folder), MADE_MOST);
    session->cache_folder = folder;
}

bool rs_cache_key(struct rs_session *session, const struct rs_source *source, struct rs_key *key)
{
    struct {
        XXH128_hash_t program;
        uint64_t python;
    } head = {of_program, source->python};
    XXH128_hash_t hash;

    /* the names that a report tells stand in the bitcode, all but this one */
    if (!hash_files(&head, sizeof(head), &source->bitcode, 1, &hash))
        return false;
    hex(hash, key);
    return true;
}

bool rs_cache_key_more(const struct rs_key *key, const char *const *files, size_t count, struct rs_key *to)
{
    XXH128_hash_t hash;

    if (!hash_files(key->hex, sizeof(key->hex), files, count, &hash))
        return false;
    hex(hash, to);
    return true;
}

bool rs_cache_key_file(const char *path, struct rs_key *key)
{
    XXH128_hash_t hash;

    if (!hash_files("", 0, &path, 1, &hash))
        return false;
    hex(hash, key);
    return true;
}

const char *rs_cache_library(struct rs_session *session, unsigned python, const char *generator)
{
    struct {
        XXH128_hash_t program;
        uint64_t python, generator;
    } head = {of_program, python, rs_cache_hash(generator)};
    const char *folder, *path;
    struct rs_key key;

    if (session->cache_folder == NULL)
        return NULL;
    folder = rs_arena_printf(&session->arena, "%s/library", session->cache_folder);
    rs_cache_key_bytes(&head, sizeof(head), &key);
    path = rs_arena_printf(&session->arena, "%s/%s", folder, key.hex);
    mkdir(folder, 0700);
    rs_cache_has(path);
    return path;
}

void rs_cache_key_bytes(const void *bytes, size_t size, struct rs_key *key)
{
    hex(XXH3_128bits(bytes, size), key);
}

const char *rs_cache_path_here(struct rs_session *session, const struct rs_key *key, const char *what)
{
    return rs_arena_printf(&session->arena, "%s/%s.%s", session->work, key->hex, what);
}

const char *rs_cache_path(struct rs_session *session, const struct rs_key *key, const char *what)
{
    if (session->cache_folder == NULL)
        return rs_cache_path_here(session, key, what);
    return rs_arena_printf(&session->arena, "%s/%s.%s", session->cache_folder, key->hex, what);
}

bool rs_cache_has(const char *path)
{
    return utimensat(AT_FDCWD, path, NULL, 0) == 0;
}

uint64_t rs_cache_hash(const char *text)
{
    return XXH3_64bits(text, strlen(text));
}
