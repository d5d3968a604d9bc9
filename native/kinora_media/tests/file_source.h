#ifndef KINORA_FILE_SOURCE_H
#define KINORA_FILE_SOURCE_H

#include "kinora_media.h"

/* A file in memory; may be cut and flipped by the test. */
typedef struct file_source {
    uint8_t *bytes;
    int64_t length;
    int64_t reads;
    int64_t fail_after; /* reads; negative: never */
} file_source;

file_source file_source_load(const char *folder, const char *name);
kinora_media_source file_source_open(file_source *file);
void file_source_free(file_source *file);

#endif
