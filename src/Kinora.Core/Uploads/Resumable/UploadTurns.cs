namespace Kinora.Core.Uploads.Resumable;

/// <summary>
/// One request of this process at a time for each upload. The next one ends the one before, whose client is most likely gone without the
/// server having heard of it, and begins when that one has stored what it has. Requests of other processes are told apart by their fence.
/// </summary>
public sealed class UploadTurns
{
    private readonly Dictionary<Guid, Turn> _turns = [];
    private readonly Lock _lock = new();

    public async Task<IUploadTurn> TakeAsync(Guid uploadId, CancellationToken cancellation)
    {
        var mine = new Turn(this, uploadId);
        while (true)
        {
            Turn? before;
            lock (_lock)
            {
                if (_turns.TryAdd(uploadId, mine))
                {
                    return mine;
                }

                before = _turns[uploadId];
            }

            await before.EndAsync(cancellation);
        }
    }

    private sealed class Turn(UploadTurns turns, Guid uploadId) : IUploadTurn
    {
        private readonly CancellationTokenSource _ending = new();
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Ending => _ending.Token;

        public async Task EndAsync(CancellationToken cancellation)
        {
            try
            {
                await _ending.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended.
            }

            await _ended.Task.WaitAsync(cancellation);
        }

        public void Dispose()
        {
            lock (turns._lock)
            {
                turns._turns.Remove(uploadId);
            }

            _ended.TrySetResult();
            _ending.Dispose();
        }
    }
}

/// <summary>Disposing gives the next request its turn.</summary>
public interface IUploadTurn : IDisposable
{
    /// <summary>Another request waits.</summary>
    CancellationToken Ending { get; }
}
