using System.Net.Http.Json;
using System.Text.Json;
using Kinora.Core.Playback;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.IntegrationTests.Api;

/// <summary>An API whose store is watched, with two videos to play that are of two users.</summary>
public sealed class PlayableVideos(ApiFixture fixture) : IAsyncLifetime
{
    private readonly RecordedApi _recorded = new(fixture);

    public ApiProcess Api => _recorded.Api;

    public ApiUser Owner { get; private set; } = null!;

    public ApiUser Stranger { get; private set; } = null!;

    /// <summary>Has a token that is good in itself, and no account any more.</summary>
    public ApiUser Gone { get; private set; } = null!;

    internal RecordedApi Recorded => _recorded;

    internal PublishedVideo Video { get; private set; } = null!;

    internal PublishedVideo StrangersVideo { get; private set; } = null!;

    /// <summary>The owner's, with all of its bytes to come.</summary>
    internal Guid UploadId { get; private set; }

    /// <summary>The owner's, with one delivery that never begins: there is no worker.</summary>
    internal Guid WebhookId { get; private set; }

    internal Guid DeliveryId { get; private set; }

    public async ValueTask InitializeAsync()
    {
        await _recorded.InitializeAsync();
        Owner = await fixture.CreateUserAsync();
        Stranger = await fixture.CreateUserAsync();
        Gone = await fixture.CreateUserAsync();
        await fixture.ExecuteSqlAsync($"DELETE FROM users WHERE id = {Gone.Id}");
        Video = await CreateAsync(Owner);
        StrangersVideo = await CreateAsync(Stranger);
        using var client = ApiFixture.CreateClient(Api, Owner);
        UploadId = TusClient.IdOf(await new TusClient(client).CreateAsync(4096));
        var webhook = await PostAsync(client, "/v1/webhooks", new { url = "https://example.org/hook", events = new[] { "video.*" } });
        WebhookId = webhook.GetProperty("webhook").GetProperty("id").GetGuid();
        DeliveryId = (await PostAsync(client, $"/v1/webhooks/{WebhookId}/test", null)).GetProperty("deliveryId").GetGuid();
    }

    public async ValueTask DisposeAsync()
    {
        Owner?.Dispose();
        Stranger?.Dispose();
        Gone?.Dispose();
        await _recorded.DisposeAsync();
    }

    /// <summary>A signature for the video, as long as it is to be good.</summary>
    internal string Sign(Guid videoId, TimeSpan? lifetime = null) =>
        Api.Services.GetRequiredService<PlaybackToken>().Issue(videoId, TimeProvider.System.GetUtcNow() + (lifetime ?? TimeSpan.FromHours(1)));

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object? body)
    {
        using var answer = await client.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    private async Task<PublishedVideo> CreateAsync(ApiUser user)
    {
        using var client = ApiFixture.CreateClient(Api, user);
        return await PublishedVideo.CreateAsync(Api, client);
    }
}
