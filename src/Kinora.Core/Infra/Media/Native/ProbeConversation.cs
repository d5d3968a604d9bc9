using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Kinora.Core.Infra.Media.Native;

/// <summary>
/// The worker's end of the conversation with a helper. The helper parses hostile bytes and may have become hostile itself: every
/// length, number and order of frames is checked here, and nothing that it sends can make the worker hold more than it asked for.
/// </summary>
internal sealed class ProbeConversation(Stream fromHelper, Stream toHelper) : IDisposable
{
    private readonly BufferedStream _fromHelper = new(fromHelper, 16 << 10);
    private readonly byte[] _header = new byte[ProbeFrame.HeaderBytes];
    private byte[] _data = [];

    /// <summary>
    /// Asks, and serves the helper's reads until it has answered.
    /// </summary>
    /// <exception cref="ProbeProtocolException">The helper broke the protocol.</exception>
    /// <exception cref="IOException">The helper is gone (EndOfStreamException among them).</exception>
    /// <exception cref="MediaSourceException">The source failed.</exception>
    public async Task<ProbeAnswer> AskAsync(ProbeRequest request, IMediaSource source, CancellationToken cancellation)
    {
        await SendAsync(ProbeFrameKind.Request, request.Write(), cancellation);
        var served = 0L;
        var packets = request.StreamIndex is null ? null : new PacketIndexBuilder(request.MaxPackets);
        while (true)
        {
            await _fromHelper.ReadExactlyAsync(_header, cancellation);
            var (kind, length) = ProbeFrame.ReadHeader(_header, ProbeFrame.MaxAnswer);
            var payload = new byte[length];
            await _fromHelper.ReadExactlyAsync(payload, cancellation);
            switch (kind)
            {
                case ProbeFrameKind.Read:
                    served += await ServeAsync(payload, source, cancellation);
                    // One block more than the budget is how the library finds that it is spent.
                    if (served > request.MaxBytes + ProbeFrame.MaxData)
                    {
                        throw new ProbeProtocolException("More bytes were read than allowed.");
                    }

                    break;
                case ProbeFrameKind.Packets when packets is not null:
                    packets.Add(payload);
                    break;
                case ProbeFrameKind.PacketsEnd when packets is not null:
                    return new ProbeAnswer(NativeStatus.Ok, Packets: packets.Build(payload));
                case ProbeFrameKind.Info when packets is null:
                    return new ProbeAnswer(NativeStatus.Ok, Info: MediaInfoJson.Parse(payload));
                case ProbeFrameKind.Failed when payload is [var status] && status != 0 && Enum.IsDefined((NativeStatus)status):
                    return new ProbeAnswer((NativeStatus)status);
                default:
                    throw new ProbeProtocolException($"An unexpected frame: kind {(byte)kind}, {length} bytes.");
            }
        }
    }

    public void Dispose() => _fromHelper.Dispose();

    private async Task<int> ServeAsync(byte[] question, IMediaSource source, CancellationToken cancellation)
    {
        if (question.Length != sizeof(long) + sizeof(int))
        {
            throw new ProbeProtocolException("A malformed read.");
        }

        var offset = BinaryPrimitives.ReadInt64LittleEndian(question);
        var length = BinaryPrimitives.ReadInt32LittleEndian(question.AsSpan(sizeof(long)));
        if (offset < 0 || offset > source.Length || length is < 1 or > ProbeFrame.MaxData)
        {
            throw new ProbeProtocolException("A read outside of the source.");
        }

        if (_data.Length < ProbeFrame.HeaderBytes + length)
        {
            _data = new byte[ProbeFrame.HeaderBytes + length];
        }

        int got;
        try
        {
            got = await source.ReadAsync(offset, _data.AsMemory(ProbeFrame.HeaderBytes, length), cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new MediaSourceException(ExceptionDispatchInfo.Capture(e));
        }

        ProbeFrame.WriteHeader(_data, ProbeFrameKind.Data, got);
        await toHelper.WriteAsync(_data.AsMemory(0, ProbeFrame.HeaderBytes + got), cancellation);
        await toHelper.FlushAsync(cancellation);
        return got;
    }

    private async Task SendAsync(ProbeFrameKind kind, byte[] payload, CancellationToken cancellation)
    {
        var frame = new byte[ProbeFrame.HeaderBytes + payload.Length];
        ProbeFrame.WriteHeader(frame, kind, payload.Length);
        payload.CopyTo(frame, ProbeFrame.HeaderBytes);
        await toHelper.WriteAsync(frame, cancellation);
        await toHelper.FlushAsync(cancellation);
    }

    /// <summary>The packets as they come in, at most as many as were asked for.</summary>
    private sealed class PacketIndexBuilder(long maxPackets)
    {
        private readonly List<long> _pts = [];
        private readonly List<long> _dts = [];
        private readonly List<int> _sizes = [];
        private readonly List<PacketFlags> _flags = [];

        public void Add(ReadOnlySpan<byte> payload)
        {
            var packets = MemoryMarshal.Cast<byte, NativePacket>(payload);
            if (packets.IsEmpty || MemoryMarshal.AsBytes(packets).Length != payload.Length || packets.Length > maxPackets - _pts.Count)
            {
                throw new ProbeProtocolException("Packets that cannot be.");
            }

            foreach (var packet in packets)
            {
                if (packet.Size < 0)
                {
                    throw new ProbeProtocolException("A packet of negative size.");
                }

                _pts.Add(packet.Pts);
                _dts.Add(packet.Dts);
                _sizes.Add(packet.Size);
                _flags.Add((PacketFlags)packet.Flags & (PacketFlags.Key | PacketFlags.Discard | PacketFlags.Corrupt));
            }
        }

        public PacketIndex Build(ReadOnlySpan<byte> timeBase)
        {
            if (timeBase.Length != 2 * sizeof(int) || MemoryMarshal.Read<NativeRational>(timeBase) is not { Num: >= 0, Den: > 0 } known)
            {
                throw new ProbeProtocolException("A time base that cannot be.");
            }

            return new PacketIndex(known.ToRational(), [.. _pts], [.. _dts], [.. _sizes], [.. _flags]);
        }
    }
}

/// <summary>What became of a request: the info, the packets, or why there are none.</summary>
internal sealed record ProbeAnswer(NativeStatus Status, MediaInfo? Info = null, PacketIndex? Packets = null);

/// <summary>Carries what the source threw past the handling of the helper's own failures.</summary>
internal sealed class MediaSourceException(ExceptionDispatchInfo cause) : Exception("The source failed.", cause.SourceException)
{
    public ExceptionDispatchInfo Cause { get; } = cause;
}
