using StackExchange.Redis;

namespace Kinora.Core.Infra.Redis;

/// <summary>What a command throws when Redis is away, slow, or refuses to work (out of memory, read-only, loading).</summary>
internal static class RedisFailure
{
    public static bool Is(Exception exception) =>
        // A connection that ends cancels or disposes what was on its way; a caller's own cancellation never gets as far as a command.
        exception is RedisException or TimeoutException or ObjectDisposedException or OperationCanceledException;
}
