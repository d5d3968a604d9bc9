using System.Collections.Concurrent;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media.Native;
using Kinora.Core.Infra.Media.Sandboxing;
using Kinora.Core.Videos;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Media;

/// <summary>
/// libavformat behind warm helper processes: a file that takes its parser over, or down, or hangs it, costs one helper and its own
/// request. Helpers are started when they are needed, and some are kept.
/// </summary>
public sealed partial class MediaProbe(
    IOptions<MediaProbeOptions> options, IOptions<MediaOptions> limits, Sandbox sandbox, TimeProvider time, ILogger<MediaProbe> logger)
    : IMediaProbe, IAsyncDisposable
{
    /// <summary>No file of more streams is read at all.</summary>
    public const int MaxStreams = 64;

    // The sample tables of 12 hours stand in some 60 MB. Beyond that much reading, media info is not to be had at a fair price, but in
    // fragmented MP4 (recordings of OBS and of browsers), where libavformat visits each fragment for a block.
    private const long MaxInfoBytes = 128 << 20;
    private const int MaxShareOfFragments = 4;

    // A scan reads the source once; badly interleaved files make libavformat jump, and throw away what it read ahead.
    private const int MaxScanRounds = 4;

    private readonly MediaProbeOptions _options = options.Value;
    private readonly bool _allowSound = limits.Value.AllowAudioOnly;
    private readonly SemaphoreSlim _places = new(options.Value.MaxHelpers);
    private readonly ConcurrentStack<ProbeHelper> _warm = new();
    private readonly ConcurrentDictionary<int, ProbeHelper> _all = new();
    private volatile bool _isDisposed;

    /// <summary>The processes that live, busy or warm.</summary>
    internal IEnumerable<int> HelperIds => _all.Keys;

    public async Task<MediaInfo> GetMediaInfoAsync(IMediaSource source, CancellationToken cancellation)
    {
        var maxBytes = MaxInfoBytes + (source.Length / MaxShareOfFragments);
        var request = new ProbeRequest(null, source.Length, SoftDeadline(_options.InfoTimeout), maxBytes, 0, _allowSound);
        var answer = await AskAsync(request, source, _options.InfoTimeout, cancellation);
        return answer.Info ?? throw ProbeFailure.Of(answer.Status);
    }

    public async Task<PacketIndex> ScanPacketsAsync(IMediaSource source, int streamIndex, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(streamIndex);
        var maxBytes = MaxInfoBytes + Math.Min(source.Length, long.MaxValue / (2 * MaxScanRounds)) * MaxScanRounds;
        var request = new ProbeRequest(
            streamIndex, source.Length, SoftDeadline(_options.ScanTimeout), maxBytes, _options.MaxPackets, _allowSound);
        var answer = await AskAsync(request, source, _options.ScanTimeout, cancellation);
        return answer.Packets ?? throw ProbeFailure.Of(answer.Status);
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        while (_warm.TryPop(out var helper))
        {
            await EndAsync(helper);
        }
    }

    // The library's own deadline comes a little before the kill: an answer is better than a corpse.
    private static long SoftDeadline(TimeSpan timeout) => (long)(timeout.TotalMilliseconds * 0.9);

    private async Task<ProbeAnswer> AskAsync(ProbeRequest request, IMediaSource source, TimeSpan timeout, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        try
        {
            using var clock = new CancellationTokenSource(timeout, time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellation);
            var helper = await TakeAsync();
            ProbeAnswer? answer = null;
            try
            {
                answer = await helper.AskAsync(request, source, stop.Token);
                return answer;
            }
            catch (MediaSourceException e)
            {
                e.Cause.Throw();
                throw;
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ProbeProtocolException)
            {
                // A killed helper shows as the end of its output: the reason stands in the tokens.
                cancellation.ThrowIfCancellationRequested();
                if (clock.IsCancellationRequested)
                {
                    throw ProbeFailure.Of(NativeStatus.Timeout, e);
                }

                LogHelperLost(helper.Id, e.Message);
                throw ProbeFailure.Of(null, e);
            }
            finally
            {
                await GiveBackAsync(helper, isSound: answer is not null && !stop.IsCancellationRequested);
            }
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<ProbeHelper> TakeAsync()
    {
        while (_warm.TryPop(out var helper))
        {
            if (!helper.HasExited)
            {
                return helper;
            }

            await EndAsync(helper);
        }

        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var started = await ProbeHelper.StartAsync(_options, sandbox, logger);
        _all[started.Id] = started;
        return started;
    }

    private async Task GiveBackAsync(ProbeHelper helper, bool isSound)
    {
        if (isSound && !_isDisposed && helper.Requests < _options.RequestsPerHelper && _warm.Count < _options.WarmHelpers)
        {
            _warm.Push(helper);
        }
        else
        {
            await EndAsync(helper);
        }
    }

    private async Task EndAsync(ProbeHelper helper)
    {
        _all.TryRemove(helper.Id, out _);
        await helper.DisposeAsync();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The probe's helper {processId} is lost: {reason}")]
    private partial void LogHelperLost(int processId, string reason);
}
