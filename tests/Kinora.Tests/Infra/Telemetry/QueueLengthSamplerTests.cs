using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Infra.Telemetry;

public sealed class QueueLengthSamplerTests
{
    [Fact]
    public async Task The_gauge_shows_the_queues_and_is_empty_while_redis_is_away()
    {
        var isAway = false;
        var queue = new FakeQueue
        {
            Count = name => isAway ? throw new QueueUnavailableException("away") : new QueueCounts(name == "hls" ? 7 : 0, 1),
        };
        using var services = new ServiceCollection().AddMetrics().AddSingleton<KinoraMetrics>().BuildServiceProvider();
        var metrics = services.GetRequiredService<KinoraMetrics>();
        var options = Options.Create(new TelemetryOptions { QueueSampleInterval = TimeSpan.FromMilliseconds(20) });
        using var sampler = new QueueLengthSampler(queue, metrics, options, TimeProvider.System);

        await sampler.StartAsync(TestContext.Current.CancellationToken);

        await UntilAsync(() => Read(services).Count == 10);
        Assert.Equal(7, Read(services)["hls waiting"]);
        Assert.Equal(1, Read(services)["analyze active"]);
        isAway = true;
        await UntilAsync(() => Read(services).IsEmpty);
        await sampler.StopAsync(TestContext.Current.CancellationToken);
    }

    private static ConcurrentDictionary<string, long> Read(IServiceProvider services)
    {
        var seen = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "kinora.queue.length" && instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>())
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => seen[$"{tags[0].Value} {tags[1].Value}"] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(10));
        while (!condition())
        {
            await Task.Delay(10, deadline.Token);
        }
    }
}
