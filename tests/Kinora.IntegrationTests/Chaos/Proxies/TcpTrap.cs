namespace Kinora.IntegrationTests.Chaos.Proxies;

/// <summary>A fault that waits for a client to say a certain thing, and then strikes once.</summary>
/// <param name="after">Counts only on a connection that has said this before; null: on any.</param>
internal sealed class TcpTrap(TcpFault fault, byte[] pattern, byte[]? after)
{
    private int _sprung;

    public TcpFault Fault => fault;

    public Watch Begin() => new(this, new BytePattern(pattern), after is null ? null : new BytePattern(after));

    /// <summary>The trap on one connection.</summary>
    internal sealed class Watch(TcpTrap trap, BytePattern pattern, BytePattern? after)
    {
        private bool _heardBefore = after is null;

        public TcpTrap Trap => trap;

        /// <summary>True for one connection of all.</summary>
        public bool IsSprungBy(ReadOnlySpan<byte> bytes)
        {
            _heardBefore |= after?.IsIn(bytes) == true;
            return pattern.IsIn(bytes) && _heardBefore && Interlocked.Exchange(ref trap._sprung, 1) == 0;
        }
    }
}
