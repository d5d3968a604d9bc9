using System.ComponentModel.DataAnnotations;
using System.Net;
using Kinora.Core.Infra.Outbound;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Infra.Outbound;

public sealed class OutboundRulesTests
{
    [Theory]
    [InlineData("http://media.example.org/walk.mp4")]
    [InlineData("https://media.example.org")]
    [InlineData("HTTPS://Media.Example.ORG:443/a/b.mp4?token=a%20b&c=@#here")]
    [InlineData("http://media.example.org:8080/walk.mp4")]
    [InlineData("https://93.184.216.34:8443/walk.mp4")]
    [InlineData("https://[2606:4700:4700::1111]/walk.mp4")]
    [InlineData("https://[2606:4700:4700:0::1111]:443/walk.mp4")]
    [InlineData("https://xn--bcher-kva.example/w%C3%A4lk.mp4")]
    [InlineData("https://media.example.org/wälk.mp4")]
    [InlineData("http://0x7f.1.example.org/")]
    public void An_address_of_the_web_is_allowed(string url) => Assert.NotNull(Rules().Check(url));

    [Theory]
    [InlineData("")]
    [InlineData("walk.mp4")]
    [InlineData("/walk.mp4")]
    [InlineData("//media.example.org/walk.mp4")]
    [InlineData("http:media.example.org/walk.mp4")]
    [InlineData("http:/media.example.org/walk.mp4")]
    [InlineData("http://")]
    [InlineData("http:///walk.mp4")]
    [InlineData("http://:80/")]
    [InlineData(" http://media.example.org/")]
    [InlineData("http://media.example.org/\r\nX: y")]
    [InlineData("http://media.example.org/a b")]
    [InlineData("http://media.example.org\\@127.0.0.1/")]
    [InlineData("ftp://media.example.org/walk.mp4")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://media.example.org/")]
    [InlineData("data:video/mp4;base64,AAAA")]
    [InlineData("javascript:alert(1)")]
    [InlineData("ws://media.example.org/")]
    [InlineData("http://user@media.example.org/")]
    [InlineData("http://user:secret@media.example.org/")]
    [InlineData("http://@media.example.org/")]
    [InlineData("http://media.example.org:22/")]
    [InlineData("http://media.example.org:6379/")]
    [InlineData("http://media.example.org:0/")]
    [InlineData("http://media.example.org:65536/")]
    [InlineData("http://localhost/")]
    [InlineData("http://LOCALHOST/")]
    [InlineData("http://localhost./")]
    [InlineData("http://api.localhost/")]
    [InlineData("http://media.example.org./")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://127.0.0.1./")]
    [InlineData("http://127.1/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://017700000001/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://134744072/")] // 8.8.8.8, in a notation that few expect
    [InlineData("http://0x08.8.8.8/")]
    [InlineData("http://%31%32%37.0.0.1/")]
    [InlineData("http://127。0。0。1/")]
    [InlineData("http://１２７.0.0.1/")]
    [InlineData("http://bücher.example/")]
    [InlineData("http://0/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::]/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://[::ffff:a00:1]/")]
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[fd00::1]/")]
    [InlineData("http://[64:ff9b::7f00:1]/")]
    public void Any_other_is_refused(string url) =>
        Assert.Equal(OutboundFault.Refused, Assert.Throws<OutboundException>(() => Rules().Check(url)).Fault);

    [Fact]
    public void An_address_that_is_too_long_is_refused()
    {
        var url = $"https://media.example.org/{new string('a', OutboundRules.MaxLength - 26)}";

        Assert.Equal(OutboundRules.MaxLength, Rules().Check(url).AbsoluteUri.Length);
        Assert.Throws<OutboundException>(() => Rules().Check(url + "a"));
    }

    [Fact]
    public void An_operator_may_allow_networks_and_ports()
    {
        var rules = Rules(new OutboundOptions { AllowedNetworks = ["10.1.0.0/16", "fd00::/8"], Ports = [9000] });

        Assert.NotNull(rules.Check("http://10.1.2.3:9000/"));
        Assert.NotNull(rules.Check("http://[fd00::1]:9000/"));
        Assert.True(rules.Allows(IPAddress.Parse("::ffff:10.1.2.3")));
        Assert.False(rules.Allows(IPAddress.Parse("10.2.0.1")));
        Assert.Throws<OutboundException>(() => rules.Check("http://10.1.2.3/"));
        Assert.Throws<OutboundException>(() => rules.Check("http://10.2.0.1:9000/"));
    }

    [Fact]
    public void Options_that_mean_nothing_are_told_at_the_start()
    {
        var options = new OutboundOptions { AllowedNetworks = ["10.0.0.0/40", "here"], Ports = [0] };

        Assert.Equal(3, options.Validate(new ValidationContext(options)).Count());
    }

    private static OutboundRules Rules(OutboundOptions? options = null) => new(Options.Create(options ?? new OutboundOptions()));
}
