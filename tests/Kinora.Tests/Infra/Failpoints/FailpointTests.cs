using System.Text.RegularExpressions;
using Kinora.Core.Infra.Failpoints;
using Kinora.Core.Infra.Processes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Infra.Failpoints;

public sealed partial class FailpointTests : IDisposable
{
    private const string Name = FailpointName.HlsAfterPlan;
    private readonly string _log = Path.GetTempFileName();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Failpoint.Disarm();
        File.Delete(_log);
    }

    [Fact]
    public async Task Nothing_happens_where_none_is_armed()
    {
        Failpoint.Hit(Name);
        Assert.Same(Task.CompletedTask, Failpoint.HitAsync(Name, Cancellation));

        Arm($"{FailpointName.HlsAfterScan}:throw");
        await Failpoint.HitAsync(Name, Cancellation);
        Assert.Empty(await File.ReadAllTextAsync(_log, Cancellation));
    }

    [Fact]
    public async Task A_failpoint_throws_at_its_hit_and_says_so_first()
    {
        Arm($"{Name}:throw=io@2");

        Failpoint.Hit(Name);
        await Assert.ThrowsAsync<IOException>(() => Failpoint.HitAsync(Name, Cancellation));
        await Failpoint.HitAsync(Name, Cancellation);

        Assert.Matches($"^{Regex.Escape(Name)} throw [0-9T:.+-]+ {Environment.ProcessId}\n$", await File.ReadAllTextAsync(_log, Cancellation));
    }

    [Fact]
    public async Task A_hang_does_not_hear_that_it_should_stop()
    {
        Arm($"{Name}:hang");
        using var stop = new CancellationTokenSource();

        var hit = Failpoint.HitAsync(Name, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAsync<TimeoutException>(() => hit.WaitAsync(TimeSpan.FromMilliseconds(100), Cancellation));
    }

    [Fact]
    public async Task Many_firings_at_once_are_all_in_the_log()
    {
        Arm($"{Name}:delay=1@*");

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => Failpoint.HitAsync(Name, Cancellation), Cancellation)));

        Assert.Equal(200, (await File.ReadAllLinesAsync(_log, Cancellation)).Count(l => l.StartsWith(Name + " delay ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Production", "hls.after_plan:kill", "log", "for tests alone")]
    [InlineData("Development", "hls.after_plan:kill", "log", "for tests alone")]
    [InlineData("Test", "hls.after_plan:kill", null, "FailpointLog is missing")]
    [InlineData("Test", "hls.after_supper:kill", "log", "no failpoint")]
    [InlineData("Test", "hls.after_plan:kill", "log", null)]
    [InlineData("Production", null, null, null)]
    public void A_process_starts_with_failpoints_only_as_a_test(string environment, string? rule, string? log, string? fault)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Kinora:Failpoints:0"] = rule, ["Kinora:FailpointLog"] = log }.Where(s => s.Value is not null))
            .Build();
        using var services = new ServiceCollection()
            .AddSingleton<IHostEnvironment>(new HostingEnvironment { EnvironmentName = environment })
            .AddSingleton(TimeProvider.System)
            .AddFailpoints(configuration)
            .BuildServiceProvider();

        var thrown = Record.Exception(() => StartUp.Validate(services));

        Assert.Equal(fault is null, thrown is null);
        Assert.True(fault is null || Assert.Single(Assert.IsType<OptionsValidationException>(thrown).Failures).Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_name_of_the_catalogue_is_hit_somewhere()
    {
        Assert.All(FailpointName.All, name => Assert.Matches("^[a-z]+\\.[a-z0-9_]+$", name));
        Assert.Equal(FailpointName.All.Count, FailpointName.All.Distinct().Count());

        var hit = Repository.Files("src", ".cs").Where(f => !f.EndsWith("FailpointName.cs", StringComparison.Ordinal))
            .SelectMany(f => Use().Matches(Repository.Read(f)).Select(m => m.Groups["field"].Value))
            .Where(field => field != nameof(FailpointName.All)).ToHashSet();

        Assert.Equal(typeof(FailpointName).GetFields().Select(f => f.Name).Order(StringComparer.Ordinal), hit.Order(StringComparer.Ordinal));
    }

    private void Arm(string rule) => Failpoint.Arm([FailpointRule.Parse(rule)], new FailpointLog(_log, TimeProvider.System));

    [GeneratedRegex(@"FailpointName\.(?<field>[A-Z]\w+)")]
    private static partial Regex Use();
}
