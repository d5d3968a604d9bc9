/* From libavformat's structs to ours. Numbers of the file are never trusted to fit. */
#include "internal.h"

#include <libavutil/channel_layout.h>
#include <libavutil/mathematics.h>
#include <libavutil/pixdesc.h>
#include <string.h>

/* FLV and Matroska have ms timestamps, of which libavformat makes averages like 1000/1; no camera's average is above
 * this. */
enum { MAX_PLAUSIBLE_RATE = 480 };

/* Far above what anyone accepts, and low enough to calculate with. */
enum { MAX_SIDE = 1 << 24, MAX_CHANNELS = 1 << 16 };

static void copy_text(char *to, size_t size, const char *from)
{
    size_t n = 0;
    for (; from && *from && n + 1 < size; from++) {
        to[n++] = *from >= ' ' && *from <= '~' ? *from : '?';
    }

    memset(to + n, 0, size - n);
}

#define COPY(member, from) copy_text(member, sizeof(member), from)

static kinora_media_rational to_rational(AVRational value)
{
    return value.num > 0 && value.den > 0 ? (kinora_media_rational){value.num, value.den}
                                          : (kinora_media_rational){0, 1};
}

static int64_t to_microseconds(int64_t time, AVRational base)
{
    if (time == AV_NOPTS_VALUE || base.num <= 0 || base.den <= 0) {
        return KINORA_MEDIA_UNKNOWN;
    }

    /* INT64_MIN when it does not fit, which is our "unknown". */
    return av_rescale_q(time, base, AV_TIME_BASE_Q);
}

static int32_t clamp(int value, int32_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

static int64_t positive(int64_t value)
{
    return value > 0 ? value : KINORA_MEDIA_UNKNOWN;
}

static const uint8_t *side_data(const AVStream *stream, enum AVPacketSideDataType type, size_t *size)
{
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 30, 100)
    const AVPacketSideData *found =
        av_packet_side_data_get(stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, type);
    *size = found ? found->size : 0;
    return found ? found->data : NULL;
#else
    return av_stream_get_side_data(stream, type, size);
#endif
}

static int has_metadata(AVDictionary *metadata, const char *key, const char *value)
{
    const AVDictionaryEntry *entry = av_dict_get(metadata, key, NULL, 0);
    return entry && (!value || strcmp(entry->value, value) == 0);
}

static int is_encrypted(const AVFormatContext *format, const AVStream *stream)
{
    /* cenc (ISO 23001-7) and FairPlay rename the sample entry, and libavformat keeps that name as the tag. */
    static const uint32_t tags[] = {MKTAG('e', 'n', 'c', 'v'), MKTAG('e', 'n', 'c', 'a'), MKTAG('e', 'n', 'c', 's'),
                                    MKTAG('e', 'n', 'c', 't'), MKTAG('d', 'r', 'm', 'i'), MKTAG('d', 'r', 'm', 's')};
    size_t size = 0;
    for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
        if (stream->codecpar->codec_tag == tags[i]) {
            return 1;
        }
    }

    return side_data(stream, AV_PKT_DATA_ENCRYPTION_INIT_INFO, &size) ||
           has_metadata(format->metadata, "ASF_Protection_Type", NULL);
}

static int stream_flags(const AVFormatContext *format, const AVStream *stream)
{
    int flags = 0;
    if (stream->disposition & AV_DISPOSITION_DEFAULT) {
        flags |= KINORA_MEDIA_STREAM_DEFAULT;
    }

    if (stream->disposition & AV_DISPOSITION_FORCED) {
        flags |= KINORA_MEDIA_STREAM_FORCED;
    }

    if (stream->disposition & AV_DISPOSITION_HEARING_IMPAIRED) {
        flags |= KINORA_MEDIA_STREAM_HEARING_IMPAIRED;
    }

    if (stream->disposition &
        (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS | AV_DISPOSITION_STILL_IMAGE)) {
        flags |= KINORA_MEDIA_STREAM_ATTACHED_PICTURE;
    }

    return is_encrypted(format, stream) ? flags | KINORA_MEDIA_STREAM_ENCRYPTED : flags;
}

static int is_plausible(AVRational rate)
{
    return rate.num > 0 && rate.den > 0 && av_q2d(rate) <= MAX_PLAUSIBLE_RATE;
}

static AVRational average_rate(const AVStream *stream)
{
    AVRational unknown = {0, 1};
    if (is_plausible(stream->avg_frame_rate)) {
        return stream->avg_frame_rate;
    }

    return is_plausible(stream->r_frame_rate) ? stream->r_frame_rate : unknown;
}

static const char *field_order(enum AVFieldOrder order)
{
    switch (order) {
    case AV_FIELD_PROGRESSIVE:
        return "progressive";
    case AV_FIELD_TT:
        return "tt";
    case AV_FIELD_BB:
        return "bb";
    case AV_FIELD_TB:
        return "tb";
    case AV_FIELD_BT:
        return "bt";
    default:
        return "unknown";
    }
}

/* 2 is "unspecified" in all three lists of ISO 23091-2; 0 and 3 are reserved there (0 is RGB among the matrices). */
static const char *known_colour(int value, const char *name)
{
    return value == 2 || !name || strcmp(name, "reserved") == 0 ? NULL : name;
}

static void describe_video(const AVStream *stream, kinora_media_stream *out)
{
    const AVCodecParameters *parameters = stream->codecpar;
    const AVPixFmtDescriptor *pixel = av_pix_fmt_desc_get(parameters->format);
    AVRational aspect =
        stream->sample_aspect_ratio.num > 0 ? stream->sample_aspect_ratio : parameters->sample_aspect_ratio;
    int32_t mirrored = 0;
    size_t size = 0;

    out->width = clamp(parameters->width, MAX_SIDE);
    out->height = clamp(parameters->height, MAX_SIDE);
    out->sample_aspect_ratio = to_rational(aspect);
    out->average_frame_rate = to_rational(average_rate(stream));
    out->real_frame_rate = to_rational(stream->r_frame_rate);
    out->bit_depth = parameters->bits_per_raw_sample > 0 && parameters->bits_per_raw_sample <= 16
                         ? parameters->bits_per_raw_sample
                         : 8;
    if (pixel) {
        out->bit_depth = pixel->comp[0].depth;
        COPY(out->pixel_format, pixel->name);
    }

    /* VP8 and VP9 carry alpha beside the picture, which libavformat tells by this tag of WebM alone. */
    if ((pixel && pixel->flags & AV_PIX_FMT_FLAG_ALPHA) || has_metadata(stream->metadata, "alpha_mode", "1")) {
        out->flags |= KINORA_MEDIA_STREAM_ALPHA;
    }

    const uint8_t *matrix = side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (matrix && size >= 9 * sizeof(int32_t)) {
        int32_t copy[9];
        memcpy(copy, matrix, sizeof(copy));
        kinora_media_orientation(copy, &out->rotation, &mirrored);
        out->flags |= mirrored ? KINORA_MEDIA_STREAM_MIRRORED : 0;
    }

    COPY(out->field_order, field_order(parameters->field_order));
    COPY(out->color_range,
         parameters->color_range == AVCOL_RANGE_UNSPECIFIED ? NULL : av_color_range_name(parameters->color_range));
    COPY(out->color_primaries,
         known_colour(parameters->color_primaries, av_color_primaries_name(parameters->color_primaries)));
    COPY(out->color_transfer, known_colour(parameters->color_trc, av_color_transfer_name(parameters->color_trc)));
    COPY(out->color_space, known_colour(parameters->color_space, av_color_space_name(parameters->color_space)));
}

static void describe_audio(const AVCodecParameters *parameters, kinora_media_stream *out)
{
    char layout[sizeof(out->channel_layout)] = "";
    int channels = 0;
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(59, 24, 100)
    channels = parameters->ch_layout.nb_channels;
    if (channels > 0) {
        av_channel_layout_describe(&parameters->ch_layout, layout, sizeof(layout));
    }
#else
    channels = parameters->channels;
    if (channels > 0) {
        av_get_channel_layout_string(layout, sizeof(layout), channels, parameters->channel_layout);
    }
#endif
    layout[sizeof(layout) - 1] = 0;
    out->channels = clamp(channels, MAX_CHANNELS);
    out->sample_rate = clamp(parameters->sample_rate, INT32_MAX);
    COPY(out->channel_layout, layout);
}

static int32_t kind_of(enum AVMediaType type)
{
    switch (type) {
    case AVMEDIA_TYPE_VIDEO:
        return KINORA_MEDIA_KIND_VIDEO;
    case AVMEDIA_TYPE_AUDIO:
        return KINORA_MEDIA_KIND_AUDIO;
    case AVMEDIA_TYPE_SUBTITLE:
        return KINORA_MEDIA_KIND_SUBTITLE;
    case AVMEDIA_TYPE_DATA:
        return KINORA_MEDIA_KIND_DATA;
    case AVMEDIA_TYPE_ATTACHMENT:
        return KINORA_MEDIA_KIND_ATTACHMENT;
    default:
        return KINORA_MEDIA_KIND_UNKNOWN;
    }
}

int32_t kinora_media_describe(kinora_media *media, kinora_media_info *info)
{
    if (!media || !info || media->scanned_stream >= 0 || media->findings) {
        return KINORA_MEDIA_MISUSE;
    }

    kinora_media_status status = kinora_media_look_into(media);
    if (status != KINORA_MEDIA_OK) {
        return status;
    }

    const AVFormatContext *format = media->format;
    memset(info, 0, sizeof(*info));
    info->duration_us = positive(format->duration);
    info->start_time_us = format->start_time;
    info->bit_rate = positive(format->bit_rate);
    info->stream_count = media->described_streams;
    COPY(info->container, format->iformat->name);
    return KINORA_MEDIA_OK;
}

int32_t kinora_media_describe_stream(kinora_media *media, int32_t index, kinora_media_stream *out)
{
    if (!media || !out || index < 0 || index >= media->described_streams) {
        return KINORA_MEDIA_MISUSE;
    }

    const AVStream *stream = media->format->streams[index];
    const AVCodecParameters *parameters = stream->codecpar;
    const AVDictionaryEntry *language = av_dict_get(stream->metadata, "language", NULL, 0);
    memset(out, 0, sizeof(*out));
    out->index = index;
    out->kind = kind_of(parameters->codec_type);
    out->flags = stream_flags(media->format, stream);
    out->flags |= media->findings[index].is_encrypted ? KINORA_MEDIA_STREAM_ENCRYPTED : 0;
    out->start_pts = stream->start_time;
    out->duration_us = positive(to_microseconds(stream->duration, stream->time_base));
    out->bit_rate = positive(parameters->bit_rate);
    out->frame_count = positive(stream->nb_frames);
    out->keyframe_interval_us = media->findings[index].keyframe_interval_us;
    out->level = parameters->level > 0 ? parameters->level : -1;
    out->time_base = to_rational(stream->time_base);
    out->sample_aspect_ratio = out->average_frame_rate = out->real_frame_rate = (kinora_media_rational){0, 1};
    COPY(out->codec, avcodec_get_name(parameters->codec_id));
    COPY(out->profile, avcodec_profile_name(parameters->codec_id, parameters->profile));
    COPY(out->language, language && strcmp(language->value, "und") != 0 ? language->value : NULL);
    if (parameters->codec_type == AVMEDIA_TYPE_VIDEO) {
        describe_video(stream, out);
    } else if (parameters->codec_type == AVMEDIA_TYPE_AUDIO) {
        describe_audio(parameters, out);
    }

    return KINORA_MEDIA_OK;
}
