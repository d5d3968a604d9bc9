using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Kinora.Core.Infra.Outbound;
using Kinora.IntegrationTests.Servers;
using Microsoft.Extensions.Options;

namespace Kinora.IntegrationTests.Outbound;

/// <summary>With names that lead where a test says; of the loopback addresses one alone is allowed.</summary>
public sealed class OutboundHttpTests
{
    private static readonly IPAddress Allowed = IPAddress.Loopback;
    private static readonly IPAddress Private = IPAddress.Parse("127.0.0.2");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_name_that_leads_elsewhere_a_moment_later_is_looked_up_once_and_pinned()
    {
        await using var stub = new HttpStub(exchange => exchange.AnswerAsync("200 OK", "here"));
        using var trap = new Trap(PortOf(stub));
        var lookups = 0;
        using var http = Http(stub, (_, _) => Task.FromResult<IPAddress[]>([lookups++ == 0 ? Allowed : Private]));

        using var response = await http.GetAsync(Url("rebinding.example", stub), Cancellation);

        Assert.Equal((HttpStatusCode.OK, 1), (response.Status, lookups));
        var again = await Assert.ThrowsAsync<OutboundException>(() => http.GetAsync(Url("rebinding.example", stub), Cancellation));
        Assert.Equal((OutboundFault.Refused, 2), (again.Fault, lookups));
        Assert.False(trap.WasConnectedTo);
    }

    [Fact]
    public async Task One_address_that_is_not_public_is_enough_to_refuse_the_name()
    {
        await using var stub = new HttpStub(exchange => exchange.AnswerAsync("200 OK"));
        using var trap = new Trap(PortOf(stub));
        using var http = Http(stub, (_, _) => Task.FromResult<IPAddress[]>([Allowed, Private]));

        var refused = await Assert.ThrowsAsync<OutboundException>(() => http.GetAsync(Url("both.example", stub), Cancellation));

        Assert.Equal(OutboundFault.Refused, refused.Fault);
        Assert.Empty(stub.Requests);
        Assert.False(trap.WasConnectedTo);
    }

    [Theory]
    [InlineData("http://inside.example:{0}/")]
    [InlineData("http://127.0.0.2:{0}/")]
    [InlineData("http://0x7f.2:{0}/")]
    [InlineData("//127.0.0.2:{0}/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://user@outside.example:{0}/")]
    [InlineData("http://outside.example:22/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://outside.example/walk.mp4")]
    public async Task A_redirect_is_checked_like_the_address_itself(string location)
    {
        await using var stub = new HttpStub(exchange =>
            exchange.AnswerAsync("302 Found", headers: $"Location: {string.Format(null, location, exchange.Headers["Host"].Split(':')[1])}"));
        using var trap = new Trap(PortOf(stub));
        using var http = Http(stub, Resolve);

        var refused = await Assert.ThrowsAsync<OutboundException>(() => http.GetAsync(Url("outside.example", stub), Cancellation));

        Assert.Equal(OutboundFault.Refused, refused.Fault);
        Assert.Single(stub.Requests);
        Assert.False(trap.WasConnectedTo);
    }

    [Theory]
    [InlineData(5, null)]
    [InlineData(6, OutboundFault.Failed)]
    public async Task Five_redirects_are_followed_and_no_more(int redirects, OutboundFault? fault)
    {
        await using var stub = new HttpStub(exchange => exchange.Target == "/"
            ? exchange.AnswerAsync("200 OK", "here")
            : exchange.AnswerAsync("307 Temporary Redirect", headers: $"Location: /{exchange.Target[2..]}"));
        using var http = Http(stub, Resolve);

        var thrown = await Record.ExceptionAsync(async () => (await http.GetAsync(Url("outside.example", stub, new string('a', redirects)), Cancellation)).Dispose());

        Assert.Equal(fault, (thrown as OutboundException)?.Fault);
    }

    [Fact]
    public async Task Strangers_are_told_nothing_but_what_is_asked_for()
    {
        IReadOnlyDictionary<string, string>? sent = null;
        await using var stub = new HttpStub(exchange =>
        {
            sent = exchange.Headers;
            return exchange.AnswerAsync("200 OK", headers: "Set-Cookie: id=1; Path=/");
        });
        using var http = Http(stub, Resolve);
        using var activity = new Activity("request").Start();

        (await http.GetAsync(Url("outside.example", stub), Cancellation)).Dispose();
        (await http.GetAsync(Url("outside.example", stub), Cancellation)).Dispose();

        Assert.Equal(["Accept", "Accept-Encoding", "Host", "User-Agent"], sent!.Keys.Order());
        Assert.Equal(("identity", $"outside.example:{PortOf(stub)}"), (sent["Accept-Encoding"], sent["Host"]));
    }

    [Theory]
    [InlineData("hangs", OutboundFault.Unavailable)]
    [InlineData("resets", OutboundFault.Unavailable)]
    [InlineData("talks", OutboundFault.Failed)]
    [InlineData("babbles", OutboundFault.Failed)]
    public async Task A_server_that_does_not_answer_as_it_should(string what, OutboundFault fault)
    {
        await using var stub = new HttpStub(async exchange =>
        {
            switch (what)
            {
                case "hangs":
                    await exchange.HangAsync();
                    break;
                case "resets":
                    exchange.Reset();
                    break;
                case "talks":
                    await exchange.SendAsync("220 mail.example.org ESMTP\r\n"u8.ToArray());
                    break;
                default:
                    await exchange.AnswerAsync("200 OK", headers: $"X-Long: {new string('x', 1 << 20)}");
                    break;
            }
        });
        using var http = Http(stub, Resolve);

        var failed = await Assert.ThrowsAsync<OutboundException>(() => http.GetAsync(Url("outside.example", stub), Cancellation));

        Assert.Equal(fault, failed.Fault);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, OutboundFault.Failed)]
    [InlineData(SocketError.NoData, OutboundFault.Failed)]
    [InlineData(SocketError.TryAgain, OutboundFault.Unavailable)]
    public async Task A_name_that_leads_nowhere(SocketError error, OutboundFault fault)
    {
        await using var stub = new HttpStub(exchange => exchange.AnswerAsync("200 OK"));
        using var http = Http(stub, (_, _) => throw new SocketException((int)error));

        var failed = await Assert.ThrowsAsync<OutboundException>(() => http.GetAsync(Url("nowhere.example", stub), Cancellation));

        Assert.Equal(fault, failed.Fault);
    }

    [Fact]
    public async Task A_body_that_drips_is_given_up()
    {
        await using var stub = new HttpStub(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"u8.ToArray());
            while (true)
            {
                await exchange.SendAsync("x"u8.ToArray());
                await Task.Delay(10, exchange.Stopped);
            }
        });
        using var http = Http(stub, Resolve);
        using var response = await http.GetAsync(Url("outside.example", stub), Cancellation);
        var body = await response.OpenAsync(Cancellation);

        var failed = await Assert.ThrowsAsync<OutboundException>(() => body.FillAsync(new byte[100_000], Cancellation).AsTask());

        Assert.Equal(OutboundFault.Unavailable, failed.Fault);
    }

    private static OutboundHttp Http(HttpStub stub, ResolveName resolve)
    {
        var options = Options.Create(new OutboundOptions
        {
            AllowedNetworks = [$"{Allowed}/32"],
            Ports = [PortOf(stub), 80],
            AnswerTimeout = TimeSpan.FromSeconds(2),
            StallTime = TimeSpan.FromSeconds(1),
        });
        return new OutboundHttp(new OutboundRules(options), resolve, options, TimeProvider.System);
    }

    private static Task<IPAddress[]> Resolve(string host, CancellationToken cancellation) =>
        Task.FromResult<IPAddress[]>([host == "inside.example" ? Private : Allowed]);

    private static Uri Url(string host, HttpStub stub, string path = "") => new($"http://{host}:{PortOf(stub)}/{path}");

    private static int PortOf(HttpStub stub) => new Uri(stub.Url).Port;

    /// <summary>What must not be connected to: as a request to the allowed address would look.</summary>
    private sealed class Trap : IDisposable
    {
        private readonly TcpListener _listener;

        public Trap(int port)
        {
            _listener = new TcpListener(Private, port);
            _listener.Start();
        }

        public bool WasConnectedTo => _listener.Pending();

        public void Dispose() => _listener.Dispose();
    }
}
