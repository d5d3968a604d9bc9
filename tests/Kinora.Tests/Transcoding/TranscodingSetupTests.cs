using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Transcoding;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Planning;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Transcoding;

public sealed class TranscodingSetupTests
{
    [Fact]
    public void Everything_can_be_made_from_an_empty_configuration()
    {
        using var services = Build([]);

        Assert.NotNull(services.GetRequiredService<TranscodePlanner>());
        Assert.NotNull(services.GetRequiredService<HlsEncoder>());
        Assert.NotNull(services.GetRequiredService<ThumbnailMaker>());
        Assert.NotNull(services.GetRequiredService<StoryboardMaker>());
    }

    [Fact]
    public void Options_are_bound()
    {
        using var services = Build(new() { ["Kinora:Transcoding:MaxShortSide"] = "1440", ["Kinora:Ffmpeg:StallTimeout"] = "00:00:30" });

        Assert.Equal(1440, services.GetRequiredService<IOptions<TranscodingOptions>>().Value.MaxShortSide);
        Assert.Equal(TimeSpan.FromSeconds(30), services.GetRequiredService<IOptions<FfmpegOptions>>().Value.StallTimeout);
    }

    [Theory]
    [InlineData("Kinora:Transcoding:MaxShortSide", "100")]
    [InlineData("Kinora:Transcoding:MinFrameShare", "1.5")]
    [InlineData("Kinora:Transcoding:EncodeTimeLimit", "00:00:01")]
    public void A_wrong_planner_option_is_refused(string name, string value)
    {
        using var services = Build(new() { [name] = value });

        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<TranscodingOptions>>().Value);
    }

    [Theory]
    [InlineData("Kinora:Ffmpeg:Path", "")]
    [InlineData("Kinora:Ffmpeg:StallTimeout", "00:00:00")]
    [InlineData("Kinora:Ffmpeg:MaxAllocBytes", "1")]
    public void A_wrong_ffmpeg_option_is_refused(string name, string value)
    {
        using var services = Build(new() { [name] = value });

        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<FfmpegOptions>>().Value);
    }

    private static ServiceProvider Build(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return new ServiceCollection().AddLogging().AddSandbox(configuration).AddTranscodePlanner(configuration).AddEncoders(configuration).BuildServiceProvider();
    }
}
