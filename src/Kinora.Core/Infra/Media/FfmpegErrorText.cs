using System.Text;

namespace Kinora.Core.Infra.Media;

/// <summary>The first and the last kilobytes of an error output: a damaged file can make ffmpeg print for hours.</summary>
internal sealed class FfmpegErrorText
{
    private const int HeadChars = 4096;
    private const int TailChars = 4096;
    private const int LineChars = 512;

    private readonly Lock _gate = new();
    private readonly StringBuilder _head = new();
    private readonly Queue<string> _tail = new();
    private int _tailChars;
    private long _droppedLines;

    public void Add(string line)
    {
        var cut = line.Length > LineChars ? line[..LineChars] : line;
        lock (_gate)
        {
            if (_tail.Count == 0 && _head.Length + cut.Length < HeadChars)
            {
                _head.Append(cut).Append('\n');
                return;
            }

            _tail.Enqueue(cut);
            _tailChars += cut.Length + 1;
            while (_tailChars > TailChars)
            {
                _tailChars -= _tail.Dequeue().Length + 1;
                _droppedLines++;
            }
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            var text = new StringBuilder().Append(_head);
            if (_droppedLines > 0)
            {
                text.Append("[... ").Append(_droppedLines).Append(" lines ...]\n");
            }

            return text.AppendJoin('\n', _tail).ToString().TrimEnd('\n');
        }
    }
}
