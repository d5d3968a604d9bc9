using System.ComponentModel.DataAnnotations;

namespace Kinora.Core.Webhooks;

/// <summary>Section "Kinora:Webhooks"; the same for API and workers.</summary>
public sealed class WebhookOptions : IValidatableObject
{
    private const int MostRetries = 50;

    /// <summary>A day in all.</summary>
    private static readonly IReadOnlyList<TimeSpan> DefaultRetries =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15),
        TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(3), TimeSpan.FromHours(4), TimeSpan.FromHours(6),
        TimeSpan.FromHours(7),
    ];

    /// <summary>How many webhooks a user may have.</summary>
    [Range(0, 10_000)]
    public int MaxPerUser { get; set; } = 20;

    /// <summary>How many deliveries are on their way to one webhook at once.</summary>
    [Range(1, 1000)]
    public int MaxAtOnce { get; set; } = 4;

    /// <summary>The waits between attempts, each up to a fifth longer; null: twelve, from 5 s to 7 h, a day in all.</summary>
    public IReadOnlyList<TimeSpan>? Retries { get; set; }

    /// <summary>From the request to the end of the answer's head.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A webhook of which no attempt has succeeded for so long is DISABLED.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan DisableAfter { get; set; } = TimeSpan.FromDays(3);

    /// <summary>How long both secrets are signed with after a rotation.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan RotationTime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long deliveries that have ended are listed.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(14);

    internal IReadOnlyList<TimeSpan> Waits => Retries ?? DefaultRetries;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Waits.Count > MostRetries || Waits.Any(wait => wait < TimeSpan.Zero || wait > TimeSpan.FromDays(7)))
        {
            yield return new ValidationResult($"At most {MostRetries} waits, each of up to 7 days.", [nameof(Retries)]);
        }
    }
}
