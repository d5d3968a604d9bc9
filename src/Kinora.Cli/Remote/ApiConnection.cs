using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Kinora.Cli.Remote;

/// <summary>
/// Requests to one server, as the user of the tokens, each with a timeout; sent again where that is safe and of use. What the server does
/// not give becomes a <see cref="CommandFailure"/> of one line.
/// </summary>
/// <param name="tokens">Null: as nobody.</param>
internal sealed class ApiConnection(Uri server, ITokenSource? tokens, TimeProvider time) : IDisposable
{
    private const int LargestAnswer = 16 * 1024 * 1024;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>No redirects: a password, or a token, goes to the server that was named and nowhere else.</summary>
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = ConnectTimeout })
    {
        BaseAddress = server,
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = LargestAnswer,
    };

    public Uri Server => server;

    /// <summary>What a server wants to be waited for, in seconds or until a time.</summary>
    public static TimeSpan? RetryAfterOf(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when answer.Headers.Date is { } now => date > now ? date - now : TimeSpan.Zero,
        _ => null,
    };

    public async Task<T> ReadAsync<T>(ApiCall call, Func<HttpRequestMessage> request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var answer = await SendAsync(call, request, cancellation);
        try
        {
            return await answer.Content.ReadFromJsonAsync(type, cancellation) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new ServerUnreachable(server, "what answers there is no Kinora.");
        }
    }

    public Task<HttpResponseMessage> SendAsync(ApiCall call, Func<HttpRequestMessage> request, CancellationToken cancellation) =>
        SendAsync(call, _ => request(), cancellation);

    /// <param name="request">Makes it anew for each try; may say of its body that it moves.</param>
    /// <returns>An answer of success.</returns>
    /// <exception cref="CommandFailure">The server refuses it, or does not answer, or nobody is logged in.</exception>
    public async Task<HttpResponseMessage> SendAsync(ApiCall call, Func<Action, HttpRequestMessage> request, CancellationToken cancellation)
    {
        var retries = new Retries(time, call.Patience);
        string? refused = null;
        while (true)
        {
            var token = tokens is null ? null : await tokens.GetAsync(refused, cancellation);
            TimeSpan wait;
            try
            {
                var answer = await TryAsync(call, request, token, cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    return answer;
                }

                using (answer)
                {
                    if (answer.StatusCode == HttpStatusCode.Unauthorized && token is not null && refused is null)
                    {
                        refused = token;
                        continue;
                    }

                    var refusal = ApiRefusal.Of(call.What, answer, await answer.Content.ReadAsStringAsync(cancellation));
                    wait = (MayHelp(call, refusal) ? retries.Next(refusal.RetryAfter) : null) ?? throw refusal;
                }
            }
            catch (HttpRequestException e)
            {
                // What never reached the server may be sent again whatever it is.
                var isSafe = call.IsRepeatable || e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError;
                wait = (isSafe ? retries.Next() : null) ?? throw new ServerUnreachable(server, e.Message);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                wait = (call.IsRepeatable ? retries.Next() : null)
                    ?? throw new ServerUnreachable(server, $"nothing came within {call.Timeout.TotalSeconds:0} s.");
            }

            await Task.Delay(wait, time, cancellation);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> TryAsync(
        ApiCall call, Func<Action, HttpRequestMessage> request, string? token, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(call.Timeout);
        var isOver = false;

        // A body whose answer has come before its end is read on for a moment.
        using var message = request(() =>
        {
            if (!Volatile.Read(ref isOver))
            {
                limit.CancelAfter(call.Timeout);
            }
        });
        message.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        try
        {
            var answer = await _http.SendAsync(message, call.Completion, limit.Token);
            if (!answer.IsSuccessStatusCode)
            {
                // The reason too is to come in time.
                await answer.Content.LoadIntoBufferAsync(LargestAnswer, limit.Token);
            }

            return answer;
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException && !limit.IsCancellationRequested)
        {
            // The handler's own timeout, for which it has no error of connecting.
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"no connection within {ConnectTimeout.TotalSeconds:0} s.", e);
        }
        finally
        {
            Volatile.Write(ref isOver, true);
        }
    }

    private static bool MayHelp(ApiCall call, ApiRefusal refusal) => refusal.Status switch
    {
        HttpStatusCode.TooManyRequests => refusal.RetryAfter is not null,
        >= HttpStatusCode.InternalServerError => call.IsRepeatable,
        _ => false,
    };
}
