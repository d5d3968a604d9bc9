using System.Collections;
using System.Runtime.InteropServices;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Running;

/// <summary>
/// A supervisor that lives on when the shell is closed: started in a session of its own, it tells over its inherited output in one line how
/// its start went; the starter sees that line, or the end of the output when it dies, and so cannot hang.
/// </summary>
internal static partial class DetachedStart
{
    private const string LogName = "detached.log";
    private const string Ready = "ready ";
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC of fcntl.h
    private const int FirstFreeDescriptor = 3;

    /// <summary>Runs this program again with the arguments, detached, and returns the URL once it is ready.</summary>
    public static async Task<string> RunAsync(DataFolder folder, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "kinora.dll");

        // setsid --fork: the fork clears the parent-death signal, which would end the supervisor with us.
        await using var starter = await ChildProcess.StartAsync(new ChildProcessSpec("setsid", ["--fork", Installation.Dotnet, program, .. arguments])
        {
            Environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? ""),
            WorkingDirectory = Directory.GetCurrentDirectory(),
            RedirectOutput = true,

            // Not our own error output: the runtime keeps a duplicate of what it was started with, and a pipe behind
            // `kinora up --detach 2>&1` would never see its end. What goes wrong is told by the channel or in the log.
            OnErrorLine = _ => { },
        });
        using var reader = new StreamReader(starter.Output);
        var word = await reader.ReadLineAsync(cancellation) ?? "";
        return word.StartsWith(Ready, StringComparison.Ordinal)
            ? word[Ready.Length..]
            : throw new CommandFailure(word.Length > 0 ? word : $"the detached process ended at its start: see {Path.Combine(folder.Logs, LogName)}.");
    }

    /// <summary>In the detached process, before anything is written: from here on its output is the file.</summary>
    /// <returns>The way to the starter. Disposing it without a word means failure.</returns>
    public static StreamWriter TakeChannel(DataFolder folder)
    {
        var channel = Control(1, DuplicateCloseOnExec, FirstFreeDescriptor);
        using (var log = File.OpenHandle(Path.Combine(folder.Logs, LogName), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            _ = Duplicate((int)log.DangerousGetHandle(), 1);
            _ = Duplicate((int)log.DangerousGetHandle(), 2);
        }

        return new StreamWriter(new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(channel, ownsHandle: true), FileAccess.Write));
    }

    public static void TellReady(StreamWriter channel, string url) => Tell(channel, Ready + url);

    public static void TellFailure(StreamWriter channel, string message) => Tell(channel, message);

    private static void Tell(StreamWriter channel, string word)
    {
        try
        {
            channel.WriteLine(word);
            channel.Dispose();
        }
        catch (IOException)
        {
            // The starter is gone: the terminal was closed, or it was interrupted. What was asked for goes on.
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int from, int to);
}
