using System.Diagnostics;
using System.Globalization;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Kinora.Core.Videos;
using Xunit;

namespace Kinora.IntegrationTests.Media;

/// <summary>Files of the world, where a folder of them is at hand: MANIFEST.tsv says which must be taken.</summary>
public sealed class CorpusTests(MediaFixture media, ITestOutputHelper output) : IClassFixture<MediaFixture>
{
    // Where one more than "refused" is asked for.
    private static readonly Dictionary<string, string[]> ExactCodes = new()
    {
        ["audio.mp3"] = ["NO_VIDEO_STREAM"],
        ["audio.ogg"] = ["NO_VIDEO_STREAM"],
        ["audio.wav"] = ["NO_VIDEO_STREAM"],
        ["audio_only_10s.mp4"] = ["NO_VIDEO_STREAM"],
        ["cover_art.flac"] = ["NO_VIDEO_STREAM"],
        ["incomplete.mp3"] = ["NO_VIDEO_STREAM"],
        ["opus51.mka"] = ["NO_VIDEO_STREAM"],
        ["jpeg_named.mp4"] = ["FORMAT_NOT_ALLOWED"],
        ["photo.jpg"] = ["FORMAT_NOT_ALLOWED"],
        ["png_named.mp4"] = ["FORMAT_NOT_ALLOWED"],
        ["short_cenc.mp4"] = ["ENCRYPTED"],
        ["cenc_clearkey_frag.mp4"] = ["ENCRYPTED", "CORRUPT"],
        ["broken.mp4"] = ["CORRUPT", "NOT_A_VIDEO"],
        ["empty.flv"] = ["CORRUPT", "NOT_A_VIDEO"],
        ["empty.mp4"] = ["CORRUPT", "NOT_A_VIDEO"],
        ["truncated_moov_missing.mov"] = ["CORRUPT", "NOT_A_VIDEO"],
        ["zip_named.mp4"] = ["CORRUPT", "NOT_A_VIDEO"],
    };

    private static readonly string Folder = Environment.GetEnvironmentVariable("KINORA_TEST_MEDIA") ?? Path.Combine(RepositoryRoot(), "../shared/media");

    [Fact]
    public async Task Every_file_of_the_corpus_is_taken_or_refused_as_its_manifest_says()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Folder, "MANIFEST.tsv")), "There is no corpus (KINORA_TEST_MEDIA).");
        var lines = await File.ReadAllLinesAsync(Path.Combine(Folder, "MANIFEST.tsv"), TestContext.Current.CancellationToken);
        var expectation = Array.IndexOf(lines[0].Split('\t'), "expected");
        var rows = lines.Skip(1)
            .Select(line => line.Split('\t'))
            .Where(row => File.Exists(Path.Combine(Folder, row[0])))
            .Select(row => (Name: row[0], Expected: row[expectation]));
        var wrong = new List<string>();
        foreach (var (name, expected) in rows)
        {
            var clock = Stopwatch.StartNew();
            var (outcome, text) = await LookAtAsync(name);
            var time = string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalMilliseconds:0.0} ms");
            var isRight = expected switch
            {
                "accept" => outcome == "accept",
                "either" => true,
                _ => outcome != "accept" && outcome != "INTERNAL" && outcome != "TIMEOUT",
            };
            isRight &= !ExactCodes.TryGetValue(name, out var codes) || codes.Contains(outcome);
            output.WriteLine($"{(isRight ? "  " : "! ")}{name,-36} {expected,-16} {outcome,-20} {time,9}  {text}");
            if (!isRight)
            {
                wrong.Add($"{name}: {outcome}");
            }
        }

        Assert.Empty(wrong);
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kinora.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? AppContext.BaseDirectory;
    }

    private async Task<(string Outcome, string Text)> LookAtAsync(string name)
    {
        try
        {
            var info = await media.ProbeAsync(Path.Combine(Folder, name));
            MediaPolicy.Check(info, new MediaOptions());
            return ("accept", Describe(info));
        }
        catch (JobFailedException e)
        {
            return (e.Code.Name, e.Message);
        }
    }

    private static string Describe(MediaInfo info)
    {
        var video = info.Video!;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{video.Codec} {video.DisplayWidth}x{video.DisplayHeight} rot {video.Rotation}{(video.IsMirrored ? "m" : "")} {video.PixelFormat}{(video.IsHdr ? " HDR" : "")} {video.FieldOrder} {video.AverageFrameRate} fps, key {video.KeyframeIntervalUs / 1000} ms, {info.DurationUs / 1000} ms, {info.Audio?.Codec ?? "silent"} {info.Audio?.Channels}");
    }
}
