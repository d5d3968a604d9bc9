namespace Kinora.IntegrationTests.Api;

/// <summary>Gives so many bytes, and then waits.</summary>
internal sealed class StallingStream(byte[] bytes, int stallAt) : MemoryStream(bytes)
{
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Stalled => _stalled.Task;

    /// <summary>The length would be announced, and is the whole.</summary>
    public override bool CanSeek => false;

    public void GoOn() => _goOn.TrySetResult();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= stallAt)
        {
            _stalled.TrySetResult();
            await _goOn.Task.WaitAsync(cancellationToken);
        }

        return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 64 * 1024)], cancellationToken);
    }
}

/// <summary>Whose length is not announced.</summary>
internal sealed class UnknownLengthStream(byte[] bytes) : MemoryStream(bytes)
{
    public override bool CanSeek => false;
}
