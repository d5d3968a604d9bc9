using System.Collections.Concurrent;
using Kinora.Core.Infra.Telemetry;
using Microsoft.Extensions.Logging;

namespace Kinora.IntegrationTests.Api;

/// <summary>Keeps every line of the log with its scopes and its exception: all that a log file could hold.</summary>
internal sealed class LogRecorder : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<string> _lines = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public IReadOnlyCollection<string> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Logger(LogRecorder owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => owner._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scopes = new List<string>();
            owner._scopes.ForEachScope((scope, list) => list.Add(Text(scope)), scopes);
            owner._lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {Text(state)} {string.Join(' ', scopes)} {exception}");
        }

        /// <summary>Without what the host adds to each line and <see cref="JsonLineFormatter"/> leaves out.</summary>
        private static string Text(object? state) => state is IEnumerable<KeyValuePair<string, object?>> pairs
            ? string.Join(' ', pairs.Where(p => p.Key != "RequestPath").Select(p => $"{p.Key}={p.Value}"))
            : $"{state}";
    }
}
