namespace Kinora.Core.Infra.Storage.Audit;

/// <summary>An object that a row says is in the store.</summary>
/// <param name="Sha256">Lower-case hex; of a source as <see cref="SourceHash"/> says.</param>
/// <param name="Derivative">Null: it is the video's source, or a piece.</param>
/// <param name="PieceOf">The job whose units are making an HLS that it is a piece of; null: it is none.</param>
internal sealed record ExpectedObject(
    string Key, long SizeBytes, string Sha256, Guid VideoId, ExpectedDerivative? Derivative, Guid? PieceOf = null)
{
    /// <summary>"the source", "HLS", or "a part of an HLS under way".</summary>
    public string Role => PieceOf is not null ? "a part of an HLS under way" : Derivative?.Type ?? "the source";
}

/// <param name="IsReplaced">It is on its way out: nothing of it needs to be mended.</param>
internal sealed record ExpectedDerivative(Guid Id, string Type, bool IsReplaced);
