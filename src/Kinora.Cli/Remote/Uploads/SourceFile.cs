namespace Kinora.Cli.Remote.Uploads;

/// <summary>A file to be sent, as it was when the command began: another one under the same name is not gone on with.</summary>
internal sealed record SourceFile(string Path, long Size, DateTimeOffset ModifiedAt)
{
    public string Name => System.IO.Path.GetFileName(Path);

    /// <exception cref="CommandFailure">It is not there, no file, empty, or cannot be read.</exception>
    public static SourceFile Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw Unfit(path, "is a folder");
        }

        try
        {
            using var file = File.OpenRead(full);
            return file.CanSeek && file.Length > 0
                ? new SourceFile(full, file.Length, File.GetLastWriteTimeUtc(full))
                : throw Unfit(path, file.CanSeek ? "is empty" : "is no file");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unfit(path, "does not exist");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unfit(path, "cannot be read");
        }
    }

    /// <summary>The bytes from an offset on. What was sent before belongs to the file as it was.</summary>
    public FileStream OpenAt(long offset)
    {
        try
        {
            var file = File.OpenRead(Path);
            if (file.Length == Size && File.GetLastWriteTimeUtc(Path) == ModifiedAt.UtcDateTime)
            {
                file.Seek(offset, SeekOrigin.Begin);
                return file;
            }

            file.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"{Path} cannot be read any more: {e.Message}");
        }

        throw new CommandFailure($"{Path} was changed while it was sent: upload it again.");
    }

    private static CommandFailure Unfit(string path, string reason) =>
        new($"{path} {reason}: name a video file.", CommandFailure.BadUsage);
}
