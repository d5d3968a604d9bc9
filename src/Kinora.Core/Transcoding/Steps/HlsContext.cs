using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Transcoding.Encoding;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.Verification;
using Kinora.Core.Transcoding.Packaging.WebVtt;
using Kinora.Core.Transcoding.Planning;

namespace Kinora.Core.Transcoding.Steps;

/// <summary>What the steps of one HLS attempt hand to each other. Each member is set by the step that is named in its summary.</summary>
public sealed class HlsContext(Attempt attempt, HlsSource source, string folder) : IDisposable
{
    public Attempt Attempt { get; } = attempt;

    public HlsSource Source { get; } = source;

    /// <summary>The attempt's scratch folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>By FetchSource.</summary>
    public SourceFile? File { get; set; }

    public string SourcePath => File!.Path;

    /// <summary>By ScanPackets.</summary>
    public PacketIndex? Packets { get; set; }

    /// <summary>By MakePlan.</summary>
    public TranscodePlan? Plan { get; set; }

    /// <summary>By Split: the plan's units go on, and nothing is left to do here.</summary>
    public bool IsSplit { get; set; }

    /// <summary>By Encode.</summary>
    public EncodeResult? Encoded { get; set; }

    /// <summary>By ExtractText.</summary>
    public IReadOnlyList<TextFile> Texts { get; set; } = [];

    /// <summary>By BuildPackage: in the order in which they are to be stored.</summary>
    public IReadOnlyList<PackagedFile> Files { get; set; } = [];

    /// <summary>By BuildPackage.</summary>
    public VerificationReport? Report { get; set; }

    public void Dispose() => File?.Dispose();
}

/// <summary>The video to encode, as its row has it.</summary>
public sealed record HlsSource(string Key, long SizeBytes, byte[] Sha256, MediaInfo Info, HlsParams Params);
