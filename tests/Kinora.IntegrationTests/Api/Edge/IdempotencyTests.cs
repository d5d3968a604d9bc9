using System.Net;
using Kinora.Core.Idempotency;
using Kinora.Core.Infra.Failpoints;
using Kinora.IntegrationTests.Queues;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.IntegrationTests.Api.Edge;

/// <summary>Uploads, sent again with the key of the first.</summary>
public sealed class IdempotencyTests(ApiFixture fixture, RecordedApi recorded) : IdempotencyTest(fixture, recorded)
{
    [Fact]
    public async Task An_upload_sent_again_gets_the_same_answer_and_leaves_nothing()
    {
        using var first = await UploadAsync("key-1");
        var callsAfter = Recorded.Store.Calls.Count;

        using var second = await UploadAsync("key-1");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, second.StatusCode));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(await TextAsync(first), await TextAsync(second));
        Assert.False(first.Headers.Contains(Replayed));
        Assert.Equal(["true"], second.Headers.GetValues(Replayed));
        Assert.Equal(callsAfter, Recorded.Store.Calls.Count);
        Assert.Equal(1, await CountVideosAsync());
        AssertSpoolIsEmpty();
    }

    [Theory]
    [InlineData("other bytes")]
    [InlineData("other title")]
    [InlineData("other name")]
    [InlineData("other wish")]
    public async Task The_key_of_another_upload_is_refused(string what)
    {
        using var first = await UploadAsync("key-1");

        using var second = await UploadAsync("key-1", what switch
        {
            "other bytes" => new UploadBody().File(UploadBody.Mp4(5000)),
            "other title" => new UploadBody().File(UploadBody.Mp4()).Field("title", "Another"),
            "other name" => new UploadBody().File(UploadBody.Mp4(), "other.mp4"),
            _ => new UploadBody().File(UploadBody.Mp4()).Field("transcode", "true"),
        });

        Assert.Equal([Key], (await second.ShouldBeInvalidAsync()).Keys);
        Assert.False(second.Headers.Contains(Replayed));
        Assert.Equal(1, await CountVideosAsync());
        AssertSpoolIsEmpty();
    }

    [Fact]
    public async Task A_key_is_of_one_user_and_one_route()
    {
        using var other = await Fixture.CreateUserAsync();
        using var first = await UploadAsync("key-1");
        using var others = await UploadAsync("key-1", client: ApiFixture.CreateClient(Recorded.Api, other));
        using var begun = await new TusClient(Client).BeginAsync(4096, null, [(Key, "key-1")]);

        Assert.All([first, others, begun], answer =>
        {
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            Assert.False(answer.Headers.Contains(Replayed));
        });
        Assert.NotEqual(first.Headers.Location, others.Headers.Location);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    [InlineData("a\u007fb")]
    [InlineData("256")]
    public async Task What_can_be_no_key_is_refused(string key)
    {
        using var answer = await UploadAsync(key == "256" ? new string('k', 256) : key);
        using var longest = await UploadAsync(new string('k', 255));

        Assert.Equal([Key], (await answer.ShouldBeInvalidAsync()).Keys);
        Assert.Equal(HttpStatusCode.Created, longest.StatusCode);
    }

    [Fact]
    public async Task A_request_that_failed_frees_its_key()
    {
        using var refused = await UploadAsync("key-1", new UploadBody().File("plain text, and no video"u8.ToArray()));
        using var taken = await UploadAsync("key-1");

        await refused.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        Assert.False(taken.Headers.Contains(Replayed));
    }

    [Fact]
    public async Task While_the_first_request_is_under_way_the_second_is_told_so_by_any_process()
    {
        await using var otherApi = await Fixture.StartApiAsync();
        using var otherClient = ApiFixture.CreateClient(otherApi, User);
        await using var hold = await HoldUserAsync();
        var first = UploadAsync("key-1");
        await WaitForClaimAsync("key-1");

        using var second = await UploadAsync("key-1", client: otherClient);
        await hold.DisposeAsync();
        using var created = await first;
        using var third = await UploadAsync("key-1", client: otherClient);

        await second.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(await TextAsync(created), await TextAsync(third));
        Assert.Equal(1, await CountVideosAsync());
    }

    [Fact]
    public async Task Of_many_at_once_over_two_processes_one_makes_a_video()
    {
        await using var otherApi = await Fixture.StartApiAsync();
        using var otherClient = ApiFixture.CreateClient(otherApi, User);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => UploadAsync("key-1", client: i % 2 == 0 ? Client : otherClient)));

        Assert.All(answers, answer => Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.Conflict]));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created && !answer.Headers.Contains(Replayed));
        Assert.Single(answers.Where(answer => answer.StatusCode == HttpStatusCode.Created).Select(answer => answer.Headers.Location).Distinct());
        Assert.Equal(1, await CountVideosAsync());
    }

    [Fact]
    public async Task Who_has_lost_its_key_to_another_request_makes_nothing()
    {
        await using var hold = await HoldUserAsync();
        var first = UploadAsync("key-1");
        await WaitForClaimAsync("key-1");
        var claim = await ClaimAsync("key-1");
        await EndLeaseAsync();
        var second = UploadAsync("key-1");
        await Eventually.TrueAsync(async () => await ClaimAsync("key-1") != claim, () => "The key is not taken over.");

        await hold.DisposeAsync();
        using var lost = await first;
        using var created = await second;

        await lost.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(1, await CountVideosAsync());
    }

    [Theory]
    [InlineData(FailpointName.UploadBeforeCommit, false)]
    [InlineData(FailpointName.UploadAfterCommit, true)]
    public async Task A_process_killed_in_the_midst_makes_one_video_with_the_request_that_follows(string death, bool isMade)
    {
        var log = Path.Combine(Path.GetTempPath(), $"kinora-failpoints-{Guid.CreateVersion7()}.log");
        await using (var victim = await Fixture.StartProcessAsync($"--Kinora:Failpoints:0={death}:kill", $"--Kinora:FailpointLog={log}"))
        {
            using var client = ApiFixture.CreateClient(await victim.AddressAsync(), User);
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => UploadAsync("key-1", client: client));
            await victim.Child.Exited;
        }

        Assert.Contains(death, await File.ReadAllTextAsync(log, Cancellation), StringComparison.Ordinal);
        File.Delete(log);
        if (!isMade)
        {
            using var blocked = await UploadAsync("key-1");
            await blocked.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
            await EndLeaseAsync();
        }

        using var answer = await UploadAsync("key-1");

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(isMade, answer.Headers.Contains(Replayed));
        Assert.Equal(1, await CountVideosAsync());
    }

    [Fact]
    public async Task An_answer_is_kept_for_a_day_and_its_row_goes_then()
    {
        using var first = await UploadAsync("key-1");
        var row = await Fixture.QueryAsync(db => db.IdempotencyKeys.AsNoTracking().SingleAsync(k => k.UserId == User.Id, Cancellation));
        Assert.InRange(row.ExpiresAt - row.CreatedAt, TimeSpan.FromHours(24), TimeSpan.FromHours(24.1));

        await EndLeaseAsync();
        using var later = await UploadAsync("key-1");
        await EndLeaseAsync();
        await Recorded.Api.Services.GetRequiredService<IdempotencyKeys>().RemoveExpiredAsync(Cancellation);

        Assert.False(later.Headers.Contains(Replayed));
        Assert.Equal(2, await CountVideosAsync());
        Assert.Equal(0, await Fixture.QueryAsync(db => db.IdempotencyKeys.CountAsync(k => k.UserId == User.Id, Cancellation)));
    }
}
