using System.Net;
using System.Text.Json;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Faults;

/// <summary>
/// A user who uploads one clip after the other and looks at what becomes of them, so that some jobs are under way at any time. Notes what
/// the service answers, and as a violation each answer that it may not give.
/// </summary>
/// <param name="mayBeRefused">503 UNAVAILABLE is an answer: the database may be away.</param>
internal sealed class TrafficUser(KinoraClient client, Witness witness, bool mayBeRefused) : IDisposable
{
    /// <summary>Each so many-th upload asks for HLS too, the dear one of the jobs.</summary>
    private const int HlsEvery = 6;

    /// <summary>Jobs under way at most.</summary>
    private static readonly int Width = ChaosScale.Of(3, 6);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly Queue<Guid> _underWay = new();
    private readonly HashSet<Guid> _known = [];

    public KinoraClient Client => client;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Until told to stop, and then until all jobs have ended.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        for (var uploads = 0; !stopping.IsCancellationRequested;)
        {
            if (_underWay.Count < Width)
            {
                uploads++;
                await UploadAsync(("transcode", uploads % HlsEvery == 0 ? "true" : "false"));
            }
            else
            {
                await LookAsync();
            }
        }

        while (_underWay.Count > 0)
        {
            await LookAsync();
        }
    }

    /// <returns>Null: refused.</returns>
    public async Task<(Guid VideoId, Guid JobId)?> UploadAsync(params (string Name, string Value)[] fields)
    {
        var clip = await SourceClips.MomentAsync();
        if (await AskAsync("an upload", HttpStatusCode.Created, () => client.SendUploadAsync(clip, fields)) is not { } body)
        {
            return null;
        }

        var (videoId, jobId) = (body.GetProperty("videoId").GetGuid(), body.GetProperty("analyzeJobId").GetGuid());
        witness.SawVideo(videoId, client);
        witness.SawJob(jobId);
        Follow(jobId);
        return (videoId, jobId);
    }

    /// <returns>The HLS job; null: refused.</returns>
    public async Task<Guid?> TranscodeAsync(Guid videoId)
    {
        if (await AskAsync("a transcode", HttpStatusCode.Accepted, () => client.PostAsync($"/v1/videos/{videoId}/transcodes")) is not { } body)
        {
            return null;
        }

        var jobId = body.GetProperty("hlsJobId").GetGuid();
        witness.SawJob(jobId);
        return jobId;
    }

    /// <returns>Null: refused.</returns>
    public async Task<JsonElement?> JobAsync(Guid jobId) =>
        await GetAsync($"/v1/jobs/{jobId}") is { } job ? witness.SawJob(job) : null;

    public void Dispose() => client.Dispose();

    /// <summary>At the oldest of the jobs under way; the jobs that follow an analysis are followed in their turn.</summary>
    private async Task LookAsync()
    {
        if (await JobAsync(_underWay.Peek()) is not { } job || job.GetProperty("finishedAt").ValueKind == JsonValueKind.Null)
        {
            await Task.Delay(LookInterval, Cancellation);
            return;
        }

        if (job.Text("status") != "SUCCEEDED")
        {
            witness.Add($"J5: {job}");
        }
        else if (job.Text("type") == "ANALYZE")
        {
            if (await GetAsync($"/v1/videos/{job.Text("videoId")}/jobs") is not { } followers)
            {
                return;
            }

            foreach (var follower in followers.GetProperty("items").EnumerateArray())
            {
                Follow(witness.SawJob(follower).GetProperty("id").GetGuid());
            }
        }

        _underWay.Dequeue();
    }

    private void Follow(Guid jobId)
    {
        if (_known.Add(jobId))
        {
            _underWay.Enqueue(jobId);
        }
    }

    private Task<JsonElement?> GetAsync(string path) => AskAsync(path, HttpStatusCode.OK, () => client.Http.GetAsync(path, Cancellation));

    private async Task<JsonElement?> AskAsync(string what, HttpStatusCode expected, Func<Task<HttpResponseMessage>> send)
    {
        try
        {
            using var answer = await send();
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            if (answer.StatusCode == expected)
            {
                return JsonDocument.Parse(text).RootElement;
            }

            var isRefusal = answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is not null
                && JsonDocument.Parse(text).RootElement.Text("code") == "UNAVAILABLE";
            if (!mayBeRefused || !isRefusal)
            {
                witness.Add($"A2: {what} was answered {(int)answer.StatusCode} {text}");
            }
        }
        catch (HttpRequestException e)
        {
            witness.Add($"A2: {what} was not answered: {e.Message}");
        }

        // As a client should that was refused, but for the length of it.
        await Task.Delay(LookInterval, Cancellation);
        return null;
    }
}
