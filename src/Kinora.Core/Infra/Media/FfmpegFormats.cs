namespace Kinora.Core.Infra.Media;

/// <summary>
/// The closed lists of what ffmpeg may open. A playlist or a concat script named .mp4 makes ffmpeg read other files, and rare decoders are
/// where its faults are (CVE-2026-8461: MagicYUV), so whatever is not here is refused, in nested inputs too.
/// </summary>
public static class FfmpegFormats
{
    /// <summary>What <see cref="MediaInfo.Container"/> may be, and the name that selects this demuxer on the command line.</summary>
    private static readonly Dictionary<string, string> Demuxers = new(StringComparer.Ordinal)
    {
        ["mov,mp4,m4a,3gp,3g2,mj2"] = "mov",
        ["matroska,webm"] = "matroska",
        ["mpegts"] = "mpegts",
        ["mpeg"] = "mpeg",
        ["avi"] = "avi",
        ["flv"] = "flv",
        ["ogg"] = "ogg",
        ["asf"] = "asf",
        ["mxf"] = "mxf",
    };

    private static readonly HashSet<string> VideoCodecs = new(StringComparer.Ordinal)
    {
        "h264", "hevc", "av1", "vp8", "vp9", "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4v2", "msmpeg4v3", "h263", "flv1", "vp6f", "theora",
        "mjpeg", "prores", "dnxhd", "dvvideo", "vc1", "wmv1", "wmv2", "wmv3",
    };

    private static readonly HashSet<string> AudioCodecs = new(StringComparer.Ordinal)
    {
        "aac", "aac_latm", "ac3", "eac3", "mp1", "mp2", "mp3", "opus", "vorbis", "flac", "alac", "amr_nb", "amr_wb", "wmav1", "wmav2",
        "wmapro", "dts", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_u8",
        "pcm_s8", "pcm_mulaw", "pcm_alaw", "pcm_dvd", "pcm_bluray", "adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "adpcm_swf",
    };

    // A decoder is often named otherwise than its codec, and a codec may have several.
    private static readonly string[] OtherDecoders =
    [
        "libdav1d", "libaom-av1", "msmpeg4", "flv", "mp1float", "mp2float", "mp3float", "libopus", "amrnb", "amrwb", "dca",
    ];

    /// <summary>For -format_whitelist.</summary>
    public static string DemuxerList { get; } = string.Join(',', Demuxers.Values);

    /// <summary>For -codec_whitelist: names of decoders.</summary>
    public static string DecoderList { get; } = string.Join(',', VideoCodecs.Concat(AudioCodecs).Concat(OtherDecoders));

    /// <summary>The demuxer to force for a container that the probe found; null when it is not allowed.</summary>
    public static string? DemuxerOf(string container) => Demuxers.GetValueOrDefault(container);

    public static bool IsVideoCodecAllowed(string codec) => VideoCodecs.Contains(codec);

    public static bool IsAudioCodecAllowed(string codec) => AudioCodecs.Contains(codec);
}
