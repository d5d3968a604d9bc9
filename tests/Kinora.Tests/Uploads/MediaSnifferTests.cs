using System.Text;
using Kinora.Core.Uploads;

namespace Kinora.Tests.Uploads;

public sealed class MediaSnifferTests
{
    [Theory]
    [InlineData("\0\0\0\u0014ftypisom", "video/mp4")]
    [InlineData("\0\0\0\u0014ftypmp42", "video/mp4")]
    [InlineData("\0\0\0\u0014ftypqt  ", "video/quicktime")]
    [InlineData("\0\0\0\u0014ftyp3gp5", "video/3gpp")]
    [InlineData("\0\0\u0010\0moov", "video/quicktime")]
    [InlineData("\0\0\0\bwide\0\0\0\0mdat", "video/quicktime")]
    [InlineData("\u001a\u0045\u00df\u00a3\u0001\u0000\u0042\u0082webm", "video/webm")]
    [InlineData("\u001a\u0045\u00df\u00a3\u0001\u0000\u0042\u0082matroska", "video/x-matroska")]
    [InlineData("RIFF\u0001\u0002\u0003\u0004AVI LIST", "video/x-msvideo")]
    [InlineData("FLV\u0001", "video/x-flv")]
    [InlineData("OggS", "video/ogg")]
    [InlineData("\0\0\u0001\u00ba", "video/mpeg")]
    public void A_container_is_known_by_its_first_bytes(string head, string type)
    {
        Assert.Equal(type, MediaSniffer.Detect(Encoding.Latin1.GetBytes(head)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0\u0014fty")]
    [InlineData("\0\0\0\u0014ftypheic")]
    [InlineData("\0\0\0\u0014ftypavif")]
    [InlineData("\0\0\0\u0014ftypmif1")]
    [InlineData("\u0089PNG\r\n\u001a\n\0\0\0\rIHDR")]
    [InlineData("\u00ff\u00d8\u00ff\u00e0")]
    [InlineData("GIF89a")]
    [InlineData("RIFF\u0001\u0002\u0003\u0004WEBPVP8 ")]
    [InlineData("RIFF\u0001\u0002\u0003\u0004WAVEfmt ")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("#EXTM3U\n")]
    [InlineData("ffconcat version 1.0\n")]
    [InlineData("PK\u0003\u0004")]
    [InlineData("\u007fELF")]
    [InlineData("%PDF-1.7")]
    [InlineData("GGGG")]
    public void Nothing_else_is_taken_for_media(string head)
    {
        Assert.Null(MediaSniffer.Detect(Encoding.Latin1.GetBytes(head)));
    }

    [Theory]
    [InlineData("RIFF\u0001\u0002\u0003\u0004WAVEfmt ", "audio/wav")]
    [InlineData("fLaC\0\0\0\"", "audio/flac")]
    [InlineData("ID3\u0003\0\0", "audio/mpeg")]
    [InlineData("\u00ff\u00fb\u0090\u0064", "audio/mpeg")]
    [InlineData("\u00ff\u00f3\u0082\u00c4", "audio/mpeg")]
    public void Sound_alone_is_known_where_it_is_allowed(string head, string type)
    {
        var bytes = Encoding.Latin1.GetBytes(head);

        Assert.Equal(type, MediaSniffer.Detect(bytes, allowSound: true));
        Assert.Null(MediaSniffer.Detect(bytes));
    }

    [Theory]
    [InlineData("\u00ff\u00d8\u00ff\u00e0")]
    [InlineData("\u00ff\u00feh\0i\0")]
    [InlineData("\u00ff\u00fb\u00f0\u0064")]
    [InlineData("\u00ff\u00fb\u009c\u0064")]
    [InlineData("RIFF\u0001\u0002\u0003\u0004WEBPVP8 ")]
    [InlineData("\u0089PNG\r\n\u001a\n\0\0\0\rIHDR")]
    [InlineData("#EXTM3U\n")]
    public void Pictures_and_text_are_not_taken_for_sound(string head) =>
        Assert.Null(MediaSniffer.Detect(Encoding.Latin1.GetBytes(head), allowSound: true));

    [Theory]
    [InlineData(188, 0)]
    [InlineData(192, 4)]
    public void A_transport_stream_is_known_by_three_packets(int packet, int first)
    {
        var head = new byte[MediaSniffer.HeadLength];
        for (var at = first; at < head.Length; at += packet)
        {
            head[at] = 0x47;
        }

        Assert.Equal("video/mp2t", MediaSniffer.Detect(head));
        Assert.Null(MediaSniffer.Detect(head.AsSpan(0, first + packet + 1)));
    }
}
