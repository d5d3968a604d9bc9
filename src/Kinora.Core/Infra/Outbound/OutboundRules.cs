using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;

namespace Kinora.Core.Infra.Outbound;

/// <summary>
/// Where requests to addresses that users name may go. An address is judged by its text when it is given, and again at each redirect; what
/// its name leads to is judged when it is connected to (<see cref="CheckedConnection"/>), and only then for good.
/// </summary>
public sealed class OutboundRules(IOptions<OutboundOptions> options)
{
    public const int MaxLength = 2048;

    private readonly IPNetwork[] _allowed = [.. (options.Value.AllowedNetworks ?? []).Select(IPNetwork.Parse)];

    /// <summary>Whether connections to the address are allowed.</summary>
    public bool Allows(IPAddress address)
    {
        var plain = PublicAddress.Unwrap(address);
        return PublicAddress.Is(plain) || _allowed.Any(network => network.Contains(plain));
    }

    /// <exception cref="OutboundException">Refused, with the reason.</exception>
    public Uri Check(string text)
    {
        if (text.Length > MaxLength)
        {
            throw Refuse($"An address has at most {MaxLength} characters.");
        }

        // Parsers do not agree about these, and what one of them checks another one would connect to.
        if (text.Any(c => c is <= ' ' or '\\' or '\x7f') || !Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            throw Refuse("This is no absolute address.");
        }

        if (url.Scheme is not ("http" or "https"))
        {
            throw Refuse("Only http and https are allowed.");
        }

        var authority = AuthorityOf(text, url.Scheme);
        if (authority.Contains('@'))
        {
            throw Refuse("An address with a user name is not allowed.");
        }

        // Digits and dots of other scripts are those of an IPv4 address to some.
        if (!Ascii.IsValid(authority))
        {
            throw Refuse("A host's name is written in ASCII: an international one as xn--...");
        }

        CheckHost(url, authority);
        return options.Value.UsablePorts.Contains(url.Port) ? url : throw Refuse($"Port {url.Port} is none of those allowed: {string.Join(", ", options.Value.UsablePorts)}.");
    }

    private static string AuthorityOf(string text, string scheme)
    {
        var begin = scheme.Length + "://".Length;
        if (text.Length <= begin || text[scheme.Length..begin] != "://")
        {
            throw Refuse("This is no absolute address.");
        }

        var end = text.AsSpan(begin).IndexOfAny('/', '?', '#');
        return end < 0 ? text[begin..] : text.Substring(begin, end);
    }

    private void CheckHost(Uri url, string authority)
    {
        var host = url.IdnHost;
        if (host.Length == 0 || host[^1] == '.' || authority.Contains('%')
            || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase))
        {
            throw Refuse("This host is not allowed.");
        }

        if (!IPAddress.TryParse(host, out var address))
        {
            return;
        }

        // "0x7f.1" and "2130706433" are 127.0.0.1 to some and a name to others.
        if (address.AddressFamily == AddressFamily.InterNetwork
            && authority != address.ToString() && !authority.StartsWith($"{address}:", StringComparison.Ordinal))
        {
            throw Refuse("An IPv4 address is written as four decimal numbers.");
        }

        if (!Allows(address))
        {
            throw Refuse("The address is none of the public Internet.");
        }
    }

    private static OutboundException Refuse(string message) => new(OutboundFault.Refused, message);
}
