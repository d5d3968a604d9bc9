namespace Kinora.Core.Infra.Media;

/// <summary>
/// What may be parsed and decoded at all: by libavformat's and libavcodec's names. The native library holds the same lists (a test
/// compares them); a codec stands here only because people upload it, since holes are found in the old and rare decoders.
/// </summary>
public static class AllowedMedia
{
    /// <summary>Demuxers, by their first name.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["mov", "matroska", "mpegts", "mpeg", "avi", "flv", "ogg", "asf", "mxf"];

    /// <summary>As <see cref="Formats"/>: those that hold only sound, which run only for what was taken as sound alone.</summary>
    public static IReadOnlyList<string> SoundFormats { get; } = ["mp3", "wav", "flac"];

    /// <summary>Codecs of a picture (<see cref="MediaStream.Codec"/>) with the decoders that may run for them.</summary>
    public static IReadOnlyDictionary<string, string[]> VideoDecoders { get; } = new Dictionary<string, string[]>
    {
        ["h264"] = ["h264"],
        ["hevc"] = ["hevc"],
        ["vp8"] = ["vp8"],
        ["vp9"] = ["vp9"],
        ["av1"] = ["libdav1d", "av1"],
        ["mpeg4"] = ["mpeg4"],
        ["msmpeg4v3"] = ["msmpeg4"],
        ["mpeg1video"] = ["mpeg1video"],
        ["mpeg2video"] = ["mpeg2video"],
        ["h263"] = ["h263"],
        ["h263p"] = ["h263p"],
        ["flv1"] = ["flv"],
        ["theora"] = ["theora"],
        ["mjpeg"] = ["mjpeg"],
        ["prores"] = ["prores"],
        ["dnxhd"] = ["dnxhd"],
        ["dvvideo"] = ["dvvideo"],
        ["wmv1"] = ["wmv1"],
        ["wmv2"] = ["wmv2"],
        ["wmv3"] = ["wmv3"],
        ["vc1"] = ["vc1"],
    };

    /// <summary>As <see cref="VideoDecoders"/>, for sound.</summary>
    public static IReadOnlyDictionary<string, string[]> AudioDecoders { get; } = new Dictionary<string, string[]>
    {
        ["aac"] = ["aac"],
        ["aac_latm"] = ["aac_latm"],
        ["mp3"] = ["mp3", "mp3float"],
        ["mp2"] = ["mp2", "mp2float"],
        ["ac3"] = ["ac3"],
        ["eac3"] = ["eac3"],
        ["dts"] = ["dca"],
        ["opus"] = ["opus", "libopus"],
        ["vorbis"] = ["vorbis"],
        ["flac"] = ["flac"],
        ["alac"] = ["alac"],
        ["amr_nb"] = ["amrnb"],
        ["amr_wb"] = ["amrwb"],
        ["wmav1"] = ["wmav1"],
        ["wmav2"] = ["wmav2"],
        ["wmapro"] = ["wmapro"],
        ["adpcm_ima_qt"] = ["adpcm_ima_qt"],
        ["adpcm_ima_wav"] = ["adpcm_ima_wav"],
        ["adpcm_ms"] = ["adpcm_ms"],
        ["pcm_alaw"] = ["pcm_alaw"],
        ["pcm_mulaw"] = ["pcm_mulaw"],
        ["pcm_u8"] = ["pcm_u8"],
        ["pcm_s8"] = ["pcm_s8"],
        ["pcm_s16le"] = ["pcm_s16le"],
        ["pcm_s16be"] = ["pcm_s16be"],
        ["pcm_s24le"] = ["pcm_s24le"],
        ["pcm_s24be"] = ["pcm_s24be"],
        ["pcm_s32le"] = ["pcm_s32le"],
        ["pcm_s32be"] = ["pcm_s32be"],
        ["pcm_f32le"] = ["pcm_f32le"],
        ["pcm_f32be"] = ["pcm_f32be"],
        ["pcm_f64le"] = ["pcm_f64le"],
        ["pcm_f64be"] = ["pcm_f64be"],
        ["pcm_bluray"] = ["pcm_bluray"],
        ["pcm_dvd"] = ["pcm_dvd"],
    };

    /// <summary>As <see cref="VideoDecoders"/>, for subtitles that are text. They run only for these: the probe has none of them.</summary>
    public static IReadOnlyDictionary<string, string[]> TextDecoders { get; } = new Dictionary<string, string[]>
    {
        ["subrip"] = ["subrip", "srt"],
        ["ass"] = ["ass", "ssa"],
        ["mov_text"] = ["mov_text"],
        ["webvtt"] = ["webvtt"],
        ["text"] = ["text"],
    };

    /// <summary>Every decoder of pictures and sound that may run: what ffmpeg's -codec_whitelist takes, joined by commas.</summary>
    public static IReadOnlyList<string> Decoders { get; } = [.. VideoDecoders.Values.Concat(AudioDecoders.Values).SelectMany(d => d)];

    /// <summary>The sound can be decoded and mixed down: an allowed codec, in the clear, with channels and a rate that exist.</summary>
    public static bool IsUsableAudio(MediaStream stream) =>
        stream is { Kind: StreamKind.Audio, IsEncrypted: false, Channels: >= 1 and <= 16, SampleRate: >= 4_000 and <= 384_000 }
        && AudioDecoders.ContainsKey(stream.Codec);

    /// <summary>The subtitles are text, in the clear: pictures of text (DVD, Blu-ray, DVB) would have to be read by a machine.</summary>
    public static bool IsUsableText(MediaStream stream) =>
        stream is { Kind: StreamKind.Subtitle, IsEncrypted: false } && TextDecoders.ContainsKey(stream.Codec);
}
