using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kinora.IntegrationTests.Api;

namespace Kinora.IntegrationTests.Accounts;

public sealed class RegisterTests(ApiFixture fixture) : IDisposable
{
    private readonly HttpClient _client = fixture.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_new_user_can_log_in_and_is_shown_as_registered()
    {
        using var user = await fixture.CreateUserAsync();

        var me = await user.Client.GetFromJsonAsync<JsonElement>("/v1/me", Cancellation);

        Assert.Equal(user.Id, me.GetProperty("userId").GetGuid());
        Assert.Equal(7, user.Id.Version);
        Assert.Equal(user.Email, me.GetProperty("email").GetString());
        Assert.Equal(TimeSpan.Zero, me.GetProperty("createdAt").GetDateTimeOffset().Offset);
        Assert.False(me.GetProperty("isOperator").GetBoolean());
        Assert.Equal(["userId", "email", "isOperator", "createdAt"], me.EnumerateObject().Select(member => member.Name));
    }

    [Theory]
    [InlineData("no at sign")]
    [InlineData("a@b@c")]
    [InlineData("@example.org")]
    [InlineData("ada@")]
    [InlineData("a b@example.org")]
    [InlineData("ada@example.org\r\nBcc: eve@example.org")]
    [InlineData("ada\u0000@example.org")]
    [InlineData("ada\u0007@example.org")]
    [InlineData("\u0430da@example.org")]
    [InlineData("ada@ex\u0430mple.org")]
    [InlineData("ada@-example.org")]
    [InlineData("ada@example..org")]
    public async Task What_is_no_address_is_refused(string email)
    {
        using var response = await RegisterAsync(email, ApiUser.DefaultPassword);


        Assert.Equal(["email"], (await response.ShouldBeInvalidAsync()).Keys);
    }

    [Fact]
    public async Task An_address_has_at_most_254_characters()
    {
        var label = new string('d', 62);
        var domain = $"{label}.{label}.{label}.{label}";

        using var longest = await RegisterAsync($"a1@{domain}", ApiUser.DefaultPassword);
        using var tooLong = await RegisterAsync($"ab12@{domain}", ApiUser.DefaultPassword);

        Assert.Equal(254, $"a1@{domain}".Length);
        Assert.Equal(HttpStatusCode.Created, longest.StatusCode);
        Assert.Equal(["email"], (await tooLong.ShouldBeInvalidAsync()).Keys);
    }

    [Fact]
    public async Task An_address_that_differs_in_case_or_blanks_is_taken()
    {
        using var user = await fixture.CreateUserAsync();

        using var upper = await RegisterAsync(user.Email.ToUpperInvariant(), ApiUser.DefaultPassword);
        using var blank = await RegisterAsync($" {user.Email} ", ApiUser.DefaultPassword);

        await upper.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        await blank.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task Of_many_at_once_one_gets_the_address()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RegisterAsync("race@example.org", ApiUser.DefaultPassword)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        // On a machine under load some wait too long for their turn at the hash: they get nothing either.
        foreach (var other in answers.Where(answer => answer.StatusCode is not (HttpStatusCode.Created or HttpStatusCode.ServiceUnavailable)))
        {
            await other.ShouldBeErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        }
    }

    [Theory]
    [InlineData("short")]
    [InlineData("7 chars")]
    [InlineData("9 letters")]
    [InlineData("")]
    [InlineData("1234567890")]
    [InlineData("Password123")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("weak@example.org")]
    [InlineData("WEAK@example.org")]
    public async Task A_password_that_can_be_guessed_is_refused(string password)
    {
        using var response = await RegisterAsync("weak@example.org", password);

        Assert.Equal(["password"], (await response.ShouldBeInvalidAsync()).Keys);
    }

    public static TheoryData<string> GoodPasswords => new(
        "ten chars.",
        new string('p', 60) + "1234",
        string.Concat(Enumerable.Repeat("0123456789abcdef", 8)),
        "\u043f\u0430\u0440\u043e\u043b\u044c \u043f\u043e-\u0440\u0443\u0441\u0441\u043a\u0438",
        string.Concat(Enumerable.Repeat("\U0001F600\U0001F680", 64)),
        "   blanks on both sides   ");

    [Theory]
    [MemberData(nameof(GoodPasswords))]
    public async Task Every_character_of_a_password_counts(string password)
    {
        var email = $"{Guid.CreateVersion7()}@example.org";

        using var registered = await RegisterAsync(email, password);
        using var right = await LoginAsync(email, password);
        using var oneLess = await LoginAsync(email, password[..^(char.IsSurrogate(password[^1]) ? 2 : 1)]);

        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        await oneLess.ShouldBeErrorAsync(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task A_password_has_at_most_128_characters()
    {
        using var response = await RegisterAsync("long@example.org", new string('x', 127) + "\U0001F600y");

        Assert.Equal(["password"], (await response.ShouldBeInvalidAsync()).Keys);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"a\"")]
    [InlineData("{\"email\":{},\"password\":\"a long walk by the sea\"}")]
    [InlineData("{\"email\":\"a@b\",\"password\":\"a long walk by the sea\",\"isAdmin\":true}")]
    [InlineData("{\"email\":\"a@b\",\"email\":\"c@d\",\"password\":\"a long walk by the sea\"}")]
    public async Task A_body_of_another_shape_is_refused(string json)
    {
        using var response = await _client.PostAsync(
            "/v1/auth/register", new StringContent(json, System.Text.Encoding.UTF8, "application/json"), Cancellation);

        await response.ShouldBeInvalidAsync();
    }

    [Fact]
    public async Task The_database_holds_a_hash_and_no_password()
    {
        using var user = await fixture.CreateUserAsync();

        var stored = await fixture.QueryAsync(db => db.Users.FindAsync([user.Id], Cancellation).AsTask());

        Assert.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$", stored!.PasswordHash, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> RegisterAsync(string email, string password) =>
        _client.PostAsJsonAsync("/v1/auth/register", new { email, password }, Cancellation);

    private Task<HttpResponseMessage> LoginAsync(string email, string password) =>
        _client.PostAsJsonAsync("/v1/auth/login", new { email, password }, Cancellation);
}
