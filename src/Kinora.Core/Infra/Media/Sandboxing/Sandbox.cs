using System.ComponentModel;
using System.Globalization;
using Kinora.Core.Infra.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Media.Sandboxing;

/// <summary>
/// Starts what parses uploads, so that what takes it over has taken nothing: docs/decisions/0014-sandbox.md. How strong it is depends on the
/// host, and is found out once.
/// </summary>
public sealed partial class Sandbox(IOptions<SandboxOptions> options, ILogger<Sandbox> logger)
{
    private static readonly TimeSpan TrialTime = TimeSpan.FromSeconds(10);
    private static readonly Confinement Trial = new() { MemoryBytes = 256 << 20 };
    private static readonly string[] Nothing = ["/usr/bin/true"];

    private readonly Lock _lock = new();
    private Task<SandboxKind>? _kind;

    /// <summary>Null until it is known.</summary>
    public SandboxKind? Kind { get; private set; }

    /// <summary>One of a kind that is not asked for: the tests' way to the weaker ones.</summary>
    internal static Sandbox OfKind(SandboxKind kind, SandboxOptions options, ILogger<Sandbox> logger) =>
        new(Options.Create(options), logger) { Kind = kind, _kind = Task.FromResult(kind) };

    /// <summary>Finds out what this host has, and logs it. Asked again it answers at once.</summary>
    /// <exception cref="OptionsValidationException">Less than <see cref="SandboxOptions.Mode"/> asks for.</exception>
    public Task<SandboxKind> FindAsync()
    {
        lock (_lock)
        {
            return _kind ??= FindOnceAsync();
        }
    }

    /// <summary>Starts the program of the specification with what is given and nothing else.</summary>
    /// <exception cref="Win32Exception">It cannot be run.</exception>
    public async Task<ChildProcess> StartAsync(ChildProcessSpec spec, Confinement what)
    {
        var command = Lock(await FindAsync(), what, [spec.FileName, .. spec.Arguments]);
        return await ChildProcess.StartAsync(spec with { FileName = command[0], Arguments = command[1..] });
    }

    private string[] Lock(SandboxKind kind, Confinement what, string[] command)
    {
        what = what with { Readable = [.. what.Readable, .. options.Value.ReadOnlyPaths, Confine.Program] };
        return kind switch
        {
            SandboxKind.Namespaces =>
                [Bubblewrap.Program, .. Bubblewrap.Options(what), .. Confine.Command(what, kind), .. command],
            SandboxKind.None => [.. Confine.LimitsAlone(what), .. command],
            _ => [.. Confine.Command(what, kind), .. command],
        };
    }

    private async Task<SandboxKind> FindOnceAsync()
    {
        var kind = await FindBestAsync();
        Kind = kind;
        return kind;
    }

    private async Task<SandboxKind> FindBestAsync()
    {
        var mode = options.Value.Mode ?? SandboxMode.Required;
        if (mode == SandboxMode.Off)
        {
            LogOff();
            return SandboxKind.None;
        }

        var (code, said) = await TryAsync(Lock(SandboxKind.Namespaces, Trial, Nothing));
        if (code == 0)
        {
            return SandboxKind.Namespaces;
        }

        var reason = said.Length > 0 ? said : $"{Bubblewrap.Program} ended with {code}";
        var kind = await FindWeakerAsync();
        if (mode == SandboxMode.Required || kind == SandboxKind.None)
        {
            throw new OptionsValidationException(SandboxOptions.Section, typeof(SandboxOptions),
            [
                $"ffmpeg cannot be locked up in namespaces of its own here ({reason}): see docs/operations.md"
                + (kind == SandboxKind.None ? "." : $", or set {SandboxOptions.Section}:Mode to BestEffort to go on with less ({kind})."),
            ]);
        }

        LogWeaker(kind, reason);
        return kind;
    }

    private async Task<SandboxKind> FindWeakerAsync()
    {
        var (code, version) = await TryAsync([Confine.Program, "--landlock"]);
        if (code == 0 && int.TryParse(version, CultureInfo.InvariantCulture, out var landlock) && landlock > 0)
        {
            return SandboxKind.Landlock;
        }

        (code, _) = await TryAsync(Lock(SandboxKind.Calls, Trial, Nothing));
        return code == 0 ? SandboxKind.Calls : SandboxKind.None;
    }

    private static async Task<(int Code, string LastLine)> TryAsync(string[] command)
    {
        var said = "";
        try
        {
            await using var child = await ChildProcess.StartAsync(
                new ChildProcessSpec(command[0], command[1..]) { OnOutputLine = line => said = line, OnErrorLine = line => said = line });
            return (await child.Exited.WaitAsync(TrialTime), said);
        }
        catch (Exception e) when (e is Win32Exception or TimeoutException)
        {
            return (-1, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Uploads are parsed without a sandbox: Kinora:Sandbox:Mode is Off")]
    private partial void LogOff();

    [LoggerMessage(LogLevel.Warning, "Uploads are parsed in a weaker sandbox ({kind}), without namespaces: {reason}")]
    private partial void LogWeaker(SandboxKind kind, string reason);
}
