namespace Kinora.Core.Infra.Outbound;

public enum OutboundFault
{
    /// <summary>It is not allowed to go there.</summary>
    Refused,

    /// <summary>It does not work, and will not by itself.</summary>
    Failed,

    /// <summary>It does not work now: later it may.</summary>
    Unavailable,
}

/// <summary>A request to an address that a user named came to nothing. The message is for that user: a sentence, without the address.</summary>
public sealed class OutboundException(OutboundFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public OutboundFault Fault { get; } = fault;
}
