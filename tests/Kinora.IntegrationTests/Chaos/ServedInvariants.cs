using System.Net;
using System.Security.Cryptography;
using Kinora.IntegrationTests.Sequence;

namespace Kinora.IntegrationTests.Chaos;

/// <summary>What players get: the manifest's bytes (S4), and nothing of what was deleted (S5).</summary>
internal static class ServedInvariants
{
    /// <summary>Of the videos at most: each costs all of its bytes.</summary>
    private const int Sample = 12;

    public static async Task<IReadOnlyList<string>> AtRestAsync(Deployment deployment, Witness witness, CancellationToken cancellation)
    {
        var violations = new List<string>();
        var published = (await PromisedObject.ReadAsync(deployment.Database, cancellation))
            .Where(p => p.Prefix.StartsWith("derivatives/", StringComparison.Ordinal)).ToLookup(p => p.VideoId);
        foreach (var (videoId, owner) in witness.Videos.Take(Sample))
        {
            foreach (var item in published[videoId])
            {
                var path = item.ServedPath;
                using var answer = await owner.Http.GetAsync($"/v1/videos/{videoId}/{path}", cancellation);
                var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
                if (answer.StatusCode != HttpStatusCode.OK || Convert.ToHexStringLower(SHA256.HashData(bytes)) != item.Sha256)
                {
                    violations.Add($"S4: {path} of video {videoId} is answered {(int)answer.StatusCode} with other bytes than the manifest's");
                }
            }
        }

        foreach (var (videoId, owner) in witness.Deleted.Take(Sample))
        {
            foreach (var path in (string[])["", "/playback", "/thumbnail", "/storyboard.vtt", "/hls/master.m3u8"])
            {
                if (await owner.StatusOfAsync($"/v1/videos/{videoId}{path}") is not HttpStatusCode.NotFound and var status)
                {
                    violations.Add($"S5: {path} of the deleted video {videoId} is answered {(int)status}");
                }
            }
        }

        return violations;
    }
}
