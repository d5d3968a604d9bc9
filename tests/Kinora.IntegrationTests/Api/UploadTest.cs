using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Kinora.IntegrationTests.Api;

/// <summary>An uploader, and what an upload that failed may not leave behind.</summary>
public abstract class UploadTest(ApiFixture fixture, RecordedApi recorded) : IClassFixture<RecordedApi>, IAsyncLifetime
{
    private int _callsBefore;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected ApiUser User { get; private set; } = null!;

    protected HttpClient Client { get; private set; } = null!;

    protected ApiFixture Fixture => fixture;

    protected RecordedApi Recorded => recorded;

    public async ValueTask InitializeAsync()
    {
        User = await fixture.CreateUserAsync();
        Client = ApiFixture.CreateClient(Recorded.Api, User);
        _callsBefore = Recorded.Store.Calls.Count;
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        User.Dispose();
        return ValueTask.CompletedTask;
    }

    private protected Task<HttpResponseMessage> PostAsync(UploadBody body) => Client.PostAsync("/v1/videos", body.ToContent(), Cancellation);

    private protected async Task<JsonElement> ReadVideoAsync(HttpResponseMessage response)
    {
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync(Cancellation));
        AssertSpoolIsEmpty();
        return await Client.GetFromJsonAsync<JsonElement>(response.Headers.Location, Cancellation);
    }

    private protected async Task AssertNothingIsLeftAsync()
    {
        AssertSpoolIsEmpty();
        Assert.Equal(_callsBefore, Recorded.Store.Calls.Count);
        Assert.Equal(0, await CountVideosAsync());
    }

    private protected void AssertSpoolIsEmpty() => Assert.Empty(Directory.EnumerateFileSystemEntries(Recorded.TmpDir));

    private protected Task<int> CountVideosAsync() => fixture.QueryAsync(db => db.Videos.CountAsync(v => v.OwnerId == User.Id, Cancellation));
}
