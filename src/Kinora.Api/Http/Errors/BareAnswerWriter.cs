using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace Kinora.Api.Http.Errors;

/// <summary>Passes a connection's output through, and completes an error that has no body; see <see cref="BareAnswers"/>.</summary>
internal sealed class BareAnswerWriter(PipeWriter inner) : PipeWriter
{
    private const string EmptyBody = "Content-Length: 0\r\n";
    private const int StatusOffset = 9;
    private static readonly string Security = string.Concat(SecurityHeaders.All.Select(header => $"{header.Key}: {header.Value}\r\n"));
    private Memory<byte> _written;

    /// <summary>An answer of our own pipeline is being written: not to be touched.</summary>
    public bool IsOurs { get; set; }

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _written = inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        // Kestrel writes the head of an answer in one piece.
        if (!IsOurs && Completed(_written.Span[..bytes]) is { } whole)
        {
            whole.CopyTo(inner.GetMemory(whole.Length));
            inner.Advance(whole.Length);
            return;
        }

        inner.Advance(bytes);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    /// <summary>The answer with the envelope as its body; null for anything but an error that closes the connection and has none.</summary>
    private static byte[]? Completed(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 4"u8) && !head.StartsWith("HTTP/1.1 5"u8)
            || !head.EndsWith("\r\n\r\n"u8)
            || head.IndexOf("Connection: close\r\n"u8) < 0
            || head.IndexOf(Encoding.ASCII.GetBytes(EmptyBody)) < 0)
        {
            return null;
        }

        var text = Encoding.ASCII.GetString(head);
        var status = int.Parse(text.AsSpan(StatusOffset, 3), NumberStyles.None, CultureInfo.InvariantCulture);
        var body = JsonSerializer.SerializeToUtf8Bytes(StatusErrors.Of(status).Body, ApiJson.Default.ErrorBody);
        var headers = string.Create(
            CultureInfo.InvariantCulture,
            $"Content-Type: application/json; charset=utf-8\r\nContent-Length: {body.Length}\r\n{Security}Cache-Control: no-store\r\n{RequestId.Header}: {Guid.CreateVersion7()}\r\n");
        return [.. Encoding.ASCII.GetBytes(text.Replace(EmptyBody, headers, StringComparison.Ordinal)), .. body];
    }
}
