using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kinora.Cli.Running;

namespace Kinora.Cli.Commands;

/// <summary>Tells what runs on a data folder.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var dataDir = CommonOptions.DataDir();
        var json = new Option<bool>("--json") { Description = "One JSON object: url, processes (role, pid, port)." };
        var command = new Command("status", "Show what runs.") { dataDir, json };
        command.SetAction((result, _) => ShowAsync(DataFolder.Of(result.GetValue(dataDir)), result.GetValue(json)));
        return command;
    }

    private static async Task<int> ShowAsync(DataFolder folder, bool json)
    {
        var state = RunState.ReadLive(folder);
        var answer = state is null
            ? new StatusAnswer(null, [])
            : new StatusAnswer(state.Url, [.. state.Processes.Where(p => p.Identity.IsAlive).Select(p => new StatusProcess(p.Role, p.Identity.Pid, p.Port))]);
        if (json)
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(answer, StatusJson.Default.StatusAnswer));
        }
        else if (state is null)
        {
            await Console.Out.WriteLineAsync($"not running on {folder.Root}: start it with `kinora up`.");
        }
        else
        {
            await Console.Out.WriteLineAsync(state.IsReady ? $"ready {answer.Url}" : $"starting {answer.Url}");
            foreach (var process in answer.Processes)
            {
                await Console.Out.WriteLineAsync($"{process.Role,-9} pid {process.Pid,-8} port {process.Port}");
            }
        }

        return state is null ? CommandFailure.NotRunning : 0;
    }
}

internal sealed record StatusAnswer(string? Url, IReadOnlyList<StatusProcess> Processes);

internal sealed record StatusProcess(string Role, int Pid, int? Port);

[JsonSerializable(typeof(StatusAnswer))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class StatusJson : JsonSerializerContext;
