namespace Kinora.Core.Infra.Media;

/// <summary>
/// Reads what a media file is, without decoding it whole. The bytes are hostile: they are parsed in a helper process that holds no
/// credentials. Throws <see cref="Errors.JobFailedException"/> with NOT_A_VIDEO, FORMAT_NOT_ALLOWED, CORRUPT, TOO_MANY_STREAMS, TOO_COMPLEX,
/// FRAME_LIMIT, TIMEOUT, NO_VIDEO_STREAM (a format of sound alone, where that is not allowed), or (the helper died) INTERNAL; whatever
/// <see cref="IMediaSource"/> throws passes through.
/// </summary>
public interface IMediaProbe
{
    /// <summary>Container, streams and keyframe interval. Reads the head (and, where the index stands there, the tail) of the source.</summary>
    Task<MediaInfo> GetMediaInfoAsync(IMediaSource source, CancellationToken cancellation);

    /// <summary>Every packet of one stream, in file order. Reads the whole source.</summary>
    Task<PacketIndex> ScanPacketsAsync(IMediaSource source, int streamIndex, CancellationToken cancellation);
}

/// <summary>Random access to the bytes of a source: a local file, or an object read by ranges.</summary>
public interface IMediaSource
{
    long Length { get; }

    /// <summary>Reads at least one byte unless <paramref name="offset"/> is at the end or beyond (then 0).</summary>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation);
}
