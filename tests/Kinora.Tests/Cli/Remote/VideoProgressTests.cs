using Kinora.Cli.Remote;
using Kinora.Cli.Remote.Watching;

namespace Kinora.Tests.Cli.Remote;

public sealed class VideoProgressTests
{
    private readonly VideoProgress _video = new(endsAnalyzed: false);

    [Fact]
    public void A_video_is_playable_before_it_is_ready_and_ready_is_its_end()
    {
        _video.Apply(Video("video.created", "UPLOADED"));
        _video.Apply(Video("video.analyzed", "ANALYZED"));
        Assert.Equal(("ANALYZED", false, false), (_video.Status, _video.IsPlayable, _video.HasEnded));

        _video.Apply(Video("video.playable", null));
        Assert.Equal(("ANALYZED", true, false), (_video.Status, _video.IsPlayable, _video.HasEnded));

        _video.Apply(Video("video.ready", "READY"));
        Assert.Equal(("READY", true, true, null), (_video.Status, _video.IsPlayable, _video.HasEnded, _video.Error));
    }

    [Fact]
    public void The_end_of_its_job_is_waited_for()
    {
        _video.Apply(Job("job.running", "HLS", "RUNNING", 99, null));
        _video.Apply(Video("video.ready", "READY"));
        Assert.False(_video.HasEnded);

        _video.Apply(Job("job.succeeded", "HLS", "SUCCEEDED", 100, null));

        Assert.Equal((true, null), (_video.HasEnded, _video.Error));
    }

    [Fact]
    public void Without_an_encoding_the_analysis_is_the_end()
    {
        var stored = new VideoProgress(endsAnalyzed: true);

        stored.Apply(Video("video.analyzed", "ANALYZED"));

        Assert.Equal((true, null), (stored.HasEnded, stored.Error));
    }

    [Theory]
    [InlineData("HLS", "FAILED", true)]
    [InlineData("HLS", "CANCELED", true)]
    [InlineData("FETCH", "FAILED", true)]
    [InlineData("THUMBNAIL", "FAILED", false)]
    public void A_job_that_fails_ends_it_unless_it_only_makes_a_picture(string type, string status, bool isEnd)
    {
        var job = _video.Apply(Job($"job.{status.ToLowerInvariant()}", type, status, 40, new Failure("POISON", "Three times.")));

        Assert.Equal((type, status, 40), (job!.Type, job.Status, job.Progress));
        Assert.Equal((isEnd, isEnd ? "POISON" : null), (_video.HasEnded, _video.Error?.Code));
    }

    [Fact]
    public void Progress_of_a_job_keeps_what_is_known_of_it()
    {
        _video.Apply(Job("job.running", "HLS", "RUNNING", 0, null));

        var job = _video.Apply(new ApiEvent("job.progress", "v", null, new EventData("j", "HLS", null, null, 42, null)));

        Assert.Equal(("RUNNING", 42, 2), (job!.Status, job.Progress, job.Attempts));
        Assert.Equal(100, _video.Apply(Job("job.succeeded", "HLS", "SUCCEEDED", 99, null))!.Progress);
    }

    [Fact]
    public void What_nobody_knows_yet_changes_nothing()
    {
        Assert.Null(_video.Apply(new ApiEvent(null, "", null, null)));
        Assert.Null(_video.Apply(new ApiEvent("video.sung", "v", null, null)));
        Assert.Equal((null, false), (_video.Status, _video.HasEnded));
    }

    [Fact]
    public void Of_jobs_of_a_type_the_newest_one_counts()
    {
        Job[] jobs = [New("2", "HLS", "SUCCEEDED"), New("1", "HLS", "FAILED"), New("3", "ANALYZE", "FAILED")];

        Assert.Equal(["2", "3"], JobEvents.NewestOfEachType(jobs).Select(j => j.Id).Order(StringComparer.Ordinal));
    }

    private static Job New(string id, string type, string status) => new(id, "v", type, status, 0, 1, null, default, null);

    private static ApiEvent Video(string type, string? status) => new(type, "v", null, new EventData(null, null, status, null, null, null));

    private static ApiEvent Job(string type, string jobType, string status, int progress, Failure? error) =>
        new(type, "v", null, new EventData("j", jobType, status, 2, progress, error));
}
