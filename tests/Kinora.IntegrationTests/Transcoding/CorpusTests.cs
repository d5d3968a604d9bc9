using System.Globalization;
using System.Text;
using Kinora.Core.Errors;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Planning;
using Kinora.IntegrationTests.Corpus;

namespace Kinora.IntegrationTests.Transcoding;

/// <summary>
/// Real files of phones, cameras, browsers and old tools, where a folder of them is named: all of them in one process, which is otherwise the
/// way of few. What users see of them: <see cref="CorpusPlaybackTests"/>.
/// </summary>
public sealed class CorpusTests(ITestOutputHelper output) : IDisposable
{
    private readonly EncodingBench _bench = new();

    [Fact]
    public async Task Every_acceptable_file_is_encoded_whole()
    {
        Assert.SkipWhen(MediaCorpus.Folder is null, $"No folder of media is named ({MediaCorpus.Variable}).");
        var lines = new StringBuilder("file;timing;rate;renditions;frames;expected;missing;wall s;CPU s;predicted;bytes;predicted;audio;thumbnail;reasons\n");
        var failures = new List<string>();
        foreach (var (name, verdict, path) in MediaCorpus.Files().Where(f => f.Expected != "reject"))
        {
            try
            {
                var line = await EncodeAsync(path, failures);
                lines.Append(CultureInfo.InvariantCulture, $"{name};{line}\n");
            }
            catch (JobFailedException e)
            {
                lines.Append(CultureInfo.InvariantCulture, $"{name};{e.Code}: {e.Message}\n");
                if (verdict == "accept")
                {
                    failures.Add($"{name}: {e.Code} {e.Message}");
                }
            }
        }

        output.WriteLine(lines.ToString());
        Assert.Empty(failures);
    }

    public void Dispose() => _bench.Dispose();

    private async Task<string> EncodeAsync(string source, List<string> failures)
    {
        var name = Path.GetFileName(source);
        var (plan, result) = await _bench.EncodeAsync(source);
        var segments = plan.Segments!;
        foreach (var track in result.Tracks.Where(t => t.Kind == TrackKind.Video))
        {
            var (times, keys) = await EncodingBench.FramesOfAsync(track.Path);
            if (!segments.Frames.Admits(times.Length) && !result.Warnings.Contains("frames_missing"))
            {
                failures.Add($"{name} {track.Name}: {times.Length} frames instead of {segments.Frames}");
            }

            var starts = segments.Starts.Select(start => (double)start / segments.TimeScale).ToArray();
            if (starts.Length > 0 && (keys.Length != starts.Length || keys.Zip(starts).Any(pair => Math.Abs(pair.First - pair.Second) > 0.00002)))
            {
                failures.Add($"{name} {track.Name}: keyframes at {string.Join(' ', keys)} instead of {string.Join(' ', starts)}");
            }

            if (segments.FrameTicks is { } ticks && times.Length == ticks.Length
                && times.Zip(ticks).Max(pair => Math.Abs(pair.First - ((double)pair.Second / segments.TimeScale))) is var worst and > 0.0001)
            {
                failures.Add($"{name} {track.Name}: a frame is {worst} s off");
            }
        }

        var thumbnail = _bench.PathOf("thumbnail.jpg");
        await _bench.Thumbnails.RunAsync(source, plan.Info, thumbnail, TestContext.Current.CancellationToken);
        var brightness = await _bench.BrightnessAsync(thumbnail);
        var bytes = result.Tracks.Sum(track => new FileInfo(track.Path).Length);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{segments.Timing};{segments.FrameRate};{string.Join(' ', plan.Renditions.Select(r => $"{r.Name}={r.Width}x{r.Height}"))};{result.Frames};"
            + $"{segments.Frames.Min}-{segments.Frames.Max};{string.Join(' ', result.Warnings)};{result.Elapsed.TotalSeconds:0.0};"
            + $"{result.CpuTime?.TotalSeconds:0.0};{plan.PredictedCpuSeconds:0.0};{bytes};{plan.PredictedBytes};"
            + $"{(plan.Audio.Count == 0 ? "-" : result.Tracks[^1].Kind)};{brightness:0};{string.Join(' ', plan.Reasons)}");
    }
}
