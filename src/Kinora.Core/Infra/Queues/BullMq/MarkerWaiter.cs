using Kinora.Core.Infra.Redis;
using Microsoft.Extensions.Logging;

namespace Kinora.Core.Infra.Queues.BullMq;

/// <summary>
/// Waits for a queue's marker, the sorted set by which BullMQ wakes one waiter at a time: taking a message sets it again, which wakes the
/// next. One blocked connection serves all receivers of the process, and a marker that none of them wants any more is put back.
/// </summary>
internal sealed partial class MarkerWaiter(MarkerConnection connection, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan UnblockAgain = TimeSpan.FromMilliseconds(100);
    private const int UnblockAttempts = 10;

    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource> _receivers = [];
    private Task _loop = Task.CompletedTask;
    private bool _looping;
    private bool _closing;

    /// <summary>Returns when there may be a message or the wait is over: look in any case.</summary>
    public async Task WaitAsync(TimeSpan wait, CancellationToken cancellation)
    {
        var receiver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_closing)
            {
                throw new QueueUnavailableException("The queue is closed");
            }

            _receivers.AddLast(receiver);
            if (!_looping)
            {
                _looping = true;
                _loop = Task.Run(LoopAsync, CancellationToken.None);
            }
        }

        try
        {
            await receiver.Task.WaitAsync(wait, cancellation);
        }
        catch (TimeoutException)
        {
            // The caller looks.
        }
        catch (OperationCanceledException) when (!Leave(receiver))
        {
            // Woken in the same moment: the marker was for us, so we have to look, or nobody would.
        }
        finally
        {
            Leave(receiver);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closing = true;
        }

        FailReceivers(new QueueUnavailableException("The queue is closed"));
        try
        {
            for (var attempt = 0; attempt < UnblockAttempts && !_loop.IsCompleted; attempt++)
            {
                await connection.UnblockAsync();
                await Task.WhenAny(_loop, Task.Delay(UnblockAgain));
            }
        }
        catch (Exception e) when (RedisFailure.Is(e))
        {
            LogNotUnblocked(e);
        }

        await connection.DisposeAsync();
        await _loop;
    }

    private async Task LoopAsync()
    {
        while (GoesOn())
        {
            try
            {
                if (await connection.PopAsync() is { } marker && !WakeOne())
                {
                    await connection.PutBackAsync(marker);
                }
            }
            catch (Exception e)
            {
                FailReceivers(e as QueueUnavailableException ?? new QueueUnavailableException(e.Message, e));
            }
        }
    }

    private bool GoesOn()
    {
        lock (_gate)
        {
            return _looping = _receivers.Count > 0;
        }
    }

    private bool WakeOne()
    {
        lock (_gate)
        {
            if (_receivers.First is not { } first)
            {
                return false;
            }

            _receivers.RemoveFirst();
            first.Value.SetResult();
            return true;
        }
    }

    private bool Leave(TaskCompletionSource receiver)
    {
        lock (_gate)
        {
            return _receivers.Remove(receiver);
        }
    }

    private void FailReceivers(QueueUnavailableException exception)
    {
        lock (_gate)
        {
            foreach (var receiver in _receivers)
            {
                receiver.SetException(exception);
            }

            _receivers.Clear();
        }
    }

    [LoggerMessage(LogLevel.Debug, "The wait for a message could not be ended in order")]
    private partial void LogNotUnblocked(Exception exception);
}
