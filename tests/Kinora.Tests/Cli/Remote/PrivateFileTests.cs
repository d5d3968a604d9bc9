using Kinora.Cli;
using Kinora.Cli.Remote.Sessions;

namespace Kinora.Tests.Cli.Remote;

public sealed class PrivateFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kinora-private-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Location => Path.Combine(_folder.FullName, "session.json");

    private PrivateFile Private => new(Location);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_lock_that_somebody_has_is_waited_for()
    {
        var first = await Private.LockAsync(TimeProvider.System, Cancellation);
        var second = Private.LockAsync(TimeProvider.System, Cancellation);
        Assert.False(second.IsCompleted);

        first.Dispose();

        (await second.WaitAsync(TimeSpan.FromSeconds(30), Cancellation)).Dispose();
    }

    [Fact]
    public async Task A_lock_that_cannot_be_opened_is_told_at_once()
    {
        // A link to itself: ELOOP, for which no waiting helps.
        File.CreateSymbolicLink($"{Location}.lock", $"{Location}.lock");

        await Assert.ThrowsAsync<CommandFailure>(
            () => Private.LockAsync(TimeProvider.System, Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Fact]
    public void What_an_earlier_process_left_behind_lends_neither_its_mode_nor_its_place()
    {
        var elsewhere = Path.Combine(_folder.FullName, "elsewhere");
        File.WriteAllText(elsewhere, "");
        File.CreateSymbolicLink($"{Location}.{Environment.ProcessId}.new", elsewhere);

        Private.Write("secret");

        Assert.Equal(("secret", ""), (Private.Read(), File.ReadAllText(elsewhere)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(Location).UnixFileMode);
    }
}
