namespace Kinora.IntegrationTests.Chaos.Proxies;

/// <summary>What a <see cref="TcpProxy"/> does to connections, and counts.</summary>
public enum TcpFault
{
    /// <summary>Connections that were cut when the proxy began to refuse. Those that nobody listens to are the kernel's, and not counted.</summary>
    Refuse,

    /// <summary>Bytes, or an end, that came while the proxy moved none.</summary>
    Freeze,

    /// <summary>Connections reset.</summary>
    Reset,

    /// <summary>Pieces that had to wait for their turn.</summary>
    Throttle,

    /// <summary>Answers to a COMMIT that the server gave and the client never got.</summary>
    LoseAnswer,

    /// <summary>Connections reset before what they were about to say was passed on.</summary>
    Cut,
}

[Flags]
public enum TcpWay
{
    ToServer = 1,
    ToClient = 2,
    Both = ToServer | ToClient,
}
