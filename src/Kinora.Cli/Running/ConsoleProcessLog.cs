namespace Kinora.Cli.Running;

/// <summary>Lines on our own output, each behind its process's name; as they are, since the API and the workers write JSON.</summary>
internal sealed class ConsoleProcessLog(TextWriter output, bool isTerminal) : IProcessLog
{
    private const int NameWidth = 9;
    private const string Reset = "\e[0m";
    private readonly Lock _lock = new();

    public void Write(string process, string line)
    {
        var name = process.PadRight(NameWidth);
        lock (_lock)
        {
            output.WriteLine(isTerminal ? $"{Colour(process)}{name} |{Reset} {line}" : $"{name} | {line}");
        }
    }

    public string WhereToLook(string process) => "above";

    private static string Colour(string process) => process.Split('-')[0] switch
    {
        "api" => "\e[36m",
        "worker" => "\e[32m",
        "postgres" => "\e[34m",
        "redis" => "\e[31m",
        _ => "\e[1m",
    };
}
