using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Errors;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Chaos;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Security.RandomRequests;

/// <summary>
/// Requests drawn from the OpenAPI document, by a seed each. Each is answered as the document says it may be: never by a 500, and with the
/// one envelope where it is refused.
/// </summary>
public sealed class RandomRequestsTests(PlayableVideos videos, ITestOutputHelper output) : IClassFixture<PlayableVideos>
{
    private const string Section = "Random requests";
    private const int AtOnce = 8;

    /// <summary>Of any route, also where it is not in the document: what the server refuses before it knows the route, or the method is another one.</summary>
    private static readonly HashSet<int> Anywhere = [400, 404, 405, 411, 412, 413, 414, 415, 429, 431];

    private static readonly HashSet<string> Codes = [.. ErrorCode.All.Select(c => c.Name)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_is_answered_as_the_document_says()
    {
        var world = await MakeWorldAsync();
        var count = ChaosScale.Of(600, 10_000);
        var first = ChaosScale.IsFull ? 0 : Random.Shared.Next(1_000_000);
        using var client = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = KinoraClient.Patience }) { Timeout = KinoraClient.Patience };
        var answers = new ConcurrentBag<(int Status, string Operation)>();
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Enumerable.Range(first, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancellation }, async (seed, _) =>
        {
            var drawn = new RandomRequest(seed, world);
            using var request = drawn.TryMake(videos.Api.Address);
            if (request is null)
            {
                return;
            }

            // As curl does: a refusal is lost to who is still sending when the connection is closed behind it.
            request.Headers.ExpectContinue = request.Content is not null;
            try
            {
                using var response = await client.SendAsync(request, Cancellation);
                answers.Add(((int)response.StatusCode, drawn.Operation.ToString()));
                if (await ComplaintAsync(drawn.Operation, request, response) is { } complaint)
                {
                    wrong.Add($"{NameOf(seed, request)}: {(int)response.StatusCode} {complaint}");
                }
            }
            catch (HttpRequestException e)
            {
                wrong.Add($"{NameOf(seed, request)}: {e.HttpRequestError} {e.InnerException?.Message}");
            }
        });

        Report(answers);
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Take(40)));
        Assert.True(answers.Count > count * 0.9, $"only {answers.Count} of {count} could be sent");
        using var owner = ApiFixture.CreateClient(videos.Api, videos.Owner);
        Assert.Equal(videos.Owner.Email, (await owner.GetFromJsonAsync<JsonElement>("/v1/me", Cancellation)).GetProperty("email").GetString());
    }

    private static string NameOf(int seed, HttpRequestMessage request)
    {
        var path = request.RequestUri!.PathAndQuery;
        return $"seed {seed}: {request.Method} {path[..Math.Min(150, path.Length)]}";
    }

    private async Task<RandomWorld> MakeWorldAsync()
    {
        var clip = await File.ReadAllBytesAsync(await SourceClips.ShortAsync(), Cancellation);
        string[] ids = [videos.Video.Id.ToString(), videos.Video.HlsJobId.ToString(), videos.UploadId.ToString(), Guid.CreateVersion7().ToString()];
        return new RandomWorld(ids, [PublishedVideo.Master, PublishedVideo.Sprite, "720p.m3u8", "x"], [videos.Owner.AccessToken, videos.Stranger.AccessToken], clip);
    }

    private static async Task<string?> ComplaintAsync(ApiOperation operation, HttpRequestMessage request, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status == 500 || (!operation.Statuses.Contains(status) && !Anywhere.Contains(status) && request.Method.Method == operation.Method))
        {
            return $"is not one of {string.Join(", ", operation.Statuses.Order())}: {await response.Content.ReadAsStringAsync(Cancellation)}";
        }

        if (!response.Headers.Contains("X-Request-Id"))
        {
            return "without X-Request-Id";
        }

        if (status < 400 || request.Method == HttpMethod.Head || response.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return null;
        }

        var body = await response.Content.ReadAsStringAsync(Cancellation);
        try
        {
            using var envelope = JsonDocument.Parse(body);
            return Codes.Contains(envelope.RootElement.GetProperty("code").GetString()!) && envelope.RootElement.GetProperty("message").GetString()!.Length > 0
                ? null
                : $"in another envelope: {body}";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            return $"without the envelope: {body}";
        }
    }

    private void Report(ConcurrentBag<(int Status, string Operation)> answers)
    {
        var counts = string.Join(", ", answers.GroupBy(a => a.Status).OrderBy(a => a.Key).Select(a => $"{a.Key}: {a.Count()}"));
        output.WriteLine(counts);
        SecurityReport.Add(Section, "requests drawn from the OpenAPI document, over its operations", $"{answers.Count}, {answers.Select(a => a.Operation).Distinct().Count()}");
        SecurityReport.Add(Section, "answers by status", counts);
        SecurityReport.Add(Section, "answers of 500", $"{answers.Count(a => a.Status == 500)}");
    }
}
