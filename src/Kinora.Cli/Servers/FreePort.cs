using System.Net;
using System.Net.Sockets;

namespace Kinora.Cli.Servers;

/// <summary>Ports of the loopback interface that nobody listens on at this moment.</summary>
public static class FreePort
{
    public static int Find()
    {
        // The kernel hands out ports in a random order, so that two finders hardly ever meet before they bind.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
