using System.Reflection;
using System.Text.Json;

namespace Kinora.Core.Infra.Queues.BullMq;

/// <summary>One command of BullMQ's engine: Lua that gets <see cref="KeyCount"/> keys.</summary>
internal sealed record BullScript(string Name, int KeyCount, string Sha1, string Lua);

/// <summary>The commands that are used, embedded by BullMq.targets, which has compared them with npm/commands.json.</summary>
internal static class BullScripts
{
    public static readonly IReadOnlyDictionary<string, BullScript> All = Load();

    public static readonly BullScript AddStandardJob = All["addStandardJob"];
    public static readonly BullScript ExtendLocks = All["extendLocks"];
    public static readonly BullScript GetCounts = All["getCounts"];
    public static readonly BullScript MoveJobFromActiveToWait = All["moveJobFromActiveToWait"];
    public static readonly BullScript MoveStalledJobsToWait = All["moveStalledJobsToWait"];
    public static readonly BullScript MoveToActive = All["moveToActive"];
    public static readonly BullScript MoveToFinished = All["moveToFinished"];
    public static readonly BullScript UpdateProgress = All["updateProgress"];

    private static Dictionary<string, BullScript> Load()
    {
        using var table = JsonDocument.Parse(Read("commands.json"));
        return table.RootElement.GetProperty("commands").EnumerateArray()
            .Select(command => (
                Name: command.GetProperty("name").GetString()!,
                Keys: command.GetProperty("keys").GetInt32(),
                Sha1: command.GetProperty("sha1").GetString()!))
            .ToDictionary(command => command.Name, c => new BullScript(c.Name, c.Keys, c.Sha1, Read($"{c.Name}.lua")));
    }

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"bullmq/{name}")
            ?? throw new InvalidOperationException($"The assembly was built without BullMQ's {name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
