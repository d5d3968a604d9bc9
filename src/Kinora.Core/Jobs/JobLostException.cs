namespace Kinora.Core.Jobs;

/// <summary>The database says that this attempt no longer holds its job. Whoever holds it now goes on; this one leaves without a trace.</summary>
public sealed class JobLostException() : Exception("The attempt has lost its job.");
