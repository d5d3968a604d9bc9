using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Kinora.Core.Infra.Processes;

/// <summary>
/// A process of ours that cannot outlive us. The only place where processes start: never through a shell, with exactly the environment
/// that is given, and with a parent-death signal, so that a killed worker leaves no ffmpeg behind.
/// </summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);
    private readonly Process _process;
    private readonly Task _output;
    private readonly Task _error;
    private readonly Descendants? _descendants;

    private ChildProcess(Process process, ChildProcessSpec spec, Descendants? descendants)
    {
        (_process, _descendants) = (process, descendants);
        _output = spec.OnOutputLine is null ? Task.CompletedTask : BoundedLines.PumpAsync(process.StandardOutput, spec.OnOutputLine);
        _error = spec.OnErrorLine is null ? Task.CompletedTask : BoundedLines.PumpAsync(process.StandardError, spec.OnErrorLine);
        Exited = WaitAsync();
    }

    public int Id => _process.Id;

    /// <summary>The exit code (128 + n after signal n), once the process has ended and its piped output was read.</summary>
    public Task<int> Exited { get; }

    /// <summary>Process itself throws when it is asked after its disposal.</summary>
    private bool HasExited => Exited.IsCompleted || _process.HasExited;

    /// <summary>The process's input; only with <see cref="ChildProcessSpec.RedirectInput"/>.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>The process's raw output; only with <see cref="ChildProcessSpec.RedirectOutput"/>.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <exception cref="System.ComponentModel.Win32Exception">The program does not exist or cannot be run.</exception>
    public static async Task<ChildProcess> StartAsync(ChildProcessSpec spec)
    {
        var descendants = spec.EndsDescendants ? new Descendants() : null;
        return new(await SpawnThread.RunAsync(() => Spawn(spec, descendants)), spec, descendants);
    }

    public void Signal(PosixSignalNumber signal)
    {
        // The pid is ours until it is reaped, and it is reaped by Process only after HasExited turned true.
        if (!HasExited)
        {
            _ = Kill(_process.Id, (int)signal);
        }
    }

    /// <summary>Sends the signal, waits for the grace, then kills what is still there. Returns the exit code.</summary>
    public async Task<int> StopAsync(TimeSpan grace, PosixSignalNumber signal = PosixSignalNumber.Terminate)
    {
        Signal(signal);
        try
        {
            return await Exited.WaitAsync(grace);
        }
        catch (TimeoutException)
        {
            KillTree();
            return await Exited;
        }
    }

    /// <summary>Kills it if need be and waits for its end. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        KillTree();
        await Exited;
        _process.Dispose();
    }

    private static Process Spawn(ChildProcessSpec spec, Descendants? descendants)
    {
        // setpriv sets PR_SET_PDEATHSIG after it changed the user (a change of user clears it) and then becomes the program.
        var start = new ProcessStartInfo("setpriv")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = spec.RedirectOutput || spec.OnOutputLine is not null,
            RedirectStandardError = spec.OnErrorLine is not null,
            WorkingDirectory = spec.WorkingDirectory ?? "/",
        };
        if (spec.User is { } user)
        {
            foreach (var argument in (string[])["--reuid", user, "--regid", user, "--clear-groups"])
            {
                start.ArgumentList.Add(argument);
            }
        }

        string[] nice = spec.Niceness > 0 ? ["nice", "-n", spec.Niceness.ToString(CultureInfo.InvariantCulture)] : [];
        foreach (var argument in (string[])
            ["--pdeathsig", spec.ParentDeathSignal == PosixSignalNumber.Kill ? "KILL" : "TERM", "--", .. nice, spec.FileName])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var argument in spec.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        if (descendants is not null)
        {
            start.Environment[Descendants.Variable] = descendants.Mark;
        }

        start.Environment.TryAdd("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        var process = new Process { StartInfo = start };
#pragma warning disable RS0030 // the one place that may
        process.Start();
#pragma warning restore RS0030
        if (!spec.RedirectInput)
        {
            process.StandardInput.Close();
        }

        return process;
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        if (_descendants is not null)
        {
            await _descendants.EndAsync();
        }

        // A grandchild that lives on holds the pipes open: what it still prints is not waited for.
        await Task.WhenAny(Task.WhenAll(_output, _error), Task.Delay(DrainTime));
        return _process.ExitCode;
    }

    private void KillTree()
    {
        if (!HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    /// <summary>
    /// PR_SET_PDEATHSIG fires when the *thread* that forked ends (prctl(2)), and threads of the pool come and go: so every process is
    /// forked from this one, which lives as long as we do.
    /// </summary>
    private static class SpawnThread
    {
        private static readonly BlockingCollection<Action> Requests = Start();

        public static Task<Process> RunAsync(Func<Process> spawn)
        {
            var done = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
            Requests.Add(() =>
            {
                try
                {
                    done.SetResult(spawn());
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            });
            return done.Task;
        }

        private static BlockingCollection<Action> Start()
        {
            var requests = new BlockingCollection<Action>();
            new Thread(() =>
            {
                foreach (var request in requests.GetConsumingEnumerable())
                {
                    request();
                }
            })
            { IsBackground = true, Name = "spawn" }.Start();
            return requests;
        }
    }
}
