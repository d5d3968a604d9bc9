/* What the worker's helper does with an upload, over any bytes: opens them, and tells all streams or reads the packets of one. */
#include "kinora_media.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct bytes {
    const uint8_t *data;
    int64_t length;
} bytes;

static void require(int condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "broken promise: %s\n", what);
        abort();
    }
}

static int32_t read_bytes(void *opaque, int64_t offset, uint8_t *buffer, int32_t length)
{
    bytes *source = opaque;
    require(offset >= 0 && offset <= source->length, "no read outside of the source");
    int64_t left = source->length - offset;
    length = length < left ? length : (int32_t)left;
    memcpy(buffer, source->data + offset, (size_t)length);
    return length;
}

/* "Strings are printable ASCII, end with 0." */
static void check_text(const char *text, size_t capacity)
{
    size_t length = strnlen(text, capacity);
    require(length < capacity, "a string ends");
    for (size_t i = 0; i < length; i++) {
        require(text[i] >= ' ' && text[i] <= '~', "a string is printable ASCII");
    }
}

static void check_stream(const kinora_media_stream *stream, int32_t index)
{
    require(stream->index == index, "a stream has its own number");
    require(stream->kind >= KINORA_MEDIA_KIND_UNKNOWN && stream->kind <= KINORA_MEDIA_KIND_ATTACHMENT, "a kind is one of the list");
    require(stream->rotation == 0 || stream->rotation == 90 || stream->rotation == 180 || stream->rotation == 270, "a rotation is a quarter turn");
    require(stream->width >= 0 && stream->height >= 0 && stream->channels >= 0 && stream->sample_rate >= 0, "sizes are not negative");
    check_text(stream->codec, sizeof(stream->codec));
    check_text(stream->profile, sizeof(stream->profile));
    check_text(stream->language, sizeof(stream->language));
    check_text(stream->pixel_format, sizeof(stream->pixel_format));
    check_text(stream->field_order, sizeof(stream->field_order));
    check_text(stream->color_range, sizeof(stream->color_range));
    check_text(stream->color_primaries, sizeof(stream->color_primaries));
    check_text(stream->color_transfer, sizeof(stream->color_transfer));
    check_text(stream->color_space, sizeof(stream->color_space));
    check_text(stream->channel_layout, sizeof(stream->channel_layout));
}

static void tell(kinora_media *media, int32_t max_streams)
{
    kinora_media_info info = {0};
    if (kinora_media_describe(media, &info) != KINORA_MEDIA_OK) {
        return;
    }

    require(info.stream_count >= 0 && info.stream_count <= max_streams, "no more streams than allowed");
    check_text(info.container, sizeof(info.container));
    for (int32_t i = 0; i < info.stream_count; i++) {
        kinora_media_stream stream = {0};
        if (kinora_media_describe_stream(media, i, &stream) == KINORA_MEDIA_OK) {
            check_stream(&stream, i);
        }
    }
}

static void scan(kinora_media *media, int32_t index, int64_t max_packets)
{
    enum { CAPACITY = 64 };
    kinora_media_packet packets[CAPACITY];
    int64_t all = 0;
    int32_t count = 0;
    while (kinora_media_read_packets(media, index, packets, CAPACITY, &count) == KINORA_MEDIA_OK && count > 0) {
        require(count <= CAPACITY, "no more packets than asked for");
        all += count;
        require(all <= max_packets, "no more packets than allowed");
    }

    kinora_media_rational time_base;
    if (kinora_media_time_base(media, index, &time_base) == KINORA_MEDIA_OK) {
        require(time_base.num > 0 && time_base.den > 0, "a time base is a time");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bytes source_bytes = {data, (int64_t)size};
    kinora_media_source source = {read_bytes, &source_bytes, (int64_t)size};
    kinora_media_limits limits = {
        /* A few files of 16 kB can be read for ever: that they are left at the deadline is enough, and need not take seconds each time. */
        .deadline_ms = 20,
        .max_bytes = 16 << 20,
        .max_packets = 10000,
        /* Blocks of a file of 16 kB: large ones cost more here than all that is done with them. */
        .probe_size = 256 << 10,
        .analyze_duration_us = 1000000,
        .max_streams = 16,
        .block_size = 4 << 10,
        .allow_sound = 1,
    };

    kinora_media *media = NULL;
    int32_t status = kinora_media_open(&source, &limits, &media);
    require((status == KINORA_MEDIA_OK) == (media != NULL), "a handle comes with OK alone");
    /* One conversation a run, as a handle allows one of the two; the number of a stream may be one too high. */
    if (media && size % 2 == 0) {
        tell(media, limits.max_streams);
    } else if (media) {
        scan(media, (int32_t)(size / 2 % 3), limits.max_packets);
    }

    kinora_media_close(media);
    return 0;
}
