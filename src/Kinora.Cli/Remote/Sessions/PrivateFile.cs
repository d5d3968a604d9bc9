namespace Kinora.Cli.Remote.Sessions;

/// <summary>A file that only its user can read, whole or not there, with a lock beside it for who changes it.</summary>
internal sealed class PrivateFile(string path)
{
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>EWOULDBLOCK of flock(2), which .NET gives as it is: somebody else has the lock.</summary>
    private const int IsLocked = 11;

    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(25);

    /// <summary>More than any change takes: an exchange of tokens with a server that does not answer.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(2);

    public string Location => path;

    /// <summary>Null: there is none.</summary>
    public string? Read() => Try<string?>(() =>
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    });

    /// <summary>Its bytes are on the disk before they get the name: even where the machine stops, there is the text before or this one, whole.</summary>
    public void Write(string text) => Try(() =>
    {
        CreateFolder();
        var unfinished = $"{path}.{Environment.ProcessId}.new";

        // The remains of a process that had the same id would keep their own mode, or lead elsewhere.
        File.Delete(unfinished);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnFile };
        using (var file = new FileStream(unfinished, options))
        {
            using var writer = new StreamWriter(file);
            writer.Write(text);
            writer.Flush();
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
        return true;
    });

    public void Delete() => Try(() =>
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        return true;
    });

    /// <summary>Held until it is disposed, or the process ends, however it ends.</summary>
    public async Task<IDisposable> LockAsync(TimeProvider time, CancellationToken cancellation)
    {
        Try(() => CreateFolder());
        var started = time.GetTimestamp();
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            UnixCreateMode = OwnFile,
        };
        while (true)
        {
            try
            {
                return new FileStream($"{path}.lock", options);
            }
            catch (IOException e) when (e.HResult == IsLocked && time.GetElapsedTime(started) < LockPatience)
            {
                await Task.Delay(LockInterval, time, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Failure(e);
            }
        }
    }

    private DirectoryInfo CreateFolder() => Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnFolder);

    private T Try<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e);
        }
    }

    private CommandFailure Failure(Exception e) => new($"{path} cannot be used: {e.Message}");
}
