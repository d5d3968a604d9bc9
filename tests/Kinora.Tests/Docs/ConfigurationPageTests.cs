using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Kinora.Api;
using Kinora.Api.Http;
using Kinora.Api.Http.Limits;
using Kinora.Core;
using Kinora.Core.Accounts;
using Kinora.Core.Events;
using Kinora.Core.Infra.Database;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Infra.Outbound;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Redis;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Jobs;
using Kinora.Core.Limits;
using Kinora.Core.Playback;
using Kinora.Core.Transcoding;
using Kinora.Core.Uploads;
using Kinora.Core.Videos;
using Kinora.Core.Webhooks;

namespace Kinora.Tests.Docs;

/// <summary>docs/configuration.md against the options in the code: each stands there once, with its default, and no other.</summary>
public sealed partial class ConfigurationPageTests
{
    private static readonly Assembly Worker = Assembly.Load("Kinora.Worker");

    private static readonly Dictionary<Type, string> Sections = new()
    {
        [typeof(DatabaseOptions)] = "Kinora:Database",
        [typeof(RedisOptions)] = "Kinora:Redis",
        [typeof(QueueOptions)] = "Kinora:Queue",
        [typeof(StorageOptions)] = "Kinora:Storage",
        [typeof(CollectorOptions)] = "Kinora:Collector",
        [typeof(JobOptions)] = "Kinora:Jobs",
        [typeof(TranscodingOptions)] = "Kinora:Transcoding",
        [typeof(AuthOptions)] = "Kinora:Auth",
        [typeof(HttpOptions)] = "Kinora:Http",
        [typeof(RateLimitOptions)] = "Kinora:RateLimits",
        [typeof(LimitOptions)] = "Kinora:Limits",
        [typeof(UploadOptions)] = "Kinora:Uploads",
        [typeof(OutboundOptions)] = "Kinora:Outbound",
        [typeof(PlaybackOptions)] = "Kinora:Playback",
        [typeof(MediaOptions)] = "Kinora:Media",
        [typeof(MediaProbeOptions)] = "Kinora:MediaProbe",
        [typeof(FfmpegOptions)] = "Kinora:Ffmpeg",
        [typeof(SandboxOptions)] = "Kinora:Sandbox",
        [typeof(TelemetryOptions)] = "Kinora:Telemetry",
        [typeof(EventOptions)] = "Kinora:Events",
        [typeof(WebhookOptions)] = "Kinora:Webhooks",
        [typeof(FailpointOptions)] = FailpointOptions.Section,
        [Worker.GetType("Kinora.Worker.WorkerOptions", throwOnError: true)!] = "Kinora:Worker",
    };

    [Fact]
    public void Every_option_stands_in_the_page_with_its_default_and_no_other_does()
    {
        var inCode = Sections.SelectMany(s => Options(s.Value, Activator.CreateInstance(s.Key)!)).Order(StringComparer.Ordinal);

        var inPage = Row().Matches(Repository.Read("docs/configuration.md")).Select(r => $"{r.Groups["key"].Value} = {r.Groups["default"].Value}");

        Assert.Equal(inCode, inPage.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_class_of_options_belongs_to_a_section()
    {
        var nested = Sections.Keys.SelectMany(Parts).ToHashSet();

        var unknown = new[] { typeof(KinoraSetup).Assembly, typeof(ApiSetup).Assembly, Worker }
            .SelectMany(a => a.GetTypes())
            .Where(t => t.IsClass && t.Name.EndsWith("Options", StringComparison.Ordinal) && !Sections.ContainsKey(t) && !nested.Contains(t));

        Assert.Empty(unknown);
    }

    [Fact]
    public void Every_section_that_the_code_binds_is_one_of_them()
    {
        var bound = Repository.Files("src", ".cs")
            .SelectMany(f => Section().Matches(Repository.Read(f)).Select(m => m.Groups["name"].Value))
            .Distinct();

        // The tests' own switches stand in no section of theirs.
        Assert.Equal(Sections.Values.Where(s => s != FailpointOptions.Section).Order(StringComparer.Ordinal), bound.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Options(string path, object options)
    {
        foreach (var property in options.GetType().GetProperties().Where(p => p.CanWrite))
        {
            var (key, value) = ($"{path}:{property.Name}", property.GetValue(options));
            if (value is not null && IsPart(property.PropertyType))
            {
                foreach (var inner in Options(key, value))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return $"{key} = {Text(value)}";
            }
        }
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.GetProperties().Select(p => p.PropertyType).Where(IsPart).SelectMany(t => Parts(t).Prepend(t));

    private static bool IsPart(Type type) => type.IsClass && type.Namespace?.StartsWith("Kinora", StringComparison.Ordinal) == true;

    /// <summary>As the page writes it.</summary>
    private static string Text(object? value) => value switch
    {
        null => "none",
        string { Length: 0 } => "empty",
        string text => $"`{text.Replace(Path.GetTempPath(), "TEMP/", StringComparison.Ordinal)}`",
        TimeSpan time => $"`{time:c}`",
        bool flag => flag ? "`true`" : "`false`",
        System.Collections.ICollection { Count: 0 } => "none",
        _ => string.Create(CultureInfo.InvariantCulture, $"`{value}`"),
    };

    [GeneratedRegex(@"^\| `(?<key>Kinora:[^`]+)` \| (?<default>[^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    /// <summary>A string literal that is a section's name and nothing else.</summary>
    [GeneratedRegex("\"(?<name>Kinora:[A-Za-z]+)\"")]
    private static partial Regex Section();
}
