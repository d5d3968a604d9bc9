namespace Kinora.Core.Accounts;

/// <summary>Who logged in, and the refresh token that goes on with it.</summary>
public sealed record Session(Guid UserId, string RefreshToken);
