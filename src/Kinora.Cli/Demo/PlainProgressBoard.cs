namespace Kinora.Cli.Demo;

/// <summary>A line at each change of state and each tenth of the way, for a file or a pipe.</summary>
internal sealed class PlainProgressBoard(TextWriter output) : IProgressBoard
{
    private const int PercentStep = 10;

    public Task ShowAsync(Func<Action<string, double, string>, Task> work)
    {
        var shown = new Dictionary<string, (int Step, string State)>();
        return work((name, percent, state) =>
        {
            var now = ((int)percent / PercentStep, state);
            if (!shown.TryGetValue(name, out var last) || last != now)
            {
                shown[name] = now;
                output.WriteLine($"{name,-9} {state,-9} {percent,3:0} %");
            }
        });
    }
}
