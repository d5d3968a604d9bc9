using System.Net;
using System.Net.Sockets;

namespace Kinora.IntegrationTests.Servers;

public static class LoopbackPorts
{
    /// <summary>Free ports, all different. Another process may take one before it is used: whoever starts a server tries again then.</summary>
    public static int[] Free(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            return [.. listeners.Select(listener =>
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            })];
        }
        finally
        {
            foreach (var listener in listeners)
            {
                listener.Dispose();
            }
        }
    }
}
