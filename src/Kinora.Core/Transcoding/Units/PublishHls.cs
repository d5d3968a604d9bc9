using System.Security.Cryptography;
using System.Text.Json;
using Kinora.Core.Infra.Storage;
using Kinora.Core.Jobs;
using Kinora.Core.Playback;
using Kinora.Core.Transcoding.Packaging;
using Kinora.Core.Transcoding.Packaging.Pieces;
using Kinora.Core.Transcoding.Planning;
using Kinora.Core.Transcoding.Steps;

namespace Kinora.Core.Transcoding.Units;

/// <summary>
/// The last unit: writes the playlists of what the others have published, verifies the whole, and makes it the video's derivative. Reads no
/// media: the facts of each piece were read back from its bytes.
/// </summary>
public sealed class PublishHls(HlsPieces published, Publisher publisher, CompleteJob complete) : IHlsUnit
{
    public async Task RunAsync(UnitContext context, CancellationToken cancellation)
    {
        var unit = context.Attempt.Job;
        var rows = await published.ListAsync(unit.ParentId!.Value, cancellation);
        var text = HlsPieces.TextOf(context.Plan, rows);
        var pieces = HlsPieces.MediaOf(context.Plan, rows)
            .GroupBy(piece => piece.Track)
            .ToDictionary(track => track.Key, track => (IReadOnlyList<PublishedPiece>)[.. track.OrderBy(p => p.Number)]);
        var playlists = WholePackage.Write(context.Plan, pieces, text);
        var report = PieceVerifier.Verify(context.Plan, playlists.ToDictionary(p => p.Name, p => p.Text), pieces, text);
        if (report.Failure is { } failure)
        {
            // The rows will say the same the next time.
            var isOfCopy = report.Checks.First(c => !c.Passed).Rendition is { } name && name == context.Plan.Copied?.Name;
            var way = isOfCopy ? TranscodePlan.AvoidCopy : TranscodePlan.AvoidSpans;
            throw new NotAsPlannedException(way, isCertain: true, failure);
        }

        var files = new List<LocalFile>();
        foreach (var (name, written) in playlists)
        {
            var master = name == PackageLayout.Master ? PackageEdition.Relocate(written, context.ParentFence) : written;
            files.Add(await WriteAsync(Path.Combine(context.Folder, name), name, master, cancellation));
        }

        var prefix = await publisher.BeginPrefixAsync(unit, cancellation);
        await publisher.PutAsync(prefix, files, share => context.Attempt.Report(99 * share), cancellation);
        var derivative = new Derivative
        {
            VideoId = unit.VideoId,
            JobId = unit.ParentId.Value,
            Type = JobType.Hls,
            Fence = context.ParentFence,
            Prefix = ObjectKey.JobPrefix(unit.VideoId, unit.ParentId.Value),
            Manifest = new Manifest([.. rows.Select(row => ToManifest(context, row)), .. files.Select(file => ToManifest(context, file, prefix))]),
            Verification = JsonSerializer.Serialize(report, ReportJson.Default.VerificationReport),
        };
        if (!await complete.PublishedAsync(unit, derivative, prefix, cancellation))
        {
            throw new JobLostException();
        }
    }

    /// <summary>Names of media are below the edition, as they have been since they were first published.</summary>
    private static ManifestFile ToManifest(UnitContext context, HlsPiece row)
    {
        var path = HlsPieces.UriOf(row);
        return new ManifestFile($"{context.ParentFence}/{path}", row.File.SizeBytes, row.File.Sha256, row.File.ContentType, path);
    }

    private static ManifestFile ToManifest(UnitContext context, LocalFile file, string prefix)
    {
        var name = file.Name == PackageLayout.Master ? file.Name : $"{context.ParentFence}/{file.Name}";
        var number = prefix[(prefix.LastIndexOf('/', prefix.Length - 2) + 1)..];
        return new ManifestFile(name, file.SizeBytes, file.Sha256, file.ContentType, number + file.Name);
    }

    private static async Task<LocalFile> WriteAsync(string path, string name, string text, CancellationToken cancellation)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        await File.WriteAllBytesAsync(path, bytes, cancellation);
        return new LocalFile(name, path, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), ContentTypes.Playlist);
    }
}
