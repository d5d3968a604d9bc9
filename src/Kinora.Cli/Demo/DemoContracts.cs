using System.Text.Json.Serialization;

namespace Kinora.Cli.Demo;

// What the demo reads of the API's answers; whatever else they hold is passed over.
internal sealed record DemoCredentials(string Email, string Password);

internal sealed record DemoSession(string AccessToken);

internal sealed record DemoUpload(string VideoId);

internal sealed record DemoJobs(IReadOnlyList<DemoJob> Items);

internal sealed record DemoJob(
    string Id, string Type, string Status, double Progress, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt, DemoError? Error);

internal sealed record DemoError(string Code, string Message);

internal sealed record DemoPlayback(string MasterUrl);

[JsonSerializable(typeof(DemoCredentials))]
[JsonSerializable(typeof(DemoSession))]
[JsonSerializable(typeof(DemoUpload))]
[JsonSerializable(typeof(DemoJobs))]
[JsonSerializable(typeof(DemoError))]
[JsonSerializable(typeof(DemoPlayback))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class DemoJson : JsonSerializerContext;
