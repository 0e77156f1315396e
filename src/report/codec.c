/* See codec.h. */
#include "report/codec.h"

#include <stdlib.h>
#include <string.h>

struct codec {
    RS_VEC(uint8_t) out;
    const uint8_t *in; /* NULL: writing */
    size_t at, size;
    bool broken;
    struct rs_arena *arena; /* reading: of the strings */
};

static void number(struct codec *codec, uint64_t *value)
{
    unsigned shift = 0;
    uint64_t rest = *value;

    if (codec->in == NULL) {
        for (; rest >= 0x80; rest >>= 7)
            *RS_PUSH(&codec->out) = (uint8_t)(rest | 0x80);
        *RS_PUSH(&codec->out) = (uint8_t)rest;
        return;
    }
    for (*value = 0; codec->at < codec->size && shift < 64; shift += 7) {
        uint8_t byte = codec->in[codec->at++];

        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return;
    }
    codec->broken = true;
    *value = 0;
}

static void integer(struct codec *codec, int64_t *value)
{
    uint64_t folded = (uint64_t)*value << 1 ^ (uint64_t)(*value >> 63);

    number(codec, &folded);
    *value = (int64_t)(folded >> 1 ^ (0 - (folded & 1)));
}

static void small(struct codec *codec, int *value)
{
    int64_t wide = *value;

    integer(codec, &wide);
    codec->broken |= wide != (int)wide;
    *value = codec->broken ? 0 : (int)wide;
}

/* An enumerator below `limit`. */
static unsigned choice(struct codec *codec, unsigned value, unsigned limit)
{
    uint64_t wide = value;

    number(codec, &wide);
    codec->broken |= wide >= limit;
    return codec->broken ? 0 : (unsigned)wide;
}

static void flag(struct codec *codec, bool *value)
{
    *value = choice(codec, *value, 2) != 0;
}

static void seconds(struct codec *codec, double *value)
{
    uint64_t bits;

    memcpy(&bits, value, sizeof(bits));
    number(codec, &bits);
    memcpy(value, &bits, sizeof(bits));
}

static void text(struct codec *codec, const char **value)
{
    uint64_t length = codec->in == NULL && *value != NULL ? strlen(*value) + 1 : 0;

    number(codec, &length);
    if (codec->in == NULL) {
        for (uint64_t i = 0; i + 1 < length; i++)
            *RS_PUSH(&codec->out) = (uint8_t)(*value)[i];
        return;
    }
    *value = NULL;
    if (length == 0)
        return;
    if (codec->broken || length - 1 > codec->size - codec->at || memchr(codec->in + codec->at, 0, length - 1) != NULL) {
        codec->broken = true;
        return;
    }
    *value = rs_arena_strndup(codec->arena, (const char *)codec->in + codec->at, length - 1);
    codec->at += length - 1;
}

/* Each item of a list, new ones while reading. An item has at least one byte, so that no length can ask for
 * more memory than some multiple of the file. */
#define EACH(codec, vec, visit)                                                                                        \
    do {                                                                                                               \
        uint64_t left_ = (vec)->count;                                                                                 \
        number(codec, &left_);                                                                                         \
        for (uint64_t i_ = 0; i_ < left_ && !(codec)->broken; i_++) {                                                  \
            if ((codec)->in != NULL)                                                                                   \
                memset(RS_PUSH(vec), 0, sizeof(*(vec)->items));                                                        \
            visit(codec, &(vec)->items[i_]);                                                                           \
        }                                                                                                              \
    } while (0)

static void place(struct codec *codec, struct rs_place *p)
{
    text(codec, &p->module);
    text(codec, &p->function);
    text(codec, &p->file);
    small(codec, &p->line);
    text(codec, &p->address);
    text(codec, &p->pyx_file);
    small(codec, &p->pyx_line);
    text(codec, &p->api);
}

static void frame(struct codec *codec, struct rs_line *line)
{
    text(codec, &line->language);
    text(codec, &line->function);
    text(codec, &line->file);
    small(codec, &line->line);
    text(codec, &line->module);
}

static void step(struct codec *codec, struct rs_step *s)
{
    number(codec, &s->seq);
    s->kind = (enum rs_step_kind)choice(codec, s->kind, RS_STEP_TOUCH + 1);
    text(codec, &s->api);
    small(codec, &s->delta);
    integer(codec, &s->refcount);
    integer(codec, &s->balance);
    place(codec, &s->place);
    number(codec, &s->paired_with);
    number(codec, &s->times);
}

static void note(struct codec *codec, struct rs_note *n)
{
    text(codec, &n->file);
    small(codec, &n->line);
    text(codec, &n->note);
}

static void fingerprint(struct codec *codec, char *value)
{
    const char *mark = value;

    text(codec, &mark);
    if (codec->in == NULL)
        return;
    codec->broken |= mark == NULL || strlen(mark) > 16;
    if (!codec->broken)
        strcpy(value, mark);
}

static void finding(struct codec *codec, struct rs_finding *f)
{
    f->rule = (enum rs_rule)choice(codec, f->rule, RS_RULES);
    f->kind = (enum rs_kind)choice(codec, f->kind, RS_MEMORY + 1);
    f->confidence = (enum rs_confidence)choice(codec, f->confidence, RS_PROVEN + 1);
    f->severity = (enum rs_severity)choice(codec, f->severity, RS_NOTE + 1);
    text(codec, &f->message);
    text(codec, &f->fix);
    text(codec, &f->proof);
    number(codec, &f->count);
    fingerprint(codec, f->fingerprint);
    place(codec, &f->culprit);
    flag(codec, &f->has_belief);
    place(codec, &f->belief);
    flag(codec, &f->has_victim);
    place(codec, &f->victim);
    text(codec, &f->object.type);
    text(codec, &f->object.name);
    number(codec, &f->object.address);
    integer(codec, &f->object.refcount);
    EACH(codec, &f->python, frame);
    EACH(codec, &f->history, step);
    EACH(codec, &f->use, frame);
    EACH(codec, &f->freed, frame);
    EACH(codec, &f->alloc, frame);
    EACH(codec, &f->path, note);
    flag(codec, &f->latent);
    text(codec, &f->test);
    text(codec, &f->checkpoint);
    text(codec, &f->confirmation);
    text(codec, &f->verified_fix);
    small(codec, &f->process);
    flag(codec, &f->fatal);
}

static void crash(struct codec *codec, struct rs_crash *c)
{
    text(codec, &c->signal);
    c->cause = (enum rs_crash_cause)choice(codec, c->cause, RS_CRASH_CAUSES);
    small(codec, &c->process);
    number(codec, &c->count);
    number(codec, &c->finding);
    text(codec, &c->message);
    text(codec, &c->advice);
    flag(codec, &c->has_address);
    number(codec, &c->address);
    text(codec, &c->access);
    flag(codec, &c->has_place);
    place(codec, &c->place);
    flag(codec, &c->has_call);
    place(codec, &c->call);
    text(codec, &c->object.type);
    text(codec, &c->object.name);
    number(codec, &c->object.address);
    integer(codec, &c->object.refcount);
    text(codec, &c->object.found_in);
    flag(codec, &c->object.even);
    flag(codec, &c->has_made);
    place(codec, &c->made);
    flag(codec, &c->has_released);
    place(codec, &c->released);
    EACH(codec, &c->history, step);
    EACH(codec, &c->native, frame);
    EACH(codec, &c->python, frame);
    codec->broken |= c->signal == NULL || c->message == NULL;
}

static void module(struct codec *codec, struct rs_module_info *m)
{
    text(codec, &m->name);
    text(codec, &m->path);
    text(codec, &m->build_id);
    text(codec, &m->abi);
    flag(codec, &m->debug_info);
    number(codec, &m->sites);
    number(codec, &m->patched);
    number(codec, &m->unpatched);
}

static void uncovered(struct codec *codec, struct rs_uncovered *gap)
{
    text(codec, &gap->what);
    number(codec, &gap->count);
    flag(codec, &gap->unobserved);
    codec->broken |= gap->what == NULL;
}

static void stats(struct codec *codec, struct rs_report *r)
{
    number(codec, &r->stats.events);
    number(codec, &r->stats.objects);
    number(codec, &r->stats.peak_bytes);
    seconds(codec, &r->stats.seconds);
    number(codec, &r->stats.sites_found);
    number(codec, &r->stats.sites_patched);
    number(codec, &r->stats.reused);
    small(codec, &r->stats.processes);
}

static void report(struct codec *codec, struct rs_report *r)
{
    text(codec, &r->tool_mode);
    EACH(codec, &r->command, text);
    text(codec, &r->python.version);
    text(codec, &r->python.executable);
    text(codec, &r->python.layout);
    flag(codec, &r->python.free_threaded);
    flag(codec, &r->has_status);
    small(codec, &r->status);
    text(codec, &r->signal);
    EACH(codec, &r->modules, module);
    EACH(codec, &r->unknown_calls, text);
    number(codec, &r->unpatched_sites);
    number(codec, &r->dropped_events);
    number(codec, &r->functions);
    number(codec, &r->analysed);
    number(codec, &r->cut_paths);
    EACH(codec, &r->uncovered, uncovered);
    number(codec, &r->suppressed);
    EACH(codec, &r->findings, finding);
    EACH(codec, &r->crashes, crash);
    stats(codec, r);
}

static void kept_line(struct codec *codec, struct rs_kept_line *line)
{
    text(codec, &line->file);
    small(codec, &line->line);
    text(codec, &line->text);
    codec->broken |= line->file == NULL || line->text == NULL;
}

static void kept_books(struct codec *codec, struct rs_kept *kept)
{
    report(codec, &kept->report);
    EACH(codec, &kept->lines, kept_line);
}

uint8_t *rs_codec_write(const struct rs_kept *kept, size_t *size)
{
    struct codec codec = {0};

    /* the walk writes into the record only while it reads bytes */
    kept_books(&codec, (struct rs_kept *)kept);
    *size = codec.out.count;
    return codec.out.items;
}

bool rs_codec_read(struct rs_kept *kept, const uint8_t *bytes, size_t size)
{
    struct codec codec = {.in = bytes, .size = size, .arena = &kept->report.arena};

    kept_books(&codec, kept);
    return !codec.broken && codec.at == codec.size;
}
