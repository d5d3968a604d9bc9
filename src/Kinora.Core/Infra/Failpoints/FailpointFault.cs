using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Storage;
using Npgsql;

namespace Kinora.Core.Infra.Failpoints;

/// <summary>The exceptions that a failpoint throws, by a word.</summary>
internal static class FailpointFault
{
    public const string Plain = "plain";
    private const string Message = "Thrown by a failpoint.";

    private static readonly Dictionary<string, Func<Exception>> Words = new()
    {
        [Plain] = () => new InvalidOperationException(Message),
        ["io"] = () => new IOException(Message),
        ["storage"] = () => new StorageException(Message),
        ["database"] = () => new NpgsqlException(Message),
        ["queue"] = () => new QueueUnavailableException(Message),
    };

    /// <exception cref="FormatException">It is none of the words.</exception>
    public static string Check(string word) =>
        Words.ContainsKey(word) ? word : throw new FormatException($"\"{word}\" is no fault to throw: {string.Join(", ", Words.Keys)}.");

    public static Exception Of(string word) => Words[word]();
}
