/* The only way to bytes: the caller's read callback behind an AVIOContext, with its budget. */
#include "internal.h"

#include <libavutil/time.h>

int kinora_media_interrupted(void *opaque)
{
    kinora_media *media = opaque;
    if (media->stop == KINORA_MEDIA_OK && av_gettime_relative() > media->deadline_us) {
        media->stop = KINORA_MEDIA_TIMEOUT;
    }

    return media->stop != KINORA_MEDIA_OK;
}

static int read_block(void *opaque, uint8_t *buffer, int size)
{
    kinora_media *media = opaque;
    if (kinora_media_interrupted(media)) {
        return AVERROR_EXIT;
    }

    int64_t left = media->source.length - media->position;
    if (left <= 0) {
        return AVERROR_EOF;
    }

    if (media->bytes_read >= media->limits.max_bytes) {
        media->stop = KINORA_MEDIA_TOO_COMPLEX;
        return AVERROR_EXIT;
    }

    /* libavformat asks for more than a block where it reads straight into a packet. */
    int32_t length = size < media->limits.block_size ? size : media->limits.block_size;
    length = length < left ? length : (int32_t)left;
    int32_t got = media->source.read(media->source.opaque, media->position, buffer, length);
    if (got < 0 || got > length) {
        media->stop = KINORA_MEDIA_SOURCE_FAILED;
        return AVERROR_EXIT;
    }

    media->position += got;
    media->bytes_read += got;
    return got == 0 ? AVERROR_EOF : got;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
    kinora_media *media = opaque;
    if (whence & AVSEEK_SIZE) {
        return media->source.length;
    }

    switch (whence & ~AVSEEK_FORCE) {
    case SEEK_SET:
        break;
    case SEEK_CUR:
        /* Both terms are positions within one file, so far below INT64_MAX, unless the offset is damage. */
        if (offset > INT64_MAX - media->position) {
            return AVERROR(EINVAL);
        }
        offset += media->position;
        break;
    case SEEK_END:
        if (offset > 0) {
            return AVERROR(EINVAL);
        }
        offset += media->source.length;
        break;
    default:
        return AVERROR(EINVAL);
    }

    if (offset < 0) {
        return AVERROR(EINVAL);
    }

    media->position = offset;
    return offset;
}

int kinora_media_io_open(kinora_media *media)
{
    uint8_t *buffer = av_malloc((size_t)media->limits.block_size);
    if (!buffer) {
        return AVERROR(ENOMEM);
    }

    media->io = avio_alloc_context(buffer, media->limits.block_size, 0, media, read_block, NULL, seek);
    if (!media->io) {
        av_free(buffer);
        return AVERROR(ENOMEM);
    }

    return 0;
}

void kinora_media_io_close(kinora_media *media)
{
    if (media->io) {
        /* libavformat may have replaced the buffer that we gave it. */
        av_freep(&media->io->buffer);
        avio_context_free(&media->io);
    }
}
