using System.Net;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos.Faults;

/// <summary>
/// PostgreSQL fails in every way, for longer than a lease too: requests are refused meanwhile, what was acknowledged is done, and no
/// outage is charged to a job.
/// </summary>
public sealed class DatabaseFaultTests : StoreFaultTest
{
    protected override string Section => "PostgreSQL";

    protected override string HealthName => "db";

    protected override HttpStatusCode ReadyMeanwhile => HttpStatusCode.ServiceUnavailable;

    /// <summary>An upload that ends while the database is away leaves its intent to time.</summary>
    protected override string[] Settings =>
    [
        "Kinora__Jobs__Lease=00:00:06", "Kinora__Jobs__Beat=00:00:00.5", "Kinora__Jobs__BackoffBase=00:00:00.5",
        "Kinora__Uploads__IntentTime=00:00:30",
    ];

    protected override IReadOnlyList<string[]> WorkerSettings => [[], Deployment.Failpoints.Settings("complete.in_transaction:delay=1000@20%")];

    [Fact]
    public Task Jobs_outlive_every_fault_of_postgres_under_load() =>
        RunAsync(new PostgresFaults(Deployment).All, ChaosScale.Of(30, 700));

    protected override async Task AskMeanwhileAsync()
    {
        foreach (var path in (string[])["/v1/videos", $"/v1/jobs/{Guid.CreateVersion7()}"])
        {
            using var answer = await Stranger.Client.Http.GetAsync(path, Cancellation);
            await answer.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "UNAVAILABLE");
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        Assert.Null(await Stranger.UploadAsync());
    }
}
