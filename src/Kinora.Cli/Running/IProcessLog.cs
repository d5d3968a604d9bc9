namespace Kinora.Cli.Running;

/// <summary>Where the lines of the processes go. May be called from any thread; the order of one process's lines is kept.</summary>
internal interface IProcessLog
{
    void Write(string process, string line);

    /// <summary>For messages: "above", or "in FILE".</summary>
    string WhereToLook(string process);
}
