using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Kinora.Cli.Remote;

namespace Kinora.Benchmarks.Suites.Deployments;

/// <summary>A user of a deployment's API. Any refusal is a failure of the benchmark.</summary>
internal sealed class ApiUser : IDisposable
{
    /// <summary>Each question costs the service milliseconds of CPU, and a job takes tens of seconds: this is less than one in a hundred.</summary>
    public static readonly TimeSpan Seldom = TimeSpan.FromMilliseconds(500);

    public static readonly TimeSpan Often = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    private readonly HttpClient _http;
    private readonly Credentials _credentials = new($"{Guid.CreateVersion7()}@example.org", RandomNumberGenerator.GetHexString(32));

    private ApiUser(Uri api) => _http = new HttpClient { BaseAddress = api, Timeout = Timeout.InfiniteTimeSpan };

    public static async Task<ApiUser> SignUpAsync(Uri api, CancellationToken cancellation)
    {
        var user = new ApiUser(api);
        try
        {
            using var answer = await user.PostCredentialsAsync("/v1/auth/register", cancellation);
            await user.LogInAsync(cancellation);
            return user;
        }
        catch
        {
            user.Dispose();
            throw;
        }
    }

    /// <param name="transcode">HLS follows of itself.</param>
    public async Task<Uploaded> UploadAsync(string path, bool transcode, CancellationToken cancellation)
    {
        var (size, sentAt) = (new FileInfo(path).Length, 0L);
        using var form = new MultipartFormDataContent { { new StringContent(transcode ? "true" : "false"), "transcode" } };
        form.Add(new StreamContent(new ObservedStream(File.OpenRead(path), null, OnRead)), "file", Path.GetFileName(path));
        using var answer = await _http.PostAsync("/v1/videos", form, cancellation);
        var answeredAt = TimeProvider.System.GetTimestamp();
        answer.EnsureSuccessStatusCode();
        return new Uploaded((await answer.Content.ReadFromJsonAsync(ApiJson.Default.Submitted, cancellation))!.VideoId, sentAt, answeredAt);

        void OnRead(long count)
        {
            if (count == size && sentAt == 0)
            {
                sentAt = TimeProvider.System.GetTimestamp();
            }
        }
    }

    /// <summary>Uploads it and returns when it is analysed and has its pictures: nothing is left to do of it but its HLS.</summary>
    /// <returns>The video.</returns>
    public async Task<string> PrepareAsync(string path, CancellationToken cancellation)
    {
        var uploaded = await UploadAsync(path, transcode: false, cancellation);
        await WaitForAsync(uploaded.VideoId, "THUMBNAIL", Often, cancellation);
        return uploaded.VideoId;
    }

    /// <summary>Returns when its HLS job has succeeded.</summary>
    /// <param name="interval">Between two questions whether it is done.</param>
    /// <returns>From the job's submission to its success, as the service has noted both: finer than the questions.</returns>
    public async Task<TimeSpan> TranscodeAsync(string videoId, TimeSpan interval, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Post, $"/v1/videos/{videoId}/transcodes", cancellation);
        answer.EnsureSuccessStatusCode();
        var job = await WaitForAsync(videoId, "HLS", interval, cancellation);
        return job.FinishedAt!.Value - job.CreatedAt;
    }

    /// <summary>Returns as soon as the video can be played, be it growing or whole.</summary>
    public async Task<Uri> WaitForMasterAsync(string videoId, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using (var answer = await SendAsync(HttpMethod.Get, $"/v1/videos/{videoId}/playback", cancellation))
            {
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    var playback = await answer.Content.ReadFromJsonAsync(ApiJson.Default.Playback, cancellation);
                    return new Uri(_http.BaseAddress!, playback!.MasterUrl);
                }
            }

            await WaitAsync(started, Often, cancellation);
        }
    }

    /// <summary>What still runs for it is cancelled.</summary>
    public async Task DeleteAsync(string videoId, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Delete, $"/v1/videos/{videoId}", cancellation);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();

    private static async Task WaitAsync(long started, TimeSpan interval, CancellationToken cancellation)
    {
        if (TimeProvider.System.GetElapsedTime(started) > Patience)
        {
            throw new TimeoutException("The service is not done with a video.");
        }

        await Task.Delay(interval, cancellation);
    }

    private async Task<Job> WaitForAsync(string videoId, string type, TimeSpan interval, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var answer = await SendAsync(HttpMethod.Get, $"/v1/videos/{videoId}/jobs", cancellation);
            answer.EnsureSuccessStatusCode();
            var jobs = (await answer.Content.ReadFromJsonAsync(ApiJson.Default.JobList, cancellation))!.Items;
            if (jobs.FirstOrDefault(j => j.Status is "FAILED" or "CANCELED") is { } ended)
            {
                throw new InvalidOperationException($"{ended.Type} is {ended.Status}: {ended.Error?.Code}, {ended.Error?.Message}");
            }

            if (jobs.FirstOrDefault(j => j.Type == type && j.Status == "SUCCEEDED") is { } done)
            {
                return done;
            }

            await WaitAsync(started, interval, cancellation);
        }
    }

    /// <summary>A job may outlive the access token.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, CancellationToken cancellation)
    {
        for (var isLast = false; ; isLast = true)
        {
            using var request = new HttpRequestMessage(method, path);
            var answer = await _http.SendAsync(request, cancellation);
            if (answer.StatusCode != HttpStatusCode.Unauthorized || isLast)
            {
                return answer;
            }

            answer.Dispose();
            await LogInAsync(cancellation);
        }
    }

    private async Task LogInAsync(CancellationToken cancellation)
    {
        using var answer = await PostCredentialsAsync("/v1/auth/login", cancellation);
        var session = await answer.Content.ReadFromJsonAsync(ApiJson.Default.Tokens, cancellation);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session!.AccessToken);
    }

    private async Task<HttpResponseMessage> PostCredentialsAsync(string path, CancellationToken cancellation)
    {
        var answer = await _http.PostAsync(path, JsonContent.Create(_credentials, ApiJson.Default.Credentials), cancellation);
        return answer.EnsureSuccessStatusCode();
    }
}

/// <summary>An upload that is done. Times are those of <see cref="TimeProvider.GetTimestamp"/>.</summary>
/// <param name="SentAt">When the last byte of the file was handed over to be sent.</param>
/// <param name="AnsweredAt">When the API had answered: the file is stored.</param>
internal sealed record Uploaded(string VideoId, long SentAt, long AnsweredAt);
