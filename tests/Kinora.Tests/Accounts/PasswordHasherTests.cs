using Kinora.Core.Accounts;

namespace Kinora.Tests.Accounts;

public sealed class PasswordHasherTests : IDisposable
{
    private readonly PasswordHasher _hasher = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _hasher.Dispose();

    [Fact]
    public async Task The_right_password_is_known_again_and_no_other()
    {
        var stored = await _hasher.HashAsync("a long walk", Cancellation);

        Assert.True(await _hasher.VerifyAsync("a long walk", stored, Cancellation));
        Assert.False(await _hasher.VerifyAsync("a long walk ", stored, Cancellation));
        Assert.False(await _hasher.VerifyAsync("A long walk", stored, Cancellation));
    }

    [Fact]
    public async Task The_same_password_is_never_stored_the_same_way()
    {
        Assert.NotEqual(await _hasher.HashAsync("a long walk", Cancellation), await _hasher.HashAsync("a long walk", Cancellation));
    }

    [Fact]
    public async Task The_phc_string_of_another_implementation_is_read()
    {
        // Made by the reference implementation: argon2 "saltsaltsaltsalt" -id -t 2 -k 1024 -p 1 -l 32.
        const string stored = "$argon2id$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$M3/XTbatJd7WpIVnIke78IcvI0E5DKLnye8mKBmxs2U";

        Assert.True(await _hasher.VerifyAsync("a long walk by the sea", stored, Cancellation));
        Assert.True(PasswordHasher.IsOutdated(stored));
    }

    [Fact]
    public async Task A_fresh_hash_is_not_outdated()
    {
        Assert.False(PasswordHasher.IsOutdated(await _hasher.HashAsync("a long walk", Cancellation)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain text")]
    [InlineData("$argon2i$v=19$m=1024,t=2,p=1$c2FsdA$c2FsdA")]
    [InlineData("$argon2id$v=16$m=1024,t=2,p=1$c2FsdA$c2FsdA")]
    public void What_is_no_hash_of_ours_is_an_error(string stored)
    {
        Assert.Throws<FormatException>(() => PasswordHasher.IsOutdated(stored));
    }
}
