namespace Kinora.IntegrationTests.Api;

/// <summary>What GET /metrics shows of uploads and jobs.</summary>
public sealed class MetricsTests(ApiFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Uploads_cancellations_and_live_jobs_are_counted()
    {
        using var user = await fixture.CreateUserAsync();
        await using var api = await fixture.StartProcessAsync("--Kinora:Telemetry:QueueSampleInterval=00:00:01");
        using var client = ApiFixture.CreateClient(await api.AddressAsync(), user);

        var (videoId, jobId) = await PublishedVideo.UploadAsync(client);
        var (deletedId, _) = await PublishedVideo.UploadAsync(client);
        using var refused = await client.PostAsync("/v1/videos", new UploadBody().File("GIF89a"u8.ToArray()).ToContent(), Cancellation);
        using var malformed = await client.PostAsync("/v1/videos", new UploadBody().ToContent(), Cancellation);
        using var canceled = await client.PostAsync($"/v1/jobs/{jobId}/cancel", null, Cancellation);
        using var again = await client.PostAsync($"/v1/jobs/{jobId}/cancel", null, Cancellation);
        using var deleted = await client.DeleteAsync($"/v1/videos/{deletedId}", Cancellation);
        await PublishedVideo.UploadAsync(client);

        var text = await UntilAsync(client, text => ValueOf(text, "kinora_jobs_live{status=\"QUEUED\",type=\"ANALYZE\"}") >= 1);
        Assert.Equal(3, ValueOf(text, "kinora_uploads_total{code=\"\",outcome=\"accepted\",way=\"multipart\"}"));
        Assert.Equal(1, ValueOf(text, "kinora_uploads_total{code=\"UNSUPPORTED_MEDIA_TYPE\",outcome=\"refused\",way=\"multipart\"}"));
        Assert.Equal(1, ValueOf(text, "kinora_uploads_total{code=\"VALIDATION_ERROR\",outcome=\"refused\",way=\"multipart\"}"));
        Assert.Equal(3 * 4096, ValueOf(text, "kinora_upload_bytes_total{way=\"multipart\"}"));
        Assert.Equal(2, ValueOf(text, "kinora_jobs_finished_total{code=\"\",outcome=\"CANCELED\",type=\"ANALYZE\"}"));
        Assert.NotNull(ValueOf(text, "kinora_jobs_live{status=\"RUNNING\",type=\"HLS\"}"));
        Assert.DoesNotContain(videoId.ToString(), text, StringComparison.Ordinal);
        Assert.DoesNotContain(user.Id.ToString(), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_database_the_live_jobs_are_absent()
    {
        await using var api = await fixture.StartProcessAsync("--Kinora:Database:ConnectionString=Host=127.0.0.1;Port=1;Database=x;Username=x");
        using var client = ApiFixture.CreateClient(await api.AddressAsync(), null);

        var text = await UntilAsync(client, text => text.Contains("kinora_queue_length", StringComparison.Ordinal));

        Assert.DoesNotContain("kinora_jobs_live{", text, StringComparison.Ordinal);
    }

    private static double? ValueOf(string text, string series) => text.Split('\n')
        .Where(line => line.StartsWith(series, StringComparison.Ordinal))
        .Select(line => (double?)double.Parse(line[series.Length..].Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture))
        .SingleOrDefault();

    private static async Task<string> UntilAsync(HttpClient client, Func<string, bool> isComplete)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var text = await client.GetStringAsync("/metrics", deadline.Token);
            if (isComplete(text))
            {
                return text;
            }

            await Task.Delay(50, deadline.Token);
        }
    }
}
