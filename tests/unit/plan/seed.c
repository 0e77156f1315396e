/* The fuzzer's seed: a small module with everything that the plan's readers read. */
#include <stddef.h>

struct object {
    long count;
    void *type;
};
struct method {
    const char *name;
    void *(*code)(struct object *, struct object *);
    int flags;
    const char *doc;
};

extern void Py_Used(struct object *);
extern void *Py_Compared(struct object *);
static struct object fixed;

static void release(struct object **object)
{
    if (*object && --(*object)->count == 0)
        Py_Used(*object);
}

static void *first(struct object *self, struct object *argument)
{
    __attribute__((cleanup(release))) struct object *held = self;
    held->count++;
    Py_Used(argument);
    return Py_Compared(argument);
}

static void *second(struct object *self, struct object *argument)
{
    switch (argument->count) {
    case 0:
        self->count++;
        break;
    case 1:
        Py_Used(self);
        break;
    case 2:
        argument->count--;
        return NULL;
    case 3:
        fixed.count++;
        return &fixed;
    case 4:
        Py_Used(argument);
        return self;
    default:
        return Py_Compared(self);
    }
    return argument;
}

struct method methods[] = {{"first", first, 8, "doc"}, {"second", second, 1, NULL}, {NULL, NULL, 0, NULL}};

void *call(struct object *self, unsigned which);
void *call(struct object *self, unsigned which)
{
    return methods[which].code(self, self);
}

void *PyInit_seed(void);
void *PyInit_seed(void)
{
    return (void *)&Py_Compared == (void *)&methods ? NULL : methods;
}
