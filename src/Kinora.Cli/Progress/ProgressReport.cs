namespace Kinora.Cli.Progress;

/// <param name="Name">Of the piece of work; the same one each time.</param>
/// <param name="Detail">What changes all the time, as the speed does: for who looks on, not worth a line of its own.</param>
internal sealed record ProgressReport(string Name, double Percent, string State, string Detail = "");
