using System.Net;

namespace Kinora.Cli.Remote.Watching;

/// <summary>The jobs that somebody wants to see.</summary>
/// <param name="videoId">Null: of all videos, and of a list of the newest ones.</param>
/// <param name="status">Null: of any.</param>
/// <param name="limit">Of videos.</param>
internal sealed class JobSelection(ApiClient api, string? videoId, string? status, int limit)
{
    public string? VideoId => videoId;

    public bool Wants(Job job) => (videoId is null || IsOf(job.VideoId)) && (status is null || job.Status == status);

    public bool IsOf(string video) => videoId is null || string.Equals(video, videoId, StringComparison.OrdinalIgnoreCase);

    /// <summary>Of any status.</summary>
    public async Task<IReadOnlyList<Job>> ListAsync(CancellationToken cancellation)
    {
        if (videoId is not null)
        {
            return await api.GetJobsAsync(videoId, cancellation);
        }

        var jobs = new List<Job>();
        await foreach (var video in api.ListVideosAsync(null, limit, cancellation))
        {
            try
            {
                jobs.AddRange(await api.GetJobsAsync(video.Id, cancellation));
            }
            catch (ApiRefusal refusal) when (refusal.Status == HttpStatusCode.NotFound)
            {
                // Deleted since the list was made.
            }
        }

        return jobs;
    }
}
