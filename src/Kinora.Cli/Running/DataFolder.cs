using System.Security.Cryptography;

namespace Kinora.Cli.Running;

/// <summary>The folder that holds all that one Kinora keeps on this machine, and the lock that lets only one run on it.</summary>
internal sealed class DataFolder(string path)
{
    public const string DefaultName = ".kinora";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode SecretFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    public string Run => Path.Combine(Root, "run");

    public string State => Path.Combine(Run, "state.json");

    public string Logs => Path.Combine(Root, "logs");

    public string Postgres => Path.Combine(Root, "postgres");

    public string Redis => Path.Combine(Root, "redis");

    public string Objects => Path.Combine(Root, "objects");

    public string Spool => Path.Combine(Root, "tmp");

    public string AppSettings => Path.Combine(Root, "appsettings.json");

    public string Work(string worker) => Path.Combine(Root, "work", worker);

    /// <summary>The folder that was named, from the caller's current folder; else the one of this checkout, wherever it is called from.</summary>
    public static DataFolder Of(string? named) => new(named ?? Path.Combine(Installation.Root, DefaultName));

    public void Create()
    {
        try
        {
            // As root the user "postgres" must pass through to its cluster; nobody else needs to look in.
            var passable = Environment.IsPrivilegedProcess ? UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None;
            Directory.CreateDirectory(Root, OwnerOnly | passable);
            foreach (var folder in (string[])[Run, Logs, Objects, Spool])
            {
                Directory.CreateDirectory(folder, OwnerOnly);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"{Root} cannot be made ({e.Message}): choose another folder with --data-dir.");
        }
    }

    /// <summary>Held as long as the returned file is open, and given up by the kernel however we end. Null: another one has it.</summary>
    public FileStream? TryLock()
    {
        var file = Path.Combine(Run, "lock");
        if (!Directory.Exists(Run))
        {
            Create();
        }

        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailure($"{Root} belongs to another user: choose another folder with --data-dir.");
        }
    }

    /// <summary>A random value made at the first call and kept in a file that only we can read.</summary>
    public string Secret(string name)
    {
        var file = Path.Combine(Root, name);
        if (!File.Exists(file))
        {
            // Written beside and renamed: a crash in between leaves no empty secret.
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = SecretFile };
            using (var writer = new StreamWriter($"{file}.new", options))
            {
                writer.Write(NewSecret());
            }

            File.Move($"{file}.new", file);
        }

        return File.ReadAllText(file).Trim();
    }

    private static string NewSecret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));
}
