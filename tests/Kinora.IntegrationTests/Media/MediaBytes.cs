using System.Buffers.Binary;
using Xunit;

namespace Kinora.IntegrationTests.Media;

/// <summary>Changes files in ways that ffmpeg would not.</summary>
internal static class MediaBytes
{
    /// <summary>As <see cref="WithMatrix"/>, of a file.</summary>
    public static async Task<string> WithMatrixAsync(MediaFixture media, string path, string name, double a, double b, double c, double d) =>
        await media.WriteAsync(name, WithMatrix(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken), a, b, c, d));

    /// <summary>An MP4 whose first track (tkhd, version 0) has this matrix: ISO 14496-12, 8.3.2.</summary>
    public static byte[] WithMatrix(byte[] mp4, double a, double b, double c, double d)
    {
        const int MatrixOffset = 40;
        byte[] bytes = [.. mp4];
        var matrix = bytes.AsSpan().IndexOf("tkhd"u8) + 4 + MatrixOffset;
        double[] values = [a, b, 0, c, d, 0, 0, 0];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(matrix + (4 * i)), (int)Math.Round(values[i] * (1 << 16)));
        }

        return bytes;
    }
}
