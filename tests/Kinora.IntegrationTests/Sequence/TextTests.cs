using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>Subtitles of a source are there for players, from the first picture on.</summary>
[Collection("deployments")]
public sealed partial class TextTests : DeploymentTest
{
    private const string English = """
        WEBVTT

        00:00:01.000 --> 00:00:03.000
        <i>Hello</i> &amp; welcome

        00:00:04.000 --> 00:00:06.500
        A line
        and another

        00:00:11.000 --> END
        The end

        """;

    private const string Korean = """
        WEBVTT

        00:00:02.000 --> 00:00:04.000
        <b>안녕하세요</b>

        """;

    private readonly TestFolder _folder = new();

    /// <summary>It rests over each span: the text is there while the video grows.</summary>
    protected override IReadOnlyList<string[]> WorkerSettings => [Deployment.Failpoints.Settings("hls.after_package:delay=2000@*")];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A copy beside what is encoded; its length is no whole number of microseconds.</summary>
    [Fact]
    public async Task They_are_there_while_the_video_grows_and_when_it_is_whole()
    {
        var videoId = await User.UploadAnalyzedAsync(await new TextClips(_folder.Root).FilmAsync(rate: 30, frames: 359));
        var jobId = await User.TranscodeAsync(videoId);
        using (var viewer = await GrowingViewer.OpenAsync(User, videoId))
        {
            await ShouldHaveFilmsTextAsync(videoId, "11.966667");
            await viewer.WatchToTheEndAsync();
            Assert.Empty(viewer.Faults);
        }

        await User.WaitForJobAsync(jobId);

        await ShouldHaveFilmsTextAsync(videoId, "11.966667");
        await ShouldBeVerifiedAsync(videoId, "text", "text3", "text4");
        await ShouldHavePlanAsync(videoId, "copy", "encode");
    }

    /// <summary>More frames than are wanted: these are encoded in one process.</summary>
    [Fact]
    public async Task They_are_there_where_the_video_cannot_be_cut()
    {
        var videoId = await User.UploadAnalyzedAsync(await new TextClips(_folder.Root).FilmAsync(rate: 120, frames: 1440));
        using var planned = await User.PostAsync($"/v1/videos/{videoId}/plan");
        var plan = await User.BodyAsync(planned, HttpStatusCode.OK);
        Assert.Contains(plan.GetProperty("reasons").EnumerateArray(), reason => reason.GetString() == "frame_rate_limited");
        Assert.Equal(["eng", "cze", "eng", "kor"], plan.GetProperty("text").EnumerateArray().Select(text => text.Text("language")!));

        await User.WaitForJobAsync(await User.TranscodeAsync(videoId));

        await ShouldHaveFilmsTextAsync(videoId, "12.000000");
        await ShouldBeVerifiedAsync(videoId, "text", "text3", "text4");
    }

    [Fact]
    public async Task What_an_edit_list_hides_moves_no_text()
    {
        var videoId = await User.UploadAnalyzedAsync(await new TextClips(_folder.Root).TrimmedAsync());

        await User.WaitForJobAsync(await User.TranscodeAsync(videoId));

        var (_, texts) = await ReadTextAsync(videoId);
        Assert.Matches(@"^WEBVTT\n\n00:00:04\.500 --> 00:00:07\.\d{3}\nThe end\n$", Assert.Single(texts).Text);
        await ShouldBeVerifiedAsync(videoId, "text");
    }

    private async Task ShouldHaveFilmsTextAsync(Guid videoId, string seconds)
    {
        var (master, texts) = await ReadTextAsync(videoId);
        Assert.True(Entries().IsMatch(master), master);
        Assert.All(
            master.Split('\n').Where(line => line.StartsWith("#EXT-X-STREAM-INF", StringComparison.Ordinal)),
            line => Assert.EndsWith(",SUBTITLES=\"text\"", line, StringComparison.Ordinal));
        var english = English.Replace("END", $"00:00:{seconds[..^3]}", StringComparison.Ordinal);
        Assert.Equal([(seconds, english), (seconds, english), (seconds, Korean)], texts);
    }

    private async Task<(string Master, IReadOnlyList<(string Seconds, string Text)> Texts)> ReadTextAsync(Guid videoId)
    {
        var address = new Uri((await User.GetAsync($"/v1/videos/{videoId}/playback")).Text("masterUrl")!);
        using var player = new HttpClient();
        var master = await player.GetStringAsync(address, Cancellation);
        var playlists = TextUri().Matches(master).Select(match => new Uri(address, match.Groups["uri"].Value));
        return (master, await Task.WhenAll(playlists.Select(ReadAsync)));

        async Task<(string Seconds, string Text)> ReadAsync(Uri text)
        {
            var playlist = await player.GetStringAsync(text, Cancellation);
            var segment = Assert.Single(Segments().Matches(playlist));
            using var answer = await player.GetAsync(new Uri(text, segment.Groups["uri"].Value), Cancellation);
            Assert.Equal("text/vtt", answer.Content.Headers.ContentType?.MediaType);
            return (segment.Groups["seconds"].Value, await answer.Content.ReadAsStringAsync(Cancellation));
        }
    }

    private async Task ShouldHavePlanAsync(Guid videoId, params string[] modes)
    {
        await using var plan = Deployment.Database.CreateCommand(
            $"SELECT plan FROM jobs WHERE video_id = '{videoId}' AND type = 'HLS' AND parent_id IS NULL");
        using var json = JsonDocument.Parse((string)(await plan.ExecuteScalarAsync(Cancellation))!);
        Assert.Empty(json.RootElement.GetProperty("avoid").EnumerateArray());
        Assert.Equal(modes, json.RootElement.GetProperty("renditions").EnumerateArray().Select(r => r.Text("mode")!.ToLowerInvariant()));
    }

    private async Task ShouldBeVerifiedAsync(Guid videoId, params string[] texts)
    {
        var report = await User.GetAsync($"/v1/videos/{videoId}/verification");
        Assert.True(report.GetProperty("passed").GetBoolean(), report.GetRawText());
        Assert.Equal(
            texts,
            report.GetProperty("checks").EnumerateArray().Where(check => check.Text("name") == "text-ends-with-its-segment").Select(check => check.Text("rendition")!));
    }

    /// <summary>The second cannot be read: nobody knows its charset.</summary>
    [GeneratedRegex("""
        ^#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="en",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,URI="\d+/text\.m3u8"
        #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="en 2",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,CHARACTERISTICS="[a-z.,-]+",URI="\d+/text3\.m3u8"
        #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="ko",LANGUAGE="ko",DEFAULT=NO,AUTOSELECT=YES,FORCED=YES,URI="\d+/text4\.m3u8"
        #EXT-X-STREAM-INF
        """, RegexOptions.Multiline)]
    private static partial Regex Entries();

    [GeneratedRegex("""TYPE=SUBTITLES.*URI="(?<uri>[^"]+)""")]
    private static partial Regex TextUri();

    [GeneratedRegex(@"^#EXTINF:(?<seconds>[\d.]+),\n(?<uri>[^#\n]+)$", RegexOptions.Multiline)]
    private static partial Regex Segments();
}
