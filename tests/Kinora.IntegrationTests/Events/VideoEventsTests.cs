using System.Diagnostics;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Events;

/// <summary>What is told of a video, from its upload to its end.</summary>
public sealed class VideoEventsTests(KinoraFixture kinora)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_tells_all_of_a_videos_life_in_order_and_ends_with_it()
    {
        var deployment = await kinora.OnFolderAsync();
        using var user = await deployment.CreateUserAsync();
        var (videoId, _) = await user.UploadAsync(await SourceClips.ShortAsync(), ("transcode", "true"));
        var messages = new List<(StreamMessage Message, TimeSpan At)>();
        var started = Stopwatch.GetTimestamp();

        await foreach (var message in user.Http.FollowAsync($"/v1/videos/{videoId}/events", cancellation: Cancellation))
        {
            messages.Add((message, Stopwatch.GetElapsedTime(started)));
            if (message.Type == "video.ready")
            {
                using var deleted = await user.Http.DeleteAsync($"/v1/videos/{videoId}", Cancellation);
                Assert.True(deleted.IsSuccessStatusCode);
            }
        }

        var events = messages.Select(m => m.Message).Where(m => m.IsEvent).ToList();
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(e => e.Sequence));
        Assert.All(events, e => Assert.Equal(e.Sequence, e.Id));
        Assert.All(events, e => Assert.Equal(e.Type!.Split('.')[0], e.Name));
        Assert.Equal(events.Count, events.Select(e => e.Data.Text("id")).Distinct().Count());
        ShouldComeInOrder(events, "video.created", "video.analyzed", "video.rendition.ready", "video.deleted");
        ShouldComeInOrder(events, "video.analyzed", "video.thumbnail.ready");
        ShouldComeInOrder(events, "video.playable", "video.ready", "video.deleted");
        foreach (var type in (string[])["ANALYZE", "THUMBNAIL", "HLS"])
        {
            var told = events.Where(e => e.Name == "job" && e.Data.GetProperty("data").Text("type") == type).Select(e => e.Type).ToList();
            Assert.Equal(["job.queued", "job.running", "job.succeeded"], told);
        }

        Assert.Equal("video.deleted", events[^1].Type);
        ShouldBeProgress(messages.Where(m => !m.Message.IsEvent && m.Message.Name == "job").ToList());
    }

    private static void ShouldBeProgress(List<(StreamMessage Message, TimeSpan At)> messages)
    {
        Assert.NotEmpty(messages);
        Assert.All(messages, m => Assert.Null(m.Message.Id));
        foreach (var job in messages.GroupBy(m => m.Message.Data.GetProperty("data").Text("jobId")))
        {
            var progress = job.Select(m => m.Message.Data.GetProperty("data").GetProperty("progress").GetInt32()).ToList();
            Assert.Equal(progress.Order(), progress);
            Assert.All(progress, p => Assert.InRange(p, 0, 99));

            // Twice a second, over the time that they took to come: a reader that was held up gets two at once.
            Assert.True(job.Count() <= 2 + (2 * (job.Last().At - job.First().At + TimeSpan.FromSeconds(0.5)).TotalSeconds), $"{job.Count()} in {job.Last().At - job.First().At}");
        }
    }

    private static void ShouldComeInOrder(List<StreamMessage> events, params string[] types)
    {
        var places = types.Select(type => events.FindIndex(e => e.Type == type)).ToList();
        Assert.True(places.All(p => p >= 0) && places.SequenceEqual(places.Order()), $"{string.Join(", ", types)} in\n{string.Join('\n', events)}");
    }
}
