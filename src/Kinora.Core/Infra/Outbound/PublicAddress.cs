using System.Net;

namespace Kinora.Core.Infra.Outbound;

/// <summary>
/// Whether an address is one of the public Internet: not of this host, its networks, or any special purpose. Source: the special-purpose
/// address registries of IANA (RFC 6890 and its updates), as of 2025-10.
/// </summary>
public static class PublicAddress
{
    /// <summary>
    /// Not "globally reachable" in the registry of IPv4. Of 192.0.0.0/24 two addresses are (anycast of PCP and TURN): nobody has files there.
    /// </summary>
    private static readonly IPNetwork[] SpecialIPv4 = Parse(
        "0.0.0.0/8", // this network (RFC 791); Linux takes 0.0.0.0 for itself
        "10.0.0.0/8", // private (RFC 1918)
        "100.64.0.0/10", // behind carriers' NAT (RFC 6598); some clouds have their metadata there
        "127.0.0.0/8", // loopback (RFC 1122)
        "169.254.0.0/16", // link-local (RFC 3927): metadata of most clouds
        "172.16.0.0/12", // private (RFC 1918)
        "192.0.0.0/24", // protocol assignments (RFC 6890)
        "192.0.2.0/24", // documentation (RFC 5737)
        "192.88.99.0/24", // 6to4 relays, gone (RFC 7526)
        "192.168.0.0/16", // private (RFC 1918)
        "198.18.0.0/15", // benchmarks (RFC 2544)
        "198.51.100.0/24", // documentation (RFC 5737)
        "203.0.113.0/24", // documentation (RFC 5737)
        "224.0.0.0/4", // multicast (RFC 5771)
        "240.0.0.0/4"); // reserved (RFC 1112), and broadcast

    /// <summary>All that is assigned to hosts of the Internet (RFC 4291 §2.4); loopback, fc00::/7, fe80::/10, ff00::/8 and more lie outside.</summary>
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] SpecialIPv6 = Parse(
        "2001::/23", // protocol assignments (RFC 2928): Teredo, benchmarks, ORCHID, drones
        "2001:db8::/32", // documentation (RFC 3849)
        "2002::/16", // 6to4 (RFC 3056): leads to any IPv4 address, by relays that are gone
        "3fff::/20"); // documentation (RFC 9637)

    /// <summary>What a network of IPv6 alone makes of IPv4 addresses (RFC 6052): they are what counts.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool Is(IPAddress address)
    {
        var plain = Unwrap(address);
        return plain.GetAddressBytes().Length == 4
            ? !SpecialIPv4.Any(network => network.Contains(plain))
            : GlobalUnicast.Contains(plain) && !SpecialIPv6.Any(network => network.Contains(plain));
    }

    /// <summary>The IPv4 address in one of IPv6 that stands for it (::ffff:0:0/96, 64:ff9b::/96); else the address itself.</summary>
    public static IPAddress Unwrap(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : Nat64.Contains(address) ? new IPAddress(address.GetAddressBytes()[12..])
        : address;

    private static IPNetwork[] Parse(params string[] networks) => [.. networks.Select(IPNetwork.Parse)];
}
