namespace Kinora.Core.Infra.Storage.Audit;

public enum FindingKind
{
    /// <summary>An object that no row knows and that no intent covers.</summary>
    UnknownObject,

    /// <summary>A row names it, and it is not in the store.</summary>
    MissingObject,

    /// <summary>It has another length than its row says.</summary>
    WrongSize,

    /// <summary>It has the right length and other bytes. Only found where every object is read.</summary>
    WrongChecksum,

    /// <summary>It is there, and its bytes cannot be read while those of others can. Only found where every object is read.</summary>
    UnreadableObject,

    /// <summary>A put that never ended, of a key that nobody may write any more.</summary>
    UnfinishedUpload,

    /// <summary>An intent says that its prefix is published, and neither a derivative nor a source lies there.</summary>
    StrayIntent,

    /// <summary>A derivative or a source whose intent is missing or doomed: nothing would collect it, or it would be collected.</summary>
    MissingIntent,
}

public enum RepairOutcome
{
    /// <summary>Not tried.</summary>
    None,

    /// <summary>It is gone, or its row is as it should be.</summary>
    Repaired,

    /// <summary>A job makes the derivative again: what is wrong stays until it has succeeded.</summary>
    Resubmitted,

    /// <summary>Nothing can bring it back.</summary>
    Impossible,
}

/// <param name="Subject">The object's key, the intent's prefix, or the unfinished put's name in the store.</param>
/// <param name="VideoId">Null where no row knows it.</param>
/// <param name="Detail">For people.</param>
/// <param name="JobId">The job that makes it again.</param>
public sealed record Finding(
    FindingKind Kind, string Subject, Guid? VideoId, string Detail, RepairOutcome Outcome = RepairOutcome.None, Guid? JobId = null)
{
    /// <summary>Whether it is still so after the repair.</summary>
    public bool Remains => Outcome != RepairOutcome.Repaired;

    /// <summary>UNKNOWN_OBJECT and so on.</summary>
    public string Code => Kind switch
    {
        FindingKind.UnknownObject => "UNKNOWN_OBJECT",
        FindingKind.MissingObject => "MISSING_OBJECT",
        FindingKind.WrongSize => "WRONG_SIZE",
        FindingKind.WrongChecksum => "WRONG_CHECKSUM",
        FindingKind.UnreadableObject => "UNREADABLE_OBJECT",
        FindingKind.UnfinishedUpload => "UNFINISHED_UPLOAD",
        FindingKind.StrayIntent => "STRAY_INTENT",
        _ => "MISSING_INTENT",
    };
}
