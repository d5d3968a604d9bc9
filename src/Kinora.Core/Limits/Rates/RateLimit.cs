namespace Kinora.Core.Limits.Rates;

/// <summary>So many in any stretch of time of this length.</summary>
/// <param name="Name">Part of the keys: subjects of two limits are counted apart.</param>
public sealed record RateLimit(string Name, int Permits, TimeSpan Period);
