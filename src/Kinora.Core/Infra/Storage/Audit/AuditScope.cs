namespace Kinora.Core.Infra.Storage.Audit;

public enum AuditRepair
{
    None,

    /// <summary>What is left over of videos whose rows are known goes; nothing is made again.</summary>
    Orphans,

    /// <summary>What is left over goes, whoever put it there, and damaged derivatives are made again.</summary>
    All,
}

/// <param name="Checksums">Reads every object and compares its SHA-256.</param>
public sealed record AuditScope(bool Checksums, AuditRepair Repair)
{
    /// <summary>With <see cref="AuditRepair.Orphans"/>, younger ones are left for a person to look at.</summary>
    public TimeSpan OrphanAge { get; init; }
}

/// <summary>How much an audit has looked at.</summary>
public sealed class AuditTally
{
    public long Objects { get; private set; }

    public long Bytes { get; private set; }

    internal void Add(ObjectInfo info)
    {
        Objects++;
        Bytes += info.Length;
    }
}
