using Kinora.Core.Errors;

namespace Kinora.Core.Transcoding.Encoding;

internal static class JpegFile
{
    /// <summary>The marker that ends each JPEG (ITU-T T.81, B.1.1.3).</summary>
    private static readonly byte[] EndOfImage = [0xFF, 0xD9];

    /// <summary>ffmpeg may have exited with 0 and still have been cut off: by a full disk that it did not notice.</summary>
    /// <exception cref="JobFailedException">INTERNAL: it is not whole.</exception>
    public static async Task CheckWholeAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        var end = new byte[EndOfImage.Length];
        file.Seek(-Math.Min(end.Length, file.Length), SeekOrigin.End);
        await file.ReadAtLeastAsync(end, end.Length, throwOnEndOfStream: false, cancellation);
        if (!EndOfImage.AsSpan().SequenceEqual(end))
        {
            throw new JobFailedException(JobErrorCode.Internal, "The encoder's picture is not whole.");
        }
    }
}
