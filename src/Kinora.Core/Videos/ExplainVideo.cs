using Kinora.Core.Jobs;

namespace Kinora.Core.Videos;

/// <summary>A video's state in words. What it has come to counts first, then the job that would bring it on.</summary>
internal static class ExplainVideo
{
    /// <param name="jobs">The newest first.</param>
    public static Explanation Of(Video video, IReadOnlyList<Job> jobs, ExplainJob explain)
    {
        var newest = jobs.GroupBy(j => j.Type).Select(g => explain.Of(g.First())).ToArray();
        var analyze = newest.FirstOrDefault(j => j.Job.Type == JobType.Analyze);
        var fetch = newest.FirstOrDefault(j => j.Job.Type == JobType.Fetch);
        var hls = newest.FirstOrDefault(j => j.Job.Type == JobType.Hls);
        var thumbnail = newest.FirstOrDefault(j => j.Job.Type == JobType.Thumbnail);
        return (video.Status, video.MediaInfo) switch
        {
            (VideoStatus.Ready, _) => new Explanation(
                video, ExplanationCode.Ready, $"The video can be played.{Anew(hls)}{Thumbnail(thumbnail, isAlone: false)}", null, hls?.NextAt, newest),
            (VideoStatus.Fetching or VideoStatus.Failed, null) when fetch is not null && analyze is null => Of(
                video.Status == VideoStatus.Fetching ? "It is being fetched: " : "Its fetch: ", fetch, ""),
            (VideoStatus.Uploaded or VideoStatus.Failed, null) when analyze is not null => Of("Its analysis: ", analyze, ""),
            (VideoStatus.Analyzed or VideoStatus.Failed, _) when hls is not null => Of(
                "Its encoding: ", hls, Thumbnail(thumbnail, isAlone: hls.Code is ExplanationCode.Failed or ExplanationCode.Canceled)),
            (VideoStatus.Failed, _) => new Explanation(
                video, ExplanationCode.Failed, $"{video.ErrorCode}: {video.ErrorMessage}", video.UpdatedAt, null, newest),
            _ => new Explanation(
                video,
                ExplanationCode.NotRequested,
                $"It is analyzed, and nobody has asked for its encoding: POST /v1/videos/{video.Id}/transcodes does.{Thumbnail(thumbnail, isAlone: false)}",
                null,
                null,
                newest),
        };

        Explanation Of(string prefix, JobExplanation job, string suffix) =>
            new(video, job.Code, prefix + job.Message + suffix, job.Since, job.NextAt, newest);
    }

    /// <summary>A READY video's newest HLS job, where it is not the one that made it READY.</summary>
    private static string Anew(JobExplanation? hls) => hls switch
    {
        null or { Code: ExplanationCode.Succeeded } => "",
        { Code: ExplanationCode.Failed or ExplanationCode.Canceled } => $" What it was encoded to before stays; the last encoding: {hls.Message}",
        _ => $" It is being encoded anew, and plays as before until that is done: {hls.Message}",
    };

    /// <summary>That it failed; and that it did not, where nothing else is there to be seen of the video.</summary>
    private static string Thumbnail(JobExplanation? thumbnail, bool isAlone) => thumbnail?.Code switch
    {
        ExplanationCode.Succeeded when isAlone => " Its thumbnail is there.",
        ExplanationCode.Failed => $" Its thumbnail: {thumbnail.Message}",
        _ => "",
    };
}
