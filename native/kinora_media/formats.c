/* What may run, and the recognition of what may not. */
#include "internal.h"

#include <libavutil/avstring.h>
#include <string.h>

/* Demuxers by their first name. mpegvideo, h264 and the like (bare streams, no timestamps) are left out. */
const char kinora_media_format_list[] = "mov,matroska,mpegts,mpeg,avi,flv,ogg,asf,mxf";

/* What people have music and recordings in, where sound without pictures is wanted at all. */
const char kinora_media_sound_format_list[] = "mp3,wav,flac";

/*
 * What cameras, phones, editors, screen recorders and the web's own past produce. Old and rare decoders are where the
 * holes are (CVE-2026-8461 is one of magicyuv's): a codec stands here only because people upload it. WMV stands here
 * because Windows wrote it for fifteen years and ASF would be of no use without; its decoders are H.263's relatives and
 * have been fuzzed as long. The screen codecs of ASF (mss1, mss2) and wmavoice, wmalossless stay out.
 */
const char kinora_media_decoder_list[] =
    "h264,hevc,vp8,vp9,libdav1d,av1,mpeg4,msmpeg4,mpeg1video,mpeg2video,h263,h263p,flv,theora,mjpeg,prores,dnxhd,"
    "dvvideo,"
    "wmv1,wmv2,wmv3,vc1,"
    "aac,aac_latm,mp3,mp3float,mp2,mp2float,ac3,eac3,dca,opus,libopus,vorbis,flac,alac,amrnb,amrwb,wmav1,wmav2,wmapro,"
    "adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,"
    "pcm_alaw,pcm_mulaw,pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,"
    "pcm_f64le,pcm_f64be,pcm_bluray,pcm_dvd";

/* Formats that can hold only sound, at most with a cover: the answer is known without parsing them. */
static const char sound_formats[] = "mp3,wav,w64,flac,aac,ac3,eac3,ac4,amr,amrnb,amrwb,aiff,au,caf,dts,dtshd,truehd,"
                                    "mlp,ape,tta,tak,wv,mpc,mpc8,loas,oma,"
                                    "voc,gsm,qcp,sbc,aptx,spdif,dsf,shn,xwma";

/* Pictures in the container of videos (HEIF, AVIF): photos, by the major brand of their ftyp. */
static const char picture_brands[] = "heic,heix,heim,heis,hevc,hevx,mif1,msf1,avif,avis,jpeg,miaf";

enum { RECOGNITION_BYTES = 1 << 20, SNIFF_BYTES = 1024 };

/*
 * Scripts that name other files. libavformat recognises some only by the file's extension since the fixes of 2024 and
 * 2025, so that it would tell "no media" of a playlist; the owner of the file is better told what it is.
 */
static int is_script(const uint8_t *head, int length)
{
    static const char *const starts[] = {"#EXTM3U", "ffconcat version", "v=0\r\n", "v=0\n", "[Reference]", "<asx",
                                         "<ASX"};
    if (length >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0) {
        head += 3;
        length -= 3;
    }

    while (length > 0 && av_isspace(*head)) {
        head++;
        length--;
    }

    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
        int n = (int)strlen(starts[i]);
        if (length >= n && memcmp(head, starts[i], (size_t)n) == 0) {
            return 1;
        }
    }

    return length > 0 && *head == '<' && av_strnstr((const char *)head, "<MPD", (size_t)length) != NULL;
}

static int is_picture(const uint8_t *head, int length)
{
    char brand[5] = {0};
    if (length < 12 || memcmp(head + 4, "ftyp", 4) != 0) {
        return 0;
    }

    memcpy(brand, head + 8, 4);
    return strlen(brand) == 4 && av_match_list(brand, picture_brands, ',');
}

kinora_media_status kinora_media_recognize(kinora_media *media, const AVInputFormat **format)
{
    uint8_t head[SNIFF_BYTES];
    int length = avio_read(media->io, head, SNIFF_BYTES);
    if (media->stop != KINORA_MEDIA_OK) {
        return media->stop;
    }

    if (length <= 0) {
        return KINORA_MEDIA_NOT_A_VIDEO;
    }

    if (is_script(head, length) || is_picture(head, length)) {
        return KINORA_MEDIA_FORMAT_NOT_ALLOWED;
    }

    if (avio_seek(media->io, 0, SEEK_SET) < 0) {
        return KINORA_MEDIA_CORRUPT;
    }

    /* Every demuxer looks at the bytes here, none is opened. */
    int score = av_probe_input_buffer2(media->io, format, NULL, NULL, 0, RECOGNITION_BYTES);
    if (media->stop != KINORA_MEDIA_OK) {
        return media->stop;
    }

    if (score < 0 || !*format) {
        return KINORA_MEDIA_NOT_A_VIDEO;
    }

    if (av_match_list((*format)->name, kinora_media_format_list, ',')) {
        return KINORA_MEDIA_OK;
    }

    /* Below this score any bytes look a little like MP3 or a game's video. */
    if (score < AVPROBE_SCORE_RETRY) {
        return KINORA_MEDIA_NOT_A_VIDEO;
    }

    if (media->limits.allow_sound && av_match_list((*format)->name, kinora_media_sound_format_list, ',')) {
        return KINORA_MEDIA_OK;
    }

    return av_match_list((*format)->name, sound_formats, ',') ? KINORA_MEDIA_NO_VIDEO_STREAM
                                                              : KINORA_MEDIA_FORMAT_NOT_ALLOWED;
}
