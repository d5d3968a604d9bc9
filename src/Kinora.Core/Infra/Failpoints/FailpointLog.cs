namespace Kinora.Core.Infra.Failpoints;

/// <summary>One line for each firing, written before it happens: the proof that outlives a kill. Several processes may share the file.</summary>
internal sealed class FailpointLog(string path, TimeProvider time)
{
    public void Write(FailpointRule rule)
    {
        // .NET's append seeks to the end instead of opening with O_APPEND, so the lock of FileShare.None keeps others out meanwhile.
        var wait = default(SpinWait);
        while (true)
        {
            try
            {
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.None);
                using var writer = new StreamWriter(file);
                writer.WriteLine($"{rule.Name} {rule.Action.ToString().ToLowerInvariant()} {time.GetUtcNow():O} {Environment.ProcessId}");
                return;
            }
            catch (IOException) when (File.Exists(path))
            {
                wait.SpinOnce();
            }
        }
    }
}
