using Kinora.Cli.Progress;

namespace Kinora.Tests.Cli.Progress;

public sealed class PlainProgressBoardTests
{
    [Fact]
    public async Task Nothing_of_a_report_reaches_the_terminal_as_it_is()
    {
        await using var output = new StringWriter();

        await new PlainProgressBoard(output).ShowAsync(report =>
        {
            report(new ProgressReport("a\e[1m", 10, "b\e[2m", "c\e[3m"));
            return Task.CompletedTask;
        });

        Assert.DoesNotContain('\e', output.ToString());
    }
}
