using Kinora.Core.Infra.Media;

namespace Kinora.Tests.Infra.Media;

public sealed class FfmpegVersionTests
{
    [Theory]
    [InlineData("ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers", "5.1.9")]
    [InlineData("ffmpeg version 8.0 Copyright (c) 2000-2025 the FFmpeg developers", "8.0.0")]
    [InlineData("ffmpeg version n7.1.1 Copyright (c) 2000-2025 the FFmpeg developers", "7.1.1")]
    [InlineData("ffmpeg version N-118000-gabcdef Copyright (c) 2000-2025 the FFmpeg developers", null)]
    [InlineData("", null)]
    public void Its_number_is_read_from_its_first_line(string line, string? version) =>
        Assert.Equal(version, FfmpegVersion.Parse(line)?.ToString());

    [Theory]
    [InlineData("5.1.9", true)]
    [InlineData("7.1.4", true)]
    [InlineData("7.1.5", false)]
    [InlineData("7.2.0", true)]
    [InlineData("8.0.2", true)]
    [InlineData("8.0.3", false)]
    [InlineData("8.1.1", true)]
    [InlineData("8.1.2", false)]
    [InlineData("9.0.0", false)]
    public void A_hole_is_closed_by_its_line_s_release_or_a_newer_line(string version, bool isOpen) =>
        Assert.Equal(isOpen, FfmpegVersion.OpenIn(Version.Parse(version)).Contains("CVE-2026-8461"));
}
