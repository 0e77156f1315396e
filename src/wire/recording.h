/* The shared recording: what the runtime writes into and the host reads, in one process tree.
 *
 * The host makes two kinds of anonymous shared files (memfd) and keeps their descriptors; a runtime opens them through
 * /proc/<host>/fd/<n>, maps them and closes the descriptor, so that the program owns none. The control file holds one
 * slot a process; each process has a ring of its own, handed out when it connects (exec or fork).
 *
 * A ring is a stream of 16-byte words pairs ("slots") in the order in which the facts happened: with the GIL there is
 * one writer at a time. A record is complete once `head` has passed it; so whatever was recorded survives the death of
 * the program by any signal. Facts seen by a thread without the GIL go to the second, small ring ("stray"), behind a
 * lock. Changing anything here: raise RS_RECORDING_VERSION. */
#pragma once
#include <stdint.h>

#define RS_RECORDING_MAGIC 0x6345726e61736572u
enum {
    RS_RECORDING_VERSION = 8,
    RS_PROCESSES = 256,
    RS_PATH_MAX = 1024,
    RS_WATCH_MAX = 16,
    RS_SUSPECTS = 64,
    RS_LEFT_OUT_MAX = 64
};

/* The variable that carries "pid:fd:cookie" to the runtime of the program and of its children. */
#define RS_RECORDING_VARIABLE "REFSAN_RECORDING"

enum rs_slot_state { RS_SLOT_FREE, RS_SLOT_CLAIMED, RS_SLOT_WAITING, RS_SLOT_RUNNING, RS_SLOT_REFUSED };
enum rs_birth { RS_BORN_EXEC, RS_BORN_FORK };
enum rs_request_state { RS_REQUEST_NONE, RS_REQUEST_ASKED, RS_REQUEST_ANSWERED };

struct rs_process_slot {
    uint32_t state; /* enum rs_slot_state; a futex: the runtime waits on it */
    int32_t pid, parent;
    uint32_t birth;       /* enum rs_birth */
    int32_t ring_fd;      /* the host's descriptor of this process's ring */
    uint64_t ring_size;   /* of the whole file */
    uint64_t parent_head; /* fork: where the parent's ring stood */
    /* One request at a time (behind a lock of the runtime's): the plan of a module. */
    uint32_t request;      /* enum rs_request_state; a futex */
    uint32_t request_kind; /* enum rs_request_kind */
    uint64_t base, area, area_size;
    int32_t answer_fd; /* the host's descriptor of a memfd with the blob, -1 if none */
    uint32_t pad;
    uint64_t answer_size;
    char path[RS_PATH_MAX];
    uint32_t offsets[16]; /* RS_REQUEST_ENTRIES: functions to hook, base-relative; 0 ends the list */
};
enum rs_request_kind {
    RS_REQUEST_MODULE,  /* the whole plan of an extension module */
    RS_REQUEST_ENTRIES, /* only entries of the functions in `offsets` (the interpreter's own) */
};

/* A program that a process of the run started and that cannot take the runtime along. */
struct rs_left_out {
    uint32_t why; /* enum rs_target of wire/target.h; 0: not filled yet */
    char name[252];
};

struct rs_control {
    uint64_t magic;
    uint32_t version;
    int32_t host;
    uint64_t cookie;
    uint32_t bell;  /* futex: runtimes add 1 and wake the host */
    uint32_t ended; /* the host is done: log no more */
    uint64_t quarantine_bytes;
    uint64_t region_bytes;
    uint32_t flags;  /* enum rs_control_flags */
    uint32_t asleep; /* the host waits for the bell: only then a system call has to wake it */
    struct rs_process_slot processes[RS_PROCESSES];
    uint32_t left_out_count; /* claimed places of left_out; more than there are: some have no place */
    uint32_t
        table; /* the host's contract table: records name its rows by index, so that the runtime's has to be the same */
    uint32_t strangers; /* runtimes of another build that came, saw and left their program unobserved */
    uint32_t pad;
    struct rs_left_out left_out[RS_LEFT_OUT_MAX];
};
enum rs_control_flags {
    RS_CONTROL_STDLIB = 1,        /* instrument the standard library's modules too */
    RS_CONTROL_STOP_AT_FIRST = 2, /* the host ends the program at the first proven finding */
};

struct rs_ring {
    uint64_t magic;
    uint64_t capacity; /* bytes of `data`, a power of two */
    uint64_t head;     /* bytes written since the start; written by the runtime alone */
    uint64_t limit;    /* head may pass up to here without asking */
    uint64_t pad0[4];
    uint64_t tail;   /* bytes read; written by the host alone */
    uint32_t wanted; /* the writer waits: a futex, the host wakes it */
    uint32_t pad1;
    uint64_t pad2[6];
    uint64_t stray_head; /* bytes of the stray ring, behind stray_lock; overflow is counted, not waited for */
    uint64_t stray_tail;
    uint64_t stray_lost;
    uint32_t stray_lock;
    uint32_t pad3;
    uint64_t lost; /* records not written because the host was gone or too slow */
    uint64_t pad4[3];
    /* Host to runtime (law 5: arm only what the books suspect): what is touched at site n, or returned by the function
     * at address f, or taken by a call that returns to f + 1, is marked as suspect where the byte n & 0xffff, (f >> 4)
     * & 0x7fff is set. */
    uint8_t armed_sites[1 << 16];
    uint8_t armed_functions[1 << 15];
    /* Host to runtime: objects that never die and whose books drift: at the next quiet point the count and the words
     * that point at them are recorded (RS_REC_BASE). `watched` places are filled. */
    uint32_t watched, pad5;
    uint64_t watch[RS_WATCH_MAX];
    /* Host to runtime: objects whose balance has just fallen below 0, the n-th at n % RS_SUSPECTS; `suspects` were
     * written. */
    uint64_t suspects;
    uint64_t suspect[RS_SUSPECTS];
};
enum {
    RS_RING_HEADER = 1 << 17, /* the ring's data starts here; the stray ring's behind it */
    RS_STRAY_BYTES = 1 << 18,
};

/* ------------------------------------------------------------------------------------------------ records
 * Every record is a head slot and `slots - 1` further ones. Head slot: word a, then 32 bits `tag`, then 32 bits b.
 * tag < RS_TAG: a store (one slot): a = address | new count (low 16 bits) << 48 (form SET), tag = site, b = low 32 bits
 * of the count before the store. Else tag = RS_TAG | kind << 16 | slots. */
enum { RS_SITE_MAX = 0x7effffff };
#define RS_TAG                 0x80000000u
#define RS_TAG_OF(kind, slots) (RS_TAG | (uint32_t)(kind) << 16 | (uint32_t)(slots))
#define RS_TAG_KIND(tag)       (((tag) >> 16) & 0xff)
#define RS_TAG_SLOTS(tag)      ((tag) & 0xffff)

struct rs_slot {
    uint64_t a;
    uint32_t tag, b;
};

/* Objects in records are words: address (48 bits) | argument number << 48 | flags << 56. */
#define RS_WORD_ADDRESS(w) ((w) & 0xffffffffffffu)
#define RS_WORD_ARG(w)     (((w) >> 48) & 0xff)
#define RS_WORD_FLAGS(w)   ((w) >> 56)
enum rs_word_flags {
    RS_WORD_DEAD = 1, /* in quarantine: a use after free */
    RS_WORD_IMMORTAL = 2,
    RS_WORD_ONE = 4,      /* its count is 1 */
    RS_WORD_ZERO = 8,     /* its count is 0: in a free list or inside its own dealloc */
    RS_WORD_NEW = 16,     /* an out-parameter or converter handed a new reference over */
    RS_WORD_STEAL = 32,   /* format unit N: the reference passes to the callee */
    RS_WORD_OLD = 64,     /* the value that an in-out parameter held before the call */
    RS_WORD_UNKNOWN = 128 /* may or may not come with a reference */
};
enum {
    RS_ARG_MEMORY = 0xfc, /* no object: memory of the Python allocator that the call handed over */
    RS_ARG_RESULT = 0xff,
    RS_ARG_SELF_TYPE = 0xfe,
    RS_ARG_CALLER = 0xfd, /* no object: what may be the return address of a direct call on the way from the module's
                           * function to the API call, innermost first; RS_WORD_NEW: on the way from that which has the
                           * out-parameter's variable on its stack */
};

enum rs_record {
    RS_REC_PAD,       /* fills up to the ring's end */
    RS_REC_THREAD,    /* a = thread id: the facts that follow are this thread's */
    RS_REC_MODULE,    /* struct rs_module_record */
    RS_REC_TYPE,      /* a = address, b = tp_flags low 32; then tp_basicsize, metatype; then the name */
    RS_REC_OBJECT,    /* first sight of an object: a = address, b = low 32 bits of its count; then type, block size */
    RS_REC_FREE,      /* a = address of an object whose block is released, b = low 32 bits of the count */
    RS_REC_DEATH,     /* a = address: its tp_dealloc begins (types with a free list) */
    RS_REC_API_ENTER, /* a = return address, b = low 32 bits of rsp; then contract, words, place */
    RS_REC_API_CALL, /* enter and leave in one, of a call in which nothing else can happen: a = return address, b = rsp;
                        then contract, result, words after */
    RS_REC_API_LEAVE, /* a = result, b = low 32 bits of rsp; then words (result and out-parameters) */
    RS_REC_ENTRY,     /* a = function, b = rsp; then role (enum rs_role) | flags, code object | lasti; words */
    RS_REC_EXIT,      /* a = result, b = rsp; then enum rs_exit_flags; words */
    RS_REC_ROLE,      /* a function becomes known: a = function, b = role; then owner type; name */
    RS_REC_CODE,      /* a Python code object: a = address; first line, version; then name, file, line table as bytes */
    RS_REC_LIVE,      /* census: a = object, b = count low 32; then words found that point at it (holders), visits */
    RS_REC_CENSUS,    /* census begins (a = 1) or ends (a = 0); b = reason */
    RS_REC_POISON,    /* the count of a quarantined object was changed by somebody unseen: a = object, b = change */
    RS_REC_WITNESS, /* a live owner still points at a dying object: a = object; then owner, kind (1 frame, 2 container;
                     * 3: it lives, b = its count, and more references are visited: their number follows) */
    RS_REC_FAULT,   /* struct rs_fault_record */
    RS_REC_PYFRAME, /* a = code object, b = instruction offset: one frame of the Python stack, innermost first */
    RS_REC_STACK,   /* bytes of the native stack from a = rsp on */
    RS_REC_FORK,    /* a = pid of the child */
    RS_REC_PYTHON,  /* interpreter: a = version hex, b = flags; text = executable */
    RS_REC_LIMIT, /* something is not covered: a = number, text = what; a = 0: a sentence, this process runs unobserved
                   */
    RS_REC_BASE,  /* differential census, first quiet point (the second is RS_REC_LIVE): a = object, b = count; then
                     words */
    RS_REC_FINALIZE,  /* the interpreter begins to shut down */
    RS_REC_GIL,       /* stray ring: a store without the GIL: a = address, b = site */
    RS_REC_TRAVERSE,  /* visits exceed the count: a = object, b = count; then visits, a visiting owner, its type */
    RS_REC_UNVISITED, /* uncollectable garbage, a member that tp_traverse does not visit: a = owner; member, the owner's
                         type */
    RS_REC_MOVED,     /* a module has put objects into a container of its own by plain stores: a = return address of the
                       * call before which     that was seen, or the function that it left, or 0; then module number | list
                       * <<     32 | at exit << 33, container; words     (argument: place in the container) */
    RS_REC_BODY, /* a module's tp_dealloc begins, one of its first RS_TOLD_DEATHS: a = the dying object; then words: the
                  * live objects that its body refers to */
    RS_REC_BLOCK, /* census: memory that a module asked for and no word in memory points at: a = block; then its size */
    RS_RECORDS
};

enum { RS_TOLD_DEATHS = 64 };

enum rs_exit_flags {
    RS_EXIT_ERROR_SET = 1,    /* an exception is set at exit */
    RS_EXIT_ERROR_BEFORE = 2, /* it was at entry, too: says nothing */
    RS_EXIT_RESULT_NULL = 4,
};

/* Records with text: the bytes follow in whole slots, zero-padded; the length comes with them. */
struct rs_module_record {
    struct rs_slot head;       /* a = load base, b = module number */
    uint64_t text_lo, text_hi; /* absolute */
    uint64_t writes_lo, writes_hi;
    uint32_t first_site, sites;
    uint32_t family, flags; /* enum rs_module_flags */
    uint32_t sites_found, functions_skipped;
    uint64_t area_lo, area_hi;        /* its trampolines, absolute; 0: none */
    uint32_t patches_refused, length; /* of the path, which follows */
};
enum rs_module_flags { RS_MODULE_INTERPRETER = 1, RS_MODULE_UNPATCHED = 2 };

struct rs_fault_record {
    struct rs_slot head; /* a = faulting address, b = signal */
    uint64_t pc, sp;
    uint64_t object; /* quarantined block the address names, or 0 */
    uint64_t thread;
    uint64_t regs[16]; /* rax rdx rcx rbx rsi rdi rbp rsp r8..r15, DWARF order */
    uint64_t module;   /* whose code faulted, its trampolines included: number + 1; 0: nobody's */
    int32_t code;      /* si_code: above 0 an instruction raised it, else somebody sent it */
    int32_t sender;    /* the process that sent it */
    uint64_t access;   /* of a page fault: bit 1 a write, bit 4 an instruction fetch (the processor's error code) */
    uint32_t fate;     /* enum rs_fate */
    uint32_t named_by; /* RS_FAULT_BY_ADDRESS, or the number + 1 of the register that named `object`; 0: nothing did */
};
enum rs_fate {
    RS_FATE_DEATH,   /* by the signal's default action */
    RS_FATE_HANDLER, /* the program's own handler is called; it may end the program, go on, or hand the signal on */
};
enum { RS_FAULT_BY_ADDRESS = 64 };
