using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Kinora.IntegrationTests.Servers;

namespace Kinora.IntegrationTests.Webhooks;

/// <summary>One request that a receiver got.</summary>
/// <param name="Headers">By their names in lower case.</param>
internal sealed record Received(IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Id => Headers["webhook-id"];

    public JsonElement Payload => JsonDocument.Parse(Body).RootElement;

    public string? Type => Payload.GetProperty("type").GetString();
}

/// <summary>Somebody's server that gets webhooks, on 127.0.0.1.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly HttpStub _stub;
    private readonly ConcurrentQueue<Received> _taken = new();
    private readonly ConcurrentQueue<Received> _all = new();

    /// <param name="answer">The status of a request; null: it hangs. The second argument: how often its delivery has come, with this time.</param>
    public Receiver(Func<Received, int, string?> answer)
    {
        _stub = new HttpStub(async exchange =>
        {
            using var body = new MemoryStream();
            await exchange.ReadBodyAsync(into: body);
            var received = new Received(
                exchange.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value), Encoding.UTF8.GetString(body.ToArray()));
            _all.Enqueue(received);
            var status = answer(received, _all.Count(r => r.Id == received.Id));
            if (status is null)
            {
                await exchange.HangAsync();
            }

            if (status!.StartsWith('2'))
            {
                _taken.Enqueue(received);
            }

            await exchange.AnswerAsync(status, "said", headers: status.StartsWith('3') ? ["Location: http://127.0.0.1:1/"] : []);
        });
    }

    public string Url => $"{_stub.Url}/hook";

    public int Port => new Uri(_stub.Url).Port;

    /// <summary>So that Kinora may go here.</summary>
    public string[] Settings => ["Kinora__Outbound__AllowedNetworks__0=127.0.0.1/32", $"Kinora__Outbound__Ports__0={Port}"];

    /// <summary>What was answered with 2xx.</summary>
    public IReadOnlyCollection<Received> Taken => _taken;

    public IReadOnlyCollection<Received> All => _all;

    public ValueTask DisposeAsync() => _stub.DisposeAsync();
}
