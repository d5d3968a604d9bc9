using Kinora.Core.Infra.Processes;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Cli;

/// <summary>The command on a data folder, while its Kinora runs and while it does not.</summary>
public sealed class FsckTests : IAsyncDisposable
{
    private const int Clean = 0;
    private const int FindingsRemain = 1;
    private const int CouldNotRun = 2;
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => _folder.Path("data");

    public async ValueTask DisposeAsync()
    {
        await KinoraCommand.RunAsync("down", "--data-dir", Data);
        _folder.Dispose();
    }

    [Fact]
    public async Task It_checks_and_repairs_a_running_kinora_and_a_stopped_one()
    {
        var (code, output) = await KinoraCommand.RunAsync("up", "--detach", "--port", "0", "--data-dir", Data);
        Assert.True(code == 0, output);
        Assert.Equal((Clean, "0 objects of 0 bytes: 0 findings, 0 repaired, 0 remain"), await FsckAsync());

        await StrayAsync("derivatives/a/stray");
        Assert.Equal(FindingsRemain, (await FsckAsync("--checksums")).Code);
        (code, output) = await FsckAsync("--repair", "--json");
        Assert.True(code == Clean, output);
        Assert.Matches(
            """^\{"code":"UNKNOWN_OBJECT","subject":"derivatives/a/stray",.*"repair":"REPAIRED".*\}\n\{"summary":\{"objects":1,"bytes":5,"found":1,"repaired":1,"remaining":0\}\}$""",
            output);
        Assert.Equal(0, (await KinoraCommand.RunAsync("down", "--data-dir", Data)).Code);

        await StrayAsync("zzz");
        (code, output) = await FsckAsync();
        Assert.Equal(FindingsRemain, code);
        Assert.StartsWith("UNKNOWN_OBJECT    zzz: 5 bytes", output, StringComparison.Ordinal);
        Assert.Equal(Clean, (await FsckAsync("--repair")).Code);
        Assert.Equal(Clean, (await FsckAsync()).Code);
        Assert.Equal(3, (await KinoraCommand.RunAsync("status", "--data-dir", Data)).Code);
    }

    [Fact]
    public async Task Where_there_is_nothing_it_could_not_run()
    {
        var (code, output) = await FsckAsync();

        Assert.Equal(CouldNotRun, code);
        Assert.Equal($"kinora: there is no Kinora in {Data} yet: start one with `kinora up`.", output);
        Assert.False(Directory.Exists(Data));
        Assert.Equal(CouldNotRun, (await FsckAsync("--repairs")).Code);
    }

    private Task<(int Code, string Output)> FsckAsync(params string[] arguments) =>
        KinoraCommand.RunAsync(["fsck", "--data-dir", Data, .. arguments]);

    private async Task StrayAsync(string key)
    {
        var path = Path.Combine(Data, "objects", key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "stray", Cancellation);
    }
}
