/* What only the index or the packets tell: the longest stretch without a keyframe, and encryption. */
#include "internal.h"

#include <libavutil/avstring.h>
#include <libavutil/mathematics.h>
#include <libavutil/mem.h>

typedef struct stretch {
    int64_t first;
    int64_t last;
    int64_t last_key;
    int64_t longest;
    int32_t keys;
    int32_t is_wanted; /* its packets are to be read for keyframes */
    int32_t is_unseen; /* no packet of it was read yet, and one is wanted to tell whether it is encrypted */
} stretch;

enum {
    SECONDS_TO_READ = 12,
    KEYS_TO_READ = 5,
    /* Beyond what finding the streams read anyway. */
    BYTES_TO_READ = 4 << 20,
    /* By then every stream that is not empty or late has shown itself. */
    PACKETS_TO_PEEK = 256,
    /* Of a hundred indexed packets, how many may lie past the end of the file before it counts as cut off. */
    MAX_PERCENT_MISSING = 5,
};

static void add(stretch *seen, int64_t time, int is_key)
{
    /* Times of damaged files jump: beyond these bounds a difference could overflow, and means nothing. */
    if (time == AV_NOPTS_VALUE || time > INT64_MAX / 4 || time < INT64_MIN / 4) {
        return;
    }

    if (seen->first == AV_NOPTS_VALUE) {
        seen->first = time;
    }

    seen->last = time;
    if (seen->keys > 0 && time - seen->last_key > seen->longest) {
        seen->longest = time - seen->last_key;
    }

    if (is_key) {
        seen->last_key = time;
        seen->keys++;
    }
}

static int is_moving(const AVStream *stream)
{
    return stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC);
}

/*
 * OK when the index tells of (nearly) the whole stream, CORRUPT when it tells of a file that was longer once. Only
 * these two demuxers list every packet; MPEG-PS for one calls all that it met a keyframe.
 */
static kinora_media_status from_index(const kinora_media *media, AVStream *stream, stretch *seen, int *is_whole)
{
    int is_mov = av_match_name("mov", media->format->iformat->name), missing = 0;
    int count =
        is_mov || av_match_name("avi", media->format->iformat->name) ? avformat_index_get_entries_count(stream) : 0;
    for (int i = 0; i < count; i++) {
        const AVIndexEntry *entry = avformat_index_get_entry(stream, i);
        add(seen, entry->timestamp, entry->flags & AVINDEX_KEYFRAME);
        missing += entry->pos > media->source.length - entry->size;
    }

    *is_whole = count > 1 && stream->duration > 0 && seen->first != AV_NOPTS_VALUE &&
                seen->last - seen->first >= stream->duration - stream->duration / 10;
    return is_mov && (int64_t)missing * 100 > (int64_t)count * MAX_PERCENT_MISSING ? KINORA_MEDIA_CORRUPT
                                                                                   : KINORA_MEDIA_OK;
}

/* Adds a packet; tells whether its stream has been seen for long enough. */
static int add_packet(stretch *seen, const AVPacket *packet, AVRational time_base)
{
    add(seen, packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts, packet->flags & AV_PKT_FLAG_KEY);
    return seen->keys >= KEYS_TO_READ ||
           (seen->first != AV_NOPTS_VALUE &&
            av_compare_ts(seen->last - seen->first, time_base, SECONDS_TO_READ, (AVRational){1, 1}) > 0);
}

static kinora_media_status from_packets(kinora_media *media, stretch *seen, int wanted, int unseen)
{
    int64_t bytes_end = media->bytes_read + BYTES_TO_READ;
    for (int packets = 0; (wanted > 0 || (unseen > 0 && packets < PACKETS_TO_PEEK)) && media->bytes_read < bytes_end;
         packets++) {
        /* The end of what can be read is no error here. */
        if (kinora_media_interrupted(media) || av_read_frame(media->format, media->packet) < 0) {
            break;
        }

        int index = media->packet->stream_index;
        /* MPEG-TS may show a stream more at any time. */
        if (index < media->described_streams) {
            stretch *own = &seen[index];
            unseen -= own->is_unseen;
            own->is_unseen = 0;
            /* Not all writers rename the sample entry (ffmpeg does not): then only the packets tell. */
            if (av_packet_get_side_data(media->packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL)) {
                media->findings[index].is_encrypted = 1;
            }

            if (own->is_wanted && add_packet(own, media->packet, media->format->streams[index]->time_base)) {
                own->is_wanted = 0;
                wanted--;
            }
        }

        av_packet_unref(media->packet);
    }

    return media->stop;
}

kinora_media_status kinora_media_look_into(kinora_media *media)
{
    int count = (int)media->format->nb_streams, wanted = 0, unseen = 0;
    kinora_media_status status = KINORA_MEDIA_OK;
    stretch *seen = av_calloc((size_t)count, sizeof(*seen));
    media->described_streams = count;
    media->findings = av_calloc((size_t)count, sizeof(*media->findings));
    if (!seen || !media->findings) {
        status = KINORA_MEDIA_TOO_COMPLEX;
    }

    for (int i = 0; i < count && status == KINORA_MEDIA_OK; i++) {
        AVStream *stream = media->format->streams[i];
        int is_whole = 1, is_sound = stream->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
        seen[i] = (stretch){.first = AV_NOPTS_VALUE};
        if (is_moving(stream)) {
            status = from_index(media, stream, &seen[i], &is_whole);
        }

        if (!is_whole) {
            seen[i] = (stretch){.first = AV_NOPTS_VALUE, .is_wanted = 1};
        }

        seen[i].is_unseen = is_sound || is_moving(stream);
        wanted += seen[i].is_wanted;
        unseen += seen[i].is_unseen;
    }

    if (status == KINORA_MEDIA_OK) {
        status = from_packets(media, seen, wanted, unseen);
    }

    for (int i = 0; i < count && status == KINORA_MEDIA_OK; i++) {
        media->findings[i].keyframe_interval_us =
            seen[i].longest > 0 ? av_rescale_q(seen[i].longest, media->format->streams[i]->time_base, AV_TIME_BASE_Q)
                                : KINORA_MEDIA_UNKNOWN;
    }

    av_free(seen);
    return status;
}
