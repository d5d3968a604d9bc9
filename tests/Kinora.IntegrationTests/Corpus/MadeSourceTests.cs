using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>Kinds of sources that are cut into spans: every frame is there once, at its time, in every rendition.</summary>
public sealed class MadeSourceTests : DeploymentTest
{
    // Matroska rounds to a millisecond, on both sides of a rounded origin.
    private const double FrameTolerance = 0.0011;

    protected override IReadOnlyList<string[]> WorkerSettings => [["Kinora__Worker__Concurrency__Hls=2"]];

    [Fact]
    public async Task Every_frame_of_every_kind_is_there_once_at_its_time()
    {
        using var folder = new TestFolder();
        var videos = new List<(MadeSource Source, Guid VideoId)>();
        // They are minutes of encoding: in a run of all tests a few, others each time.
        foreach (var source in ChaosScale.HasTurns ? ChaosScale.Draw(MadeSources.All, s => s.Name, brief: 5) : MadeSources.All)
        {
            await source.MakeAsync(folder.Path(source.Name));
            videos.Add((source, (await User.UploadAsync(folder.Path(source.Name), ("transcode", "true"))).VideoId));
        }

        var faults = new List<string>();
        foreach (var (source, videoId) in videos)
        {
            var video = await User.WaitAsync(() => User.VideoAsync(videoId), v => v.Text("status") is "READY" or "FAILED");
            var found = video.Text("status") == "READY" ? await FaultsAsync(source, folder.Path(source.Name), videoId) : [video.GetProperty("error").GetRawText()];
            faults.AddRange(found.Select(fault => $"{source.Name}: {fault}"));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private async Task<IReadOnlyList<string>> FaultsAsync(MadeSource made, string path, Guid videoId)
    {
        var faults = new List<string>();
        using var planned = await User.PostAsync($"/v1/videos/{videoId}/plan");
        var plan = await User.BodyAsync(planned, System.Net.HttpStatusCode.OK);
        var modes = plan.GetProperty("renditions").EnumerateArray().Select(r => r.Text("mode"));
        Expect("spans", true, plan.GetProperty("spans").GetArrayLength() > 1);
        Expect("modes", made.IsCopied ? "copy encode" : "encode encode", string.Join(' ', modes));
        var report = await User.GetAsync($"/v1/videos/{videoId}/verification");
        Expect("verified", true, report.GetProperty("passed").GetBoolean());

        var source = await SourceFile.ReadAsync(path);
        var numbers = await PictureNumbers.ReadAsync(source.Input, source.VideoStream, made);
        Expect("numbers of the source", string.Join(' ', numbers.Distinct().Order()), string.Join(' ', numbers));
        var played = await PlayedStream.OpenAsync((await User.GetAsync($"/v1/videos/{videoId}/playback")).Text("masterUrl")!);
        Expect("languages", string.Join(' ', made.Languages), string.Join(' ', played.Sounds.Select(s => s.Language)));
        Expect("channels", true, played.Sounds.All(s => s.Channels == 2));
        Expect("renditions", 2, played.Renditions.Count);
        foreach (var finding in await CorpusFinding.CompareAsync(source, played))
        {
            var (rendition, name) = (finding.Rendition, finding.Rendition.Name);
            faults.AddRange(finding.Faults(source));
            Expect($"{name} has frames", source.Frames.Seconds.Count, finding.Frames.Seconds.Count);
            Expect($"{name} has them at their times", true, finding.FarthestFrame <= FrameTolerance);
            Expect($"{name} has sound to compare", true, finding.Sound.Count > 0);
            Expect($"{name} shows", string.Join(' ', numbers), string.Join(' ', await PictureNumbers.ReadAsync(rendition.Playlist.AbsoluteUri, "0:v:0", made)));
            var stream = (await Tools.FfprobeAsync(rendition.Playlist.AbsoluteUri, "-select_streams", "v:0", "-show_streams")).GetProperty("streams")[0];
            Expect($"{name} is", ("yuv420p", true), (stream.Text("pix_fmt"), !stream.TryGetProperty("color_range", out var range) || range.GetString() == "tv"));
            if (source.Info.Video!.IsHdr)
            {
                Expect($"{name} is in", ("bt709", "bt709", "bt709"), (stream.Text("color_space"), stream.Text("color_transfer"), stream.Text("color_primaries")));
            }
        }

        return faults;

        void Expect<T>(string what, T expected, T actual)
        {
            if (!EqualityComparer<T>.Default.Equals(expected, actual))
            {
                faults.Add($"{what}: {actual} instead of {expected}");
            }
        }
    }
}
