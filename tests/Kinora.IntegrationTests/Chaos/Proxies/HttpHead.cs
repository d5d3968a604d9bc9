using System.Globalization;
using System.Text;

namespace Kinora.IntegrationTests.Chaos.Proxies;

/// <summary>The head of a request or an answer, byte for byte as it came.</summary>
internal sealed record HttpHead(byte[] Bytes)
{
    private readonly string[] _lines = Encoding.Latin1.GetString(Bytes).Split("\r\n");

    public string StartLine => _lines[0];

    public string Method => StartLine.Split(' ')[0];

    /// <summary>Of an answer.</summary>
    public int Status => int.Parse(StartLine.Split(' ')[1], CultureInfo.InvariantCulture);

    public long? ContentLength => long.TryParse(Header("Content-Length"), CultureInfo.InvariantCulture, out var length) ? length : null;

    public bool IsChunked => string.Equals(Header("Transfer-Encoding"), "chunked", StringComparison.OrdinalIgnoreCase);

    public bool WantsContinue => string.Equals(Header("Expect"), "100-continue", StringComparison.OrdinalIgnoreCase);

    public bool EndsConnection => string.Equals(Header("Connection"), "close", StringComparison.OrdinalIgnoreCase);

    public string? Header(string name) =>
        _lines.Skip(1).FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    public HttpHead WithContentLength(long length) => new(Encoding.Latin1.GetBytes(string.Join("\r\n", _lines.Select(
        l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase) ? $"Content-Length: {length}" : l))));
}
