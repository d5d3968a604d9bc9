using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kinora.IntegrationTests.Api;

namespace Kinora.IntegrationTests.Security.RandomRequests;

/// <summary>What a request may name: things that are there, and tokens.</summary>
internal sealed record RandomWorld(IReadOnlyList<string> Ids, IReadOnlyList<string> Names, IReadOnlyList<string> Tokens, byte[] Clip);

/// <summary>A request of one operation, drawn from a seed.</summary>
internal sealed class RandomRequest(int seed, RandomWorld world)
{
    private static readonly JsonSerializerOptions Loose = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1000 };
    private static readonly string[] Ranges = ["bytes=0-0", "bytes=-1", "bytes=5-", "bytes=0-1,5-9", "bytes=9-5", "bytes=-0", "bytes=abc", "lines=0-1", "bytes=18446744073709551616-"];
    private readonly RandomValues _values = new(new Random(seed));

    public ApiOperation Operation { get; } = ApiOperation.All[new Random(~seed).Next(ApiOperation.All.Count)];

    /// <summary>Null: no client of ours can send it.</summary>
    public HttpRequestMessage? TryMake(Uri address)
    {
        var method = _values.Chance(0.03) ? _values.Pick("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "PROPFIND") : Operation.Method;
        var target = $"{address.ToString().TrimEnd('/')}{Path()}{Query()}";
        if (!Uri.TryCreate(target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var uri))
        {
            return null;
        }

        var request = new HttpRequestMessage(HttpMethod.Parse(method), uri) { Content = Content() };
        AddHeaders(request);
        return request;
    }

    private string Path()
    {
        var path = new StringBuilder(Operation.Path);
        foreach (var parameter in Operation.Path.Split('{').Skip(1).Select(part => part[..part.IndexOf('}', StringComparison.Ordinal)]))
        {
            var value = _values.Chance(0.2) ? _values.NastyText()
                : parameter.EndsWith("Id", StringComparison.Ordinal) ? _values.Pick(world.Ids)
                : _values.Pick(world.Names);
            path.Replace("{" + parameter + "}", _values.Chance(0.85) ? Escape(value) : new string([.. value.Where(c => c is > ' ' and < '\u007f' and not ('#' or '?'))]));
        }

        return path.ToString();
    }

    private string Query()
    {
        var parts = Operation.Parameters
            .Where(p => p.GetProperty("in").GetString() == "query" && _values.Chance(0.4))
            .Select(p => $"{p.GetProperty("name").GetString()}={Escape(_values.TextOf(p.TryGetProperty("schema", out var schema) ? schema : default))}")
            .ToList();
        if (_values.Chance(0.05))
        {
            parts.Add($"{Escape(_values.NastyText())}={Escape(_values.NastyText())}");
        }

        if (parts.Count > 0 && _values.Chance(0.05))
        {
            parts.Add(parts[0]);
        }

        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    private HttpContent? Content()
    {
        if (Operation.Body.Count == 0)
        {
            return _values.Chance(0.05) ? new ByteArrayContent(_values.NoiseBytes(2000)) : null;
        }

        var (type, schema) = _values.Pick([.. Operation.Body.Select(b => (b.Key, b.Value))]);
        HttpContent content = type.StartsWith("multipart/", StringComparison.Ordinal) ? Form()
            : _values.Chance(0.08) || !type.EndsWith("json", StringComparison.Ordinal) ? new ByteArrayContent(_values.NoiseBytes(3000))
            : new ByteArrayContent(Encoding.UTF8.GetBytes(Json(schema)));
        if (content is not MultipartFormDataContent)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", _values.Chance(0.9) ? type : _values.Pick("text/plain", "application/json; charset=utf-16", "application/xml", "x", "application/x-www-form-urlencoded"));
        }

        return content;
    }

    private string Json(JsonElement schema)
    {
        var text = _values.Of(schema)?.ToJsonString(Loose) ?? "null";
        return _values.Next(20) switch
        {
            0 => text[..(text.Length / 2)],
            1 => text + text,
            2 => text.Replace("\"", "'", StringComparison.Ordinal),
            3 => text.Replace("}", ",\"title\":1,\"title\":2}", StringComparison.Ordinal),
            _ => text,
        };
    }

    private MultipartFormDataContent Form()
    {
        var form = _values.Chance(0.9) ? new MultipartFormDataContent() : new MultipartFormDataContent(new string('b', _values.Pick(1, 70)));
        foreach (var name in (string[])["title", "transcode"])
        {
            if (_values.Chance(0.4))
            {
                form.Add(new StringContent(_values.Chance(0.5) ? "true" : _values.NastyText()), name);
            }
        }

        for (var i = _values.Pick(0, 1, 1, 1, 1, 2); i > 0; i--)
        {
            var file = new ByteArrayContent(_values.Chance(0.6) ? world.Clip : _values.NoiseBytes(20_000));
            file.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = _values.Chance(0.9) ? "file" : "data" };
            file.Headers.ContentDisposition.Parameters.Add(new NameValueHeaderValue("filename*", "UTF-8''" + Uri.EscapeDataString(_values.Pick("a.mp4", "../x", "ü🎬.mkv", "x\"y"))));
            form.Add(file);
        }

        return form;
    }

    private void AddHeaders(HttpRequestMessage request)
    {
        if (!_values.Chance(0.1))
        {
            Add("Authorization", _values.Chance(0.9) ? $"Bearer {_values.Pick(world.Tokens)}" : _values.NastyText());
        }

        if (Operation.Path.StartsWith("/v1/uploads", StringComparison.Ordinal) && _values.Chance(0.9))
        {
            Add("Tus-Resumable", _values.Chance(0.95) ? "1.0.0" : "0.2.2");
            Add("Upload-Length", _values.Chance(0.8) ? $"{_values.Pick(1, 100, world.Clip.Length)}" : _values.NastyText());
            Add("Upload-Offset", _values.Chance(0.8) ? $"{_values.Pick(0, 0, 0, 10)}" : _values.NastyText());
            Add("Upload-Metadata", _values.Chance(0.7) ? "filename YS5tcDQ=,title eA==" : _values.NastyText());
        }

        foreach (var (name, values) in ((string, string[])[])
        [
            ("Range", Ranges), ("If-None-Match", ["*", "\"x\"", "W/\"x\", \"y\"", "x"]), ("If-Range", ["\"x\"", "yesterday"]), ("Accept", ["application/xml", "*/*;q=0", "x"]),
            ("Idempotency-Key", ["a", "b", new string('k', 256), ""]), ("X-Request-Id", ["x", new string('x', 500)]), ("Origin", ["null", "https://evil.example"]), ("Upload-Checksum", ["sha1 AAAA", "md5 x"]),
            ("X-Forwarded-For", ["1.2.3.4", "x"]), ("X-HTTP-Method-Override", ["DELETE"]), ("Upload-Defer-Length", ["1"]),
        ])
        {
            if (_values.Chance(0.08))
            {
                Add(name, _values.Pick(values));
            }
        }

        void Add(string name, string value) => request.Headers.TryAddWithoutValidation(name, new string([.. value.Where(c => c is >= ' ' and < '\u007f')]));
    }

    private static string Escape(string value) => Uri.EscapeDataString(value.Replace("\ud800", "\ufffd", StringComparison.Ordinal));
}
