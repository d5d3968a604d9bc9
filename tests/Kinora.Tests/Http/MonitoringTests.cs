using System.Net;
using System.Text.Json;
using Kinora.Api.Endpoints;
using Kinora.Api.Http;
using Kinora.Core.Infra.Queues;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Infra.Telemetry;
using Kinora.Core.Jobs;
using Kinora.Tests.Infra.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kinora.Tests.Http;

/// <summary>What an operator's tools see: health, metrics and the request log, over HTTP.</summary>
public sealed class MonitoringTests : IAsyncLifetime
{
    private readonly LineRecorder _log = new();
    private readonly FakeQueue _queue = new() { Count = _ => new QueueCounts(3, 1) };
    private readonly FakeStore _store = new();
    private readonly HttpClient _client = new();
    private WebApplication? _app;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddKinoraLogging();
        builder.Logging.ClearProviders().AddProvider(_log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IJobQueue>(_queue).AddSingleton<IObjectStore>(_store);
        // Nothing listens on port 1: the database is away.
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=u;Database=d"));
        builder.Services.AddKinoraTelemetry(ProcessRole.Api);
        builder.Services.AddKinoraMetricsExport();
        _app = builder.Build();
        _app.UseRequestLog();
        _app.UseRouting();
        _app.MapHealth();
        _app.MapMetrics();
        _app.MapGet("/v1/videos/{id}/hls/{signature}/{**path}", (HttpResponse response) => response.WriteAsync(new string('x', 1234)));
        await _app.StartAsync();
        _client.BaseAddress = new Uri(_app.Urls.First());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_its_database_a_process_lives_and_is_not_ready()
    {
        var live = await GetAsync("/health/live");
        var ready = await GetAsync("/health/ready");
        var health = await GetAsync("/health");

        Assert.Equal(HttpStatusCode.OK, live.Status);
        Assert.Equal("ok", live.Body.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.Status);
        Assert.Equal("api", health.Body.GetProperty("role").GetString());
        Assert.Equal("down", health.Body.GetProperty("status").GetString());
        Assert.Equal("down", health.Body.GetProperty("checks").GetProperty("db").GetProperty("status").GetString());
        Assert.Equal("ok", health.Body.GetProperty("checks").GetProperty("redis").GetProperty("status").GetString());
        Assert.Equal("ok", health.Body.GetProperty("checks").GetProperty("storage").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Metrics_are_prometheus_text_with_our_names()
    {
        var metrics = _app!.Services.GetRequiredService<KinoraMetrics>();
        metrics.JobAttempted(JobType.Hls, isFirst: true);
        metrics.JobAttempted(JobType.Hls, isFirst: false);
        metrics.JobFinished(JobType.Hls, JobStatus.Succeeded, null, TimeSpan.FromSeconds(42));
        metrics.UploadFinished("tus", 1000);
        await _client.GetAsync(new Uri("/v1/videos/x/hls/secret/a/b.mp4", UriKind.Relative), TestContext.Current.CancellationToken);

        var text = await MetricsAsync(text => text.Contains("kinora_queue_length", StringComparison.Ordinal));

        Assert.Contains("kinora_job_attempts_total{kind=\"first\",type=\"HLS\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("kinora_job_attempts_total{kind=\"retry\",type=\"HLS\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("kinora_jobs_finished_total{code=\"\",outcome=\"SUCCEEDED\",type=\"HLS\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("kinora_job_duration_seconds_bucket{outcome=\"SUCCEEDED\",type=\"HLS\",le=\"60\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("kinora_uploads_total{code=\"\",outcome=\"accepted\",way=\"tus\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("kinora_upload_bytes_total{way=\"tus\"} 1000", text, StringComparison.Ordinal);
        Assert.Contains("kinora_queue_length{queue=\"hls\",state=\"waiting\"} 3", text, StringComparison.Ordinal);
        Assert.Contains("http_route=\"/v1/videos/{id}/hls/{signature}/{**path}\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_request_log_names_the_route_and_never_the_path()
    {
        await _client.GetAsync(new Uri("/v1/videos/x/hls/secret/a/b.mp4?token=secret", UriKind.Relative), TestContext.Current.CancellationToken);
        await _client.GetAsync(new Uri("/secret/nowhere?secret", UriKind.Relative), TestContext.Current.CancellationToken);
        await _client.GetAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken);

        await UntilAsync(() => _log.Lines.Count(line => line.Contains("/v1/videos", StringComparison.Ordinal)) == 1
            && _log.Lines.Any(line => line.Contains("(no route)", StringComparison.Ordinal)));
        Assert.Contains(_log.Lines, line => line.StartsWith("GET /v1/videos/{id}/hls/{signature}/{**path} 200 in ", StringComparison.Ordinal)
            && line.EndsWith(" ms, 1234 bytes", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, line => line.Contains("secret", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, line => line.Contains("/health", StringComparison.Ordinal));
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonDocument.Parse(body).RootElement);
    }

    private async Task<string> MetricsAsync(Func<string, bool> isComplete)
    {
        var text = "";
        await UntilAsync(async () =>
        {
            text = await _client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
            return isComplete(text);
        });
        return text;
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
