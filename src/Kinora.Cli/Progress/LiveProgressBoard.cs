using System.Collections.Concurrent;
using Kinora.Cli.Terminals;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Kinora.Cli.Progress;

/// <summary>Bars that move, for a terminal.</summary>
internal sealed class LiveProgressBoard(IAnsiConsole console) : IProgressBoard
{
    private const double Whole = 100;

    public Task ShowAsync(Func<Action<ProgressReport>, Task> work)
    {
        var details = new DetailColumn();
        return console.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ElapsedTimeColumn(),
                details)
            .StartAsync(context =>
            {
                var tasks = new Dictionary<string, ProgressTask>();
                return work(report =>
                {
                    if (!tasks.TryGetValue(report.Name, out var task))
                    {
                        tasks[report.Name] = task = context.AddTask(Markup.Escape(TerminalText.Clean(report.Name)), maxValue: Whole);
                    }

                    // A finished bar stays full: the bytes of an upload are all sent a moment before it is answered.
                    task.Value = Math.Min(report.Percent, Whole);
                    task.Description = Markup.Escape(TerminalText.Clean($"{report.Name,-9} {report.State,-9}"));
                    details.Set(task, TerminalText.Clean(report.Detail));
                });
            });
    }

    /// <summary>Drawn by the board's own thread.</summary>
    private sealed class DetailColumn : ProgressColumn
    {
        private readonly ConcurrentDictionary<int, string> _details = [];

        public void Set(ProgressTask task, string detail) => _details[task.Id] = detail;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(_details.GetValueOrDefault(task.Id, ""));
    }
}
