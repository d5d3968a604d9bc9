using System.Net;
using System.Net.Http.Json;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Webhooks;

/// <summary>A Kinora with one worker, which tries deliveries again soon, and a receiver that answers as a test says.</summary>
public abstract class WebhookTest : DeploymentTest
{
    /// <summary>Of one delivery, in all.</summary>
    protected const int Attempts = 15;

    private protected WebhookTest() => Receiver = new Receiver((received, count) => Answer(received, count));

    private protected Receiver Receiver { get; }

    /// <summary>The status that the receiver answers, by a request and how often its delivery has come; null: it hangs.</summary>
    private protected Func<Received, int, string?> Answer { get; set; } = (_, _) => "200 OK";

    protected override string[] Settings =>
    [
        .. Receiver.Settings,
        .. Enumerable.Range(0, Attempts - 1).Select(i => $"Kinora__Webhooks__Retries__{i}=00:00:00.2"),
    ];

    protected override IReadOnlyList<string[]> WorkerSettings => [["Kinora__Worker__PollInterval=00:00:00.2"]];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Receiver.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<(Guid Id, string Secret)> CreateAsync(params string[] events)
    {
        using var response = await User.PostAsync("/v1/webhooks", new { url = Receiver.Url, events });
        var body = await User.BodyAsync(response, HttpStatusCode.Created);
        return (body.GetProperty("webhook").GetProperty("id").GetGuid(), body.Text("secret")!);
    }

    protected async Task<Guid> TestAsync(Guid webhookId)
    {
        using var response = await User.PostAsync($"/v1/webhooks/{webhookId}/test");
        return (await User.BodyAsync(response, HttpStatusCode.Accepted)).GetProperty("deliveryId").GetGuid();
    }

    protected async Task ChangeAsync(Guid webhookId, object change)
    {
        using var response = await User.Http.PatchAsJsonAsync($"/v1/webhooks/{webhookId}", change, Cancellation);
        await User.BodyAsync(response, HttpStatusCode.OK);
    }
}
