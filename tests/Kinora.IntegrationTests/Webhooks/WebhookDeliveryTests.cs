using System.Net;
using System.Text.Json;
using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Webhooks;

/// <summary>What receivers get, well-behaved ones and others.</summary>
public sealed class WebhookDeliveryTests : WebhookTest
{
    [Fact]
    public async Task A_receiver_that_fails_nine_of_ten_times_gets_every_event()
    {
        Answer = (_, count) => count % 10 == 0 ? "204 No Content" : (count % 3) switch
        {
            0 => "500 Internal Server Error",
            1 => "302 Found",
            _ => "429 Too Many Requests",
        };
        var (_, secret) = await CreateAsync("*");

        var videoId = await User.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        await User.WaitForJobAsync(await User.TranscodeAsync(videoId, new { renditions = new[] { "360p" } }));
        var events = await EventsAsync(videoId, "video.ready");

        await Eventually.TrueAsync(() => Receiver.Taken.Count >= events.Count, () => Deployment.Log, KinoraClient.Patience);
        Assert.Equal(
            events.Select(e => (e.Text("id"), e.Text("type"), e.GetProperty("sequence").GetInt64())).Order(),
            Receiver.Taken.Select(r => ((string?)r.Id, r.Type, r.Payload.GetProperty("sequence").GetInt64())).Order());
        Assert.All(Receiver.All, r => Assert.Equal(r.Id, r.Payload.Text("id")));
        Assert.All(await StandardWebhooks.VerifyAsync(secret, Receiver.All), Assert.True);
        Assert.DoesNotContain(true, await StandardWebhooks.VerifyAsync("whsec_" + Convert.ToBase64String(new byte[32]), Receiver.Taken));
    }

    [Fact]
    public async Task A_filter_lets_through_what_it_names_and_nothing_else()
    {
        await CreateAsync("video.analyzed", "job.succeeded");

        var videoId = await User.UploadAnalyzedAsync(await SourceClips.TinyAsync());
        var events = await EventsAsync(videoId, "video.thumbnail.ready");

        var wanted = events.Count(e => e.Text("type") is "video.analyzed" or "job.succeeded");
        await Eventually.TrueAsync(() => Receiver.Taken.Count >= wanted, () => Deployment.Log);
        Assert.Equal(wanted, await Deployment.QueryAsync<long>("SELECT count(*) FROM webhook_deliveries"));
        Assert.All(Receiver.Taken, r => Assert.True(r.Type is "video.analyzed" or "job.succeeded", r.Type));
    }

    [Fact]
    public async Task While_a_secret_is_rotated_both_are_taken()
    {
        var (webhookId, old) = await CreateAsync("video.*");
        using var rotated = await User.PostAsync($"/v1/webhooks/{webhookId}/rotate-secret");
        var fresh = (await User.BodyAsync(rotated, HttpStatusCode.OK)).Text("secret")!;

        await TestAsync(webhookId);

        await Eventually.TrueAsync(() => Receiver.Taken.Count == 1, () => Deployment.Log);
        Assert.NotEqual(old, fresh);
        Assert.True(Assert.Single(await StandardWebhooks.VerifyAsync(old, Receiver.Taken)));
        Assert.True(Assert.Single(await StandardWebhooks.VerifyAsync(fresh, Receiver.Taken)));
    }

    [Fact]
    public async Task All_attempts_that_fail_end_it_and_it_can_be_sent_again()
    {
        Answer = (_, _) => "503 Service Unavailable";
        var (webhookId, _) = await CreateAsync("video.*");
        var deliveryId = await TestAsync(webhookId);
        var failed = await User.WaitAsync(
            async () => (await User.GetAsync($"/v1/webhooks/{webhookId}/deliveries/{deliveryId}")).GetProperty("delivery"), d => d.Text("status") == "FAILED");
        Assert.Equal(Attempts, failed.GetProperty("attempts").GetInt32());
        Assert.Equal(Attempts, Receiver.All.Count);

        Answer = (_, _) => "200 OK";
        using var again = await User.PostAsync($"/v1/webhooks/{webhookId}/deliveries/{deliveryId}/redeliver");
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);

        var sent = await User.WaitAsync(
            async () => (await User.GetAsync($"/v1/webhooks/{webhookId}/deliveries?status=SUCCEEDED")), page => page.GetProperty("items").GetArrayLength() == 1);
        Assert.Equal(200, sent.GetProperty("items")[0].GetProperty("lastAttempt").GetProperty("status").GetInt32());
        Assert.Single(Receiver.All.Select(r => r.Id).Distinct());
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_left_alone()
    {
        Answer = (_, _) => "410 Gone";
        var (webhookId, _) = await CreateAsync("video.*");
        await TestAsync(webhookId);

        var webhook = await User.WaitAsync(() => User.GetAsync($"/v1/webhooks/{webhookId}"), w => w.Text("status") == "DISABLED");

        Assert.Equal("GONE", webhook.Text("disabledReason"));
        Assert.Single(Receiver.All);
    }

    [Fact]
    public async Task A_worker_that_dies_in_the_midst_leaves_the_delivery_to_another()
    {
        Answer = (_, count) => count == 1 ? null : "200 OK";
        await using var first = await Deployment.StartWorkerAsync("Kinora__Worker__PollInterval=00:00:00.2");
        Workers[0].Signal(PosixSignalNumber.Stop);
        var (webhookId, _) = await CreateAsync("video.*");
        await TestAsync(webhookId);
        await Eventually.TrueAsync(() => Receiver.All.Count == 1, () => Deployment.Log);

        first.Signal(PosixSignalNumber.Kill);
        Workers[0].Signal(PosixSignalNumber.Continue);
        await Deployment.QueryAsync<int>("WITH u AS (UPDATE webhook_deliveries SET lease_until = clock_timestamp() - interval '1 s' RETURNING 1) SELECT count(*)::int FROM u");

        await Eventually.TrueAsync(() => Receiver.Taken.Count == 1, () => Deployment.Log, KinoraClient.Patience);
        Assert.Single(Receiver.All.Select(r => r.Id).Distinct());
    }

    [Fact]
    public async Task An_address_inside_is_never_connected_to()
    {
        // The text of a name says nothing of where it leads; an address of ours is refused at the door.
        using var inside = await User.PostAsync("/v1/webhooks", new { url = "http://127.0.0.2:8080/", events = new[] { "*" } });
        await User.BodyAsync(inside, HttpStatusCode.BadRequest);
    }

    /// <summary>All of the video's, once the last one of a type is among them.</summary>
    private async Task<List<JsonElement>> EventsAsync(Guid videoId, string last)
    {
        var page = await User.WaitAsync(
            () => User.GetAsync($"/v1/videos/{videoId}/events"),
            p => p.GetProperty("items").EnumerateArray().Any(e => e.Text("type") == last)
                && p.GetProperty("items").EnumerateArray().Count(e => e.Text("type") == "job.succeeded") == p.GetProperty("items").EnumerateArray().Count(e => e.Text("type") == "job.queued"));
        return [.. page.GetProperty("items").EnumerateArray()];
    }
}
