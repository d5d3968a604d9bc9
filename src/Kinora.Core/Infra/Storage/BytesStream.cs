using System.Runtime.InteropServices;

namespace Kinora.Core.Infra.Storage;

internal static class BytesStream
{
    /// <summary>A seekable stream over the bytes, without a copy where they stand in an array.</summary>
    public static MemoryStream Over(ReadOnlyMemory<byte> content) =>
        MemoryMarshal.TryGetArray(content, out var bytes)
            ? new MemoryStream(bytes.Array ?? [], bytes.Offset, bytes.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
}
