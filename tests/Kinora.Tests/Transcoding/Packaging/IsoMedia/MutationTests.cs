using System.Diagnostics;
using Kinora.Core.Transcoding.Packaging.IsoMedia;
using Xunit;
using static Kinora.Tests.Transcoding.Packaging.IsoMedia.Bytes;

namespace Kinora.Tests.Transcoding.Packaging.IsoMedia;

public sealed class MutationTests
{
    // What makes parsers stumble: sizes at the edges of their types, and lengths that are nearly right.
    private static readonly uint[] Interesting = [0, 1, 7, 8, 15, 16, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x00FFFFFF, 0x01000000];

    private static readonly byte[][] Seeds =
    [
        Join(Init(AvcEntry(), edits: Edits((500, -1), (0, 1024))), Fragment(1, 0, IdrSample, IdrSample), Fragment(2, 1024, IdrSample)),
        Join(
            Init(VisualEntry("hvc1", 64, 64, Box("hvcC", [1, 1, .. U32(0x60000000), 0xB0, .. Zeros(5), 93, .. Zeros(8), 0x0F, 0]))),
            Fragment(1, 0, [0, 0, 0, 3, 0x26, 1, 2])),
        Join(Init(AudioEntry(0x40, 0x11, 0x90), "soun", timescale: 48000), Fragment(1, 0, [1, 2, 3], [4, 5, 6])),
    ];

    [Fact]
    public void The_seeds_themselves_are_accepted()
    {
        foreach (var seed in Seeds)
        {
            Assert.True(ReadAll(seed));
        }
    }

    [Fact]
    public void Twenty_thousand_mutated_files_end_in_a_result_or_in_the_one_exception()
    {
        var random = new Random(20260701);
        var (accepted, refused) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var file = Mutate(Seeds[random.Next(Seeds.Length)], random);
            var started = Stopwatch.GetTimestamp();
            if (ReadAll(file))
            {
                accepted++;
            }
            else
            {
                refused++;
            }

            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5), $"File {i} took too long.");
        }

        Assert.True(accepted > 100 && refused > 100, $"{accepted} accepted and {refused} refused: the mutations test nothing.");
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var file = seed.ToList();
        for (var change = random.Next(1, 5); change > 0 && file.Count > 8; change--)
        {
            var at = random.Next(file.Count - 4);
            switch (random.Next(6))
            {
                case 0:
                    file[at] = (byte)random.Next(256);
                    break;
                case 1:
                    file[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    var value = U32(Interesting[random.Next(Interesting.Length)]);
                    for (var i = 0; i < 4; i++)
                    {
                        file[at + i] = value[i];
                    }

                    break;
                case 3:
                    file.RemoveRange(at, random.Next(1, Math.Min(64, file.Count - at)));
                    break;
                case 4:
                    file.InsertRange(at, file.GetRange(at, random.Next(1, Math.Min(64, file.Count - at))));
                    break;
                default:
                    file.RemoveRange(at, file.Count - at);
                    break;
            }
        }

        return [.. file];
    }

    private static bool ReadAll(byte[] file)
    {
        try
        {
            using var stream = new MemoryStream(file);
            var init = InitSegment.Read(stream);
            foreach (var fragment in FragmentReader.Read(stream, init))
            {
                RandomAccessPoint.FindFault(stream, fragment, init.Description);
                Assert.True(fragment.End <= file.Length && fragment.FirstSampleEnd <= fragment.End && fragment.Samples.Count > 0);
            }

            return true;
        }
        catch (IsoMediaException)
        {
            return false;
        }
    }
}
