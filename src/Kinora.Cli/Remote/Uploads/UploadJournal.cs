using System.Text.Json;
using System.Text.Json.Serialization;
using Kinora.Cli.Remote.Sessions;
using Kinora.Cli.Running;

namespace Kinora.Cli.Remote.Uploads;

/// <summary>
/// What has been begun and not ended: uploads.json in the folder of the user's state. The same command finds its upload there, by server,
/// file (path, size, time) and what it asks for.
/// </summary>
internal sealed class UploadJournal(PrivateFile file, TimeProvider time)
{
    /// <summary>A server keeps an unfinished upload for a day (Kinora:Uploads:ExpiresAfter), or as long as it is set to.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static UploadJournal OfUser(TimeProvider time) => new(new PrivateFile(Path.Combine(UserFolders.State, "uploads.json")), time);

    /// <summary>The entry of an earlier command, or a new one.</summary>
    /// <exception cref="CommandFailure">Another command sends it at this moment: two would take it from each other.</exception>
    public Task<UploadEntry> BeginAsync(Uri server, NewUpload upload, CancellationToken cancellation) => ChangeAsync(entries =>
    {
        var self = ProcessIdentity.Of(Environment.ProcessId);
        var found = entries.Find(e => e.Server == server && e.File == upload.File && e.Title == upload.Title && e.Transcode == upload.Transcode);
        if (found is { Owner: { IsAlive: true } owner } && owner != self)
        {
            throw new CommandFailure($"another command (process {owner.Pid}) sends {upload.File.Path} already.");
        }

        entries.RemoveAll(e => e == found || time.GetUtcNow() - e.BegunAt > Kept);
        found ??= new UploadEntry(server, upload.File, upload.Title, upload.Transcode, Guid.CreateVersion7(), null, time.GetUtcNow(), self);
        var entry = found with { Owner = self };
        entries.Add(entry);
        return entry;
    }, cancellation);

    public Task<UploadEntry> NoteAsync(UploadEntry entry, Uri url, CancellationToken cancellation) => ChangeAsync(entries =>
    {
        var noted = entry with { Url = url };
        entries.RemoveAll(e => e.Key == entry.Key);
        entries.Add(noted);
        return noted;
    }, cancellation);

    public Task ForgetAsync(UploadEntry entry, CancellationToken cancellation) =>
        ChangeAsync(entries => entries.RemoveAll(e => e.Key == entry.Key), cancellation);

    private async Task<T> ChangeAsync<T>(Func<List<UploadEntry>, T> change, CancellationToken cancellation)
    {
        using var turn = await file.LockAsync(time, cancellation);
        var entries = Parse(file.Read());
        var result = change(entries);
        file.Write(JsonSerializer.Serialize(entries, UploadJson.Default.ListUploadEntry));
        return result;
    }

    /// <summary>A journal that cannot be read costs nothing but that uploads begin anew.</summary>
    private static List<UploadEntry> Parse(string? text)
    {
        try
        {
            return text is null ? [] : JsonSerializer.Deserialize(text, UploadJson.Default.ListUploadEntry) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}

/// <param name="Key">Of the request that begins it: sent again, it leads to the same upload.</param>
/// <param name="Url">Null: nothing was answered yet.</param>
/// <param name="Owner">The command that sends, or sent, it.</param>
internal sealed record UploadEntry(
    Uri Server, SourceFile File, string? Title, bool Transcode, Guid Key, Uri? Url, DateTimeOffset BegunAt, ProcessIdentity? Owner);

[JsonSerializable(typeof(List<UploadEntry>))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, IgnoreReadOnlyProperties = true)]
internal sealed partial class UploadJson : JsonSerializerContext;
