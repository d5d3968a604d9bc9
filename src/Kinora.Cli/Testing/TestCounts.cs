namespace Kinora.Cli.Testing;

/// <summary>How many tests ended how.</summary>
internal readonly record struct TestCounts(int Passed, int Failed, int Skipped)
{
    /// <summary>A check that is no test of its own, a build that failed, a program that crashed: counted as one.</summary>
    public static TestCounts OfCheck(bool isFine) => isFine ? new TestCounts(1, 0, 0) : new TestCounts(0, 1, 0);

    public int Total => Passed + Failed + Skipped;

    public static TestCounts operator +(TestCounts a, TestCounts b) =>
        new(a.Passed + b.Passed, a.Failed + b.Failed, a.Skipped + b.Skipped);

    public override string ToString() => $"{Passed} passed, {Failed} failed{(Skipped > 0 ? $", {Skipped} skipped" : "")}";
}
