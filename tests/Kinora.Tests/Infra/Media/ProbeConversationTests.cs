using System.Buffers.Binary;
using System.Text;
using Kinora.Core.Infra.Media;
using Kinora.Core.Infra.Media.Native;
using Xunit;

namespace Kinora.Tests.Infra.Media;

/// <summary>The helper's answers, written by an enemy.</summary>
public sealed class ProbeConversationTests
{
    private const string Stream = """{"Index":0,"Kind":1,"Codec":"h264","TimeBase":{"Num":1,"Den":90000},"SampleAspectRatio":{"Num":0,"Den":1},"AverageFrameRate":{"Num":25,"Den":1},"RealFrameRate":{"Num":25,"Den":1},"Width":320,"Height":180}""";

    private static readonly ProbeRequest InfoRequest = new(null, 1000, 1000, 4000, 0, false);
    private static readonly ProbeRequest ScanRequest = new(0, 1000, 1000, 4000, 3, false);

    public static TheoryData<string> BadInfos => new()
    {
        "",
        "null",
        "[]",
        "{}",
        """{"Container":"mov"}""",
        """{"Container":"mov","Streams":null}""",
        """{"Container":"mov","Streams":[]}""",
        """{"Container":"mov","Streams":[null]}""",
        """{"Container":null,"Streams":[STREAM]}""",
        """{"Container":"mov","Streams":[STREAM],"Extra":1}""",
        """{"Container":"mov","Container":"mov","Streams":[STREAM]}""",
        """{"Container":"mov","Streams":[STREAM],"DurationUs":-1}""",
        """{"Container":"mov","Streams":[STREAM],"DurationUs":9223372036854775807}""",
        """{"Container":"mov","Streams":[STREAM],"StartTimeUs":-9223372036854775808}""",
        """{"Container":"mov","Streams":[STREAM],"BitRate":1e400}""",
        """{"Container":"mov","Streams":[STREAM,STREAM]}""",
        """{"Container":"mov","Streams":[STREAM]} {}""",
        Replaced("\"Index\":0", "\"Index\":-1"),
        Replaced("\"Index\":0", "\"Index\":1"),
        Replaced("\"Kind\":1", "\"Kind\":99"),
        Replaced("\"Width\":320", "\"Width\":-1"),
        Replaced("\"Width\":320", "\"Width\":2147483647"),
        Replaced("\"Width\":320", "\"Width\":320,\"Rotation\":45"),
        Replaced("\"Width\":320", "\"Width\":320,\"Channels\":-1"),
        Replaced("\"Width\":320", "\"Width\":320,\"BitDepth\":1000"),
        Replaced("\"Num\":25", "\"Num\":-25"),
        Replaced("\"Den\":90000", "\"Den\":0"),
        Replaced("\"Codec\":\"h264\"", "\"Codec\":null"),
        Replaced("\"Codec\":\"h264\"", "\"Codec\":{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":1}}}}}}"),
        $$"""{"Container":"mov","Streams":[{{string.Join(',', Enumerable.Range(0, 65).Select(i => Stream.Replace("\"Index\":0", $"\"Index\":{i}", StringComparison.Ordinal)))}}]}""",
        $$"""{"Container":"{{new string('x', 70_000)}}","Streams":[STREAM]}""",
    };

    public static TheoryData<byte[]> BadFrames => new()
    {
        Frame(0, []),
        Frame(99, [1]),
        Frame(ProbeFrameKind.Request, new byte[ProbeRequest.Bytes]),
        Frame(ProbeFrameKind.Data, new byte[10]),
        Frame(ProbeFrameKind.Failed, []),
        Frame(ProbeFrameKind.Failed, [0]),
        Frame(ProbeFrameKind.Failed, [200]),
        Frame(ProbeFrameKind.Failed, [3, 3]),
        Frame(ProbeFrameKind.Packets, new byte[24]),
        Frame(ProbeFrameKind.PacketsEnd, new byte[8]),
        Read(-1, 10),
        Read(1001, 10),
        Read(0, 0),
        Read(0, -1),
        Read(0, int.MaxValue),
        Frame(ProbeFrameKind.Read, new byte[11]),
        Header(-1),
        Header(int.MaxValue),
        Header((128 << 10) + 1),
        Repeat(Read(0, 1000), 2000),
    };

    public static TheoryData<byte[]> BadPackets => new()
    {
        Frame(ProbeFrameKind.Info, Encoding.UTF8.GetBytes($$"""{"Container":"mov","Streams":[{{Stream}}]}""")),
        Frame(ProbeFrameKind.Packets, []),
        Frame(ProbeFrameKind.Packets, new byte[23]),
        Frame(ProbeFrameKind.Packets, new byte[24 * 4]),
        Repeat(Frame(ProbeFrameKind.Packets, new byte[24]), 4),
        Frame(ProbeFrameKind.Packets, [.. new byte[16], 255, 255, 255, 255, 0, 0, 0, 0]),
        Frame(ProbeFrameKind.PacketsEnd, new byte[8]),
        Frame(ProbeFrameKind.PacketsEnd, [1, 0, 0, 0]),
        Frame(ProbeFrameKind.PacketsEnd, [255, 255, 255, 255, 1, 0, 0, 0]),
    };

    [Theory]
    [MemberData(nameof(BadInfos))]
    public async Task Media_info_that_cannot_be_is_not_believed(string json)
    {
        var frame = Frame(ProbeFrameKind.Info, Encoding.UTF8.GetBytes(json.Replace("STREAM", Stream, StringComparison.Ordinal)));

        await Assert.ThrowsAsync<ProbeProtocolException>(() => AskAsync(frame, InfoRequest));
    }

    [Theory]
    [MemberData(nameof(BadFrames))]
    public async Task Frames_that_were_not_asked_for_end_the_conversation(byte[] answer)
    {
        await Assert.ThrowsAsync<ProbeProtocolException>(() => AskAsync(answer, InfoRequest));
    }

    [Theory]
    [MemberData(nameof(BadPackets))]
    public async Task Packets_that_cannot_be_are_not_believed(byte[] answer)
    {
        await Assert.ThrowsAsync<ProbeProtocolException>(() => AskAsync(answer, ScanRequest));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(20)]
    public async Task An_answer_cut_off_is_the_end_of_the_stream(int bytes)
    {
        var answer = Frame(ProbeFrameKind.Info, Encoding.UTF8.GetBytes($$"""{"Container":"mov","Streams":[{{Stream}}]}"""));

        await Assert.ThrowsAsync<EndOfStreamException>(() => AskAsync(answer[..bytes], InfoRequest));
    }

    [Fact]
    public async Task Texts_are_cut_and_cleaned()
    {
        var codec = "h\\u0000\\u001b[31m2\\n\\u202e\\u20286" + new string('4', 2000);
        var answer = Frame(
            ProbeFrameKind.Info, Encoding.UTF8.GetBytes($$"""{"Container":"m\r\nov","Streams":[{{Stream.Replace("h264", codec, StringComparison.Ordinal)}}]}"""));

        var info = (await AskAsync(answer, InfoRequest)).Info!;

        Assert.Equal("mov", info.Container);
        Assert.StartsWith("h[31m26444", info.Video!.Codec, StringComparison.Ordinal);
        Assert.InRange(info.Video.Codec.Length, 1000, 1024);
    }

    [Fact]
    public async Task What_is_written_is_what_is_read()
    {
        var info = new MediaInfo
        {
            Container = "mov",
            DurationUs = 1,
            StartTimeUs = -5,
            Streams =
            [
                new MediaStream
                {
                    Index = 0,
                    Kind = StreamKind.Video,
                    Codec = "h264",
                    TimeBase = new Rational(1, 25),
                    SampleAspectRatio = new Rational(0, 1),
                    AverageFrameRate = new Rational(25, 1),
                    RealFrameRate = new Rational(25, 1),
                    Language = "deu",
                    Rotation = 270,
                    IsMirrored = true,
                },
            ],
        };

        var read = (await AskAsync(Frame(ProbeFrameKind.Info, MediaInfoJson.Write(info)), InfoRequest)).Info!;

        Assert.Equal(info.Streams, read.Streams);
        Assert.Equal(info with { Streams = [] }, read with { Streams = [] });
    }

    [Fact]
    public async Task Packets_come_together_from_their_frames()
    {
        byte[] packet = [.. BitConverter.GetBytes(7L), .. BitConverter.GetBytes(long.MinValue), .. BitConverter.GetBytes(9), 255, 0, 0, 0];
        byte[] answer =
        [
            .. Read(990, 100),
            .. Frame(ProbeFrameKind.Packets, packet),
            .. Frame(ProbeFrameKind.Packets, [.. packet, .. packet]),
            .. Frame(ProbeFrameKind.PacketsEnd, [1, 0, 0, 0, 25, 0, 0, 0]),
        ];

        var packets = (await AskAsync(answer, ScanRequest)).Packets!;

        Assert.Equal((3, new Rational(1, 25)), (packets.Count, packets.TimeBase));
        Assert.All(packets.Pts, pts => Assert.Equal(7, pts));
        Assert.All(packets.Dts, dts => Assert.Equal(PacketIndex.NoTimestamp, dts));
        Assert.All(packets.Flags, flags => Assert.Equal(PacketFlags.Key | PacketFlags.Discard | PacketFlags.Corrupt, flags));
    }

    [Fact]
    public async Task A_refusal_is_handed_on()
    {
        var answer = await AskAsync(Frame(ProbeFrameKind.Failed, [(byte)NativeStatus.Corrupt]), InfoRequest);

        Assert.Equal(new ProbeAnswer(NativeStatus.Corrupt), answer);
    }

    private static async Task<ProbeAnswer> AskAsync(byte[] answer, ProbeRequest request)
    {
        using var conversation = new ProbeConversation(new MemoryStream(answer), new MemoryStream());
        return await conversation.AskAsync(request, new ZeroSource(), TestContext.Current.CancellationToken);
    }

    private static string Replaced(string part, string by) =>
        $$"""{"Container":"mov","Streams":[{{Stream.Replace(part, by, StringComparison.Ordinal)}}]}""";

    private static byte[] Frame(ProbeFrameKind kind, byte[] payload)
    {
        var frame = new byte[ProbeFrame.HeaderBytes + payload.Length];
        ProbeFrame.WriteHeader(frame, kind, payload.Length);
        payload.CopyTo(frame, ProbeFrame.HeaderBytes);
        return frame;
    }

    private static byte[] Frame(int kind, byte[] payload) => Frame((ProbeFrameKind)kind, payload);

    private static byte[] Header(int length)
    {
        var header = new byte[ProbeFrame.HeaderBytes];
        ProbeFrame.WriteHeader(header, ProbeFrameKind.Info, length);
        return header;
    }

    private static byte[] Read(long offset, int length)
    {
        var question = new byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(question, offset);
        BinaryPrimitives.WriteInt32LittleEndian(question.AsSpan(8), length);
        return Frame(ProbeFrameKind.Read, question);
    }

    private static byte[] Repeat(byte[] frame, int times) => [.. Enumerable.Repeat(frame, times).SelectMany(f => f)];

    private sealed class ZeroSource : IMediaSource
    {
        public long Length => 1000;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation) =>
            ValueTask.FromResult((int)Math.Min(buffer.Length, Length - offset));
    }
}
