using System.Text.Json;
using System.Text.Json.Serialization;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Running;

/// <summary>What runs on a data folder, as its supervisor last wrote it down.</summary>
internal sealed record RunState(string Url, bool IsReady, ProcessIdentity Supervisor, IReadOnlyList<RunningProcessState> Processes)
{
    /// <summary>Null when nothing was written, or not by this version.</summary>
    public static RunState? Read(DataFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(folder.State), RunStateJson.Default.RunState);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure($"{folder.Root} belongs to another user: run this as that user.");
        }
    }

    /// <summary>Null when its supervisor is gone: then nothing runs, or soon nothing will.</summary>
    public static RunState? ReadLive(DataFolder folder) => Read(folder) is { Supervisor.IsAlive: true } state ? state : null;

    public void Write(DataFolder folder)
    {
        // Renamed into place: a reader never sees half of it.
        File.WriteAllText($"{folder.State}.new", JsonSerializer.Serialize(this, RunStateJson.Default.RunState));
        File.Move($"{folder.State}.new", folder.State, overwrite: true);
    }
}

internal sealed record RunningProcessState(string Role, ProcessIdentity Identity, int? Port)
{
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Stops it without its supervisor. PostgreSQL takes TERM as "wait for the clients" and INT as "now, in good order".</summary>
    public Task EndAsync(CancellationToken cancellation) => Identity.EndAsync(
        Role == "postgres" ? PosixSignalNumber.Interrupt : PosixSignalNumber.Terminate, EndTimeout, EndInterval, cancellation);
}

[JsonSerializable(typeof(RunState))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class RunStateJson : JsonSerializerContext;
