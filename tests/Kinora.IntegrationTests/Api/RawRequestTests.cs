using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Kinora.IntegrationTests.Api;

/// <summary>What no HTTP client would send.</summary>
public sealed class RawRequestTests(ApiFixture fixture)
{
    private const string Json = "Host: localhost\r\nContent-Type: application/json\r\n";

    /// <summary>What a proxy would have seen as the body of the request before it.</summary>
    private const string Hidden = "GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n";

    public static TheoryData<string, int, string> Requests => new()
    {
        { "GET /v1/videos/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "VALIDATION_ERROR" },
        { "GET /v1/me\r\n\r\n", 400, "VALIDATION_ERROR" },
        { "nonsense\r\n\r\n", 400, "VALIDATION_ERROR" },
        { "GET /v1/me HTTP/1.1\r\n\r\n", 400, "VALIDATION_ERROR" },
        { "GET /v1/me HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "VALIDATION_ERROR" },
        { "GET /v1/me HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n", 400, "VALIDATION_ERROR" },
        { "GET /v1/me HTTP/3.7\r\nHost: localhost\r\n\r\n", 505, "INTERNAL" },
        { "TRACE /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "VALIDATION_ERROR" },
        { "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n", 400, "VALIDATION_ERROR" },
        { "GET /v1/me HTTP/1.1\r\nHost: localhost\r\nUser-Agent: a\r\n folded: b\r\n\r\n", 400, "VALIDATION_ERROR" },
        { "GET /v1/me HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: a\rb\r\n\r\n", 400, "VALIDATION_ERROR" },
        { "GET /v1/me HTTP/1.1\r\nHost: localhost\r\nX-Nul: a\0b\r\n\r\n", 400, "VALIDATION_ERROR" },
        { $"GET /{new string('x', 9000)} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414, "VALIDATION_ERROR" },
        { $"GET /v1/me HTTP/1.1\r\nHost: localhost\r\nX-Long: {new string('x', 33 * 1024)}\r\n\r\n", 431, "VALIDATION_ERROR" },
        { $"GET /v1/me HTTP/1.1\r\nHost: localhost\r\n{Repeat("X-Many: 1\r\n", 101)}\r\n", 431, "VALIDATION_ERROR" },
        { $"POST /v1/auth/login HTTP/1.1\r\n{Json}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}", 400, "VALIDATION_ERROR" },
        { $"POST /v1/auth/login HTTP/1.1\r\n{Json}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n", 400, "VALIDATION_ERROR" },
        { $"POST /v1/auth/login HTTP/1.1\r\n{Json}Transfer-Encoding: chunked\r\n\r\n2;\n{{}}\r\n0\r\n\r\n", 400, "VALIDATION_ERROR" },
        { $"POST /v1/auth/login HTTP/1.1\r\n{Json}Transfer-Encoding: chunked\r\n\r\n2;\nxx\r\n{Hidden.Length:x}\r\n0\r\n\r\n{Hidden}", 400, "VALIDATION_ERROR" },
        { $"POST /v1/auth/login HTTP/1.1\r\n{Json}Transfer-Encoding: chunked\r\n\r\n2;a\rb\r\n{{}}\r\n0\r\n\r\n{Hidden}", 400, "VALIDATION_ERROR" },
        { $"POST /v1/auth/login HTTP/1.1\r\n{Json}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Hidden}", 400, "VALIDATION_ERROR" },
        { $"POST /v1/auth/login HTTP/1.1\r\n{Json}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{{}}\r\n0\r\n\r\n", 400, "VALIDATION_ERROR" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_broken_request_gets_the_envelope_and_a_closed_connection(string request, int status, string code)
    {
        var answer = await SendAsync(fixture.Api.Address, request);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(0, answer.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal));
        var (head, body) = (answer[..answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)], answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.Contains("X-Request-Id: ", head, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Server:", head, StringComparison.Ordinal);
        Assert.Equal(code, JsonDocument.Parse(Unchunked(body)).RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_broken_request_after_a_good_one_gets_the_envelope_as_well()
    {
        var answer = await SendAsync(
            fixture.Api.Address, "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\nGET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Contains("NOT_FOUND", answer, StringComparison.Ordinal);
        Assert.Contains("VALIDATION_ERROR", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_host_than_the_allowed_ones_is_refused()
    {
        await using var api = await fixture.StartApiAsync("--AllowedHosts=video.example.org");

        var refused = await SendAsync(api.Address, "GET /nowhere HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        var allowed = await SendAsync(api.Address, "GET /nowhere HTTP/1.1\r\nHost: video.example.org\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", refused, StringComparison.Ordinal);
        Assert.Contains("VALIDATION_ERROR", refused, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", allowed, StringComparison.Ordinal);
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    /// <summary>The one chunk that a small body is sent in.</summary>
    private static string Unchunked(string body) =>
        body.StartsWith('{') ? body : body[(body.IndexOf("\r\n", StringComparison.Ordinal) + 2)..body.LastIndexOf("\r\n0\r\n", StringComparison.Ordinal)];

    /// <summary>Everything until the server closes the connection.</summary>
    private static async Task<string> SendAsync(Uri address, string request)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, timeout.Token);
        var stream = client.GetStream();
        var answer = new MemoryStream();
        var reading = stream.CopyToAsync(answer, timeout.Token);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), timeout.Token);
        await reading;
        return Encoding.Latin1.GetString(answer.ToArray());
    }
}
