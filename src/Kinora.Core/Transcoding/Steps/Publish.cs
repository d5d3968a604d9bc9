using System.Text.Json;
using System.Text.Json.Serialization;
using Kinora.Core.Playback;
using Kinora.Core.Transcoding.Packaging.Verification;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>To the store, and true in one transaction.</summary>
public sealed class Publish(Publisher publisher) : IHlsStep
{
    private const double ProgressBefore = 95;

    public double ProgressAfter => 99;

    public Task RunAsync(HlsContext context, CancellationToken cancellation)
    {
        var files = context.Files.Select(f => new LocalFile(f.Name, f.Path, f.SizeBytes, f.Sha256, f.ContentType)).ToArray();
        return publisher.PublishAsync(
            context.Attempt.Job,
            files,
            JsonSerializer.Serialize(context.Report!, ReportJson.Default.VerificationReport),
            share => context.Attempt.Report(ProgressBefore + ((ProgressAfter - ProgressBefore) * share)),
            cancellation);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VerificationReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
