using Kinora.Cli.Testing;

namespace Kinora.Tests.Cli;

public sealed class TestReportTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_trx_is_summed_up_by_the_outcome_of_each_test()
    {
        File.WriteAllText(_file, """
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
            <UnitTestResult outcome="Passed" testName="A" /><UnitTestResult outcome="Passed" testName="B" />
            <UnitTestResult outcome="Failed" testName="C"><Output><StdOut>log</StdOut><ErrorInfo><Message>It is 1.
            It was to be 2.</Message></ErrorInfo></Output></UnitTestResult><UnitTestResult outcome="NotExecuted" testName="D" />
            <UnitTestResult outcome="Timeout" testName="E" /></Results></TestRun>
            """);

        Assert.Equal(new TestCounts(2, 2, 1), TestReport.ReadTrx(_file));
        Assert.Equal(["failed: C\n  It is 1.\n  It was to be 2.", "failed: E"], TestReport.FailedOfTrx(_file).Select(failure => $"{failure}"));
    }

    [Fact]
    public void A_junit_report_is_summed_up_by_its_counters()
    {
        File.WriteAllText(_file, """<testsuite tests="5" failures="1" disabled="1" skipped="1" />""");

        Assert.Equal(new TestCounts(2, 1, 2), TestReport.ReadJUnit(_file));
    }

    [Fact]
    public void A_report_that_was_cut_off_is_none()
    {
        File.WriteAllText(_file, "<TestRun><Results>");

        Assert.Null(TestReport.ReadTrx(_file));
        Assert.Empty(TestReport.FailedOfTrx(_file));
    }

    [Fact]
    public void The_sum_names_skipped_tests_only_where_there_are_any()
    {
        Assert.Equal("3 passed, 0 failed", $"{new TestCounts(3, 0, 0)}");
        Assert.Equal("3 passed, 1 failed, 2 skipped", $"{new TestCounts(3, 1, 2)}");
    }
}
