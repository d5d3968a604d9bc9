namespace Kinora.Cli.Running;

/// <summary>A file for each process. At a start, and past the size limit, the file so far becomes NAME.log.1 and replaces an older one.</summary>
internal sealed class FileProcessLog(DataFolder folder) : IProcessLog, IDisposable
{
    private const long LimitBytes = 32L * 1024 * 1024;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StreamWriter> _files = [];

    public void Write(string process, string line)
    {
        lock (_lock)
        {
            if (!_files.TryGetValue(process, out var file) || file.BaseStream.Length > LimitBytes)
            {
                file?.Dispose();
                _files[process] = file = Open(PathOf(process));
            }

            file.WriteLine(line);
        }
    }

    public string WhereToLook(string process) => $"in {PathOf(process)}";

    public string PathOf(string process) => Path.Combine(folder.Logs, $"{process}.log");

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var file in _files.Values)
            {
                file.Dispose();
            }

            _files.Clear();
        }
    }

    private static StreamWriter Open(string path)
    {
        if (File.Exists(path))
        {
            File.Move(path, $"{path}.1", overwrite: true);
        }

        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        return new StreamWriter(path, options) { AutoFlush = true };
    }
}
