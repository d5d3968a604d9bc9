using System.Buffers.Binary;
using Kinora.IntegrationTests.Transcoding;

namespace Kinora.IntegrationTests.Security.HostileFiles;

/// <summary>Row 51: sound media of every format that is taken, with damage drawn from seeds.</summary>
internal sealed class Mutations
{
    private const string Kind = "mutations of ";
    private const string Picture = "-f lavfi -i testsrc2=s=176x144:r=15:d=1";
    private const string Both = Picture + " -f lavfi -i sine=d=1";

    private static readonly (string Format, string Arguments)[] Bases =
    [
        ("mp4 of h264, aac", $"{Both} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -f mp4"),
        ("fragmented mp4 of h264, aac", $"{Both} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -movflags +frag_keyframe+empty_moov -f mp4"),
        ("mp4 of hevc", $"{Picture} -c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p -f mp4"),
        ("mp4 of mpeg4, mp3", $"{Both} -c:v mpeg4 -c:a libmp3lame -f mp4"),
        ("mov of prores, pcm", $"{Both} -c:v prores -pix_fmt yuv422p10le -c:a pcm_s16le -f mov"),
        ("mov of mjpeg, alac", $"{Both} -c:v mjpeg -pix_fmt yuvj420p -c:a alac -f mov"),
        ("mkv of h264, flac", $"{Both} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a flac -f matroska"),
        ("webm of vp8, vorbis", $"{Both} -c:v libvpx -deadline realtime -c:a libvorbis -f webm"),
        ("webm of vp9, opus", $"{Both} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus -f webm"),
        ("mkv of av1, ac3", $"{Both} -c:v libaom-av1 -cpu-used 8 -usage realtime -c:a ac3 -f matroska"),
        ("ts of h264, aac", $"{Both} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac -f mpegts"),
        ("ts of mpeg2, mp2", $"{Both} -r 25 -c:v mpeg2video -c:a mp2 -f mpegts"),
        ("mpeg of mpeg1, mp2", $"{Both} -r 25 -c:v mpeg1video -c:a mp2 -f mpeg"),
        ("vob of mpeg2, ac3", $"{Both} -r 25 -c:v mpeg2video -c:a ac3 -f vob"),
        ("avi of mpeg4, mp3", $"{Both} -c:v mpeg4 -c:a libmp3lame -f avi"),
        ("avi of mjpeg, pcm", $"{Both} -c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le -f avi"),
        ("flv of flv1, mp3", $"{Both} -c:v flv -c:a libmp3lame -ar 44100 -f flv"),
        ("ogg of theora, vorbis", $"{Both} -c:v libtheora -c:a libvorbis -f ogg"),
        ("asf of wmv2, wmav2", $"{Both} -c:v wmv2 -c:a wmav2 -f asf"),
        ("mxf of mpeg2", $"{Picture} -r 25 -c:v mpeg2video -f mxf"),
    ];

    private readonly Dictionary<string, byte[]> _bases = [];

    public static int BaseCount => Bases.Length;

    public async Task MakeBasesAsync(string folder)
    {
        foreach (var (format, arguments) in Bases)
        {
            var path = Path.Combine(folder, "base");
            await Tools.FfmpegAsync([.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), "file:" + path]);
            _bases[format] = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>For each format, always the same: half of them one byte turned over, the others worse.</summary>
    public IEnumerable<HostileFile> Draw(int each) =>
        from format in _bases
        from seed in Enumerable.Range(0, each)
        select HostileFile.Of(Kind + format.Key, $"seed {seed}", Mutate(format.Value, new Random(seed), isWorse: seed % 2 == 1));

    private byte[] Mutate(byte[] file, Random random, bool isWorse)
    {
        byte[] copy = [.. file];
        if (!isWorse)
        {
            copy[Place(copy.Length, random)] ^= (byte)(1 << random.Next(8));
            return copy;
        }

        for (var i = random.Next(1, 8); i > 0; i--)
        {
            copy = Worsen(copy, random);
        }

        return copy;
    }

    private byte[] Worsen(byte[] file, Random random)
    {
        var at = Place(file.Length, random);
        var length = Math.Min(random.Next(1, 512), file.Length - at);
        switch (random.Next(7))
        {
            case 0:
                return file[..Math.Max(16, at)];
            case 1:
                return [.. file[..at], .. file[(at + length)..]];
            case 2:
                return [.. file[..(at + length)], .. file[at..]];
            case 3:
                Array.Clear(file, at, length);
                return file;
            case 4:
                random.NextBytes(file.AsSpan(at, length));
                return file;
            case 5 when at + 4 <= file.Length:
                uint[] extremes = [0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x00FFFFFF, 0x10000];
                BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at), extremes[random.Next(extremes.Length)]);
                return file;
            default:
                var other = _bases.Values.ElementAt(random.Next(_bases.Count));
                var from = random.Next(other.Length);
                return [.. file[..at], .. other[from..Math.Min(other.Length, from + length)], .. file[at..]];
        }
    }

    /// <summary>Where a file tells what it is, its beginning and its end, more often than in its samples.</summary>
    private static int Place(int length, Random random) => random.Next(4) switch
    {
        0 => random.Next(Math.Min(length, 1024)),
        1 => length - 1 - random.Next(Math.Min(length, 2048)),
        _ => random.Next(length),
    };
}
