namespace Kinora.Benchmarks.Harness;

/// <summary>How much is measured: all, or (--brief) so little that it only shows whether a suite works.</summary>
internal sealed record Scale(bool IsBrief)
{
    public T Of<T>(T full, T brief) => IsBrief ? brief : full;
}
