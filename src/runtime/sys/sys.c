#include "runtime/sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "runtime/arch.h"

void *rt_copy(void *to, const void *from, size_t size)
{
    unsigned char *t = to;
    const unsigned char *f = from;

    while (size >= 8) {
        uint64_t word;

        __builtin_memcpy(&word, f, 8);
        __builtin_memcpy(t, &word, 8);
        t += 8;
        f += 8;
        size -= 8;
    }
    while (size-- > 0)
        *t++ = *f++;
    return to;
}

void rt_fill(void *to, int byte, size_t size)
{
    rt_arch_fill(to, byte, size);
}

/* The compiler may turn loops and struct copies into these; libc's use vector registers. */
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int byte, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    return rt_copy(to, from, size);
}

void *memset(void *to, int byte, size_t size)
{
    rt_arch_fill(to, byte, size);
    return to;
}

size_t rt_length(const char *text)
{
    size_t n = 0;

    while (text[n] != 0)
        n++;
    return n;
}

bool rt_same(const char *a, const char *b)
{
    while (*a != 0 && *a == *b)
        a++, b++;
    return *a == *b;
}

bool rt_contains(const char *text, const char *word)
{
    for (; *text != 0; text++) {
        size_t i = 0;

        while (word[i] != 0 && text[i] == word[i])
            i++;
        if (word[i] == 0)
            return true;
    }
    return false;
}

static void *map(void *hint, size_t size, int prot, int flags, int fd, size_t offset)
{
    long r = rt_arch_syscall(SYS_mmap, (long)hint, (long)size, prot, flags, fd, (long)offset);

    return r < 0 && r > -4096 ? NULL : (void *)r;
}

void *rt_sys_reserve(void *hint, size_t size)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *got = map(hint, size, PROT_NONE, hint != NULL ? flags | MAP_FIXED_NOREPLACE : flags, -1, 0);

    if (got != NULL && hint != NULL && got != hint) { /* kernels before 4.17 take it as a mere hint */
        rt_sys_unmap(got, size);
        return NULL;
    }
    return got;
}

bool rt_sys_open_pages(void *address, size_t size)
{
    return rt_sys_protect(address, size, PROT_READ | PROT_WRITE);
}

bool rt_sys_protect(void *address, size_t size, int prot)
{
    return rt_arch_syscall(SYS_mprotect, (long)address, (long)size, prot, 0, 0, 0) == 0;
}

void *rt_sys_pages(size_t size)
{
    return map(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

void rt_sys_unmap(void *address, size_t size)
{
    rt_arch_syscall(SYS_munmap, (long)address, (long)size, 0, 0, 0, 0);
}

void rt_sys_discard(void *address, size_t size)
{
    rt_arch_syscall(SYS_madvise, (long)address, (long)size, MADV_DONTNEED, 0, 0, 0);
}

static char *put_number(char *to, unsigned number)
{
    char digits[12];
    int n = 0;

    do
        digits[n++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (n > 0)
        *to++ = digits[--n];
    return to;
}

void *rt_sys_map_of(int pid, int fd, void *at, size_t size, size_t offset, bool writable)
{
    char path[64] = "/proc/";
    char *p = put_number(path + 6, (unsigned)pid);
    int prot = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    void *got;
    long file;

    rt_copy(p, "/fd/", 4);
    *put_number(p + 4, (unsigned)fd) = 0;
    file = rt_arch_syscall(SYS_openat, AT_FDCWD, (long)path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC, 0, 0, 0);
    if (file < 0)
        return NULL;
    got = map(at, size, prot, MAP_SHARED | (at != NULL ? MAP_FIXED : 0), (int)file, offset);
    rt_sys_close((int)file);
    return got;
}

int rt_sys_futex_wait(uint32_t *word, uint32_t expected, unsigned milliseconds)
{
    struct timespec limit = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};

    return (int)rt_arch_syscall(SYS_futex, (long)word, FUTEX_WAIT, expected, (long)&limit, 0, 0);
}

void rt_sys_futex_wake(uint32_t *word)
{
    rt_arch_syscall(SYS_futex, (long)word, FUTEX_WAKE, 1 << 30, 0, 0, 0);
}

bool rt_sys_alive(int pid)
{
    return rt_arch_syscall(SYS_kill, pid, 0, 0, 0, 0, 0) != -ESRCH;
}

int rt_sys_pid(void)
{
    return (int)rt_arch_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

int rt_sys_parent(void)
{
    return (int)rt_arch_syscall(SYS_getppid, 0, 0, 0, 0, 0, 0);
}

uint64_t rt_sys_thread(void)
{
    return (uint64_t)rt_arch_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

bool rt_sys_peek(const void *from, void *to, size_t size)
{
    struct iovec local = {to, size}, remote = {(void *)from, size};

    return rt_arch_syscall(SYS_process_vm_readv, rt_sys_pid(), (long)&local, 1, (long)&remote, 1, 0) == (long)size;
}

bool rt_sys_is_read_only(void *address)
{
    uint64_t word;
    struct iovec local = {&word, sizeof(word)}, remote = {address, sizeof(word)};

    return rt_sys_peek(address, &word, sizeof(word)) &&
           rt_arch_syscall(SYS_process_vm_writev, rt_sys_pid(), (long)&local, 1, (long)&remote, 1, 0) == -EFAULT;
}

size_t rt_sys_peek_text(const char *from, char *to, size_t size)
{
    size_t n = 0;

    while (n < size) {
        size_t room = 4096 - ((uintptr_t)(from + n) & 4095), part = size - n < room ? size - n : room;

        part = part < 64 ? part : 64;
        if (!rt_sys_peek(from + n, to + n, part))
            return n;
        for (size_t end = n + part; n < end; n++)
            if (to[n] == 0)
                return n;
    }
    return n;
}

int rt_sys_open_read(const char *path)
{
    return (int)rt_arch_syscall(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
}

long rt_sys_read(int fd, void *to, size_t size)
{
    return rt_arch_syscall(SYS_read, fd, (long)to, (long)size, 0, 0, 0);
}

long rt_sys_read_at(int fd, void *to, size_t size, uint64_t offset)
{
    return rt_arch_syscall(SYS_pread64, fd, (long)to, (long)size, (long)offset, 0, 0);
}

bool rt_sys_owner(int fd, unsigned *mode, unsigned *owner)
{
    struct stat status; /* glibc's and the kernel's are the same on x86-64 */

    if (rt_arch_syscall(SYS_fstat, fd, (long)&status, 0, 0, 0, 0) != 0)
        return false;
    *mode = status.st_mode;
    *owner = status.st_uid;
    return true;
}

unsigned rt_sys_user(void)
{
    return (unsigned)rt_arch_syscall(SYS_geteuid, 0, 0, 0, 0, 0, 0);
}

bool rt_sys_may_execute(const char *path)
{
    struct stat status;

    return rt_arch_syscall(SYS_stat, (long)path, (long)&status, 0, 0, 0, 0) == 0 && S_ISREG(status.st_mode) &&
           rt_arch_syscall(SYS_access, (long)path, X_OK, 0, 0, 0, 0) == 0;
}

void rt_sys_close(int fd)
{
    rt_arch_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
}

long rt_sys_read_link(const char *path, char *to, size_t size)
{
    return rt_arch_syscall(SYS_readlinkat, AT_FDCWD, (long)path, (long)to, (long)size, 0, 0);
}

long rt_sys_action(int signal, const void *action, void *old)
{
    return rt_arch_syscall(SYS_rt_sigaction, signal, (long)action, (long)old, 8, 0, 0);
}
