using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Sequence;

/// <summary>Ten seconds of sound in a folder, as people have it.</summary>
internal sealed class SoundClips(string folder)
{
    private static readonly string[] Tone = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=10"];
    private static readonly string[] Cover = ["-f", "lavfi", "-i", "testsrc2=size=300x300:rate=1:duration=1"];
    private static readonly string[] WithCover = ["-map", "0:a", "-map", "1:v", "-frames:v", "1", "-disposition:v", "attached_pic"];

    public Task<string> Mp3WithCoverAsync() => MakeAsync("song.mp3", [.. Tone, .. Cover, .. WithCover, "-c:v", "mjpeg", "-c:a", "libmp3lame", "-q:a", "4"]);

    public Task<string> FlacWithCoverAsync() => MakeAsync("song.flac", [.. Tone, .. Cover, .. WithCover, "-c:v", "png"]);

    /// <summary>The second one is shorter.</summary>
    public Task<string> TwoLanguagesAsync() => MakeAsync(
        "speech.m4a",
        [
            .. Tone, "-f", "lavfi", "-i", "sine=frequency=880:sample_rate=48000:duration=7", "-map", "0:a", "-map", "1:a", "-c:a", "aac",
            "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger",
        ]);

    public Task<string> WavAsync() => MakeAsync("tone.wav", Tone);

    public Task<string> OggAsync() => MakeAsync("tone.ogg", [.. Tone, "-c:a", "libvorbis"]);

    public Task<string> SurroundAsync() => MakeAsync("film.mka", [.. Tone, "-ac", "6", "-c:a", "libopus"]);

    /// <summary>Neither sound nor pictures.</summary>
    public async Task<string> SubtitlesAsync()
    {
        var text = Path.Combine(folder, "words.srt");
        await File.WriteAllTextAsync(text, "1\n00:00:00,000 --> 00:00:02,000\nHello\n", TestContext.Current.CancellationToken);
        return await MakeAsync("words.mp4", ["-i", text, "-c:s", "mov_text"]);
    }

    public Task<string> PictureAsync() => MakeAsync("picture.jpg", [.. Cover, "-frames:v", "1"]);

    private async Task<string> MakeAsync(string name, string[] arguments)
    {
        var path = Path.Combine(folder, name);
        await Tools.FfmpegAsync([.. arguments, path]);
        return path;
    }
}
