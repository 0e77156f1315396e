/* The catalogue of rules and the list of findings: adding, fingerprints, folding, order.
 *
 * Promise: one finding per root cause, in the same order for the same input. Refuses to judge: whether
 * something is a finding at all, and its words, are the verdict's. */
#include "finding/finding.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "finding/crash.h"

static const struct rs_rule_info rules[RS_RULES] = {
#define RS_RULE(id, name, kind, title) [RS_RULE_##id] = {#id, name, kind, title},
#include "finding/kinds.def"
#undef RS_RULE
};

const struct rs_rule_info *rs_rule_info(enum rs_rule rule)
{
    return &rules[rule];
}

enum rs_rule rs_rule_find(const char *id_or_name)
{
    for (int i = 0; i < RS_RULES; i++) {
        if (strcasecmp(rules[i].id, id_or_name) == 0 || strcmp(rules[i].name, id_or_name) == 0)
            return (enum rs_rule)i;
    }
    return RS_RULES;
}

const char *rs_step_name(enum rs_step_kind kind)
{
    static const char *const names[] = {
        [RS_STEP_CREATE] = "create", [RS_STEP_ACQUIRE] = "acquire", [RS_STEP_RELEASE] = "release",
        [RS_STEP_BORROW] = "borrow", [RS_STEP_STEAL] = "steal",     [RS_STEP_ARGUMENT] = "argument",
        [RS_STEP_RETURN] = "return", [RS_STEP_FREE] = "free",       [RS_STEP_TOUCH] = "touch",
    };

    return names[kind];
}

struct rs_finding *rs_report_add(struct rs_report *report, enum rs_rule rule)
{
    struct rs_finding *finding = RS_PUSH(&report->findings);

    *finding = (struct rs_finding){
        .rule = rule, .kind = rules[rule].kind, .severity = RS_ERROR, .count = 1, .object.refcount = -1};
    return finding;
}

/* The length without one clone suffix that gcc or clang put at the end (".isra.0", ".part.3", ".cold"), or
 * the same. */
static size_t without_clone(const char *name, size_t length)
{
    static const char *const clones[] = {"isra", "part", "constprop", "cold", "lto_priv", "llvm"};
    size_t end = length;

    while (end > 0 && isdigit((unsigned char)name[end - 1]))
        end--;
    if (end == 0 || end == length || name[end - 1] != '.')
        end = length;
    else
        end--;
    for (size_t i = 0; i < sizeof(clones) / sizeof(clones[0]); i++) {
        size_t size = strlen(clones[i]);

        if (end > size + 1 && name[end - size - 1] == '.' && memcmp(name + end - size, clones[i], size) == 0)
            return end - size - 1;
    }
    return length;
}

size_t rs_function_stem(const char *function)
{
    static const char *const tails[] = {" + 0x", "+0x", " [clone "};
    size_t length = strlen(function), shorter;

    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        const char *tail = strstr(function, tails[i]);

        if (tail != NULL && tail != function && (size_t)(tail - function) < length)
            length = (size_t)(tail - function);
    }
    while ((shorter = without_clone(function, length)) != length)
        length = shorter;
    return length;
}

const char *rs_module_stem(const char *module, size_t *length)
{
    const char *slash = strrchr(module, '/');
    const char *stem = slash != NULL ? slash + 1 : module;
    const char *end = strstr(stem, ".cpython-");

    if (end == NULL)
        end = strstr(stem, ".abi3");
    if (end == NULL && strlen(stem) > 3 && strcmp(stem + strlen(stem) - 3, ".so") == 0)
        end = stem + strlen(stem) - 3;
    *length = end != NULL && end != stem ? (size_t)(end - stem) : strlen(stem);
    return stem;
}

/* FNV-1a, a byte that no name holds behind each word, so that ("ab", "c") and ("a", "bc") differ. */
static uint64_t mix(uint64_t hash, const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)word[i]) * 0x100000001B3u;
    return (hash ^ 0xFF) * 0x100000001B3u;
}

static uint64_t mix_function(uint64_t hash, const char *function)
{
    return function != NULL ? mix(hash, function, rs_function_stem(function)) : mix(hash, "", 0);
}

/* FNV leaves the upper bits of short words poor; finish as MurmurHash3's fmix64 does. */
static void print_fingerprint(uint64_t hash, struct rs_finding *finding)
{
    hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDu;
    hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53u;
    hash ^= hash >> 33;
    snprintf(finding->fingerprint, sizeof(finding->fingerprint), "%016llx", (unsigned long long)hash);
}

void rs_finding_fingerprint(struct rs_finding *finding)
{
    const struct rs_place *culprit = &finding->culprit;
    const char *id = rules[finding->rule].id;
    uint64_t hash = mix(0xCBF29CE484222325u, id, strlen(id));
    size_t length = 0;
    const char *module = culprit->module != NULL ? rs_module_stem(culprit->module, &length) : "";

    hash = mix(hash, module, length);
    if (culprit->function != NULL || culprit->address == NULL) {
        hash = mix_function(hash, culprit->function);
    } else {
        const char *plus = strrchr(culprit->address, '+');
        const char *offset = plus != NULL ? plus : culprit->address;

        hash = mix(hash, offset, strlen(offset));
    }
    if (finding->has_belief) {
        const char *api = finding->belief.api != NULL ? finding->belief.api : "";

        hash = mix(hash, api, strlen(api));
        hash = mix_function(hash, finding->belief.function);
    }
    print_fingerprint(hash, finding);
}

void rs_finding_close(struct rs_finding *finding)
{
    RS_VEC_CLOSE(&finding->python);
    RS_VEC_CLOSE(&finding->history);
    RS_VEC_CLOSE(&finding->use);
    RS_VEC_CLOSE(&finding->freed);
    RS_VEC_CLOSE(&finding->alloc);
    RS_VEC_CLOSE(&finding->path);
}

/* Whether `later`, added after `kept`, is the better example: more certain, or seen earlier by the order of
 * events. */
static bool better_example(const struct rs_finding *later, const struct rs_finding *kept)
{
    if (later->confidence != kept->confidence)
        return later->confidence > kept->confidence;
    if (later->process != kept->process || later->history.count == 0 || kept->history.count == 0)
        return false;
    return later->history.items[0].seq < kept->history.items[0].seq;
}

/* The stack of a crash is told whichever example it comes from. */
static void hand_stack_over(struct rs_finding *from, struct rs_finding *to)
{
    if (to->use.count > 0 || from->use.count == 0)
        return;
    RS_VEC_CLOSE(&to->use);
    memcpy(&to->use, &from->use, sizeof(to->use));
    memset(&from->use, 0, sizeof(from->use));
}

/* Takes `later` into `kept`; what is not kept is closed. */
static void fold(struct rs_finding *kept, struct rs_finding *later)
{
    uint64_t count = kept->count + later->count;
    enum rs_severity severity = kept->severity < later->severity ? kept->severity : later->severity;
    bool latent = kept->latent && later->latent, fatal = kept->fatal || later->fatal;

    if (better_example(later, kept)) {
        hand_stack_over(kept, later);
        rs_finding_close(kept);
        *kept = *later;
    } else {
        hand_stack_over(later, kept);
        rs_finding_close(later);
    }
    kept->count = count;
    kept->severity = severity;
    kept->latent = latent;
    kept->fatal = fatal;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_place(const struct rs_place *a, const struct rs_place *b)
{
    if (a->line <= 0 || b->line <= 0)
        return same_text(a->function, b->function) && a->line == b->line && a->pyx_line == b->pyx_line &&
               same_text(a->file, b->file);
    return a->line == b->line && same_text(a->file, b->file);
}

static bool is_leak_of_known_origin(const struct rs_finding *finding)
{
    return finding->kind == RS_SURPLUS && finding->has_belief && finding->belief.line > 0;
}

static bool same_cause(const struct rs_finding *a, const struct rs_finding *b, bool by_lines)
{
    if (a->rule != b->rule)
        return false;
    if (!by_lines)
        return strcmp(a->fingerprint, b->fingerprint) == 0;
    if (a->has_belief != b->has_belief || (a->has_belief && !same_place(&a->belief, &b->belief)))
        return false;
    return is_leak_of_known_origin(a) || same_place(&a->culprit, &b->culprit);
}

/* What findings of one cause have in common, as a key that is not 0. */
static uint64_t cause(const struct rs_finding *finding, bool by_lines)
{
    const struct rs_place *place = is_leak_of_known_origin(finding) ? &finding->belief : &finding->culprit;

    if (!by_lines)
        return strtoull(finding->fingerprint, NULL, 16) | 1;
    return ((uint64_t)finding->rule << 32 | (uint32_t)place->line) + 1;
}

/* The earlier finding of this cause, or SIZE_MAX; `next` chains those of one key. */
static size_t find_cause(const struct rs_report *report, const size_t *next, size_t from,
                         const struct rs_finding *finding, bool by_lines)
{
    while (from != 0 && !same_cause(&report->findings.items[from - 1], finding, by_lines))
        from = next[from - 1];
    return from != 0 ? from - 1 : SIZE_MAX;
}

static void fold_all(struct rs_report *report, bool by_lines)
{
    size_t *next = rs_alloc(report->findings.count * sizeof(*next)), kept = 0;
    struct rs_map first = {0};

    for (size_t i = 0; i < report->findings.count; i++) {
        struct rs_finding *finding = &report->findings.items[i];
        uint64_t *at;
        size_t earlier;

        rs_finding_fingerprint(finding);
        at = rs_map_at(&first, cause(finding, by_lines));
        earlier = find_cause(report, next, *at, finding, by_lines);
        if (earlier != SIZE_MAX) {
            fold(&report->findings.items[earlier], finding);
            continue;
        }
        report->findings.items[kept] = *finding;
        next[kept] = *at;
        *at = ++kept;
    }
    report->findings.count = kept;
    rs_map_close(&first);
    free(next);
}

/* Whether a stands before b in the source. */
static bool is_before(const struct rs_finding *a, const struct rs_finding *b)
{
    if (a->culprit.line != b->culprit.line)
        return a->culprit.line < b->culprit.line;
    return a->belief.line < b->belief.line;
}

/* Findings that differ by lines only: the second and further ones get fingerprints of their own. */
static void tell_apart(struct rs_report *report)
{
    struct rs_finding *items = report->findings.items;
    struct rs_map first = {0};
    size_t *next = rs_alloc(report->findings.count * sizeof(*next)),
           *order = rs_alloc(report->findings.count * sizeof(*order));

    for (size_t i = 0; i < report->findings.count; i++) {
        uint64_t *at = rs_map_at(&first, strtoull(items[i].fingerprint, NULL, 16) | 1);

        for (size_t k = *at; k != 0; k = next[k - 1]) {
            if (strcmp(items[k - 1].fingerprint, items[i].fingerprint) == 0 && is_before(&items[i], &items[k - 1]))
                order[k - 1]++;
            else if (strcmp(items[k - 1].fingerprint, items[i].fingerprint) == 0)
                order[i]++;
        }
        next[i] = *at;
        *at = i + 1;
    }
    for (size_t i = 0; i < report->findings.count; i++)
        if (order[i] > 0)
            print_fingerprint(mix(strtoull(items[i].fingerprint, NULL, 16), (const char *)&order[i], sizeof(order[i])),
                              &items[i]);
    rs_map_close(&first);
    free(next);
    free(order);
}

/* Less than 0 where a is to be read before b. */
static int compare(const struct rs_finding *a, const struct rs_finding *b)
{
    if (a->confidence != b->confidence)
        return a->confidence > b->confidence ? -1 : 1;
    if (a->severity != b->severity)
        return a->severity < b->severity ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return 0;
}

/* Merges the sorted halves [from, middle) and [middle, to); equal ones keep their order. */
static void merge(struct rs_finding *items, struct rs_finding *spare, size_t from, size_t middle, size_t to)
{
    size_t left = from, right = middle, out = from;

    memcpy(spare + from, items + from, (to - from) * sizeof(*items));
    while (left < middle && right < to)
        items[out++] = compare(&spare[left], &spare[right]) <= 0 ? spare[left++] : spare[right++];
    while (left < middle)
        items[out++] = spare[left++];
    while (right < to)
        items[out++] = spare[right++];
}

/* Bottom-up merge sort: qsort promises no order among equals, and the same run shall read the same. */
static void sort(struct rs_finding *items, size_t count)
{
    struct rs_finding *spare = rs_alloc(count * sizeof(*items));

    for (size_t width = 1; width < count; width *= 2) {
        for (size_t from = 0; from + width < count; from += 2 * width)
            merge(items, spare, from, from + width, from + 2 * width < count ? from + 2 * width : count);
    }
    free(spare);
}

void rs_report_finish(struct rs_report *report)
{
    bool by_lines = report->tool_mode != NULL && strcmp(report->tool_mode, "check") == 0;

    fold_all(report, by_lines);
    if (by_lines)
        tell_apart(report);
    sort(report->findings.items, report->findings.count);
    rs_crashes_finish(report);
}

void rs_report_close(struct rs_report *report)
{
    for (size_t i = 0; i < report->findings.count; i++)
        rs_finding_close(&report->findings.items[i]);
    for (size_t i = 0; i < report->crashes.count; i++)
        rs_crash_close(&report->crashes.items[i]);
    RS_VEC_CLOSE(&report->findings);
    RS_VEC_CLOSE(&report->crashes);
    RS_VEC_CLOSE(&report->command);
    RS_VEC_CLOSE(&report->modules);
    RS_VEC_CLOSE(&report->unknown_calls);
    RS_VEC_CLOSE(&report->uncovered);
    rs_arena_close(&report->arena);
}
