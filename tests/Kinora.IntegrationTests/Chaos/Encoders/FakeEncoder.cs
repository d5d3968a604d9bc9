using System.Globalization;
using Kinora.IntegrationTests.Servers;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Chaos.Encoders;

/// <summary>
/// A program in ffmpeg's place: for the videos that a test has spoiled it does what the test says, for all others it becomes the real one.
/// </summary>
internal sealed class FakeEncoder : IDisposable
{
    private readonly TestFolder _folder = new();

    private FakeEncoder()
    {
    }

    public string Program => _folder.Path("ffmpeg");

    public static async Task<FakeEncoder> CreateAsync()
    {
        var encoder = new FakeEncoder();
        var real = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(f => Path.Combine(f, "ffmpeg")).First(File.Exists);

        // In the folder store the source is a link to an object, whose folder has the video's name.
        await File.WriteAllTextAsync(encoder.Program, $$"""
            #!/bin/sh
            FFMPEG={{real}}
            LAST=
            for ARGUMENT; do
              [ "$LAST" = -i ] && VIDEO=$(basename "$(dirname "$(readlink -f "${ARGUMENT#file:}")")")
              LAST=$ARGUMENT
            done
            RUN={{encoder._folder.Root}}/$VIDEO
            [ -e "$RUN.script" ] || exec "$FFMPEG" "$@"
            echo $$ >> "$RUN.started"
            . "$RUN.script"

            """, TestContext.Current.CancellationToken);
        await Tools.RunAsync("chmod", ["700", encoder.Program]);
        return encoder;
    }

    /// <summary>
    /// From now on for this video. The script finds ffmpeg's arguments in "$@", ffmpeg itself in $FFMPEG, the ids of its runs up to itself
    /// in "$RUN.started", and writes the ids of processes that it leaves behind to "$RUN.left".
    /// </summary>
    public void Spoil(Guid videoId, string script) => File.WriteAllText(_folder.Path($"{videoId}.script"), script + "\n");

    /// <summary>The processes that it was for the video.</summary>
    public IReadOnlyList<int> RunsFor(Guid videoId) => Read($"{videoId}.started");

    /// <summary>The processes that it left behind for the video.</summary>
    public IReadOnlyList<int> LeftFor(Guid videoId) => Read($"{videoId}.left");

    public void Dispose() => _folder.Dispose();

    private int[] Read(string name) =>
        File.Exists(_folder.Path(name)) ? [.. File.ReadAllLines(_folder.Path(name)).Select(line => int.Parse(line, CultureInfo.InvariantCulture))] : [];
}
