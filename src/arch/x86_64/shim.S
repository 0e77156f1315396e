/* Where an instrumented module's code meets the runtime: store hooks and call-through shims.
 *
 * Promise: no register of the program's that the hook's contract (wire/plan.h) does not free is changed, no vector
 * register either; every frame that stays on the stack during a call of the program's has CFI, so that C++ exceptions,
 * unwinders and debuggers pass. struct rt_frame in runtime/arch.h is laid out here by hand: keep them together. */

#define FRAME_SIZE   112        /* struct rt_frame up to `link` */
#define F_ARGS       0
#define F_RESULT     48
#define F_RESULT2    56
#define F_DESC       64
#define F_TARGET     72

/* struct rt_hot in runtime/log.h */
#define H_REGION     0
#define H_SIZE       8
#define H_SIDE       16
#define H_RING       24
#define H_DATA       32
#define H_MASK       40
#define H_STATICS    48
/* struct rs_entry_desc in wire/plan.h with the words of runtime/modules.h */
#define E_DISPLACED  0
#define E_ROLE       24
#define E_ACTION     40
/* struct rs_ring in wire/recording.h */
#define R_HEAD       16
#define R_LIMIT      24
#define R_ARMED      256
#define ACTION_DEATH 2          /* RT_ACTION_DEATH of runtime/api/calls.h */
/* heap/object.h */
#define SIDE_OBJECT  4
#define SIDE_SLOW    0xd8

    .text
    .hidden rt_hot, rt_gil, rt_store_slow
    .hidden rt_shim_add, rt_shim_set, rt_shim_api, rt_shim_entry, rt_shim_call, rt_shim_begin, rt_shim_end
    .hidden rt_api_enter, rt_api_leave, rt_entry_enter, rt_entry_leave, rt_call_enter, rt_call_leave

/* rax address, ecx delta or new count, edx site; may clobber rax, rcx, rdx and the flags. */
.macro STORE name, is_set
    .globl \name
    .type \name, @function
    .p2align 5
\name:
    .cfi_startproc
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbx, 0
    pushq %rsi
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rsi, 0
    movq rt_gil@gottpoff(%rip), %rsi
    cmpb $0, %fs:(%rsi)
    je 8f
    movq %rax, %rbx
    subq rt_hot+H_REGION(%rip), %rbx
    cmpq rt_hot+H_SIZE(%rip), %rbx
    jae 3f
    testb $15, %bl
    jnz 9f
    shrq $4, %rbx
    addq rt_hot+H_SIDE(%rip), %rbx
    movl -2(%rbx), %ebx         /* the marks of this granule and of the two before it */
    testl $0x00ffffff, %ebx
    jz 9f                       /* no block starts near: plain data */
    shrl $16, %ebx
    testb $SIDE_OBJECT, %bl
    jz 8f
    testb $SIDE_SLOW, %bl
    jnz 8f
2:  movq rt_hot+H_RING(%rip), %rsi
    movq R_HEAD(%rsi), %rbx
    cmpq R_LIMIT(%rsi), %rbx
    jae 8f
    pushq %rdx
    movzwl %dx, %edx
    cmpb $0, R_ARMED(%rsi,%rdx)
    popq %rdx
    jne 8f
    andq rt_hot+H_MASK(%rip), %rbx
    addq rt_hot+H_DATA(%rip), %rbx
    movl %edx, 8(%rbx)
    movl (%rax), %edx           /* the count before; the program's own store would fault here, too */
    movl %edx, 12(%rbx)
    movq %rax, (%rbx)
.if \is_set
    movw %cx, 6(%rbx)
.endif
    addq $16, R_HEAD(%rsi)
9:  popq %rsi
    .cfi_adjust_cfa_offset -8
    popq %rbx
    .cfi_adjust_cfa_offset -8
    ret
    .cfi_adjust_cfa_offset 16
3:  movl %eax, %ebx             /* outside the region: the cache of static objects */
    shrl $4, %ebx
    andl $4095, %ebx
    movq rt_hot+H_STATICS(%rip), %rsi
    movq (%rsi,%rbx,8), %rsi
    cmpq %rax, %rsi
    je 2b
    leaq 1(%rax), %rbx
    cmpq %rbx, %rsi
    je 9b
8:  pushq %rdi
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %rbp
    .cfi_adjust_cfa_offset 48
    .cfi_rel_offset rbp, 0
    movq %rsp, %rbp
    .cfi_def_cfa_register rbp
    andq $-16, %rsp
    movq %rax, %rdi
    movl %ecx, %esi
    movl $\is_set, %ecx
    call rt_store_slow          /* (address, value, site, is_set): rdx holds the site already */
    movq %rbp, %rsp
    popq %rbp
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rdi
    .cfi_def_cfa rsp, 24
    jmp 9b
    .cfi_endproc
    .size \name, .-\name
.endm

    STORE rt_shim_add, 0
    STORE rt_shim_set, 1

/* r11 desc (API, ENTRY) or target (CALL, desc in r10). */
.macro SHIM name, enter, leave, is_call, is_entry
    .globl \name
    .type \name, @function
    .p2align 5
\name:
    .cfi_startproc
.if \is_entry                   /* most functions whose address is taken have no role */
    cmpq $0, E_ROLE(%r11)
    jne 7f
    cmpq $0, E_ACTION(%r11)
    jne 5f
4:  jmp *E_DISPLACED(%r11)
5:  cmpq $ACTION_DEATH, E_ACTION(%r11)
    jne 7f
    pushq %rax                  /* most objects that die were never seen: their marks tell */
    .cfi_adjust_cfa_offset 8
    movq %rdi, %rax
    subq rt_hot+H_REGION(%rip), %rax
    cmpq rt_hot+H_SIZE(%rip), %rax
    jae 6f
    shrq $4, %rax
    addq rt_hot+H_SIDE(%rip), %rax
    testb $SIDE_OBJECT, (%rax)
    jz 6f
    popq %rax
    .cfi_adjust_cfa_offset -8
    jmp 7f
    .cfi_adjust_cfa_offset 8
6:  popq %rax
    .cfi_adjust_cfa_offset -8
    jmp 4b
7:
.endif
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register rbp
    subq $FRAME_SIZE, %rsp
    movq %rdi, F_ARGS(%rsp)
    movq %rsi, F_ARGS+8(%rsp)
    movq %rdx, F_ARGS+16(%rsp)
    movq %rcx, F_ARGS+24(%rsp)
    movq %r8, F_ARGS+32(%rsp)
    movq %r9, F_ARGS+40(%rsp)
    movq %rax, F_RESULT(%rsp)
.if \is_call
    movq %r10, F_DESC(%rsp)
    movq %r11, F_TARGET(%rsp)
.else
    movq %r11, F_DESC(%rsp)
.endif
    movq %rsp, %rdi
    call \enter
    cmpq $1, %rax
    jb 1f
    je 2f
    movl %eax, %ecx             /* with so many stack arguments */
    movq %rsp, %rax
    leaq 0(,%rcx,8), %rdx
    subq %rdx, %rsp
    leaq 16(%rbp), %rsi
    movq %rsp, %rdi
    rep movsq
    jmp 3f
2:  movq %rsp, %rax
3:  movq F_ARGS(%rax), %rdi
    movq F_ARGS+8(%rax), %rsi
    movq F_ARGS+16(%rax), %rdx
    movq F_ARGS+24(%rax), %rcx
    movq F_ARGS+32(%rax), %r8
    movq F_ARGS+40(%rax), %r9
    movq F_TARGET(%rax), %r11
    movq F_RESULT(%rax), %rax
    call *%r11
    leaq -FRAME_SIZE(%rbp), %rdi
    movq %rax, F_RESULT(%rdi)
    movq %rdx, F_RESULT2(%rdi)
    movq %rdi, %rsp
    call \leave
    movq F_RESULT(%rsp), %rax
    movq F_RESULT2(%rsp), %rdx
    leave
    .cfi_remember_state
    .cfi_def_cfa rsp, 8
    ret
    .cfi_restore_state
1:  movq F_ARGS(%rsp), %rdi
    movq F_ARGS+8(%rsp), %rsi
    movq F_ARGS+16(%rsp), %rdx
    movq F_ARGS+24(%rsp), %rcx
    movq F_ARGS+32(%rsp), %r8
    movq F_ARGS+40(%rsp), %r9
    movq F_TARGET(%rsp), %r11
    movq F_RESULT(%rsp), %rax
    leave
    .cfi_def_cfa rsp, 8
    jmp *%r11
    .cfi_endproc
    .size \name, .-\name
.endm

    .globl rt_shim_begin, rt_shim_end
rt_shim_begin:
    SHIM rt_shim_api, rt_api_enter, rt_api_leave, 0, 0
    SHIM rt_shim_entry, rt_entry_enter, rt_entry_leave, 0, 1
    SHIM rt_shim_call, rt_call_enter, rt_call_leave, 1, 0
rt_shim_end:
    .section .note.GNU-stack, "", @progbits
