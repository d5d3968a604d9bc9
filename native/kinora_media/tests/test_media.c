/* Runs under AddressSanitizer and UndefinedBehaviorSanitizer: that no variant of a file trips them is half of what is
 * asserted. */
#include "file_source.h"
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *folder;
static int failures;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, __func__, #condition);                              \
            failures++;                                                                                                \
        }                                                                                                              \
    } while (0)

typedef struct probed {
    int32_t status;
    kinora_media_info info;
    kinora_media_stream streams[64];
    kinora_media_stream *video;
    kinora_media_stream *audio;
} probed;

static kinora_media_limits usual_limits(void)
{
    return (kinora_media_limits){
        .deadline_ms = 20000,
        .max_bytes = 128 << 20,
        .max_packets = 100000,
        .probe_size = 8 << 20,
        .analyze_duration_us = 10000000,
        .max_streams = 64,
        .block_size = 64 << 10,
    };
}

static probed probe_with(file_source *file, kinora_media_limits limits)
{
    probed result = {0};
    kinora_media *media = NULL;
    kinora_media_source source = file_source_open(file);
    result.status = kinora_media_open(&source, &limits, &media);
    CHECK((result.status == KINORA_MEDIA_OK) == (media != NULL));
    if (media) {
        result.status = kinora_media_describe(media, &result.info);
    }

    for (int i = 0; result.status == KINORA_MEDIA_OK && i < result.info.stream_count; i++) {
        CHECK(kinora_media_describe_stream(media, i, &result.streams[i]) == KINORA_MEDIA_OK);
    }

    kinora_media_close(media);
    return result;
}

static probed probe(const char *name)
{
    file_source file = file_source_load(folder, name);
    probed result = probe_with(&file, usual_limits());
    file_source_free(&file);
    return result;
}

static int32_t status_of(const char *name)
{
    return probe(name).status;
}

static kinora_media_stream *first(probed *result, int32_t kind)
{
    static kinora_media_stream none;
    for (int i = 0; i < result->info.stream_count; i++) {
        if (result->streams[i].kind == kind) {
            return &result->streams[i];
        }
    }

    CHECK(!"a stream of that kind");
    return &none;
}

static void tells_what_a_file_is(void)
{
    static const char *const names[] = {"plain.mp4", "end.mp4", "fragmented.mp4", "plain.ts", "plain.mkv"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        probed result = probe(names[i]);
        CHECK(result.status == KINORA_MEDIA_OK);
        kinora_media_stream *video = first(&result, KINORA_MEDIA_KIND_VIDEO);
        kinora_media_stream *audio = first(&result, KINORA_MEDIA_KIND_AUDIO);
        CHECK(strcmp(video->codec, "h264") == 0 && video->width == 320 && video->height == 180);
        CHECK(strcmp(video->pixel_format, "yuv420p") == 0 && video->bit_depth == 8 && video->rotation == 0);
        CHECK(video->average_frame_rate.num == 25 * video->average_frame_rate.den);
        CHECK(llabs(result.info.duration_us - 4000000) < 200000);
        /* Of a fragmented file, and of one without index, the first seconds are read: the gap is the same. */
        CHECK(llabs(video->keyframe_interval_us - 1000000) < 2000);
        CHECK(strcmp(audio->codec, "aac") == 0 && audio->channels == 2 && audio->sample_rate == 44100);
        CHECK(strcmp(audio->channel_layout, "stereo") == 0);
    }

    probed german = probe("plain.mkv");
    CHECK(strcmp(first(&german, KINORA_MEDIA_KIND_AUDIO)->language, "deu") == 0);
    probed webm = probe("plain.webm");
    CHECK(webm.status == KINORA_MEDIA_OK && strcmp(first(&webm, KINORA_MEDIA_KIND_VIDEO)->codec, "vp8") == 0);
    probed avi = probe("plain.avi");
    CHECK(strcmp(first(&avi, KINORA_MEDIA_KIND_VIDEO)->codec, "mpeg4") == 0);
    CHECK(llabs(first(&avi, KINORA_MEDIA_KIND_VIDEO)->keyframe_interval_us - 400000) <= 80000);
    probed sound = probe("sound.m4a");
    CHECK(sound.status == KINORA_MEDIA_OK && sound.info.stream_count == 1);
}

static void tells_encryption(void)
{
    probed result = probe("encrypted.mp4");
    CHECK(result.status == KINORA_MEDIA_OK);
    CHECK(first(&result, KINORA_MEDIA_KIND_VIDEO)->flags & KINORA_MEDIA_STREAM_ENCRYPTED);
    CHECK(first(&result, KINORA_MEDIA_KIND_AUDIO)->flags & KINORA_MEDIA_STREAM_ENCRYPTED);
    probed plain = probe("plain.mp4");
    CHECK(!(first(&plain, KINORA_MEDIA_KIND_VIDEO)->flags & KINORA_MEDIA_STREAM_ENCRYPTED));
}

static void refuses_what_is_not_on_the_lists(void)
{
    CHECK(status_of("playlist.mp4") == KINORA_MEDIA_FORMAT_NOT_ALLOWED);
    CHECK(status_of("concat.mp4") == KINORA_MEDIA_FORMAT_NOT_ALLOWED);
    CHECK(status_of("picture.mp4") == KINORA_MEDIA_FORMAT_NOT_ALLOWED);
    CHECK(status_of("sound.mp3") == KINORA_MEDIA_NO_VIDEO_STREAM);
    CHECK(status_of("empty.mp4") == KINORA_MEDIA_NOT_A_VIDEO);
    CHECK(status_of("../../CTestTestfile.cmake") == KINORA_MEDIA_NOT_A_VIDEO);

    /* The container is allowed, so the stream is named; but no decoder ran, which would have found the pixel format. */
    probed rare = probe("rare.mkv");
    CHECK(rare.status == KINORA_MEDIA_OK);
    CHECK(strcmp(first(&rare, KINORA_MEDIA_KIND_VIDEO)->codec, "magicyuv") == 0);
    CHECK(first(&rare, KINORA_MEDIA_KIND_VIDEO)->pixel_format[0] == 0);
}

static void opens_sound_alone_where_it_is_allowed(void)
{
    kinora_media_limits limits = usual_limits();
    limits.allow_sound = 1;
    file_source file = file_source_load(folder, "sound.mp3");
    probed result = probe_with(&file, limits);
    CHECK(result.status == KINORA_MEDIA_OK && strcmp(result.info.container, "mp3") == 0);
    CHECK(strcmp(first(&result, KINORA_MEDIA_KIND_AUDIO)->codec, "mp3") == 0);
    file_source_free(&file);
    file = file_source_load(folder, "picture.mp4");
    CHECK(probe_with(&file, limits).status == KINORA_MEDIA_FORMAT_NOT_ALLOWED);
    file_source_free(&file);
}

static void keeps_to_its_limits(void)
{
    file_source file = file_source_load(folder, "end.mp4");
    kinora_media_limits limits = usual_limits();
    limits.max_streams = 1;
    CHECK(probe_with(&file, limits).status == KINORA_MEDIA_TOO_MANY_STREAMS);
    limits = usual_limits();
    limits.max_bytes = 1000;
    CHECK(probe_with(&file, limits).status == KINORA_MEDIA_TOO_COMPLEX);
    limits = usual_limits();
    limits.deadline_ms = -1;
    CHECK(probe_with(&file, limits).status == KINORA_MEDIA_TIMEOUT);
    limits = usual_limits();
    limits.block_size = 0;
    CHECK(probe_with(&file, limits).status == KINORA_MEDIA_MISUSE);
    for (file.fail_after = 0; file.fail_after < 3; file.fail_after++) {
        CHECK(probe_with(&file, usual_limits()).status == KINORA_MEDIA_SOURCE_FAILED);
    }

    file_source_free(&file);
}

static int32_t scan(file_source *file, int64_t max_packets, int64_t *total, int64_t *keys)
{
    kinora_media *media = NULL;
    kinora_media_packet packets[17];
    kinora_media_source source = file_source_open(file);
    kinora_media_limits limits = usual_limits();
    limits.max_packets = max_packets;
    *total = *keys = 0;
    int32_t count = 1, status = kinora_media_open(&source, &limits, &media);
    while (status == KINORA_MEDIA_OK && count > 0) {
        status = kinora_media_read_packets(media, 0, packets, 17, &count);
        for (int i = 0; status == KINORA_MEDIA_OK && i < count; i++) {
            *keys += packets[i].flags & KINORA_MEDIA_PACKET_KEY;
            CHECK(packets[i].size > 0);
        }

        *total += count;
    }

    kinora_media_close(media);
    return status;
}

static void scans_the_packets_of_a_stream(void)
{
    static const char *const names[] = {"plain.mp4", "fragmented.mp4", "plain.ts", "plain.mkv"};
    int64_t total, keys;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        file_source file = file_source_load(folder, names[i]);
        CHECK(scan(&file, 100, &total, &keys) == KINORA_MEDIA_OK && total == 100 && keys == 4);
        CHECK(scan(&file, 99, &total, &keys) == KINORA_MEDIA_FRAME_LIMIT);
        file_source_free(&file);
    }
}

static void turns_by_quarters(void)
{
    enum { ONE = 1 << 16 };
    static const struct {
        int32_t a, b, c, d, rotation, mirrored;
    } cases[] = {
        {ONE, 0, 0, ONE, 0, 0},
        {0, ONE, -ONE, 0, 90, 0},
        {-ONE, 0, 0, -ONE, 180, 0},
        {0, -ONE, ONE, 0, 270, 0},
        {-ONE, 0, 0, ONE, 0, 1},
        {ONE, 0, 0, -ONE, 180, 1},
        {0, ONE, ONE, 0, 270, 1},
        {0, -ONE, -ONE, 0, 90, 1},
        {46341, 46340, -46340, 46341, 0, 0},
        {ONE, ONE / 50, -ONE / 50, ONE, 0, 0},
        {0, 0, 0, 0, 0, 0},
        {ONE, 0, 0, 0, 0, 0},
        {ONE, ONE, ONE, ONE, 0, 0},
        {INT32_MIN, INT32_MIN, INT32_MIN, INT32_MAX, 0, 0},
        {123456, 7, -99999999, 3, 0, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int32_t matrix[9] = {cases[i].a, cases[i].b, 0, cases[i].c, cases[i].d, 0, 0, 0, 1 << 30}, rotation, mirrored;
        kinora_media_orientation(matrix, &rotation, &mirrored);
        if (i < 8) {
            CHECK(rotation == cases[i].rotation && mirrored == cases[i].mirrored);
        }

        CHECK(rotation == 0 || rotation == 90 || rotation == 180 || rotation == 270);
    }

    probed rotated = probe("rotated.mp4");
    CHECK(first(&rotated, KINORA_MEDIA_KIND_VIDEO)->rotation == 90 ||
          first(&rotated, KINORA_MEDIA_KIND_VIDEO)->rotation == 270);
}

/* The same bytes on every machine: a failure here is found again. */
static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void survives_damage(void)
{
    static const char *const names[] = {"plain.mp4", "end.mp4",   "fragmented.mp4", "encrypted.mp4",
                                        "plain.ts",  "plain.mkv", "plain.webm",     "plain.avi"};
    enum { ROUNDS = 25, FLIPS = 40, HEAD = 4096 };
    uint32_t state = 20260101;
    int64_t total, keys;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        file_source file = file_source_load(folder, names[i]);
        int64_t length = file.length;
        for (int percent = 0; percent < 100; percent += 9) {
            file.length = length * percent / 100;
            CHECK(probe_with(&file, usual_limits()).status <= KINORA_MEDIA_FRAME_LIMIT);
        }

        file.length = length;
        uint8_t *original = malloc((size_t)length);
        memcpy(original, file.bytes, (size_t)length);
        for (int round = 0; round < ROUNDS; round++) {
            for (int flip = 0; flip < FLIPS; flip++) {
                /* Headers stand at either end. */
                int64_t span = round % 3 == 2 ? length : HEAD, start = round % 3 == 1 ? length - HEAD : 0;
                file.bytes[start + next_random(&state) % (uint32_t)span] ^= (uint8_t)(1u << (next_random(&state) & 7));
            }

            CHECK(probe_with(&file, usual_limits()).status <= KINORA_MEDIA_FRAME_LIMIT);
            CHECK(scan(&file, 1000, &total, &keys) <= KINORA_MEDIA_FRAME_LIMIT);
            memcpy(file.bytes, original, (size_t)length);
        }

        free(original);
        file_source_free(&file);
    }
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

/* ftyp, then boxes within boxes, of which the innermost claims a size. */
static int32_t nested(int depth, const char *type, uint32_t size)
{
    enum { FTYP = 16 };
    file_source file = {.fail_after = -1, .length = FTYP + (int64_t)depth * 8};
    file.bytes = calloc(1, (size_t)file.length);
    put32(file.bytes, FTYP);
    memcpy(file.bytes + 4, "ftypisom", 8);
    for (int i = 0; i < depth; i++) {
        uint8_t *box = file.bytes + FTYP + i * 8;
        put32(box, i == depth - 1 ? size : (uint32_t)((depth - i) * 8));
        memcpy(box + 4, type, 4);
    }

    int32_t status = probe_with(&file, usual_limits()).status;
    file_source_free(&file);
    return status;
}

static void survives_boxes_of_any_depth_and_size(void)
{
    static const uint32_t sizes[] = {0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xffffffff};
    static const char *const types[] = {"moov", "trak", "udta", "free", "mdat", "moof"};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        for (size_t j = 0; j < sizeof(types) / sizeof(*types); j++) {
            CHECK(nested(1, types[j], sizes[i]) == KINORA_MEDIA_CORRUPT);
            CHECK(nested(10000, types[j], sizes[i]) == KINORA_MEDIA_CORRUPT);
        }
    }
}

int main(int count, char **arguments)
{
    if (count != 2) {
        fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
        return 2;
    }

    folder = arguments[1];
    CHECK(kinora_media_abi_version() == KINORA_MEDIA_ABI_VERSION);
    tells_what_a_file_is();
    tells_encryption();
    refuses_what_is_not_on_the_lists();
    opens_sound_alone_where_it_is_allowed();
    keeps_to_its_limits();
    scans_the_packets_of_a_stream();
    turns_by_quarters();
    survives_damage();
    survives_boxes_of_any_depth_and_size();
    printf("%d failures\n", failures);
    return failures ? 1 : 0;
}
