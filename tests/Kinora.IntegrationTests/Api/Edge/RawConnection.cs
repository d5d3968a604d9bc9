using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Kinora.IntegrationTests.Api.Edge;

/// <summary>A socket, for what no HTTP client would send, or so slowly.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client = new();

    private RawConnection()
    {
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="receiveBuffer">In bytes: what the client's side takes without reading it; null: as the system has it.</param>
    public static async Task<RawConnection> OpenAsync(Uri address, int? receiveBuffer = null)
    {
        var connection = new RawConnection();
        if (receiveBuffer is { } size)
        {
            connection._client.ReceiveBufferSize = size;
        }

        await connection._client.ConnectAsync(address.Host, address.Port, Cancellation);
        return connection;
    }

    /// <summary>Everything until the server closes the connection.</summary>
    public static async Task<string> SendAsync(Uri address, string request, TimeSpan patience)
    {
        using var connection = await OpenAsync(address);
        await connection.WriteAsync(request);
        return await connection.ReadToEndAsync(patience);
    }

    public async Task WriteAsync(string text) => await _client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), Cancellation);

    public async Task<string> ReadToEndAsync(TimeSpan patience)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        timeout.CancelAfter(patience);
        var answer = new MemoryStream();
        await _client.GetStream().CopyToAsync(answer, timeout.Token);
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    /// <summary>Writes a text, a few characters at a time, until the server has closed the connection.</summary>
    /// <returns>What it answered, and when it closed.</returns>
    public async Task<(string Answer, TimeSpan Elapsed)> DripAsync(string text, int charactersPerSecond, TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        var reading = ReadToEndAsync(patience);
        for (var i = 0; i < text.Length && !reading.IsCompleted; i++)
        {
            try
            {
                await WriteAsync(text.Substring(i, 1));
            }
            catch (IOException)
            {
                break;
            }

            await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(1.0 / charactersPerSecond), Cancellation));
        }

        return (await reading, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Reads nothing until the server has cut the connection, which shows when one writes to it.</summary>
    public async Task<TimeSpan> WaitUntilCutAsync(TimeSpan patience)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        timeout.CancelAfter(patience);
        var started = Stopwatch.GetTimestamp();
        try
        {
            while (true)
            {
                await _client.GetStream().WriteAsync("x"u8.ToArray(), timeout.Token);
                await Task.Delay(TimeSpan.FromMilliseconds(100), timeout.Token);
            }
        }
        catch (IOException)
        {
            return Stopwatch.GetElapsedTime(started);
        }
    }

    public void Dispose() => _client.Dispose();
}
