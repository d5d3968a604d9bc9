using System.Globalization;
using System.Net;
using System.Text;
using Kinora.Core.Infra.Outbound;
using Kinora.Core.Infra.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Webhooks;

/// <summary>One attempt at one delivery: a POST that follows no redirect, and goes nowhere but to the public Internet.</summary>
public sealed partial class WebhookSender(
    DeliveryStore store, OutboundHttp http, KinoraMetrics metrics, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookSender> logger)
{
    /// <summary>Of an answer's body, to be shown.</summary>
    private const int MostBody = 1024;

    /// <summary>A receiver may ask for more time, and not for ever.</summary>
    private static readonly TimeSpan MostAskedFor = TimeSpan.FromDays(1);

    /// <summary>Sends it and writes what became of it.</summary>
    public async Task RunAsync(ClaimedDelivery delivery, CancellationToken cancellation)
    {
        var outcome = await SendAsync(delivery, cancellation);
        switch (outcome.Attempt.Status)
        {
            case >= 200 and < 300:
                await store.SucceedAsync(delivery, outcome.Attempt, cancellation);
                break;
            case (int)HttpStatusCode.Gone:
                await store.GoneAsync(delivery, outcome.Attempt, cancellation);
                LogDisabled(delivery.WebhookId);
                break;
            default:
                if (await store.FailAsync(delivery, outcome.Attempt, outcome.RetryAfter, cancellation))
                {
                    LogDisabled(delivery.WebhookId);
                }

                break;
        }

        metrics.WebhookAttempted(outcome.Attempt.Status is >= 200 and < 300);
        LogAttempt(delivery.Id, delivery.WebhookId, delivery.EventType, delivery.Attempts, outcome.Attempt.Status, outcome.Attempt.DurationMs);
    }

    private async Task<Outcome> SendAsync(ClaimedDelivery delivery, CancellationToken cancellation)
    {
        var (at, started) = (time.GetUtcNow(), time.GetTimestamp());
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(options.Value.AnswerTimeout);
        try
        {
            using var request = Request(delivery, at);
            using var response = await http.SendAsync(request, limited.Token);
            var body = await ReadBodyAsync(response, limited.Token);
            return new Outcome(new DeliveryAttempt(at, Elapsed(), (int)response.Status, body, null), RetryAfter(response));
        }
        catch (OutboundException e)
        {
            return new Outcome(new DeliveryAttempt(at, Elapsed(), null, null, e.Message), null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Outcome(new DeliveryAttempt(at, Elapsed(), null, null, "The server did not answer in time."), null);
        }

        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Else it would come again for ever, and tell its owner nothing.
            LogNotSent(e, delivery.Id);
            return new Outcome(new DeliveryAttempt(at, Elapsed(), null, null, "It could not be sent."), null);
        }

        long Elapsed() => (long)time.GetElapsedTime(started).TotalMilliseconds;
    }

    private static HttpRequestMessage Request(ClaimedDelivery delivery, DateTimeOffset at)
    {
        var payload = Encoding.UTF8.GetBytes(delivery.Payload);
        var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = new ByteArrayContent(payload) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add(WebhookSecret.IdHeader, delivery.EventId.ToString());
        request.Headers.Add(WebhookSecret.TimestampHeader, at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSecret.SignatureHeader, WebhookSecret.Sign(delivery.EventId, at, payload, delivery.Secrets));
        return request;
    }

    /// <summary>As much as is shown. A body that does not come makes no failure of an answer that has.</summary>
    private static async Task<string?> ReadBodyAsync(OutboundResponse response, CancellationToken cancellation)
    {
        try
        {
            var body = await response.OpenAsync(cancellation);
            var buffer = new byte[MostBody];
            var count = await body.FillAsync(buffer, cancellation);
            return count == 0 ? null : Printable(Encoding.UTF8.GetString(buffer, 0, count));
        }
        catch (Exception e) when (e is OutboundException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>PostgreSQL takes no NUL, and nobody a screen that is written over.</summary>
    private static string Printable(string text) => new([.. text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\ufffd' : c)]);

    private TimeSpan? RetryAfter(OutboundResponse response)
    {
        var asked = response.RetryAfter is { } header ? header.Delta ?? header.Date - time.GetUtcNow() : null;
        return asked > MostAskedFor ? MostAskedFor : asked;
    }

    /// <param name="RetryAfter">What the receiver asks for.</param>
    private sealed record Outcome(DeliveryAttempt Attempt, TimeSpan? RetryAfter);

    [LoggerMessage(Level = LogLevel.Information, Message = "Delivery {deliveryId} of {eventType} to webhook {webhookId}, attempt {attempt}: {status} in {elapsedMs} ms")]
    private partial void LogAttempt(Guid deliveryId, Guid webhookId, string eventType, int attempt, int? status, long elapsedMs);

    [LoggerMessage(Level = LogLevel.Error, Message = "Delivery {deliveryId} could not be sent")]
    private partial void LogNotSent(Exception exception, Guid deliveryId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook {webhookId} was disabled: it fails for too long, or is gone")]
    private partial void LogDisabled(Guid webhookId);
}
