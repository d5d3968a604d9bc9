using System.CommandLine;
using Kinora.Cli.Testing;

namespace Kinora.Cli.Commands;

/// <summary>Every test of the repository. The last line is the sum; any failure, crash or empty project makes the exit code 1.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var filter = new Option<string?>("--filter") { Description = "Only the tests whose full name holds this text." };
        var chaos = new Option<bool>("--chaos") { Description = "Only the tests of faults, in full (an hour or two); writes the table of docs/reliability.md." };
        var security = new Option<bool>("--security") { Description = "Only the tests of hostile input, in full (an hour); writes the tables of docs/security.md." };
        var command = new Command("test", "Run every test.") { filter, chaos, security };
        command.SetAction((result, cancellation) =>
            RunAsync(new TestSelection(result.GetValue(filter), result.GetValue(chaos), result.GetValue(security)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(TestSelection selection, CancellationToken cancellation)
    {
        var counts = await new TestRun(Installation.Root, Console.Out).RunAsync(selection, cancellation);
        await Console.Out.WriteLineAsync($"{counts}");
        return counts.Failed > 0 ? CommandFailure.Failed : 0;
    }
}
