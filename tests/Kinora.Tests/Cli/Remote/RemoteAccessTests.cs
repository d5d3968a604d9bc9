using Kinora.Cli;
using Kinora.Cli.Remote.Sessions;

namespace Kinora.Tests.Cli.Remote;

public sealed class RemoteAccessTests
{
    [Theory]
    [InlineData("https://video.example.org", true)]
    [InlineData("http://127.0.0.1:8080/", true)]
    [InlineData("video.example.org", false)]
    [InlineData("ftp://video.example.org", false)]
    [InlineData("https://ada:secret@video.example.org", false)]
    [InlineData("https://video.example.org/app?x", false)]
    public void A_server_is_an_address_of_http_and_nothing_more(string text, bool isOne)
    {
        var failure = Record.Exception(() => RemoteAccess.ParseServer(text, "--server")) as CommandFailure;

        Assert.Equal(isOne ? null : CommandFailure.BadUsage, failure?.ExitCode);
    }
}
