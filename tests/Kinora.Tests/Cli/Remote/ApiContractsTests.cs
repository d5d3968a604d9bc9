using System.Text.Json;
using Kinora.Cli.Remote;

namespace Kinora.Tests.Cli.Remote;

public sealed class ApiContractsTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"items":null,"nextCursor":null}""")]
    [InlineData("""{"items":[{"id":"1"}],"nextCursor":null}""")]
    public void Json_that_is_not_Kinoras_is_refused(string text) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(text, ApiJson.Default.VideoPage));

    [Fact]
    public void Of_errors_and_events_any_member_may_be_absent()
    {
        Assert.Equal("NOT_FOUND", JsonSerializer.Deserialize("""{"code":"NOT_FOUND"}""", ApiJson.Default.ErrorAnswer)?.Code);
        Assert.Null(JsonSerializer.Deserialize("{}", ApiJson.Default.ApiEvent)?.Type);
        var progress = JsonSerializer.Deserialize("""{"type":"job.progress","videoId":"v","data":{"jobId":"j","progress":4}}""", ApiJson.Default.ApiEvent);
        Assert.Equal(("j", 4), (progress?.Data?.JobId, progress?.Data?.Progress));
    }
}
