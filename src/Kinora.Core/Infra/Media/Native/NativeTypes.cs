using System.Runtime.InteropServices;

namespace Kinora.Core.Infra.Media.Native;

/// <summary>kinora_media_status.</summary>
internal enum NativeStatus
{
    Ok = 0,
    NotAVideo = 1,
    FormatNotAllowed = 2,
    Corrupt = 3,
    TooManyStreams = 4,
    Timeout = 5,
    TooComplex = 6,
    NoVideoStream = 7,
    FrameLimit = 8,
    SourceFailed = 9,
    Misuse = 10,
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeSource
{
    public delegate* unmanaged[Cdecl]<nint, long, byte*, int, int> Read;
    public nint Opaque;
    public long Length;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeLimits
{
    public long DeadlineMs;
    public long MaxBytes;
    public long MaxPackets;
    public long ProbeSize;
    public long AnalyzeDurationUs;
    public int MaxStreams;
    public int BlockSize;
    public int AllowSound;
    public int Reserved;
}

[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NativeRational(int Num, int Den)
{
    public Rational ToRational() => new(Num, Den);
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeInfo
{
    public long DurationUs;
    public long StartTimeUs;
    public long BitRate;
    public int StreamCount;
    public int Reserved;
    public fixed byte Container[64];
}

[Flags]
internal enum NativeStreamFlags
{
    Default = 1,
    AttachedPicture = 2,
    Encrypted = 4,
    Mirrored = 8,
    Alpha = 16,
    Forced = 32,
    HearingImpaired = 64,
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeStream
{
    public long StartPts;
    public long DurationUs;
    public long BitRate;
    public long FrameCount;
    public long KeyframeIntervalUs;
    public NativeRational TimeBase;
    public NativeRational SampleAspectRatio;
    public NativeRational AverageFrameRate;
    public NativeRational RealFrameRate;
    public int Index;
    public int Kind;
    public NativeStreamFlags Flags;
    public int Level;
    public int Width;
    public int Height;
    public int Rotation;
    public int BitDepth;
    public int Channels;
    public int SampleRate;
    public fixed byte Codec[32];
    public fixed byte Profile[64];
    public fixed byte Language[32];
    public fixed byte PixelFormat[32];
    public fixed byte FieldOrder[16];
    public fixed byte ColorRange[16];
    public fixed byte ColorPrimaries[32];
    public fixed byte ColorTransfer[32];
    public fixed byte ColorSpace[32];
    public fixed byte ChannelLayout[64];
}

/// <summary>Also the layout of a packet on the wire between helper and worker, which run on one machine.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativePacket
{
    public long Pts;
    public long Dts;
    public int Size;
    public int Flags;
}
