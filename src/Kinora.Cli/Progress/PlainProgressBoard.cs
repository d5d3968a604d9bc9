using Kinora.Cli.Terminals;

namespace Kinora.Cli.Progress;

/// <summary>A line at each change of state and each tenth of the way, for a file or a pipe.</summary>
internal sealed class PlainProgressBoard(TextWriter output) : IProgressBoard
{
    private const int PercentStep = 10;

    public Task ShowAsync(Func<Action<ProgressReport>, Task> work)
    {
        var shown = new Dictionary<string, (int Step, string State)>();
        return work(report =>
        {
            var now = ((int)report.Percent / PercentStep, report.State);
            if (!shown.TryGetValue(report.Name, out var last) || last != now)
            {
                shown[report.Name] = now;
                output.WriteLine(TerminalText.Clean($"{report.Name,-9} {report.State,-9} {report.Percent,3:0} % {report.Detail}").TrimEnd());
            }
        });
    }
}
