#include "machine.h"

#include <stdlib.h>
#include <sys/mman.h>

struct machine machine_in, machine_out; /* named from the assembly below */
struct machine_event machine_events[64];
unsigned machine_event_count;

__asm__(".text\n.globl machine_switch\nmachine_switch:\n"
        "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        "lea -256(%rsp), %rsp\n" /* room for what the code may write below */
        "push 128+machine_in(%rip); popfq\n"
        "mov 0+machine_in(%rip), %rax; mov 8+machine_in(%rip), %rcx; mov 16+machine_in(%rip), %rdx\n"
        "mov 24+machine_in(%rip), %rbx; mov 40+machine_in(%rip), %rbp; mov 48+machine_in(%rip), %rsi\n"
        "mov 56+machine_in(%rip), %rdi; mov 64+machine_in(%rip), %r8; mov 72+machine_in(%rip), %r9\n"
        "mov 80+machine_in(%rip), %r10; mov 88+machine_in(%rip), %r11; mov 96+machine_in(%rip), %r12\n"
        "mov 104+machine_in(%rip), %r13; mov 112+machine_in(%rip), %r14; mov 120+machine_in(%rip), %r15\n"
        "call *136+machine_in(%rip)\n"
        "mov %rax, 0+machine_out(%rip); mov %rcx, 8+machine_out(%rip); mov %rdx, 16+machine_out(%rip)\n"
        "mov %rbx, 24+machine_out(%rip); mov %rsp, 32+machine_out(%rip); mov %rbp, 40+machine_out(%rip)\n"
        "mov %rsi, 48+machine_out(%rip); mov %rdi, 56+machine_out(%rip); mov %r8, 64+machine_out(%rip)\n"
        "mov %r9, 72+machine_out(%rip); mov %r10, 80+machine_out(%rip); mov %r11, 88+machine_out(%rip)\n"
        "mov %r12, 96+machine_out(%rip); mov %r13, 104+machine_out(%rip); mov %r14, 112+machine_out(%rip)\n"
        "mov %r15, 120+machine_out(%rip)\n"
        "pushfq; pop 128+machine_out(%rip)\n"
        "lea 256(%rsp), %rsp\n"
        "cld\n"
        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
        "ret\n"
        ".macro HOOK name, set\n.globl \\name\n\\name:\n"
        "push %rdi; push %rsi; push %r8; push %r9; push %r10; push %r11; push %rbp\n"
        "mov %rsp, %rbp; and $-16, %rsp\n"
        "mov %rax, %rdi; mov %ecx, %esi; mov $\\set, %ecx\n"
        "call machine_event_seen\n"
        "mov %rbp, %rsp\n"
        "pop %rbp; pop %r11; pop %r10; pop %r9; pop %r8; pop %rsi; pop %rdi\n"
        "mov $0x5a5a5a5a, %eax; mov $0x33333333, %ecx; mov $0x77777777, %edx\n"
        "cmp $-1, %al\n" /* other flags than any caller's */
        "ret\n.endm\n"
        "HOOK machine_hook_add, 0\nHOOK machine_hook_set, 1\n");

void machine_switch(void);
void machine_event_seen(uint64_t address, uint32_t value, uint32_t site, uint32_t set);

void machine_event_seen(uint64_t address, uint32_t value, uint32_t site, uint32_t set)
{
    if (machine_event_count < sizeof machine_events / sizeof *machine_events)
        machine_events[machine_event_count] = (struct machine_event){address, value, site, set};
    machine_event_count++;
}

void machine_run(const struct machine *in, struct machine *out)
{
    machine_in = *in;
    machine_in.flags = (in->flags & MACHINE_FLAGS) | 0x202;
    machine_out = (struct machine){0};
    machine_switch();
    *out = machine_out;
    out->flags &= MACHINE_FLAGS;
    out->code = 0;
}

uint8_t *machine_pages(size_t size, uint64_t near)
{
    int protection = PROT_READ | PROT_WRITE | PROT_EXEC, flags = MAP_PRIVATE | MAP_ANONYMOUS;
    for (uint64_t step = 1; step < 1000; step++) {
        void *hint = near ? (void *)((near & ~0xfffull) + step * 0x100000) : NULL;
        void *pages = mmap(hint, size, protection, flags | (near ? MAP_FIXED_NOREPLACE : 0), -1, 0);
        if (pages != MAP_FAILED)
            return pages;
    }
    abort();
}
