namespace Kinora.Core.Infra.Storage.Audit;

/// <summary>An object that a row says is in the store.</summary>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Derivative">Null: it is the video's source.</param>
internal sealed record ExpectedObject(string Key, long SizeBytes, string Sha256, Guid VideoId, ExpectedDerivative? Derivative)
{
    /// <summary>"the source", or "HLS".</summary>
    public string Role => Derivative?.Type ?? "the source";
}

/// <param name="IsReplaced">It is on its way out: nothing of it needs to be mended.</param>
internal sealed record ExpectedDerivative(Guid Id, string Type, bool IsReplaced);
