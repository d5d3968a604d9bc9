using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Kinora.Cli.Demo;

/// <summary>A user of the API, through its door as any other; every refusal becomes one line.</summary>
internal sealed class DemoClient(Uri url) : IDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Above any limit of the API's own: an upload may take as long as it moves.</summary>
    private static readonly TimeSpan UploadTimeout = TimeSpan.FromHours(12);

    private readonly HttpClient _http = new() { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
    private readonly DemoCredentials _credentials = new(
        $"demo-{RandomNumberGenerator.GetHexString(12, lowercase: true)}@example.com", RandomNumberGenerator.GetHexString(32));

    public string Email => _credentials.Email;

    public async Task SignUpAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(() => Post("/v1/auth/register"), CallTimeout, cancellation);
        await EnsureAsync(answer, "the sign-up", cancellation);
        await LogInAsync(cancellation);
    }

    /// <param name="onSent">Called with the count of bytes sent so far.</param>
    public async Task<string> UploadAsync(string path, Action<long> onSent, CancellationToken cancellation)
    {
        using var answer = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = Form(path, onSent) }, UploadTimeout, cancellation);
        return (await ReadAsync(answer, "the upload", DemoJson.Default.DemoUpload, cancellation)).VideoId;
    }

    public async Task<IReadOnlyList<DemoJob>> GetJobsAsync(string videoId, CancellationToken cancellation) =>
        (await GetAsync($"/v1/videos/{videoId}/jobs", "the list of jobs", DemoJson.Default.DemoJobs, cancellation)).Items;

    /// <summary>The path and query that play, on this API.</summary>
    public async Task<string> GetMasterPathAsync(string videoId, CancellationToken cancellation)
    {
        var playback = await GetAsync($"/v1/videos/{videoId}/playback", "the playback", DemoJson.Default.DemoPlayback, cancellation);
        return new Uri(url, playback.MasterUrl).PathAndQuery;
    }

    /// <summary>As a player on another machine would ask: without the user's token.</summary>
    public async Task EnsureAnswersAsync(string path, string what, CancellationToken cancellation)
    {
        using var stranger = new HttpClient { BaseAddress = url, Timeout = CallTimeout };
        using var answer = await stranger.GetAsync(new Uri(path, UriKind.Relative), cancellation);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new CommandFailure($"{what} answered {(int)answer.StatusCode} instead of 200: {path}");
        }
    }

    public void Dispose() => _http.Dispose();

    private static MultipartFormDataContent Form(string path, Action<long> onSent)
    {
        var file = new StreamContent(new CountingStream(File.OpenRead(path), onSent));
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return new MultipartFormDataContent
        {
            { new StringContent("true"), "transcode" },
            { new StringContent(Path.GetFileNameWithoutExtension(path)), "title" },
            { file, "file", Path.GetFileName(path) },
        };
    }

    private async Task LogInAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(() => Post("/v1/auth/login"), CallTimeout, cancellation);
        var session = await ReadAsync(answer, "the login", DemoJson.Default.DemoSession, cancellation);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.AccessToken);
    }

    private HttpRequestMessage Post(string path) =>
        new(HttpMethod.Post, path) { Content = JsonContent.Create(_credentials, DemoJson.Default.DemoCredentials) };

    private async Task<T> GetAsync<T>(string path, string what, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), CallTimeout, cancellation);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
        {
            // A long transcode outlives the access token.
            answer.Dispose();
            await LogInAsync(cancellation);
            answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), CallTimeout, cancellation);
        }

        using (answer)
        {
            return await ReadAsync(answer, what, type, cancellation);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        try
        {
            while (true)
            {
                using var message = request();
                var answer = await _http.SendAsync(message, limit.Token);
                if (answer.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
                    || answer.Headers.RetryAfter?.Delta is not { } wait)
                {
                    return answer;
                }

                answer.Dispose();
                await Task.Delay(wait, limit.Token);
            }
        }
        catch (HttpRequestException e)
        {
            throw new CommandFailure($"the API at {url} does not answer: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandFailure($"the API at {url} did not answer within {timeout.TotalSeconds:0} s.");
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, string what, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        await EnsureAsync(answer, what, cancellation);
        return await answer.Content.ReadFromJsonAsync(type, cancellation) ?? throw new CommandFailure($"{what} was answered with nothing.");
    }

    private static async Task EnsureAsync(HttpResponseMessage answer, string what, CancellationToken cancellation)
    {
        if (answer.IsSuccessStatusCode)
        {
            return;
        }

        var text = await answer.Content.ReadAsStringAsync(cancellation);
        throw new CommandFailure($"{what} was refused: {Describe(text) ?? $"HTTP {(int)answer.StatusCode}"}");
    }

    private static string? Describe(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, DemoJson.Default.DemoError) is { Code: { } code } error ? $"{code}: {error.Message}" : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
