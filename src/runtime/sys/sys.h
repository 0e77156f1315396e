/* The kernel, and the few memory primitives: the only room of the runtime that makes system calls.
 *
 * Nothing here uses vector registers, takes a lock, allocates from libc or touches errno: hooks run in the middle of
 * the program's functions. Results follow the kernel: negative values are -errno. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reserves address space without memory behind it (PROT_NONE), at exactly `hint` unless 0. NULL on failure. */
void *rt_sys_reserve(void *hint, size_t size);
/* Makes reserved pages usable; nothing is committed before it is touched. */
bool rt_sys_open_pages(void *address, size_t size);
bool rt_sys_protect(void *address, size_t size, int prot);
/* Readable, writable, private zero pages for tables of the runtime's own. NULL on failure. */
void *rt_sys_pages(size_t size);
void rt_sys_unmap(void *address, size_t size);
void rt_sys_discard(void *address, size_t size); /* gives the memory behind the pages back */

/* Maps `size` bytes from `offset` of /proc/<pid>/fd/<fd> shared; no descriptor stays open. at: NULL or a fixed place.
 */
void *rt_sys_map_of(int pid, int fd, void *at, size_t size, size_t offset, bool writable);

int rt_sys_futex_wait(uint32_t *word, uint32_t expected, unsigned milliseconds); /* 0, -ETIMEDOUT, -EAGAIN, -EINTR */
void rt_sys_futex_wake(uint32_t *word);
bool rt_sys_alive(int pid); /* whether that process exists and is no zombie of ours */
int rt_sys_pid(void);
int rt_sys_parent(void);
uint64_t rt_sys_thread(void); /* kernel thread id */

/* Copies from an address that may not be mapped; false if a byte of it is not readable. */
bool rt_sys_peek(const void *from, void *to, size_t size);
/* Whether the mapped word at an address may be read but not written; false where the kernel does not tell. Writes back
 * what is there. */
bool rt_sys_is_read_only(void *address);
/* The same as rt_sys_peek, for up to `size` bytes of text: how many could be read before a NUL or a hole. */
size_t rt_sys_peek_text(const char *from, char *to, size_t size);

int rt_sys_open_read(const char *path);
long rt_sys_read(int fd, void *to, size_t size);
long rt_sys_read_at(int fd, void *to, size_t size, uint64_t offset);
/* st_mode and st_uid of an open file. */
bool rt_sys_owner(int fd, unsigned *mode, unsigned *owner);
unsigned rt_sys_user(void);                /* effective */
bool rt_sys_may_execute(const char *path); /* a regular file that this user may start */
void rt_sys_close(int fd);
long rt_sys_read_link(const char *path, char *to, size_t size); /* not terminated */
long rt_sys_action(int signal, const void *action, void *old);  /* rt_sigaction of the kernel's own struct */

void *rt_copy(void *to, const void *from, size_t size);
void rt_fill(void *to, int byte, size_t size);
size_t rt_length(const char *text);
bool rt_same(const char *a, const char *b);
bool rt_contains(const char *text, const char *word);

static inline void rt_pause(void)
{
    __asm__ volatile("pause" ::: "memory");
}
