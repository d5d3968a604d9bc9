using Kinora.Core.Infra.Media;

namespace Kinora.Tests.Infra.Media;

public sealed class FfmpegOptionsTests
{
    [Theory]
    [InlineData(2, 2, 0, 0, 1)]
    [InlineData(16, 2, 0, 0, 8)]
    [InlineData(1, 2, 0, 0, 1)]
    [InlineData(8, 0, 0, 0, 8)]
    [InlineData(16, 2, 2, 0, 2)]
    [InlineData(4, 2, 16, 0, 2)]
    [InlineData(16, 2, 2, 5, 5)]
    public void What_runs_in_the_background_shares_the_cores(int cores, int jobs, int threads, int background, int expected)
    {
        var options = new FfmpegOptions { Threads = threads, BackgroundThreads = background };

        options.ShareCores(cores, jobs);

        Assert.Equal(expected, options.ThreadsOf(isBackground: true));
        Assert.Equal(threads, options.ThreadsOf(isBackground: false));
    }
}
