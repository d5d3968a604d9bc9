using System.Net;
using System.Text.Json;

namespace Kinora.IntegrationTests.Api;

/// <summary>What every error answer must be.</summary>
internal static class Envelope
{
    private static readonly string[] Members = ["code", "message", "details"];
    private static int _asserted;

    /// <summary>How many answers were found to have exactly the status and the code that a test asked for, in this process so far.</summary>
    public static int Asserted => Volatile.Read(ref _asserted);

    /// <summary>Returns the body's details; undefined where there are none.</summary>
    public static async Task<JsonElement> ShouldBeErrorAsync(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Matches(@"\A[A-Za-z0-9._-]{8,128}\z", Assert.Single(response.Headers.GetValues("X-Request-Id")));
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        var body = JsonDocument.Parse(text).RootElement;
        Assert.All(body.EnumerateObject(), member => Assert.Contains(member.Name, Members));
        Assert.Equal(code, body.GetProperty("code").GetString());
        Assert.NotEmpty(body.GetProperty("message").GetString()!);
        Interlocked.Increment(ref _asserted);
        return body.TryGetProperty("details", out var details) ? details : default;
    }

    /// <summary>A 400 VALIDATION_ERROR; returns the paths and messages of its details.</summary>
    public static async Task<Dictionary<string, string>> ShouldBeInvalidAsync(this HttpResponseMessage response)
    {
        var details = await response.ShouldBeErrorAsync(HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        return details.EnumerateArray().ToDictionary(d => d.GetProperty("path").GetString()!, d => d.GetProperty("message").GetString()!);
    }
}
