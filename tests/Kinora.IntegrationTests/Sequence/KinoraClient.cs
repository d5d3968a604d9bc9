using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.IntegrationTests.Api;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>What a user does with the API. Every wait has a deadline, which only a failure reaches.</summary>
public sealed class KinoraClient(HttpClient http, Func<string> log) : IDisposable
{
    /// <summary>Long, since tests share their machine with others; what must be quick says so itself.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(40);

    public HttpClient Http { get; } = http;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<KinoraClient> RegisterAsync(Uri address, string email, Func<string> log, CancellationToken cancellation)
    {
        var http = Open(address);
        var credentials = new { email, password = ApiUser.DefaultPassword };
        using var registered = await http.PostAsJsonAsync("/v1/auth/register", credentials, cancellation);
        registered.EnsureSuccessStatusCode();
        using var answer = await http.PostAsJsonAsync("/v1/auth/login", credentials, cancellation);
        var tokens = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Text("accessToken"));
        return new KinoraClient(http, log);
    }

    /// <summary>The same user at another API.</summary>
    public KinoraClient At(Uri address)
    {
        var other = Open(address);
        other.DefaultRequestHeaders.Authorization = Http.DefaultRequestHeaders.Authorization;
        return new KinoraClient(other, log);
    }

    public async Task<HttpResponseMessage> SendUploadAsync(string path, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        form.Add(new StreamContent(File.OpenRead(path)), "file", Path.GetFileName(path));

        // As curl does: a refusal that comes before the body was read is lost to who is still sending it when the connection is closed.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = form };
        request.Headers.ExpectContinue = true;
        return await Http.SendAsync(request, Cancellation);
    }

    /// <returns>The video's id and its ANALYZE job's.</returns>
    public async Task<(Guid VideoId, Guid JobId)> UploadAsync(string path, params (string Name, string Value)[] fields)
    {
        using var response = await SendUploadAsync(path, fields);
        var body = await BodyAsync(response, HttpStatusCode.Created);
        return (body.GetProperty("videoId").GetGuid(), body.GetProperty("analyzeJobId").GetGuid());
    }

    /// <summary>Uploads and waits until the jobs that follow by themselves are done.</summary>
    public async Task<Guid> UploadAnalyzedAsync(string path, params (string Name, string Value)[] fields)
    {
        var (videoId, jobId) = await UploadAsync(path, fields);
        await WaitForJobAsync(jobId);
        await WaitForJobAsync((await JobAsync(videoId, "THUMBNAIL")).GetProperty("id").GetGuid());
        return videoId;
    }

    public async Task<Guid> TranscodeAsync(Guid videoId, object? request = null)
    {
        using var response = await PostAsync($"/v1/videos/{videoId}/transcodes", request);
        return (await BodyAsync(response, HttpStatusCode.Accepted)).GetProperty("hlsJobId").GetGuid();
    }

    public Task<HttpResponseMessage> PostAsync(string path, object? request = null) =>
        Http.PostAsync(path, request is null ? null : JsonContent.Create(request), Cancellation);

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Http.GetAsync(path, Cancellation);
        return await BodyAsync(response, HttpStatusCode.OK);
    }

    public async Task<HttpStatusCode> StatusOfAsync(string path)
    {
        using var response = await Http.GetAsync(path, Cancellation);
        return response.StatusCode;
    }

    public Task<JsonElement> VideoAsync(Guid videoId) => GetAsync($"/v1/videos/{videoId}");

    public Task<JsonElement> JobAsync(Guid jobId) => GetAsync($"/v1/jobs/{jobId}");

    /// <summary>The newest job of the type.</summary>
    public async Task<JsonElement> JobAsync(Guid videoId, string type) =>
        (await GetAsync($"/v1/videos/{videoId}/jobs")).GetProperty("items").EnumerateArray().First(j => j.Text("type") == type);

    public async Task<JsonElement> WaitForJobAsync(Guid jobId, string status = "SUCCEEDED", TimeSpan? patience = null)
    {
        var job = await WaitAsync(
            () => JobAsync(jobId), j => j.Text("status") == status || j.GetProperty("finishedAt").ValueKind != JsonValueKind.Null, patience);
        Assert.True(job.Text("status") == status, $"{job}\n{log()}");
        return job;
    }

    /// <summary>Until the job's encoder works on the video's middle.</summary>
    public Task<JsonElement> WaitForProgressAsync(Guid jobId) => WaitAsync(
        () => JobAsync(jobId), j => j.Text("status") == "RUNNING" && j.GetProperty("progress").GetInt32() is > 6 and < 90);

    public async Task<JsonElement> WaitAsync(Func<Task<JsonElement>> read, Func<JsonElement, bool> condition, TimeSpan? patience = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var value = await read();
            if (condition(value))
            {
                return value;
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < (patience ?? Patience), $"waited in vain: {value}\n{log()}");
            await Task.Delay(PollInterval, Cancellation);
        }
    }

    public async Task<JsonElement> BodyAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} instead of {(int)status}: {text}\n{log()}");
        return JsonDocument.Parse(text).RootElement;
    }

    public void Dispose() => Http.Dispose();

    private static HttpClient Open(Uri address) =>
        new(new SocketsHttpHandler { Expect100ContinueTimeout = Patience }) { BaseAddress = address, Timeout = Patience };
}
