#include "file_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

file_source file_source_load(const char *folder, const char *name)
{
    char path[4096];
    file_source file = {.fail_after = -1};
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        fprintf(stderr, "%s is missing\n", path);
        exit(2);
    }

    fseek(stream, 0, SEEK_END);
    file.length = ftell(stream);
    rewind(stream);
    file.bytes = malloc((size_t)file.length + 1);
    if (!file.bytes || fread(file.bytes, 1, (size_t)file.length, stream) != (size_t)file.length) {
        exit(2);
    }

    fclose(stream);
    return file;
}

static int32_t read_file(void *opaque, int64_t offset, uint8_t *buffer, int32_t length)
{
    file_source *file = opaque;
    if (file->fail_after >= 0 && file->reads >= file->fail_after) {
        return -1;
    }

    file->reads++;
    if (offset >= file->length) {
        return 0;
    }

    int64_t left = file->length - offset;
    length = length < left ? length : (int32_t)left;
    memcpy(buffer, file->bytes + offset, (size_t)length);
    return length;
}

kinora_media_source file_source_open(file_source *file)
{
    file->reads = 0;
    return (kinora_media_source){.read = read_file, .opaque = file, .length = file->length};
}

void file_source_free(file_source *file)
{
    free(file->bytes);
    file->bytes = NULL;
}
