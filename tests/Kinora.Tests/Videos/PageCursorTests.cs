using Kinora.Core.Accounts;
using Kinora.Core.Errors;
using Kinora.Core.Videos;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Videos;

public sealed class PageCursorTests
{
    private static readonly Guid User = Guid.CreateVersion7();
    private static readonly PageCursor Cursors = new(new SigningKey(Options.Create(new AuthOptions { Secret = "a secret of tests that is long enough" })));

    [Fact]
    public void A_cursor_is_read_back_by_its_user_alone()
    {
        var id = Guid.CreateVersion7();
        var cursor = Cursors.Write(id, User);

        Assert.Equal(id, Cursors.Read(cursor, User));
        Assert.Throws<ApiException>(() => Cursors.Read(cursor, Guid.CreateVersion7()));
    }

    [Fact]
    public void No_other_text_is_taken_and_none_throws_anything_but_a_refusal()
    {
        var good = Cursors.Write(Guid.CreateVersion7(), User);
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var text = good.ToCharArray();
            text[random.Next(text.Length)] = (char)random.Next(1, random.Next(2) == 0 ? 128 : 0x3000);
            var altered = new string(text);

            if (altered != good)
            {
                Assert.Equal(ErrorCode.Validation, Assert.Throws<ApiException>(() => Cursors.Read(altered, User)).Code);
            }
        }

        Assert.All(["", "A", good[1..], good + "A", new string(' ', good.Length)], text =>
            Assert.Throws<ApiException>(() => Cursors.Read(text, User)));
    }
}
