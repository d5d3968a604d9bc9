using Kinora.Core.Jobs;

namespace Kinora.IntegrationTests.Chaos.Storm;

/// <summary>The protocol, or the protocol with one guard taken out.</summary>
/// <param name="Schema">SQL that changes the schema; may be empty.</param>
/// <param name="PutsFirst">Objects are put before their intent is committed.</param>
internal sealed record Mutant(string Name, JobStatements Statements, string Schema = "", bool PutsFirst = false)
{
    public static Mutant None { get; } = new("none", JobStatements.Default);
}
