using System.Buffers;
using System.Net.Http.Headers;
using System.Text;

namespace Kinora.IntegrationTests.Api;

/// <summary>multipart/form-data written by hand, so that it may be as wrong as a test wants it.</summary>
internal sealed class UploadBody(string boundary = "kinora-test-boundary")
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Enough for the sniffer: a box "ftyp" with the brand "isom", and then nothing that could be played.</summary>
    public static byte[] Mp4(int length = 4096)
    {
        var bytes = new byte[length];
        new byte[] { 0, 0, 0, 0x14, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'i', (byte)'s', (byte)'o', (byte)'m' }.CopyTo(bytes, 0);
        return bytes;
    }

    public UploadBody File(byte[] bytes, string filename = "walk.mp4", string type = "video/mp4", string name = "file") =>
        Part($"Content-Disposition: form-data; name=\"{name}\"; filename=\"{filename}\"\r\nContent-Type: {type}", bytes);

    public UploadBody Field(string name, string value) => Field(name, Encoding.UTF8.GetBytes(value));

    public UploadBody Field(string name, byte[] value) => Part($"Content-Disposition: form-data; name=\"{name}\"", value);

    public UploadBody Part(string headers, byte[] body)
    {
        Write($"--{boundary}\r\n{headers}\r\n\r\n");
        _bytes.Write(body);
        Write("\r\n");
        return this;
    }

    public byte[] End()
    {
        Write($"--{boundary}--\r\n");
        return WithoutEnd();
    }

    public byte[] WithoutEnd() => _bytes.WrittenSpan.ToArray();

    public HttpContent ToContent() => ToContent(End(), boundary);

    public static HttpContent ToContent(byte[] bytes, string? boundary = "kinora-test-boundary")
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(
            boundary is null ? "multipart/form-data" : $"multipart/form-data; boundary={boundary}");
        return content;
    }

    private void Write(string text) => _bytes.Write(Encoding.UTF8.GetBytes(text));
}
