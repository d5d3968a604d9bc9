using System.Net;
using System.Net.Sockets;
using Kinora.IntegrationTests.Api;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Cli.Remote;

/// <summary>Who is logged in, for how long, and what a command says when nobody is.</summary>
public sealed class SessionCommandTests(KinoraFixture fixture)
{
    private const int BadUsage = 2;
    private const int Refused = 4;
    private const int Unreachable = 5;
    private const int NotLoggedIn = 6;

    [Fact]
    public async Task A_session_is_kept_for_its_user_alone_until_logout()
    {
        var server = (await fixture.OnFolderAsync()).Api.Address;
        using var user = new RemoteUser();
        Assert.Equal(NotLoggedIn, (await user.RunAsync("videos")).Code);

        var login = await user.LogInAsync(server, ApiUser.DefaultPassword, "--register");

        Assert.True(login.Code == 0, login.All);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(user.SessionFile).UnixFileMode);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            new FileInfo(user.SessionFile).Directory!.UnixFileMode);
        Assert.DoesNotContain(user.Session("accessToken"), login.All, StringComparison.Ordinal);
        Assert.DoesNotContain(user.Session("refreshToken"), login.All, StringComparison.Ordinal);
        Assert.Equal(0, (await user.RunAsync("videos")).Code);

        var wrong = await user.LogInAsync(server, "not the password at all");
        Assert.True(wrong.Code == Refused, wrong.All);
        Assert.Contains("UNAUTHORIZED", Assert.Single(wrong.Errors), StringComparison.Ordinal);

        // The session that was there is none the worse for it.
        Assert.Equal(0, (await user.RunAsync("videos")).Code);
        var token = user.Session("accessToken");
        Assert.Equal(0, (await user.RunAsync("logout")).Code);
        Assert.False(File.Exists(user.SessionFile));
        Assert.Equal(NotLoggedIn, (await user.RunAsync("videos")).Code);

        // A build server's way, without a file.
        user.Variables["KINORA_SERVER"] = server.ToString();
        user.Variables["KINORA_TOKEN"] = token;
        Assert.Equal(0, (await user.RunAsync("videos", "--json")).Code);
        user.Variables["KINORA_TOKEN"] = "not-a-token";
        Assert.Equal(NotLoggedIn, (await user.RunAsync("videos")).Code);
    }

    [Fact]
    public async Task A_session_that_has_expired_is_exchanged_once_by_however_many_commands()
    {
        using var user = await RemoteUser.RegisterAsync((await fixture.OnFolderAsync()).Api.Address);
        var first = user.Session("refreshToken");
        user.Edit(session => session["expiresAt"] = "2020-01-01T00:00:00+00:00");

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => user.RunAsync("videos")));

        Assert.All(answers, answer => Assert.True(answer.Code == 0, answer.All));
        var second = user.Session("refreshToken");
        Assert.NotEqual(first, second);

        // The server takes it no longer, whatever the file says of its time.
        user.Edit(session => session["accessToken"] = "stale");
        var stale = await user.RunAsync("videos");
        Assert.True(stale.Code == 0, stale.All);
        Assert.NotEqual(second, user.Session("refreshToken"));

        user.Edit(session =>
        {
            session["refreshToken"] = first;
            session["expiresAt"] = "2020-01-01T00:00:00+00:00";
        });
        var ended = await user.RunAsync("videos");
        Assert.True(ended.Code == NotLoggedIn, ended.All);
        Assert.Contains("kinora login", Assert.Single(ended.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_is_wrong_has_an_exit_code_of_its_own()
    {
        using var user = await RemoteUser.RegisterAsync((await fixture.OnFolderAsync()).Api.Address);
        File.WriteAllText(user.Home.Path("empty.mp4"), "");
        File.WriteAllText(user.Home.Path("notes.mp4"), "no video at all, whatever its name may say");

        Assert.Equal(BadUsage, (await user.RunAsync("upload", "missing.mp4")).Code);
        Assert.Equal(BadUsage, (await user.RunAsync("upload", ".", "notes.mp4")).Code);
        Assert.Equal(BadUsage, (await user.RunAsync("upload", "notes.mp4", "empty.mp4")).Code);
        Assert.Equal(BadUsage, (await user.RunAsync("videos", "--status", "GREEN")).Code);
        Assert.Equal(Refused, (await user.RunAsync("videos", "show", Guid.CreateVersion7().ToString())).Code);

        // Nothing of the above has been sent; this is, and refused by its bytes.
        var refused = await user.RunAsync("upload", "notes.mp4", "--json");
        Assert.True(refused.Code == Refused, refused.All);
        Assert.Equal("UNSUPPORTED_MEDIA_TYPE", (string)refused.Objects[^1]["error"]!["code"]!);

        // A port of which somebody has the number, and on which nobody listens.
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        user.Variables["KINORA_SERVER"] = $"http://{bound.LocalEndPoint}";
        Assert.Equal(NotLoggedIn, (await user.RunAsync("videos")).Code);
        user.Variables["KINORA_TOKEN"] = "any";
        var away = await user.RunAsync("videos");
        Assert.True(away.Code == Unreachable, away.All);
    }
}
