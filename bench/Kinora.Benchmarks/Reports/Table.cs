namespace Kinora.Benchmarks.Reports;

/// <summary>A heading, and rows of cells that are known by their first one.</summary>
internal sealed record Table(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>For a screen: columns of one width, whatever that comes to.</summary>
    public override string ToString()
    {
        IReadOnlyList<string>[] lines = [Columns, .. Rows];
        var widths = Columns.Select((_, column) => lines.Max(l => l[column].Length)).ToArray();
        return $"-- {Title}\n" + string.Concat(lines.Select(l => string.Join("  ", l.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + "\n"));
    }
}
