using System.Text;

namespace Kinora.Core.Infra.Processes;

/// <summary>
/// The lines of a process's output. Tools print what stands in the files that they read (a title of 10 MB, without an end of line): the
/// rest of a line that is too long is dropped.
/// </summary>
internal static class BoundedLines
{
    public const int MaxLength = 65536;

    public static async Task PumpAsync(TextReader reader, Action<string> onLine)
    {
        var buffer = new char[MaxLength];
        var line = new StringBuilder();
        int count;
        while ((count = await reader.ReadAsync(buffer)) > 0)
        {
            foreach (var character in buffer.AsSpan(0, count))
            {
                if (character == '\n')
                {
                    onLine(line.ToString().TrimEnd('\r'));
                    line.Clear();
                }
                else if (line.Length < MaxLength)
                {
                    line.Append(character);
                }
            }
        }

        if (line.Length > 0)
        {
            onLine(line.ToString());
        }
    }
}
