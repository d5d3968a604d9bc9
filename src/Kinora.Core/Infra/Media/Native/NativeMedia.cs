using System.Runtime.InteropServices;

namespace Kinora.Core.Infra.Media.Native;

/// <summary>An open media file in libkinora_media (kinora_media.h is its contract). Only ever used in the helper process.</summary>
internal sealed partial class NativeMedia : SafeHandle
{
    private const string Library = "kinora_media";
    private const int AbiVersion = 2;

    public NativeMedia()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The demuxers, those of sound alone, and the decoders that the library runs, between commas.</summary>
    public static (string Formats, string SoundFormats, string Decoders) AllowList => (
        Marshal.PtrToStringUTF8(kinora_media_formats()) ?? "",
        Marshal.PtrToStringUTF8(kinora_media_sound_formats()) ?? "",
        Marshal.PtrToStringUTF8(kinora_media_decoders()) ?? "");

    /// <exception cref="DllNotFoundException">The library, or libavformat, is not there.</exception>
    /// <exception cref="BadImageFormatException">The library was built for another version of this assembly.</exception>
    public static void CheckAbi()
    {
        if (kinora_media_abi_version() is var version and not AbiVersion)
        {
            throw new BadImageFormatException($"libkinora_media has ABI version {version}, and {AbiVersion} is needed.");
        }
    }

    /// <summary>The source's callback must stay valid until the handle is disposed of.</summary>
    public static NativeStatus Open(in NativeSource source, in NativeLimits limits, out NativeMedia media) =>
        (NativeStatus)kinora_media_open(source, limits, out media);

    public NativeStatus Describe(out NativeInfo info) => (NativeStatus)kinora_media_describe(this, out info);

    public NativeStatus DescribeStream(int index, out NativeStream stream) =>
        (NativeStatus)kinora_media_describe_stream(this, index, out stream);

    /// <summary>Fills the front of <paramref name="packets"/>; a count of 0 is the end.</summary>
    public NativeStatus ReadPackets(int stream, Span<NativePacket> packets, out int count) =>
        (NativeStatus)kinora_media_read_packets(this, stream, ref MemoryMarshal.GetReference(packets), packets.Length, out count);

    public NativeStatus GetTimeBase(int stream, out NativeRational timeBase) =>
        (NativeStatus)kinora_media_time_base(this, stream, out timeBase);

    protected override bool ReleaseHandle()
    {
        kinora_media_close(handle);
        return true;
    }

#pragma warning disable IDE1006, SYSLIB1092 // the names are those of the header
    [LibraryImport(Library)]
    private static partial int kinora_media_abi_version();

    [LibraryImport(Library)]
    private static partial nint kinora_media_formats();

    [LibraryImport(Library)]
    private static partial nint kinora_media_sound_formats();

    [LibraryImport(Library)]
    private static partial nint kinora_media_decoders();

    [LibraryImport(Library)]
    private static partial int kinora_media_open(in NativeSource source, in NativeLimits limits, out NativeMedia media);

    [LibraryImport(Library)]
    private static partial int kinora_media_describe(NativeMedia media, out NativeInfo info);

    [LibraryImport(Library)]
    private static partial int kinora_media_describe_stream(NativeMedia media, int index, out NativeStream stream);

    [LibraryImport(Library)]
    private static partial int kinora_media_read_packets(
        NativeMedia media, int index, ref NativePacket packets, int capacity, out int count);

    [LibraryImport(Library)]
    private static partial int kinora_media_time_base(NativeMedia media, int index, out NativeRational timeBase);

    [LibraryImport(Library)]
    private static partial void kinora_media_close(nint media);
#pragma warning restore IDE1006, SYSLIB1092
}
