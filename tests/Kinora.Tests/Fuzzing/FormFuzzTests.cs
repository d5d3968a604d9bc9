using System.Text;
using Kinora.Api.Endpoints.V1;
using Kinora.Core.Errors;
using Kinora.Core.Infra.Storage.Collection;
using Kinora.Core.Uploads;
using Kinora.Core.Videos;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kinora.Tests.Fuzzing;

/// <summary>Multipart bodies that are nearly right: taken or refused as the contract says, and no file is left of those that are refused.</summary>
public sealed class FormFuzzTests : IDisposable
{
    private const string Boundary = "b0undary";
    private static readonly ErrorCode[] Refusals = [ErrorCode.Validation, ErrorCode.UnsupportedMediaType, ErrorCode.PayloadTooLarge];
    private readonly UploadOptions _options = new() { TmpDir = Directory.CreateTempSubdirectory("kinora-spool-").FullName, MinFreeBytes = 0 };

    private static string Good =>
        $"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\nContent-Type: video/mp4\r\n\r\n\0\0\0\u0008moov\r\n"
        + $"--{Boundary}\r\nContent-Disposition: form-data; name=title\r\n\r\nA walk\r\n--{Boundary}--\r\n";

    public void Dispose() => Directory.Delete(_options.TmpDir, recursive: true);

    [Fact]
    public async Task A_form_is_read_whole_or_refused_and_leaves_nothing()
    {
        using var spool = new UploadSpool(
            Options.Create(_options), Options.Create(new MediaOptions()), Options.Create(new CollectorOptions()), TimeProvider.System, NullLogger<UploadSpool>.Instance);
        var bodies = new TextMutations(4, Good, Good, Good, Good + Good, Good[..^10], $"--{Boundary}", "\r\n", "Content-Disposition: form-data; name=\"file\"; filename*=UTF-8''x\r\n");
        var (taken, refused) = (0, 0);
        for (var i = 0; i < 6000; i++)
        {
            if (await TryReadAsync(spool, Encoding.Latin1.GetBytes(bodies.Next())))
            {
                taken++;
            }
            else
            {
                refused++;
            }

            Assert.Empty(Directory.EnumerateFiles(_options.TmpDir));
        }

        Assert.True(taken > 100 && refused > 100, $"{taken} taken and {refused} refused: the mutations test nothing");
    }

    private static async Task<bool> TryReadAsync(UploadSpool spool, byte[] body)
    {
        var request = new DefaultHttpContext().Request;
        request.ContentType = $"multipart/form-data; boundary={Boundary}";
        request.Body = new MemoryStream(body);
        try
        {
            using var form = await VideoForm.ReadAsync(request, spool, new UploadAllowance(1000, "Too large."), TestContext.Current.CancellationToken);
            return form.File.SizeBytes > 0;
        }
        catch (ApiException e)
        {
            Assert.Contains(e.Code, Refusals);
            return false;
        }
    }
}
