using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>Sound without pictures, where the options allow it: from the upload to a stream that plays.</summary>
public sealed partial class AudioOnlyTests : DeploymentTest
{
    /// <summary>The encoder's priming and the rest of its last frame, which ffmpeg counts: two AAC frames; and milliseconds of Matroska's rounding.</summary>
    private const double ToleranceSeconds = 0.06;

    private readonly TestFolder _folder = new();

    protected override string[] Settings => ["Kinora__Media__AllowAudioOnly=true"];

    protected override IReadOnlyList<string[]> WorkerSettings => [[]];

    private SoundClips Clips => new(_folder.Root);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_kind_of_sound_becomes_a_stream_of_its_whole_length()
    {
        foreach (var clip in (string[])[
            await Clips.Mp3WithCoverAsync(), await Clips.FlacWithCoverAsync(), await Clips.WavAsync(), await Clips.OggAsync(), await Clips.SurroundAsync()])
        {
            var videoId = await EncodeAsync(clip);

            await ShouldPlayAsync(videoId, clip, tracks: 1);
            var (master, _) = await ReadMasterAsync(videoId);
            Assert.Matches(MasterOfOne(), master);
        }

        Assert.Empty(await Invariants.SettleAsync(Deployment, Witness, KinoraClient.Patience, Cancellation));
    }

    [Fact]
    public async Task Two_languages_are_a_group_to_choose_from()
    {
        var clip = await Clips.TwoLanguagesAsync();
        var videoId = await EncodeAsync(clip);

        await ShouldPlayAsync(videoId, clip, tracks: 2);

        var (master, _) = await ReadMasterAsync(videoId);
        Assert.Matches(MasterOfTwo(), master);
    }

    [Fact]
    public async Task What_has_no_sound_either_is_refused_as_ever()
    {
        using var picture = await User.SendUploadAsync(await Clips.PictureAsync());
        await picture.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");

        var (videoId, jobId) = await User.UploadAsync(await Clips.SubtitlesAsync());
        await User.WaitForJobAsync(jobId, "FAILED");
        Assert.Equal("NO_VIDEO_STREAM", (await User.VideoAsync(videoId)).GetProperty("error").Text("code"));
    }

    private async Task<Guid> EncodeAsync(string clip)
    {
        var (videoId, analysis) = await User.UploadAsync(clip, ("transcode", "true"));
        Witness.SawVideo(videoId, User);
        await User.WaitForJobAsync(analysis);
        Witness.SawJob(await User.WaitForJobAsync((await User.JobAsync(videoId, "HLS")).GetProperty("id").GetGuid()));
        return videoId;
    }

    private async Task ShouldPlayAsync(Guid videoId, string clip, int tracks)
    {
        var video = await User.VideoAsync(videoId);
        Assert.Equal("READY", video.Text("status"));
        Assert.All((string[])["width", "height", "videoCodec"], name => Assert.Equal(JsonValueKind.Null, video.GetProperty(name).ValueKind));
        Assert.Equal("READY", (await User.GetAsync($"/v1/videos/{videoId}/explain")).Text("code"));
        Assert.Equal(
            ["HLS", "ANALYZE"], (await User.GetAsync($"/v1/videos/{videoId}/jobs")).GetProperty("items").EnumerateArray().Select(j => j.Text("type")!));

        using var planned = await User.PostAsync($"/v1/videos/{videoId}/plan");
        var plan = await User.BodyAsync(planned, HttpStatusCode.OK);
        Assert.False(plan.GetProperty("isEstimate").GetBoolean());
        Assert.Empty(plan.GetProperty("renditions").EnumerateArray());
        Assert.Equal(tracks, plan.GetProperty("audio").GetArrayLength());
        Assert.Equal("audio_only", plan.GetProperty("reasons")[0].GetString());

        var report = await User.GetAsync($"/v1/videos/{videoId}/verification");
        Assert.True(report.GetProperty("passed").GetBoolean());
        Assert.Contains(report.GetProperty("checks").EnumerateArray(), c => c.Text("name") == "duration-is-that-of-the-source");

        var playback = await User.GetAsync($"/v1/videos/{videoId}/playback");
        Assert.Equal(JsonValueKind.Null, playback.GetProperty("thumbnailUrl").ValueKind);
        Assert.Equal(JsonValueKind.Null, playback.GetProperty("storyboardUrl").ValueKind);

        var (master, address) = await ReadMasterAsync(videoId);
        using var player = new HttpClient();
        var playlists = PlaylistUri().Matches(master).Select(m => m.Groups["uri"].Value).Distinct().ToArray();
        Assert.Equal(tracks, playlists.Length);
        foreach (var uri in playlists)
        {
            var playlist = await player.GetStringAsync(new Uri(address, uri), Cancellation);
            Assert.Matches(MediaOfSound(), playlist);
            Assert.Equal(
                await SecondsOfAsync(clip), await SecondsOfAsync(new Uri(address, uri).AbsoluteUri), ToleranceSeconds);
        }
    }

    private async Task<(string Text, Uri Address)> ReadMasterAsync(Guid videoId)
    {
        var address = new Uri((await User.GetAsync($"/v1/videos/{videoId}/playback")).Text("masterUrl")!);
        using var player = new HttpClient();
        return (await player.GetStringAsync(address, Cancellation), address);
    }

    /// <summary>As ffmpeg decodes the first track of sound.</summary>
    private static async Task<double> SecondsOfAsync(string input)
    {
        var text = await Tools.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-xerror", "-i", input, "-map", "0:a:0", "-ar", "48000", "-f", "framecrc", "-"]);
        var samples = text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Sum(line => long.Parse(line.Split(',')[3], CultureInfo.InvariantCulture));
        return samples / 48000.0;
    }

    [GeneratedRegex("""
        \A#EXTM3U
        #EXT-X-VERSION:7
        #EXT-X-INDEPENDENT-SEGMENTS
        #EXT-X-STREAM-INF:BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+,CODECS="mp4a\.40\.2"
        \d+/audio\.m3u8
        \z
        """)]
    private static partial Regex MasterOfOne();

    [GeneratedRegex("""
        \A#EXTM3U
        #EXT-X-VERSION:7
        #EXT-X-INDEPENDENT-SEGMENTS
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="en",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="\d+/audio\.m3u8"
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="de",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="2",URI="\d+/audio2\.m3u8"
        #EXT-X-STREAM-INF:BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+,CODECS="mp4a\.40\.2",AUDIO="audio"
        \d+/audio\.m3u8
        \z
        """)]
    private static partial Regex MasterOfTwo();

    /// <summary>Three segments, ranges of one object.</summary>
    [GeneratedRegex("""
        \A#EXTM3U
        #EXT-X-VERSION:7
        #EXT-X-TARGETDURATION:6
        #EXT-X-MEDIA-SEQUENCE:0
        #EXT-X-PLAYLIST-TYPE:VOD
        #EXT-X-INDEPENDENT-SEGMENTS
        #EXT-X-MAP:URI="audio2?/init\.mp4"
        (#EXTINF:[1-4]\.\d{6},
        #EXT-X-BYTERANGE:\d+@\d+
        audio2?/0\.m4s
        ){3}#EXT-X-ENDLIST
        \z
        """)]
    private static partial Regex MediaOfSound();

    [GeneratedRegex("""^(?<uri>[^#\s]+)$|URI="(?<uri>[^"]+)""", RegexOptions.Multiline)]
    private static partial Regex PlaylistUri();
}
