using System.Net.Http.Json;
using System.Text.Json;
using Kinora.IntegrationTests.Queues;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Media.Sandboxing;

/// <summary>What a worker does on a host that lets it make no namespaces.</summary>
public sealed class SandboxedWorkerTests : DeploymentTest
{
    /// <summary>A host with no room for another user namespace.</summary>
    private static readonly string[] Without =
        ["unshare", "--user", "--map-root-user", "sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces; exec \"$@\"", "-"];

    [Fact]
    public async Task It_is_refused_with_one_line_that_says_what_to_do()
    {
        var worker = await Deployment.LaunchWorkerAsync(launcher: Without);

        Assert.Equal(1, await worker.Exited.WaitAsync(KinoraClient.Patience, Cancellation));
        var line = Assert.Single(Deployment.Log.Split('\n'), l => l.StartsWith("kinora-worker: ", StringComparison.Ordinal));
        Assert.Contains("cannot be locked up", line, StringComparison.Ordinal);
        Assert.Contains("Kinora:Sandbox:Mode", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Deployment.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Kinora__Sandbox__Mode=BestEffort")]
    [InlineData("DOTNET_ENVIRONMENT=Development")]
    public async Task Told_so_or_in_development_it_works_in_a_weaker_one_and_health_tells(string setting)
    {
        var worker = await Deployment.LaunchWorkerAsync(Without, setting);
        await Eventually.TrueAsync(() => worker.IsReadyAsync(Cancellation), () => Deployment.Log);

        Assert.Equal("landlock", await SandboxOfAsync(worker));
        Assert.Contains("weaker sandbox", Deployment.Log, StringComparison.Ordinal);
        var video = await User.UploadAnalyzedAsync(await SourceClips.ShortAsync());
        await User.WaitForJobAsync(await User.TranscodeAsync(video));
        Assert.Equal("READY", (await User.VideoAsync(video)).Text("status"));
    }

    [Fact]
    public async Task Elsewhere_it_has_namespaces()
    {
        Assert.Equal("namespaces", await SandboxOfAsync(await Deployment.StartWorkerAsync()));
    }

    private static async Task<string?> SandboxOfAsync(KinoraProcess worker)
    {
        using var client = new HttpClient();
        return (await client.GetFromJsonAsync<JsonElement>(new Uri(worker.Address, "/health"), Cancellation)).Text("sandbox");
    }
}
