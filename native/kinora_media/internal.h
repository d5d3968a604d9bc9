/* Shared by the files of kinora_media; no part of the contract. */
#ifndef KINORA_MEDIA_INTERNAL_H
#define KINORA_MEDIA_INTERNAL_H

#include "kinora_media.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

typedef struct kinora_media_finding {
    int64_t keyframe_interval_us;
    int32_t is_encrypted;
} kinora_media_finding;

struct kinora_media {
    kinora_media_source source;
    kinora_media_limits limits;
    AVIOContext *io;
    AVFormatContext *format;
    AVPacket *packet;
    int64_t position;
    int64_t bytes_read;
    int64_t deadline_us;
    int64_t packets_read;
    kinora_media_finding *findings; /* of each stream, once described */
    int32_t described_streams;
    int32_t scanned_stream; /* -1 until packets are read */
    /* Why our callbacks made libavformat give up. It reports that as an end of file, or not at all: ask this after
     * every call. */
    kinora_media_status stop;
};

/* io.c */
int kinora_media_io_open(kinora_media *media);
void kinora_media_io_close(kinora_media *media);
int kinora_media_interrupted(void *opaque);

/* formats.c */
extern const char kinora_media_format_list[];
extern const char kinora_media_sound_format_list[];
extern const char kinora_media_decoder_list[];
kinora_media_status kinora_media_recognize(kinora_media *media, const AVInputFormat **format);

/* findings.c */
kinora_media_status kinora_media_look_into(kinora_media *media);

/* orientation.c */
void kinora_media_orientation(const int32_t matrix[9], int32_t *rotation, int32_t *mirrored);

#endif
