using Kinora.IntegrationTests.Sequence;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>Whether sound and pictures are as far apart in what is played as in what was uploaded; and whether the measure can tell.</summary>
public sealed class FlashAndBeepTests : DeploymentTest
{
    private const double Tolerance = 0.020;

    /// <summary>Of the measure alone, on files that were made to be so.</summary>
    private const double Precision = 0.003;

    private static readonly (string File, double PictureDelay, double SoundDelay, int SampleRate)[] Clips =
    [
        ("together.mp4", 0, 0, 48_000), ("together.ts", 0, 0, 48_000), ("together.mkv", 0, 0, 48_000),
        ("late-sound.mp4", 0, 0.5, 48_000), ("late-sound.ts", 0, 0.5, 48_000), ("late-sound.mkv", 0, 0.5, 48_000),

        // Of a rate that is not ours, in a container whose times do not begin at 0.
        ("cd.ts", 0, 0, 44_100), ("radio.ts", 0, 0.5, 22_050),

        // The first beep comes after the first picture: what is heard before that is cut off.
        ("late-picture.mp4", 0.4, 0, 48_000), ("late-picture.ts", 0.4, 0, 48_000), ("late-picture.mkv", 0.4, 0, 44_100),
    ];

    protected override IReadOnlyList<string[]> WorkerSettings => [["Kinora__Worker__Concurrency__Hls=2"]];

    [Fact]
    public async Task A_beep_comes_as_long_after_its_flash_as_it_did_in_the_source()
    {
        using var folder = new TestFolder();
        var videos = new List<(string Path, double Expected, Guid VideoId)>();
        foreach (var (name, pictureDelay, soundDelay, sampleRate) in Clips)
        {
            var path = folder.Path(name);
            await FlashAndBeep.MakeAsync(path, pictureDelay, soundDelay, sampleRate);
            videos.Add((path, soundDelay - pictureDelay, (await User.UploadAsync(path, ("transcode", "true"))).VideoId));
        }

        foreach (var (path, expected, videoId) in videos)
        {
            await User.WaitAsync(() => User.VideoAsync(videoId), v => v.Text("status") is "READY" or "FAILED");
            var source = await FlashAndBeep.MeasureAsync("file:" + path, "file:" + path);
            Assert.NotEmpty(source);
            Assert.All(source, offset => Assert.Equal(expected, offset, Precision));

            var played = await PlayedStream.OpenAsync((await User.GetAsync($"/v1/videos/{videoId}/playback")).Text("masterUrl")!);
            var sound = Assert.Single(played.Sounds).Playlist.AbsoluteUri;
            Assert.Equal(["360p", "240p"], played.Renditions.Select(r => r.Name));
            foreach (var rendition in played.Renditions)
            {
                var offsets = await FlashAndBeep.MeasureAsync(rendition.Playlist.AbsoluteUri, sound);
                Assert.Equal(source.Count, offsets.Count);
                Assert.All(offsets, offset => Assert.True(
                    Math.Abs(offset - expected) <= Tolerance, $"{Path.GetFileName(path)} {rendition.Name}: {offset} s instead of {expected} s"));
            }
        }
    }
}
