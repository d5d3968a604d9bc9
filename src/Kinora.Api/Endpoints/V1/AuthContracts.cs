using Kinora.Api.Http;
using Kinora.Api.Http.OpenApi;
using Kinora.Core.Accounts;

namespace Kinora.Api.Endpoints.V1;

/// <param name="Email">Upper and lower case make no difference.</param>
/// <param name="Password">10 to 128 characters of any script, spaces included; not one of the most common ones, and not the e-mail.</param>
public sealed record RegisterRequest(
    [property: Example("ada@example.org"), CharacterCount(3, Credentials.MaximumEmailCharacters)] string Email,
    [property: Example("a long walk by the sea"), CharacterCount(Credentials.MinimumPasswordCharacters, Credentials.MaximumPasswordCharacters)]
    string Password);

public sealed record RegisterResponse(Guid UserId, [property: Example("ada@example.org")] string Email);

public sealed record LoginRequest(
    [property: Example("ada@example.org"), CharacterCount(1, Credentials.MaximumEmailCharacters)] string Email,
    [property: Example("a long walk by the sea"), CharacterCount(1, Credentials.MaximumPasswordCharacters)] string Password);

public sealed record RefreshRequest([property: Example("mW0bQkzr2Yw1c6y5t0m8GJx4h1b7R3ZsQf9uKpVnE2A"), CharacterCount(1, 512)] string RefreshToken);

public sealed record LogoutRequest([property: Example("mW0bQkzr2Yw1c6y5t0m8GJx4h1b7R3ZsQf9uKpVnE2A"), CharacterCount(1, 512)] string RefreshToken);

/// <param name="AccessToken">For the header "Authorization: Bearer ...".</param>
/// <param name="RefreshToken">To be exchanged once, for the next pair.</param>
/// <param name="TokenType">Always "Bearer".</param>
/// <param name="ExpiresIn">Of the access token, in seconds.</param>
public sealed record TokenResponse(
    [property: Example("eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9...")] string AccessToken,
    [property: Example("mW0bQkzr2Yw1c6y5t0m8GJx4h1b7R3ZsQf9uKpVnE2A")] string RefreshToken,
    [property: Example("Bearer")] string TokenType,
    [property: Example(900)] int ExpiresIn);
