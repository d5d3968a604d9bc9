using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Kinora.Api.Http.Errors;
using Kinora.Core.Errors;
using Microsoft.Extensions.Options;

namespace Kinora.Api.Http;

/// <summary>Limits by the client's address, held in memory, for each process.</summary>
internal static class RateLimits
{
    /// <summary>For endpoints that check or make a password.</summary>
    public const string Credentials = "credentials";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public static void AddRateLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RateLimitOptions>()
            .Bind(configuration.GetSection("Kinora:RateLimits"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = (rejected, _) => new ValueTask(RefuseAsync(rejected.HttpContext, rejected.Lease));
            limiter.AddPolicy(Credentials, context => RateLimitPartition.GetFixedWindowLimiter(
                (Route: context.GetEndpoint()?.DisplayName, Address: AddressOf(context)),
                _ => new FixedWindowRateLimiterOptions
                {
                    PermitLimit = context.RequestServices.GetRequiredService<IOptions<RateLimitOptions>>().Value.CredentialsPerMinute,
                    Window = Window,
                }));
        });
    }

    /// <summary>Of an IPv6 address the /64: a household has 2^64 of them.</summary>
    private static string AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }

    private static Task RefuseAsync(HttpContext context, RateLimitLease lease)
    {
        var retryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Window;
        return new ErrorResult(Refusal.TooManyRequests(retryAfter)).ExecuteAsync(context);
    }
}
