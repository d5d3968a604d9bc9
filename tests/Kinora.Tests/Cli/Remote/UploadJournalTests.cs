using Kinora.Cli;
using Kinora.Cli.Remote.Sessions;
using Kinora.Cli.Remote.Uploads;
using Kinora.Cli.Running;

namespace Kinora.Tests.Cli.Remote;

public sealed class UploadJournalTests : IDisposable
{
    private static readonly Uri Server = new("https://video.example.org");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kinora-journal-");
    private readonly NewUpload _upload = new(new SourceFile("/media/walk.mp4", 1000, DateTimeOffset.UnixEpoch), null, Transcode: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Location => Path.Combine(_folder.FullName, "kinora", "uploads.json");

    private UploadJournal Journal => new(new PrivateFile(Location), TimeProvider.System);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_same_upload_is_found_again_until_it_is_forgotten()
    {
        var url = new Uri("https://video.example.org/v1/uploads/1");
        var begun = await Journal.BeginAsync(Server, _upload, Cancellation);
        Assert.Null(begun.Url);
        await Journal.NoteAsync(begun, url, Cancellation);

        var again = await Journal.BeginAsync(Server, _upload, Cancellation);

        Assert.Equal((begun.Key, url), (again.Key, again.Url));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(Location).UnixFileMode);
        await Journal.ForgetAsync(again, Cancellation);
        Assert.NotEqual(begun.Key, (await Journal.BeginAsync(Server, _upload, Cancellation)).Key);
    }

    [Fact]
    public async Task Another_server_file_or_title_is_another_upload()
    {
        var begun = await Journal.BeginAsync(Server, _upload, Cancellation);

        NewUpload[] others =
        [
            _upload with { Title = "Walk" },
            _upload with { Transcode = false },
            _upload with { File = _upload.File with { Size = 1001 } },
            _upload with { File = _upload.File with { ModifiedAt = DateTimeOffset.UnixEpoch.AddTicks(1) } },
        ];
        foreach (var other in others)
        {
            Assert.NotEqual(begun.Key, (await Journal.BeginAsync(Server, other, Cancellation)).Key);
        }

        Assert.NotEqual(begun.Key, (await Journal.BeginAsync(new Uri("https://other.example.org"), _upload, Cancellation)).Key);
        Assert.Equal(begun.Key, (await Journal.BeginAsync(Server, _upload, Cancellation)).Key);
    }

    [Fact]
    public async Task What_another_command_sends_is_left_to_it_and_is_no_wrong_usage()
    {
        // The first process of all, which is there as long as the test is.
        var begun = await Journal.BeginAsync(Server, _upload, Cancellation);
        await Journal.NoteAsync(begun with { Owner = ProcessIdentity.Of(1) }, new Uri("https://video.example.org/v1/uploads/1"), Cancellation);

        var failure = await Assert.ThrowsAsync<CommandFailure>(() => Journal.BeginAsync(Server, _upload, Cancellation));

        Assert.Equal(CommandFailure.Failed, failure.ExitCode);
    }

    [Fact]
    public async Task A_journal_that_is_damaged_costs_only_what_it_knew()
    {
        await Journal.BeginAsync(Server, _upload, Cancellation);
        await File.WriteAllTextAsync(Location, "{", Cancellation);

        Assert.Null((await Journal.BeginAsync(Server, _upload, Cancellation)).Url);
    }
}
