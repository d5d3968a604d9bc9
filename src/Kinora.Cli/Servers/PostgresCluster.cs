using System.Globalization;
using System.Text;
using Kinora.Cli.Running;
using Kinora.Core.Infra.Processes;

namespace Kinora.Cli.Servers;

/// <summary>The folder of a cluster: how it is made, who owns it, and what a killed server left in it.</summary>
internal static class PostgresCluster
{
    private static readonly TimeSpan LeftoverTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LeftoverInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>PostgreSQL refuses to run as root.</summary>
    public static string? User => Environment.IsPrivilegedProcess ? "postgres" : null;

    /// <param name="password">Null: any local process may connect.</param>
    public static async Task CreateAsync(
        string data, string superUser, PostgresDurability durability, string? password, CancellationToken cancellation)
    {
        // Made beside and renamed: an initdb that was killed half-way leaves nothing that looks like a cluster.
        var staging = $"{data}.new";
        var passwordFile = $"{staging}.password";
        if (Directory.Exists(staging))
        {
            Directory.Delete(staging, recursive: true);
        }

        Directory.CreateDirectory(staging);
        await GiveAsync(staging, cancellation);
        List<string> arguments =
        [
            "-D", staging, "-U", superUser, "-A", password is null ? "trust" : "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8",
            "--no-instructions",
        ];
        if (durability != PostgresDurability.Full)
        {
            arguments.Add("--no-sync");
        }

        try
        {
            if (password is not null)
            {
                const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = ownerOnly };
                await using (var file = new StreamWriter(passwordFile, options))
                {
                    await file.WriteLineAsync(password.AsMemory(), cancellation);
                }

                await GiveAsync(passwordFile, cancellation);
                arguments.Add($"--pwfile={passwordFile}");
            }

            await RunAsync(Program("initdb", version: null), arguments, User, cancellation);
        }
        finally
        {
            File.Delete(passwordFile);
        }

        if (Directory.Exists(data))
        {
            // Only when it is empty: anything else is not ours to remove.
            Directory.Delete(data);
        }

        Directory.Move(staging, data);
    }

    /// <summary>
    /// PostgreSQL does not start beside a postmaster.pid whose process lives, and that id may by now be another's. Only one supervisor
    /// works on a folder, so a server that still runs there was left by a killed one: it is stopped. Any other pid file is stale.
    /// </summary>
    public static async Task EndLeftoverAsync(string data, CancellationToken cancellation)
    {
        var file = Path.Combine(data, "postmaster.pid");
        if (!File.Exists(file))
        {
            return;
        }

        var first = (await File.ReadAllLinesAsync(file, cancellation)).FirstOrDefault();
        if (int.TryParse(first, CultureInfo.InvariantCulture, out var pid) && ProcessIdentity.Of(pid) is { } leftover && WorksIn(pid, data))
        {
            await leftover.EndAsync(PosixSignalNumber.Interrupt, LeftoverTimeout, LeftoverInterval, cancellation);
        }

        File.Delete(file);
    }

    /// <summary>Debian keeps the server's programs out of PATH, in a folder of each version.</summary>
    /// <param name="version">The newest when null.</param>
    public static string Program(string name, string? version)
    {
        const string versions = "/usr/lib/postgresql";
        var folder = Directory.Exists(versions)
            ? Directory.GetDirectories(versions)
                .Where(d => File.Exists(Path.Combine(d, "bin", name)) && (version is null || Path.GetFileName(d) == version))
                .MaxBy(d => int.TryParse(Path.GetFileName(d), out var number) ? number : 0)
            : null;
        return folder is null ? name : Path.Combine(folder, "bin", name);
    }

    /// <summary>Whether the user that the server runs as can pass through to the folder.</summary>
    public static async Task<bool> CanReachAsync(string folder, CancellationToken cancellation)
    {
        if (User is null)
        {
            return true;
        }

        await using var test = await ChildProcess.StartAsync(new ChildProcessSpec("test", ["-x", folder]) { User = User });
        return await test.Exited.WaitAsync(cancellation) == 0;
    }

    /// <summary>A postmaster's current folder is its cluster's.</summary>
    private static bool WorksIn(int pid, string data) => Directory.ResolveLinkTarget($"/proc/{pid}/cwd", returnFinalTarget: false)?.FullName == data;

    private static async Task GiveAsync(string path, CancellationToken cancellation)
    {
        if (User is { } user)
        {
            await RunAsync("chown", [$"{user}:{user}", path], asUser: null, cancellation);
        }
    }

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments, string? asUser, CancellationToken cancellation)
    {
        var output = new StringBuilder();
        await using var process = await ChildProcess.StartAsync(new ChildProcessSpec(program, arguments)
        {
            User = asUser,
            OnOutputLine = _ => { },
            OnErrorLine = line => output.AppendLine(line),
        });
        if (await process.Exited.WaitAsync(cancellation) is not 0 and var code)
        {
            throw new InvalidOperationException($"{program} failed with exit code {code}: {output.ToString().Trim()}");
        }
    }
}
