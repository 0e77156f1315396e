/* x86-64 primitives for the runtime: system calls, byte filling, the return-address trick. No vector registers. */
#pragma once
#include <stddef.h>
#include <stdint.h>

static inline long rt_arch_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

static inline void rt_arch_fill(void *to, int byte, size_t size)
{
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
}

/* Two words over and over; size is a multiple of 16. */
static inline void rt_arch_fill_pairs(void *to, uint64_t first, uint64_t second, size_t size)
{
    uint64_t *word = to;

    for (; size >= 16; size -= 16, word += 2) {
        word[0] = first;
        word[1] = second;
    }
}

/* pthread_self(): the thread control block names itself (x86-64 ABI of glibc). */
static inline uint64_t rt_arch_thread_self(void)
{
    uint64_t self;

    __asm__("mov %%fs:0x10, %0" : "=r"(self));
    return self;
}
