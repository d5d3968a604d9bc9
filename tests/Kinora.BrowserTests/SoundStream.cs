using System.Collections.Concurrent;
using Kinora.Core.Infra.Processes;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Kinora.Core.Transcoding.Packaging.Verification;

namespace Kinora.BrowserTests;

/// <summary>Kinora's own package of sound without pictures.</summary>
public static class SoundStream
{
    public const int Seconds = 10;

    private static readonly string[] Languages = ["eng", "ger"];

    /// <param name="languages">Up to two.</param>
    public static async Task MakeAsync(string folder, int languages)
    {
        var sources = Directory.CreateTempSubdirectory("kinora-sound-");
        try
        {
            var tracks = new List<TrackInput>();
            foreach (var (i, language) in Languages.Take(languages).Index())
            {
                var path = Path.Combine(sources.FullName, $"{language}.mp4");
                await EncodeAsync(path, 440 * (i + 1));
                tracks.Add(new TrackInput { Name = i == 0 ? "audio" : "audio2", Kind = TrackKind.Audio, Path = path, Language = language });
            }

            var package = await Packager.PackageAsync(
                tracks, [], folder, TimeSpan.FromSeconds(6), new Expectations { Frames = ExpectedFrames.Unknown }, TestContext.Current.CancellationToken);
            Assert.True(package.Report.Passed, package.Report.Failure);
        }
        finally
        {
            sources.Delete(recursive: true);
        }
    }

    private static async Task EncodeAsync(string path, int frequency)
    {
        var errors = new ConcurrentQueue<string>();
        await using var ffmpeg = await ChildProcess.StartAsync(new ChildProcessSpec("ffmpeg",
        [
            "-nostdin", "-hide_banner", "-v", "error", "-f", "lavfi", "-i", $"sine=frequency={frequency}:sample_rate=48000:duration={Seconds}",
            "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-avoid_negative_ts", "disabled", "-use_editlist", "1",
            "-movflags", "+delay_moov+default_base_moof+skip_trailer", "-frag_duration", "1000000", "-f", "mp4", path,
        ])
        { OnErrorLine = errors.Enqueue });
        var code = await ffmpeg.Exited;
        Assert.True(code == 0, $"ffmpeg ended with {code}: {string.Join('\n', errors)}");
    }
}
