using Kinora.Core.Infra.Outbound;

namespace Kinora.Tests.Infra.Outbound;

public sealed class OutboundBodyTests
{
    [Fact]
    public async Task Bytes_that_come_when_their_time_has_run_out_are_too_late()
    {
        var options = new OutboundOptions { StallTime = TimeSpan.FromMilliseconds(50) };
        var body = new OutboundBody(new LateStream(), options, TimeProvider.System);

        var failed = await Assert.ThrowsAsync<OutboundException>(() => body.ReadAsync(new byte[8], TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(OutboundFault.Unavailable, failed.Fault);
    }

    [Fact]
    public async Task A_reader_that_gives_up_meanwhile_gets_what_came()
    {
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var body = new OutboundBody(new LateStream(), new OutboundOptions(), TimeProvider.System);

        Assert.Equal(1, await body.ReadAsync(new byte[8], cancelled.Token));
    }

    /// <summary>A byte arrives just when the read is cancelled, which HttpClient answers by closing the connection, not the read.</summary>
    private sealed class LateStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var cancelled = new TaskCompletionSource();
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            await cancelled.Task;
            return 1;
        }
    }
}
