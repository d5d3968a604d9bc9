namespace Kinora.IntegrationTests.Chaos.Proxies;

/// <summary>Looks for bytes in a stream that comes in pieces.</summary>
internal sealed class BytePattern(byte[] pattern)
{
    private byte[] _tail = [];

    public bool IsIn(ReadOnlySpan<byte> piece)
    {
        byte[] text = [.. _tail, .. piece];
        var found = text.AsSpan().IndexOf(pattern) >= 0;
        _tail = found ? [] : text[Math.Max(0, text.Length - (pattern.Length - 1))..];
        return found;
    }
}
