using System.Runtime.InteropServices;

namespace Kinora.Core.Infra.Media.Native;

/// <summary>
/// What runs in the helper process: answers one <see cref="ProbeRequest"/> after the other until its input ends. Holds nothing but the
/// bytes of the file at hand: no configuration, no credentials, no network.
/// </summary>
public static class ProbeHost
{
    /// <summary>How the worker's executable is told to be a helper: its only argument.</summary>
    public const string Argument = "probe-host";

    // Enough for what 12 seconds of a broadcast need, where a stream may show itself late; most files need a tenth.
    private const long ProbeSize = 8 << 20;
    private const long AnalyzeDurationUs = 10_000_000;

    // A trip to the worker and back costs some 50 µs; a seek throws away what was read ahead, and fragmented MP4 is read by seeks.
    private const int InfoBlockSize = 32 << 10;
    private const int ScanBlockSize = 256 << 10;

    /// <summary>Returns the exit code of the process. The streams are the process's own, and nothing else may write to the output.</summary>
    public static int Run(Stream input, Stream output)
    {
        // Ctrl-C in a terminal goes to every process there, but the worker wants to finish what it is at. The helper's end comes with
        // the end of its input, or with the worker's (parent-death signal).
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
        NativeMedia.CheckAbi();
        using var channel = new ProbeHostChannel(input, output);
        try
        {
            while (channel.ReadRequest() is { } request)
            {
                Answer(channel, request);
            }

            return 0;
        }
        catch (Exception e) when (e is IOException or ProbeProtocolException)
        {
            // The worker went away in the middle.
            return 1;
        }
    }

    private static unsafe void Answer(ProbeHostChannel channel, ProbeRequest request)
    {
        channel.SourceLength = request.SourceLength;
        var self = GCHandle.Alloc(channel);
        try
        {
            var source = new NativeSource { Read = &ReadSource, Opaque = GCHandle.ToIntPtr(self), Length = request.SourceLength };
            var limits = new NativeLimits
            {
                DeadlineMs = request.DeadlineMs,
                MaxBytes = request.MaxBytes,
                MaxPackets = request.MaxPackets,
                ProbeSize = ProbeSize,
                AnalyzeDurationUs = AnalyzeDurationUs,
                MaxStreams = MediaProbe.MaxStreams,
                BlockSize = request.StreamIndex is null ? InfoBlockSize : ScanBlockSize,
                AllowSound = request.AllowSound ? 1 : 0,
            };
            var status = NativeMedia.Open(source, limits, out var media);
            using (media)
            {
                if (status == NativeStatus.Ok)
                {
                    status = request.StreamIndex is { } stream ? SendPackets(channel, media, stream) : SendInfo(channel, media);
                }
            }

            if (status != NativeStatus.Ok)
            {
                channel.Send(ProbeFrameKind.Failed, [(byte)status]);
            }
        }
        finally
        {
            self.Free();
        }
    }

    private static NativeStatus SendInfo(ProbeHostChannel channel, NativeMedia media)
    {
        var status = NativeMediaInfo.Read(media, out var info);
        if (info is null)
        {
            return status;
        }

        var json = MediaInfoJson.Write(info);
        if (json.Length > MediaInfoJson.MaxBytes)
        {
            return NativeStatus.TooComplex;
        }

        channel.Send(ProbeFrameKind.Info, json);
        return NativeStatus.Ok;
    }

    private static NativeStatus SendPackets(ProbeHostChannel channel, NativeMedia media, int stream)
    {
        var packets = new NativePacket[ProbeFrame.PacketsInFrame];
        NativeStatus status;
        while ((status = media.ReadPackets(stream, packets, out var count)) == NativeStatus.Ok && count > 0)
        {
            channel.Send(ProbeFrameKind.Packets, MemoryMarshal.AsBytes(packets.AsSpan(0, count)));
        }

        if (status == NativeStatus.Ok && (status = media.GetTimeBase(stream, out var timeBase)) == NativeStatus.Ok)
        {
            channel.Send(ProbeFrameKind.PacketsEnd, MemoryMarshal.AsBytes(new ReadOnlySpan<NativeRational>(in timeBase)));
        }

        return status;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static unsafe int ReadSource(nint opaque, long offset, byte* buffer, int length)
    {
        try
        {
            return ((ProbeHostChannel)GCHandle.FromIntPtr(opaque).Target!).ReadSource(offset, new Span<byte>(buffer, length));
        }
        catch (Exception e) when (e is IOException or ProbeProtocolException)
        {
            // No exception may cross C's frames. The channel is broken for good: the next read from it ends Run.
            return -1;
        }
    }
}
