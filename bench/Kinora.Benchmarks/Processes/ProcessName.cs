using System.Text;

namespace Kinora.Benchmarks.Processes;

/// <summary>What to call a process, by its command line.</summary>
internal static class ProcessName
{
    /// <summary>They become the program that they start.</summary>
    private static readonly string[] Launchers = ["setpriv", "setsid", "prlimit", "nice", "taskset"];

    /// <summary>Those with an option and its value, and no "--" after them.</summary>
    private static readonly string[] WithOneOption = ["nice", "taskset"];

    /// <param name="commandLine">As /proc/PID/cmdline has it: a zero after each word.</param>
    /// <returns>"ffmpeg"; of a .NET program "Kinora.Worker probe-host". Null: the process has none, since it ended or is the kernel's.</returns>
    public static string? Of(ReadOnlySpan<byte> commandLine)
    {
        var words = Encoding.UTF8.GetString(commandLine).Split('\0', StringSplitOptions.RemoveEmptyEntries).AsSpan();
        while (words is [var launcher, ..] && Launchers.Contains(Path.GetFileName(launcher)))
        {
            // Options of their own end with "--", where they have any.
            var length = WithOneOption.Contains(Path.GetFileName(launcher)) ? 3 : Math.Max(1, words.IndexOf("--") + 1);
            words = words[Math.Min(length, words.Length)..];
        }

        return words switch
        {
            [] => null,
            [var host, var program, .. var arguments] when Path.GetFileName(host) == "dotnet" =>
                Path.GetFileNameWithoutExtension(program) + (arguments is [var command, ..] ? $" {command}" : ""),

            // Servers write more into their first word: "redis-server 127.0.0.1:6379", "postgres: checkpointer".
            [var program, ..] => Path.GetFileName(program.Split(' ', ':')[0]),
        };
    }
}
