using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Security.HostileFiles;

/// <summary>Rows 48, 49, 54 to 58 and 60: media that ffmpeg makes, so whole, and of a kind that nobody has by chance.</summary>
internal static class MadeFiles
{
    private const string Shapes = "pictures of odd sizes and shapes";
    private const string Times = "odd times and rates";
    private const string Streams = "too many streams, too few, of the wrong kinds";
    private const string Sounds = "odd sound";
    private const string Codecs = "codecs that are not on the list";
    private const string Texts = "texts in metadata";
    private const string Picture = "-f lavfi -i testsrc2=s=320x180:r=25:d=1";
    private const string Sound = "-f lavfi -i sine=d=1";
    private const string H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    private static readonly string[] Geometry = [HostileFile.Plays, "UNSUPPORTED_GEOMETRY"];

    public static IEnumerable<HostileFile> All =>
    [
        .. new[] { "2x2", "16x16", "15x15", "17x19", "161x121", "16x320", "4000x16", "642x642", "2x180", "3x181" }.Select(size =>
            Of(Shapes, size, $"-f lavfi -i color=s={size}:r=10:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv444p -f matroska").EndsAs(Geometry)),
        Of(Shapes, "SAR 1:1000", $"{Picture} -vf setsar=1/1000 {H264} -f mp4").EndsAs(Geometry),
        Of(Shapes, "SAR 1000:1", $"{Picture} -vf setsar=1000/1 {H264} -f mp4").EndsAs(Geometry),
        Of(Shapes, "a size that changes in mid-stream", "-f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -f mpegts", "-f lavfi -i testsrc2=s=1280x720:r=25:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -f mpegts").EndsAs(HostileFile.Plays, "CORRUPT"),
        Of(Shapes, "16k that begins in mid-stream", "-f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -f mpegts", "-f lavfi -i color=s=16384x8192:r=5:d=0.4 -c:v libx264 -preset ultrafast -x264-params ref=1 -pix_fmt yuv420p -f mpegts").EndsAs(HostileFile.Plays, "CORRUPT", "RESOLUTION_LIMIT", "TOO_COMPLEX"),
        Of(Shapes, "16k", "-f lavfi -i color=s=16384x8192:r=5:d=0.4 -c:v libx264 -preset ultrafast -x264-params ref=1 -pix_fmt yuv420p -f mp4").EndsAs("RESOLUTION_LIMIT"),

        Of(Times, "a picture in ten seconds for 48 hours", "-f lavfi -i color=s=64x64:r=1/10:d=172800 -c:v libx264 -preset ultrafast -g 600 -pix_fmt yuv420p -f mp4").EndsAs("DURATION_LIMIT"),
        Of(Times, "100,000 pictures a second", "-f lavfi -i color=s=64x64:r=100000:d=0.2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -video_track_timescale 100000 -f mp4").EndsAs(HostileFile.Plays, "FRAME_LIMIT"),
        Of(Times, "variable rate", "-f lavfi -i testsrc2=s=320x180:r=50:d=2 -vf select='not(mod(n\\,7))+lt(n\\,20)' -fps_mode vfr -c:v libx264 -preset ultrafast -pix_fmt yuv420p -f matroska").EndsAs(HostileFile.Plays),
        Of(Times, "a time base of 2^-31", $"{Picture} {H264} -video_track_timescale 2147483647 -f mp4").EndsAs(HostileFile.Plays, "CORRUPT", "FRAME_LIMIT"),
        Of(Times, "times below zero", $"{Picture} {Sound} {H264} -c:a aac -output_ts_offset -3 -avoid_negative_ts disabled -f matroska").EndsAs(HostileFile.Plays, "CORRUPT"),
        Of(Times, "times of ten years", $"{Picture} {Sound} {H264} -c:a aac -output_ts_offset 315360000 -f matroska").EndsAs(HostileFile.Plays, "CORRUPT", "DURATION_LIMIT"),
        Of(Times, "times that jump by an hour", $"{Picture} {H264} -bsf:v setts=pts=PTS+gte(N\\,12)*3600/TB:dts=DTS+gte(N\\,12)*3600/TB -f mpegts").EndsAs(HostileFile.Plays, "CORRUPT"),
        Of(Times, "times that jump by ten hours", $"{Picture} {H264} -bsf:v setts=pts=PTS+gte(N\\,12)*36000/TB:dts=DTS+gte(N\\,12)*36000/TB -f matroska").EndsAs(HostileFile.Plays, "CORRUPT", "DURATION_LIMIT"),
        Of(Times, "times that run backwards", $"{Picture} {H264} -bsf:v setts=pts=PTS-gte(N\\,12)*0.4/TB:dts=DTS -f mpegts").EndsAs(HostileFile.Plays, "CORRUPT"),
        Of(Times, "one picture", "-f lavfi -i testsrc2=s=320x180:r=25:d=0.04 -c:v libx264 -pix_fmt yuv420p -f mp4").EndsAs(HostileFile.Plays),
        Of(Times, "no keyframe but the first for 20 s", $"-f lavfi -i color=s=64x64:r=25:d=20 {H264} -g 100000 -sc_threshold 0 -f mp4").EndsAs(HostileFile.Plays),

        Of(Streams, "80 tracks", $"{Picture} {Sound} {string.Concat(Enumerable.Repeat("-map 1:a ", 79))} -map 0:v {H264} -c:a aac -b:a 16k -f matroska").EndsAs("TOO_MANY_STREAMS"),
        Of(Streams, "sound alone", $"{Sound} -c:a aac -f mp4").EndsAs("NO_VIDEO_STREAM"),
        Of(Streams, "sound with a cover", $"{Sound} -f lavfi -i testsrc2=s=320x180:d=0.04 -map 0 -map 1 -c:a aac -c:v mjpeg -disposition:v attached_pic -f mp4").EndsAs("NO_VIDEO_STREAM"),
        Of(Streams, "900 attachments", $"{Picture} {H264} -f matroska", attachments: 900).EndsAs("TOO_MANY_STREAMS", HostileFile.Plays, "TOO_COMPLEX"),
        Of(Streams, "a few attached fonts", $"{Picture} {H264} -f matroska", attachments: 5).EndsAs(HostileFile.Plays),

        Of(Sounds, "64 channels", $"{Picture} -f lavfi -i aevalsrc={string.Join('|', Enumerable.Repeat("0.1", 64))}:d=1 {H264} -c:a pcm_s16le -f matroska").EndsAs("UNSUPPORTED_AUDIO", HostileFile.Plays),
        Of(Sounds, "1 MHz", $"{Picture} -f lavfi -i sine=r=1000000:d=1 {H264} -c:a pcm_s16le -f matroska").EndsAs("UNSUPPORTED_AUDIO", HostileFile.Plays),
        Of(Sounds, "8 Hz", $"{Picture} -f lavfi -i sine=r=8:d=5 {H264} -c:a pcm_s16le -f matroska").EndsAs("UNSUPPORTED_AUDIO", HostileFile.Plays),

        .. new[] { "magicyuv", "ffv1", "huffyuv", "utvideo", "cinepak", "snow", "zmbv", "png", "rawvideo", "qtrle" }.Select(codec =>
            Of(Codecs, codec, $"{Picture} -c:v {codec} -strict -2 {(codec == "cinepak" ? "-vf scale=320:180" : "")} -f matroska").EndsAs("CODEC_NOT_ALLOWED", "FORMAT_NOT_ALLOWED")),

        Of(Texts, "a title that is a script", $"{Picture} {H264} -metadata title=<script>alert(1)</script> -f mp4").EndsAs(HostileFile.Plays),
        Of(Texts, "a title that is a line of a log", $"{Picture} {H264} -metadata title=x\n{{\"level\":\"Error\"}} -f mp4").EndsAs(HostileFile.Plays),
        Of(Texts, "a title of escapes", $"{Picture} {H264} -metadata title=\u001b[31m\u202ered -f matroska").EndsAs(HostileFile.Plays),
        Of(Texts, "a tag of 100 kB", $"{Picture} {H264} -metadata comment={new string('x', 100_000)} -f matroska").EndsAs(HostileFile.Plays),
    ];

    private static HostileFile Of(string kind, string name, string arguments, int attachments = 0) => new(kind, name, async path =>
    {
        string[] attach = [.. Enumerable.Range(0, attachments).SelectMany(i => (string[])["-attach", "/usr/bin/true", $"-metadata:s:t:{i}", "mimetype=application/x-truetype-font"])];
        var words = Words(arguments);
        await Tools.FfmpegAsync([.. words[..^2], .. attach, .. words[^2..], "file:" + path]);
    });

    /// <summary>Two transport streams, one behind the other.</summary>
    private static HostileFile Of(string kind, string name, string first, string second) => new(kind, name, async path =>
    {
        await Tools.FfmpegAsync([.. Words(first), "file:" + path]);
        await Tools.FfmpegAsync([.. Words(second), "file:" + path + ".second"]);
        await using var file = new FileStream(path, FileMode.Append);
        await file.WriteAsync(await File.ReadAllBytesAsync(path + ".second", TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
    });

    private static string[] Words(string arguments) => arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
