using System.Net;
using System.Net.Sockets;

namespace Kinora.Api.Http.Limits;

internal static class ClientAddress
{
    /// <summary>For whom requests are counted. Of an IPv6 address the /64: a household has 2^64 of them.</summary>
    public static string Of(HttpContext context)
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
}
