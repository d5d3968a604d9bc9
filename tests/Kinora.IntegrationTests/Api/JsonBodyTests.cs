using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Kinora.IntegrationTests.Api;

/// <summary>Every operation of the OpenAPI document that takes JSON, with bodies that it must not take.</summary>
public sealed class JsonBodyTests(PlayableVideos videos) : IClassFixture<PlayableVideos>
{
    private const int TooLarge = 2 * 1024 * 1024;

    /// <summary>As JSON; M is a member that the operation knows, and the letter v its value.</summary>
    private static readonly Dictionary<string, string> Malformed = new()
    {
        ["an array"] = "[]",
        ["a text"] = "\"text\"",
        ["a number"] = "1",
        ["unfinished"] = "{",
        ["followed by more"] = "{M:v} more",
        ["two"] = "{M:v}{M:v}",
        ["an object as a value"] = "{M:{}}",
        ["an operator as a value"] = "{M:{\"$ne\":\"\"}}",
        ["a number as a value"] = "{M:1}",
        ["a member twice"] = "{M:v,M:v}",
        ["a member in another case"] = "{\"ISADMIN\":true}",
        ["a member that would make an administrator"] = "{M:v,\"isAdmin\":true}",
        ["a member that would give it to another"] = "{M:v,\"ownerId\":\"01931f6e-5c2a-7d4b-9f00-3a1c5e7b9d11\"}",
        ["a name of a prototype"] = "{M:v,\"__proto__\":{}}",
        ["65 deep"] = $"{{M:{new string('[', 65)}{new string(']', 65)}}}",
        ["10,000 deep"] = $"{{M:{new string('[', 10_000)}",
        ["no UTF-8"] = "{M:v}",
        ["half a character"] = "{M:v}",
        ["a NUL"] = "{M:v}",
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Operations => ContractDocument.Where(o => o.JsonBody is not null);

    public static TheoryData<string, string, string> MalformedBodies
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var operation in ContractDocument.Operations.Where(o => o.JsonBody is not null))
            {
                foreach (var kind in Malformed.Keys)
                {
                    data.Add(operation.Method, operation.Path, kind);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(MalformedBodies))]
    public async Task A_malformed_body_is_invalid(string method, string path, string kind)
    {
        var value = kind switch
        {
            "no UTF-8" => "\u00ff\u00fe",
            "half a character" => "a\\ud800b",
            "a NUL" => "a\\u0000b",
            _ => "a long walk",
        };

        // Latin-1, so that the bytes of what is no UTF-8 stay as they are.
        using var response = await SendAsync(method, path, Encoding.Latin1.GetBytes(Body(method, path, Malformed[kind], value)), "application/json");

        await response.ShouldBeInvalidAsync();
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_body_of_another_type_is_unsupported(string method, string path)
    {
        var body = Encoding.UTF8.GetBytes(Body(method, path, "{M:v}", "a long walk"));
        var takesForm = ContractDocument.Operations.Single(o => (o.Method, o.Path) == (method, path)).TakesForm;
        string?[] others = [null, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"];
        foreach (var type in takesForm ? others : [.. others, "multipart/form-data; boundary=x"])
        {
            using var response = await SendAsync(method, path, body, type);
            await response.ShouldBeErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_body_of_two_megabytes_is_too_large(string method, string path)
    {
        var body = Encoding.UTF8.GetBytes(Body(method, path, "{M:v}", new string('x', TooLarge)));

        using var response = await SendAsync(method, path, body, "application/json");

        await response.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
    }

    /// <summary>With the first member that the document names, and a text as its value, or a list of one.</summary>
    private static string Body(string method, string path, string template, string value)
    {
        var schema = ContractDocument.Operations.Single(o => o.Method == method && o.Path == path).JsonBody!.Value;
        var member = schema.GetProperty("properties").EnumerateObject().First();
        var isText = member.Value.GetProperty("type").ToString() == "string";
        return template
            .Replace("M:", $"\"{member.Name}\":", StringComparison.Ordinal)
            .Replace(":v", isText ? $":\"{value}\"" : $":[\"{value}\"]", StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, byte[] body, string? type)
    {
        // Who is refused before it has sent its body can read why.
        using var handler = new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) };
        using var client = new HttpClient(handler) { BaseAddress = videos.Api.Address };
        using var request = new HttpRequestMessage(
            HttpMethod.Parse(method), path.Replace("{videoId}", $"{videos.Video.Id}", StringComparison.Ordinal))
        { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        request.Headers.ExpectContinue = body.Length >= TooLarge;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", videos.Owner.AccessToken);
        var response = await client.SendAsync(request, Cancellation);
        await response.Content.LoadIntoBufferAsync(Cancellation);
        return response;
    }
}
