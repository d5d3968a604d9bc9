using Spectre.Console;

namespace Kinora.Cli.Demo;

/// <summary>Bars that move, for a terminal.</summary>
internal sealed class LiveProgressBoard(IAnsiConsole console) : IProgressBoard
{
    private const double Whole = 100;

    public Task ShowAsync(Func<Action<string, double, string>, Task> work) =>
        console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context =>
            {
                var tasks = new Dictionary<string, ProgressTask>();
                return work((name, percent, state) =>
                {
                    if (!tasks.TryGetValue(name, out var task))
                    {
                        tasks[name] = task = context.AddTask(name, maxValue: Whole);
                    }

                    // A finished bar stays full: the bytes of an upload are all sent a moment before it is answered.
                    task.Value = Math.Min(percent, Whole);
                    task.Description = Markup.Escape($"{name,-9} {state,-9}");
                });
            });
}
