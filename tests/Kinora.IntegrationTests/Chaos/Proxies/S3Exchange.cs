using System.Text;

namespace Kinora.IntegrationTests.Chaos.Proxies;

/// <summary>One request through an <see cref="S3FaultProxy"/>, and its answer.</summary>
internal sealed class S3Exchange(S3FaultProxy proxy, HttpWire client, HttpWire store, HttpHead head, CancellationToken stopped)
{
    private const int SlowBytesPerSecond = 1024;
    private const int SlowTurnsPerSecond = 8;

    private readonly S3Fault? _fault = proxy.Choose(S3Call.Of(head));

    private bool _wasSlow;

    private bool IsSlow => _fault?.Kind == S3FaultKind.SlowBody && proxy.IsInjected(_fault);

    /// <returns>Whether the connection can be used for another.</returns>
    public async Task<bool> RunAsync()
    {
        switch (_fault?.Kind)
        {
            case S3FaultKind.InternalError:
                return await AnswerAsync("500 Internal Server Error", Error("InternalError"));
            case S3FaultKind.SlowDown:
                return await AnswerAsync("503 Slow Down", Error("SlowDown"));
            case S3FaultKind.Denied:
                return await AnswerAsync("403 Forbidden", Error("AccessDenied"));
            case S3FaultKind.Missing:
                return await AnswerAsync("404 Not Found", Error("NoSuchKey"));
            case S3FaultKind.ErrorIn200:
                return await AnswerAsync("200 OK", Error("InternalError"));
            case S3FaultKind.Garbage:
                await DrainAsync();
                _fault.Fire();
                await client.WriteAsync("\u0000\u0001garbage, and no HTTP\r\n\r\n"u8.ToArray());
                return false;
            case S3FaultKind.NoAnswer:
                await DrainAsync();
                _fault.Fire();
                await client.WaitForEndAsync();
                return false;
            case S3FaultKind.Refused:
                _fault.Fire();
                proxy.Refuse();
                client.Reset();
                return false;
            default:
                return await ForwardAsync();
        }
    }

    private static string Error(string code) =>
        $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>Injected</Message></Error>";

    /// <summary>An answer of our own.</summary>
    private async Task<bool> AnswerAsync(string status, string body)
    {
        await DrainAsync();
        var answer = $"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\n\r\n";
        // Before its last byte, here and below: who sees the fault sees it counted.
        _fault!.Fire();
        await client.WriteAsync(Encoding.ASCII.GetBytes(head.Method == "HEAD" ? answer : answer + body));
        return true;
    }

    private async Task DrainAsync()
    {
        if (head.WantsContinue)
        {
            await client.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        }

        await foreach (var _ in client.ReadBodyAsync(head, untilEnd: false, stopped))
        {
        }
    }

    private async Task<bool> ForwardAsync()
    {
        await store.WriteAsync(head.Bytes);
        var sending = SendAsync();
        HttpHead answer;
        do
        {
            var next = store.ReadHeadAsync();
            if (await Task.WhenAny(sending, next) == sending)
            {
                await sending;
            }

            answer = await next ?? throw new IOException("The store closed the connection.");
            if (answer.Status < 200)
            {
                await client.WriteAsync(answer.Bytes);
            }
        }
        while (answer.Status < 200);

        await ReturnAsync(answer);
        var isWhole = sending.IsCompletedSuccessfully;
        if (!isWhole)
        {
            // The store has answered before the request was whole: nobody knows where the next one would begin.
            client.Dispose();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return isWhole && !answer.EndsConnection && (answer.ContentLength is not null || answer.IsChunked || !HasBody(answer));
    }

    private bool HasBody(HttpHead answer) => head.Method != "HEAD" && answer.Status is not (204 or 304);

    private async Task SendAsync()
    {
        var middle = Math.Max(1, (head.ContentLength ?? 0) / 2);
        var sent = 0L;
        await foreach (var piece in client.ReadBodyAsync(head, untilEnd: false, stopped))
        {
            var reaches = piece.IsContent && sent < middle && sent + piece.Bytes.Length >= middle;
            sent += piece.IsContent ? piece.Bytes.Length : 0;
            if (reaches && _fault?.Kind == S3FaultKind.ResetInRequest)
            {
                await store.WriteAsync(piece.Bytes.AsMemory(0, piece.Bytes.Length / 2));
                _fault.Fire();
                store.Reset();
                client.Reset();
                throw new IOException("Reset in the middle of a request.");
            }

            if (reaches && _fault?.Kind == S3FaultKind.FlippedRequest)
            {
                Flip(piece, (int)(piece.Bytes.Length - (sent - middle) - 1));
            }

            await PassAsync(store, piece);
        }

        if (_fault is { Kind: S3FaultKind.FlippedRequest or S3FaultKind.ResetInRequest } && sent == 0)
        {
            _fault.GiveBack();
        }
    }

    private async Task ReturnAsync(HttpHead answer)
    {
        var length = HasBody(answer) ? answer.ContentLength ?? 0 : 0;
        var half = length / 2;
        switch (_fault?.Kind)
        {
            case S3FaultKind.LostAnswer:
                await foreach (var _ in BodyOf(answer))
                {
                }

                _fault.Fire();
                client.Reset();
                throw new IOException("The answer was lost.");
            case S3FaultKind.TruncatedAnswer or S3FaultKind.ResetInAnswer or S3FaultKind.WrongLength when length > 1 && answer.Status < 300:
                _fault.Fire();
                await client.WriteAsync((_fault.Kind == S3FaultKind.WrongLength ? answer.WithContentLength(half) : answer).Bytes);
                await ReturnHalfAsync(answer, half);
                if (_fault.Kind == S3FaultKind.ResetInAnswer)
                {
                    client.Reset();
                }

                throw new IOException("Half of the answer.");
            case S3FaultKind.WrongLength when answer.ContentLength > 1 && head.Method == "HEAD" && answer.Status < 300:
                _fault.Fire();
                await client.WriteAsync(answer.WithContentLength(answer.ContentLength.Value / 2).Bytes);
                return;
            case S3FaultKind.TruncatedAnswer or S3FaultKind.ResetInAnswer or S3FaultKind.WrongLength:
                _fault.GiveBack();
                break;
            case S3FaultKind.FlippedAnswer when length == 0 || answer.Status >= 300:
                _fault.GiveBack();
                await client.WriteAsync(answer.Bytes);
                await ReturnWholeAsync(answer, flipAt: -1);
                return;
            default:
                break;
        }

        await client.WriteAsync(answer.Bytes);
        await ReturnWholeAsync(answer, flipAt: _fault?.Kind == S3FaultKind.FlippedAnswer ? half : -1);
    }

    private async Task ReturnHalfAsync(HttpHead answer, long half)
    {
        await foreach (var piece in BodyOf(answer))
        {
            var count = (int)Math.Min(half, piece.Bytes.Length);
            await client.WriteAsync(piece.Bytes.AsMemory(0, count));
            half -= count;
            if (half == 0)
            {
                return;
            }
        }
    }

    private async Task ReturnWholeAsync(HttpHead answer, long flipAt)
    {
        var sent = 0L;
        await foreach (var piece in BodyOf(answer))
        {
            if (flipAt >= sent && flipAt < sent + piece.Bytes.Length)
            {
                Flip(piece, (int)(flipAt - sent));
            }

            sent += piece.Bytes.Length;
            await PassAsync(client, piece);
        }
    }

    private IAsyncEnumerable<BodyPiece> BodyOf(HttpHead answer) =>
        HasBody(answer) ? store.ReadBodyAsync(answer, untilEnd: true, stopped) : AsyncEnumerable.Empty<BodyPiece>();

    private void Flip(BodyPiece piece, int index)
    {
        piece.Bytes[index] ^= 0x40;
        _fault!.Fire();
    }

    private async Task PassAsync(HttpWire to, BodyPiece piece)
    {
        if (!IsSlow)
        {
            await to.WriteAsync(piece.Bytes);
            return;
        }

        const int turn = SlowBytesPerSecond / SlowTurnsPerSecond;
        if (!_wasSlow)
        {
            _wasSlow = true;
            _fault!.Fire();
        }

        foreach (var part in piece.Bytes.Chunk(turn))
        {
            await to.WriteAsync(part);
            if (IsSlow)
            {
                await Task.Delay(TimeSpan.FromSeconds(1.0 / SlowTurnsPerSecond), stopped);
            }
        }
    }
}
