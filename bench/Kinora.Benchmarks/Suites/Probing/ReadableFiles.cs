using Kinora.Benchmarks.Media;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Media;
using Microsoft.Extensions.DependencyInjection;

namespace Kinora.Benchmarks.Suites.Probing;

/// <summary>Files that both sides read: a refusal is quick, and compares with nothing.</summary>
internal static class ReadableFiles
{
    public static async Task<IReadOnlyList<string>> OfAsync(IReadOnlyList<string> files, CancellationToken cancellation)
    {
        await using var services = WorkerServices.Create();
        var probe = services.GetRequiredService<IMediaProbe>();
        var readable = new List<string>();
        foreach (var file in files)
        {
            try
            {
                using var source = new FileMediaSource(file);
                await probe.GetMediaInfoAsync(source, cancellation);
                await Tool.RunAsync("ffprobe", ["-v", "error", "-show_format", "file:" + file], cancellation);
                readable.Add(file);
            }
            catch (Exception e) when (e is JobFailedException or InvalidOperationException or IOException)
            {
                await Console.Out.WriteLineAsync($"left out, since it is refused: {Path.GetFileName(file)} ({e.Message.ReplaceLineEndings(" ")})");
            }
        }

        return readable;
    }
}
