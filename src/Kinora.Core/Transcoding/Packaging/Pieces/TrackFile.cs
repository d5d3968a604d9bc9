using Kinora.Core.Transcoding.Packaging.IsoMedia;

namespace Kinora.Core.Transcoding.Packaging.Pieces;

/// <summary>
/// A fragmented MP4 with one track that ffmpeg writes or has written: each fragment once, as soon as its last byte is there.
/// </summary>
internal sealed class TrackFile(string path, TrackKind kind) : IDisposable
{
    private readonly FileStream _stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
    private long _next;

    /// <summary>Null until it is there.</summary>
    public InitSegment? Init { get; private set; }

    /// <summary>The fragments that have become complete since the last call.</summary>
    /// <exception cref="IsoMediaException">The file is not what we can package.</exception>
    public IReadOnlyList<FragmentRange> ReadNew()
    {
        var boxes = TopLevelBox.ReadComplete(_stream, _next).ToList();
        if (Init is null)
        {
            if (!boxes.Exists(box => box.Type == BoxType.Moov))
            {
                return [];
            }

            Init = InitSegment.Read(_stream);
            if (Init.Description.Kind != kind)
            {
                throw new IsoMediaException($"The track is not of the kind {kind}.");
            }
        }

        // A moof whose data are not there yet is read with them.
        if (boxes is [.., { Type: BoxType.Moof }])
        {
            boxes.RemoveAt(boxes.Count - 1);
        }

        _next = boxes.Count > 0 ? boxes[^1].End : _next;
        return [.. FragmentReader.Read(_stream, Init, boxes).Select(fragment => FragmentRange.Of(fragment, Init))];
    }

    public void Dispose() => _stream.Dispose();
}
