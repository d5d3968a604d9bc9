using System.Collections.Concurrent;
using Kinora.Cli.Running;

namespace Kinora.Benchmarks.Suites.Deployments;

/// <summary>Of all processes of a deployment, for the message that it did not start: files would be gone with the suite's folder.</summary>
internal sealed class LastLines : IProcessLog
{
    private const int Kept = 30;
    private readonly ConcurrentQueue<string> _lines = [];

    public void Write(string process, string line)
    {
        _lines.Enqueue($"{process}: {line}");
        while (_lines.Count > Kept && _lines.TryDequeue(out _))
        {
        }
    }

    public string WhereToLook(string process) => $"here:\n{string.Join('\n', _lines)}\n";
}
