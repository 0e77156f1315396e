/* Runs a libFuzzer target on mutations of a seed file, where clang's fuzzer is not at hand: drive SEED COUNT
 * [FIRST]. The mutations depend on their number only, so that FIRST with COUNT 1 repeats one. Each runs in a
 * child of its own; the first one that crashes or takes longer than its time ends the run with status 1 and
 * its number. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SECONDS_MOST = 20 };

static uint64_t state;

/* SplitMix64. */
static uint64_t draw(uint64_t below)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return below == 0 ? 0 : (z ^ (z >> 31)) % below;
}

static size_t mutate(uint8_t *data, size_t size)
{
    static const uint64_t odd[] = {0,          1,          0x7f,       0x80,       0xff,     0xffff,
                                   0x7fffffff, 0x80000000, 0xffffffff, UINT64_MAX, INT64_MAX};
    uint64_t times = 1 + draw(24), value;

    for (uint64_t i = 0; i < times; i++) {
        size_t at = draw(size), width = (size_t)1 << draw(4);

        switch (draw(5)) {
        case 0:
            data[at] ^= (uint8_t)(1u << draw(8));
            break;
        case 1:
            data[at] = (uint8_t)draw(256);
            break;
        case 2:
            value = odd[draw(sizeof(odd) / sizeof(odd[0]))];
            if (at + width <= size)
                memcpy(data + at, &value, width);
            break;
        case 3: /* a run copied elsewhere */
            width = draw(64);
            if (at + width <= size)
                memmove(data + draw(size - width), data + at, width);
            break;
        default: /* the headers decide what is read at all */
            data[draw(size < 64 ? size : 64)] = (uint8_t)draw(256);
            i += draw(3) == 0 ? 0 : times;
            break;
        }
    }
    return draw(16) == 0 ? draw(size) : size;
}

static uint8_t *read_seed(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data;
    long length;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) <= 0) {
        fprintf(stderr, "drive: cannot read the seed %s\n", path);
        exit(2);
    }
    rewind(file);
    data = malloc((size_t)length);
    *size = data == NULL ? 0 : fread(data, 1, (size_t)length, file);
    fclose(file);
    return data;
}

/* Runs one mutation in a child; whether it ended well. */
static int survives(const uint8_t *seed, size_t size, unsigned long number)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        uint8_t *data = malloc(size);

        if (data == NULL)
            _exit(3);
        memcpy(data, seed, size);
        state = number;
        alarm(SECONDS_MOST);
        LLVMFuzzerTestOneInput(data, number == 0 ? size : mutate(data, size));
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 0;
    if (WIFSIGNALED(status))
        fprintf(stderr, "drive: mutation %lu: signal %d (%s)\n", number, WTERMSIG(status),
                strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        fprintf(stderr, "drive: mutation %lu: status %d\n", number, WEXITSTATUS(status));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
    unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 300;
    unsigned long first = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
    struct rlimit no_core = {0, 0};
    uint8_t *seed;
    size_t size;
    int status = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: drive SEED COUNT [FIRST]\n");
        return 2;
    }
    setrlimit(RLIMIT_CORE, &no_core);
    seed = read_seed(argv[1], &size);
    for (unsigned long i = 0; i < count && status == 0; i++)
        status = survives(seed, size, first + i) ? 0 : 1;
    if (status == 0)
        printf("%lu mutations of %s survived\n", count, argv[1]);
    free(seed);
    return status;
}
