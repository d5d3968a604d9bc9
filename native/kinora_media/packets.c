/* The packet scan of one stream. */
#include "internal.h"

int32_t kinora_media_time_base(kinora_media *media, int32_t index, kinora_media_rational *time_base)
{
    if (!media || !time_base || index < 0 || index >= (int32_t)media->format->nb_streams) {
        return KINORA_MEDIA_MISUSE;
    }

    AVRational base = media->format->streams[index]->time_base;
    *time_base =
        base.num > 0 && base.den > 0 ? (kinora_media_rational){base.num, base.den} : (kinora_media_rational){0, 1};
    return KINORA_MEDIA_OK;
}

static void select_stream(kinora_media *media, int32_t index)
{
    media->scanned_stream = index;
    for (unsigned i = 0; i < media->format->nb_streams; i++) {
        media->format->streams[i]->discard = (int32_t)i == index ? AVDISCARD_NONE : AVDISCARD_ALL;
    }
}

static kinora_media_packet to_packet(const AVPacket *packet)
{
    return (kinora_media_packet){
        .pts = packet->pts,
        .dts = packet->dts,
        .size = packet->size,
        .flags = (packet->flags & AV_PKT_FLAG_KEY ? KINORA_MEDIA_PACKET_KEY : 0) |
                 (packet->flags & AV_PKT_FLAG_DISCARD ? KINORA_MEDIA_PACKET_DISCARD : 0) |
                 (packet->flags & AV_PKT_FLAG_CORRUPT ? KINORA_MEDIA_PACKET_CORRUPT : 0),
    };
}

int32_t kinora_media_read_packets(kinora_media *media, int32_t index, kinora_media_packet *packets, int32_t capacity,
                                  int32_t *count)
{
    _Static_assert(AV_NOPTS_VALUE == KINORA_MEDIA_UNKNOWN, "timestamps are handed out as they are");
    if (!media || !packets || !count || capacity < 1 || index < 0 || index >= (int32_t)media->format->nb_streams ||
        media->findings || (media->scanned_stream >= 0 && media->scanned_stream != index)) {
        return KINORA_MEDIA_MISUSE;
    }

    *count = 0;
    if (media->scanned_stream < 0) {
        select_stream(media, index);
    }

    while (*count < capacity) {
        /* Buffered packets and small reads do not ask the interrupt callback. */
        if (kinora_media_interrupted(media)) {
            return media->stop;
        }

        /* A demuxer's error in the middle ends what can be read, as it does for ffmpeg: the packets so far are the
         * stream. */
        if (av_read_frame(media->format, media->packet) < 0) {
            return media->stop;
        }

        if (media->packet->stream_index == index) {
            if (media->packets_read >= media->limits.max_packets) {
                av_packet_unref(media->packet);
                return KINORA_MEDIA_FRAME_LIMIT;
            }

            media->packets_read++;
            packets[(*count)++] = to_packet(media->packet);
        }

        av_packet_unref(media->packet);
    }

    return KINORA_MEDIA_OK;
}
