namespace Kinora.Core.Jobs;

/// <summary>A job type as the database and the API write it ("HLS"), and its queue ("hls").</summary>
public static class JobTypeName
{
    public static string ToName(this JobType type) => type.ToString().ToUpperInvariant();

    public static string ToQueue(this JobType type) => type switch
    {
        JobType.Fetch => "fetch",
        JobType.Analyze => "analyze",
        JobType.Thumbnail => "thumbnail",
        JobType.Hls => "hls",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    public static JobType Parse(string name) => Enum.Parse<JobType>(name, ignoreCase: true);
}
