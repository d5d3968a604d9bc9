using System.Text.Json;
using Kinora.Core.Transcoding.Packaging.Verification;
using Xunit;

namespace Kinora.Tests.Transcoding.Packaging;

public sealed class VerificationReportTests
{
    private static readonly VerificationReport Report = new([
        new VerificationCheck("variants-are-the-renditions", null, true, "1080p.m3u8", "1080p.m3u8"),
        new VerificationCheck("frames-are-complete", "1080p", false, "250 frames", "249 frames"),
        new VerificationCheck("frames-are-equal", "480p", false, "249 frames, as 1080p", "250 frames"),
    ]);

    [Fact]
    public void What_failed_is_told_in_words() => Assert.Equal(
        "The verification failed in 2 of 3 checks: frames-are-complete of 1080p: expected 250 frames, found 249 frames; "
            + "frames-are-equal of 480p: expected 249 frames, as 1080p, found 250 frames.",
        Report.Failure);

    [Fact]
    public void Of_many_failures_the_first_ones_are_told()
    {
        var failed = Enumerable.Range(1, 7).Select(n => new VerificationCheck($"check-{n}", null, false, "1", "2"));

        var told = new VerificationReport([.. failed]).Failure;

        Assert.StartsWith("The verification failed in 7 of 7 checks: check-1: ", told, StringComparison.Ordinal);
        Assert.EndsWith("; check-5: expected 1, found 2; and 2 more.", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_without_failures_has_passed()
    {
        var passed = new VerificationReport([Report.Checks[0]]);

        Assert.True(passed.Passed);
        Assert.Null(passed.Failure);
        Assert.False(Report.Passed);
    }

    [Fact]
    public void A_report_survives_its_storage_as_json()
    {
        var json = JsonSerializer.Serialize(Report, JsonSerializerOptions.Web);

        Assert.StartsWith(
            """{"checks":[{"name":"variants-are-the-renditions","passed":true,"expected":"1080p.m3u8","actual":"1080p.m3u8"},{"name":"frames-are-complete","rendition":"1080p",""",
            json,
            StringComparison.Ordinal);
        Assert.Equal(Report.Checks, JsonSerializer.Deserialize<VerificationReport>(json, JsonSerializerOptions.Web)!.Checks);
    }
}
