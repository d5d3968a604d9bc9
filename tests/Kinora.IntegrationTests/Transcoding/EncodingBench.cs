using System.Globalization;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Transcoding;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Planning;
using Kinora.IntegrationTests.Media.Sandboxing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kinora.IntegrationTests.Transcoding;

/// <summary>A folder of its own for each test, and what is needed to encode in it.</summary>
internal sealed class EncodingBench : IDisposable
{
    private readonly TranscodingOptions _transcoding = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("kinora-encoding-").FullName;
    public FfmpegOptions FfmpegOptions { get; } = new();
    public Sandbox Sandbox { get; set; } = Sandboxes.Usual;
    public Ffmpeg Ffmpeg => new(Options.Create(FfmpegOptions), Sandbox, TimeProvider.System, NullLogger<Ffmpeg>.Instance);
    public TranscodePlanner Planner => new(Options.Create(_transcoding));
    public HlsEncoder Encoder => new(Ffmpeg, Options.Create(_transcoding));
    public ThumbnailMaker Thumbnails => new(Ffmpeg, Options.Create(_transcoding));
    public StoryboardMaker Storyboards => new(Ffmpeg, Options.Create(_transcoding), NullLogger<StoryboardMaker>.Instance);

    public string PathOf(string name) => Path.Combine(Folder, name);

    public async Task<string> MakeAsync(string name, params string[] arguments)
    {
        var path = PathOf(name);
        await Tools.FfmpegAsync([.. arguments, "file:" + path]);
        return path;
    }

    public async Task<TranscodePlan> PlanAsync(string source, params string[] renditions)
    {
        var info = await FfprobeMedia.InfoAsync(source);
        var packets = info.Video is { } video ? await FfprobeMedia.PacketsAsync(source, video) : null;
        return Planner.Plan(info, packets, renditions);
    }

    public async Task<(TranscodePlan Plan, EncodeResult Result)> EncodeAsync(string source, params string[] renditions)
    {
        var plan = await PlanAsync(source, renditions);
        var folder = Directory.CreateDirectory(PathOf("out-" + Guid.CreateVersion7())).FullName;
        return (plan, await Encoder.RunAsync(plan, source, folder, null, TestContext.Current.CancellationToken));
    }

    /// <summary>The colour of a pixel of the first picture of a video or image.</summary>
    public async Task<(int Red, int Green, int Blue)> ColorAtAsync(string path, int x, int y)
    {
        var raw = PathOf("pixel.rgb");
        await Tools.FfmpegAsync("-i", path, "-frames:v", "1", "-vf", $"format=rgb24,crop=2:2:{x}:{y}", "-f", "rawvideo", raw);
        var bytes = await File.ReadAllBytesAsync(raw, TestContext.Current.CancellationToken);
        return (bytes[0], bytes[1], bytes[2]);
    }

    /// <summary>Mean brightness of an image, 0 to 255.</summary>
    public async Task<double> BrightnessAsync(string image)
    {
        var raw = PathOf("brightness.gray");
        await Tools.FfmpegAsync("-i", image, "-vf", "format=gray", "-f", "rawvideo", raw);
        var bytes = await File.ReadAllBytesAsync(raw, TestContext.Current.CancellationToken);
        return bytes.Average(b => (double)b);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Times in seconds of a track's frames, as a player presents them, and which are keyframes.</summary>
    public static async Task<(double[] Times, double[] Keys)> FramesOfAsync(string path)
    {
        var root = await Tools.FfprobeAsync(path, "-select_streams", "v:0", "-show_entries", "packet=pts_time,flags");
        var packets = root.GetProperty("packets").EnumerateArray()
            .Select(p => (
                Time: double.Parse(p.GetProperty("pts_time").GetString()!, CultureInfo.InvariantCulture),
                IsKey: p.GetProperty("flags").GetString()!.StartsWith('K')))
            .OrderBy(p => p.Time)
            .ToArray();
        return ([.. packets.Select(p => p.Time)], [.. packets.Where(p => p.IsKey).Select(p => p.Time)]);
    }
}
