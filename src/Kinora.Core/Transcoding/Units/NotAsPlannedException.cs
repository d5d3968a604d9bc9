namespace Kinora.Core.Transcoding.Units;

/// <summary>
/// What came out is not what the plan says: the way that it took does not suit the source. Another attempt may show that it was something
/// else; after that the job is planned anew without it.
/// </summary>
/// <param name="avoid">Of <see cref="Planning.TranscodePlan.Avoid"/>.</param>
/// <param name="isCertain">Another attempt would come to the same.</param>
public sealed class NotAsPlannedException(string avoid, bool isCertain, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Avoid { get; } = avoid;

    public bool IsCertain { get; } = isCertain;
}
