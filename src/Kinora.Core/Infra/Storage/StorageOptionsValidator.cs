using Kinora.Core.Infra.Storage.S3;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Storage;

/// <summary>Finds everything that is wrong with the options of the chosen store, and says it in one line.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    // S3's limits for a part (AWS, "Amazon S3 multipart upload limits").
    private const long MinPartSizeBytes = 5L * 1024 * 1024;
    private const long MaxPartSizeBytes = 5L * 1024 * 1024 * 1024;

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var faults = options.Kind switch
        {
            StorageKind.Folder => string.IsNullOrWhiteSpace(options.Folder.Path) ? ["Folder:Path is missing"] : [],
            StorageKind.S3 => S3Faults(options.S3).ToArray(),
            _ => ["Kind is neither Folder nor S3"],
        };
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail($"{StorageOptions.Section}: {string.Join("; ", faults)}.");
    }

    private static IEnumerable<string> S3Faults(S3StorageOptions s3)
    {
        if (!string.IsNullOrEmpty(s3.Endpoint) && !(Uri.TryCreate(s3.Endpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            yield return "S3:Endpoint is no http or https URL";
        }

        if (string.IsNullOrWhiteSpace(s3.Region))
        {
            yield return "S3:Region is missing";
        }

        if (string.IsNullOrWhiteSpace(s3.Bucket))
        {
            yield return "S3:Bucket is missing";
        }

        if (string.IsNullOrEmpty(s3.AccessKey) != string.IsNullOrEmpty(s3.SecretKey))
        {
            yield return "S3:AccessKey and S3:SecretKey go together";
        }

        if (s3.PartSizeBytes is < MinPartSizeBytes or > MaxPartSizeBytes)
        {
            yield return "S3:PartSizeBytes is not between 5 MiB and 5 GiB";
        }

        if (s3.UploadConcurrency is < 1 or > 64)
        {
            yield return "S3:UploadConcurrency is not between 1 and 64";
        }

        if (s3.Timeout <= TimeSpan.Zero || s3.Timeout > LongestTimeout)
        {
            yield return "S3:Timeout is not between 0 and 1 hour";
        }

        if (s3.MaxRetries is < 0 or > 20)
        {
            yield return "S3:MaxRetries is not between 0 and 20";
        }
    }
}
