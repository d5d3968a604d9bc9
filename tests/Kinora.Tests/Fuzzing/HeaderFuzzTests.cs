using Kinora.Api.Endpoints.V1;
using Kinora.Core.Errors;
using Kinora.Core.Playback;
using Kinora.Core.Uploads.Resumable;

namespace Kinora.Tests.Fuzzing;

/// <summary>Headers that clients write: whatever they hold, a parser answers or refuses as it says, and keeps its promise.</summary>
public sealed class HeaderFuzzTests
{
    [Fact]
    public void A_range_lies_within_its_object()
    {
        var headers = new TextMutations(1, "bytes=0-0", "bytes=5-", "bytes=-7", "bytes=0-1,4-9", "bytes=9-5", "bytes=18446744073709551615-", "lines=0-1", "BYTES= 1 - 2");
        var random = new Random(1);
        var outcomes = new int[3];
        for (var i = 0; i < 400_000; i++)
        {
            var (header, size) = (headers.Next(), random.Next(3) switch { 0 => 0L, 1 => random.Next(1, 100), _ => long.MaxValue });

            var outcome = ByteRange.Parse(header, size, out var range);

            outcomes[(int)outcome]++;
            if (outcome == RangeOutcome.Part)
            {
                Assert.True(range.Offset >= 0 && range.Length > 0 && range.Offset <= size - range.Length, $"{header} of {size}: {range}");
            }
        }

        Assert.All(outcomes, count => Assert.True(count > 1000, "the mutations test nothing"));
    }

    [Fact]
    public void Metadata_of_an_upload_is_taken_or_refused()
    {
        var headers = new TextMutations(2, "filename YS5tcDQ=", "title eA==,transcode dHJ1ZQ==", "filename ,title", "a b c", "filename 8J+OrA==", "filename ////");
        var (taken, refused) = (0, 0);
        for (var i = 0; i < 200_000; i++)
        {
            try
            {
                var metadata = TusMetadata.Parse(headers.Next());
                Assert.True(metadata.Title is not "");
                taken++;
            }
            catch (ApiException e)
            {
                Assert.Equal(ErrorCode.Validation, e.Code);
                refused++;
            }
        }

        Assert.True(taken > 1000 && refused > 1000, "the mutations test nothing");
    }

    [Fact]
    public void A_checksum_is_known_or_none()
    {
        var headers = new TextMutations(3, "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "md5 XUFAKrxLKna5cZ2REBfFkg==", "sha256 LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", "crc32 AAAA", "sha1");
        var (known, none) = (0, 0);
        for (var i = 0; i < 200_000; i++)
        {
            using var checksum = UploadChecksum.Parse(headers.Next());
            checksum?.Append("hello"u8);
            _ = checksum?.Matches();
            _ = checksum is null ? none++ : known++;
        }

        Assert.True(known > 1000 && none > 1000, "the mutations test nothing");
    }
}
