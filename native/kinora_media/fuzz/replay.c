/*
 * replay FOLDER MUTATIONS: the fuzz target over the files of a folder, and over so many damaged copies of each, for builds without
 * libFuzzer. Always the same ones.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 88172645463325252u;

/* xorshift64 (Marsaglia 2003). */
static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static uint8_t *load(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }

    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(*size + 1);
    if (!data || fread(data, 1, *size, file) != *size) {
        perror(path);
        exit(2);
    }

    fclose(file);
    return data;
}

static void run(const uint8_t *data, size_t size)
{
    /* Of its own size, so that a read past it is one past the allocation. */
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy) {
        exit(2);
    }

    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_damaged(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy) {
        exit(2);
    }

    memcpy(copy, data, size);
    for (uint64_t i = next() % 16; size > 0 && i > 0; i--) {
        /* The index stands at the beginning or at the end. */
        size_t near = size < 4096 ? size : 4096;
        size_t at = next() % 3 ? next() % near : size - 1 - next() % near;
        copy[at] = next() % 4 ? copy[at] ^ (uint8_t)(1u << (next() % 8)) : (uint8_t)next();
    }

    run(copy, next() % 4 || size == 0 ? size : next() % size);
    free(copy);
}

static int is_seed(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "replay FOLDER MUTATIONS\n");
        return 2;
    }

    /* In the order of their names, else the damage would depend on the file system. */
    struct dirent **entries;
    int count = scandir(argv[1], &entries, is_seed, alphasort);
    if (count < 0) {
        perror(argv[1]);
        return 2;
    }

    long runs = 0;
    for (int entry = 0; entry < count; entry++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", argv[1], entries[entry]->d_name);
        free(entries[entry]);
        size_t size;
        uint8_t *data = load(path, &size);
        run(data, size);
        for (long i = 0; i < atol(argv[2]); i++) {
            run_damaged(data, size);
            runs++;
        }

        free(data);
    }

    free(entries);
    printf("%ld runs\n", runs);
    return runs > 0 ? 0 : 2;
}
