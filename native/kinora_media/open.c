/* The life of a handle: open, and close. */
#include "internal.h"

#include <libavutil/avstring.h>
#include <libavutil/mem.h>
#include <libavutil/time.h>
#include <string.h>

enum {
    MIN_BLOCK = 4 << 10,
    MAX_BLOCK = 1 << 20,
    /* A plane of an 8K picture with 16 bits a sample has 71 MB, the sample table of 12 h at 60 Hz some 60 MB. */
    MAX_ALLOCATION = 256 << 20,
};

/* libavformat tells of a stream too many by its log alone; the demuxer then fails with ENOMEM, or goes on without the
 * stream. */
static _Thread_local int streams_refused;

static void on_log(void *context, int level, const char *format, va_list arguments)
{
    (void)context;
    (void)arguments;
    /* Damaged files are told of by the thousand, at lower levels: looking into those took half of the time. */
    if (level <= AV_LOG_ERROR && strstr(format, "max_streams")) {
        streams_refused = 1;
    }
}

static int refuse_open(AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options)
{
    (void)format;
    (void)url;
    (void)flags;
    (void)options;
    *io = NULL;
    return AVERROR(EPERM);
}

static kinora_media_status failure(const kinora_media *media, int error)
{
    if (media->stop != KINORA_MEDIA_OK) {
        return media->stop;
    }

    if (streams_refused) {
        return KINORA_MEDIA_TOO_MANY_STREAMS;
    }

    return error == AVERROR(ENOMEM) ? KINORA_MEDIA_TOO_COMPLEX : KINORA_MEDIA_CORRUPT;
}

static int new_context(kinora_media *media)
{
    media->packet = av_packet_alloc();
    media->format = avformat_alloc_context();
    if (!media->packet || !media->format) {
        return AVERROR(ENOMEM);
    }

    AVFormatContext *format = media->format;
    format->pb = media->io;
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    format->io_open = refuse_open;
    format->interrupt_callback = (AVIOInterruptCB){kinora_media_interrupted, media};
    format->probesize = media->limits.probe_size;
    format->max_analyze_duration = media->limits.analyze_duration_us;
    format->max_streams = media->limits.max_streams;
    /* Also binds the demuxers and decoders that demuxers open themselves. No protocol is called "none". */
    format->format_whitelist = media->limits.allow_sound
                                   ? av_asprintf("%s,%s", kinora_media_format_list, kinora_media_sound_format_list)
                                   : av_strdup(kinora_media_format_list);
    format->codec_whitelist = av_strdup(kinora_media_decoder_list);
    format->protocol_whitelist = av_strdup("none");
    return format->format_whitelist && format->codec_whitelist && format->protocol_whitelist ? 0 : AVERROR(ENOMEM);
}

static kinora_media_status open_source(kinora_media *media)
{
    const AVInputFormat *input = NULL;
    if (kinora_media_io_open(media) < 0) {
        return KINORA_MEDIA_TOO_COMPLEX;
    }

    kinora_media_status status = kinora_media_recognize(media, &input);
    if (status != KINORA_MEDIA_OK) {
        return status;
    }

    int error = new_context(media);
    if (error < 0) {
        return failure(media, error);
    }

    error = avformat_open_input(&media->format, NULL, input, NULL);
    if (error < 0) {
        return failure(media, error);
    }

    error = avformat_find_stream_info(media->format, NULL);
    if (error < 0 || media->stop != KINORA_MEDIA_OK || streams_refused) {
        return failure(media, error);
    }

    return media->format->nb_streams == 0 ? KINORA_MEDIA_CORRUPT : KINORA_MEDIA_OK;
}

int32_t kinora_media_open(const kinora_media_source *source, const kinora_media_limits *limits, kinora_media **result)
{
    if (!result) {
        return KINORA_MEDIA_MISUSE;
    }

    *result = NULL;
    if (!source || !source->read || source->length < 0 || !limits || limits->block_size < MIN_BLOCK ||
        limits->block_size > MAX_BLOCK || limits->max_streams < 1 || limits->probe_size < 32 ||
        limits->analyze_duration_us < 0) {
        return KINORA_MEDIA_MISUSE;
    }

    av_log_set_callback(on_log);
    av_max_alloc(MAX_ALLOCATION);
    streams_refused = 0;
    kinora_media *media = av_mallocz(sizeof(*media));
    if (!media) {
        return KINORA_MEDIA_TOO_COMPLEX;
    }

    media->source = *source;
    media->limits = *limits;
    media->deadline_us = av_gettime_relative() + limits->deadline_ms * 1000;
    media->scanned_stream = -1;
    kinora_media_status status = open_source(media);
    if (status != KINORA_MEDIA_OK) {
        kinora_media_close(media);
        return status;
    }

    *result = media;
    return KINORA_MEDIA_OK;
}

void kinora_media_close(kinora_media *media)
{
    if (!media) {
        return;
    }

    avformat_close_input(&media->format);
    av_packet_free(&media->packet);
    kinora_media_io_close(media);
    av_free(media->findings);
    av_free(media);
}

int32_t kinora_media_abi_version(void)
{
    return KINORA_MEDIA_ABI_VERSION;
}

int32_t kinora_media_libavformat_version(void)
{
    return (int32_t)avformat_version();
}

const char *kinora_media_formats(void)
{
    return kinora_media_format_list;
}

const char *kinora_media_sound_formats(void)
{
    return kinora_media_sound_format_list;
}

const char *kinora_media_decoders(void)
{
    return kinora_media_decoder_list;
}
