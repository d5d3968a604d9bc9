using System.Globalization;
using System.Text;
using Kinora.Core.Infra.Media;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Corpus;

/// <summary>A source as ffmpeg shows it.</summary>
/// <param name="Shape">Of its picture with square pixels, after rotation.</param>
internal sealed record SourceFile(string Path, MediaInfo Info, FrameTimes Frames, (int Width, int Height) Shape)
{
    public string Input => "file:" + Path;

    public string VideoStream => $"0:{Info.Video!.Index}";

    public string? SoundStream => Info.Audio is { } audio ? $"0:{audio.Index}" : null;

    public double Aspect => (double)Shape.Width / Shape.Height;

    public static async Task<SourceFile> ReadAsync(string path)
    {
        var info = await FfprobeMedia.InfoAsync(path);
        var stream = $"0:{info.Video!.Index}";
        return new SourceFile(path, info, await FrameTimes.ReadAsync("file:" + path, stream), await ShapeAsync("file:" + path, stream));
    }

    private static async Task<(int Width, int Height)> ShapeAsync(string input, string stream)
    {
        var (image, _) = await Tools.RunForBytesAsync("ffmpeg", [
            "-nostdin", "-v", "error", "-i", input, "-map", stream, "-frames:v", "1", "-vf", "scale=round(iw*sar):ih,setsar=1,format=gray",
            "-c:v", "pgm", "-f", "image2pipe", "-"]);

        // "P5", width and height, 255: pgm(5).
        var size = Encoding.ASCII.GetString(image.AsSpan(0, 20)).Split('\n')[1].Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return (size[0], size[1]);
    }
}
