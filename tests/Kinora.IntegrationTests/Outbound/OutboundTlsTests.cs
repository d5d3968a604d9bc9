using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kinora.Core.Infra.Outbound;
using Kinora.IntegrationTests.Servers;
using Microsoft.Extensions.Options;

namespace Kinora.IntegrationTests.Outbound;

public sealed class OutboundTlsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_and_leads_nowhere()
    {
        // A client that completes the chain by itself asks the address that the certificate names, whatever that is.
        await using var inside = new HttpStub(exchange => exchange.AnswerAsync("200 OK"));
        using var certificate = MakeCertificate("media.example", inside.Url);
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var serving = ServeAsync(server, certificate);
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var options = Options.Create(new OutboundOptions { AllowedNetworks = ["127.0.0.1/32"], Ports = [port] });
        using var http = new OutboundHttp(
            new OutboundRules(options), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]), options, TimeProvider.System);

        var failed = await Assert.ThrowsAsync<OutboundException>(() => http.GetAsync(new Uri($"https://media.example:{port}/"), Cancellation));

        await serving;
        Assert.Equal(OutboundFault.Failed, failed.Fault);
        Assert.Empty(inside.Requests);
    }

    private static async Task ServeAsync(TcpListener server, X509Certificate2 certificate)
    {
        // Offline, or the server itself would ask for its issuer.
        var context = SslStreamCertificateContext.Create(certificate, null, offline: true);
        using var client = await server.AcceptTcpClientAsync(Cancellation);
        await using var stream = new SslStream(client.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = context }, Cancellation);
            await stream.ReadExactlyAsync(new byte[1], Cancellation);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client has refused the certificate.
        }
    }

    private static X509Certificate2 MakeCertificate(string host, string issuerAt)
    {
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuer = new CertificateRequest("CN=Nobody", issuerKey, HashAlgorithmName.SHA256);
        issuer.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var (from, to) = (DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var authority = issuer.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([$"{issuerAt}/ocsp"], [$"{issuerAt}/issuer.crt"]));
        using var bare = request.Create(authority, from, to, [1, 2, 3, 4]);
        return bare.CopyWithPrivateKey(key);
    }
}
