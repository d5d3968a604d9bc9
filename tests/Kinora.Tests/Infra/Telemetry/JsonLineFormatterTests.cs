using System.Text.Json;
using Kinora.Core.Infra.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kinora.Tests.Infra.Telemetry;

public sealed partial class JsonLineFormatterTests
{
    private readonly LoggerExternalScopeProvider _scopes = new();

    [Fact]
    public void An_event_is_one_flat_line()
    {
        var line = Write(logger => LogFinished(logger, "HLS", Guid.Empty, 12.34567));

        var json = Parse(line);
        Assert.Equal(
            ["time", "level", "message", "category", "type", "jobId", "seconds"],
            json.EnumerateObject().Select(member => member.Name));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", Text(json, "time"));
        Assert.Equal("Information", Text(json, "level"));
        Assert.Equal("HLS job 00000000-0000-0000-0000-000000000000 ended after 12.34567 s", Text(json, "message"));
        Assert.Equal("test", Text(json, "category"));
        Assert.Equal("00000000-0000-0000-0000-000000000000", Text(json, "jobId"));
        Assert.Equal(12.346, json.GetProperty("seconds").GetDouble());
    }

    [Fact]
    public void Scopes_give_members_in_camel_case_and_the_inner_value_wins()
    {
        using var outer = _scopes.Push(new Dictionary<string, object?> { ["RequestId"] = "outer", ["VideoId"] = "v", ["UserId"] = null });
        using var inner = _scopes.Push(new Dictionary<string, object?> { ["requestId"] = "inner" });

        var json = Parse(Write(logger => LogNote(logger, "text")));

        Assert.Equal("inner", Text(json, "requestId"));
        Assert.Equal("v", Text(json, "videoId"));
        Assert.False(json.TryGetProperty("userId", out _));
    }

    [Fact]
    public void The_request_path_of_the_framework_is_left_out()
    {
        using var scope = _scopes.Push(new Dictionary<string, object?> { ["RequestPath"] = "/v1/videos/x/hls/secret/master.m3u8" });

        Assert.DoesNotContain("secret", Write(logger => LogNote(logger, "text")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\r\n{\"level\":\"Critical\"}")]
    [InlineData("\u001b[2J\u001b[31mred")]
    [InlineData("\u009b31m\u0000\u2028\u2029\u0085")]
    [InlineData("\"},{\\")]
    [InlineData("lone \ud800 surrogate")]
    public void What_a_user_sends_stays_inside_of_one_string(string hostile)
    {
        var line = Write(logger => LogNote(logger, hostile));

        Assert.EndsWith("\n", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line[..^1], character => char.IsControl(character) || character is '\u2028' or '\u2029');
        var json = Parse(line);
        Assert.Equal(hostile.Replace('\ud800', '\ufffd'), Text(json, "text"));
        Assert.Equal("Information", Text(json, "level"));
    }

    [Fact]
    public void Long_strings_are_cut_and_commands_stay_whole()
    {
        var (agent, command) = (new string('x', 8192), new string('y', 5000));

        var json = Parse(Write(logger => LogCommand(logger, agent, command)));

        Assert.Equal(new string('x', 1024) + "…", Text(json, "agent"));
        Assert.Equal(5000, Text(json, "command").Length);
        Assert.Equal(1025, Text(json, "message").Length);
    }

    [Fact]
    public void A_property_cannot_take_the_place_of_a_fixed_member()
    {
        using var scope = _scopes.Push(new Dictionary<string, object?> { ["Level"] = "Trace", ["message"] = "fake" });

        var json = Parse(Write(logger => LogNote(logger, "text")));

        Assert.Equal("Information", Text(json, "level"));
        Assert.Equal("text", Text(json, "message"));
        Assert.Equal("fake", Text(json, "message_"));
    }

    [Fact]
    public void An_exception_keeps_to_the_line()
    {
        var json = Parse(Write(logger => LogFailure(logger, new InvalidOperationException("two\nlines"))));

        Assert.Equal("System.InvalidOperationException: two\nlines", Text(json, "exception"));
    }

    private string Write(Action<ILogger> log)
    {
        using var output = new StringWriter();
        log(new FormattingLogger(new JsonLineFormatter(TimeProvider.System), _scopes, output));
        return output.ToString();
    }

    private static JsonElement Parse(string line)
    {
        Assert.Equal(1, line.Count(character => character == '\n'));
        return JsonDocument.Parse(line).RootElement;
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    [LoggerMessage(Level = LogLevel.Information, Message = "{type} job {jobId} ended after {seconds} s")]
    private static partial void LogFinished(ILogger logger, string type, Guid jobId, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "{text}")]
    private static partial void LogNote(ILogger logger, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "{agent} {command}")]
    private static partial void LogCommand(ILogger logger, string agent, string command);

    [LoggerMessage(Level = LogLevel.Error, Message = "It failed")]
    private static partial void LogFailure(ILogger logger, Exception failure);

    private sealed class FormattingLogger(JsonLineFormatter formatter, IExternalScopeProvider scopes, TextWriter output) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter1) =>
            formatter.Write(new LogEntry<TState>(logLevel, "test", eventId, state, exception, formatter1), scopes, output);
    }
}
