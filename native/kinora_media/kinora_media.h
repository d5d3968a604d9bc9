/*
 * kinora_media: what a media file is, and where its packets lie, over libavformat 59 to 62 (ffmpeg 5 to 8).
 *
 * The contract with Kinora.Core/Infra/Media/Native. All integers have a fixed size, all structs are plain memory,
 * nothing that is handed out outlives kinora_media_close, and no function keeps a pointer that it was given beyond
 * that. A handle belongs to one thread at a time.
 *
 * The bytes are hostile. Only the demuxers and decoders named here are ever run, nothing but the source is opened
 * (references to other files are refused), and every call ends by the deadline and the byte budget, as far as
 * libavformat asks for either: the caller runs this in a process that it can kill.
 */
#ifndef KINORA_MEDIA_H
#define KINORA_MEDIA_H

#include <stdint.h>

#define KINORA_MEDIA_API __attribute__((visibility("default")))

/* Changes with every change of a struct, a function or a number in this file. */
#define KINORA_MEDIA_ABI_VERSION 2

/* Stands for "the file does not tell" in 64-bit members. */
#define KINORA_MEDIA_UNKNOWN INT64_MIN

typedef enum kinora_media_status {
    KINORA_MEDIA_OK = 0,
    KINORA_MEDIA_NOT_A_VIDEO = 1,        /* no demuxer recognises the bytes */
    KINORA_MEDIA_FORMAT_NOT_ALLOWED = 2, /* recognised, but not one of kinora_media_formats() */
    KINORA_MEDIA_CORRUPT = 3,            /* an allowed format that cannot be read */
    KINORA_MEDIA_TOO_MANY_STREAMS = 4,
    KINORA_MEDIA_TIMEOUT = 5,         /* the deadline passed */
    KINORA_MEDIA_TOO_COMPLEX = 6,     /* the byte budget is spent, or more memory is wanted than allowed */
    KINORA_MEDIA_NO_VIDEO_STREAM = 7, /* a format that holds only sound: not even opened, unless it is allowed */
    KINORA_MEDIA_FRAME_LIMIT = 8,     /* more packets than max_packets */
    KINORA_MEDIA_SOURCE_FAILED = 9,   /* the read callback failed */
    KINORA_MEDIA_MISUSE = 10,         /* the caller broke this contract */
} kinora_media_status;

/*
 * Reads up to length bytes from offset into buffer, and returns how many: at least 1, or 0 at the end, or a negative
 * number on failure (the call in progress then answers SOURCE_FAILED). Never called with an offset beyond
 * source_length.
 */
typedef int32_t (*kinora_media_read)(void *opaque, int64_t offset, uint8_t *buffer, int32_t length);

typedef struct kinora_media_source {
    kinora_media_read read;
    void *opaque;
    int64_t length;
} kinora_media_source;

typedef struct kinora_media_limits {
    int64_t deadline_ms;         /* wall clock from kinora_media_open, for all calls on the handle */
    int64_t max_bytes;           /* read in all, re-reading counted */
    int64_t max_packets;         /* of the scanned stream */
    int64_t probe_size;          /* bytes that may be looked at to learn the streams' parameters */
    int64_t analyze_duration_us; /* the same, in media time */
    int32_t max_streams;
    int32_t block_size;  /* bytes asked of the callback at once */
    int32_t allow_sound; /* 1: kinora_media_sound_formats() may run too */
    int32_t reserved;
} kinora_media_limits;

/* 0/1 when unknown. */
typedef struct kinora_media_rational {
    int32_t num;
    int32_t den;
} kinora_media_rational;

typedef struct kinora_media_info {
    int64_t duration_us;
    int64_t start_time_us;
    int64_t bit_rate;
    int32_t stream_count;
    int32_t reserved;
    char container[64];
} kinora_media_info;

enum {
    KINORA_MEDIA_KIND_UNKNOWN = 0,
    KINORA_MEDIA_KIND_VIDEO = 1,
    KINORA_MEDIA_KIND_AUDIO = 2,
    KINORA_MEDIA_KIND_SUBTITLE = 3,
    KINORA_MEDIA_KIND_DATA = 4,
    KINORA_MEDIA_KIND_ATTACHMENT = 5,
};

enum {
    KINORA_MEDIA_STREAM_DEFAULT = 1,
    KINORA_MEDIA_STREAM_ATTACHED_PICTURE = 2,
    KINORA_MEDIA_STREAM_ENCRYPTED = 4,
    KINORA_MEDIA_STREAM_MIRRORED = 8, /* flip left to right, then turn by rotation */
    KINORA_MEDIA_STREAM_ALPHA = 16,
    KINORA_MEDIA_STREAM_FORCED = 32,           /* subtitles of what is spoken in another language than the sound's */
    KINORA_MEDIA_STREAM_HEARING_IMPAIRED = 64, /* subtitles that tell sounds too */
};

/* Strings are printable ASCII, end with 0, and are empty when unknown. */
typedef struct kinora_media_stream {
    int64_t start_pts; /* in units of time_base */
    int64_t duration_us;
    int64_t bit_rate;
    int64_t frame_count;
    int64_t keyframe_interval_us; /* the longest stretch seen without a keyframe */
    kinora_media_rational time_base;
    kinora_media_rational sample_aspect_ratio;
    kinora_media_rational average_frame_rate;
    kinora_media_rational real_frame_rate;
    int32_t index;
    int32_t kind;
    int32_t flags;
    int32_t level; /* negative when unknown */
    int32_t width;
    int32_t height;
    int32_t rotation; /* 0, 90, 180 or 270, clockwise */
    int32_t bit_depth;
    int32_t channels;
    int32_t sample_rate;
    char codec[32];
    char profile[64];
    char language[32];
    char pixel_format[32];
    char field_order[16];
    char color_range[16];
    char color_primaries[32];
    char color_transfer[32];
    char color_space[32];
    char channel_layout[64];
} kinora_media_stream;

enum {
    KINORA_MEDIA_PACKET_KEY = 1,
    KINORA_MEDIA_PACKET_DISCARD = 2, /* decoded, but not shown */
    KINORA_MEDIA_PACKET_CORRUPT = 4,
};

typedef struct kinora_media_packet {
    int64_t pts; /* KINORA_MEDIA_UNKNOWN without one */
    int64_t dts;
    int32_t size;
    int32_t flags;
} kinora_media_packet;

typedef struct kinora_media kinora_media;

KINORA_MEDIA_API int32_t kinora_media_abi_version(void);

/* The version of the libavformat that is loaded, as (major << 16 | minor << 8 | micro). */
KINORA_MEDIA_API int32_t kinora_media_libavformat_version(void);

/* The demuxers and decoders that may run: names between commas. Those of sound alone only where the limits say so. */
KINORA_MEDIA_API const char *kinora_media_formats(void);
KINORA_MEDIA_API const char *kinora_media_sound_formats(void);
KINORA_MEDIA_API const char *kinora_media_decoders(void);

/* Recognises and opens a source and learns its streams. *media is NULL unless OK is returned. */
KINORA_MEDIA_API int32_t kinora_media_open(const kinora_media_source *source, const kinora_media_limits *limits,
                                           kinora_media **media);

/*
 * Fills the info. May read on to see keyframes where the file has no index: not together with kinora_media_read_packets
 * on one handle (MISUSE). To be called once, before kinora_media_describe_stream.
 */
KINORA_MEDIA_API int32_t kinora_media_describe(kinora_media *media, kinora_media_info *info);

KINORA_MEDIA_API int32_t kinora_media_describe_stream(kinora_media *media, int32_t index, kinora_media_stream *stream);

/*
 * The next packets of one stream, in file order: up to capacity of them; *count 0 at the end of the file. The stream
 * must be the same in all calls on a handle.
 */
KINORA_MEDIA_API int32_t kinora_media_read_packets(kinora_media *media, int32_t index, kinora_media_packet *packets,
                                                   int32_t capacity, int32_t *count);

/* The time base of a stream's packets. */
KINORA_MEDIA_API int32_t kinora_media_time_base(kinora_media *media, int32_t index, kinora_media_rational *time_base);

/* NULL is fine. */
KINORA_MEDIA_API void kinora_media_close(kinora_media *media);

#endif
