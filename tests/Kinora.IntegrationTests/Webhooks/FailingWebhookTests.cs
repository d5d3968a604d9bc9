using System.Net;
using System.Text.Json;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Webhooks;

/// <summary>A webhook that fails for so long that it is disabled.</summary>
[Collection("deployments")]
public sealed class FailingWebhookTests : WebhookTest
{
    protected override string[] Settings => [.. base.Settings, "Kinora__Webhooks__AnswerTimeout=00:00:01", "Kinora__Webhooks__DisableAfter=00:00:01"];

    [Theory]
    [InlineData("500 Internal Server Error", 500, null)]
    [InlineData("301 Moved Permanently", 301, null)]
    [InlineData(null, null, "The server did not answer in time.")]
    public async Task A_webhook_that_always_fails_is_disabled_tells_why_and_goes_on_when_it_is_enabled(string? answer, int? status, string? error)
    {
        Answer = (_, _) => answer;
        var (webhookId, _) = await CreateAsync("video.*");
        var deliveryId = await TestAsync(webhookId);

        await User.WaitAsync(() => User.GetAsync($"/v1/webhooks/{webhookId}"), w => w.Text("status") == "DISABLED");
        var disabled = await User.GetAsync($"/v1/webhooks/{webhookId}");
        Assert.Equal("FAILING", disabled.Text("disabledReason"));
        using var refused = await User.PostAsync($"/v1/webhooks/{webhookId}/test");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);

        var delivery = await User.GetAsync($"/v1/webhooks/{webhookId}/deliveries/{deliveryId}");
        Assert.All(delivery.GetProperty("log").EnumerateArray(), attempt =>
        {
            Assert.Equal(status, attempt.GetProperty("status").ValueKind == JsonValueKind.Null ? null : attempt.GetProperty("status").GetInt32());
            Assert.Equal(error, attempt.Text("error"));
            Assert.Equal(status is null ? null : "said", attempt.Text("body"));
        });
        Answer = (_, _) => "200 OK";
        await ChangeAsync(webhookId, new { enabled = true });
        await Eventually.TrueAsync(() => Receiver.Taken.Count == 1, () => Deployment.Log, KinoraClient.Patience);
    }
}
