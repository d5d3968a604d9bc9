using System.Globalization;
using System.Net;
using System.Text.Json;
using Kinora.Core.Infra.Media;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>
/// Every file of the corpus, uploaded as users do: what must be taken is played upright, in its shape, in sync and as long as it was; what is
/// refused says why. Writes docs/media.md's table where KINORA_TEST_REPORT is set.
/// </summary>
public sealed class CorpusPlaybackTests(ITestOutputHelper output) : DeploymentTest
{
    /// <summary>A minute of 1080p, on a machine that has other work.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private static readonly string[] NoPicture = ["NO_VIDEO_STREAM", "UNSUPPORTED_MEDIA_TYPE"];
    private static readonly string[] NoVideoFile = ["UNSUPPORTED_MEDIA_TYPE"];

    /// <summary>Of what is refused; sound is so at the door, or when its streams have been seen.</summary>
    private static readonly Dictionary<string, string[]> Codes = new()
    {
        ["audio.mp3"] = NoPicture,
        ["audio.ogg"] = NoPicture,
        ["audio.wav"] = NoPicture,
        ["audio_only_10s.mp4"] = NoPicture,
        ["cover_art.flac"] = NoPicture,
        ["incomplete.mp3"] = NoPicture,
        ["opus51.mka"] = NoPicture,
        ["jpeg_named.mp4"] = NoVideoFile,
        ["photo.jpg"] = NoVideoFile,
        ["png_named.mp4"] = NoVideoFile,
        ["text_named.mp4"] = NoVideoFile,
        ["zip_named.mp4"] = NoVideoFile,
        ["empty.mp4"] = ["VALIDATION_ERROR"],
        ["empty.flv"] = ["NOT_A_VIDEO"],
        ["broken.mp4"] = ["CORRUPT"],
        ["truncated_moov_missing.mov"] = ["CORRUPT"],
        ["no_timescale.mp4"] = ["CORRUPT"],
        ["short_cenc.mp4"] = ["ENCRYPTED"],

        // libavformat 5.1 does not open it.
        ["cenc_clearkey_frag.mp4"] = ["ENCRYPTED", "CORRUPT"],
    };

    protected override IReadOnlyList<string[]> WorkerSettings => [[]];

    [Fact]
    public async Task Every_file_is_played_as_it_is_or_refused_with_its_reason()
    {
        var table = new CorpusTable();
        var faults = new List<string>();
        foreach (var file in MediaCorpus.Files())
        {
            try
            {
                // One login does not last for all of them.
                using var user = await Deployment.CreateUserAsync();
                var row = await TryAsync(user, file, faults);
                table.Add(row);
                output.WriteLine(row.ToString());
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The others are looked at all the same.
                faults.Add($"{file.Name}: {e.Message}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        if (Environment.GetEnvironmentVariable("KINORA_TEST_REPORT") is { Length: > 0 })
        {
            table.Write();
        }
    }

    protected override Task<Deployment> StartDeploymentAsync()
    {
        Assert.SkipWhen(MediaCorpus.Folder is null, $"No folder of media is named ({MediaCorpus.Variable}).");
        return base.StartDeploymentAsync();
    }

    private static async Task<CorpusRow> TryAsync(KinoraClient user, CorpusFile file, List<string> faults)
    {
        using var response = await user.SendUploadAsync(file.Path, ("transcode", "true"));
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement;
        if (response.StatusCode != HttpStatusCode.Created)
        {
            return Refused(file, answer.Text("code")!, $"{(int)response.StatusCode} to the upload", faults);
        }

        var videoId = answer.GetProperty("videoId").GetGuid();
        var video = await user.WaitAsync(() => user.VideoAsync(videoId), v => v.Text("status") is "READY" or "FAILED", Patience);
        return video.Text("status") == "READY"
            ? await PlayedAsync(user, file, videoId, faults)
            : Refused(file, video.GetProperty("error").Text("code")!, "FAILED", faults);
    }

    private static CorpusRow Refused(CorpusFile file, string code, string how, List<string> faults)
    {
        var isRight = Codes.TryGetValue(file.Name, out var codes) ? codes.Contains(code) : code is not ("INTERNAL" or "TIMEOUT");
        if (file.Expected == "accept" || !isRight)
        {
            faults.Add($"{file.Name}: refused with {code}");
        }

        return new CorpusRow(file.Name, file.Expected) { Outcome = code, Notes = how };
    }

    private static async Task<CorpusRow> PlayedAsync(KinoraClient user, CorpusFile file, Guid videoId, List<string> faults)
    {
        if (file.Expected == "reject")
        {
            faults.Add($"{file.Name}: accepted");
        }

        using var planned = await user.PostAsync($"/v1/videos/{videoId}/plan");
        var plan = await user.BodyAsync(planned, HttpStatusCode.OK);
        var source = await SourceFile.ReadAsync(file.Path);
        var played = await PlayedStream.OpenAsync((await user.GetAsync($"/v1/videos/{videoId}/playback")).Text("masterUrl")!);
        var findings = await CorpusFinding.CompareAsync(source, played);
        faults.AddRange(findings.SelectMany(f => f.Faults(source)).Select(fault => $"{file.Name}: {fault}"));
        if (source.SoundStream is not null && played.Sounds.Count == 0)
        {
            faults.Add($"{file.Name}: has lost its sound");
        }

        var report = await user.GetAsync($"/v1/videos/{videoId}/verification");
        if (!report.GetProperty("passed").GetBoolean())
        {
            faults.Add($"{file.Name}: {report.GetRawText()}");
        }

        // What was read from the boxes is what a decoder shows.
        var counts = report.GetProperty("checks").EnumerateArray()
            .Where(c => c.Text("name") == "frames-are-complete")
            .ToLookup(c => c.Text("rendition"), c => c.Text("actual"));
        faults.AddRange(findings
            .Where(f => !counts[f.Rendition.Name].Contains($"{f.Frames.Seconds.Count} frames"))
            .Select(f => $"{file.Name}: {f.Rendition.Name} shows {f.Frames.Seconds.Count} frames, and has {string.Join(" and ", counts[f.Rendition.Name])}"));

        return new CorpusRow(file.Name, file.Expected)
        {
            Source = Describe(source.Info),
            Outcome = "READY",
            Renditions = string.Join(", ", plan.GetProperty("renditions").EnumerateArray().Select(Describe)),
            Way = WayOf(plan),
            Frames = CorpusRow.Range(findings, source.Frames.Seconds.Count, f => f.Frames.Seconds.Count, "0"),
            Duration = CorpusRow.Range(findings, source.Frames.Duration, f => f.Rendition.Seconds, "0.000"),
            Sound = played.Sounds.Count == 0 ? "-" : CorpusRow.Worst(findings),
            Similarity = findings.Min(f => f.Likeness.Similarity),
            Structure = findings.Min(f => f.Likeness.Structure) is { } structure
                ? string.Create(CultureInfo.InvariantCulture, $"{structure:0.00} / {findings.Max(f => f.Likeness.StructureOtherwise):0.00}")
                : "plain",
            FarthestFrame = findings.Max(f => f.FarthestFrame),
            Notes = source.Info.Video!.IsHdr ? "tone-mapped: SSIM is not asked for" : "",
        };
    }

    private static string Describe(MediaInfo info)
    {
        var video = info.Video!;
        var turned = video.Rotation == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", rotation {video.Rotation}");
        return $"{info.Container.Split(',')[0]}, {video.Codec} {video.Width}x{video.Height}{(video.IsHdr ? " HDR" : "")}{turned}, {info.Audio?.Codec ?? "silent"}";
    }

    private static string Describe(JsonElement rendition) =>
        $"{rendition.GetProperty("width")}x{rendition.GetProperty("height")}{(rendition.Text("mode") == "copy" ? " copied" : "")}";

    private static string WayOf(JsonElement plan)
    {
        var reasons = plan.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()!).ToArray();
        var obstacle = reasons.FirstOrDefault(r => r is "timestamps_regenerated" or "frame_rate_limited" or "frames_not_exact"
            or "seeking_not_exact" or "keyframes_too_far_apart" or "spans_not_exact");
        var others = reasons.Where(r => r != obstacle).ToArray();
        var spans = plan.GetProperty("spans").GetArrayLength();
        return (obstacle is null ? $"{spans} {(spans == 1 ? "span" : "spans")}" : $"one process: {obstacle}")
            + (others.Length == 0 ? "" : $" ({string.Join(", ", others)})");
    }
}
