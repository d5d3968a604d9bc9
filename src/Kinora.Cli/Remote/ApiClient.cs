using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using Kinora.Cli.Remote.Watching;

namespace Kinora.Cli.Remote;

/// <summary>What the command asks of the API, through its door as any other client.</summary>
internal sealed class ApiClient(ApiConnection connection, TimeProvider time) : IDisposable
{
    private const string KeyHeader = "Idempotency-Key";
    private const int LargestPage = 100;

    public ApiConnection Connection => connection;

    /// <summary>The newest first.</summary>
    /// <param name="status">Null: of any.</param>
    /// <param name="limit">Of videos, over all pages.</param>
    public async IAsyncEnumerable<Video> ListVideosAsync(string? status, int limit, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? cursor = null;
        do
        {
            var path = $"/v1/videos?limit={Math.Min(limit, LargestPage)}"
                + (status is null ? "" : $"&status={status}") + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}");
            var page = await connection.ReadAsync(
                new ApiCall("the list of videos"), () => Get(path), ApiJson.Default.VideoPage, cancellation);
            foreach (var video in page.Items.Take(limit))
            {
                yield return video;
            }

            (limit, cursor) = (limit - page.Items.Count, page.NextCursor);
        }
        while (limit > 0 && cursor is not null);
    }

    public Task<Video> GetVideoAsync(string id, CancellationToken cancellation) =>
        connection.ReadAsync(new ApiCall("the video"), () => Get($"/v1/videos/{id}"), ApiJson.Default.Video, cancellation);

    public async Task DeleteVideoAsync(string id, CancellationToken cancellation)
    {
        // Not again: that it is gone by then would be an error of a deletion that has succeeded.
        using var answer = await connection.SendAsync(
            new ApiCall("the deletion") { IsRepeatable = false }, () => new HttpRequestMessage(HttpMethod.Delete, $"/v1/videos/{id}"), cancellation);
    }

    /// <summary>Has a worker fetch it from an address.</summary>
    /// <returns>The video.</returns>
    public async Task<string> FetchVideoAsync(FetchRequest request, CancellationToken cancellation) => (await connection.ReadAsync(
        new ApiCall("the fetch"),
        WithKey(() => new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = JsonContent.Create(request, ApiJson.Default.FetchRequest) }),
        ApiJson.Default.Submitted,
        cancellation)).VideoId;

    /// <summary>Of a video, the newest first.</summary>
    public async Task<IReadOnlyList<Job>> GetJobsAsync(string videoId, CancellationToken cancellation) => (await connection.ReadAsync(
        new ApiCall("the list of jobs"), () => Get($"/v1/videos/{videoId}/jobs"), ApiJson.Default.JobList, cancellation)).Items;

    public Task<Job> CancelJobAsync(string id, CancellationToken cancellation) => connection.ReadAsync(
        new ApiCall("the cancellation"), () => new HttpRequestMessage(HttpMethod.Post, $"/v1/jobs/{id}/cancel"), ApiJson.Default.Job, cancellation);

    /// <returns>The new job.</returns>
    public async Task<string> RetryJobAsync(string id, CancellationToken cancellation) => (await connection.ReadAsync(
        new ApiCall("the retry"),
        WithKey(() => new HttpRequestMessage(HttpMethod.Post, $"/v1/jobs/{id}/retry")),
        ApiJson.Default.Retried,
        cancellation)).JobId;

    /// <summary>The path and query that play, on this API. Null: there is nothing to play yet.</summary>
    public async Task<string?> FindMasterPathAsync(string videoId, CancellationToken cancellation)
    {
        try
        {
            var playback = await connection.ReadAsync(
                new ApiCall("the playback"), () => Get($"/v1/videos/{videoId}/playback"), ApiJson.Default.Playback, cancellation);
            return new Uri(connection.Server, playback.MasterUrl).PathAndQuery;
        }
        catch (ApiRefusal refusal) when (refusal.Status == HttpStatusCode.Conflict)
        {
            return null;
        }
    }

    /// <summary>The page where the video plays, for whoever has the link. Null: there is nothing to play yet.</summary>
    public async Task<string?> FindWatchLinkAsync(string videoId, CancellationToken cancellation) =>
        await FindMasterPathAsync(videoId, cancellation) is { } master ? new Uri(connection.Server, $"/watch#{master}").AbsoluteUri : null;

    /// <summary>All that has happened to a video and that happens, until nobody wants to know any more.</summary>
    public IAsyncEnumerable<ApiEvent> FollowVideoAsync(string id, CancellationToken cancellation) =>
        new EventFollower(connection, time).FollowAsync($"/v1/videos/{id}/events", cancellation);

    /// <summary>What happens to all videos from now on.</summary>
    public IAsyncEnumerable<ApiEvent> FollowAllAsync(CancellationToken cancellation) =>
        new EventFollower(connection, time).FollowAsync("/v1/events", cancellation);

    public void Dispose() => connection.Dispose();

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    /// <summary>The same key for each try: whatever became of the first one, nothing is made twice.</summary>
    private static Func<HttpRequestMessage> WithKey(Func<HttpRequestMessage> request)
    {
        var key = Guid.CreateVersion7().ToString();
        return () =>
        {
            var message = request();
            message.Headers.Add(KeyHeader, key);
            return message;
        };
    }
}
